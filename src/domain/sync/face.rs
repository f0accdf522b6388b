//! What a lot looks like at one marketplace, in one form for both sides, so that nothing is sent for the
//! sake of a blank or a rounding.

use serde::{Deserialize, Serialize};

use super::Terms;
use crate::domain::market::{Grade, Listing};
use crate::domain::text::clean_lines;
use crate::domain::{Completeness, Condition, ItemKind, Lot, Marketplace, Money, Tier};

/// A lot as a marketplace holds it, or shall hold it, normalised. Amounts are in the store's currency
/// there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Pieces for sale.
    pub quantity: u32,
    /// List price of one piece.
    pub price: Money,
    /// Public note.
    pub notes: String,
    /// Private note.
    pub remarks: String,
    /// Multiples; 1: singly.
    pub bulk: u32,
    /// Kept at quantity 0; never at BrickOwl, which keeps every lot.
    pub retain: bool,
    /// Not offered; BrickOwl has one such room, called `A` here.
    pub stockroom: Option<char>,
    /// Percent off.
    pub sale: i8,
    /// What a piece cost.
    pub cost: Money,
    /// Prices from quantities on, ascending.
    pub tiers: Vec<Tier>,
    /// New or used.
    pub condition: Condition,
    /// Of sets.
    pub completeness: Option<Completeness>,
    /// BrickOwl's grade; the shop has none, so one that is there stays.
    pub grade: Option<Grade>,
}

impl Face {
    /// What the marketplace shall hold of a lot.
    pub fn of_lot(lot: &Lot, terms: &Terms<'_>) -> Self {
        let owl = terms.market == Marketplace::BrickOwl;
        let (condition, completeness, grade) = if owl {
            owl_condition(
                lot.item.kind,
                (lot.condition, lot.completeness),
                terms.rules.usual_grade,
            )
        } else {
            let of_set = lot.completeness.filter(|_| lot.item.kind == ItemKind::Set);
            (lot.condition, of_set, None)
        };
        let tiers = lot.tiers.iter().filter(|tier| tier.quantity > 0);
        Self {
            quantity: lot.stock.available,
            price: terms.out(lot.price),
            notes: note(&lot.notes),
            remarks: note(&lot.remarks),
            bulk: lot.bulk.max(1),
            retain: lot.retain && !owl,
            stockroom: lot.stockroom.map(|room| if owl { 'A' } else { room }),
            sale: if owl {
                lot.sale.clamp(-95, 95)
            } else {
                lot.sale
            },
            cost: terms.out(lot.cost),
            tiers: sorted(
                tiers
                    .map(|tier| Tier {
                        quantity: tier.quantity,
                        price: terms.out(tier.price),
                    })
                    .collect(),
            ),
            condition,
            completeness,
            grade,
        }
    }

    /// What the marketplace holds.
    pub fn of_listing(listing: &Listing) -> Self {
        let owl = listing.market == Marketplace::BrickOwl;
        let amount = |amount: Money| if owl { thousandths(amount) } else { amount };
        let room = listing.stockroom_id.unwrap_or('A');
        let tiers = listing.tiers.iter().filter(|tier| tier.quantity > 0);
        Self {
            quantity: listing.quantity,
            price: amount(listing.price),
            notes: note(&listing.notes),
            remarks: note(&listing.remarks),
            bulk: listing.bulk.max(1),
            retain: listing.retain && !owl,
            stockroom: listing.stockroom.then_some(if owl { 'A' } else { room }),
            sale: listing.sale,
            cost: amount(listing.cost),
            tiers: sorted(
                tiers
                    .map(|tier| Tier {
                        quantity: tier.quantity,
                        price: amount(tier.price),
                    })
                    .collect(),
            ),
            condition: listing.condition,
            completeness: listing.completeness,
            grade: listing.grade.filter(|_| owl),
        }
    }

    /// What BrickOwl holds of a lot that was made and not yet described.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            notes: String::new(),
            remarks: String::new(),
            bulk: 1,
            stockroom: None,
            sale: 0,
            cost: Money::ZERO,
            tiers: Vec::new(),
            ..self.clone()
        }
    }
}

/// A text as it is compared: decoded, `\n`, no odd blanks, nothing around it.
pub fn note(text: &str) -> String {
    clean_lines(text).trim().to_owned()
}

/// An amount with the three decimals that BrickOwl keeps, rounded half up.
pub fn thousandths(amount: Money) -> Money {
    Money::from_raw((amount.raw() + 5).div_euclid(10) * 10)
}

fn sorted(mut tiers: Vec<Tier>) -> Vec<Tier> {
    tiers.sort_by_key(|tier| tier.quantity);
    tiers.truncate(3);
    tiers
}

/// A condition as BrickOwl can say it: it has fewer words for some kinds and more for others.
fn owl_condition(
    kind: ItemKind,
    (condition, completeness): (Condition, Option<Completeness>),
    usual: Grade,
) -> (Condition, Option<Completeness>, Option<Grade>) {
    match (kind, condition) {
        (ItemKind::Set, Condition::New) => {
            let whole = completeness.unwrap_or(Completeness::Sealed);
            (Condition::New, Some(whole), None)
        }
        (ItemKind::Set, Condition::Used) => {
            let whole = match completeness {
                Some(Completeness::Incomplete) => Completeness::Incomplete,
                _ => Completeness::Complete,
            };
            (Condition::Used, Some(whole), None)
        }
        // A box that was opened is used in its words.
        (ItemKind::OriginalBox, Condition::New) => (Condition::Used, None, Some(Grade::LikeNew)),
        (_, Condition::New) => (Condition::New, None, None),
        (_, Condition::Used) => (Condition::Used, None, Some(usual)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_line_ends_and_entities_make_no_difference() {
        assert_eq!(note(" a\u{a0}b\r\nc &amp; d \r\n"), "a b\nc & d");
        assert_eq!(note("a b\nc & d"), note("a\u{a0}b\r\nc &amp; d"));
    }

    #[test]
    fn a_fourth_decimal_is_rounded_half_up() {
        for (raw, kept) in [(12_345, 12_350), (12_344, 12_340), (5, 10), (4, 0), (0, 0)] {
            assert_eq!(thousandths(Money::from_raw(raw)), Money::from_raw(kept));
        }
    }

    #[test]
    fn conditions_are_those_that_brickowl_has() {
        let usual = Grade::Good;
        let of = |kind, state| owl_condition(kind, state, usual);
        let sealed = Some(Completeness::Sealed);
        assert_eq!(
            of(ItemKind::Set, (Condition::New, None)),
            (Condition::New, sealed, None)
        );
        assert_eq!(
            of(ItemKind::Set, (Condition::Used, sealed)).1,
            Some(Completeness::Complete)
        );
        assert_eq!(
            of(ItemKind::Part, (Condition::Used, None)).2,
            Some(Grade::Good)
        );
        assert_eq!(
            of(ItemKind::Part, (Condition::New, sealed)),
            (Condition::New, None, None)
        );
    }
}
