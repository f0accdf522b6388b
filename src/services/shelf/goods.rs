//! What lots are of, each item once, with what the catalogue says of it.

use std::collections::HashMap;

use crate::domain::filter::fold;
use crate::domain::{CategoryId, ItemKey, ItemKind};
use crate::error::Result;
use crate::store::Catalog;

/// An item that lots are of.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) key: ItemKey,
    /// By the catalogue, or as a list said it.
    pub(super) name: String,
    /// The name in small letters.
    pub(super) folded_name: String,
    /// The number in small letters.
    pub(super) folded_no: String,
    pub(super) known: bool,
    pub(super) category: Option<CategoryId>,
    pub(super) year: Option<u16>,
    /// Milligrams of a piece.
    pub(super) weight: Option<u32>,
}

/// Every item that lots are of.
#[derive(Debug, Default)]
pub(super) struct Goods {
    numbers: HashMap<(ItemKind, String), u32>,
    pub(super) all: Vec<Good>,
    /// Each item's rank by number and by name, as of the time when there were so many.
    by_no: Vec<u32>,
    by_name: Vec<u32>,
    /// Items whose facts have not been read yet.
    unread: Vec<u32>,
}

impl Goods {
    /// An item's number; `name` counts where the catalogue knows none.
    pub(super) fn of(&mut self, key: &ItemKey, name: &str) -> u32 {
        let folded = (key.kind, key.folded());
        if let Some(known) = self.numbers.get(&folded) {
            return *known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(Good {
            folded_no: fold(&key.no),
            key: key.clone(),
            folded_name: fold(name),
            name: name.to_owned(),
            known: false,
            category: None,
            year: None,
            weight: None,
        });
        self.numbers.insert(folded, number);
        self.unread.push(number);
        number
    }

    /// The number of an item that lots are of.
    pub(super) fn number(&self, key: &ItemKey) -> Option<u32> {
        self.numbers.get(&(key.kind, key.folded())).copied()
    }

    /// The catalogue has changed: its facts are read again.
    pub(super) fn forget_facts(&mut self) {
        self.unread = (0..self.all.len() as u32).collect();
        self.by_name.clear();
    }

    /// Reads the facts that have not been read yet.
    pub(super) fn learn(&mut self, catalog: Option<&Catalog<'_>>) -> Result<()> {
        if self.unread.is_empty() {
            return Ok(());
        }
        for number in std::mem::take(&mut self.unread) {
            let Some(good) = self.all.get_mut(number as usize) else {
                continue;
            };
            let record = match catalog {
                None => None,
                Some(catalog) => match catalog.find(&good.key)? {
                    None => None,
                    Some(id) => catalog.record(id)?,
                },
            };
            good.known = record.is_some();
            if let Some(record) = record {
                good.folded_name = fold(&record.name);
                good.name = record.name;
                good.category = Some(record.category);
                good.year = record.year;
                good.weight = record.weight.map(|grams| grams.0);
            }
        }
        self.by_name.clear();
        Ok(())
    }

    pub(super) fn compare_no(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let good = |at: u32| self.all.get(at as usize).map(|good| &good.key);
        good(a).cmp(&good(b))
    }

    pub(super) fn compare_name(&self, a: u32, b: u32) -> std::cmp::Ordering {
        let good = |at: u32| self.all.get(at as usize).map(|good| &good.folded_name);
        good(a).cmp(&good(b)).then_with(|| self.compare_no(a, b))
    }

    /// Ranks by number.
    pub(super) fn ranks_by_no(&mut self) -> &[u32] {
        if self.by_no.len() != self.all.len() {
            self.by_no = ranks(self.all.len(), |a, b| self.compare_no(a, b));
        }
        &self.by_no
    }

    /// Ranks by name.
    pub(super) fn ranks_by_name(&mut self) -> &[u32] {
        if self.by_name.len() != self.all.len() {
            self.by_name = ranks(self.all.len(), |a, b| self.compare_name(a, b));
        }
        &self.by_name
    }
}

/// The rank of each of so many things.
pub(super) fn ranks(len: usize, compare: impl Fn(u32, u32) -> std::cmp::Ordering) -> Vec<u32> {
    let mut sorted: Vec<u32> = (0..len as u32).collect();
    sorted.sort_unstable_by(|a, b| compare(*a, *b));
    let mut ranks = vec![0; len];
    for (rank, number) in sorted.into_iter().enumerate() {
        ranks[number as usize] = rank as u32;
    }
    ranks
}
