//! Where in the remarks a shop writes its places. The remarks stay byte for byte as they are; the rule only
//! says which part of them names the place.

use serde::{Deserialize, Serialize};

use super::Place;
use super::text::clean;

/// How places are read from remarks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PlaceRule {
    /// All of the remarks are the place.
    #[default]
    Remarks,
    /// What stands before this, or all where it does not occur.
    Before(String),
    /// What stands behind this; nothing where it does not occur.
    After(String),
    /// What stands between these; nothing where they do not occur.
    Between(String, String),
    /// Places are a field of their own; the remarks say nothing of them.
    Own,
}

/// How well a rule fits the shop's remarks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PlaceRuleFit {
    /// The rule.
    pub rule: PlaceRule,
    /// Lots that are looked at.
    pub lots: u32,
    /// Lots whose place reads like one.
    pub understood: u32,
    /// Lots without any.
    pub empty: u32,
    /// A few remarks with the places that are read from them.
    pub examples: Vec<(String, String)>,
    /// A few remarks in which no place is understood.
    pub odd: Vec<String>,
}

/// How rules are written, for whoever wrote something else.
pub const PLACE_RULES: &str = "Write remarks, own, before |, after loc:, or between [ ].";

impl PlaceRuleFit {
    /// Lots whose remarks say something in which no place is understood.
    pub const fn not_understood(&self) -> u32 {
        self.lots
            .saturating_sub(self.understood)
            .saturating_sub(self.empty)
    }
}

impl PlaceRule {
    /// Reads `remarks`, `before |`, `after loc:`, `between [ ]`, `own`.
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Some(match words.as_slice() {
            ["remarks"] => Self::Remarks,
            ["own"] => Self::Own,
            ["before", mark] => Self::Before((*mark).to_owned()),
            ["after", mark] => Self::After((*mark).to_owned()),
            ["between", from, to] => Self::Between((*from).to_owned(), (*to).to_owned()),
            _ => return None,
        })
    }

    /// Where in the remarks the place stands.
    fn span(&self, remarks: &str) -> Option<std::ops::Range<usize>> {
        let whole = match self {
            Self::Own => return None,
            Self::Remarks => 0..remarks.len(),
            Self::Before(mark) => 0..remarks.find(mark.as_str()).unwrap_or(remarks.len()),
            Self::After(mark) => remarks.find(mark.as_str())? + mark.len()..remarks.len(),
            Self::Between(from, to) => {
                let start = remarks.find(from.as_str())? + from.len();
                start..start + remarks[start..].find(to.as_str())?
            }
        };
        if *self == Self::Remarks {
            return Some(whole);
        }
        let part = &remarks[whole.clone()];
        let start = whole.start + (part.len() - part.trim_start().len());
        Some(start..(start + part.trim().len()).max(start))
    }

    /// The place that the remarks name; `None`: this rule does not read them.
    pub fn read(&self, remarks: &str) -> Option<Place> {
        match self {
            Self::Own => None,
            _ => Some(Place(
                self.span(remarks)
                    .map_or_else(String::new, |span| clean(&remarks[span])),
            )),
        }
    }

    /// The remarks with another place in them.
    pub fn write(&self, remarks: &str, place: &str) -> String {
        match (self, self.span(remarks)) {
            (Self::Own, _) => remarks.to_owned(),
            (_, Some(span)) => {
                format!("{}{place}{}", &remarks[..span.start], &remarks[span.end..])
            }
            (Self::After(mark), None) => joined(remarks, &format!("{mark}{place}")),
            (Self::Between(from, to), None) => joined(remarks, &format!("{from}{place}{to}")),
            (_, None) => place.to_owned(),
        }
    }
}

fn joined(remarks: &str, more: &str) -> String {
    if remarks.is_empty() {
        more.to_owned()
    } else {
        format!("{remarks} {more}")
    }
}

/// As it is read.
impl std::fmt::Display for PlaceRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Remarks => f.write_str("remarks"),
            Self::Own => f.write_str("own"),
            Self::Before(mark) => write!(f, "before {mark}"),
            Self::After(mark) => write!(f, "after {mark}"),
            Self::Between(from, to) => write!(f, "between {from} {to}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> PlaceRule {
        let rule = PlaceRule::parse(text).expect(text);
        assert_eq!(rule.to_string(), text);
        rule
    }

    fn read(text: &str, remarks: &str) -> String {
        rule(text).read(remarks).map_or("-".into(), |place| place.0)
    }

    #[test]
    fn places_are_read_and_written_where_the_rule_says() {
        for (text, remarks, place, moved) in [
            ("remarks", "A-12;C303", "A-12;C303", "B-1"),
            (
                "before |",
                "A-12 | bought 2019",
                "A-12",
                "B-1 | bought 2019",
            ),
            ("before |", "A-12", "A-12", "B-1"),
            ("after loc:", "old loc: A-12", "A-12", "old loc: B-1"),
            ("after loc:", "old", "", "old loc:B-1"),
            ("between [ ]", "x [A-12] y", "A-12", "x [B-1] y"),
            ("between [ ]", "x", "", "x [B-1]"),
            ("own", "x", "-", "x"),
        ] {
            assert_eq!(read(text, remarks), place, "{text} {remarks}");
            assert_eq!(rule(text).write(remarks, "B-1"), moved, "{text} {remarks}");
        }
        assert_eq!(PlaceRule::parse("before"), None);
        assert_eq!(PlaceRule::parse(""), None);
    }

    #[test]
    fn what_was_written_is_read_again() {
        for text in ["remarks", "before |", "after #", "between ( )"] {
            let rule = rule(text);
            for remarks in ["", "x", "A-1 | y", "z # A-1", "a (A-1) b"] {
                let written = rule.write(remarks, "C-7");
                assert_eq!(
                    rule.read(&written).expect("read").0,
                    "C-7",
                    "{text} {remarks}"
                );
            }
        }
    }
}
