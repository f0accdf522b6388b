//! The machine room: how the calls to the services outside go, as an owner and the operator see it.

use serde::{Deserialize, Serialize};

use super::{AgeCounts, BudgetView, Class, FreshnessReport, Purpose, Service};
use crate::domain::Timestamp;

/// More than so many thousandths of what is known being expired is worth a warning.
const EXPIRED_WARNS: u64 = 20;

/// How many quarters of an hour of calls are told.
pub const QUARTERS: usize = 48;

/// Who stands in line for a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// What for.
    pub purpose: Purpose,
    /// Calls that wait for their turn.
    pub waiting: u32,
    /// Calls under way.
    pub under_way: u32,
}

/// A budget with the shares in it and everybody who wants some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRoom {
    /// Calls, limit, breaker.
    pub budget: BudgetView,
    /// Up to how many calls in all each purpose may go on.
    pub shares: Vec<(Purpose, u32)>,
    /// Purposes for which somebody waits or a call is under way.
    pub queue: Vec<QueueRow>,
}

/// A service as it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRoom {
    /// Which.
    pub service: Service,
    /// There are keys that are switched on, or none are needed.
    pub connected: bool,
    /// Its budgets; none where the shop has no keys.
    pub lanes: Vec<LaneRoom>,
    /// Attempts that were made since the server started.
    pub calls: u64,
    /// Those that failed; that there is no such thing is no failure.
    pub failed: u64,
    /// Those that were not the first of their call: each came after a pause.
    pub retries: u64,
    /// Those that were one too many, says the service.
    pub throttled: u64,
    /// Calls that were not made, as the breaker was open.
    pub held: u64,
    /// Calls that were not made, as their share of the budget was spent.
    pub refused: u64,
    /// Attempts of the last 24 hours, as far as the server was up.
    pub day: u32,
    /// Attempts by quarter of an hour, the present one last; [`QUARTERS`] of them.
    pub quarters: Vec<u32>,
}

/// A call by its name: how often, and how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointRoom {
    /// Of which service.
    pub service: Service,
    /// Its name, such as `GET items/{type}/{no}`.
    pub endpoint: String,
    /// Attempts since the server started.
    pub calls: u64,
    /// Those that failed.
    pub failed: u64,
    /// Half of the latest attempts took no longer, in microseconds.
    pub half: u32,
    /// 99 of 100 of the latest attempts took no longer, in microseconds.
    pub most: u32,
    /// The latest one.
    pub last: Timestamp,
}

/// An error of a service. The same one several times in a row is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallTrouble {
    /// Names it while it is kept.
    pub id: u64,
    /// The latest time.
    pub at: Timestamp,
    /// How often in a row.
    pub times: u32,
    /// Of which service.
    pub service: Service,
    /// Name of the call.
    pub endpoint: String,
    /// What kind.
    pub class: Class,
    /// HTTP's number; 0: nothing came back.
    pub status: u16,
    /// The how many-th attempt of its call it was.
    pub nth: u32,
    /// One sentence.
    pub text: String,
    /// Whether the answer as it came is kept.
    pub raw: bool,
}

/// What looks at items and prices were answered with, since the server started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCounts {
    /// All of it young enough.
    pub fresh: u64,
    /// Something was due in the background.
    pub stale: u64,
    /// Something was due at once; what was known was shown.
    pub expired: u64,
    /// Something was not known.
    pub missing: u64,
    /// Of these, with what was known last although fetching had failed.
    pub last_known: u64,
}

impl AnswerCounts {
    /// All of them.
    pub const fn all(&self) -> u64 {
        self.fresh + self.stale + self.expired + self.missing
    }
}

/// Looks at pictures since the server started, and those that are fetched now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureCounts {
    /// Answered from the disk.
    pub here: u64,
    /// Not there yet.
    pub missing: u64,
    /// Pictures that wait to be fetched.
    pub waiting: u32,
    /// Pictures being fetched.
    pub under_way: u32,
}

/// Everything about the calls of a shop; for the operator, counts of the whole server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineRoom {
    /// When the server started to count.
    pub since: Timestamp,
    /// External calls are switched off.
    pub offline: bool,
    /// Of all shops: counts only.
    pub server: bool,
    /// The services, in the order of [`Service::ALL`].
    pub services: Vec<ServiceRoom>,
    /// Calls by name, the most frequent first.
    pub endpoints: Vec<EndpointRoom>,
    /// The last errors, the latest first; only a shop's own.
    pub troubles: Vec<CallTrouble>,
    /// Looks at items and prices.
    pub answers: AnswerCounts,
    /// Looks at pictures; of the whole server.
    pub pictures: PictureCounts,
    /// Items that wait to be refreshed, and refreshes under way; of the whole server.
    pub refreshes: (u32, u32),
    /// How old everything is.
    pub freshness: FreshnessReport,
}

impl MachineRoom {
    /// Whether nobody was asked anything yet, as far as is known.
    pub fn is_quiet(&self) -> bool {
        self.troubles.is_empty()
            && self.services.iter().all(|service| {
                service.calls == 0 && service.lanes.iter().all(|lane| lane.budget.used == 0)
            })
    }
}

/// Parts of a whole in percent, rounded down; nothing of nothing is nothing.
pub const fn percent(part: u64, whole: u64) -> u64 {
    match part.saturating_mul(100).checked_div(whole) {
        Some(percent) => percent,
        None => 0,
    }
}

impl AgeCounts {
    /// All of which anything is known.
    pub const fn known(&self) -> u64 {
        self.fresh as u64 + self.stale as u64 + self.expired as u64
    }

    /// Whether more than two of a hundred are expired.
    pub const fn warns(&self) -> bool {
        self.expired as u64 * 1000 > self.known() * EXPIRED_WARNS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_a_hundred_may_be_expired() {
        let counts = |fresh, expired| AgeCounts {
            fresh,
            expired,
            never: 900,
            ..AgeCounts::default()
        };
        assert!(!AgeCounts::default().warns());
        assert!(!counts(98, 2).warns());
        assert!(counts(979, 21).warns());
        assert!(counts(0, 1).warns());
    }

    #[test]
    fn percents() {
        assert_eq!([percent(0, 0), percent(1, 3), percent(3, 3)], [0, 33, 100]);
    }
}
