//! What builders call parts: `cheese slope`, `jumper`, `snot`.
//!
//! A table, not part of the index: a shop extends it with a file of its own while the program
//! runs. A nickname stands either for other words or, after `=`, for item numbers.

use super::error::SearchError;
use super::tokens::{Words, whole};

/// What a nickname stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Other words.
    Words(String),
    /// Item numbers, in this order.
    Numbers(Vec<String>),
}

#[derive(Debug, Clone)]
struct Nickname {
    words: Vec<String>,
    target: Target,
}

/// A table of nicknames.
#[derive(Debug, Clone, Default)]
pub struct Nicknames {
    list: Vec<Nickname>,
}

/// A nickname found in a query.
#[derive(Debug)]
pub struct Found<'a> {
    /// What it stands for.
    pub target: &'a Target,
    /// Which words of the query it took.
    pub used: Vec<usize>,
    /// Whether it was typed to its end.
    pub full: bool,
}

impl Nicknames {
    /// Reads `nickname<TAB>target` lines; empty lines and `#` are skipped.
    pub fn parse(table: &str) -> Result<Self, SearchError> {
        let mut out = Self::default();
        let mut buffer = Words::default();
        for (at, line) in table.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fail = |reason| SearchError::Nickname {
                line: at + 1,
                reason,
            };
            let mut columns = line.split('\t').map(str::trim);
            let name = columns.next().unwrap_or("");
            let target = columns.next().ok_or_else(|| fail("no tab"))?;
            buffer.read(name);
            let words: Vec<String> = buffer.iter().map(|w| whole(w).to_owned()).collect();
            if words.is_empty() || words.len() > 8 {
                return Err(fail("a nickname has one to eight words"));
            }
            let target = match target.strip_prefix('=') {
                Some(numbers) => Target::Numbers(
                    numbers
                        .split(',')
                        .map(|no| no.trim().to_lowercase())
                        .filter(|no| !no.is_empty())
                        .collect(),
                ),
                None => Target::Words(target.to_owned()),
            };
            match &target {
                Target::Words(text) if text.is_empty() => return Err(fail("no target")),
                Target::Numbers(list) if list.is_empty() => return Err(fail("no numbers")),
                _ => out.add(Nickname { words, target }),
            }
        }
        Ok(out)
    }

    /// Adds another table; a name that both have then has the other's meaning.
    pub fn extend(&mut self, other: Self) {
        for nickname in other.list {
            self.list.retain(|own| own.words != nickname.words);
            self.list.push(nickname);
        }
    }

    fn add(&mut self, nickname: Nickname) {
        self.list.push(nickname);
    }

    /// All words of all nicknames.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.list
            .iter()
            .flat_map(|n| n.words.iter().map(String::as_str))
    }

    /// The nicknames in a query: full ones first, then longer ones, at most four.
    pub fn find(&self, tokens: &[super::query::Token], open: bool) -> Vec<Found<'_>> {
        let mut found: Vec<Found<'_>> = self
            .list
            .iter()
            .filter_map(|n| n.matches(tokens, open))
            .collect();
        found.sort_by_key(|f| (!f.full, std::cmp::Reverse(f.used.len())));
        found.truncate(4);
        found
    }
}

impl Nickname {
    fn matches(&self, tokens: &[super::query::Token], open: bool) -> Option<Found<'_>> {
        let last = tokens.len().checked_sub(1)?;
        if self.words.len() > tokens.len() {
            return None;
        }
        let mut used = Vec::new();
        let mut full = true;
        for word in &self.words {
            let exact = tokens.iter().position(|t| t.whole == *word);
            let at = if let Some(at) = exact {
                at
            } else {
                let typed = &tokens.get(last)?.text;
                if !open
                    || typed.len() < 3 && self.words.len() == 1
                    || !word.starts_with(typed.as_str())
                {
                    return None;
                }
                full = false;
                last
            };
            if used.contains(&at) {
                return None;
            }
            used.push(at);
        }
        Some(Found {
            target: &self.target,
            used,
            full,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::query::Parsed;

    #[test]
    fn found_apart_and_while_typing() {
        let table = "# comment\n\ncheese slope\tslope 30 1 x 1 x 2/3\nsnot\t=87087, 4070\n";
        let Ok(table) = Nicknames::parse(table) else {
            unreachable!()
        };
        let find = |text: &str| {
            let parsed = Parsed::new(text);
            table
                .find(&parsed.tokens, parsed.open)
                .into_iter()
                .map(|f| (f.full, f.used))
                .collect::<Vec<_>>()
        };
        assert_eq!(find("cheese slopes"), [(true, vec![0, 1])]);
        assert_eq!(find("slope red cheese"), [(true, vec![2, 0])]);
        assert_eq!(find("cheese sl"), [(false, vec![0, 1])]);
        assert_eq!(find("cheese"), []);
        assert_eq!(find("sno"), [(false, vec![0])]);
        assert_eq!(find("sno "), []);
    }

    #[test]
    fn bad_lines_are_named() {
        for (text, line) in [("a\tb\nbroken", 2), ("x\t=", 1), ("\t=1", 1)] {
            let Err(SearchError::Nickname { line: at, .. }) = Nicknames::parse(text) else {
                unreachable!("{text:?} was taken")
            };
            assert_eq!(at, line, "{text:?}");
        }
    }
}
