//! Packed files, unpacked while they are read.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// As it is.
    None,
    /// Gzip, possibly several behind each other.
    Gzip,
    /// Zstandard, possibly several frames.
    Zstd,
}

impl Packing {
    /// By the first four bytes.
    pub(super) fn detect(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd] => Self::Zstd,
            _ => Self::None,
        }
    }

    /// The bytes that are packed in a stream.
    pub(super) fn open(self, packed: impl BufRead + Send + 'static) -> Box<dyn Read + Send> {
        match self {
            Self::None => Box::new(packed),
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(Zstd {
                packed: Some(Box::new(packed)),
                frame: None,
            }),
        }
    }
}

/// Counts the bytes that are read from a stream, for progress.
pub(super) struct Counting<R> {
    reader: R,
    read: Arc<AtomicU64>,
}

impl<R> Counting<R> {
    /// Adds to `read` what is read from `reader`.
    pub(super) fn new(reader: R, read: Arc<AtomicU64>) -> Self {
        Self { reader, read }
    }
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.reader.read(into)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

type Packed = Box<dyn BufRead + Send>;

/// The decoder reads one frame; parallel packers write several behind each other.
struct Zstd {
    packed: Option<Packed>,
    frame: Option<StreamingDecoder<Packed, FrameDecoder>>,
}

impl Read for Zstd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let bytes = frame.read(into)?;
                if bytes > 0 || into.is_empty() {
                    return Ok(bytes);
                }
                self.packed = self.frame.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut packed) = self.packed.take() else {
                return Ok(0);
            };
            if packed.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(packed).map_err(io::Error::other)?);
        }
    }
}
