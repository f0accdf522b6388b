//! Jobs that run by themselves: when, how it went, and what is shown of them.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

use super::Timestamp;
use super::report::Progress;
use super::time::SECOND;

/// How many runs of a job are kept.
pub const RUNS_KEPT: usize = 50;

/// When a job runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// So many minutes after the run before.
    Every {
        /// Minutes, at least one.
        minutes: u16,
    },
    /// Every day, as the shop counts its days.
    Daily {
        /// Hour and minute.
        at: (i8, i8),
    },
    /// Every week.
    Weekly {
        /// Days after Monday, 0 to 6.
        day: i8,
        /// Hour and minute.
        at: (i8, i8),
    },
}

impl Schedule {
    /// The first time after `after`. Where the clocks go forward over that time, it is as long after
    /// midnight as on any other day; where they go back, it is the first of the two.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Timestamp {
        let (days, at) = match self {
            Self::Every { minutes } => {
                return later(after, i64::from(minutes.max(1)) * 60 * SECOND);
            }
            Self::Daily { at } => (1, at),
            Self::Weekly { at, .. } => (7, at),
        };
        self.by_calendar(after, zone, days, at)
            // Only beyond the end of all calendars.
            .unwrap_or_else(|| later(after, i64::from(days) * 86_400 * SECOND))
    }

    fn by_calendar(
        self,
        after: Timestamp,
        zone: &TimeZone,
        days: i32,
        (hour, minute): (i8, i8),
    ) -> Option<Timestamp> {
        let from = jiff::Timestamp::from_microsecond(after.micros()).ok()?;
        let today = from.to_zoned(zone.clone()).date();
        let time = Time::new(hour, minute, 0, 0).ok()?;
        let mut date = match self {
            Self::Weekly { day, .. } => {
                let wanted = Weekday::from_monday_zero_offset(day).ok()?;
                let ahead = wanted.since(today.weekday());
                today.checked_add(Span::new().try_days(ahead).ok()?).ok()?
            }
            _ => today,
        };
        for _ in 0..3 {
            let at: Zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
            if at.timestamp() > from {
                return Some(Timestamp::from_micros(at.timestamp().as_microsecond()));
            }
            date = date.checked_add(days.days()).ok()?;
        }
        None
    }

    /// As it is said: `every day at 03:30`.
    pub fn words(self) -> String {
        const DAYS: [&str; 7] = [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ];
        match self {
            Self::Every { minutes: 1 } => "every minute".to_owned(),
            Self::Every { minutes } => format!("every {minutes} minutes"),
            Self::Daily { at: (hour, minute) } => format!("every day at {hour:02}:{minute:02}"),
            Self::Weekly {
                day,
                at: (hour, minute),
            } => {
                let day = usize::try_from(day).ok().and_then(|day| DAYS.get(day));
                format!("{}s at {hour:02}:{minute:02}", day.unwrap_or(&"day"))
            }
        }
    }
}

fn later(at: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_add(micros))
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum JobOutcome {
    /// To its end.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody stopped it.
    Cancelled,
    /// The program ended before the run did.
    Died,
}

impl JobOutcome {
    /// As it is said.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Died => "died",
        }
    }
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRun {
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// How.
    pub outcome: JobOutcome,
    /// A sentence about it.
    pub text: String,
    /// A person asked for it.
    pub by_hand: bool,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
    /// When it runs, in words.
    pub schedule: String,
    /// It belongs to the server, not to the shop: only the operator may run it.
    pub server: bool,
    /// When it runs next.
    pub next: Timestamp,
    /// Somebody asked for it, and it begins in a moment.
    pub waiting: bool,
    /// Since when it runs.
    pub since: Option<Timestamp>,
    /// How far it is, where it says so.
    pub progress: Option<Progress>,
    /// The run before.
    pub last: Option<JobRun>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let at: jiff::Timestamp = text.parse().expect("a time");
        Timestamp::from_micros(at.as_microsecond())
    }

    #[test]
    fn the_next_time_is_the_shops_own() {
        let berlin = TimeZone::get("Europe/Berlin").expect("a zone");
        let nightly = Schedule::Daily { at: (2, 30) };
        let weekly = Schedule::Weekly { day: 6, at: (4, 0) };
        let often = Schedule::Every { minutes: 10 };
        for (schedule, after, next) in [
            (nightly, "2026-01-10T00:00:00Z", "2026-01-10T01:30:00Z"),
            // At the time itself it has begun already.
            (nightly, "2026-01-10T01:30:00Z", "2026-01-11T01:30:00Z"),
            (nightly, "2026-01-10T01:29:59Z", "2026-01-10T01:30:00Z"),
            // Clocks go forward from 2 to 3: it is not left out.
            (nightly, "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
            (nightly, "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
            // Clocks go back from 3 to 2: it runs once.
            (nightly, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
            (nightly, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            (weekly, "2026-11-21T12:00:00Z", "2026-11-22T03:00:00Z"),
            (weekly, "2026-11-22T03:00:00Z", "2026-11-29T03:00:00Z"),
            (weekly, "2026-11-23T00:00:00Z", "2026-11-29T03:00:00Z"),
            (often, "2026-01-10T00:00:00Z", "2026-01-10T00:10:00Z"),
        ] {
            assert_eq!(
                schedule.next(at(after), &berlin),
                at(next),
                "{schedule:?} {after}"
            );
        }
        assert_eq!(weekly.words(), "Sundays at 04:00");
        assert_eq!(nightly.words(), "every day at 02:30");
    }
}
