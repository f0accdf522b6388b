//! Help with spelling mistakes, for queries that find nothing.
//!
//! A letter too many, too few, wrong, or two exchanged: one such mistake in words of four to
//! seven letters, two in longer ones. The words of the catalogue are looked through one by one;
//! a mask of the letters in each rules nearly all of them out before they are compared.

use super::answer::Hits;
use super::error::SearchError;
use super::index::{CatalogIndex, Snapshot};
use super::lexicon::Lexicon;
use super::nicknames::Nicknames;
use super::query::{Parsed, Query, Token};
use super::tokens;

/// Candidates tried for one word.
const CANDIDATES: usize = 5;
/// Searches tried for one query.
const TRIES: usize = 24;
/// Longest word that is corrected.
const LONGEST: usize = 24;

/// A corrected query with its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The query that was meant, perhaps.
    pub text: String,
    /// What it finds.
    pub hits: Hits,
}

/// A word that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    cost: usize,
    rarity: std::cmp::Reverse<u32>,
    word: String,
}

impl CatalogIndex {
    /// What may have been meant by a query that finds nothing.
    pub fn spelled(&self, query: &Query<'_>) -> Result<Option<Spelled>, SearchError> {
        let snapshot = self.snapshot();
        let nicknames = self.nicknames();
        let parsed = Parsed::new(query.text);
        let unknown: Vec<usize> = (0..parsed.tokens.len())
            .filter(|&at| !is_known(&snapshot, &nicknames, &parsed, at))
            .collect();
        let choices = if unknown.is_empty() {
            // every word exists, but not together: any one of them may be the wrong one
            let one_each = parsed.tokens.iter().enumerate().flat_map(|(at, token)| {
                candidates(&snapshot, &nicknames, &parsed, at)
                    .into_iter()
                    .filter(|c| c.word != token.whole)
                    .map(move |candidate| vec![(at, candidate)])
            });
            let mut list: Vec<_> = one_each.collect();
            list.sort_by(|a, b| a.iter().map(|c| &c.1).cmp(b.iter().map(|c| &c.1)));
            list
        } else {
            let mut list = vec![Vec::new()];
            for at in unknown {
                let found = candidates(&snapshot, &nicknames, &parsed, at);
                list = list
                    .iter()
                    .flat_map(|chosen: &Vec<(usize, Candidate)>| {
                        found.iter().map(move |candidate| {
                            let mut longer = chosen.clone();
                            longer.push((at, candidate.clone()));
                            longer
                        })
                    })
                    .collect();
                list.sort_by_key(|chosen| chosen.iter().map(|(_, c)| c.cost).sum::<usize>());
                list.truncate(TRIES);
            }
            list
        };
        for chosen in choices.into_iter().take(TRIES) {
            let mut meant = parsed.clone();
            meant.raw = None;
            for (at, candidate) in chosen {
                meant.tokens[at] = Token {
                    whole: tokens::whole(&candidate.word).to_owned(),
                    text: candidate.word,
                };
            }
            let text = meant
                .tokens
                .iter()
                .map(|t| t.text.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            let hits = self.search_parsed(&meant, query)?;
            if !hits.ids.is_empty() {
                return Ok(Some(Spelled { text, hits }));
            }
        }
        Ok(None)
    }
}

/// Whether some item or nickname has this word, or begins so while it is being typed.
fn is_known(snapshot: &Snapshot, nicknames: &Nicknames, parsed: &Parsed, at: usize) -> bool {
    let token = &parsed.tokens[at];
    if !correctable(&token.text) {
        return true;
    }
    let open = parsed.is_open(at);
    snapshot.segments.iter().any(|segment| {
        let listed = |lexicon: &Lexicon| {
            lexicon.find(&token.whole).is_some() || open && !lexicon.range(&token.text).is_empty()
        };
        listed(&segment.words)
            || listed(&segment.loose)
            || !segment.numbers.exact(&token.text).is_empty()
            || open && !segment.numbers.range(&token.text).is_empty()
    }) || nicknames
        .words()
        .any(|word| word == token.whole || open && word.starts_with(&token.text))
}

fn correctable(word: &str) -> bool {
    (4..=LONGEST).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The likeliest words, fewest mistakes first, then the most frequent.
fn candidates(
    snapshot: &Snapshot,
    nicknames: &Nicknames,
    parsed: &Parsed,
    at: usize,
) -> Vec<Candidate> {
    let token = &parsed.tokens[at];
    let mut out: Vec<Candidate> = Vec::new();
    if !correctable(&token.text) {
        return out;
    }
    let open = parsed.is_open(at);
    let mut probe = Probe::new(&token.text, open);
    for segment in &snapshot.segments {
        for lexicon in [&segment.words, &segment.loose] {
            for place in 0..lexicon.count() {
                let word = lexicon.word(place);
                if let Some(cost) = probe.cost(word) {
                    offer(&mut out, cost, lexicon.frequency(place), word);
                }
            }
        }
    }
    for word in nicknames.words() {
        if let Some(cost) = probe.cost(word) {
            offer(&mut out, cost, 100, word);
        }
    }
    out
}

/// Keeps the best few.
fn offer(out: &mut Vec<Candidate>, cost: usize, frequency: u32, word: &str) {
    let rarity = std::cmp::Reverse(frequency);
    if out.len() == CANDIDATES
        && out
            .last()
            .is_some_and(|last| (last.cost, last.rarity) <= (cost, rarity))
    {
        return;
    }
    if out.iter().any(|c| c.word == word) {
        return;
    }
    let candidate = Candidate {
        cost,
        rarity,
        word: word.to_owned(),
    };
    let place = out.partition_point(|there| *there < candidate);
    out.insert(place, candidate);
    out.truncate(CANDIDATES);
}

/// A mistyped word and what is needed to compare it with many others.
struct Probe<'a> {
    typed: &'a [u8],
    letters: u32,
    most: usize,
    open: bool,
    rows: [[usize; LONGEST + 3]; 3],
}

impl<'a> Probe<'a> {
    fn new(typed: &'a str, open: bool) -> Self {
        let typed = typed.as_bytes();
        Self {
            typed,
            letters: letters(typed),
            most: if typed.len() >= 8 { 2 } else { 1 },
            open,
            rows: [[0; LONGEST + 3]; 3],
        }
    }

    /// How far the word is, in half mistakes: a beginning costs half a mistake more.
    fn cost(&mut self, word: &str) -> Option<usize> {
        let word = word.as_bytes();
        let length = self.typed.len();
        let whole = word.len() <= length + self.most;
        if word.len() + self.most < length || !(whole || self.open) || word.len() > 2 * LONGEST {
            return None;
        }
        let part = &word[..word.len().min(length + self.most)];
        let missing = (self.letters & !letters(part)).count_ones() as usize;
        if missing > self.most {
            return None;
        }
        let (full, begun) = self.distance(part);
        if whole && full <= self.most {
            return Some(full * 2);
        }
        (self.open && begun <= self.most).then(|| begun * 2 + 1)
    }

    /// Mistakes between the typed word and this one, and the least against any beginning of it.
    /// Exchanged neighbours count once.
    fn distance(&mut self, word: &[u8]) -> (usize, usize) {
        let width = self.typed.len();
        let [before, above, row] = &mut self.rows;
        for (at, cell) in above.iter_mut().enumerate().take(width + 1) {
            *cell = at;
        }
        let mut begun = usize::MAX;
        for (down, &letter) in word.iter().enumerate() {
            row[0] = down + 1;
            let mut least = row[0];
            for across in 0..width {
                let typed = self.typed[across];
                let mut cell = (above[across] + usize::from(typed != letter))
                    .min(above[across + 1] + 1)
                    .min(row[across] + 1);
                if down > 0
                    && across > 0
                    && typed == word[down - 1]
                    && self.typed[across - 1] == letter
                {
                    cell = cell.min(before[across - 1] + 1);
                }
                row[across + 1] = cell;
                least = least.min(cell);
            }
            if down + 1 + self.most >= width {
                begun = begun.min(row[width]);
            }
            if least > self.most + 1 {
                return (usize::MAX, begun);
            }
            std::mem::swap(before, above);
            std::mem::swap(above, row);
        }
        (above[width], begun)
    }
}

/// Which letters occur.
fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |mask, &b| mask | 1 << (b & 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(typed: &str, word: &str, open: bool) -> Option<usize> {
        Probe::new(typed, open).cost(word)
    }

    #[test]
    fn one_mistake_in_short_words() {
        assert_eq!(cost("brcik", "brick", false), Some(2));
        assert_eq!(cost("tecnic", "technic", false), Some(2));
        assert_eq!(cost("platte", "plate", false), Some(2));
        assert_eq!(cost("slape", "slope", false), Some(2));
        assert_eq!(cost("brcki", "brick", false), None);
        assert_eq!(cost("brick", "brick", false), Some(0));
    }

    #[test]
    fn two_in_long_ones_and_beginnings_while_typing() {
        assert_eq!(cost("minifgiuer", "minifigure", false), Some(4));
        assert_eq!(cost("brci", "brick", false), Some(4).filter(|_| false));
        assert_eq!(cost("brci", "brick", true), Some(3));
        assert_eq!(cost("tecn", "technic", true), Some(3));
        assert_eq!(cost("tecn", "technic", false), None);
        assert_eq!(
            cost("zzzz", "quarter", true),
            None,
            "too far from any beginning"
        );
    }
}
