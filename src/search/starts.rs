//! Beginnings of one to three letters with everything that begins so.
//!
//! These are the first keystrokes of every search and have the most items behind them. They are
//! put together from the words when a segment is opened, which costs less than writing and
//! reading them as terms; longer beginnings are a few words each and need no preparation.

use super::docset::{DocSet, Union};
use super::error::SearchError;
use super::lexicon::Lexicon;
use super::numbers::Numbers;

/// Longest beginning, in letters, that is kept here.
pub const LETTERS: usize = 3;

/// Sorted beginnings with their documents.
#[derive(Debug)]
pub struct Starts {
    list: Vec<(Box<str>, DocSet)>,
}

impl Starts {
    /// Puts them together for `len` documents.
    pub fn new(
        words: &Lexicon,
        numbers: Option<&Numbers>,
        len: usize,
    ) -> Result<Self, SearchError> {
        let mut heads: Vec<&str> = Vec::new();
        for at in 0..words.count() {
            push_head(&mut heads, words.word(at));
        }
        if let Some(numbers) = numbers {
            for at in 0..numbers.count() {
                push_head(&mut heads, numbers.number(at));
            }
        }
        heads.sort_unstable();
        heads.dedup();
        // a head of fewer letters is a whole word here; what begins so is added below
        let mut parts: Vec<(&str, DocSet)> = Vec::with_capacity(heads.len());
        for head in heads {
            let mut union = Union::default();
            if head.chars().count() < LETTERS {
                words.gather_word(head, &mut union)?;
                if let Some(numbers) = numbers {
                    union.add_list(numbers.exact(head));
                }
            } else {
                for at in words.range(head) {
                    words.gather(at, &mut union)?;
                }
                if let Some(numbers) = numbers {
                    numbers.gather(head, &mut union);
                }
            }
            parts.push((head, union.finish(len).compact()));
        }
        let mut list: Vec<(Box<str>, DocSet)> = Vec::with_capacity(parts.len());
        for letters in 1..LETTERS {
            let mut from = 0;
            while let Some((head, _)) = parts.get(from) {
                if head.chars().count() < letters {
                    from += 1;
                    continue;
                }
                let short = first(head, letters);
                let mut to = from;
                let mut union = Union::default();
                while let Some((_, set)) = parts.get(to).filter(|(head, _)| head.starts_with(short))
                {
                    union.add_set(set);
                    to += 1;
                }
                list.push((short.into(), union.finish(len).compact()));
                from = to.max(from + 1);
            }
        }
        list.extend(
            parts
                .into_iter()
                .filter(|(head, _)| head.chars().count() == LETTERS)
                .map(|(head, set)| (head.into(), set)),
        );
        list.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        list.dedup_by(|a, b| a.0 == b.0);
        list.shrink_to_fit();
        Ok(Self { list })
    }

    /// Adds everything that begins so.
    pub fn gather(&self, text: &str, union: &mut Union) {
        if let Ok(at) = self.list.binary_search_by(|(head, _)| (**head).cmp(text))
            && let Some((_, set)) = self.list.get(at)
        {
            union.add_set(set);
        }
    }
}

fn push_head<'a>(heads: &mut Vec<&'a str>, word: &'a str) {
    let head = first(word, LETTERS);
    if heads.last() != Some(&head) && !head.is_empty() {
        heads.push(head);
    }
}

/// The first letters of a word.
fn first(word: &str, letters: usize) -> &str {
    word.char_indices()
        .nth(letters)
        .map_or(word, |(at, _)| &word[..at])
}
