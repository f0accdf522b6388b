//! Memory stays bounded whatever a file holds. Alone in its file, as it looks at the whole process.

use std::io::Read;

use brickops::error::Result;
use brickops::formats::{Collected, Source, read_catalog, sniff};

fn read_from(mut source: Source) -> Result<Collected> {
    let kind = sniff(&mut source)?;
    let mut rows = Collected::default();
    read_catalog(&mut source, &kind, &mut rows)?;
    Ok(rows)
}

/// A stream that never holds a line break: a beginning, then the same piece over and over.
struct Endless {
    begin: &'static [u8],
    piece: &'static [u8],
    end: &'static [u8],
    left: u64,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if !self.begin.is_empty() {
            return self.begin.read(into);
        }
        if self.left == 0 {
            return self.end.read(into);
        }
        let mut filled = 0;
        while filled < into.len() && self.left > 0 {
            let from = &self.piece[self.at..];
            let bytes = from.len().min(into.len() - filled);
            into[filled..filled + bytes].copy_from_slice(&from[..bytes]);
            filled += bytes;
            self.at = (self.at + bytes) % self.piece.len();
            if self.at == 0 {
                self.left -= 1;
            }
        }
        Ok(filled)
    }
}

fn endless(begin: &'static str, piece: &'static str, end: &'static str, bytes: u64) -> Source {
    let stream = Endless {
        begin: begin.as_bytes(),
        piece: piece.as_bytes(),
        end: end.as_bytes(),
        left: bytes / piece.len() as u64,
        at: 0,
    };
    Source::from_reader("endless", stream, bytes).expect("opens")
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next())
        .and_then(|kib| kib.parse().ok())
        .unwrap_or(0)
}

#[test]
fn a_hundred_megabytes_without_a_line_break() {
    const SIZE: u64 = 100 << 20;
    let before = resident_kib();
    let piece = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let cases: [(&str, &str, &str); 4] = [
        ("Item No\tColor\tCode\n", piece, ""),
        (
            "<CATALOG><ITEM><ITEMID>",
            piece,
            "</ITEMID></ITEM></CATALOG>",
        ),
        (
            "<CATALOG><ITEM><ITEMID>1</ITEMID></ITEM>",
            piece,
            "</CATALOG>",
        ),
        ("<", piece, ">"),
    ];
    for (begin, piece, end) in cases {
        let outcome = read_from(endless(begin, piece, end, SIZE));
        if begin == "<" {
            assert!(outcome.is_err(), "a tag without end");
        } else {
            let rows = outcome.expect("readable");
            assert_eq!(rows.skipped.count, 1, "{begin}");
        }
        let grown = resident_kib() - before;
        assert!(grown < 24 * 1024, "{begin}: {grown} KiB");
    }
}
