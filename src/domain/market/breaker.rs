//! The breaker: a service that fails again and again is left alone for a while, then tried once.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::time::SECOND;

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// How long it stays open the first time, in microseconds; twice as long each time after.
const FIRST: i64 = 30 * SECOND;
/// Longest.
const LONGEST: i64 = 1_800 * SECOND;
/// A probe that says nothing for so long is given up.
const PROBE: i64 = 300 * SECOND;

/// As people see it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum BreakerView {
    /// Calls pass.
    #[default]
    Closed,
    /// Calls are held back until then.
    Open(Timestamp),
    /// One call tries whether the service is back.
    Probing,
}

impl BreakerView {
    /// Its name on screens and in metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open(_) => "open",
            Self::Probing => "half-open",
        }
    }
}

/// The breaker of an account at a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breaker {
    failures: u32,
    /// How often it opened since it was closed last.
    opened: u32,
    until: Option<Timestamp>,
    probe: Option<(u64, Timestamp)>,
}

impl Breaker {
    /// Whether a call may pass; an open one says until when not. `turn` becomes the probe where one is due.
    pub fn pass(&mut self, turn: u64, now: Timestamp) -> Result<(), Timestamp> {
        let Some(until) = self.until else {
            return Ok(());
        };
        // A clock that was set back does not hold calls for longer than was meant.
        if until > now && until.since(now) <= LONGEST * 2 {
            return Err(until);
        }
        if let Some((probe, since)) = self.probe
            && probe != turn
            && now.since(since) < PROBE
            && since <= now
        {
            return Err(Timestamp::from_micros(
                now.micros().saturating_add(5 * SECOND),
            ));
        }
        self.probe = Some((turn, now));
        Ok(())
    }

    /// The service answered, whatever it said.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// A call was not made after all.
    pub fn not_made(&mut self, turn: u64) {
        if self.probe.is_some_and(|(probe, _)| probe == turn) {
            self.probe = None;
        }
    }

    /// The service failed; `jitter` spreads its users, 0 to 1000. Whether it has just opened for the first
    /// time.
    pub fn failed(&mut self, turn: u64, now: Timestamp, jitter: u32) -> bool {
        self.failures = self.failures.saturating_add(1);
        let probed = self.probe.is_some_and(|(probe, _)| probe == turn);
        // Calls that were under way when it opened say nothing new.
        let opens = probed || (self.until.is_none() && self.failures >= OPENS_AFTER);
        if !opens {
            return false;
        }
        let span = (FIRST << self.opened.min(10)).min(LONGEST);
        let more = span / 5 * i64::from(jitter.min(1000)) / 1000;
        self.until = Some(Timestamp::from_micros(now.micros() + span + more));
        self.opened = self.opened.saturating_add(1);
        self.probe = None;
        self.opened == 1
    }

    /// As people see it.
    pub fn view(&self) -> BreakerView {
        match (self.until, self.probe) {
            (None, _) => BreakerView::Closed,
            (Some(_), Some(_)) => BreakerView::Probing,
            (Some(until), None) => BreakerView::Open(until),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_763_600_000 + seconds)
    }

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for turn in 0..4 {
            assert!(!breaker.failed(turn, at(0), 0));
            assert_eq!(breaker.pass(9, at(0)), Ok(()));
        }
        assert!(breaker.failed(4, at(0), 0), "the fifth opens it");
        breaker
    }

    #[test]
    fn five_failures_open_it_and_one_probe_closes_it() {
        let mut breaker = open();
        assert_eq!(breaker.pass(5, at(29)), Err(at(30)));
        assert_eq!(breaker.pass(6, at(30)), Ok(()), "the probe");
        assert_eq!(breaker.view(), BreakerView::Probing);
        assert!(breaker.pass(7, at(31)).is_err(), "only one");
        breaker.answered();
        assert_eq!(breaker.view(), BreakerView::Closed);
        assert_eq!(breaker.pass(7, at(31)), Ok(()));
    }

    #[test]
    fn a_failed_probe_opens_it_for_longer_up_to_a_limit() {
        let mut breaker = open();
        let mut now = at(30);
        let mut spans = Vec::new();
        for turn in 10..20 {
            assert_eq!(breaker.pass(turn, now), Ok(()));
            assert!(!breaker.failed(turn, now, 0), "people were told already");
            let until = breaker.pass(99, now).expect_err("open again");
            spans.push(until.since(now) / SECOND);
            now = until;
        }
        assert_eq!(spans[..6], [60, 120, 240, 480, 960, 1_800]);
        assert_eq!(spans[9], 1_800);
    }

    #[test]
    fn latecomers_change_nothing_and_successes_start_anew() {
        let mut breaker = open();
        let until = breaker.pass(9, at(1)).expect_err("open");
        assert!(!breaker.failed(8, at(20), 0));
        assert_eq!(breaker.pass(9, at(20)), Err(until), "not prolonged");
        let mut breaker = Breaker::default();
        for turn in 0..50 {
            breaker.failed(turn, at(0), 0);
            if turn % 4 == 3 {
                breaker.answered();
            }
        }
        assert_eq!(breaker.view(), BreakerView::Closed, "never five in a row");
    }

    #[test]
    fn a_probe_that_was_not_made_or_is_lost_leaves_room_for_another() {
        let mut breaker = open();
        assert_eq!(breaker.pass(6, at(40)), Ok(()));
        breaker.not_made(6);
        assert_eq!(breaker.pass(7, at(40)), Ok(()));
        assert!(breaker.pass(8, at(100)).is_err());
        assert_eq!(breaker.pass(8, at(341)), Ok(()), "the probe was lost");
    }

    #[test]
    fn jitter_spreads_the_end() {
        let mut breaker = Breaker::default();
        for turn in 0..5 {
            breaker.failed(turn, at(0), 1000);
        }
        assert_eq!(breaker.view(), BreakerView::Open(at(36)));
    }
}
