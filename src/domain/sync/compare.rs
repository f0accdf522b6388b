//! What a comparison of a marketplace with the shop finds, and what beginning with it would take.

use serde::{Deserialize, Serialize};

use super::Kind;
use super::policy::{Changed, Decision};
use crate::domain::{LotId, Marketplace};

/// Calls of a day that BrickLink gives to stock.
const LINK_CALLS: u64 = 4_800;
/// Calls of a minute at BrickOwl, kept below its limit.
const OWL_CALLS: u64 = 500;
/// Changes in one call of BrickOwl.
const OWL_BATCH: u64 = 50;

/// A difference between the shop and a marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The lot here.
    pub lot: Option<LotId>,
    /// The lot there.
    pub remote: Option<u64>,
    /// Each kind of thing that differs: who changed it, and what is done about it.
    pub kinds: Vec<(Kind, Changed, Decision)>,
    /// Its explanation, in one sentence.
    pub why: String,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// Lots that are the same on both sides.
    pub same: u32,
    /// Lots whose difference is sent.
    pub sent: u32,
    /// Lots that took over what was changed there.
    pub adopted: u32,
    /// Lots that a person is asked about.
    pub asked: u32,
    /// Lots of which a call is still open; they are compared the next time.
    pub unsettled: u32,
    /// Lots that are there only; nothing happens to them.
    pub only_there: u32,
    /// Lots that should be there and were missing once.
    pub missing: u32,
    /// The store there is closed and shows nothing.
    pub closed: bool,
    /// The first thousand differences.
    pub differences: Vec<Difference>,
}

/// Most differences that are listed.
const LISTED: usize = 1_000;

impl Compared {
    /// One more difference, as long as they are listed.
    pub fn note(&mut self, difference: Difference) {
        if self.differences.len() < LISTED {
            self.differences.push(difference);
        }
    }

    /// What another part of the comparison found.
    pub fn add(&mut self, other: Self) {
        self.same += other.same;
        self.sent += other.sent;
        self.adopted += other.adopted;
        self.asked += other.asked;
        self.unsettled += other.unsettled;
        self.only_there += other.only_there;
        self.missing += other.missing;
        self.closed |= other.closed;
        for difference in other.differences {
            self.note(difference);
        }
    }
}

/// From which side synchronisation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Begin {
    /// What the marketplace holds stands, and what is only there comes in.
    Import,
    /// What is here stands; what is only there is left alone.
    Push,
}

/// What beginning with a marketplace finds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeginView {
    /// Lots here.
    pub here: u32,
    /// Lots there.
    pub there: u32,
    /// Linked already.
    pub linked: u32,
    /// Found by BrickLink's number or our own.
    pub by_number: u32,
    /// Found as the only ones of their item, colour and condition.
    pub by_article: u32,
    /// Lots there with several candidates here: the first hundred, with a few of the candidates.
    pub ambiguous: Vec<(u64, Vec<LotId>)>,
    /// How many such lots there are.
    pub several: u32,
    /// Lots there that are not here.
    pub only_there: u32,
    /// Of those, lots of which nobody knows what they are in BrickLink's numbers.
    pub unknown: u32,
    /// Lots here that are not there.
    pub only_here: u32,
}

/// Calls and time that something takes, at the least and at the most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// Calls.
    pub calls: (u64, u64),
    /// Minutes within the budget.
    pub minutes: (u64, u64),
}

impl Estimate {
    /// For making so many lots, of so many items that BrickOwl must be asked for.
    pub const fn of_creates(market: Marketplace, lots: u64, items: u64) -> Self {
        match market {
            Marketplace::BrickLink => {
                let minutes = if lots > LINK_CALLS {
                    lots * 24 * 60 / LINK_CALLS
                } else {
                    lots / 60 + 1
                };
                Self {
                    calls: (lots, lots),
                    minutes: (minutes, minutes),
                }
            }
            Marketplace::BrickOwl => {
                let batches = lots.div_ceil(OWL_BATCH);
                let least = items.div_ceil(OWL_BATCH) + batches * 2;
                let most = items + batches + lots;
                Self {
                    calls: (least, most),
                    minutes: (least / OWL_CALLS + 1, most / OWL_CALLS + 1),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_honest() {
        let link = Estimate::of_creates(Marketplace::BrickLink, 10_000, 5_000);
        assert_eq!(link.calls, (10_000, 10_000));
        assert_eq!(link.minutes.0, 3_000, "more than two days");
        let owl = Estimate::of_creates(Marketplace::BrickOwl, 10_000, 5_000);
        assert_eq!(owl.calls, (500, 15_200));
        assert!(owl.minutes.0 <= owl.minutes.1);
    }
}
