//! How long whoever failed must wait: twice as long each time, up to a quarter of an hour.
//!
//! Failures of a person's account are stored with the credentials and survive a restart. Those of a
//! station, and of addresses that nobody has, are remembered here: in memory, and only so many.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Threshold;
use super::secrets::station_print;
use crate::domain::time::SECOND;
use crate::domain::{TenantId, Timestamp, UserId};
use crate::error::{Error, Kind, Result};
use crate::store::people::{Credentials, Print};

/// Longest wait, in microseconds.
const LONGEST: i64 = 15 * 60 * SECOND;
/// From here on a wait is called a lock, and is written to the audit log.
pub(super) const LOCK: i64 = 60 * SECOND;
/// An account's failure that is the first to be followed by a wait.
const ACCOUNT: u32 = 2;
/// The same of a station, where several people may mistype.
const STATION: u32 = 6;
/// The same of a password that fits another shop of the same address.
const PROBE: u32 = 12;
/// Failures are forgotten after this time without another, in microseconds.
const FORGOTTEN: i64 = 60 * 60 * SECOND;
/// Most that is remembered.
const REMEMBERED: usize = 10_000;

/// Microseconds to wait after the `failures`th failure, where `first` is the first that counts.
const fn wait(failures: u32, first: u32) -> i64 {
    if failures < first {
        return 0;
    }
    let doubled = failures - first;
    if doubled >= 10 {
        return LONGEST;
    }
    let wait = SECOND << doubled;
    if wait > LONGEST { LONGEST } else { wait }
}

/// What is left of a wait. A clock that was set back must not make it longer than it ever can be.
fn left(until: Timestamp, now: Timestamp) -> Option<i64> {
    let left = until.since(now);
    (left > 0 && left <= LONGEST).then_some(left)
}

/// How long an account must wait still, in microseconds.
pub(super) fn account_left(credentials: &Credentials, now: Timestamp) -> Option<i64> {
    credentials.locked_until.and_then(|until| left(until, now))
}

/// Counts a failure of an account; gives the wait that follows.
pub(super) fn account_failed(credentials: &mut Credentials, now: Timestamp) -> i64 {
    credentials.failures = credentials.failures.saturating_add(1);
    let wait = wait(credentials.failures, ACCOUNT);
    credentials.locked_until = (wait > 0).then(|| later(now, wait));
    wait
}

fn later(now: Timestamp, wait: i64) -> Timestamp {
    Timestamp::from_micros(now.micros().saturating_add(wait))
}

/// "Wait", in words.
pub(super) fn too_many(left: i64) -> Error {
    let seconds = (left + SECOND - 1) / SECOND;
    Error {
        kind: Kind::RateLimited,
        message: format!(
            "Too many failed attempts. Try again in {}.",
            span_words(left)
        ),
        retry_after: u32::try_from(seconds).ok(),
    }
}

/// A wait as a person says it.
pub(super) fn span_words(micros: i64) -> String {
    match (micros + SECOND - 1) / SECOND {
        0 | 1 => "a second".into(),
        seconds @ 2..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", (seconds + 59) / 60),
    }
}

/// What failures are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Culprit {
    /// A Unix user at a terminal or address.
    Place(u32, String),
    /// A station, by its key.
    Station(Print),
    /// An address that nobody has: it must look like one that somebody has.
    Address(Print),
    /// A person whose password was not the one that fitted in another shop.
    Probe(TenantId, UserId),
}

impl Culprit {
    const fn first(&self) -> u32 {
        match self {
            Self::Place(..) | Self::Station(_) => STATION,
            Self::Address(_) => ACCOUNT,
            Self::Probe(..) => PROBE,
        }
    }

    /// Whoever stands at this door.
    pub(super) fn at(door: &Threshold) -> Vec<Self> {
        let place: String = door.place.chars().take(100).collect();
        let mut found = vec![Self::Place(door.uid, place)];
        found.extend(station_print(&door.key).map(Self::Station));
        found
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

/// The failures that are remembered.
#[derive(Debug, Default)]
pub(super) struct Patience(Mutex<HashMap<Culprit, Failures>>);

impl Patience {
    /// Refuses whoever must wait still.
    pub(super) fn check(&self, culprits: &[Culprit], now: Timestamp) -> Result<()> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = culprits
            .iter()
            .filter_map(|culprit| all.get(culprit))
            .filter_map(|failures| left(failures.until, now))
            .max();
        longest.map_or(Ok(()), |left| Err(too_many(left)))
    }

    /// Counts a failure; gives the longest wait that follows.
    pub(super) fn failed(&self, culprits: &[Culprit], now: Timestamp) -> i64 {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut longest = 0;
        for culprit in culprits {
            make_room(&mut all, culprit, now);
            let failures = all.entry(culprit.clone()).or_insert(Failures {
                count: 0,
                last: now,
                until: now,
            });
            if now.since(failures.last) > FORGOTTEN {
                failures.count = 0;
            }
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
            let wait = wait(failures.count, culprit.first());
            failures.until = later(now, wait);
            longest = longest.max(wait);
        }
        longest
    }

    /// Forgets the failures of whoever succeeded.
    pub(super) fn clear(&self, culprits: &[Culprit]) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for culprit in culprits {
            all.remove(culprit);
        }
    }
}

fn make_room(all: &mut HashMap<Culprit, Failures>, for_: &Culprit, now: Timestamp) {
    if all.len() < REMEMBERED || all.contains_key(for_) {
        return;
    }
    all.retain(|_, failures| now.since(failures.last) <= FORGOTTEN);
    if all.len() >= REMEMBERED {
        // The mildest go first: whoever floods this with names must not wash out who is locked.
        let mut counts: Vec<(u32, Timestamp)> =
            all.values().map(|of| (of.count, of.last)).collect();
        counts.sort_unstable();
        let border = counts[counts.len() / 10];
        all.retain(|_, of| (of.count, of.last) > border);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_763_600_000 + seconds)
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..=13).map(|n| wait(n, ACCOUNT) / SECOND).collect();
        assert_eq!(
            seconds,
            [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
        );
        assert_eq!(wait(u32::MAX, ACCOUNT), LONGEST);
        assert_eq!(wait(5, STATION), 0, "a station is given more");
        assert_eq!(wait(6, STATION), SECOND);
    }

    #[test]
    fn a_clock_that_jumps_locks_nobody_for_longer() {
        let mut credentials = Credentials::default();
        for _ in 0..12 {
            account_failed(&mut credentials, at(0));
        }
        assert_eq!(account_left(&credentials, at(0)), Some(LONGEST));
        assert_eq!(account_left(&credentials, at(899)), Some(SECOND));
        assert_eq!(account_left(&credentials, at(900)), None);
        assert_eq!(account_left(&credentials, at(-86_400)), None, "set back");
        assert_eq!(account_failed(&mut credentials, at(-86_400)), LONGEST);
    }

    #[test]
    fn stations_wait_and_are_forgiven() {
        let patience = Patience::default();
        let here = [Culprit::Place(1_000, "tty1".into())];
        let there = [Culprit::Place(1_000, "tty2".into())];
        for _ in 0..6 {
            assert!(patience.check(&here, at(0)).is_ok());
            patience.failed(&here, at(0));
        }
        let refused = patience.check(&here, at(0)).expect_err("too many");
        assert_eq!(refused.kind, Kind::RateLimited);
        assert_eq!(refused.retry_after, Some(1));
        assert!(patience.check(&there, at(0)).is_ok(), "others are not hit");
        assert!(patience.check(&here, at(1)).is_ok());
        patience.failed(&here, at(1));
        assert!(patience.check(&here, at(2)).is_err(), "two seconds now");
        patience.clear(&here);
        assert!(patience.check(&here, at(2)).is_ok());
        for _ in 0..7 {
            patience.failed(&here, at(10));
        }
        patience.failed(&here, at(10 + 3_700));
        assert!(patience.check(&here, at(10 + 3_700)).is_ok(), "long ago");
    }

    #[test]
    fn only_so_much_is_remembered_and_the_worst_longest() {
        let patience = Patience::default();
        let worst = [Culprit::Place(0, "worst".into())];
        for _ in 0..20 {
            patience.failed(&worst, at(0));
        }
        for n in 0..u32::try_from(REMEMBERED * 2).expect("a number") {
            patience.failed(&[Culprit::Place(n, "flood".into())], at(1));
        }
        assert!(patience.0.lock().expect("the map").len() <= REMEMBERED);
        assert!(patience.check(&worst, at(1)).is_err());
    }

    #[test]
    fn waits_are_said_in_words() {
        assert_eq!(span_words(SECOND), "a second");
        assert_eq!(span_words(64 * SECOND), "64 seconds");
        assert_eq!(span_words(LONGEST), "15 minutes");
        assert_eq!(too_many(1_500_000).retry_after, Some(2));
    }
}
