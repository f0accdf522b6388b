//! Calls of the last span, bucket by bucket: what the store remembers of a budget.

use serde::{Deserialize, Serialize};

use super::{Plan, Purpose};
use crate::domain::Timestamp;
use crate::domain::time::SECOND;

/// Purposes, and behind them what a lost process had set aside.
const COLUMNS: usize = Purpose::ALL.len() + 1;
const LOST: usize = Purpose::ALL.len();

/// The calls of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Which: its beginning divided by its length.
    pub no: i64,
    /// Calls by purpose, in the order of [`Purpose::ALL`]; the last column: nobody knows.
    pub calls: [u32; COLUMNS],
    /// Written down before they were made: not made yet.
    pub ahead: u32,
}

/// The calls of the last span.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Ascending; only those that still count.
    pub buckets: Vec<Bucket>,
    /// The service says it is too much: until when it is left alone.
    pub exhausted_until: Option<Timestamp>,
    /// How often in a row it said so.
    pub exhausted_times: u32,
    /// People were warned, and it has not fallen since.
    pub warned: bool,
}

fn column(purpose: Purpose) -> usize {
    Purpose::ALL
        .iter()
        .position(|one| *one == purpose)
        .unwrap_or(LOST)
}

impl Spent {
    /// As it is taken up after a restart: what was set aside may have been spent, so it was.
    #[must_use]
    pub fn taken_up(mut self) -> Self {
        for bucket in &mut self.buckets {
            bucket.calls[LOST] = bucket.calls[LOST].saturating_add(bucket.ahead);
            bucket.ahead = 0;
        }
        self
    }

    /// Forgets what is older than the span. A bucket of a time that is far ahead was counted by a wrong
    /// clock: it counts as of now.
    pub fn settle(&mut self, plan: &Plan, now: Timestamp) {
        let now = now.micros();
        let here = now.div_euclid(plan.bucket);
        let ahead = now.saturating_add(plan.span).div_euclid(plan.bucket);
        if self.buckets.last().is_some_and(|last| last.no > ahead) {
            let mut moved: Vec<Bucket> = Vec::with_capacity(self.buckets.len());
            for mut bucket in std::mem::take(&mut self.buckets) {
                if bucket.no > ahead {
                    bucket.no = here.max(moved.last().map_or(here, |last| last.no));
                }
                match moved.last_mut() {
                    Some(last) if last.no == bucket.no => last.take_in(&bucket),
                    _ => moved.push(bucket),
                }
            }
            self.buckets = moved;
        }
        let limit = now.saturating_sub(plan.span);
        self.buckets
            .retain(|bucket| ends(plan, bucket.no) > limit && !bucket.is_empty());
    }

    /// Calls that count now, without those that are only set aside.
    pub fn used(&self) -> u32 {
        self.buckets.iter().map(Bucket::made).sum()
    }

    /// Those of one purpose.
    pub fn used_for(&self, purpose: Purpose) -> u32 {
        let column = column(purpose);
        self.buckets.iter().map(|bucket| bucket.calls[column]).sum()
    }

    /// Calls of the last minute, or of the last bucket where those are longer.
    pub fn last_minute(&self, plan: &Plan, now: Timestamp) -> u32 {
        let since = now.micros().saturating_sub(60 * SECOND);
        self.buckets
            .iter()
            .filter(|bucket| ends(plan, bucket.no) > since)
            .map(Bucket::made)
            .sum()
    }

    /// Whether a purpose has room, and if not, when it will have.
    pub fn room(&self, plan: &Plan, purpose: Purpose) -> Result<(), Timestamp> {
        let mut used = self.used();
        if plan.room(purpose, used, self.used_for(purpose)) {
            return Ok(());
        }
        let share = plan.share(purpose);
        let mut free = plan.span;
        for bucket in &self.buckets {
            used -= bucket.made();
            free = ends(plan, bucket.no).saturating_add(plan.span);
            if used < share {
                break;
            }
        }
        Err(Timestamp::from_micros(free))
    }

    /// When the oldest call that counts is forgotten.
    pub fn frees(&self, plan: &Plan) -> Option<Timestamp> {
        let first = self.buckets.iter().find(|bucket| bucket.made() > 0)?;
        Some(Timestamp::from_micros(
            ends(plan, first.no).saturating_add(plan.span),
        ))
    }

    /// Whether a call of now was written down already.
    pub fn has_ahead(&self, plan: &Plan, now: Timestamp) -> bool {
        let here = self.here(plan, now);
        self.buckets
            .last()
            .is_some_and(|last| last.no == here && last.ahead > 0)
    }

    /// Sets calls aside in the bucket of now, and gives back what was set aside before. Must be written down
    /// before any of them is made.
    pub fn set_aside(&mut self, plan: &Plan, now: Timestamp) {
        self.give_back();
        let left = plan.limit.saturating_sub(self.used());
        let chunk = plan.chunk.min(left).max(1);
        let here = self.here(plan, now);
        self.bucket(here).ahead = chunk;
    }

    /// Nothing is set aside any more.
    pub fn give_back(&mut self) {
        for bucket in &mut self.buckets {
            bucket.ahead = 0;
        }
    }

    /// Makes one of the calls that were set aside; the bucket it counts in.
    pub fn make(&mut self, plan: &Plan, now: Timestamp, purpose: Purpose) -> i64 {
        let here = self.here(plan, now);
        let bucket = self.bucket(here);
        bucket.ahead = bucket.ahead.saturating_sub(1);
        let calls = &mut bucket.calls[column(purpose)];
        *calls = calls.saturating_add(1);
        here
    }

    /// A call was not made after all.
    pub fn unmake(&mut self, no: i64, purpose: Purpose) {
        let last = self.buckets.last().map(|bucket| bucket.no);
        if let Some(bucket) = self.buckets.iter_mut().find(|bucket| bucket.no == no) {
            let calls = &mut bucket.calls[column(purpose)];
            if *calls > 0 {
                *calls -= 1;
                // Its place in the journal is still good while the bucket is.
                bucket.ahead += u32::from(last == Some(no));
            }
        }
    }

    /// The bucket of now; a clock that was set back does not go back.
    fn here(&self, plan: &Plan, now: Timestamp) -> i64 {
        let here = now.micros().div_euclid(plan.bucket);
        self.buckets.last().map_or(here, |last| last.no.max(here))
    }

    fn bucket(&mut self, no: i64) -> &mut Bucket {
        let known = self.buckets.iter().position(|bucket| bucket.no == no);
        let at = known.unwrap_or(self.buckets.len());
        if known.is_none() {
            self.buckets.push(Bucket {
                no,
                calls: [0; COLUMNS],
                ahead: 0,
            });
        }
        &mut self.buckets[at]
    }
}

impl Bucket {
    fn made(&self) -> u32 {
        self.calls.iter().sum()
    }

    fn is_empty(&self) -> bool {
        self.ahead == 0 && self.made() == 0
    }

    fn take_in(&mut self, other: &Self) {
        for (calls, more) in self.calls.iter_mut().zip(other.calls) {
            *calls = calls.saturating_add(more);
        }
        self.ahead = self.ahead.saturating_add(other.ahead);
    }
}

/// When a bucket is over, in microseconds.
fn ends(plan: &Plan, no: i64) -> i64 {
    no.saturating_add(1).saturating_mul(plan.bucket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::market::Lane;
    use crate::domain::time::DAY;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_763_600_000 + seconds)
    }

    fn spend(spent: &mut Spent, plan: &Plan, now: Timestamp, calls: u32) {
        for _ in 0..calls {
            if !spent.has_ahead(plan, now) {
                spent.set_aside(plan, now);
            }
            spent.make(plan, now, Purpose::Stock);
        }
    }

    #[test]
    fn a_call_counts_for_a_whole_span_at_least() {
        let plan = Plan::of(Lane::BrickLink, None);
        let mut spent = Spent::default();
        spend(&mut spent, &plan, at(0), 3);
        spent.settle(&plan, at(DAY / SECOND));
        assert_eq!(spent.used(), 3, "just a day later it still counts");
        spent.settle(&plan, at(DAY / SECOND + 301));
        assert_eq!(spent.used(), 0);
    }

    #[test]
    fn what_was_set_aside_when_the_process_died_was_spent() {
        let plan = Plan::of(Lane::BrickLink, None);
        let mut spent = Spent::default();
        spend(&mut spent, &plan, at(0), 1);
        assert_eq!(spent.used(), 1);
        let again = spent.clone().taken_up();
        assert_eq!(again.used(), 20);
        spent.give_back();
        assert_eq!(spent.taken_up().used(), 1, "a clean end gives back");
    }

    #[test]
    fn a_clock_that_is_set_back_forgives_nothing_and_locks_nobody_out() {
        let plan = Plan::of(Lane::BrickLink, None);
        let mut spent = Spent::default();
        spend(&mut spent, &plan, at(7_200), 5);
        spent.settle(&plan, at(0));
        spend(&mut spent, &plan, at(0), 5);
        assert_eq!(spent.used(), 10);
        // Two years ahead by mistake, then right again.
        let far = at(2 * 365 * 86_400);
        spend(&mut spent, &plan, far, 7);
        spent.settle(&plan, at(60));
        assert_eq!(spent.used(), 17, "nobody knows when they were made");
        spent.settle(&plan, at(86_400 + 7_200 + 600));
        assert_eq!(spent.used(), 0, "a day later they are over");
    }

    #[test]
    fn it_says_when_there_will_be_room() {
        let plan = Plan::of(Lane::BrickLink, Some(10));
        let mut spent = Spent::default();
        spend(&mut spent, &plan, at(0), 4);
        spend(&mut spent, &plan, at(3_600), 5);
        assert!(spent.room(&plan, Purpose::Stock).is_err());
        let free = spent.room(&plan, Purpose::Stock).expect_err("no room");
        spent.settle(&plan, Timestamp::from_micros(free.micros() - 1));
        assert!(spent.room(&plan, Purpose::Stock).is_err());
        spent.settle(&plan, free);
        assert!(spent.room(&plan, Purpose::Stock).is_ok());
        assert!(spent.room(&plan, Purpose::Catalogue).is_err(), "5 of 4");
    }
}
