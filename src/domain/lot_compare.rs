//! Two lists of lots side by side, article by article: a file beside the live stock, or two files.

use serde::{Deserialize, Serialize};

use super::{Color, Completeness, Condition, ItemKey, LotShelf, Money};

/// How an article stands in two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CompareKind {
    /// It is only in the first list.
    OnlyFirst,
    /// It is only in the second list.
    OnlySecond,
    /// It is in both, with other numbers of pieces.
    Pieces,
    /// It is in both, at other prices.
    Prices,
    /// Pieces and prices are the same.
    Same,
}

impl CompareKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::OnlyFirst,
        Self::OnlySecond,
        Self::Pieces,
        Self::Prices,
        Self::Same,
    ];

    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnlyFirst => "only-first",
            Self::OnlySecond => "only-second",
            Self::Pieces => "pieces",
            Self::Prices => "prices",
            Self::Same => "same",
        }
    }
}

/// Which lists are compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CompareQuery {
    /// The first list.
    pub first: LotShelf,
    /// The second list.
    pub second: LotShelf,
    /// Only articles that stand so; `None`: all that differ, but for those that only the live stock has.
    pub only: Option<CompareKind>,
}

/// An article in one of the lists; without lots it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CompareSide {
    /// Its lots.
    pub lots: u32,
    /// Their pieces for sale.
    pub pieces: u64,
    /// The lowest price of a piece.
    pub lowest: Money,
    /// The highest price of a piece.
    pub highest: Money,
}

impl CompareSide {
    /// One more lot.
    pub fn add(&mut self, pieces: u32, price: Money) {
        self.lowest = if self.lots == 0 {
            price
        } else {
            self.lowest.min(price)
        };
        self.highest = self.highest.max(price);
        self.lots += 1;
        self.pieces += u64::from(pieces);
    }
}

/// Whether an article that stands like this is of the kind.
pub fn is_of(first: &CompareSide, second: &CompareSide, kind: CompareKind) -> bool {
    let both = first.lots > 0 && second.lots > 0;
    let pieces = first.pieces != second.pieces;
    let prices = (first.lowest, first.highest) != (second.lowest, second.highest);
    match kind {
        CompareKind::OnlyFirst => second.lots == 0,
        CompareKind::OnlySecond => first.lots == 0,
        CompareKind::Pieces => both && pieces,
        CompareKind::Prices => both && prices,
        CompareKind::Same => both && !pieces && !prices,
    }
}

/// An article of two lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompareRow {
    /// What it is.
    pub item: ItemKey,
    /// Its name; empty where the catalogue does not know it.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// How complete a set is.
    pub completeness: Option<Completeness>,
    /// In the first list.
    pub first: CompareSide,
    /// In the second list.
    pub second: CompareSide,
}

/// A page of a comparison, by number, colour and condition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ComparePage {
    /// Name of the first list.
    pub first: String,
    /// Name of the second list.
    pub second: String,
    /// How many articles stand how, in the order of [`CompareKind::ALL`]. Other pieces and other prices
    /// at once count in both.
    pub counts: [u32; 5],
    /// All articles that were asked for.
    pub total: u32,
    /// The page.
    pub rows: Vec<CompareRow>,
}

/// What the release of a file would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReleasePreview {
    /// Lots that would be for sale.
    pub lots: u32,
    /// Their pieces.
    pub pieces: u64,
    /// Lots whose pieces would go into equal lots, where that is wanted.
    pub merged: u32,
    /// Lots that would come as their own then.
    pub added: u32,
    /// Lots that are not in the file any more.
    pub refused: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_stands_in_one_way_or_differs_in_two() {
        let side = |lots: &[(u32, i64)]| {
            let mut side = CompareSide::default();
            for (pieces, price) in lots {
                side.add(*pieces, Money::from_raw(*price));
            }
            side
        };
        let kinds = |first: &[(u32, i64)], second: &[(u32, i64)]| {
            let (first, second) = (side(first), side(second));
            let all = CompareKind::ALL.into_iter();
            all.filter(|kind| is_of(&first, &second, *kind))
                .map(CompareKind::word)
                .collect::<Vec<_>>()
        };
        assert_eq!(kinds(&[(5, 10)], &[]), ["only-first"]);
        assert_eq!(kinds(&[], &[(5, 10)]), ["only-second"]);
        assert_eq!(kinds(&[(5, 10)], &[(2, 10), (3, 10)]), ["same"]);
        assert_eq!(kinds(&[(5, 10)], &[(2, 10), (3, 9)]), ["prices"]);
        assert_eq!(kinds(&[(6, 10)], &[(5, 11)]), ["pieces", "prices"]);
        assert_eq!(side(&[(1, 7), (2, 5)]).lowest, Money::from_raw(5));
    }
}
