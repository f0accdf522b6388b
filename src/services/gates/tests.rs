//! Days of calls on a moved clock: never over budget in any window, whatever dies in between.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use redb::Database;
use redb::backends::InMemoryBackend;

use super::*;
use crate::clock::ManualClock;
use crate::domain::market::{BreakerView, Class};
use crate::domain::time::{DAY, SECOND};
use crate::domain::{AlertKind, Timestamp};
use crate::entropy::CountingEntropy;
use crate::store::Opener;

const START: Timestamp = Timestamp::from_seconds(1_763_600_000);
const SHOP: TenantId = TenantId(1);

type Told = Arc<Mutex<Vec<AlertKind>>>;

struct World {
    store: Store,
    clock: Arc<ManualClock>,
    told: Told,
    limits: CallLimits,
    gates: Option<Gates>,
}

fn store() -> Store {
    let opener: Opener = Arc::new(|| {
        Ok(Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .expect("a database in memory"))
    });
    Store::open(opener).expect("a store")
}

impl World {
    fn new(limits: CallLimits) -> Self {
        let mut world = Self {
            store: store(),
            clock: ManualClock::at(START),
            told: Told::default(),
            limits,
            gates: None,
        };
        world.start(false);
        world
    }

    fn start(&mut self, offline: bool) {
        let told = Arc::clone(&self.told);
        let setup = GateSetup {
            patience: Arc::new(MovedPatience(Arc::clone(&self.clock))),
            alarm: Arc::new(move |_, kind, _| told.lock().expect("a lock").push(kind)),
            offline,
            limits: self.limits,
            meter: Meter::new(Arc::<ManualClock>::clone(&self.clock)),
        };
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&self.clock);
        let entropy = Arc::new(CountingEntropy::default());
        self.gates = Some(Gates::new(self.store.clone(), clock, entropy, setup));
    }

    /// The process ends in good order, or dies.
    fn restart(&mut self, dies: bool) {
        if let (true, Some(gates)) = (dies, self.gates.take()) {
            std::mem::forget(gates);
        }
        self.gates = None;
        self.start(false);
    }

    fn gate(&self, lane: Lane) -> Arc<Keeper> {
        self.gates.as_ref().expect("gates").gate(SHOP, lane, 7)
    }

    /// Makes a call; when it began, if it was made.
    fn call(&self, lane: Lane, purpose: Purpose, outcome: Outcome) -> Option<Timestamp> {
        let gate = self.gate(lane);
        let open = gate.enter(lane.service(), purpose).ok()?;
        let at = self.clock.now();
        gate.leave(open, outcome);
        Some(at)
    }

    fn calls(&self, lane: Lane, purpose: Purpose, most: u32) -> u32 {
        let made = |_: &u32| self.call(lane, purpose, Outcome::Answered).is_some();
        (0..most).take_while(made).count() as u32
    }

    fn refusal(&self, lane: Lane, purpose: Purpose) -> Failure {
        *self
            .gate(lane)
            .enter(lane.service(), purpose)
            .expect_err("it is refused")
    }
}

/// No span of time has more than `limit` of these.
fn within(times: &[Timestamp], span: i64, limit: u32) {
    let mut first = 0;
    for (last, at) in times.iter().enumerate() {
        while at.since(times[first]) >= span {
            first += 1;
        }
        let count = last - first + 1;
        assert!(count <= limit as usize, "{count} calls up to {}", at.iso());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Calls(usize, u8),
    NotMade(usize),
    Wait(i64),
    Restart,
    Die,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..Purpose::ALL.len(), 1..40_u8).prop_map(|(p, n)| Step::Calls(p, n)),
        1 => (0..Purpose::ALL.len()).prop_map(Step::NotMade),
        4 => (1..90_000_i64).prop_map(Step::Wait),
        3 => (1..600_i64).prop_map(Step::Wait),
        1 => Just(Step::Restart),
        1 => Just(Step::Die),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_window_is_ever_over_budget(lane in 0..3_usize, steps in prop::collection::vec(step(), 1..60)) {
        let (lane, limit) = [
            (Lane::BrickLink, 150),
            (Lane::BrickOwl, 40),
            (Lane::Brickognize, 12),
        ][lane];
        let mut world = World::new(CallLimits {
            bricklink: Some(150),
            brickowl: Some(40),
            brickognize: Some(12),
        });
        let plan = Plan::of(lane, Some(limit));
        let mut times = Vec::new();
        for step in steps {
            match step {
                Step::Calls(purpose, calls) => {
                    for _ in 0..calls {
                        let made = world.call(lane, Purpose::ALL[purpose], Outcome::Answered);
                        if made.is_none() {
                            break;
                        }
                        times.extend(made);
                    }
                }
                Step::NotMade(purpose) => {
                    world.call(lane, Purpose::ALL[purpose], Outcome::NotMade);
                }
                Step::Wait(seconds) => world.clock.advance(seconds * SECOND),
                Step::Restart => world.restart(false),
                Step::Die => world.restart(true),
            }
        }
        within(&times, plan.span, limit);
    }
}

#[test]
fn stock_goes_on_when_everybody_else_has_spent_theirs() {
    let world = World::new(CallLimits::default());
    let lane = Lane::BrickLink;
    assert_eq!(world.calls(lane, Purpose::Catalogue, 9_999), 2_000);
    let refused = world.refusal(lane, Purpose::Catalogue);
    assert_eq!(refused.class, Class::Budget);
    assert!(refused.text.contains("the catalogue"), "{refused}");
    assert_eq!(refused.retry_after, Some(86_500), "a day and the bucket");
    assert_eq!(world.calls(lane, Purpose::Prices, 9_999), 500);
    assert_eq!(world.calls(lane, Purpose::Notes, 9_999), 1_100);
    assert!(
        world.told.lock().expect("a lock").is_empty(),
        "not 80 % yet"
    );
    assert_eq!(world.calls(lane, Purpose::Person, 9_999), 400);
    assert_eq!(
        *world.told.lock().expect("a lock"),
        [AlertKind::QuotaNearlySpent]
    );
    assert_eq!(world.calls(lane, Purpose::Orders, 9_999), 400);
    assert_eq!(world.calls(lane, Purpose::Stock, 9_999), 400);
    let view = world.gate(lane).view().expect("a view");
    assert_eq!((view.used, view.left(), view.warns), (4_800, 200, true));
    assert_eq!(world.told.lock().expect("a lock").len(), 1, "told once");
    world.clock.advance(DAY + 301 * SECOND);
    assert_eq!(world.calls(lane, Purpose::Catalogue, 10), 10);
}

#[test]
fn keys_can_be_tested_on_the_busiest_day() {
    let world = World::new(CallLimits::default());
    let lane = Lane::BrickLink;
    assert_eq!(world.calls(lane, Purpose::Stock, 9_999), 4_800);
    assert_eq!(world.calls(lane, Purpose::Person, 9_999), 50);
    assert!(
        world
            .call(lane, Purpose::Stock, Outcome::Answered)
            .is_none()
    );
}

#[test]
fn a_restart_remembers_and_a_death_counts_a_chunk_at_the_most() {
    let mut world = World::new(CallLimits::default());
    let lane = Lane::BrickLink;
    world.calls(lane, Purpose::Stock, 45);
    world.restart(false);
    assert_eq!(world.gate(lane).view().expect("a view").used, 45);
    world.calls(lane, Purpose::Stock, 5);
    world.restart(true);
    let used = world.gate(lane).view().expect("a view").used;
    assert!((50..50 + 20).contains(&used), "{used}");
}

#[test]
fn calls_are_written_down_twenty_at_a_time() {
    let world = World::new(CallLimits::default());
    let before = world.store.seq().expect("a number");
    world.calls(Lane::BrickLink, Purpose::Stock, 200);
    assert_eq!(world.store.seq().expect("a number") - before, 10);
}

#[test]
fn a_minute_fills_again_and_whoever_waits_gets_a_turn() {
    let world = World::new(CallLimits::default());
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let made = world.call(Lane::BrickOwl, Purpose::Stock, Outcome::Answered);
        times.push(made.expect("everybody gets a turn"));
    }
    within(&times, 60 * SECOND, 600);
    let took = times[1_999].since(times[0]) / SECOND;
    assert!((180..260).contains(&took), "{took} s for 2,000 calls");
}

#[test]
fn photos_keep_their_pace() {
    let world = World::new(CallLimits::default());
    let mut times = Vec::new();
    while let Some(at) = world.call(Lane::Brickognize, Purpose::Person, Outcome::Answered) {
        times.push(at);
    }
    assert_eq!(times.len(), 100);
    assert!(
        times
            .windows(2)
            .all(|two| two[1].since(two[0]) >= SECOND / 5)
    );
}

#[test]
fn batches_count_as_calls_and_on_their_own() {
    let world = World::new(CallLimits::default());
    let gates = world.gates.as_ref().expect("gates");
    let gate = gates.owl_gate(SHOP, 7);
    let mut times = Vec::new();
    for _ in 0..150 {
        let open = gate
            .enter_batch(Service::BrickOwl, Purpose::Stock)
            .expect("a turn");
        times.push(world.clock.now());
        gate.leave(open, Outcome::Answered);
    }
    within(&times, 60 * SECOND, 100);
    let calls = gates.gate(SHOP, Lane::BrickOwl, 7).view().expect("a view");
    assert!(calls.used >= 50 && calls.under_way == 0, "{calls:?}");
    let batches = || {
        gates
            .gate(SHOP, Lane::BrickOwlBatch, 7)
            .view()
            .expect("a view")
    };
    let before = batches().used;
    let open = gate
        .enter(Service::BrickOwl, Purpose::Stock)
        .expect("a turn");
    gate.leave(open, Outcome::Answered);
    assert_eq!(batches().used, before, "a single change is no batch");
}

#[test]
fn a_service_that_says_for_how_long_is_left_alone_for_so_long() {
    for lane in [Lane::BrickLink, Lane::BrickOwl, Lane::Brickognize] {
        let mut world = World::new(CallLimits::default());
        world.call(lane, Purpose::Person, Outcome::Throttled(17));
        let refused = world.refusal(lane, Purpose::Person);
        assert_eq!(
            (refused.class, refused.retry_after),
            (Class::Budget, Some(17)),
            "{lane:?}"
        );
        world.restart(true);
        assert_eq!(world.refusal(lane, Purpose::Person).retry_after, Some(17));
        world.clock.advance(17 * SECOND);
        assert!(
            world
                .call(lane, Purpose::Person, Outcome::Answered)
                .is_some()
        );
        // What is absurd is cut down, and longer than the gate's own rests it may be.
        world.call(lane, Purpose::Person, Outcome::Throttled(2_000));
        assert_eq!(
            world.refusal(lane, Purpose::Person).retry_after,
            Some(2_000)
        );
        world.clock.advance(2_000 * SECOND);
        world.call(lane, Purpose::Person, Outcome::Throttled(u32::MAX));
        assert_eq!(
            world.refusal(lane, Purpose::Person).retry_after,
            Some(6 * 3_600)
        );
    }
}

#[test]
fn a_service_that_says_too_much_is_left_alone_also_after_a_restart() {
    let mut world = World::new(CallLimits::default());
    let lane = Lane::BrickLink;
    world.call(lane, Purpose::Orders, Outcome::Failed(Class::Throttled));
    let refused = world.refusal(lane, Purpose::Stock);
    assert_eq!(
        (refused.class, refused.retry_after),
        (Class::Budget, Some(3_600))
    );
    world.restart(true);
    assert_eq!(world.refusal(lane, Purpose::Stock).retry_after, Some(3_600));
    world.clock.advance(3_600 * SECOND);
    world.call(lane, Purpose::Stock, Outcome::Failed(Class::Throttled));
    assert_eq!(
        world.refusal(lane, Purpose::Stock).retry_after,
        Some(7_200),
        "longer"
    );
    world.clock.advance(7_200 * SECOND);
    assert!(
        world
            .call(lane, Purpose::Stock, Outcome::Answered)
            .is_some()
    );
    let view = world.gate(lane).view().expect("a view");
    assert_eq!(view.exhausted_until, None);
}

#[test]
fn the_breaker_opens_tells_probes_and_closes() {
    let world = World::new(CallLimits::default());
    let lane = Lane::BrickOwl;
    for class in [
        Class::NotFound,
        Class::Keys,
        Class::Refused,
        Class::Forbidden,
    ] {
        for _ in 0..6 {
            world.call(lane, Purpose::Stock, Outcome::Failed(class));
        }
    }
    assert_eq!(
        world.gate(lane).view().expect("a view").breaker,
        BreakerView::Closed
    );
    for _ in 0..5 {
        world.call(lane, Purpose::Stock, Outcome::Failed(Class::Silent));
    }
    assert_eq!(
        *world.told.lock().expect("a lock"),
        [AlertKind::BreakerOpen]
    );
    let used = world.gate(lane).view().expect("a view").used;
    let refused = world.refusal(lane, Purpose::Stock);
    assert_eq!(refused.class, Class::Held);
    let wait = refused.retry_after.expect("when");
    assert!((30..=36).contains(&wait), "{wait}");
    assert_eq!(
        world.gate(lane).view().expect("a view").used,
        used,
        "a refusal costs nothing"
    );
    world.clock.advance(i64::from(wait) * SECOND);
    let gate = world.gate(lane);
    let probe = gate
        .enter(Service::BrickOwl, Purpose::Orders)
        .expect("the probe");
    assert_eq!(gate.view().expect("a view").breaker, BreakerView::Probing);
    assert_eq!(world.refusal(lane, Purpose::Stock).class, Class::Held);
    gate.leave(probe, Outcome::Answered);
    assert!(
        world
            .call(lane, Purpose::Stock, Outcome::Answered)
            .is_some()
    );
    // The other marketplace never noticed.
    assert!(
        world
            .call(Lane::BrickLink, Purpose::Stock, Outcome::Answered)
            .is_some()
    );
}

#[test]
fn without_the_outside_nothing_is_called_or_counted() {
    let mut world = World::new(CallLimits::default());
    world.gates = None;
    world.start(true);
    let before = world.store.seq().expect("a number");
    let refused = world.refusal(Lane::BrickLink, Purpose::Stock);
    assert_eq!(refused.class, Class::Offline);
    assert_eq!(world.store.seq().expect("a number"), before);
}

#[test]
fn many_at_once_share_one_budget() {
    let store = store();
    let clock = ManualClock::at(START);
    let setup = GateSetup {
        patience: Arc::new(RealPatience),
        alarm: Arc::new(|_, _, _| {}),
        offline: false,
        limits: CallLimits {
            bricklink: Some(100),
            ..CallLimits::default()
        },
        meter: Meter::new(Arc::<ManualClock>::clone(&clock)),
    };
    let dyn_clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
    let entropy = Arc::new(CountingEntropy::default());
    let gate = Gates::new(store, dyn_clock, entropy, setup).gate(SHOP, Lane::BrickLink, 1);
    let threads: Vec<_> = (0..12)
        .map(|_| {
            let gate = Arc::clone(&gate);
            std::thread::spawn(move || {
                let mut made = 0;
                while let Ok(open) = gate.enter(Service::BrickLink, Purpose::Stock) {
                    made += 1;
                    gate.leave(open, Outcome::Answered);
                }
                made
            })
        })
        .collect();
    let made: u32 = threads.into_iter().map(|t| t.join().expect("made")).sum();
    assert_eq!(made, 96, "all of stock's share and no more");
}
