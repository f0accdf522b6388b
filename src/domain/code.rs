//! The codes on the shop's own labels: what a scanner reads from a bin, a lot or a tote.
//!
//! A code is `Z`, a letter for its kind, what it stands for, and two check characters:
//! `ZL35211` + check is lot 35211, `ZBC303` + check is the place C303.
//!
//! - Only `0-9` and `A-Z`, read without regard to case: these survive Caps Lock and most keyboard
//!   layouts, and a QR code packs them tightly. `Z` starts no command of the screens.
//! - The check is ISO 7064 MOD 1271-36. Its relatives with one check character either need a 37th
//!   character (MOD 37-2) or miss some swapped neighbours (MOD 37,36). This one finds every single
//!   wrong character and every swap of two neighbours, stays within the 36 characters, and takes
//!   only one foreign text in 1,271 that looks like a code for one.
//! - A place keeps its own letters and digits, so that its code can be read by eye. Spellings that
//!   [`super::place::same_place`] takes for one place have one code: `A-12`, `a 12` and `Bin A12`
//!   all are `ZBA12` + check. The letter `Z` is written `ZZ`, a border between two numbers or two
//!   words `ZX`, any other letter `ZA` or `ZB` and its Unicode number in base 36, two digits or four.
//! - A bin that carries its plain place as a code, from before this program, stays valid: such a text
//!   is [`CodeError::NotOurs`] here, and whoever resolves a scan then looks for a place of that name.

use super::place::{Token, tokens};
use super::{LotId, OrderId};

/// What every code begins with.
const SIGN: char = 'Z';
/// The modulus of the check; with radix 36 it finds every single error and every swap.
const MODULUS: u32 = 1271;
/// The radix: `0-9`, `A-Z`.
const RADIX: u32 = 36;
/// Longest code; a QR code of it still fits a 25 mm label.
const MAX_CODE: usize = 96;
/// Letters below this Unicode number are written with two digits.
const SHORT: u32 = RADIX * RADIX;

/// What a code can stand for. `P` is kept for the badges of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// A place on the shelves.
    Bin,
    /// A lot of the inventory.
    Lot,
    /// A box in which an order is gathered.
    Tote,
    /// An order.
    Order,
}

impl CodeKind {
    const ALL: [Self; 4] = [Self::Bin, Self::Lot, Self::Tote, Self::Order];

    /// The letter after the sign.
    pub const fn letter(self) -> char {
        match self {
            Self::Bin => 'B',
            Self::Lot => 'L',
            Self::Tote => 'T',
            Self::Order => 'R',
        }
    }
}

/// A place as a code carries it: its letters and numbers, without spelling.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BinCode(String);

impl BinCode {
    /// The place, for comparing with [`super::place::same_place`].
    pub fn place(&self) -> &str {
        &self.0
    }
}

/// What a label's code stands for. `Display` gives the code itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Code {
    /// A place; made with [`Code::bin`].
    Bin(BinCode),
    /// A lot.
    Lot(LotId),
    /// A tote, by the number written on it.
    Tote(u32),
    /// An order.
    Order(OrderId),
}

/// Why there is no code, or none that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Something else: a place, an order number, a part number, a shop's own barcode.
    #[error("This is not one of the shop's own codes; look for a place or a number of that name.")]
    NotOurs,
    /// It has the shape of a code, but its check does not hold. Where nothing else of that name
    /// exists, it was mistyped or read wrongly.
    #[error("A character of this code is wrong; scan it again or compare it with the label.")]
    Mistyped,
    /// The scanner is set to an English keyboard and the computer to a German one, or the reverse.
    #[error("The scanner types Y for Z; set it to the computer's keyboard layout and scan again.")]
    Layout,
    /// A place without letters and digits cannot be told from another.
    #[error("A place without letters or digits cannot have a code; give it a name such as A-12.")]
    NoName,
    /// The place is a sentence.
    #[error("This place is too long for a code; give it a shorter name such as A-12.")]
    TooLong,
    /// `A-12;C303` are two places.
    #[error("These are several places; make a label for each of them.")]
    Several,
}

impl Code {
    /// The code of one place, as written in a lot's remarks.
    pub fn bin(place: &str) -> Result<Self, CodeError> {
        if place.contains([';', '|']) {
            return Err(CodeError::Several);
        }
        let text = plain(&tokens(place));
        if text.is_empty() {
            return Err(CodeError::NoName);
        }
        let code = Self::Bin(BinCode(text));
        if code.body().len() + 4 > MAX_CODE {
            return Err(CodeError::TooLong);
        }
        Ok(code)
    }

    /// Reads what was scanned or typed: letter case, blanks and control characters around it, a
    /// scanner's symbology mark (`]Q1`) and punctuation before or after do not matter.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = bare(text).to_ascii_uppercase();
        if text.len() > MAX_CODE || !text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(CodeError::NotOurs);
        }
        let mut letters = text.chars();
        if letters.next() != Some(SIGN) {
            let swapped = text.starts_with('Y') && Self::parse(&swap_y_z(&text)).is_ok();
            return Err(if swapped {
                CodeError::Layout
            } else {
                CodeError::NotOurs
            });
        }
        let kind = letters.next().and_then(|letter| {
            CodeKind::ALL
                .into_iter()
                .find(|kind| kind.letter() == letter)
        });
        let (Some(kind), Some(body)) = (kind, text.get(2..text.len().saturating_sub(2))) else {
            return Err(CodeError::NotOurs);
        };
        if body.is_empty() {
            return Err(CodeError::NotOurs);
        }
        if remainder(&text) != 1 {
            return Err(CodeError::Mistyped);
        }
        let code = match kind {
            CodeKind::Bin => unescape(body).and_then(|place| Self::bin(&place).ok()),
            CodeKind::Lot => body.parse().ok().map(|id| Self::Lot(LotId(id))),
            CodeKind::Tote => body.parse().ok().map(Self::Tote),
            CodeKind::Order => body.parse().ok().map(|id| Self::Order(OrderId(id))),
        };
        // One meaning has one code: leading zeros and needless escapes are not ours.
        code.filter(|code| code.body() == body)
            .ok_or(CodeError::Mistyped)
    }

    /// What it stands for.
    pub const fn kind(&self) -> CodeKind {
        match self {
            Self::Bin(_) => CodeKind::Bin,
            Self::Lot(_) => CodeKind::Lot,
            Self::Tote(_) => CodeKind::Tote,
            Self::Order(_) => CodeKind::Order,
        }
    }

    fn body(&self) -> String {
        match self {
            Self::Bin(place) => escape(place.place()),
            Self::Lot(id) => id.to_string(),
            Self::Tote(number) => number.to_string(),
            Self::Order(id) => id.to_string(),
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = format!("{SIGN}{}{}", self.kind().letter(), self.body());
        let open = remainder(&text) * RADIX % MODULUS * RADIX % MODULUS;
        let check = (MODULUS + 1 - open) % MODULUS;
        text.push(digit(check / RADIX));
        text.push(digit(check % RADIX));
        f.pad(&text)
    }
}

/// What is left of the text as a number in base 36.
fn remainder(text: &str) -> u32 {
    text.chars().fold(0, |sum, c| {
        (sum * RADIX + c.to_digit(RADIX).unwrap_or(0)) % MODULUS
    })
}

fn digit(value: u32) -> char {
    char::from_digit(value, RADIX)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

fn swap_y_z(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'Y' => 'Z',
            'Z' => 'Y',
            c => c,
        })
        .collect()
}

/// Without what scanners and hands put around a code.
fn bare(text: &str) -> &str {
    let around = |c: char| c.is_control() || c.is_whitespace();
    let text = text.trim_matches(around);
    let mark = text.as_bytes();
    let marked = mark.len() > 3
        && mark[0] == b']'
        && mark[1].is_ascii_alphabetic()
        && mark[2].is_ascii_alphanumeric();
    let text = if marked { &text[3..] } else { text };
    text.trim_matches(|c: char| around(c) || c.is_ascii_punctuation())
}

/// Letters in upper case where they are ASCII, numbers, and a dash where two of a kind meet.
fn plain(tokens: &[Token]) -> String {
    let mut text = String::new();
    let mut before: Option<bool> = None;
    for token in tokens {
        let number = matches!(token, Token::Number(_));
        if before == Some(number) {
            text.push('-');
        }
        before = Some(number);
        match token {
            Token::Number(value) => text.push_str(&value.to_string()),
            Token::Word(word) => text.extend(word.chars().map(|c| c.to_ascii_uppercase())),
        }
    }
    text
}

fn escape(place: &str) -> String {
    let mut body = String::with_capacity(place.len());
    for c in place.chars() {
        match c {
            '-' => body.push_str("ZX"),
            'Z' => body.push_str("ZZ"),
            c if c.is_ascii() => body.push(c),
            c => {
                let value = u32::from(c);
                let digits = if value < SHORT { 2 } else { 4 };
                body.push_str(if value < SHORT { "ZA" } else { "ZB" });
                for place in (0..digits).rev() {
                    body.push(digit(value / RADIX.pow(place) % RADIX));
                }
            }
        }
    }
    body
}

fn unescape(body: &str) -> Option<String> {
    let mut place = String::with_capacity(body.len());
    let mut rest = body.chars();
    while let Some(c) = rest.next() {
        if c != 'Z' {
            place.push(c);
            continue;
        }
        let digits = match rest.next()? {
            'X' => {
                place.push('-');
                continue;
            }
            'Z' => {
                place.push('Z');
                continue;
            }
            'A' => 2,
            'B' => 4,
            _ => return None,
        };
        let mut value = 0;
        for _ in 0..digits {
            value = value * RADIX + rest.next()?.to_digit(RADIX)?;
        }
        place.push(char::from_u32(value)?);
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::place::same_place;

    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    fn bin(place: &str) -> String {
        Code::bin(place).expect(place).to_string()
    }

    #[test]
    fn the_standards_own_example() {
        assert_eq!(remainder("ISO793W"), 1, "ISO 7064, MOD 1271-36");
    }

    #[test]
    fn codes_can_be_read_by_eye() {
        assert!(Code::Lot(LotId(35211)).to_string().starts_with("ZL35211"));
        assert!(bin("C303").starts_with("ZBC303"));
        assert!(bin("C01.01-003-02").starts_with("ZBC1ZX1ZX3ZX2"));
        assert_eq!(Code::Tote(7).to_string().len(), 5);
    }

    #[test]
    fn spellings_of_one_place_have_one_code() {
        for same in ["A-12", "a 12", "Bin A12", "A-012", "  a_12 "] {
            assert_eq!(bin(same), bin("A12"), "{same}");
        }
        for other in ["A-1-2", "A-21", "A-12-1", "AA-12", "Ä-12", "Z-12", "А-12"] {
            assert_ne!(bin(other), bin("A12"), "{other}");
        }
    }

    #[test]
    fn what_scanners_add_does_not_matter() {
        let code = Code::Lot(LotId(35211));
        let text = code.to_string();
        for around in [
            text.to_lowercase(),
            format!("  {text} \r\n"),
            format!("\u{1}{text}\r"),
            format!("]Q1{text}"),
            format!("]d2{text}\u{1d}"),
            format!("~{text}\t"),
            format!("*{text}*"),
        ] {
            assert_eq!(Code::parse(&around), Ok(code.clone()), "{around:?}");
        }
    }

    #[test]
    fn a_wrong_keyboard_layout_is_told() {
        for code in [bin("C303"), bin("Z-1"), Code::Lot(LotId(7)).to_string()] {
            let typed = swap_y_z(&code).to_lowercase();
            assert_eq!(Code::parse(&typed), Err(CodeError::Layout), "{typed}");
        }
        assert_eq!(Code::parse("YB12AB"), Err(CodeError::NotOurs));
    }

    #[test]
    fn other_texts_are_not_ours() {
        for text in [
            "",
            " ",
            "]Q1",
            "A-12",
            "C303",
            "3001",
            "Z",
            "ZB",
            "ZBA",
            "ZBAB",
            "5702015357197",
            "973pb0123c01",
            "ZQ12345",
            "ZB-12",
            "ЯB12AB",
            "zażółć",
            "302326",
        ] {
            assert_eq!(Code::parse(text), Err(CodeError::NotOurs), "{text}");
        }
    }

    #[test]
    fn a_meaning_has_one_code_only() {
        for body in [
            "L007",
            "L",
            "L99999999999999999999",
            "BA012",
            "BZA02",
            "BZQ",
            "B1Z",
            "T4294967296",
        ] {
            let mut text = format!("Z{body}");
            let open = remainder(&text) * RADIX % MODULUS * RADIX % MODULUS;
            let check = (MODULUS + 1 - open) % MODULUS;
            text.push(digit(check / RADIX));
            text.push(digit(check % RADIX));
            assert!(Code::parse(&text).is_err(), "{text} has a right check");
        }
    }

    #[test]
    fn places_without_a_code_say_why() {
        assert_eq!(Code::bin("~"), Err(CodeError::NoName));
        assert_eq!(Code::bin(""), Err(CodeError::NoName));
        assert_eq!(Code::bin("A-12;C303"), Err(CodeError::Several));
        assert_eq!(Code::bin(&"cupboard ".repeat(20)), Err(CodeError::TooLong));
    }

    #[test]
    fn every_letter_of_unicode_comes_back() {
        for letter in ('\0'..=char::MAX).filter(|c| c.is_alphabetic()) {
            let place = format!("{letter}Z 12");
            let code = Code::bin(&place).expect("a letter");
            let read = Code::parse(&code.to_string()).expect("our own");
            let Code::Bin(found) = &read else {
                panic!("{letter} is a place");
            };
            assert!(same_place(found.place(), &place), "{letter}");
            assert_eq!(read, code);
        }
    }

    fn codes() -> impl Strategy<Value = Code> {
        prop_oneof![
            any::<u64>().prop_map(|id| Code::Lot(LotId(id))),
            (0..60_000_u64).prop_map(|id| Code::Lot(LotId(id))),
            any::<u64>().prop_map(|id| Code::Order(OrderId(id))),
            any::<u32>().prop_map(Code::Tote),
            "[A-Z]{1,3}[-. ]?[0-9]{1,4}([-.][0-9]{1,3}){0,2}"
                .prop_filter_map("a place", |place| Code::bin(&place).ok()),
            "[A-Za-zÄÖÜäöüßΑ-Ωа-яĀ-ž0-9 .-]{1,12}"
                .prop_filter_map("a place", |place| Code::bin(&place).ok()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn codes_come_back(code in codes()) {
            let text = code.to_string();
            prop_assert!(text.len() <= MAX_CODE);
            prop_assert!(text.bytes().all(|b| ALPHABET.contains(&b)));
            prop_assert_eq!(Code::parse(&text), Ok(code));
        }

        #[test]
        fn one_wrong_character_is_always_found(code in codes()) {
            let text = code.to_string().into_bytes();
            for at in 0..text.len() {
                for other in (b' '..=b'~').filter(|b| b.to_ascii_uppercase() != text[at]) {
                    let mut wrong = text.clone();
                    wrong[at] = other;
                    let wrong = String::from_utf8(wrong).expect("ASCII");
                    prop_assert!(Code::parse(&wrong).is_err(), "{}", wrong);
                }
            }
        }

        #[test]
        fn two_swapped_neighbours_are_always_found(code in codes()) {
            let text = code.to_string().into_bytes();
            for at in 1..text.len() {
                if text[at - 1] != text[at] {
                    let mut wrong = text.clone();
                    wrong.swap(at - 1, at);
                    let wrong = String::from_utf8(wrong).expect("ASCII");
                    prop_assert!(Code::parse(&wrong).is_err(), "{}", wrong);
                }
            }
        }

        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,40}") {
            if let Ok(code) = Code::parse(&text) {
                prop_assert!(text.to_ascii_uppercase().contains(&code.to_string()));
            }
        }

        #[test]
        fn any_place_has_one_code_or_a_reason(place in "\\PC{0,24}") {
            if let Ok(code) = Code::bin(&place) {
                let read = Code::parse(&code.to_string());
                prop_assert_eq!(&read, &Ok(code));
                if let Ok(Code::Bin(found)) = read {
                    prop_assert!(same_place(found.place(), &place));
                }
            }
        }
    }
}
