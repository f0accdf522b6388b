//! What must hold besides the words: type, colour, category, year and so on.
//!
//! A filter becomes one bit per item, once, and stays while the words change.

use super::docset::Bits;
use super::document::KINDS;
use super::facts::Facts;
use super::segment::Segment;

/// Whether something is known, and how it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Known {
    /// It is so.
    Yes,
    /// It is not so.
    No,
    /// Nobody knows.
    Unknown,
}

/// A bin or, without a number, a whole cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BinFilter {
    /// Cabinet letter.
    pub cabinet: char,
    /// Bin in it.
    pub bin: Option<u16>,
}

/// Limits of a search; the default allows everything that has not vanished.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Type letters; empty for all.
    pub kinds: Vec<u8>,
    /// Known in this colour.
    pub color: Option<u16>,
    /// In one of these categories; empty for all.
    pub categories: Vec<u32>,
    /// First and last year.
    pub years: Option<(u16, u16)>,
    /// Decorated or not.
    pub printed: Option<bool>,
    /// No longer made.
    pub obsolete: Option<Known>,
    /// Where it is kept.
    pub bin: Option<BinFilter>,
    /// Items that are gone from the marketplace too.
    pub vanished: bool,
}

/// The dimensions of a filter, in the order of the facets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Type.
    Kind,
    /// Category.
    Category,
    /// Colour.
    Color,
    /// Year.
    Year,
    /// Decorated.
    Printed,
    /// No longer made.
    Obsolete,
    /// Cabinet.
    Cabinet,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Kind,
        Self::Category,
        Self::Color,
        Self::Year,
        Self::Printed,
        Self::Obsolete,
        Self::Cabinet,
    ];
}

impl Filter {
    /// The filter without one dimension; nothing if that does not limit anything.
    pub fn without(&self, dimension: Dimension) -> Option<Self> {
        let mut out = self.clone();
        match dimension {
            Dimension::Kind => out.kinds.clear(),
            Dimension::Category => out.categories.clear(),
            Dimension::Color => out.color = None,
            Dimension::Year => out.years = None,
            Dimension::Printed => out.printed = None,
            Dimension::Obsolete => out.obsolete = None,
            Dimension::Cabinet => out.bin = None,
        }
        (out != *self).then_some(out)
    }

    /// The documents of a segment that pass.
    pub(super) fn allowed(&self, segment: &Segment) -> Bits {
        let test = Test::new(self);
        let mut out = Bits::of_items(&segment.facts, |&facts| test.passes(facts));
        out.keep(&segment.alive);
        if let Some(color) = self.color {
            out.keep(&segment.colors.known_in(color));
        }
        out
    }
}

/// A filter in the form in which one item is tested fastest.
struct Test {
    kinds: u16,
    categories: Vec<bool>,
    years: Option<(u16, u16)>,
    /// Bits of the facts that must be as in `wanted`.
    mask: u64,
    wanted: u64,
}

impl Test {
    fn new(filter: &Filter) -> Self {
        let mut kinds = 0;
        for (at, kind) in KINDS.iter().enumerate() {
            if filter.kinds.is_empty() || filter.kinds.contains(kind) {
                kinds |= 1 << at;
            }
        }
        let most = filter
            .categories
            .iter()
            .copied()
            .filter(|&c| c < 1 << 20)
            .max();
        let mut categories = vec![
            false;
            most.map_or(usize::from(!filter.categories.is_empty()), |m| m
                as usize
                + 1)
        ];
        for &category in &filter.categories {
            if let Some(slot) = categories.get_mut(category as usize) {
                *slot = true;
            }
        }
        let (mask, wanted) = Facts::pattern(filter);
        Self {
            kinds,
            categories,
            years: filter.years,
            mask,
            wanted,
        }
    }

    fn passes(&self, facts: Facts) -> bool {
        facts.0 & self.mask == self.wanted
            && self.kinds >> facts.kind() & 1 == 1
            && (self.categories.is_empty()
                || self
                    .categories
                    .get(facts.category() as usize)
                    .is_some_and(|&c| c))
            && self
                .years
                .is_none_or(|(from, to)| facts.year() != 0 && (from..=to).contains(&facts.year()))
    }
}
