//! From one face to another: what is asked of the marketplace, and what it holds afterwards.

use serde::{Deserialize, Serialize};

use super::{Face, Terms};
use crate::domain::market::{ListingChange, Purpose};
use crate::domain::{Marketplace, Money};

/// What kind of thing differs; quantity goes before price before text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Pieces for sale.
    Quantity,
    /// Price, quantity prices, percent off.
    Price,
    /// Notes and remarks.
    Text,
    /// Everything else: multiples, cost, stockroom, retain, condition.
    Rest,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Quantity, Self::Price, Self::Text, Self::Rest];

    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::Text => "text",
            Self::Rest => "rest",
        }
    }
}

/// How much of a change is sent, after the marketplace refused more.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Fewer {
    /// All of it.
    #[default]
    All,
    /// Without multiples, cost and quantity prices.
    Plain,
    /// Also without price, percent off, notes and remarks: the pieces matter most.
    Pieces,
}

impl Fewer {
    /// The next step down; `None`: there is none.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::All => Some(Self::Plain),
            Self::Plain => Some(Self::Pieces),
            Self::Pieces => None,
        }
    }
}

impl Face {
    /// What is asked of a marketplace that holds this so that it holds `wanted`. What it cannot take, or
    /// shall not get by the shop's rules, is left out.
    pub fn change_to(&self, wanted: &Self, terms: &Terms<'_>) -> ListingChange {
        let owl = terms.market == Marketplace::BrickOwl;
        let pieces = i64::from(wanted.quantity) - i64::from(self.quantity);
        let state = |face: &Self| (face.condition, face.completeness);
        ListingChange {
            quantity_by: (pieces != 0).then_some(pieces),
            quantity_to: None,
            price: (self.price != wanted.price && wanted.price > Money::ZERO)
                .then_some(wanted.price),
            notes: (self.notes != wanted.notes).then(|| wanted.notes.clone()),
            remarks: (self.remarks != wanted.remarks).then(|| wanted.remarks.clone()),
            bulk: (self.bulk != wanted.bulk).then_some(wanted.bulk),
            retain: (!owl && self.retain != wanted.retain).then_some(wanted.retain),
            stockroom: (self.stockroom != wanted.stockroom).then_some(wanted.stockroom),
            // BrickOwl cannot forget a cost.
            cost: (self.cost != wanted.cost && (!owl || wanted.cost > Money::ZERO))
                .then_some(wanted.cost),
            sale: (self.sale != wanted.sale && (!owl || terms.rules.sale_to_owl))
                .then_some(wanted.sale),
            tiers: (self.tiers != wanted.tiers).then(|| wanted.tiers.clone()),
            // BrickLink changes no condition; such a lot is made anew.
            condition: (owl && state(self) != state(wanted)).then_some((
                wanted.condition,
                wanted.completeness,
                wanted.grade,
            )),
            external: None,
        }
    }

    /// What it holds once a change is done.
    #[must_use]
    pub fn after(&self, change: &ListingChange) -> Self {
        let mut after = self.clone();
        if let Some(by) = change.quantity_by {
            let pieces = i64::from(after.quantity).saturating_add(by).max(0);
            after.quantity = u32::try_from(pieces).unwrap_or(u32::MAX);
        }
        if let Some(to) = change.quantity_to {
            after.quantity = to;
        }
        let set = |slot: &mut String, text: &Option<String>| {
            if let Some(text) = text {
                slot.clone_from(text);
            }
        };
        set(&mut after.notes, &change.notes);
        set(&mut after.remarks, &change.remarks);
        after.price = change.price.unwrap_or(after.price);
        after.bulk = change.bulk.unwrap_or(after.bulk);
        after.retain = change.retain.unwrap_or(after.retain);
        after.stockroom = change.stockroom.unwrap_or(after.stockroom);
        after.cost = change.cost.unwrap_or(after.cost);
        after.sale = change.sale.unwrap_or(after.sale);
        if let Some(tiers) = &change.tiers {
            after.tiers.clone_from(tiers);
        }
        if let Some((condition, completeness, grade)) = change.condition {
            after.condition = condition;
            after.completeness = completeness;
            after.grade = grade;
        }
        after
    }

    /// Whether both hold the same of one kind, in what the terms let travel.
    pub fn same(&self, other: &Self, kind: Kind, terms: &Terms<'_>) -> bool {
        !has(&self.change_to(other, terms), kind) && !has(&other.change_to(self, terms), kind)
    }

    /// This with everything of one kind taken from another.
    #[must_use]
    pub fn with(&self, kind: Kind, other: &Self) -> Self {
        let mut face = self.clone();
        match kind {
            Kind::Quantity => face.quantity = other.quantity,
            Kind::Price => {
                face.price = other.price;
                face.sale = other.sale;
                face.tiers.clone_from(&other.tiers);
            }
            Kind::Text => {
                face.notes.clone_from(&other.notes);
                face.remarks.clone_from(&other.remarks);
            }
            Kind::Rest => {
                face.bulk = other.bulk;
                face.retain = other.retain;
                face.stockroom = other.stockroom;
                face.cost = other.cost;
                face.condition = other.condition;
                face.completeness = other.completeness;
                face.grade = other.grade;
            }
        }
        face
    }
}

/// Whether a change says anything of a kind.
pub const fn has(change: &ListingChange, kind: Kind) -> bool {
    match kind {
        Kind::Quantity => change.quantity_by.is_some() || change.quantity_to.is_some(),
        Kind::Price => change.price.is_some() || change.sale.is_some() || change.tiers.is_some(),
        Kind::Text => change.notes.is_some() || change.remarks.is_some(),
        Kind::Rest => {
            change.bulk.is_some()
                || change.retain.is_some()
                || change.stockroom.is_some()
                || change.cost.is_some()
                || change.condition.is_some()
        }
    }
}

/// Whether a change says nothing at all.
pub fn is_empty(change: &ListingChange) -> bool {
    *change == ListingChange::default()
}

/// The part of a change that speaks of some kinds.
#[must_use]
pub fn only(change: &ListingChange, kinds: &[Kind]) -> ListingChange {
    let mut part = change.clone();
    let keeps = |kind| kinds.contains(&kind);
    if !keeps(Kind::Quantity) {
        part.quantity_by = None;
        part.quantity_to = None;
    }
    if !keeps(Kind::Price) {
        part.price = None;
        part.sale = None;
        part.tiers = None;
    }
    if !keeps(Kind::Text) {
        part.notes = None;
        part.remarks = None;
    }
    if !keeps(Kind::Rest) {
        part.bulk = None;
        part.retain = None;
        part.stockroom = None;
        part.cost = None;
        part.condition = None;
    }
    part
}

/// The part of a change that is sent after more of it was refused.
#[must_use]
pub fn fewer(change: &ListingChange, step: Fewer) -> ListingChange {
    let mut part = change.clone();
    if step >= Fewer::Plain {
        part.bulk = None;
        part.cost = None;
        part.tiers = None;
    }
    if step >= Fewer::Pieces {
        part.price = None;
        part.sale = None;
        part.notes = None;
        part.remarks = None;
        part.condition = None;
    }
    part
}

/// The names of the fields that one change has and another has not, for a sentence.
pub fn left_out(whole: &ListingChange, part: &ListingChange) -> Vec<&'static str> {
    [
        ("price", whole.price.is_some() && part.price.is_none()),
        ("note", whole.notes.is_some() && part.notes.is_none()),
        ("remarks", whole.remarks.is_some() && part.remarks.is_none()),
        ("multiples", whole.bulk.is_some() && part.bulk.is_none()),
        ("cost", whole.cost.is_some() && part.cost.is_none()),
        ("percent off", whole.sale.is_some() && part.sale.is_none()),
        (
            "quantity prices",
            whole.tiers.is_some() && part.tiers.is_none(),
        ),
        (
            "condition",
            whole.condition.is_some() && part.condition.is_none(),
        ),
    ]
    .into_iter()
    .filter_map(|(name, out)| out.then_some(name))
    .collect()
}

/// Which share of the budget a change is paid from. One call costs the same whatever it carries, so pieces
/// take everything else along.
pub const fn purpose(change: &ListingChange) -> Purpose {
    if has(change, Kind::Quantity) || change.stockroom.is_some() || change.retain.is_some() {
        Purpose::Stock
    } else if has(change, Kind::Price) || has(change, Kind::Rest) {
        Purpose::Prices
    } else {
        Purpose::Notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sync::SyncRules;
    use crate::domain::{ItemKey, Lot, Stock, Tier, Timestamp, UserId};

    fn lot() -> Lot {
        let mut lot = Lot::new(ItemKey::part("3001"), Timestamp::default(), UserId(1));
        lot.stock = Stock {
            available: 10,
            ..Stock::default()
        };
        lot.price = Money::from_raw(1_234);
        lot.notes = "a note".into();
        lot
    }

    fn terms(rules: &SyncRules, market: Marketplace) -> Terms<'_> {
        Terms::of(market, rules, "EUR", "EUR")
    }

    #[test]
    fn what_is_sent_is_exactly_what_makes_both_the_same() {
        let rules = SyncRules {
            sale_to_owl: true,
            ..SyncRules::default()
        };
        for market in [Marketplace::BrickLink, Marketplace::BrickOwl] {
            let terms = terms(&rules, market);
            let before = Face::of_lot(&lot(), &terms);
            let mut changed = lot();
            changed.stock.available = 7;
            changed.price = Money::from_raw(2_000);
            changed.notes = String::new();
            changed.remarks = "A-1".into();
            changed.bulk = 2;
            changed.sale = 10;
            changed.stockroom = Some('B');
            changed.cost = Money::from_raw(500);
            changed.tiers[0] = Tier {
                quantity: 5,
                price: Money::from_raw(1_000),
            };
            let wanted = Face::of_lot(&changed, &terms);
            let change = before.change_to(&wanted, &terms);
            assert_eq!(change.quantity_by, Some(-3));
            assert_eq!(change.notes.as_deref(), Some(""), "a note can be cleared");
            assert_eq!(before.after(&change), wanted, "{market:?}");
            assert!(is_empty(&wanted.change_to(&wanted, &terms)));
        }
    }

    #[test]
    fn a_rounding_or_a_blank_is_no_difference() {
        let rules = SyncRules::default();
        let terms = terms(&rules, Marketplace::BrickOwl);
        let before = Face::of_lot(&lot(), &terms);
        let mut same = lot();
        same.price = Money::from_raw(1_230);
        same.notes = "a\u{a0}note\r\n".into();
        same.sale = 20;
        assert!(is_empty(
            &before.change_to(&Face::of_lot(&same, &terms), &terms)
        ));
    }

    #[test]
    fn fewer_fields_still_carry_the_pieces() {
        let change = ListingChange {
            quantity_by: Some(-2),
            price: Some(Money::from_raw(1)),
            tiers: Some(Vec::new()),
            notes: Some("n".into()),
            ..ListingChange::default()
        };
        let plain = fewer(&change, Fewer::Plain);
        assert_eq!(left_out(&change, &plain), ["quantity prices"]);
        let pieces = fewer(&change, Fewer::Pieces);
        assert_eq!(
            pieces,
            ListingChange {
                quantity_by: Some(-2),
                ..ListingChange::default()
            }
        );
        assert_eq!(purpose(&change), Purpose::Stock);
        assert_eq!(
            purpose(&only(&change, &[Kind::Price, Kind::Text])),
            Purpose::Prices
        );
        assert_eq!(purpose(&only(&change, &[Kind::Text])), Purpose::Notes);
    }
}
