//! A file as a stream of UTF-8 text, whatever it is packed and encoded in.
//!
//! Everything a hostile or broken file can do to a reader is stopped here: it may inflate without
//! end, stop in the middle, or never hold a line break. Readers see a window of text that grows on
//! demand, and never more of the file than they ask for.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::encoding::Encoding;
use super::packing::{Counting, Packing};
use crate::error::{Error, Kind, Result};

/// Most bytes that are taken out of a file, packed or not.
pub const MAX_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Most bytes of an archive, which must be in memory as a whole.
const MAX_ARCHIVE: usize = 256 * 1024 * 1024;

/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1024;

/// A file that is being read.
pub struct Source {
    name: String,
    size: u64,
    packed_read: Arc<AtomicU64>,
    progress: Option<Box<dyn FnMut(u64, u64) + Send>>,
    bytes: Box<dyn Read + Send>,
    packed: bool,
    /// All bytes so far, where they are an archive that is not text.
    archive: Option<Vec<u8>>,
    encoding: Option<Encoding>,
    /// Bytes that are read but not decoded yet: the beginning of a character.
    undecoded: Vec<u8>,
    unpacked: u64,
    limit: u64,
    ended: bool,
    /// Whether the text that is loaded ends with a line break.
    ends_line: bool,
    text: String,
    /// Where the window begins in `text`.
    at: usize,
    /// Up to where line breaks of `text` are counted in `line`.
    counted: usize,
    line: u64,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("size", &self.size)
            .field("encoding", &self.encoding)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Source {
    /// Opens a file; its name in sentences is the last part of the path.
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => {
                Error::not_found(format!("{} does not exist.", path.display()))
            }
            _ => Error::storage(format!("{} cannot be read: {error}.", path.display())),
        };
        let file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(Error::invalid(format!(
                "{} is a folder, not a file.",
                path.display()
            )));
        }
        Self::from_reader(name, file, about.len())
    }

    /// Reads bytes that are in memory already.
    pub fn from_bytes(
        name: impl Into<String>,
        bytes: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Self> {
        let size = bytes.as_ref().len() as u64;
        Self::from_reader(name, Cursor::new(bytes), size)
    }

    /// Reads any stream of about `size` bytes.
    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read + Send + 'static,
        size: u64,
    ) -> Result<Self> {
        let name: String = crate::domain::text::clean(&name.into());
        let packed_read = Arc::new(AtomicU64::new(0));
        let counting = Counting::new(reader, Arc::clone(&packed_read));
        let mut reader = BufReader::with_capacity(CHUNK, counting);
        let mut magic = Vec::new();
        Read::by_ref(&mut reader)
            .take(4)
            .read_to_end(&mut magic)
            .map_err(|error| Error::storage(format!("{name} cannot be read: {error}.")))?;
        let packing = Packing::detect(&magic);
        let archive = magic.starts_with(b"PK\x03\x04").then(Vec::new);
        let whole = Cursor::new(magic).chain(reader);
        let bytes = packing.open(whole);
        Ok(Self {
            name,
            size,
            packed_read,
            progress: None,
            bytes,
            packed: packing != Packing::None,
            archive,
            encoding: None,
            undecoded: Vec::new(),
            unpacked: 0,
            limit: MAX_BYTES,
            ended: false,
            ends_line: false,
            text: String::new(),
            at: 0,
            counted: 0,
            line: 1,
        })
    }

    /// Calls `progress` with bytes read and bytes in all (as they are on disk) while reading.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(u64, u64) + Send + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// A lower limit than [`MAX_BYTES`] on what the file may inflate to.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The file's name without its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the file as it is on disk.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the file on disk that are read so far.
    pub fn done(&self) -> u64 {
        self.packed_read.load(Ordering::Relaxed)
    }

    /// The same count for another thread.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.packed_read)
    }

    /// The text from here on, as far as it is loaded; [`Self::grow`] loads more.
    pub(super) fn window(&self) -> &str {
        &self.text[self.at..]
    }

    /// Goes on by that many bytes of the window.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The line where the window begins, from 1.
    pub(super) fn line(&mut self) -> u64 {
        self.line += line_breaks(&self.text[self.counted..self.at]);
        self.counted = self.at;
        self.line
    }

    /// The last line that is loaded; at the end of the file the file's last.
    pub(super) fn last_line(&self) -> u64 {
        let breaks = self.line + line_breaks(&self.text[self.counted..]);
        // A line break at the end does not begin another line.
        breaks - u64::from(self.ends_line)
    }

    /// Loads more text behind the window; `false` at the end of the file.
    pub(super) fn grow(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.line();
        self.text.drain(..self.at);
        self.at = 0;
        self.counted = 0;
        let before = self.text.len();
        while self.text.len() == before && !self.ended {
            self.load()?;
        }
        Ok(self.text.len() > before)
    }

    /// Loads until the window has that many bytes, or the file ends.
    pub(super) fn ensure(&mut self, bytes: usize) -> Result<()> {
        while self.window().len() < bytes {
            if !self.grow()? {
                break;
            }
        }
        Ok(())
    }

    /// Reads the rest and drops it, so that a damaged end of a packed file is noticed.
    pub(super) fn finish(&mut self) -> Result<()> {
        loop {
            self.at = self.text.len();
            if !self.grow()? {
                return Ok(());
            }
        }
    }

    /// Everything as bytes, if it is an archive; nothing otherwise.
    pub(super) fn archive(&mut self) -> Result<Vec<u8>> {
        while !self.ended {
            self.at = self.text.len();
            self.grow()?;
            if self.archive.as_ref().map_or(0, Vec::len) > MAX_ARCHIVE {
                return Err(Error::invalid(format!(
                    "{} is larger than {} MiB, which no spreadsheet of lots is; save it as CSV.",
                    self.name,
                    MAX_ARCHIVE / (1024 * 1024)
                )));
            }
        }
        Ok(self.archive.take().unwrap_or_default())
    }

    fn load(&mut self) -> Result<()> {
        let kept = self.undecoded.len();
        self.undecoded.resize(kept + CHUNK, 0);
        let mut filled = kept;
        // The first piece decides about the encoding and must not be a single byte.
        let wanted = if self.encoding.is_none() { CHUNK } else { 1 };
        while filled - kept < wanted && filled < self.undecoded.len() {
            match self.bytes.read(&mut self.undecoded[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let error = self.failed(&error);
                    self.ended = true;
                    self.undecoded.clear();
                    return Err(error);
                }
            }
        }
        self.undecoded.truncate(filled);
        if let Some(archive) = &mut self.archive {
            archive.extend_from_slice(&self.undecoded[kept..]);
        }
        self.unpacked += (filled - kept) as u64;
        if self.unpacked > self.limit {
            self.ended = true;
            return Err(Error::invalid(format!(
                "{} holds more than {} when unpacked, which no file of parts, lots or orders does.",
                self.name,
                in_words(self.limit)
            )));
        }
        let encoding = *self.encoding.get_or_insert_with(|| {
            let (encoding, mark) = Encoding::detect(&self.undecoded);
            self.undecoded.drain(..mark);
            encoding
        });
        let before = self.text.len();
        let used = encoding.decode(&self.undecoded, self.ended, &mut self.text);
        if self.text.len() > before {
            self.ends_line = self.text.ends_with('\n');
        }
        self.undecoded.drain(..used);
        if let Some(progress) = &mut self.progress {
            progress(self.packed_read.load(Ordering::Relaxed), self.size);
        }
        Ok(())
    }

    fn failed(&self, error: &io::Error) -> Error {
        let from_disk = error.raw_os_error().is_some();
        if self.packed && !from_disk {
            return Error::invalid(format!(
                "{} line {}: the packed file is cut short or damaged here. Download it again.",
                self.name,
                self.last_line()
            ));
        }
        Error::new(
            Kind::Storage,
            format!("{} cannot be read further: {error}.", self.name),
        )
    }
}

fn line_breaks(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

fn in_words(bytes: u64) -> String {
    const GIB: u64 = 1024 * 1024 * 1024;
    if bytes >= GIB {
        format!("{} GiB", bytes / GIB)
    } else {
        format!("{bytes} bytes")
    }
}
