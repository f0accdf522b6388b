//! How many of the items found have which type, category, colour, year and so on.
//!
//! Each dimension is counted as if its own limit were not set, so that the numbers beside the
//! choices say what choosing them would give.

use super::docset::Bits;
use super::document::KINDS;
use super::filter::Dimension;
use super::segment::Segment;

/// Counts for the items of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// Items that satisfy words and filter.
    pub total: usize,
    /// Type letter and count.
    pub kinds: Vec<(u8, u32)>,
    /// Category id and count, most first.
    pub categories: Vec<(u32, u32)>,
    /// Colour id and count, most first.
    pub colors: Vec<(u16, u32)>,
    /// Year and count, newest first; items without a year are not counted.
    pub years: Vec<(u16, u32)>,
    /// Decorated items.
    pub printed: u32,
    /// Undecorated items.
    pub unprinted: u32,
    /// No longer made.
    pub obsolete: u32,
    /// Still made.
    pub current: u32,
    /// Nobody knows.
    pub unknown: u32,
    /// Cabinet letter and count.
    pub cabinets: Vec<(char, u32)>,
}

/// Counts while they are being made; one for all segments.
#[derive(Debug)]
pub(super) struct Tally {
    kinds: [u32; 16],
    categories: Vec<u32>,
    colors: Vec<u32>,
    years: Vec<u32>,
    printed: [u32; 2],
    obsolete: [u32; 4],
    cabinets: [u32; 32],
}

impl Tally {
    /// Nothing counted.
    pub(super) fn new() -> Self {
        Self {
            kinds: [0; 16],
            categories: vec![0; 2048],
            colors: vec![0; 512],
            years: vec![0; 4096],
            printed: [0; 2],
            obsolete: [0; 4],
            cabinets: [0; 32],
        }
    }

    /// Counts some dimensions of a set of documents.
    pub(super) fn add(&mut self, segment: &Segment, set: &Bits, dimensions: &[Dimension]) {
        let wants = |d: Dimension| dimensions.contains(&d);
        let all = dimensions.len() > 2;
        let colors = wants(Dimension::Color);
        for doc in set.iter() {
            let Some(&facts) = segment.facts.get(doc as usize) else {
                continue;
            };
            if all || wants(Dimension::Kind) {
                self.kinds[facts.kind()] += 1;
            }
            if all || wants(Dimension::Category) {
                bump(&mut self.categories, facts.category() as usize);
            }
            if all || wants(Dimension::Year) {
                bump(&mut self.years, usize::from(facts.year()));
            }
            if all || wants(Dimension::Printed) {
                self.printed[usize::from(facts.printed())] += 1;
            }
            if all || wants(Dimension::Obsolete) {
                self.obsolete[facts.obsolete()] += 1;
            }
            if all || wants(Dimension::Cabinet) {
                self.cabinets[facts.cabinet()] += 1;
            }
            if colors {
                for &color in segment.colors.of(doc) {
                    bump(&mut self.colors, usize::from(color));
                }
            }
        }
    }

    /// Takes over one dimension of another tally.
    pub(super) fn replace(&mut self, mut other: Self, dimension: Dimension) {
        match dimension {
            Dimension::Kind => self.kinds = other.kinds,
            Dimension::Category => std::mem::swap(&mut self.categories, &mut other.categories),
            Dimension::Color => std::mem::swap(&mut self.colors, &mut other.colors),
            Dimension::Year => std::mem::swap(&mut self.years, &mut other.years),
            Dimension::Printed => self.printed = other.printed,
            Dimension::Obsolete => self.obsolete = other.obsolete,
            Dimension::Cabinet => self.cabinets = other.cabinets,
        }
    }

    /// The counts as they are shown.
    pub(super) fn finish(self, total: usize) -> Facets {
        Facets {
            total,
            kinds: KINDS
                .iter()
                .zip(self.kinds)
                .filter(|&(_, count)| count > 0)
                .map(|(&kind, count)| (kind, count))
                .collect(),
            categories: most_first(&self.categories)
                .map(|(at, n)| (at as u32, n))
                .collect(),
            colors: most_first(&self.colors)
                .map(|(at, n)| (at as u16, n))
                .collect(),
            years: filled(&self.years)
                .filter(|&(year, _)| year != 0)
                .map(|(year, n)| (year as u16, n))
                .rev()
                .collect(),
            printed: self.printed[1],
            unprinted: self.printed[0],
            unknown: self.obsolete[0],
            current: self.obsolete[1],
            obsolete: self.obsolete[2],
            cabinets: filled(&self.cabinets)
                .filter(|&(at, _)| at != 0)
                .map(|(at, n)| (char::from(b'A' - 1 + at as u8), n))
                .collect(),
        }
    }
}

fn bump(counts: &mut Vec<u32>, at: usize) {
    if at >= counts.len() {
        counts.resize(at + 1, 0);
    }
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

fn filled(counts: &[u32]) -> impl DoubleEndedIterator<Item = (usize, u32)> {
    counts
        .iter()
        .copied()
        .enumerate()
        .filter(|&(_, count)| count > 0)
}

fn most_first(counts: &[u32]) -> impl Iterator<Item = (usize, u32)> {
    let mut list: Vec<(usize, u32)> = filled(counts).collect();
    list.sort_by_key(|&(at, count)| (std::cmp::Reverse(count), at));
    list.into_iter()
}
