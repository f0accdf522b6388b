//! What happens when the shop and a marketplace differ: the one table, in the code and in the help.
//!
//! | What changed since it was agreed | Quantity | Price, text, everything else |
//! | --- | --- | --- |
//! | nothing | nothing | nothing |
//! | only here | sent, as a difference | sent |
//! | only there (BrickLink or BrickOwl) | adopted, as a difference | adopted; the other marketplace gets it too |
//! | here and there, to the same | agreed | agreed |
//! | here and there, differently, a change here waits | asked | asked |
//! | here and BrickLink, differently, no change waits | BrickLink's stands | BrickLink's stands |
//! | here and BrickOwl, differently, no change waits | what is here stands | what is here stands |
//! | BrickLink and BrickOwl, differently | both, as differences | BrickLink's stands |
//!
//! The last line follows from the others: BrickLink's change is adopted, no person's change waits, and then
//! what is here stands against BrickOwl.

use serde::{Deserialize, Serialize};

use super::{Face, Kind, Terms};
use crate::domain::Marketplace;

/// Who has changed something since it was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Changed {
    /// Nobody.
    Nobody,
    /// The shop.
    Here,
    /// The marketplace.
    There,
    /// Both, to the same.
    Alike,
    /// Both, differently.
    Both,
}

/// Which side a conflict is proposed to be settled by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Proposal {
    /// What is here stands.
    Here,
    /// What is there stands.
    There,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// It is agreed from now on.
    Agree,
    /// What is here is sent.
    Send,
    /// What is there is taken over; a quantity as a difference.
    Adopt,
    /// A person is asked.
    Ask(Proposal),
}

/// Where the shop wants another outcome than the table's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// At which marketplace.
    pub market: Marketplace,
    /// Of what kind of thing.
    pub kind: Kind,
    /// When this changed.
    pub changed: Changed,
    /// What happens.
    pub decision: Decision,
}

/// Who has changed a kind of thing.
pub fn changed(kind: Kind, here: &Face, there: &Face, agreed: &Face, terms: &Terms<'_>) -> Changed {
    let same = |one: &Face, other: &Face| one.same(other, kind, terms);
    match (same(here, agreed), same(there, agreed)) {
        (true, true) => Changed::Nobody,
        (false, true) => Changed::Here,
        (true, false) => Changed::There,
        (false, false) if same(here, there) => Changed::Alike,
        (false, false) => Changed::Both,
    }
}

/// What the table says. `waits`: a person's change here is not sent yet.
pub const fn usual(market: Marketplace, changed: Changed, waits: bool) -> Decision {
    match changed {
        Changed::Nobody => Decision::Nothing,
        Changed::Here => Decision::Send,
        Changed::There => Decision::Adopt,
        Changed::Alike => Decision::Agree,
        Changed::Both => match (market, waits) {
            (Marketplace::BrickLink, true) => Decision::Ask(Proposal::There),
            (Marketplace::BrickOwl, true) => Decision::Ask(Proposal::Here),
            (Marketplace::BrickLink, false) => Decision::Adopt,
            (Marketplace::BrickOwl, false) => Decision::Send,
        },
    }
}

/// What happens by the shop's rules.
pub fn decide(
    market: Marketplace,
    kind: Kind,
    changed: Changed,
    waits: bool,
    overrides: &[Override],
) -> Decision {
    overrides
        .iter()
        .find(|one| one.market == market && one.kind == kind && one.changed == changed)
        .map_or_else(|| usual(market, changed, waits), |one| one.decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_table() {
        use Decision::{Adopt, Agree, Ask, Nothing, Send};
        let both = [Marketplace::BrickLink, Marketplace::BrickOwl];
        for market in both {
            for waits in [false, true] {
                assert_eq!(usual(market, Changed::Nobody, waits), Nothing);
                assert_eq!(usual(market, Changed::Here, waits), Send);
                assert_eq!(usual(market, Changed::There, waits), Adopt);
                assert_eq!(usual(market, Changed::Alike, waits), Agree);
            }
        }
        let [link, owl] = both;
        assert_eq!(usual(link, Changed::Both, true), Ask(Proposal::There));
        assert_eq!(usual(owl, Changed::Both, true), Ask(Proposal::Here));
        assert_eq!(usual(link, Changed::Both, false), Adopt);
        assert_eq!(usual(owl, Changed::Both, false), Send);
        let mine = [Override {
            market: owl,
            kind: Kind::Price,
            changed: Changed::There,
            decision: Send,
        }];
        assert_eq!(decide(owl, Kind::Price, Changed::There, false, &mine), Send);
        assert_eq!(decide(owl, Kind::Text, Changed::There, false, &mine), Adopt);
    }
}
