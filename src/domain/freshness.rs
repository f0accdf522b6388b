//! Where a fact comes from, and how old it may get.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::time::DAY;

/// Where a group of facts was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// The starter catalogue inside the program.
    Starter,
    /// A downloaded file that was imported.
    Download,
    /// BrickLink's API.
    BrickLink,
    /// Typed in by a person.
    Hand,
}

impl Source {
    /// The words on screens.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Starter => "starter catalogue",
            Self::Download => "imported download",
            Self::BrickLink => "BrickLink",
            Self::Hand => "typed in",
        }
    }
}

/// Source and time of a group of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Facts {
    /// Where from.
    pub source: Source,
    /// As of when.
    pub at: Timestamp,
}

/// How far a fact may be trusted by its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Freshness {
    /// Young enough.
    Fresh,
    /// Due for a refresh in the background.
    Stale,
    /// Refreshed when read.
    Expired,
}

impl Freshness {
    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Expired => "expired",
        }
    }
}

/// The ages at which facts become stale and expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Windows {
    /// Days until stale.
    pub stale_days: u16,
    /// Days until expired.
    pub expired_days: u16,
}

impl Default for Windows {
    fn default() -> Self {
        Self {
            stale_days: 30,
            expired_days: 60,
        }
    }
}

impl Windows {
    /// What a fact of `at` is worth at `now`: under 30 days fresh, to 60 stale, older expired
    /// (with the default windows).
    pub fn judge(&self, at: Timestamp, now: Timestamp) -> Freshness {
        let age = now.since(at);
        if age < i64::from(self.stale_days) * DAY {
            Freshness::Fresh
        } else if age <= i64::from(self.expired_days) * DAY {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_the_windows() {
        let windows = Windows::default();
        let judge =
            |age: i64| windows.judge(Timestamp::from_micros(0), Timestamp::from_micros(age));
        assert_eq!(judge(30 * DAY - 1), Freshness::Fresh);
        assert_eq!(judge(30 * DAY), Freshness::Stale);
        assert_eq!(judge(60 * DAY), Freshness::Stale);
        assert_eq!(judge(60 * DAY + 1), Freshness::Expired);
        assert_eq!(judge(-5 * DAY), Freshness::Fresh, "the clock was set back");
    }
}
