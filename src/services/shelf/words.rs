//! Texts of lots, each kept once: places, remarks and notes repeat, and a filter looks at each once.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::select::SHARE;
use crate::domain::Place;
use crate::domain::filter::fold;
use crate::domain::place::PlaceKey;

/// A text and how it is compared.
#[derive(Debug)]
struct Word {
    raw: Arc<str>,
    /// In small letters, where that is different.
    folded: Option<Arc<str>>,
}

/// How the texts of a dictionary are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By letters, whatever their case.
    Letters,
    /// As places: natural, unreadable ones last.
    Places,
}

/// Every text of one field; 0 is the empty one.
#[derive(Debug)]
pub(super) struct Words {
    order: Order,
    known: HashMap<Arc<str>, u32>,
    all: Vec<Word>,
    places: Vec<PlaceKey>,
    /// Each text's rank, as of the time when there were so many.
    ranks: Vec<u32>,
}

impl Words {
    /// Only the empty text.
    pub(super) fn new(order: Order) -> Self {
        let mut words = Self {
            order,
            known: HashMap::new(),
            all: Vec::new(),
            places: Vec::new(),
            ranks: Vec::new(),
        };
        words.of("");
        words
    }

    /// A text's number.
    pub(super) fn of(&mut self, text: &str) -> u32 {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let raw: Arc<str> = text.into();
        let folded = fold(text);
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        if self.order == Order::Places {
            self.places.push(Place(text.to_owned()).key());
        }
        self.known.insert(Arc::clone(&raw), number);
        self.all.push(Word {
            folded: (folded != text).then(|| folded.into()),
            raw,
        });
        number
    }

    /// A text as it was written.
    pub(super) fn raw(&self, number: u32) -> &str {
        self.all.get(number as usize).map_or("", |word| &word.raw)
    }

    fn folded(&self, number: usize) -> &str {
        self.all
            .get(number)
            .map_or("", |word| word.folded.as_deref().unwrap_or(&word.raw))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Which texts, in small letters, fit.
    pub(super) fn fitting(&self, fits: impl Fn(&str) -> bool + Sync + Send) -> Vec<bool> {
        (0..self.all.len())
            .into_par_iter()
            .with_min_len(SHARE)
            .map(|number| fits(self.folded(number)))
            .collect()
    }

    /// Which comes first.
    pub(super) fn compare(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let (a, b) = (a as usize, b as usize);
        match self.order {
            Order::Letters => {
                (self.folded(a), self.raw(a as u32)).cmp(&(self.folded(b), self.raw(b as u32)))
            }
            Order::Places => (self.places.get(a), self.folded(a), self.raw(a as u32)).cmp(&(
                self.places.get(b),
                self.folded(b),
                self.raw(b as u32),
            )),
        }
    }

    /// The rank of each text in its order.
    pub(super) fn ranks(&mut self) -> &[u32] {
        if self.ranks.len() != self.all.len() {
            let mut sorted: Vec<u32> = (0..self.all.len() as u32).collect();
            sorted.par_sort_unstable_by(|a, b| self.compare(*a, *b));
            let mut ranks = vec![0; sorted.len()];
            for (rank, number) in sorted.into_iter().enumerate() {
                ranks[number as usize] = rank as u32;
            }
            self.ranks = ranks;
        }
        &self.ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_once_and_in_order() {
        let mut words = Words::new(Order::Places);
        let numbers: Vec<u32> = ["A-10", "A-2", "a-2", "note to self", "A-10"]
            .map(|text| words.of(text))
            .to_vec();
        assert_eq!(numbers, [1, 2, 3, 4, 1]);
        assert_eq!(words.raw(3), "a-2");
        let ranks = words.ranks().to_vec();
        // A-2 and a-2 are one place; the empty text and the note are none.
        assert!(ranks[2] < ranks[1] && ranks[3] < ranks[1]);
        assert!(ranks[1] < ranks[0] && ranks[1] < ranks[4]);
        assert_eq!(
            words.fitting(|text| text.contains("a-")),
            [false, true, true, true, false]
        );
    }
}
