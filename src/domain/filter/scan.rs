//! Reads the small pieces of a filter: operators, quoted and bare text, lists.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::matcher::Glyph;
use super::mistake::Mistake;

/// What stands between a field and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `:` what is natural for the field: contains, or is equal.
    Natural,
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `~`
    Contains,
    /// `^=`
    Begins,
    /// `$=`
    Ends,
}

/// Longer spellings before shorter ones.
const SPELLINGS: [(&str, Operator); 14] = [
    ("!=", Operator::Unequal),
    ("<>", Operator::Unequal),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("==", Operator::Equal),
    ("^=", Operator::Begins),
    ("$=", Operator::Ends),
    ("~=", Operator::Contains),
    ("<", Operator::Less),
    (">", Operator::More),
    ("=", Operator::Equal),
    ("~", Operator::Contains),
    (":", Operator::Natural),
    ("\u{ff1a}", Operator::Natural),
];

impl Operator {
    /// How it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Natural => ":",
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Contains => "~",
            Self::Begins => "^=",
            Self::Ends => "$=",
        }
    }

    /// `:`, `=` and `!=`: those that every field knows.
    pub(super) const fn is_plain(self) -> bool {
        matches!(self, Self::Natural | Self::Equal | Self::Unequal)
    }

    /// The operator that a text begins with, and its length in bytes.
    pub(super) fn at(text: &str) -> Option<(Self, usize)> {
        let spelling = |text: &str| {
            SPELLINGS
                .iter()
                .find(|(spelling, _)| text.starts_with(spelling))
                .map(|(spelling, operator)| (*operator, spelling.len()))
        };
        let (operator, len) = spelling(text)?;
        if operator == Self::Natural
            && let Some((second, more)) = spelling(&text[len..])
            && second != Self::Natural
        {
            return Some((second, len + more));
        }
        Some((operator, len))
    }
}

/// A run of a value: inside quotes or outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub text: String,
    pub quoted: bool,
    pub span: Range<usize>,
}

/// One value as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub parts: Vec<Part>,
    pub span: Range<usize>,
}

impl Item {
    /// Its text; stars and question marks are ordinary.
    pub fn plain(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }

    /// Its text if no part of it is quoted.
    pub fn bare(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [part] if !part.quoted => Some(&part.text),
            _ => None,
        }
    }

    /// Signs outside quotes that people mean as something else than text.
    pub fn oddity(&self) -> Option<Mistake> {
        const SIGNS: [(&str, &str); 5] = [
            (
                "|",
                "For one of several write or, or commas: color:red,blue.",
            ),
            ("&&", "Write and, or only a blank."),
            ("\u{201c}", "Quotation marks are straight here: \"."),
            ("\u{201d}", "Quotation marks are straight here: \"."),
            ("\u{201e}", "Quotation marks are straight here: \"."),
        ];
        self.parts
            .iter()
            .filter(|part| !part.quoted)
            .find_map(|part| {
                SIGNS.iter().find_map(|(sign, help)| {
                    let at = part.span.start + part.text.find(sign)?;
                    Some(Mistake::wrong(at..at + sign.len(), "text").help(format!(
                        "{help} To search for the sign itself, put it in quotes."
                    )))
                })
            })
    }

    /// Its characters, with stars and question marks outside quotes as wildcards; `None` without any.
    pub fn pattern(&self) -> Option<Vec<Glyph>> {
        let glyphs: Vec<Glyph> = self
            .parts
            .iter()
            .flat_map(|part| {
                part.text.chars().map(|c| match c {
                    '*' if !part.quoted => Glyph::Many,
                    '?' if !part.quoted => Glyph::Any,
                    c => Glyph::One(c),
                })
            })
            .collect();
        glyphs
            .iter()
            .any(|glyph| !matches!(glyph, Glyph::One(_)))
            .then_some(glyphs)
    }
}

/// A place in the text of a filter.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    pub text: &'a str,
    pub at: usize,
}

pub(super) fn is_border(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    pub fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The span of the next character.
    pub fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    /// Up to the next blank, bracket or quotation mark, as it stands there.
    pub fn word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .find(|c| is_border(c) || c == '"')
            .unwrap_or(rest.len());
        &rest[..end]
    }

    /// The name before an operator: up to a border, a quotation mark or an operator.
    pub fn name(&self) -> &'a str {
        let word = self.word();
        let end = word
            .char_indices()
            .find(|(at, _)| Operator::at(&word[*at..]).is_some())
            .map_or(word.len(), |(at, _)| at);
        &word[..end]
    }

    /// One value up to a blank or bracket, and up to a comma where it is one of a list.
    pub fn item(&mut self, in_list: bool) -> Result<Item, Mistake> {
        let start = self.at;
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            if is_border(c) || (in_list && c == ',') {
                break;
            }
            if c == '"' {
                parts.push(self.quoted()?);
                continue;
            }
            let rest = self.rest();
            let len = rest
                .find(|c| is_border(c) || c == '"' || (in_list && c == ','))
                .unwrap_or(rest.len());
            parts.push(Part {
                text: rest[..len].to_owned(),
                quoted: false,
                span: self.at..self.at + len,
            });
            self.at += len;
        }
        Ok(Item {
            parts,
            span: start..self.at,
        })
    }

    fn quoted(&mut self) -> Result<Part, Mistake> {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.bump();
            match c {
                '"' => {
                    return Ok(Part {
                        text,
                        quoted: true,
                        span: start..self.at,
                    });
                }
                '\\' => match self.peek() {
                    Some(next @ ('"' | '\\')) => {
                        self.bump();
                        text.push(next);
                    }
                    _ => text.push(c),
                },
                c => text.push(c),
            }
        }
        Err(
            Mistake::unfinished(start..self.text.len(), "a closing quotation mark")
                .help("To search for the mark itself, write \"\\\"\"."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_take_their_longest_spelling() {
        assert_eq!(Operator::at("<=5"), Some((Operator::AtMost, 2)));
        assert_eq!(Operator::at("<5"), Some((Operator::Less, 1)));
        assert_eq!(Operator::at(":>5"), Some((Operator::More, 2)));
        assert_eq!(Operator::at("::"), Some((Operator::Natural, 1)));
        assert_eq!(Operator::at("^5"), None);
        for (spelling, operator) in SPELLINGS {
            assert_eq!(Operator::at(spelling), Some((operator, spelling.len())));
            assert_eq!(
                Operator::at(operator.sign()),
                Some((operator, operator.sign().len()))
            );
        }
    }

    #[test]
    fn parts_of_a_value() {
        let item = |text| Scanner::new(text).item(true).expect(text);
        assert_eq!(item(r#""a \"b\" \\ \c"*,x"#).plain(), r#"a "b" \ \c*"#);
        assert_eq!(item("abc").bare(), Some("abc"));
        assert_eq!(item("\"abc\"").bare(), None);
        assert_eq!(item("\"a*\"").pattern(), None, "quoted stars are stars");
        assert!(item("\"a*\"*").pattern().is_some());
        assert_eq!(item("a,b").span, 0..1);
        let open = Scanner::new("x\"ab").item(true).expect_err("open");
        assert_eq!(open.span, 1..4);
    }
}
