//! Places on the shop's shelves.
//!
//! A place is whatever a seller writes into a lot's remarks: `A-12`, `C303`, `C01.01-003-02`,
//! `A-12;C303` for two places, or nothing that is a place at all. The text is kept byte for byte;
//! this module only reads it.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A place as it was written, possibly several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Place(pub String);

/// A run of letters or digits of a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    Number(u64),
    Word(String),
}

/// What a place is sorted by: understood ones first, natural order (A-2 before A-10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceKey {
    understood: bool,
    /// The tokens as bytes that compare like them: long lists are sorted by this.
    bytes: Vec<u8>,
}

/// Words that only say "a place follows".
const KEYWORDS: [&str; 5] = ["bin", "shelf", "drawer", "box", "place"];
/// A longer text is a note, not a place.
const MAX_PLACE: usize = 32;

impl Place {
    /// As written.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The places one by one: `A-12;C303` are two.
    pub fn each(&self) -> impl Iterator<Item = &str> {
        self.0
            .split([';', '|'])
            .map(str::trim)
            .filter(|place| !place.is_empty())
    }

    /// The same with one of its places become another; the others stay, byte for byte. `None`: it does
    /// not lie there. A lot that lies at the new place already just leaves the old one.
    #[must_use]
    pub fn moved(&self, from: &str, to: &str) -> Option<Self> {
        let is = |one: &str, other: &str| one.trim() == other.trim() || same_place(one, other);
        let segments: Vec<&str> = self.0.split_inclusive([';', '|']).collect();
        let bare = |segment: &'_ str| segment.trim_end_matches([';', '|']).to_owned();
        let here = |segment: &str| !segment.trim().is_empty() && is(segment, from);
        if !segments.iter().any(|segment| here(&bare(segment))) {
            return None;
        }
        let mut there = segments.iter().any(|segment| {
            let segment = bare(segment);
            !here(&segment) && is(&segment, to)
        });
        let mut after = String::with_capacity(self.0.len() + to.len());
        for segment in segments {
            let text = bare(segment);
            if !here(&text) {
                after.push_str(segment);
            } else if !std::mem::replace(&mut there, true) {
                let (start, end) = (text.trim_start(), text.trim_end());
                after.push_str(&text[..text.len() - start.len()]);
                after.push_str(to.trim());
                after.push_str(&text[end.len()..]);
                after.push_str(&segment[text.len()..]);
            }
        }
        // What stood last may have gone, and nothing follows its separator.
        let kept = after.trim_end();
        Some(Self(kept.strip_suffix([';', '|']).map_or_else(
            || kept.to_owned(),
            |kept| kept.trim_end().to_owned(),
        )))
    }

    /// The first place, where one walks first.
    pub fn first(&self) -> &str {
        self.each().next().unwrap_or("")
    }

    /// Whether the first place reads like a place: short, and with a digit in it.
    pub fn understood(&self) -> bool {
        let first = self.first();
        !first.is_empty()
            && first.len() <= MAX_PLACE
            && first.bytes().any(|b| b.is_ascii_digit())
            && first
                .chars()
                .all(|c| c.is_alphanumeric() || "-./_: #".contains(c))
    }

    /// The sorting key of the first place.
    pub fn key(&self) -> PlaceKey {
        PlaceKey {
            understood: self.understood(),
            bytes: sortable(&tokens(self.first())),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// What counts of a place: its runs of letters, in lower case, and its numbers.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |of: fn(char) -> bool| rest.find(|c: char| !of(c)).unwrap_or(rest.len());
        if first.is_ascii_digit() {
            let (digits, after) = rest.split_at(run(|c| c.is_ascii_digit()));
            found.push(Token::Number(digits.parse().unwrap_or(u64::MAX)));
            rest = after;
        } else if first.is_alphabetic() {
            let (word, after) = rest.split_at(run(char::is_alphabetic));
            // A dot that only lower case has (`İ`) is not a letter.
            let word = word
                .to_lowercase()
                .replace(|c: char| !c.is_alphabetic(), "");
            if !(found.is_empty() && KEYWORDS.contains(&word.as_str()) && !after.is_empty()) {
                found.push(Token::Word(word));
            }
            rest = after;
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// Numbers before words; a word ends with a byte that is below every letter.
fn sortable(tokens: &[Token]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16);
    for token in tokens {
        match token {
            Token::Number(number) => {
                bytes.push(1);
                bytes.extend(number.to_be_bytes());
            }
            Token::Word(word) => {
                bytes.push(2);
                bytes.extend(word.as_bytes());
                bytes.push(0);
            }
        }
    }
    bytes
}

impl Ord for PlaceKey {
    fn cmp(&self, other: &Self) -> Ordering {
        // Places that cannot be read come last, where somebody looks at them.
        other
            .understood
            .cmp(&self.understood)
            .then_with(|| self.bytes.cmp(&other.bytes))
    }
}

impl PartialOrd for PlaceKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two texts name the same place: letter case, keyword and separators do not matter.
pub fn same_place(a: &str, b: &str) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    !a.is_empty() && a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place(text.to_owned())
    }

    #[test]
    fn natural_order_and_unreadable_last() {
        let mut places: Vec<Place> = [
            "~",
            "A-10",
            "B-1",
            "A-2",
            "",
            "Bin A-3",
            "C303",
            "ask Ana, she knows where it is",
        ]
        .into_iter()
        .map(place)
        .collect();
        places.sort_by_key(Place::key);
        let order: Vec<&str> = places.iter().map(Place::raw).collect();
        assert_eq!(order[..5], ["A-2", "Bin A-3", "A-10", "B-1", "C303"]);
    }

    #[test]
    fn keys_compare_like_their_tokens() {
        let texts = [
            "A", "AB", "A-1", "A-1-2", "A-2", "1-A", "12", "2", "Ä-1", "A B", "A-300",
        ];
        for a in texts {
            for b in texts {
                let by_tokens = tokens(a).cmp(&tokens(b));
                assert_eq!(
                    sortable(&tokens(a)).cmp(&sortable(&tokens(b))),
                    by_tokens,
                    "{a} {b}"
                );
            }
        }
    }

    #[test]
    fn several_places() {
        let two = place("A-12; C303");
        assert_eq!(two.each().collect::<Vec<_>>(), ["A-12", "C303"]);
        assert_eq!(two.first(), "A-12");
        assert_eq!(two.raw(), "A-12; C303", "kept byte for byte");
    }

    #[test]
    fn one_of_several_places_moves_and_the_others_stay() {
        let moved = |text: &str, from, to| place(text).moved(from, to).map(|place| place.0);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(moved("A-12; C303", "c 303", "B-7"), some("A-12; B-7"));
        assert_eq!(moved("A-12; C303", "A-12", "B-7"), some("B-7; C303"));
        assert_eq!(moved("A-12|C303|D-1", "C303", "B-7"), some("A-12|B-7|D-1"));
        assert_eq!(moved("A-12", "A-12", "B-7"), some("B-7"));
        assert_eq!(moved("A-12;C303", "C303", "A 12"), some("A-12"));
        assert_eq!(moved("A-12;C303", "A-12", "C303"), some("C303"));
        assert_eq!(moved("A-12;a 12", "A-12", "B-7"), some("B-7"));
        assert_eq!(moved("A-120;C303", "A-12", "B-7"), None);
        assert_eq!(moved("", "", "B-7"), None);
        assert_eq!(moved("~", "~", "B-7"), some("B-7"), "what is no place, too");
    }

    #[test]
    fn the_same_place_written_differently() {
        assert!(same_place("a-12", "A 12"));
        assert!(same_place("Bin C303", "c303"));
        assert!(same_place("A-012", "A-12"));
        assert!(
            same_place("İ-1", "i\u{307}-1"),
            "lower case of one letter in two"
        );
        assert!(!same_place("A-12", "A-1-2"));
        assert!(!same_place("", ""));
    }
}
