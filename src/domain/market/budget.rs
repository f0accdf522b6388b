//! How many calls a service takes, and who may spend the last of them: the one table of shares.

use serde::{Deserialize, Serialize};

use super::{BreakerView, Purpose, Service};
use crate::domain::Timestamp;
use crate::domain::time::{DAY, SECOND};

/// What is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    /// BrickLink: 5,000 calls in any 24 hours.
    BrickLink,
    /// BrickOwl: 600 calls in any minute.
    BrickOwl,
    /// BrickOwl's batches: 100 of those calls in any minute.
    BrickOwlBatch,
    /// Brickognize: one at a time, with a pause, 100 an hour.
    Brickognize,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::BrickLink,
        Self::BrickOwl,
        Self::BrickOwlBatch,
        Self::Brickognize,
    ];

    /// Its name in metrics and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BrickLink => "bricklink",
            Self::BrickOwl => "brickowl",
            Self::BrickOwlBatch => "brickowl-batch",
            Self::Brickognize => "brickognize",
        }
    }

    /// Of which service.
    pub const fn service(self) -> Service {
        match self {
            Self::BrickLink => Service::BrickLink,
            Self::BrickOwl | Self::BrickOwlBatch => Service::BrickOwl,
            Self::Brickognize => Service::Brickognize,
        }
    }

    /// The lane of a service's ordinary calls.
    pub const fn of(service: Service) -> Self {
        match service {
            Service::BrickLink => Self::BrickLink,
            Service::BrickOwl => Self::BrickOwl,
            Service::Brickognize => Self::Brickognize,
        }
    }
}

/// Up to how much of the whole budget, in thousandths of it, a purpose may go on calling.
///
/// BrickLink's column is the fact sheet's: of 5,000 calls catalogue stops at 2,000 used, prices at 2,500,
/// notes at 3,600, quantities at 4,800. Persons stop at 4,000, so that no amount of looking things up takes
/// what stock needs; but see [`PERSONS_RESERVE`]. Orders stop at 4,400: they come in again tomorrow, while
/// pieces sold twice do not. The last 150 are never spent: what another program did with the same keys is
/// not known. BrickOwl's minute fills again by itself; its column only keeps stock from standing in line.
const SHARES: [(Purpose, u32, u32); 6] = [
    // purpose            day  minute
    (Purpose::Stock, 960, 1000),
    (Purpose::Orders, 880, 950),
    (Purpose::Person, 800, 900),
    (Purpose::Notes, 720, 800),
    (Purpose::Prices, 500, 700),
    (Purpose::Catalogue, 400, 500),
];

/// Beyond a person's share of a day: so many thousandths more, up to the second figure of the whole, so
/// that keys can be tested on the busiest day.
const PERSONS_RESERVE: (u32, u32) = (10, 970);

/// The pace of a lane. Times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Of what.
    pub lane: Lane,
    /// Calls in any span.
    pub limit: u32,
    /// The span.
    pub span: i64,
    /// How finely it is counted; a call counts until its bucket's end is a span old, so never too short.
    pub bucket: i64,
    /// Calls that are written down ahead in one go.
    pub chunk: u32,
    /// Calls under way at the same time.
    pub at_once: usize,
    /// Least time between the beginnings of two calls.
    pub gap: i64,
}

impl Plan {
    /// The plan of a lane with its usual limit, or another one.
    pub fn of(lane: Lane, limit: Option<u32>) -> Self {
        let (usual, span, bucket, chunk, at_once, gap) = match lane {
            Lane::BrickLink => (5_000, DAY, 300 * SECOND, 20, 8, 0),
            Lane::BrickOwl => (600, 60 * SECOND, SECOND, 30, 8, 0),
            Lane::BrickOwlBatch => (100, 60 * SECOND, SECOND, 10, 4, 0),
            Lane::Brickognize => (100, 3_600 * SECOND, 60 * SECOND, 1, 1, SECOND / 5),
        };
        Self {
            lane,
            limit: limit.unwrap_or(usual),
            span,
            bucket,
            chunk,
            at_once,
            gap,
        }
    }

    /// Up to how many calls in all a purpose may go on.
    pub fn share(&self, purpose: Purpose) -> u32 {
        let parts = SHARES.iter().find(|(of, _, _)| *of == purpose).map_or(
            0,
            |(_, day, minute)| match self.lane {
                Lane::BrickLink => *day,
                Lane::BrickOwl | Lane::BrickOwlBatch => *minute,
                // Only persons use it.
                Lane::Brickognize => 1000,
            },
        );
        parts_of(self.limit, parts)
    }

    /// Whether a purpose may call once more. `used`: all calls of the last span; `own`: those of the
    /// purpose.
    pub fn room(&self, purpose: Purpose, used: u32, own: u32) -> bool {
        if used < self.share(purpose) {
            return true;
        }
        let (most, until) = PERSONS_RESERVE;
        self.lane == Lane::BrickLink
            && purpose == Purpose::Person
            && used < parts_of(self.limit, until)
            && own < parts_of(self.limit, most)
    }

    /// Calls that only stock may still make once everybody else has spent theirs.
    pub fn kept_for_stock(&self) -> u32 {
        self.share(Purpose::Stock) - self.share(Purpose::Orders)
    }

    /// From how many used calls on people are warned: 80 %.
    pub fn warns_at(&self) -> u32 {
        parts_of(self.limit, 800)
    }

    /// For how long a service that says "too many" is left alone, the `times`th time in a row (from 0).
    pub fn rest(&self, times: u32) -> i64 {
        let (first, most) = match self.lane {
            // It does not say when its day ends: look again in an hour, then less often.
            Lane::BrickLink => (3_600 * SECOND, 6 * 3_600 * SECOND),
            Lane::BrickOwl | Lane::BrickOwlBatch => (60 * SECOND, 600 * SECOND),
            Lane::Brickognize => (30 * SECOND, 900 * SECOND),
        };
        (first << times.min(8)).min(most)
    }

    /// How long a caller stands in line at the most before it is sent away.
    pub const fn patience(&self, purpose: Purpose) -> i64 {
        match purpose {
            Purpose::Person => 10 * SECOND,
            _ => 70 * SECOND,
        }
    }
}

fn parts_of(limit: u32, parts: u32) -> u32 {
    u32::try_from(u64::from(limit) * u64::from(parts) / 1000).unwrap_or(u32::MAX)
}

/// A budget as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetView {
    /// Of what.
    pub lane: Lane,
    /// Calls of the last span.
    pub used: u32,
    /// Calls that any span may have.
    pub limit: u32,
    /// Seconds of a span.
    pub span: u32,
    /// Calls of the last span by purpose, those with any; what a lost process had set aside is not in it.
    pub by_purpose: Vec<(Purpose, u32)>,
    /// Calls of the last minute.
    pub last_minute: u32,
    /// Calls that only stock may still make.
    pub kept_for_stock: u32,
    /// The service says it is too much: until when it is left alone.
    pub exhausted_until: Option<Timestamp>,
    /// When the oldest counted call is forgotten.
    pub frees: Option<Timestamp>,
    /// 80 % or more are used.
    pub warns: bool,
    /// Calls that stand in line.
    pub waiting: u32,
    /// Calls under way.
    pub under_way: u32,
    /// The breaker.
    pub breaker: BreakerView,
}

impl BudgetView {
    /// Calls left of the whole.
    pub const fn left(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_those_of_the_fact_sheet() {
        let plan = Plan::of(Lane::BrickLink, None);
        let shares: Vec<u32> = Purpose::ALL.iter().map(|p| plan.share(*p)).collect();
        assert_eq!(shares, [4800, 4400, 4000, 3600, 2500, 2000]);
        assert_eq!((plan.kept_for_stock(), plan.warns_at()), (400, 4000));
        let small = Plan::of(Lane::BrickLink, Some(50));
        assert_eq!(small.share(Purpose::Catalogue), 20);
    }

    #[test]
    fn persons_have_a_reserve_and_it_is_small() {
        let plan = Plan::of(Lane::BrickLink, None);
        assert!(plan.room(Purpose::Person, 3_999, 3_999));
        assert!(!plan.room(Purpose::Person, 4_000, 50), "it was used before");
        assert!(plan.room(Purpose::Person, 4_849, 49));
        assert!(!plan.room(Purpose::Person, 4_850, 0));
        assert!(plan.room(Purpose::Stock, 4_799, 0) && !plan.room(Purpose::Stock, 4_800, 0));
    }
}
