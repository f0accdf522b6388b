//! Points in time, kept as whole microseconds so that they cross every border unchanged.

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Timestamp(i64);

/// Microseconds of one day.
pub const DAY: i64 = 86_400 * SECOND;
/// Microseconds of one second.
pub const SECOND: i64 = 1_000_000;

impl Timestamp {
    /// From microseconds since 1970-01-01 UTC.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since 1970-01-01 UTC.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Microseconds from `earlier` to this; never negative, as clocks may be set back.
    pub const fn since(self, earlier: Self) -> i64 {
        let span = self.0.saturating_sub(earlier.0);
        if span < 0 { 0 } else { span }
    }

    /// Calendar date and time in UTC as `2025-11-20T09:15:27Z`.
    pub fn iso(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            .unwrap_or_default()
    }

    /// Calendar date in UTC as `2025-11-20`.
    pub fn date(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map(|at| at.strftime("%Y-%m-%d").to_string())
            .unwrap_or_default()
    }

    /// How long ago, in the words of a screen: `now`, `5 min`, `3 h`, `12 d`; older than a year: the date.
    pub fn ago(self, now: Self) -> String {
        let seconds = now.since(self) / SECOND;
        match seconds {
            0..60 => "now".into(),
            60..3_600 => format!("{} min", seconds / 60),
            3_600..86_400 => format!("{} h", seconds / 3_600),
            86_400..31_536_000 => format!("{} d", seconds / 86_400),
            _ => self.date(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_like_a_person_says_them() {
        let now = Timestamp::from_seconds(1_763_600_000);
        let before = |seconds: i64| Timestamp::from_seconds(1_763_600_000 - seconds).ago(now);
        assert_eq!(before(0), "now");
        assert_eq!(before(59), "now");
        assert_eq!(before(60), "1 min");
        assert_eq!(before(7_300), "2 h");
        assert_eq!(before(12 * 86_400), "12 d");
        assert_eq!(before(800 * 86_400), "2023-09-12");
        assert_eq!(before(-500), "now", "a clock set back is not an error");
    }
}
