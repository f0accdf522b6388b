//! Fetching the price guide for many lots: what a change needs, what came, and what is still wanted.

use serde::{Deserialize, Serialize};

use super::Trouble;
use crate::domain::{Money, Timestamp, UserId, Which};

/// What the price guide lacks for a change of prices.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideNeed {
    /// Lots whose price was never fetched.
    pub unknown: u32,
    /// Lots of which the guide says that nobody sells or offers any.
    pub empty: u32,
    /// Lots with a price that is older than it should be.
    pub old: u32,
    /// Calls that would fetch what is unknown or old: one for each article, however many lots it has.
    pub calls: u32,
    /// Calls that prices may make now; `None`: nobody can be called.
    pub room: Option<u32>,
    /// Calls that any 24 hours may have, for all purposes.
    pub limit: u32,
    /// Why nobody can be called: one sentence; empty where somebody can.
    pub barred: String,
}

impl GuideNeed {
    /// How much of a day's budget the calls are, in percent, rounded up.
    pub fn percent(&self) -> u32 {
        let percent = (u64::from(self.calls) * 100).div_ceil(u64::from(self.limit.max(1)));
        u32::try_from(percent).unwrap_or(u32::MAX)
    }
}

/// A price in percent of what the guide says, half up; `None` where it says nothing.
pub fn percent_of_guide(price: Money, guide: Money) -> Option<u32> {
    let (price, guide) = (i128::from(price.raw()), i128::from(guide.raw()));
    if guide <= 0 || price < 0 {
        return None;
    }
    let percent = (price * 200 + guide) / (guide * 2);
    Some(u32::try_from(percent).unwrap_or(u32::MAX))
}

/// What became of prices that were to be fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricesFetched {
    /// Prices that were missing or old.
    pub wanted: u32,
    /// Prices that were young enough.
    pub young: u32,
    /// Prices that failed lately and are not asked for again yet.
    pub held: u32,
    /// Prices that have come.
    pub fetched: u32,
    /// Prices that could not be had.
    pub failed: u32,
    /// Prices that nobody was asked for: the budget ended, or somebody stopped it.
    pub left: u32,
    /// Calls that were made, repeated ones among them.
    pub calls: u32,
    /// What went wrong, or why it ended.
    pub trouble: Option<Trouble>,
    /// Somebody stopped it.
    pub stopped: bool,
    /// What is left is fetched by the job `prices`, from then on.
    pub goes_on: Option<Timestamp>,
}

/// Prices that are still wanted after the budget ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceWish {
    /// For which lots.
    pub which: Which,
    /// For which change, in its own words.
    pub change: String,
    /// Who wants them.
    pub by: UserId,
    /// Since when.
    pub since: Timestamp,
}

/// All that a shop still wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceWishes(pub Vec<PriceWish>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_in_percent_is_exact_and_needs_a_guide() {
        let percent =
            |price, guide| percent_of_guide(Money::from_raw(price), Money::from_raw(guide));
        for (price, guide, is) in [
            (1_000, 1_000, Some(100)),
            (1_504, 1_000, Some(150)),
            (1_505, 1_000, Some(151)),
            (0, 1_000, Some(0)),
            (1_000, 0, None),
            (1_000, -5, None),
            (-1, 5, None),
            (i64::MAX, 1, Some(u32::MAX)),
            (1, i64::MAX, Some(0)),
        ] {
            assert_eq!(percent(price, guide), is, "{price} of {guide}");
        }
    }

    #[test]
    fn percent_are_rounded_up_and_need_no_budget() {
        let need = |calls, limit| GuideNeed {
            calls,
            limit,
            ..GuideNeed::default()
        };
        assert_eq!(need(856, 5_000).percent(), 18);
        assert_eq!(need(1, 5_000).percent(), 1);
        assert_eq!(need(0, 5_000).percent(), 0);
        assert_eq!(need(u32::MAX, 0).percent(), u32::MAX);
    }
}
