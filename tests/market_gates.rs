//! The real clients at the real gates: a service that wants to be left alone is left alone for exactly so
//! long, and BrickOwl's batches have a pace of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use brickops::clock::{Clock, ManualClock};
use brickops::domain::market::{Class, Lane, Purpose};
use brickops::domain::time::SECOND;
use brickops::domain::{Secret, TenantId, Timestamp};
use brickops::entropy::CountingEntropy;
use brickops::market::bricklink::{BrickLink, Keys, Manner, Parts, Stamps};
use brickops::market::brickowl::{BrickOwl, ColorMap, LotName, LotQuantity, Quantity, Settings};
use brickops::market::retry::Sleeper;
use brickops::market::{Answer, Broke, Call, Gate, Transport};
use brickops::services::gates::{CallLimits, GateSetup, Gates, MovedPatience};
use brickops::services::machine_room::Meter;
use brickops::store::Store;

const START: Timestamp = Timestamp::from_seconds(1_763_600_000);
const SHOP: TenantId = TenantId(1);
const WHO: &str = r#"{"username":"ana_owl","uid":"7","has_store":true,"store_details":{"store_id":"907","name":"Owl Corner","base_currency":"EUR","open":"1"}}"#;
const BATCH: &str = r#"[{"code":200,"body":{"status":"success"}}]"#;

/// Says what it was told to, then that all is well; remembers when it was asked.
#[derive(Debug)]
struct Told {
    clock: Arc<ManualClock>,
    answers: Mutex<VecDeque<Answer>>,
    asked: Mutex<Vec<(Timestamp, &'static str)>>,
}

impl Transport for Told {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        let mut asked = self.asked.lock().expect("a list");
        asked.push((self.clock.now(), call.endpoint));
        let next = self.answers.lock().expect("a line").pop_front();
        Ok(next.unwrap_or_else(|| {
            let batch = call.endpoint.contains("batch");
            answer(200, if batch { BATCH } else { WHO }, None)
        }))
    }
}

/// Waits by moving the clock.
#[derive(Debug)]
struct Moved(Arc<ManualClock>);

impl Sleeper for Moved {
    fn sleep(&self, time: std::time::Duration) {
        let micros = i64::try_from(time.as_micros()).expect("a short time");
        self.0.advance(micros);
    }
}

fn answer(status: u16, body: &str, retry_after: Option<&str>) -> Answer {
    let header = retry_after.map(|value| ("retry-after".to_owned(), value.to_owned()));
    Answer {
        status,
        headers: header.into_iter().collect(),
        body: body.as_bytes().to_vec(),
    }
}

struct World {
    clock: Arc<ManualClock>,
    told: Arc<Told>,
    gates: Gates,
    _dir: tempfile::TempDir,
}

impl World {
    fn new(answers: Vec<Answer>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open_dir(dir.path()).expect("a store");
        let clock = ManualClock::at(START);
        let setup = GateSetup {
            patience: Arc::new(MovedPatience(Arc::clone(&clock))),
            alarm: Arc::new(|_, _, _| {}),
            offline: false,
            limits: CallLimits::default(),
            meter: Meter::new(Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>),
        };
        let gates = Gates::new(
            store,
            Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>,
            Arc::new(CountingEntropy::default()),
            setup,
        );
        let told = Arc::new(Told {
            clock: Arc::clone(&clock),
            answers: Mutex::new(answers.into()),
            asked: Mutex::default(),
        });
        Self {
            clock,
            told,
            gates,
            _dir: dir,
        }
    }

    fn owl(&self) -> BrickOwl {
        let transport = Arc::<Told>::clone(&self.told);
        let gate = self.gates.owl_gate(SHOP, 7);
        let key = Secret::new("owlkey");
        let colors = Arc::new(ColorMap::default());
        BrickOwl::new(transport, gate, &key, Settings::default(), colors).expect("a client")
    }

    fn link(&self) -> BrickLink {
        let gate: Arc<dyn Gate> = self.gates.gate(SHOP, Lane::BrickLink, 7);
        let parts = Parts {
            transport: Arc::<Told>::clone(&self.told),
            gate,
            clock: Arc::<ManualClock>::clone(&self.clock),
            entropy: Arc::new(CountingEntropy::default()),
            sleeper: Arc::new(Moved(Arc::clone(&self.clock))),
            stamps: Arc::new(Stamps::default()),
        };
        BrickLink::new(parts, Manner::default(), Keys::new("a", "b", "c", "d"))
    }

    /// Seconds after the start at which it was asked.
    fn asked(&self) -> Vec<i64> {
        let asked = self.told.asked.lock().expect("a list");
        let times = asked.iter().map(|(at, _)| at.since(START) / SECOND);
        times.collect()
    }

    fn used(&self, lane: Lane) -> u32 {
        let view = self.gates.gate(SHOP, lane, 7).view().expect("a view");
        assert_eq!(view.under_way, 0, "every turn was handed back");
        view.used
    }
}

fn one() -> [LotQuantity; 1] {
    [LotQuantity {
        lot: LotName::Number(1),
        quantity: Quantity::By(-1),
    }]
}

#[test]
fn brickowl_is_left_alone_for_as_long_as_it_says() {
    let world = World::new(vec![answer(429, "", Some("17"))]);
    let owl = world.owl();
    let failure = owl.who(Purpose::Person).expect_err("too many");
    assert_eq!(
        (failure.class, failure.retry_after),
        (Class::Throttled, Some(17))
    );
    for (later, wait) in [(0, 17), (16, 1)] {
        world.clock.advance(later * SECOND);
        for purpose in [Purpose::Person, Purpose::Stock] {
            let failure = owl.who(purpose).expect_err("it rests");
            assert_eq!(
                (failure.class, failure.retry_after),
                (Class::Budget, Some(wait))
            );
        }
    }
    world.clock.advance(SECOND);
    owl.who(Purpose::Person).expect("an answer");
    assert_eq!(world.asked(), [0, 17]);
    // Without a word of it, it is believed to mean a minute, and what is no number is no word.
    for header in [None, Some("soon")] {
        let world = World::new(vec![answer(429, "", header)]);
        let owl = world.owl();
        owl.who(Purpose::Person).expect_err("too many");
        world.clock.advance(59 * SECOND);
        owl.who(Purpose::Person).expect_err("it rests");
        world.clock.advance(SECOND);
        owl.who(Purpose::Person).expect("an answer");
    }
}

#[test]
fn bricklink_is_left_alone_for_as_long_as_it_says() {
    let body = r#"{"meta":{"description":"TOO_MANY_REQUESTS","message":"TOO_MANY_REQUESTS","code":429},"data":{}}"#;
    let world = World::new(vec![answer(429, body, Some("7200"))]);
    let link = world.link();
    link.colors(Purpose::Catalogue).expect_err("too many");
    assert_eq!(world.asked(), [0], "it is not asked again at once");
    for purpose in [Purpose::Catalogue, Purpose::Stock] {
        let failure = link.colors(purpose).expect_err("it rests");
        assert_eq!(failure.class, Class::Budget);
        assert!(failure.retry_after.is_some_and(|wait| wait <= 7_200));
    }
    let rest = START.micros() + 7_200 * SECOND - world.clock.now().micros();
    world.clock.advance(rest - 100 * SECOND);
    link.colors(Purpose::Catalogue).expect_err("it still rests");
    assert_eq!(world.asked(), [0]);
    world.clock.advance(100 * SECOND);
    let answered = answer(
        200,
        r#"{"meta":{"description":"OK","message":"OK","code":200},"data":[]}"#,
        None,
    );
    world
        .told
        .answers
        .lock()
        .expect("a line")
        .push_back(answered);
    link.colors(Purpose::Catalogue).expect("an answer");
    assert_eq!(world.asked(), [0, 7_200]);
}

#[test]
fn batches_have_a_lane_of_their_own() {
    let world = World::new(Vec::new());
    let owl = world.owl();
    for _ in 0..100 {
        let done = owl.set_quantities(Purpose::Stock, &one()).expect("a batch");
        assert!(done[0].is_ok());
    }
    assert_eq!(world.used(Lane::BrickOwlBatch), 100);
    assert_eq!(world.used(Lane::BrickOwl), 100, "each is a call, too");
    // A batch of somebody who does not wait is refused; other calls go on.
    let failure = owl
        .set_quantities(Purpose::Person, &one())
        .expect_err("no more batches");
    assert_eq!(failure.class, Class::Budget);
    assert!(
        failure
            .retry_after
            .is_some_and(|wait| (1..=61).contains(&wait))
    );
    owl.who(Purpose::Person).expect("an answer");
    assert_eq!(world.asked(), [0; 101]);
    assert_eq!(world.used(Lane::BrickOwlBatch), 100);
    // Stock waits until the minute is over.
    owl.set_quantities(Purpose::Stock, &one()).expect("a batch");
    let asked = world.asked();
    assert!(
        (60..=61).contains(asked.last().expect("a call")),
        "{asked:?}"
    );
}

#[test]
fn a_batch_that_is_too_much_rests_all_calls_and_hands_back_its_turn() {
    let world = World::new(vec![answer(429, "", Some("30"))]);
    let owl = world.owl();
    let failure = owl
        .set_quantities(Purpose::Stock, &one())
        .expect_err("too many");
    assert_eq!(failure.class, Class::Throttled);
    let failure = owl.who(Purpose::Person).expect_err("it rests");
    assert_eq!(
        (failure.class, failure.retry_after),
        (Class::Budget, Some(30))
    );
    owl.set_quantities(Purpose::Stock, &one())
        .expect_err("it rests");
    assert_eq!(world.used(Lane::BrickOwlBatch), 1, "none was made");
    world.clock.advance(30 * SECOND);
    owl.set_quantities(Purpose::Stock, &one()).expect("a batch");
    assert_eq!(world.asked(), [0, 30]);
    assert_eq!(world.used(Lane::BrickOwlBatch), 2);
}
