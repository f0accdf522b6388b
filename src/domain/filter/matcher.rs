//! How a text must look: compiled once, then asked for every lot.
//!
//! Both sides are folded with [`fold`], so that letter case never counts. A pattern is cut at its
//! stars into pieces; each piece is looked for once, from left to right, so that no pattern can
//! take more than (length of text) x (length of pattern) steps.

use serde::{Deserialize, Serialize};

/// The form in which texts are compared: each character in lower case, on its own.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// How a folded text must look. The texts inside are folded and not empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Matcher {
    /// It occurs anywhere.
    Contains(String),
    /// It is all of the text.
    Equals(String),
    /// The text begins with it.
    Starts(String),
    /// The text ends with it.
    Ends(String),
    /// Stars and question marks.
    Wildcard(Wildcard),
}

/// A character of a pattern as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Glyph {
    /// This one.
    One(char),
    /// `?`: any one.
    Any,
    /// `*`: any number of any.
    Many,
}

/// Where in a text something must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Anywhere.
    Nowhere,
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// It is the whole text.
    Both,
}

/// A pattern that is more than a plain beginning, end or middle.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wildcard {
    /// What stands between the stars, in order; none is empty.
    pieces: Vec<Piece>,
    /// The first piece stands at the beginning.
    at_start: bool,
    /// The last piece stands at the end.
    at_end: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Piece {
    Plain(String),
    /// `None` is any one character.
    Holes(Vec<Option<char>>),
}

impl Matcher {
    /// From plain text; `None` if it is empty.
    pub fn text(text: &str, anchor: Anchor) -> Option<Self> {
        let folded = fold(text);
        if folded.is_empty() {
            return None;
        }
        Some(match anchor {
            Anchor::Nowhere => Self::Contains(folded),
            Anchor::Start => Self::Starts(folded),
            Anchor::End => Self::Ends(folded),
            Anchor::Both => Self::Equals(folded),
        })
    }

    /// From a pattern that must be found there; `None` if it is empty or every text fits it.
    pub fn pattern(glyphs: &[Glyph], anchor: Anchor) -> Option<Self> {
        let mut pieces: Vec<Vec<Option<char>>> = vec![Vec::new()];
        let open_start = matches!(anchor, Anchor::Nowhere | Anchor::End);
        let open_end = matches!(anchor, Anchor::Nowhere | Anchor::Start);
        for glyph in glyphs {
            match glyph {
                Glyph::Many => pieces.push(Vec::new()),
                Glyph::Any => last(&mut pieces).push(None),
                Glyph::One(c) => last(&mut pieces).extend(c.to_lowercase().map(Some)),
            }
        }
        let at_start = !open_start && pieces.first().is_some_and(|piece| !piece.is_empty());
        let at_end = !open_end && pieces.last().is_some_and(|piece| !piece.is_empty());
        let pieces: Vec<Piece> = pieces
            .into_iter()
            .filter(|piece| !piece.is_empty())
            .map(Piece::new)
            .collect();
        if let [Piece::Plain(text)] = pieces.as_slice() {
            let text = text.clone();
            return Some(match (at_start, at_end) {
                (false, false) => Self::Contains(text),
                (true, false) => Self::Starts(text),
                (false, true) => Self::Ends(text),
                (true, true) => Self::Equals(text),
            });
        }
        (!pieces.is_empty()).then_some(Self::Wildcard(Wildcard {
            pieces,
            at_start,
            at_end,
        }))
    }

    /// Whether a text fits; it must have gone through [`fold`].
    pub fn matches(&self, folded: &str) -> bool {
        match self {
            Self::Contains(text) => folded.contains(text.as_str()),
            Self::Equals(text) => folded == text,
            Self::Starts(text) => folded.starts_with(text.as_str()),
            Self::Ends(text) => folded.ends_with(text.as_str()),
            Self::Wildcard(wildcard) => wildcard.matches(folded),
        }
    }
}

fn last(pieces: &mut Vec<Vec<Option<char>>>) -> &mut Vec<Option<char>> {
    if pieces.is_empty() {
        pieces.push(Vec::new());
    }
    let at = pieces.len() - 1;
    &mut pieces[at]
}

impl Wildcard {
    /// The pattern as it can be written with [`Anchor::Both`].
    pub fn glyphs(&self) -> Vec<Glyph> {
        let mut glyphs = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 || !self.at_start {
                glyphs.push(Glyph::Many);
            }
            match piece {
                Piece::Plain(text) => glyphs.extend(text.chars().map(Glyph::One)),
                Piece::Holes(holes) => {
                    glyphs.extend(holes.iter().map(|c| c.map_or(Glyph::Any, Glyph::One)));
                }
            }
        }
        if !self.at_end {
            glyphs.push(Glyph::Many);
        }
        glyphs
    }

    fn matches(&self, text: &str) -> bool {
        let mut rest = text;
        let mut pieces = self.pieces.as_slice();
        if self.at_start
            && let Some((first, others)) = pieces.split_first()
        {
            let Some(len) = first.len_at_start(rest) else {
                return false;
            };
            if others.is_empty() && self.at_end {
                return len == rest.len();
            }
            rest = &rest[len..];
            pieces = others;
        }
        if self.at_end
            && let Some((end, others)) = pieces.split_last()
        {
            let Some(len) = end.len_at_end(rest) else {
                return false;
            };
            rest = &rest[..rest.len() - len];
            pieces = others;
        }
        for piece in pieces {
            let Some(end) = piece.first_end(rest) else {
                return false;
            };
            rest = &rest[end..];
        }
        true
    }
}

impl Piece {
    fn new(holes: Vec<Option<char>>) -> Self {
        match holes.iter().copied().collect::<Option<String>>() {
            Some(text) => Self::Plain(text),
            None => Self::Holes(holes),
        }
    }

    /// Bytes it takes at the beginning of a text.
    fn len_at_start(&self, text: &str) -> Option<usize> {
        match self {
            Self::Plain(plain) => text.starts_with(plain.as_str()).then_some(plain.len()),
            Self::Holes(holes) => {
                let mut chars = text.chars();
                for hole in holes {
                    let c = chars.next()?;
                    if hole.is_some_and(|wanted| wanted != c) {
                        return None;
                    }
                }
                Some(text.len() - chars.as_str().len())
            }
        }
    }

    /// Bytes it takes at the end of a text.
    fn len_at_end(&self, text: &str) -> Option<usize> {
        match self {
            Self::Plain(plain) => text.ends_with(plain.as_str()).then_some(plain.len()),
            Self::Holes(holes) => {
                let mut chars = text.chars();
                for hole in holes.iter().rev() {
                    let c = chars.next_back()?;
                    if hole.is_some_and(|wanted| wanted != c) {
                        return None;
                    }
                }
                Some(text.len() - chars.as_str().len())
            }
        }
    }

    /// Where its first occurrence ends.
    fn first_end(&self, text: &str) -> Option<usize> {
        match self {
            Self::Plain(plain) => text.find(plain.as_str()).map(|at| at + plain.len()),
            Self::Holes(_) => text
                .char_indices()
                .find_map(|(at, _)| self.len_at_start(&text[at..]).map(|len| at + len)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn glyphs(pattern: &str) -> Vec<Glyph> {
        pattern
            .chars()
            .map(|c| match c {
                '*' => Glyph::Many,
                '?' => Glyph::Any,
                c => Glyph::One(c),
            })
            .collect()
    }

    fn fits(pattern: &str, text: &str) -> bool {
        Matcher::pattern(&glyphs(pattern), Anchor::Both)
            .is_none_or(|matcher| matcher.matches(&fold(text)))
    }

    #[test]
    fn simple_patterns_become_simple_matchers() {
        let matcher = |pattern| Matcher::pattern(&glyphs(pattern), Anchor::Both);
        assert_eq!(matcher("A-1*"), Some(Matcher::Starts("a-1".into())));
        assert_eq!(matcher("**a"), Some(Matcher::Ends("a".into())));
        assert_eq!(matcher("*a*"), Some(Matcher::Contains("a".into())));
        assert_eq!(matcher("a"), Some(Matcher::Equals("a".into())));
        assert_eq!(matcher("***"), None);
    }

    #[test]
    fn letter_case_never_counts() {
        for (written, kept) in [("ÄRGER", "ärger"), ("ΣΑΣ", "σας"), ("Red", "RED")] {
            let matcher = Matcher::text(written, Anchor::Nowhere).expect("not empty");
            let folded = fold(kept);
            // A final sigma is a letter of its own; it stays what it is on both sides.
            assert_eq!(matcher.matches(&folded), written != "ΣΑΣ", "{written}");
            assert_eq!(fold(&folded), folded);
        }
    }

    #[test]
    fn patterns_cover_the_whole_text() {
        for (pattern, text) in [
            ("30*1", "3001"),
            ("30*1", "3011"),
            ("?-12*", "A-12/3"),
            ("*2 x 4", "Plate 2 x 4"),
            ("a*b*c", "abbcbc"),
            ("ÄR*?", "ärger"),
            ("?", "ß"),
            ("a*a", "aa"),
            ("*a?c*", "xxabcab"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("30*1", "13001"),
            ("a*a", "a"),
            ("?", ""),
            ("??", "a"),
            ("a?b", "ab"),
            ("a*b*c", "acb"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn anchors_leave_ends_open() {
        let has = |anchor, text: &str| {
            Matcher::pattern(&glyphs("2*4"), anchor).is_some_and(|m| m.matches(text))
        };
        assert!(has(Anchor::Nowhere, "plate 2 x 4 b"));
        assert!(has(Anchor::Start, "2 x 4 b"));
        assert!(!has(Anchor::Start, "plate 2 x 4"));
        assert!(has(Anchor::End, "plate 2 x 4"));
        assert!(!has(Anchor::Both, "plate 2 x 4"));
    }

    #[test]
    fn hostile_patterns_end() {
        let text = "a".repeat(20_000);
        let pattern = "a*".repeat(2_000) + "b";
        let started = std::time::Instant::now();
        assert!(!fits(&pattern, &text));
        let holes = "*?a?a?a?a?a?a?a?a?a?b*".repeat(20);
        assert!(!fits(&holes, &text));
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }

    /// The textbook way: a table of every prefix against every prefix.
    fn by_table(pattern: &str, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let mut row = vec![false; text.len() + 1];
        row[0] = true;
        for glyph in glyphs(pattern) {
            let mut next = vec![false; text.len() + 1];
            for at in 0..=text.len() {
                next[at] = match glyph {
                    Glyph::Many => row[at] || (at > 0 && next[at - 1]),
                    Glyph::Any => at > 0 && row[at - 1],
                    Glyph::One(c) => at > 0 && row[at - 1] && text[at - 1] == c,
                };
            }
            row = next;
        }
        row[text.len()]
    }

    proptest! {
        #[test]
        fn agrees_with_the_textbook(pattern in "[ab*?]{1,8}", text in "[abä]{0,10}") {
            prop_assert_eq!(fits(&pattern, &text), by_table(&pattern, &text));
        }

        #[test]
        fn a_pattern_is_written_as_it_was_read(pattern in "[ab*?]{1,10}") {
            if let Some(Matcher::Wildcard(read)) = Matcher::pattern(&glyphs(&pattern), Anchor::Both) {
                let again = Matcher::pattern(&read.glyphs(), Anchor::Both);
                prop_assert_eq!(again, Some(Matcher::Wildcard(read)));
            }
        }
    }
}
