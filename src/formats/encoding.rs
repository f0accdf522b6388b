//! Bytes of unknown encoding to UTF-8, piece by piece.
//!
//! Downloads are UTF-8, but files that went through a spreadsheet or an old editor are UTF-16 or
//! Windows-1252. Only UTF-16 can be told from the beginning of a file; in everything else a byte
//! sequence that is not UTF-8 is read as Windows-1252 where it stands, so that one broken
//! character in the middle of 30 MB does not spoil the others.

/// How the characters of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, with Windows-1252 for what is not.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl Encoding {
    /// The encoding by the first bytes of a file, and how many of them are a mark to be dropped.
    pub(super) fn detect(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            [a, 0, b, 0, ..] if *a > 0 && *b > 0 => (Self::Utf16Le, 0),
            [0, a, 0, b, ..] if *a > 0 && *b > 0 => (Self::Utf16Be, 0),
            _ => (Self::Utf8, 0),
        }
    }

    /// Appends what `bytes` say to `out` and tells how many bytes that took. The rest, at most
    /// three bytes, is the beginning of a character; with `last` nothing is left.
    pub(super) fn decode(self, bytes: &[u8], last: bool, out: &mut String) -> usize {
        match self {
            Self::Utf8 => utf8(bytes, last, out),
            Self::Utf16Le => utf16(bytes, last, u16::from_le_bytes, out),
            Self::Utf16Be => utf16(bytes, last, u16::from_be_bytes, out),
        }
    }
}

fn utf8(bytes: &[u8], last: bool, out: &mut String) -> usize {
    if let Ok(text) = std::str::from_utf8(bytes) {
        out.push_str(text);
        return bytes.len();
    }
    let mut used = 0;
    for piece in bytes.utf8_chunks() {
        out.push_str(piece.valid());
        used += piece.valid().len();
        let bad = piece.invalid();
        let at_end = used + bad.len() == bytes.len();
        if at_end && !last && is_beginning(bad) {
            break;
        }
        out.extend(bad.iter().copied().map(windows_1252));
        used += bad.len();
    }
    used
}

/// Whether more bytes may make a character of it.
fn is_beginning(bad: &[u8]) -> bool {
    std::str::from_utf8(bad).is_err_and(|error| error.error_len().is_none())
}

fn utf16(bytes: &[u8], last: bool, unit: fn([u8; 2]) -> u16, out: &mut String) -> usize {
    let mut usable = bytes.len() & !1;
    if !last && usable >= 2 {
        let end = unit([bytes[usable - 2], bytes[usable - 1]]);
        if (0xd800..0xdc00).contains(&end) {
            usable -= 2;
        }
    }
    let units = bytes[..usable]
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]));
    out.extend(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if last { bytes.len() } else { usable }
}

/// Windows-1252 equals Latin-1 but for 0x80 to 0x9f.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_in_pieces(bytes: &[u8], piece: usize) -> String {
        let (encoding, mark) = Encoding::detect(bytes);
        let mut out = String::new();
        let mut waiting: Vec<u8> = Vec::new();
        for part in bytes[mark..].chunks(piece) {
            waiting.extend_from_slice(part);
            let used = encoding.decode(&waiting, false, &mut out);
            waiting.drain(..used);
            assert!(waiting.len() <= 3);
        }
        encoding.decode(&waiting, true, &mut out);
        out
    }

    fn utf16_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_whatever_the_pieces() {
        let text = "<ITEM>pièce 𝄞 ü€</ITEM>";
        let marked = |mark: &str, unit| utf16_bytes(&format!("{mark}{text}"), unit);
        let files: [Vec<u8>; 6] = [
            text.into(),
            format!("\u{feff}{text}").into(),
            marked("\u{feff}", u16::to_le_bytes),
            marked("\u{feff}", u16::to_be_bytes),
            marked("", u16::to_le_bytes),
            marked("", u16::to_be_bytes),
        ];
        for (at, file) in files.iter().enumerate() {
            for piece in [1, 2, 3, 5, 64] {
                assert_eq!(decode_in_pieces(file, piece), text, "file {at} by {piece}");
            }
        }
    }

    #[test]
    fn what_is_not_utf8_is_windows_1252() {
        assert_eq!(
            decode_in_pieces(b"caf\xe9 \x80 5 \x93x\x94", 1),
            "café € 5 “x”"
        );
        let mixed = [b"g\xc3\xbcn ".as_slice(), b"br\xfcn"].concat();
        assert_eq!(decode_in_pieces(&mixed, 1), "gün brün", "both in one file");
        assert_eq!(decode_in_pieces(b"cut \xc3", 2), "cut Ã", "at the very end");
    }
}
