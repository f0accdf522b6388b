//! A source as a stream of UTF-8 bytes for libraries that parse, which may take no more than a
//! bounded piece of it before they come back with a row.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use super::super::source::Source;
use crate::error::Error;

/// Most bytes of one row; the longest notes are 70,000 characters.
const MAX_ROW: usize = 2 * 1024 * 1024;

/// What the reader of a stream must know while a library holds the stream.
#[derive(Debug, Default)]
pub(super) struct Watch {
    taken: Cell<usize>,
    quotes: Cell<u64>,
    breaks: Cell<u64>,
    overrun: Cell<bool>,
    failure: RefCell<Option<Error>>,
}

impl Watch {
    /// Gives the next row its whole allowance.
    pub(super) fn next_row(&self) {
        self.taken.set(0);
    }

    /// Quotation marks so far.
    pub(super) fn quotes(&self) -> u64 {
        self.quotes.get()
    }

    /// The line that is being read, from 1; exact only for a library that takes single bytes.
    pub(super) fn line(&self) -> u64 {
        self.breaks.get() + 1
    }

    /// Whether a row went over its allowance.
    pub(super) fn overrun(&self) -> bool {
        self.overrun.get()
    }

    /// Why the source itself failed, if it did.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.borrow_mut().take()
    }
}

/// The stream. Its lines end with `\n`, whatever they end with in the file.
pub(super) struct Stream<'s> {
    source: &'s mut Source,
    watch: Rc<Watch>,
    /// Text that is taken from the source already; a library may stop inside a character.
    piece: Vec<u8>,
    at: usize,
    /// Whether nothing is to be added behind the last line.
    ended: bool,
}

impl<'s> Stream<'s> {
    /// Begins where the source stands.
    pub(super) fn new(source: &'s mut Source) -> (Self, Rc<Watch>) {
        let watch = Rc::new(Watch::default());
        let stream = Self {
            source,
            watch: Rc::clone(&watch),
            piece: Vec::new(),
            at: 0,
            ended: true,
        };
        (stream, watch)
    }

    /// Like [`Self::new`], but the last line ends with a line break even if the file's does not.
    pub(super) fn of_lines(source: &'s mut Source) -> (Self, Rc<Watch>) {
        let (mut stream, watch) = Self::new(source);
        stream.ended = false;
        (stream, watch)
    }

    fn refill(&mut self) -> crate::error::Result<()> {
        if self.source.window().is_empty() {
            self.source.grow()?;
        }
        // The two halves of a line break stay together.
        if self.source.window().ends_with('\r') {
            let loaded = self.source.window().len();
            self.source.ensure(loaded + 1)?;
        }
        let window = self.source.window();
        self.piece.clear();
        self.at = 0;
        if window.is_empty() && !self.ended {
            self.ended = true;
            self.piece.push(b'\n');
            return Ok(());
        }
        for (at, part) in window.split("\r\n").enumerate() {
            if at > 0 {
                self.piece.push(b'\n');
            }
            self.piece.extend_from_slice(part.as_bytes());
        }
        let bytes = window.len();
        self.source.consume(bytes);
        Ok(())
    }
}

impl io::Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len()
            && let Err(error) = self.refill()
        {
            *self.watch.failure.borrow_mut() = Some(error);
            return Err(io::Error::other("the source failed"));
        }
        let left = &self.piece[self.at..];
        let bytes = left.len().min(into.len());
        let taken = &left[..bytes];
        into[..bytes].copy_from_slice(taken);
        let count = |wanted: u8| {
            taken
                .iter()
                .map(|byte| u64::from(*byte == wanted))
                .sum::<u64>()
        };
        let watch = &self.watch;
        watch.quotes.set(watch.quotes.get() + count(b'"'));
        watch.breaks.set(watch.breaks.get() + count(b'\n'));
        watch.taken.set(watch.taken.get() + bytes);
        self.at += bytes;
        if watch.taken.get() > MAX_ROW {
            watch.overrun.set(true);
            return Err(io::Error::other("the row is too long"));
        }
        Ok(bytes)
    }
}
