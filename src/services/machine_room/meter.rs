//! Counts every call: how often, how long, how it failed. In memory, since the server started.
//!
//! Gates tell it, as they know whose call it was. Failures come here without any key in them; of a shop's
//! last errors only that shop hears more than their number.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::domain::market::machine_room::{AnswerCounts, CallTrouble, QUARTERS};
use crate::domain::market::{Class, Service};
use crate::domain::text::is_unsafe;
use crate::domain::time::SECOND;
use crate::domain::{Freshness, TenantId, Timestamp};
use crate::market::{Gate, Open, Outcome, Told};

/// Errors of a shop that are kept.
const TROUBLES: usize = 50;
/// Times of a call by which its usual time is judged.
const LATEST: usize = 256;
/// A quarter of an hour, in microseconds.
const QUARTER: i64 = 900 * SECOND;
/// Quarters of a day.
const DAY: usize = 96;

/// Upper bounds of the times that are counted for good, in microseconds.
pub const BOUNDS: [u32; 10] = [
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    120_000_000,
];

/// What is counted of a call by its name.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How attempts ended, and calls that were not made; `None`: well.
    pub classes: BTreeMap<Option<Class>, u64>,
    /// Attempts that were not the first.
    pub retries: u64,
    /// Attempts by the first of [`BOUNDS`] that they were within; the last: none.
    pub within: [u64; BOUNDS.len() + 1],
    /// Times of all attempts together, in microseconds.
    pub sum: u64,
    /// Times of the latest attempts, in microseconds.
    took: VecDeque<u32>,
    /// When the latest was.
    pub last: Timestamp,
}

/// Whether an attempt that ended so was made at all.
const fn made(class: Option<Class>) -> bool {
    !matches!(
        class,
        Some(Class::Offline | Class::NoKeys | Class::Budget | Class::Held)
    )
}

impl Tally {
    /// Attempts that were made.
    pub fn calls(&self) -> u64 {
        self.sum_of(made)
    }

    /// Those that failed; that there is no such thing is no failure.
    pub fn failed(&self) -> u64 {
        self.sum_of(|class| !matches!(class, None | Some(Class::NotFound)) && made(class))
    }

    /// How often it ended so.
    pub fn of(&self, class: Class) -> u64 {
        self.classes.get(&Some(class)).copied().unwrap_or(0)
    }

    fn sum_of(&self, counts: impl Fn(Option<Class>) -> bool) -> u64 {
        let all = self.classes.iter();
        all.filter(|(class, _)| counts(**class))
            .map(|(_, count)| count)
            .sum()
    }

    /// Up to what time `of_hundred` of a hundred of the latest attempts were done, in microseconds.
    pub fn within_most(&self, of_hundred: usize) -> u32 {
        let mut took: Vec<u32> = self.took.iter().copied().collect();
        took.sort_unstable();
        let at = (took.len() * of_hundred).div_ceil(100).saturating_sub(1);
        took.get(at).copied().unwrap_or(0)
    }

    fn take(&mut self, told: &Told<'_>, took: Option<i64>, now: Timestamp) {
        let class = told.failure.map(|failure| failure.class);
        *self.classes.entry(class).or_default() += 1;
        if !made(class) {
            return;
        }
        self.last = now;
        self.retries += u64::from(told.nth > 1);
        // A clock that was set back measures nothing.
        let Some(took) = took.and_then(|took| u32::try_from(took).ok()) else {
            return;
        };
        let at = BOUNDS.iter().position(|bound| took <= *bound);
        self.within[at.unwrap_or(BOUNDS.len())] += 1;
        self.sum = self.sum.saturating_add(u64::from(took));
        if self.took.len() == LATEST {
            self.took.pop_front();
        }
        self.took.push_back(took);
    }

    /// The same for several shops together.
    pub fn add(&mut self, other: &Self) {
        for (class, count) in &other.classes {
            *self.classes.entry(*class).or_default() += count;
        }
        for (sum, more) in self.within.iter_mut().zip(other.within) {
            *sum += more;
        }
        self.retries += other.retries;
        self.sum = self.sum.saturating_add(other.sum);
        self.took.extend(&other.took);
        self.last = self.last.max(other.last);
    }
}

/// Attempts of the last day by quarter of an hour.
#[derive(Debug, Clone, Default)]
struct Quarters {
    /// Which quarter the last one is.
    no: i64,
    counts: VecDeque<u32>,
}

impl Quarters {
    fn go_on(&mut self, now: Timestamp) {
        let no = now.micros().div_euclid(QUARTER);
        let gone = usize::try_from(no.saturating_sub(self.no)).unwrap_or(0);
        if self.counts.is_empty() || gone >= DAY {
            self.counts = VecDeque::from(vec![0; DAY]);
            self.no = no;
        }
        // A clock that was set back does not go back.
        while self.no < no {
            self.counts.pop_front();
            self.counts.push_back(0);
            self.no += 1;
        }
    }
}

#[derive(Debug)]
struct Kept {
    trouble: CallTrouble,
    raw: String,
}

#[derive(Debug, Default)]
struct Counts {
    calls: BTreeMap<(TenantId, Service, &'static str), Tally>,
    quarters: HashMap<(TenantId, Service), Quarters>,
    troubles: HashMap<TenantId, VecDeque<Kept>>,
    answers: BTreeMap<TenantId, AnswerCounts>,
    ids: u64,
}

/// Counts calls.
pub struct Meter {
    clock: Arc<dyn Clock>,
    since: Timestamp,
    counts: Mutex<Counts>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meter").finish_non_exhaustive()
    }
}

impl Meter {
    /// One that has counted nothing.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self {
            since: clock.now(),
            clock,
            counts: Mutex::default(),
        })
    }

    /// Since when it counts.
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an attempt in; `took`: microseconds, where it was measured.
    pub fn take(&self, tenant: TenantId, told: &Told<'_>, took: Option<i64>) {
        let now = self.clock.now();
        let mut counts = self.counts();
        let place = (tenant, told.service, told.endpoint);
        counts.calls.entry(place).or_default().take(told, took, now);
        if made(told.failure.map(|failure| failure.class)) {
            let quarters = counts.quarters.entry((tenant, told.service)).or_default();
            quarters.go_on(now);
            if let Some(here) = quarters.counts.back_mut() {
                *here = here.saturating_add(1);
            }
        }
        let Some(failure) = told.failure.filter(|one| one.class != Class::NotFound) else {
            return;
        };
        counts.ids += 1;
        let id = counts.ids;
        let troubles = counts.troubles.entry(tenant).or_default();
        // A service that is down says the same again and again.
        let last = troubles.front_mut().filter(|last| {
            let last = &last.trouble;
            (last.service, last.endpoint.as_str(), last.class)
                == (told.service, told.endpoint, failure.class)
        });
        let times = last.as_ref().map_or(0, |last| last.trouble.times);
        let kept = Kept {
            trouble: CallTrouble {
                id: last.as_ref().map_or(id, |last| last.trouble.id),
                at: now,
                times: times.saturating_add(1),
                service: told.service,
                endpoint: told.endpoint.to_owned(),
                class: failure.class,
                status: told.status,
                nth: told.nth,
                text: failure.text.clone(),
                raw: !failure.raw.is_empty(),
            },
            raw: harmless(&failure.raw),
        };
        match last {
            Some(last) => *last = kept,
            None => troubles.push_front(kept),
        }
        troubles.truncate(TROUBLES);
    }

    /// Takes in what a look at an item or its prices was answered with: its worst age, `None` where
    /// something was missing; and whether fetching it had failed.
    pub fn answered(&self, tenant: TenantId, worst: Option<Freshness>, failed: bool) {
        let mut counts = self.counts();
        let answers = counts.answers.entry(tenant).or_default();
        let count = match worst {
            Some(Freshness::Fresh) => &mut answers.fresh,
            Some(Freshness::Stale) => &mut answers.stale,
            Some(Freshness::Expired) => &mut answers.expired,
            None => &mut answers.missing,
        };
        *count += 1;
        answers.last_known += u64::from(failed);
    }

    /// Looks of a shop, or of all together.
    pub fn answers(&self, tenant: Option<TenantId>) -> AnswerCounts {
        let counts = self.counts();
        let mut sum = AnswerCounts::default();
        for (of, one) in &counts.answers {
            if tenant.is_none_or(|tenant| tenant == *of) {
                sum.fresh += one.fresh;
                sum.stale += one.stale;
                sum.expired += one.expired;
                sum.missing += one.missing;
                sum.last_known += one.last_known;
            }
        }
        sum
    }

    /// Calls by service and name, of a shop or of all together.
    pub fn calls(&self, tenant: Option<TenantId>) -> BTreeMap<(Service, &'static str), Tally> {
        let counts = self.counts();
        let mut sums: BTreeMap<_, Tally> = BTreeMap::new();
        for ((of, service, endpoint), tally) in &counts.calls {
            if tenant.is_none_or(|tenant| tenant == *of) {
                sums.entry((*service, *endpoint)).or_default().add(tally);
            }
        }
        sums
    }

    /// Attempts of the last day at a service, and those of the last [`QUARTERS`] quarters of an hour.
    pub fn quarters(&self, tenant: Option<TenantId>, service: Service) -> (u32, Vec<u32>) {
        let now = self.clock.now();
        let mut counts = self.counts();
        let mut sums = vec![0_u32; DAY];
        for ((of, about), quarters) in &mut counts.quarters {
            if *about == service && tenant.is_none_or(|tenant| tenant == *of) {
                quarters.go_on(now);
                for (sum, count) in sums.iter_mut().zip(&quarters.counts) {
                    *sum = sum.saturating_add(*count);
                }
            }
        }
        let day = sums
            .iter()
            .fold(0_u32, |sum, count| sum.saturating_add(*count));
        (day, sums.split_off(DAY - QUARTERS))
    }

    /// The last errors of a shop, the latest first.
    pub fn troubles(&self, tenant: TenantId) -> Vec<CallTrouble> {
        let counts = self.counts();
        let kept = counts.troubles.get(&tenant);
        kept.into_iter()
            .flatten()
            .map(|kept| kept.trouble.clone())
            .collect()
    }

    /// The answer of an error of a shop as it came, without keys; `None`: it is not kept any more.
    pub fn raw(&self, tenant: TenantId, id: u64) -> Option<String> {
        let counts = self.counts();
        let mut kept = counts.troubles.get(&tenant)?.iter();
        kept.find(|kept| kept.trouble.id == id)
            .map(|kept| kept.raw.clone())
    }
}

/// Nothing in it moves a cursor; line ends stay.
fn harmless(raw: &str) -> String {
    raw.chars()
        .filter(|c| *c == '\n' || !is_unsafe(*c))
        .collect()
}

/// Lets everything pass and tells the meter: for calls that no budget counts and no shop owns.
#[derive(Debug)]
pub(crate) struct Turnstile {
    /// Whose they are.
    pub(crate) tenant: TenantId,
    /// Who counts.
    pub(crate) meter: Arc<Meter>,
}

impl Gate for Turnstile {
    fn enter(
        &self,
        _: Service,
        _: crate::domain::market::Purpose,
    ) -> Result<Open, Box<crate::domain::market::Failure>> {
        // The turn is the time at which it began.
        let now = self.meter.clock.now().micros();
        Ok(Open {
            turn: u64::try_from(now).unwrap_or(0),
        })
    }

    fn told(&self, told: &Told<'_>) {
        let began = told.turn.and_then(|open| i64::try_from(open.turn).ok());
        let now = self.meter.clock.now().micros();
        let took = began.map(|began| now.saturating_sub(began));
        self.meter.take(self.tenant, told, took);
    }

    fn leave(&self, _: Open, _: Outcome) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::market::Failure;

    const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);
    const MINE: TenantId = TenantId(1);
    const OTHER: TenantId = TenantId(2);

    fn told<'a>(endpoint: &'static str, failure: Option<&'a Failure>, nth: u32) -> Told<'a> {
        Told {
            turn: Some(Open { turn: 1 }),
            service: Service::BrickLink,
            endpoint,
            nth,
            status: if failure.is_some() { 500 } else { 200 },
            failure,
        }
    }

    fn failure(class: Class, raw: &str) -> Failure {
        let mut failure = Failure::new(Service::BrickLink, class, "It failed.");
        failure.raw = raw.to_owned();
        failure
    }

    #[test]
    fn times_are_those_of_the_latest_attempts() {
        let clock = ManualClock::at(NOW);
        let meter = Meter::new(clock);
        for took in 0..1_000_i64 {
            meter.take(MINE, &told("GET orders", None, 1), Some(took * 1_000));
        }
        let calls = meter.calls(Some(MINE));
        let tally = &calls[&(Service::BrickLink, "GET orders")];
        assert_eq!((tally.calls(), tally.failed()), (1_000, 0));
        // 744 to 999 ms are the latest 256.
        assert_eq!(tally.within_most(50), 871_000);
        assert_eq!(tally.within_most(99), 997_000);
        assert_eq!(tally.within_most(100), 999_000);
        assert_eq!(tally.within[..4], [51, 50, 150, 250]);
        assert_eq!(tally.within.iter().sum::<u64>(), 1_000);
        assert_eq!(Tally::default().within_most(50), 0);
    }

    #[test]
    fn what_was_not_made_is_no_call_and_not_found_no_failure() {
        let meter = Meter::new(ManualClock::at(NOW));
        let held = failure(Class::Held, "");
        let gone = failure(Class::NotFound, "{}");
        let broken = failure(Class::Broken, "<html>");
        let refused = Told {
            turn: None,
            ..told("GET orders", Some(&held), 1)
        };
        meter.take(MINE, &refused, None);
        meter.take(MINE, &told("GET orders", Some(&gone), 1), Some(5));
        meter.take(MINE, &told("GET orders", Some(&broken), 1), Some(5));
        meter.take(MINE, &told("GET orders", None, 2), Some(5));
        let calls = meter.calls(None);
        let tally = &calls[&(Service::BrickLink, "GET orders")];
        assert_eq!((tally.calls(), tally.failed(), tally.retries), (3, 1, 1));
        assert_eq!(tally.of(Class::Held), 1);
        assert_eq!(meter.quarters(None, Service::BrickLink).0, 3);
        let classes: Vec<Class> = meter.troubles(MINE).iter().map(|one| one.class).collect();
        assert_eq!(classes, [Class::Broken, Class::Held]);
    }

    #[test]
    fn the_last_fifty_errors_are_kept_and_repetitions_are_one() {
        let clock = ManualClock::at(NOW);
        let meter = Meter::new(Arc::<ManualClock>::clone(&clock));
        let broken = failure(Class::Broken, "\u{1b}[31m<html>\nraw\u{7}");
        for _ in 0..7 {
            clock.advance(SECOND);
            meter.take(MINE, &told("GET orders", Some(&broken), 1), Some(5));
        }
        let [only] = &meter.troubles(MINE)[..] else {
            panic!("one error");
        };
        assert_eq!((only.times, only.at.since(NOW) / SECOND), (7, 7));
        assert_eq!(meter.raw(MINE, only.id).as_deref(), Some("[31m<html>\nraw"));
        let silent = failure(Class::Silent, "");
        for at in 0..60 {
            let one = if at % 2 == 0 { &silent } else { &broken };
            meter.take(MINE, &told("GET orders", Some(one), 1), Some(5));
        }
        let all = meter.troubles(MINE);
        assert_eq!(
            (all.len(), all[0].class, all[1].class),
            (50, Class::Broken, Class::Silent)
        );
        assert!(!all[1].raw && all[0].raw);
    }

    #[test]
    fn a_shop_hears_nothing_of_another() {
        let meter = Meter::new(ManualClock::at(NOW));
        let broken = failure(Class::Broken, "theirs");
        meter.take(OTHER, &told("GET orders", Some(&broken), 1), Some(5));
        meter.answered(OTHER, None, false);
        assert_eq!(meter.troubles(MINE), []);
        let id = meter.troubles(OTHER)[0].id;
        assert_eq!(meter.raw(MINE, id), None);
        assert!(meter.calls(Some(MINE)).is_empty());
        assert_eq!(meter.answers(Some(MINE)).all(), 0);
        assert_eq!(
            (meter.calls(None).len(), meter.answers(None).missing),
            (1, 1)
        );
    }

    #[test]
    fn quarters_of_an_hour_pass_and_a_clock_set_back_keeps_them() {
        let clock = ManualClock::at(NOW);
        let meter = Meter::new(Arc::<ManualClock>::clone(&clock));
        let call = || meter.take(MINE, &told("GET orders", None, 1), Some(5));
        call();
        clock.advance(QUARTER * 2);
        call();
        call();
        let (day, quarters) = meter.quarters(Some(MINE), Service::BrickLink);
        assert_eq!((day, quarters.len()), (3, QUARTERS));
        assert_eq!(quarters[QUARTERS - 3..], [1, 0, 2]);
        clock.advance(-QUARTER);
        call();
        let (day, quarters) = meter.quarters(None, Service::BrickLink);
        assert_eq!((day, quarters[QUARTERS - 1]), (4, 3));
        clock.advance(QUARTER * 60);
        let (day, quarters) = meter.quarters(None, Service::BrickLink);
        assert_eq!(
            (day, quarters.iter().sum::<u32>()),
            (4, 0),
            "longer ago than is shown"
        );
        clock.advance(QUARTER * 400);
        assert_eq!(meter.quarters(None, Service::BrickLink).0, 0);
    }
}
