//! The verbs themselves, on a clock that is moved.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use brickops::clock::{Clock, ManualClock};
use brickops::domain::edit::Edits;
use brickops::domain::lot_draft::LotDraft;
use brickops::domain::market::{Class, PricesFetched};
use brickops::domain::report::Progress;
use brickops::domain::rows::EditPreview;
use brickops::domain::time::{DAY, SECOND};
use brickops::domain::{
    ColorId, Condition, ItemKey, LotId, LotQuery, Marketplace, Money, OperationId, Scope, Secret,
    Timestamp, Which,
};
use brickops::entropy::SystemEntropy;
use brickops::error::Kind;
use brickops::market::carry::{Answer, Broke, Call, Transport};
use brickops::market::retry::Sleeper;
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, TOKEN, TOKEN_SECRET,
    Thing, WireRequest,
};
use brickops::services::gates::{CallLimits, MovedPatience};
use brickops::services::inventory::Task;
use brickops::services::keys::{Clients, MasterSource, Means};
use brickops::services::people::{AccountDraft, Threshold};
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;

const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Carries calls to the played BrickLink; after so many it is silent.
#[derive(Debug)]
struct Carried {
    sandbox: Sandbox,
    calls: AtomicU32,
    silent: AtomicBool,
    asked: Mutex<Vec<String>>,
}

impl Transport for Carried {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.silent.load(Ordering::SeqCst) {
            return Err(Broke::Lost("no answer within a minute".into()));
        }
        let rest = call.url.strip_prefix("https://").expect("https");
        let (host, target) = rest.split_at(rest.find('/').expect("a path"));
        self.asked.lock().expect("a list").push(target.to_owned());
        let mut request = WireRequest::new(call.method.word(), target).header_is("host", host);
        request.secure = true;
        request.headers.extend(call.headers.iter().cloned());
        let answer = self.sandbox.answer(&request).answer();
        let answer = answer.ok_or_else(|| Broke::Lost("reset".into()))?;
        Ok(Answer {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
        })
    }
}

#[derive(Debug)]
struct NoSleep;

impl Sleeper for NoSleep {
    fn sleep(&self, _: std::time::Duration) {}
}

struct Shop {
    app: App,
    clock: Arc<ManualClock>,
    market: Arc<Carried>,
    first: Scope,
    operations: AtomicU32,
    _dir: tempfile::TempDir,
}

fn door() -> Threshold {
    Threshold {
        uid: 1_000,
        operator: true,
        station: false,
        key: Secret::new("key"),
        place: "desk".into(),
        shop: None,
    }
}

/// BrickLink with the parts 1 to `parts`.
fn world(clock: &Arc<ManualClock>, parts: u32) -> Sandbox {
    let thing = |no: u32| Thing {
        key: ItemKey::part(no.to_string()),
        name: format!("Brick {no}"),
        category: 5,
        year: None,
        weight: 232,
        size: [200, 400, 100],
        alternates: Vec::new(),
        elements: vec![(format!("90{no}"), 5)],
    };
    let hue = |id, name: &str| Hue {
        id,
        name: name.into(),
        hex: "b30006".into(),
        family: "Solid".into(),
        owl: None,
    };
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    let goods = Goods::new(
        (1..=parts).map(thing).collect(),
        vec![hue(0, "-"), hue(5, "Red")],
        vec![group],
    );
    let setup = World {
        seed: 3,
        goods,
        ..World::default()
    };
    Sandbox::new(Arc::<ManualClock>::clone(clock), setup)
}

impl Shop {
    fn new(parts: u32, limit: Option<u32>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let market = Arc::new(Carried {
            sandbox: world(&clock, parts),
            calls: AtomicU32::new(0),
            silent: AtomicBool::new(false),
            asked: Mutex::default(),
        });
        let clients = Clients::new(Means {
            transport: Arc::<Carried>::clone(&market),
            clock: Arc::<ManualClock>::clone(&clock),
            entropy: Arc::new(SystemEntropy),
            sleeper: Arc::new(NoSleep),
            bricklink: None,
            brickowl: None,
        });
        let outside = Outside {
            master: MasterSource::File(dir.path().join("config").join("master.key")),
            connector: Some(Arc::new(clients)),
            patience: Arc::new(MovedPatience(Arc::clone(&clock))),
            limits: CallLimits {
                bricklink: limit,
                ..CallLimits::default()
            },
            ..Outside::default()
        };
        let setup = Setup {
            hashing: Hashing::CHEAP,
            outside,
            ..Setup::default()
        };
        let store = Store::open_dir(&dir.path().join("data")).expect("a store");
        let app = App::new(
            store,
            Arc::<ManualClock>::clone(&clock) as Arc<dyn Clock>,
            setup,
        )
        .expect("an app");
        let draft = AccountDraft {
            shop: "Bricks".into(),
            email: "ana@example.org".into(),
            name: String::new(),
            password: Secret::new("correct horse"),
            currency: "EUR".into(),
            time_zone: "UTC".into(),
            practice: false,
        };
        let entry = app.open_account(&door(), draft).expect("an account").0;
        let first = app.scope(&entry).expect("signed in");
        Self {
            app,
            clock,
            market,
            first,
            operations: AtomicU32::new(1),
            _dir: dir,
        }
    }

    fn scope(&self) -> Scope {
        Scope {
            confirmed: true,
            now: self.clock.now(),
            ..self.first
        }
    }

    fn op(&self) -> OperationId {
        OperationId(self.operations.fetch_add(1, Ordering::Relaxed).into())
    }

    fn connect(&self) {
        let values: Vec<Secret> = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET]
            .into_iter()
            .map(Secret::new)
            .collect();
        self.app
            .connect_market(&self.scope(), &door(), Marketplace::BrickLink, &values)
            .expect("kept");
    }

    fn add(&self, no: u32, condition: Condition, quantity: u32) -> LotId {
        let draft = LotDraft {
            color: ColorId(5),
            condition,
            quantity,
            price: Money::from_raw(7_777),
            cost: Money::from_raw(100),
            ..LotDraft::new(ItemKey::part(no.to_string()))
        };
        let report = self.app.add_lot(&self.scope(), &draft, self.op());
        report.expect("added").made[0]
    }

    fn fetch_with(
        &self,
        change: &str,
        cancelled: &AtomicBool,
        progress: &dyn Fn(Progress),
    ) -> brickops::error::Result<PricesFetched> {
        let task = Task {
            progress,
            cancelled,
        };
        let edits = Edits::parse(change).expect(change);
        self.app.fetch_prices(&self.scope(), &all(), &edits, &task)
    }

    fn fetch(&self, change: &str) -> PricesFetched {
        self.fetch_with(change, &AtomicBool::new(false), &|_| {})
            .expect("an end")
    }

    fn preview(&self, change: &str) -> EditPreview {
        let edits = Edits::parse(change).expect(change);
        self.app
            .preview_change(&self.scope(), &all(), &edits)
            .expect("a preview")
    }

    fn prices(&self) -> Vec<i64> {
        let rows = self.app.lot_rows(&self.scope(), &self.ids());
        let rows = rows.expect("rows");
        rows.iter().map(|row| row.price.raw()).collect()
    }

    fn ids(&self) -> Vec<LotId> {
        let query = LotQuery::text("");
        self.app.lot_ids(&self.scope(), &query).expect("lots")
    }

    fn calls(&self) -> u32 {
        self.market.calls.load(Ordering::SeqCst)
    }
}

fn all() -> Which {
    Which::Matching(LotQuery::text(""))
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, told from its beginning to its end"
)]
fn one_call_for_each_article_then_one_step_that_can_be_taken_back() {
    let shop = Shop::new(20, None);
    let refused = shop
        .fetch_with("price=guide", &AtomicBool::new(false), &|_| {})
        .map(|done| done.wanted);
    assert_eq!(refused.expect("no lots, no keys needed"), 0);
    for no in 1..=10 {
        shop.add(no, Condition::New, 5);
        shop.add(no, Condition::New, 3);
        shop.add(no, Condition::Used, 2);
    }
    let need = shop.preview("price=guide").guide.expect("a need");
    assert_eq!((need.unknown, need.calls, need.room), (30, 20, None));
    assert!(need.barred.contains("not connected"), "{}", need.barred);
    let filtered = |text: &str| {
        let query = LotQuery::text(text);
        shop.app.lot_ids(&shop.scope(), &query).expect("lots").len()
    };
    assert_eq!((filtered("guide>0"), filtered("missing:guide")), (0, 30));
    let none = shop.fetch_with("price=guide", &AtomicBool::new(false), &|_| {});
    let none = none.expect_err("no keys");
    assert_eq!(none.kind, Kind::Upstream);
    assert!(none.message.contains("market connect bricklink"), "{none}");
    let odd = shop.fetch_with("price=*2", &AtomicBool::new(false), &|_| {});
    assert_eq!(odd.expect_err("no guide").kind, Kind::Invalid);

    shop.connect();
    let seen = shop.preview("price=guide");
    let need = seen.guide.expect("a need");
    assert_eq!(
        (need.calls, need.room, need.percent()),
        (20, Some(2_500), 1)
    );
    assert_eq!((seen.refused, seen.changed), (30, 0));
    let told = Mutex::new(Vec::new());
    let done = shop
        .fetch_with("price=guide", &AtomicBool::new(false), &|progress| {
            told.lock().expect("a list").push(progress.done);
        })
        .expect("fetched");
    assert_eq!(
        (
            done.wanted,
            done.fetched,
            done.failed,
            done.left,
            done.calls
        ),
        (20, 20, 0, 0, 20)
    );
    assert_eq!(shop.calls(), 20, "each article once, both lots of it");
    assert_eq!(*told.lock().expect("a list"), (1..=20).collect::<Vec<_>>());
    let asked = shop.market.asked.lock().expect("a list").clone();
    assert!(
        asked
            .iter()
            .all(|target| target.contains("guide_type=sold"))
    );
    let again = shop.fetch("price=guide");
    assert_eq!((again.wanted, again.young, again.calls), (0, 20, 0));

    // What the guide says nothing of stays as it is, and is counted.
    let seen = shop.preview("price=guide *1.1 floor cost round 0.01");
    let need = seen.guide.expect("a need");
    assert_eq!((need.unknown, need.old, need.calls), (0, 0, 0));
    assert_eq!(seen.refused, need.empty);
    assert_eq!(seen.changed + seen.refused, 30);
    assert!(need.empty > 0 && seen.changed > 0, "{need:?}");
    assert_eq!(filtered("missing:guide"), need.empty as usize);
    assert_eq!(filtered("has:guide"), seen.changed as usize);
    assert_eq!(filtered("guide:110"), 0);
    let before = shop.prices();
    let edits = Edits::parse("price=guide *1.1 floor cost round 0.01").expect("a change");
    let task = Task {
        progress: &|_| {},
        cancelled: &AtomicBool::new(false),
    };
    let report = shop
        .app
        .change_lots(&shop.scope(), &all(), &edits, ("", shop.op()), task)
        .expect("changed");
    assert_eq!(
        (report.changed, report.refused),
        (seen.changed, seen.refused)
    );
    let after = shop.prices();
    assert!(after.iter().all(|raw| raw % 100 == 0 || *raw == 7_777));
    let near = filtered("guide:100..125");
    assert_eq!(
        near, seen.changed as usize,
        "a tenth above, and to the next cent"
    );
    let later = shop.add(1, Condition::New, 1);
    let far = filtered("guide>125");
    assert!(
        far <= 1 && near == filtered("guide:100..125"),
        "a new lot is seen, too"
    );
    let gone = Edits::parse("delete").expect("a change");
    shop.app
        .change_lots(
            &shop.scope(),
            &Which::Lots(vec![later]),
            &gone,
            ("", shop.op()),
            task,
        )
        .expect("gone");
    let kept = after.iter().filter(|raw| **raw == 7_777).count();
    assert_eq!(kept, seen.refused as usize);
    let deed = report.deed.expect("one deed");
    shop.app
        .undo(&shop.scope(), deed, ("", false, shop.op()), task)
        .expect("taken back");
    assert_eq!(shop.prices(), before);
}

#[test]
fn what_the_budget_does_not_allow_goes_on_another_day() {
    // Prices stop at half of the day's calls.
    let shop = Shop::new(20, Some(20));
    for no in 1..=15 {
        shop.add(no, Condition::New, 1);
    }
    shop.connect();
    let need = shop.preview("price=guide").guide.expect("a need");
    assert_eq!((need.calls, need.room, need.percent()), (15, Some(10), 75));
    let done = shop.fetch("price=guide");
    assert_eq!(
        (done.fetched, done.failed, done.left),
        (10, 0, 5),
        "{done:?}"
    );
    let trouble = done.trouble.clone().expect("a reason");
    assert_eq!(trouble.class, Class::Budget);
    let goes_on = done.goes_on.expect("another time");
    assert!(goes_on > shop.clock.now());
    let run = || shop.app.run_job(Some(&shop.scope()), &door(), "prices");
    assert!(run().expect("a run").contains("left: 5"));
    assert_eq!(shop.calls(), 10, "not one too many");
    shop.clock.advance(DAY + 600 * SECOND);
    let said = run().expect("a run");
    assert_eq!(said, "Prices that have come: 5; not to be had: 0; left: 0.");
    assert_eq!(shop.calls(), 15);
    assert_eq!(run().expect("a run"), "No prices are waited for.");
    assert_eq!(shop.preview("price=guide").guide.expect("none").calls, 0);
}

#[test]
fn the_oldest_come_first_and_old_ones_are_used_until_then() {
    let shop = Shop::new(20, Some(20));
    shop.connect();
    for no in 1..=4 {
        shop.add(no, Condition::New, 1);
    }
    shop.fetch("price=guide");
    shop.clock.advance(20 * DAY);
    for no in 5..=8 {
        shop.add(no, Condition::New, 1);
    }
    shop.fetch("price=guide");
    shop.clock.advance(40 * DAY);
    for no in 9..=14 {
        shop.add(no, Condition::New, 1);
    }
    let seen = shop.preview("price=guide");
    let need = seen.guide.expect("a need");
    assert_eq!((need.unknown, need.calls), (6, 14));
    assert_eq!(need.old + need.empty, 8, "{need:?}");
    assert_eq!(seen.changed, need.old, "an old price is a price");
    shop.market.asked.lock().expect("a list").clear();
    let done = shop.fetch("price=guide");
    assert_eq!((done.fetched, done.left), (10, 4));
    let asked = shop.market.asked.lock().expect("a list").clone();
    let numbers: Vec<u32> = asked
        .iter()
        .map(|target| {
            let part = target.split("/PART/").nth(1).expect("a part");
            part.split('/')
                .next()
                .expect("a number")
                .parse()
                .expect("one")
        })
        .collect();
    // Several calls are under way at a time; what was left out are the youngest.
    let mut all: Vec<u32> = numbers;
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4, 9, 10, 11, 12, 13, 14]);
}

#[test]
fn it_can_be_stopped_and_what_has_come_stays() {
    let shop = Shop::new(80, None);
    for no in 1..=80 {
        shop.add(no, Condition::New, 1);
    }
    shop.connect();
    let stop = AtomicBool::new(false);
    let done = shop
        .fetch_with("price=guide", &stop, &|progress| {
            if progress.done == 10 {
                stop.store(true, Ordering::SeqCst);
            }
        })
        .expect("an end");
    assert!(
        done.stopped && done.left > 0 && done.fetched >= 10,
        "{done:?}"
    );
    assert_eq!(done.goes_on, None, "nobody wants the rest");
    let run = shop
        .app
        .run_job(Some(&shop.scope()), &door(), "prices")
        .expect("a run");
    assert_eq!(run, "No prices are waited for.");
    let need = shop.preview("price=guide").guide.expect("a need");
    assert_eq!(need.calls, done.left);
    let rest = shop.fetch("price=guide");
    assert_eq!((rest.young, rest.fetched), (done.fetched, done.left));
}

#[test]
fn an_unknown_number_costs_nobody_else_a_price_and_an_outage_ends_it() {
    let shop = Shop::new(3, None);
    shop.connect();
    for no in [1, 2, 3, 99] {
        shop.add(no, Condition::New, 1);
    }
    let done = shop.fetch("price=guide");
    assert_eq!(
        (done.fetched, done.failed, done.left),
        (3, 1, 0),
        "{done:?}"
    );
    assert_eq!(done.trouble.expect("a reason").class, Class::NotFound);
    let again = shop.fetch("price=guide");
    assert_eq!((again.wanted, again.held, again.young), (0, 1, 3));
    // The other half of the guide is another price.
    shop.market.silent.store(true, Ordering::SeqCst);
    let done = shop.fetch("price=guide stock");
    assert_eq!((done.fetched, done.left), (0, 4), "{done:?}");
    assert_eq!(done.trouble.expect("a reason").class, Class::Silent);
    assert!(done.goes_on.is_some(), "an outage passes");
    shop.market.silent.store(false, Ordering::SeqCst);
    shop.clock.advance(DAY);
    let said = shop
        .app
        .run_job(Some(&shop.scope()), &door(), "prices")
        .expect("a run");
    assert_eq!(said, "Prices that have come: 3; not to be had: 1; left: 0.");
}
