//! Reads XML as sellers really have it, one tag at a time and with bounded memory.
//!
//! A strict parser stops at the first bare `&` or at HTML inside a description, and BrickLink
//! emits both. All these files are flat (a root, rows, fields), so this reader takes a field's
//! text up to its own closing tag and whatever stands in between as text. Entities are left to the
//! reader of the field; entities that a file defines itself are refused, as only attacks do that.

use super::source::Source;
use crate::error::{Error, Result};

/// Longest tag, in bytes.
const MAX_TAG: usize = 64 * 1024;
/// Deepest nesting that is walked over.
const MAX_DEPTH: usize = 200;

/// What kind of tag was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// `<NAME>`
    Open,
    /// `</NAME>`
    Close,
    /// `<NAME/>`
    Empty,
}

/// A file as a sequence of tags, fields and rows.
#[derive(Debug)]
pub(super) struct Markup<'s> {
    pub(super) source: &'s mut Source,
    /// The last tag without its brackets.
    pub(super) tag: String,
    pub(super) name_len: usize,
    pub(super) kind: Tag,
    /// The last tag is given out once more.
    pub(super) again: bool,
    /// Names of the elements that are open, outermost first.
    pub(super) open: Vec<String>,
}

impl<'s> Markup<'s> {
    /// Begins where the source stands.
    pub(super) fn new(source: &'s mut Source) -> Self {
        Self {
            source,
            tag: String::new(),
            name_len: 0,
            kind: Tag::Close,
            again: false,
            open: Vec::new(),
        }
    }

    /// The name of the last tag.
    pub(super) fn name(&self) -> &str {
        &self.tag[..self.name_len]
    }

    /// What stood behind the name of the last tag.
    pub(super) fn attributes(&self) -> &str {
        self.tag[self.name_len..].trim()
    }

    /// The file's name.
    pub(super) fn file(&self) -> &str {
        self.source.name()
    }

    /// Reads up to the root; its name is in [`Self::name`] then.
    pub(super) fn root(&mut self) -> Result<()> {
        match self.next()? {
            Some(kind) => {
                self.open.push(self.name().to_owned());
                if kind == Tag::Empty {
                    // A root without content ends at once.
                    self.kind = Tag::Close;
                    self.again = true;
                }
                Ok(())
            }
            None => Err(Error::invalid(format!(
                "{} is not an XML file: it holds no tags.",
                self.file()
            ))),
        }
    }

    /// Steps into the element whose tag was read last.
    pub(super) fn enter(&mut self) {
        self.open.push(self.name().to_owned());
    }

    /// Reads the next tag; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Tag>> {
        if self.again {
            self.again = false;
            return Ok(Some(self.kind));
        }
        loop {
            let window = self.source.window();
            let Some(at) = find_byte(window, b'<') else {
                let all = window.len();
                self.source.consume(all);
                if !self.source.grow()? {
                    return Ok(None);
                }
                continue;
            };
            self.source.consume(at);
            // As long as the longest opening that decides: `<![CDATA[`.
            self.source.ensure(9)?;
            let window = self.source.window();
            let found = match window.as_bytes().get(1) {
                None => return Ok(None),
                Some(b'!') if window.starts_with("<!--") => self.skip_past("-->")?,
                Some(b'!') if window.starts_with("<![CDATA[") => self.skip_past("]]>")?,
                Some(b'!') => self.declaration()?,
                Some(b'?') => self.skip_past(">")?,
                Some(b'/' | b'_' | b':' | b'a'..=b'z' | b'A'..=b'Z') => {
                    if self.read_tag()? {
                        return Ok(Some(self.kind));
                    }
                    false
                }
                Some(_) => {
                    self.source.consume(1);
                    true
                }
            };
            if !found {
                return Ok(None);
            }
        }
    }

    /// The next tag that opens something within the element that was entered last; `None` when
    /// that element ends, which steps out of it.
    pub(super) fn next_child(&mut self) -> Result<Option<Tag>> {
        loop {
            let Some(kind) = self.next()? else {
                return Err(self.cut_short());
            };
            if kind != Tag::Close {
                return Ok(Some(kind));
            }
            match self.open.iter().rposition(|open| self.is(open)) {
                None => {}
                Some(depth) if depth + 1 == self.open.len() => {
                    self.open.pop();
                    return Ok(None);
                }
                Some(_) => {
                    self.again = true;
                    self.open.pop();
                    return Ok(None);
                }
            }
        }
    }

    /// Walks over the element whose tag was read last.
    pub(super) fn skip_element(&mut self) -> Result<()> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                None => return Err(self.cut_short()),
                Some(Tag::Open) => depth += 1,
                Some(Tag::Close) => depth -= 1,
                Some(Tag::Empty) => {}
            }
            if depth > MAX_DEPTH {
                let line = self.source.line();
                return Err(Error::invalid(format!(
                    "{} line {line} is nested deeper than any file of this kind.",
                    self.source.name()
                )));
            }
        }
        Ok(())
    }

    /// Reads to the end of the file, so that damage behind the root is noticed too.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.source.finish()
    }

    /// Whether the last tag has that name; files differ in letter case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The line of what comes next.
    pub(super) fn line(&mut self) -> u64 {
        self.source.line()
    }

    pub(super) fn cut_short(&self) -> Error {
        let place = match self.open.len() {
            0 | 1 => "too early",
            _ => "in the middle of an item",
        };
        Error::invalid(format!(
            "{} line {} ends {place}: the download was cut short. Download it again.",
            self.source.name(),
            self.source.last_line()
        ))
    }

    /// Walks over `<!DOCTYPE ...>`, which may hold declarations of its own in brackets.
    fn declaration(&mut self) -> Result<bool> {
        loop {
            let window = self.source.window();
            let end = declaration_end(window.as_bytes());
            let upto = end.map_or(window.len(), |end| end + 1);
            if let Some(at) = find_ignoring_case(&window.as_bytes()[..upto], b"<!ENTITY") {
                self.source.consume(at);
                let line = self.source.line();
                return Err(Error::invalid(format!(
                    "{} line {line} defines XML entities of its own, which no such file does; it is not read.",
                    self.source.name()
                )));
            }
            if end.is_some() {
                self.source.consume(upto);
                return Ok(true);
            }
            if window.len() > MAX_TAG {
                return Err(self.odd_tag());
            }
            if !self.source.grow()? {
                return Ok(false);
            }
        }
    }

    /// Reads the tag at the beginning of the window; `false` when the file ends within it.
    fn read_tag(&mut self) -> Result<bool> {
        let mut from = 1;
        loop {
            let window = self.source.window();
            let end = find_byte(&window[from..], b'>').map(|at| from + at);
            let Some(end) = end else {
                if window.len() > MAX_TAG {
                    return Err(self.odd_tag());
                }
                from = window.len();
                if !self.source.grow()? {
                    return Ok(false);
                }
                continue;
            };
            let inner = &window[1..end];
            let name_len = inner[1..]
                .bytes()
                .position(|byte| byte.is_ascii_whitespace() || byte == b'/')
                .map_or(inner.len(), |at| at + 1);
            let quotes = inner[name_len..].bytes().filter(|byte| *byte == b'"');
            if quotes.count() % 2 == 1 && inner.len() < MAX_TAG {
                // The bracket stands within an attribute.
                from = end + 1;
                continue;
            }
            let (inner, kind) = if let Some(inner) = inner.strip_prefix('/') {
                (inner, Tag::Close)
            } else if let Some(inner) = inner.strip_suffix('/') {
                (inner, Tag::Empty)
            } else {
                (inner, Tag::Open)
            };
            self.kind = kind;
            self.tag.clear();
            self.tag.push_str(inner);
            self.name_len = if kind == Tag::Close {
                name_len - 1
            } else {
                name_len.min(inner.len())
            };
            self.source.consume(end + 1);
            return Ok(true);
        }
    }

    /// Goes behind the next `end`; `false` when the file has none.
    pub(super) fn skip_past(&mut self, end: &str) -> Result<bool> {
        loop {
            let window = self.source.window();
            if let Some(at) = window.find(end) {
                self.source.consume(at + end.len());
                return Ok(true);
            }
            // The end itself may lie across the border.
            let mut upto = window.len().saturating_sub(end.len());
            while !window.is_char_boundary(upto) {
                upto -= 1;
            }
            self.source.consume(upto);
            if !self.source.grow()? {
                return Ok(false);
            }
        }
    }

    fn odd_tag(&mut self) -> Error {
        let line = self.source.line();
        Error::invalid(format!(
            "{} line {line} holds a tag that does not end; this is not a file of this kind.",
            self.source.name()
        ))
    }
}

/// Tags and texts are short; a plain loop beats a search that is made for long texts.
pub(super) fn find_byte(text: &str, wanted: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == wanted)
}

/// Where a declaration ends; what stands in its brackets does not count.
fn declaration_end(bytes: &[u8]) -> Option<usize> {
    let mut inside = false;
    bytes.iter().position(|byte| {
        match byte {
            b'[' => inside = true,
            b']' => inside = false,
            _ => {}
        }
        *byte == b'>' && !inside
    })
}

fn find_ignoring_case(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes
        .windows(word.len())
        .position(|piece| piece.eq_ignore_ascii_case(word))
}
