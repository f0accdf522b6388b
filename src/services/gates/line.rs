//! Who stands in line for a call, and whose turn it is. Pure: the time is given.

use std::collections::{BTreeMap, HashMap};

use crate::domain::Timestamp;
use crate::domain::market::{Breaker, Plan, Purpose, QueueRow, Spent};

/// A call that nobody has ended for so long is not under way any more, in microseconds.
const LOST: i64 = 900 * 1_000_000;
/// Those who waited for the budget begin at least so far from each other, in microseconds.
const SPREAD: i64 = 100_000;

/// A call that is under way.
#[derive(Debug, Clone, Copy)]
struct UnderWay {
    since: Timestamp,
    bucket: i64,
    purpose: Purpose,
}

/// The line in front of a gate.
#[derive(Debug, Default)]
pub struct Line {
    /// What was spent; `None` until it was read from the store.
    pub(super) spent: Option<Spent>,
    pub(super) breaker: Breaker,
    /// Something was spent that is not written down as it is.
    pub(super) dirty: bool,
    /// By urgency, then by arrival; whether it had to wait for the budget.
    waiting: BTreeMap<(Purpose, u64), bool>,
    under_way: HashMap<u64, UnderWay>,
    turns: u64,
    last_start: Option<Timestamp>,
    /// Not before this for those who waited.
    next_late: Option<Timestamp>,
}

/// What a caller is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Go.
    Now,
    /// Look again then, or when something changes.
    Later(Timestamp),
    /// There is no room for this purpose until then.
    Full(Timestamp),
}

fn after(at: Timestamp, micros: i64) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_add(micros))
}

impl Line {
    /// Stands at the end of the line.
    pub(super) fn stand(&mut self, purpose: Purpose) -> u64 {
        self.turns += 1;
        self.waiting.insert((purpose, self.turns), false);
        self.turns
    }

    /// Leaves the line.
    pub(super) fn give_up(&mut self, purpose: Purpose, turn: u64) {
        self.waiting.remove(&(purpose, turn));
    }

    /// Whose turn it is: the most urgent purpose that has room, in it who came first.
    pub(super) fn turn(&mut self, plan: &Plan, me: (Purpose, u64), now: Timestamp) -> Turn {
        let Some(spent) = &self.spent else {
            return Turn::Later(now);
        };
        self.under_way
            .retain(|_, call| call.since > now || now.since(call.since) < LOST);
        if let Err(free) = spent.room(plan, me.0) {
            if let Some(late) = self.waiting.get_mut(&me) {
                *late = true;
            }
            return Turn::Full(free);
        }
        if self.under_way.len() >= plan.at_once {
            return Turn::Later(after(now, 1_000_000));
        }
        let first = self
            .waiting
            .keys()
            .find(|(purpose, _)| spent.room(plan, *purpose).is_ok());
        if first.is_some_and(|first| *first != me) {
            return Turn::Later(after(now, SPREAD));
        }
        if let Some(last) = self.last_start {
            let next = after(last, plan.gap);
            // A clock that was set back holds nobody.
            if last <= now && next > now {
                return Turn::Later(next);
            }
        }
        let late = self.waiting.get(&me).is_some_and(|late| *late);
        match self.next_late {
            Some(next) if late && next > now && next.since(now) < SPREAD * 4 => Turn::Later(next),
            _ => Turn::Now,
        }
    }

    /// Goes; `jitter`, 0 to 1000, spreads those who waited.
    pub(super) fn go(
        &mut self,
        plan: &Plan,
        (purpose, turn): (Purpose, u64),
        now: Timestamp,
        jitter: u32,
    ) {
        let late = self.waiting.remove(&(purpose, turn)) == Some(true);
        if late {
            let part = i64::from(jitter.min(1000));
            self.next_late = Some(after(now, SPREAD / 2 + SPREAD * part / 1000));
        }
        self.last_start = Some(now);
        if let Some(spent) = &mut self.spent {
            let bucket = spent.make(plan, now, purpose);
            self.dirty = true;
            let call = UnderWay {
                since: now,
                bucket,
                purpose,
            };
            self.under_way.insert(turn, call);
        }
    }

    /// A call has ended; `false`: nobody knows of it.
    pub(super) fn end(&mut self, turn: u64, made: bool) -> bool {
        let Some(call) = self.under_way.remove(&turn) else {
            return false;
        };
        if !made && let Some(spent) = &mut self.spent {
            spent.unmake(call.bucket, call.purpose);
        }
        true
    }

    /// When a call that is under way began.
    pub(super) fn since(&self, turn: u64) -> Option<Timestamp> {
        self.under_way.get(&turn).map(|call| call.since)
    }

    /// Who waits and who is under way, by purpose.
    pub(super) fn queue(&self) -> Vec<QueueRow> {
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let all = Purpose::ALL.into_iter().map(|purpose| QueueRow {
            purpose,
            waiting: count(self.waiting.keys().filter(|(of, _)| *of == purpose).count()),
            under_way: count(
                self.under_way
                    .values()
                    .filter(|call| call.purpose == purpose)
                    .count(),
            ),
        });
        all.filter(|row| row.waiting + row.under_way > 0).collect()
    }

    /// How many wait, and how many are under way.
    pub(super) fn counts(&self) -> (u32, u32) {
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        (count(self.waiting.len()), count(self.under_way.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::market::Lane;

    const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

    fn line() -> Line {
        Line {
            spent: Some(Spent::default()),
            ..Line::default()
        }
    }

    #[test]
    fn the_urgent_go_first_and_equals_in_the_order_they_came() {
        let plan = Plan {
            at_once: 1,
            ..Plan::of(Lane::BrickOwl, None)
        };
        let mut line = line();
        let busy = line.stand(Purpose::Catalogue);
        line.go(&plan, (Purpose::Catalogue, busy), NOW, 0);
        let mut turns = Vec::new();
        for purpose in [
            Purpose::Catalogue,
            Purpose::Prices,
            Purpose::Stock,
            Purpose::Prices,
            Purpose::Stock,
        ] {
            turns.push((purpose, line.stand(purpose)));
        }
        assert!(matches!(line.turn(&plan, turns[2], NOW), Turn::Later(_)));
        assert!(line.end(busy, true));
        let mut went = Vec::new();
        while !turns.is_empty() {
            let now: Vec<_> = turns
                .iter()
                .filter(|me| line.turn(&plan, **me, NOW) == Turn::Now)
                .copied()
                .collect();
            assert_eq!(now.len(), 1, "one at a time");
            line.go(&plan, now[0], NOW, 0);
            assert!(line.end(now[0].1, true));
            turns.retain(|me| *me != now[0]);
            went.push(now[0]);
        }
        let words: Vec<&str> = went.iter().map(|(purpose, _)| purpose.word()).collect();
        assert_eq!(words, ["stock", "stock", "prices", "prices", "catalogue"]);
        assert!(went[0].1 < went[1].1 && went[2].1 < went[3].1);
    }

    #[test]
    fn a_pause_is_kept_between_two_beginnings() {
        let plan = Plan::of(Lane::Brickognize, None);
        let mut line = line();
        let first = (Purpose::Person, line.stand(Purpose::Person));
        assert_eq!(line.turn(&plan, first, NOW), Turn::Now);
        line.go(&plan, first, NOW, 0);
        let second = (Purpose::Person, line.stand(Purpose::Person));
        assert!(
            matches!(line.turn(&plan, second, NOW), Turn::Later(_)),
            "one at a time"
        );
        line.end(first.1, true);
        let Turn::Later(next) = line.turn(&plan, second, NOW) else {
            panic!("too soon");
        };
        assert_eq!(next.since(NOW), 200_000);
        assert_eq!(line.turn(&plan, second, next), Turn::Now);
    }

    #[test]
    fn those_who_waited_for_the_budget_begin_apart() {
        let plan = Plan::of(Lane::BrickOwl, Some(10));
        let mut line = line();
        for _ in 0..10 {
            let me = (Purpose::Stock, line.stand(Purpose::Stock));
            line.go(&plan, me, NOW, 0);
            line.end(me.1, true);
        }
        let waiting = [(); 3].map(|()| (Purpose::Stock, line.stand(Purpose::Stock)));
        let mut free = NOW;
        for me in waiting {
            let Turn::Full(until) = line.turn(&plan, me, NOW) else {
                panic!("there is room");
            };
            free = until;
        }
        let settle = |line: &mut Line| {
            if let Some(spent) = &mut line.spent {
                spent.settle(&plan, free);
            }
        };
        settle(&mut line);
        assert_eq!(line.turn(&plan, waiting[0], free), Turn::Now);
        line.go(&plan, waiting[0], free, 500);
        let next = after(free, SPREAD);
        assert_eq!(line.turn(&plan, waiting[1], free), Turn::Later(next));
        let newcomer = (Purpose::Stock, line.stand(Purpose::Stock));
        assert!(
            matches!(line.turn(&plan, newcomer, free), Turn::Later(_)),
            "nobody overtakes"
        );
        assert_eq!(line.turn(&plan, waiting[1], next), Turn::Now);
        line.go(&plan, waiting[1], next, 1000);
        assert_eq!(
            line.turn(&plan, waiting[2], next),
            Turn::Later(after(next, SPREAD * 3 / 2)),
            "each waits another while"
        );
    }

    #[test]
    fn a_call_that_nobody_ends_does_not_block_for_ever() {
        let plan = Plan::of(Lane::Brickognize, None);
        let mut line = line();
        let lost = (Purpose::Person, line.stand(Purpose::Person));
        line.go(&plan, lost, NOW, 0);
        let me = (Purpose::Person, line.stand(Purpose::Person));
        assert!(matches!(
            line.turn(&plan, me, after(NOW, LOST - 1)),
            Turn::Later(_)
        ));
        assert_eq!(line.turn(&plan, me, after(NOW, LOST)), Turn::Now);
        assert!(!line.end(lost.1, false), "it is not counted twice");
    }
}
