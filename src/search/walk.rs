//! One step of an answer on one segment.
//!
//! Turns the words of a query into sets of documents and walks what they have in common in
//! rank order, up to the wanted number.

use std::sync::Arc;

use super::docset::{Bits, DocSet, Union, intersect};
use super::error::SearchError;
use super::query::{Parsed, Plan, Step};
use super::segment::Segment;
use super::starts;
use super::tokens;

/// An answer in the making on one segment.
#[derive(Debug)]
pub struct Walk<'a> {
    segment: &'a Segment,
    allowed: Arc<Bits>,
    /// What was found so far.
    pub seen: Bits,
    /// Sets of whole words, kept between steps: query, word, set.
    wholes: Vec<(usize, usize, DocSet)>,
}

impl<'a> Walk<'a> {
    /// Starts with nothing found.
    pub fn new(segment: &'a Segment, allowed: Arc<Bits>) -> Self {
        Self {
            segment,
            allowed,
            seen: Bits::none(segment.len),
            wholes: Vec::new(),
        }
    }

    /// Hands out at most `limit` further documents that this step finds, in rank order.
    pub fn step(
        &mut self,
        answer: &Plan,
        step: Step,
        limit: usize,
        mut emit: impl FnMut(u32),
    ) -> Result<(), SearchError> {
        let segment = self.segment;
        let raw = answer.raw();
        let mut list = Vec::new();
        match step {
            Step::All => self.among(&[], limit, emit),
            Step::Exact => self.listed(segment.numbers.exact(raw), limit, emit),
            Step::Variants => {
                segment.numbers.variants(raw, &mut list);
                self.listed(&list, limit, emit);
            }
            Step::Alternate => {
                let set = segment.keys.docs(raw)?;
                self.among(&[&set], limit, emit);
            }
            Step::Bin => {
                if let Some(term) = bin_term(raw) {
                    let set = segment.keys.docs(&term)?;
                    self.among(&[&set], limit, emit);
                }
            }
            Step::Element => {
                if let Ok(code) = raw.parse() {
                    segment.numbers.element(code, &mut list);
                    self.listed(&list, limit, emit);
                }
            }
            Step::ElementStart => {
                segment.numbers.element_prefix(raw, &mut list);
                self.listed(&list, limit, emit);
            }
            Step::NumberStart => {
                let mut union = Union::default();
                segment.numbers.gather(raw, &mut union);
                let set = union.finish(segment.len);
                self.among(&[&set], limit, emit);
            }
            Step::Name(at, plain) => {
                let query = query(answer, at)?;
                let mut words: Vec<u64> = query
                    .tokens
                    .iter()
                    .map(|t| tokens::word_hash(&t.whole))
                    .collect();
                let named = DocSet::Sparse(segment.named(tokens::set_hash(&mut words)));
                self.with_plain(&[&named], plain, limit, emit);
            }
            Step::Words(at, plain) => {
                let query = query(answer, at)?;
                self.all_whole(at, query, false, plain, limit, emit)?;
            }
            Step::Start(at, plain) => {
                let query = query(answer, at)?;
                self.all_whole(at, query, true, plain, limit, emit)?;
            }
            Step::Related(at) | Step::Begun(at) => {
                let begun = matches!(step, Step::Begun(_));
                let sets = self.loose_sets(query(answer, at)?, begun)?;
                if sets.iter().all(|set| !set.is_empty()) {
                    self.among(&sets.iter().collect::<Vec<_>>(), limit, emit);
                }
            }
            Step::Listed(at) => {
                let Some((numbers, rest)) = answer.lists.get(at) else {
                    return Ok(());
                };
                let sets = self.loose_sets(query(answer, *rest)?, false)?;
                let mut left = limit;
                for no in numbers {
                    let exact = DocSet::Sparse(segment.numbers.exact(no).to_vec());
                    let refs: Vec<&DocSet> = sets.iter().chain([&exact]).collect();
                    self.among(&refs, left, |doc| {
                        left -= 1;
                        emit(doc);
                    });
                }
            }
        }
        Ok(())
    }

    fn among(&mut self, sets: &[&DocSet], limit: usize, emit: impl FnMut(u32)) {
        intersect(sets, &self.allowed, &mut self.seen, limit, emit);
    }

    fn listed(&mut self, docs: &[u32], limit: usize, emit: impl FnMut(u32)) {
        if !docs.is_empty() {
            self.among(&[&DocSet::Sparse(docs.to_vec())], limit, emit);
        }
    }

    fn with_plain(&mut self, sets: &[&DocSet], plain: bool, limit: usize, emit: impl FnMut(u32)) {
        if plain {
            let undecorated = DocSet::Dense(Arc::clone(&self.segment.plain));
            let mut sets = sets.to_vec();
            sets.push(&undecorated);
            self.among(&sets, limit, emit);
        } else {
            self.among(sets, limit, emit);
        }
    }

    /// All words whole; with `start` the last one may go on.
    fn all_whole(
        &mut self,
        at: usize,
        query: &Parsed,
        start: bool,
        plain: bool,
        limit: usize,
        emit: impl FnMut(u32),
    ) -> Result<(), SearchError> {
        let open = start && query.open;
        if start && !open && !query.tokens.is_empty() {
            return Ok(());
        }
        let closed = query.tokens.len() - usize::from(open && !query.tokens.is_empty());
        for (nth, token) in query.tokens.iter().take(closed).enumerate() {
            if self.wholes.iter().any(|&(q, n, _)| (q, n) == (at, nth)) {
                continue;
            }
            let mut union = Union::default();
            self.segment.words.gather_word(&token.whole, &mut union)?;
            number_word(self.segment, &token.text, &mut union);
            let set = union.finish(self.segment.len);
            let nothing = set.is_empty();
            self.wholes.push((at, nth, set));
            if nothing {
                return Ok(());
            }
        }
        let begun = if let (true, Some(token)) = (open, query.tokens.last()) {
            let mut union = Union::default();
            begin(self.segment, &token.text, &mut union)?;
            if token.text != token.whole {
                self.segment.words.gather_word(&token.whole, &mut union)?;
            }
            Some(union.finish(self.segment.len))
        } else {
            None
        };
        let wholes = std::mem::take(&mut self.wholes);
        let sets: Vec<&DocSet> = wholes
            .iter()
            .filter(|&&(q, n, _)| q == at && n < closed)
            .map(|(_, _, set)| set)
            .chain(&begun)
            .collect();
        if sets.iter().all(|set| !set.is_empty()) {
            self.with_plain(&sets, plain, limit, emit);
        }
        self.wholes = wholes;
        Ok(())
    }

    /// A set for each word in which categories and keywords count; with `begun` every word but
    /// a number may be a beginning.
    fn loose_sets(&self, query: &Parsed, begun: bool) -> Result<Vec<DocSet>, SearchError> {
        let segment = self.segment;
        let mut out = Vec::with_capacity(query.tokens.len());
        for (at, token) in query.tokens.iter().enumerate() {
            let mut union = Union::default();
            if query.is_open(at) || begun && !token.text.starts_with(|c: char| c.is_ascii_digit()) {
                begin(segment, &token.text, &mut union)?;
                if token.text.chars().count() <= starts::LETTERS {
                    segment.loose_starts.gather(&token.text, &mut union);
                } else {
                    for word in segment.loose.range(&token.text) {
                        segment.loose.gather(word, &mut union)?;
                    }
                }
                if token.text != token.whole {
                    segment.words.gather_word(&token.whole, &mut union)?;
                    segment.loose.gather_word(&token.whole, &mut union)?;
                }
            } else {
                segment.words.gather_word(&token.whole, &mut union)?;
                segment.loose.gather_word(&token.whole, &mut union)?;
                number_word(segment, &token.text, &mut union);
            }
            let set = union.finish(segment.len);
            let nothing = set.is_empty();
            out.push(set);
            if nothing {
                break;
            }
        }
        Ok(out)
    }
}

fn query(plan: &Plan, at: usize) -> Result<&Parsed, SearchError> {
    plan.queries
        .get(at)
        .ok_or_else(|| SearchError::Damaged("a step without its query".into()))
}

/// The item whose number is this word.
fn number_word(segment: &Segment, word: &str, union: &mut Union) {
    union.add_list(segment.numbers.exact(word));
}

/// Everything whose name has a word, or whose number is one, that begins so.
fn begin(segment: &Segment, text: &str, union: &mut Union) -> Result<(), SearchError> {
    if text.chars().count() <= starts::LETTERS {
        segment.starts.gather(text, union);
        return Ok(());
    }
    for word in segment.words.range(text) {
        segment.words.gather(word, union)?;
    }
    segment.numbers.gather(text, union);
    Ok(())
}

/// The term of a bin such as `C303`.
fn bin_term(raw: &str) -> Option<String> {
    let (cabinet, bin) = raw.split_at_checked(1)?;
    (cabinet.as_bytes().first()?.is_ascii_lowercase() && tokens::is_number(bin))
        .then(|| format!("@{cabinet}{}", bin.trim_start_matches('0')))
}
