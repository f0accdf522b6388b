//! Single fields of a row, judged once for all files: what is missing, what is absurd, what is
//! merely unknown.

use crate::domain::item::MAX_NO;
use crate::domain::report::Skipped;
use crate::domain::text::{self, MAX_FIELD};
use crate::domain::{CategoryId, ColorId, Dimensions, Grams, ItemKey, ItemKind, Money};

/// Longest note (comment, remark) that is kept, in characters.
pub const MAX_NOTE: usize = 70_000;

/// Why a row cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flaw {
    field: String,
    reason: String,
}

impl Flaw {
    /// The field to blame and the reason in words.
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }

    /// As it is reported.
    pub(super) fn at(&self, file: &str, line: u64) -> Skipped {
        Skipped {
            file: file.to_owned(),
            line,
            field: self.field.clone(),
            reason: self.reason.clone(),
        }
    }
}

/// A bad value for a sentence: clean and short.
pub(super) fn quoted(raw: &str) -> String {
    let short: String = raw.chars().take(60).collect();
    let clean: String = text::clean(&short).chars().take(30).collect();
    format!("“{clean}”")
}

/// An item's or order's number: an opaque text without control characters.
pub(super) fn number(field: &str, raw: &str) -> Result<String, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Err(Flaw::new(field, "the number is missing"));
    }
    if raw.len() > MAX_NO * 8 {
        return Err(Flaw::new(field, "the number is too long"));
    }
    let plain = raw.bytes().all(|b| b.is_ascii_graphic() && b != b'&');
    let no = if plain {
        raw.to_owned()
    } else {
        let decoded = text::decode_entities(&text::decode_entities(raw));
        if decoded.chars().any(text::is_unsafe) {
            return Err(Flaw::new(field, "the number holds control characters"));
        }
        text::clean(raw)
    };
    if no.is_empty() {
        Err(Flaw::new(field, "the number is missing"))
    } else if no.len() > MAX_NO {
        Err(Flaw::new(field, "the number is too long"))
    } else {
        Ok(no)
    }
}

/// BrickLink's letter of an item type.
pub(super) fn kind(field: &str, raw: &str) -> Result<ItemKind, Flaw> {
    let mut letters = raw.trim().chars();
    let found = match (letters.next(), letters.next()) {
        (None, _) => return Err(Flaw::new(field, "the item type is missing")),
        (Some(letter), None) => ItemKind::from_letter(letter),
        _ => None,
    };
    found.ok_or_else(|| Flaw::new(field, format!("{} is not an item type", quoted(raw))))
}

/// Kind and number together.
pub(super) fn key(
    (kind_field, kind_raw): (&str, &str),
    (no_field, no_raw): (&str, &str),
) -> Result<ItemKey, Flaw> {
    let no = number(no_field, no_raw)?;
    Ok(ItemKey {
        kind: kind(kind_field, kind_raw)?,
        no,
    })
}

/// A name, decoded and cleaned; it must not be empty.
pub(super) fn name(field: &str, raw: &str) -> Result<String, Flaw> {
    if raw.len() > MAX_FIELD {
        return Err(Flaw::new(field, "the text is longer than any real name"));
    }
    let name = text::clean(raw);
    if name.is_empty() {
        return Err(Flaw::new(field, "the name is missing"));
    }
    Ok(name)
}

/// A text that may be empty, decoded and cleaned; what is longer than a field is cut.
pub(super) fn words(raw: &str) -> String {
    text::clean(cut(raw, MAX_FIELD))
}

/// A text of a table, where nothing is escaped: cleaned, and cut like [`words`].
pub(super) fn plain_words(raw: &str) -> String {
    cut(raw, MAX_FIELD)
        .chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' | '\u{a0}' | '\u{2028}' | '\u{2029}' => Some(' '),
            c if text::is_unsafe(c) => None,
            c => Some(c),
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A note, decoded once and otherwise as it was written: inner blanks and line breaks stay, other
/// control characters go.
pub(super) fn note(field: &str, raw: &str) -> Result<String, Flaw> {
    if raw.contains('&') {
        plain_note(field, &text::decode_entities(raw))
    } else {
        plain_note(field, raw)
    }
}

/// A note of a file that escapes nothing, otherwise like [`note`].
pub(super) fn plain_note(field: &str, raw: &str) -> Result<String, Flaw> {
    let plain = raw.bytes().all(|b| (0x20..0x7f).contains(&b));
    let note = if plain {
        raw.to_owned()
    } else {
        raw.replace("\r\n", "\n")
            .chars()
            .filter_map(|c| match c {
                '\n' | '\r' => Some('\n'),
                '\t' => Some(' '),
                c if text::is_unsafe(c) => None,
                c => Some(c),
            })
            .collect()
    };
    if note.len() > MAX_NOTE && note.chars().count() > MAX_NOTE {
        return Err(Flaw::new(
            field,
            format!("the note is longer than {MAX_NOTE} characters"),
        ));
    }
    Ok(note)
}

/// A category's number; nothing and 0 are unknown.
pub(super) fn category(field: &str, raw: &str) -> Result<Option<CategoryId>, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() || raw == "?" {
        return Ok(None);
    }
    match raw.parse() {
        Ok(0) => Ok(None),
        Ok(id) if id < crate::domain::category::DERIVED => Ok(Some(CategoryId(id))),
        _ => Err(Flaw::new(
            field,
            format!("{} is not a category's number", quoted(raw)),
        )),
    }
}

/// A colour's number; nothing is 0, "(Not Applicable)".
pub(super) fn color(field: &str, raw: &str) -> Result<ColorId, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(ColorId(0));
    }
    raw.parse()
        .map(ColorId)
        .map_err(|_| Flaw::new(field, format!("{} is not a colour's number", quoted(raw))))
}

/// An amount of money, not below nothing; nothing written is nothing.
pub(super) fn money(field: &str, raw: &str) -> Result<Money, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(Money::ZERO);
    }
    match Money::parse(raw) {
        Some(amount) if amount >= Money::ZERO => Ok(amount),
        Some(_) => Err(Flaw::new(field, format!("{} is below zero", quoted(raw)))),
        None => Err(Flaw::new(
            field,
            format!("{} is not an amount of money", quoted(raw)),
        )),
    }
}

/// A whole number in `from..=to`; `missing` stands for nothing written.
pub(super) fn whole(
    field: &str,
    raw: &str,
    missing: Option<i64>,
    (from, to): (i64, i64),
) -> Result<i64, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        return missing.ok_or_else(|| Flaw::new(field, "the number is missing"));
    }
    match raw.parse::<i64>() {
        Ok(value) if value < 0 && from >= 0 => {
            Err(Flaw::new(field, format!("{} is below zero", quoted(raw))))
        }
        Ok(value) if value < from || value > to => Err(Flaw::new(
            field,
            format!("{} is not between {from} and {to}", quoted(raw)),
        )),
        Ok(value) => Ok(value),
        Err(_) => Err(Flaw::new(
            field,
            format!("{} is not a whole number", quoted(raw)),
        )),
    }
}

/// A year of LEGO; everything else is unknown.
pub(super) fn year(raw: &str) -> Option<u16> {
    raw.trim()
        .parse()
        .ok()
        .filter(|year| (1930..=2100).contains(year))
}

/// A weight; nothing, 0 and nonsense are unknown.
pub(super) fn weight(raw: &str) -> Option<Grams> {
    let raw = raw.trim();
    if raw.is_empty() {
        return None;
    }
    Grams::parse(raw).filter(|weight| weight.0 > 0)
}

/// A size in one text (`2 x 4.5 x ?`).
pub(super) fn dimensions(raw: &str) -> Option<Dimensions> {
    let mut parts = raw.split(['x', 'X']).map(str::trim);
    let mut next = || parts.next().unwrap_or("");
    Dimensions::parse(next(), next(), next())
}

/// Other numbers of an item (`a,b` or `a, b`); nonsense is left out.
pub(super) fn alternates(raw: &str) -> Vec<String> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Vec::new();
    }
    raw.split(',')
        .filter_map(|no| number("", no).ok())
        .collect()
}

/// An element id: 4 to 10 digits (today's have at most 8).
pub(super) fn element(field: &str, raw: &str) -> Result<String, Flaw> {
    let raw = raw.trim();
    let digits = raw.bytes().all(|b| b.is_ascii_digit());
    if digits && (4..=10).contains(&raw.len()) {
        Ok(raw.to_owned())
    } else if raw.is_empty() {
        Err(Flaw::new(field, "the element id is missing"))
    } else {
        Err(Flaw::new(
            field,
            format!("{} is not an element id", quoted(raw)),
        ))
    }
}

/// The first `most` bytes, at a border between characters.
fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut at = most;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason<T: std::fmt::Debug>(result: Result<T, Flaw>) -> String {
        result.map_or_else(|flaw| flaw.reason, |value| format!("fine: {value:?}"))
    }

    #[test]
    fn numbers_are_opaque_but_safe() {
        for no in [
            "3001",
            "1592.1stk01",
            "6166441_ET",
            "973pb0123c01",
            "0011-2",
        ] {
            assert_eq!(number("no", no).as_deref(), Ok(no));
        }
        assert_eq!(number("no", " a&amp;b\r").as_deref(), Ok("a&b"));
        assert_eq!(reason(number("no", " ")), "the number is missing");
        assert_eq!(
            reason(number("no", &"x".repeat(41))),
            "the number is too long"
        );
        assert_eq!(
            reason(number("no", &"x".repeat(9999))),
            "the number is too long"
        );
        for bad in ["30\u{1b}[2J01", "30&#27;01", "30&amp;#7;01", "30\u{202e}01"] {
            assert_eq!(
                reason(number("no", bad)),
                "the number holds control characters"
            );
        }
    }

    #[test]
    fn unknown_is_not_wrong() {
        assert_eq!(
            (year("?"), year(""), year("1978")),
            (None, None, Some(1978))
        );
        assert_eq!((year("1929"), year("2101"), year("-5")), (None, None, None));
        assert_eq!(
            (weight("-3"), weight("0"), weight("abc")),
            (None, None, None)
        );
        assert_eq!(dimensions("? x ? x ?"), None);
        assert_eq!(
            dimensions("17.5 x 17.5 x 0.5")
                .map(|d| d.to_string())
                .as_deref(),
            Some("17.5 x 17.5 x 0.5")
        );
        assert_eq!(alternates("a,b"), ["a", "b"]);
        assert_eq!(alternates(" a, b ,, "), ["a", "b"]);
        assert!(alternates(" ").is_empty());
        assert_eq!(category("c", "?"), Ok(None));
    }

    #[test]
    fn absurd_is_wrong() {
        assert_eq!(reason(money("p", "-1")), "“-1” is below zero");
        assert_eq!(reason(money("p", "1,5")), "“1,5” is not an amount of money");
        assert_eq!(
            reason(whole("q", "x", None, (0, 9))),
            "“x” is not a whole number"
        );
        assert_eq!(
            reason(whole("q", "10", None, (0, 9))),
            "“10” is not between 0 and 9"
        );
        assert_eq!(reason(whole("q", "-1", None, (0, 9))), "“-1” is below zero");
        assert_eq!(reason(color("c", "red")), "“red” is not a colour's number");
        assert_eq!(
            reason(category("c", "70000000")),
            "“70000000” is not a category's number"
        );
        assert_eq!(reason(element("e", "12a4")), "“12a4” is not an element id");
        assert_eq!(reason(kind("t", "X")), "“X” is not an item type");
        assert_eq!(reason(name("n", "&#27; ")), "the name is missing");
    }

    #[test]
    fn notes_stay_as_written() {
        assert_eq!(note("r", " A-2   b ").as_deref(), Ok(" A-2   b "));
        assert_eq!(
            note("r", "a &amp;amp; b\r\nc\u{1b}[0m").as_deref(),
            Ok("a &amp; b\nc[0m")
        );
        assert_eq!(note("r", "R&D < 3").as_deref(), Ok("R&D < 3"));
        assert!(note("r", &"ü".repeat(MAX_NOTE)).is_ok());
        assert!(note("r", &"ü".repeat(MAX_NOTE + 1)).is_err());
    }
}
