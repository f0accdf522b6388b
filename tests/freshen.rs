//! Facts and prices that grow old, are fetched by the real client from the played BrickLink, and stay
//! whatever fails.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use brickops::clock::{Clock, ManualClock};
use brickops::domain::market::{Class, PriceState, Refreshed};
use brickops::domain::time::DAY;
use brickops::domain::{ColorId, Freshness, ItemKey, Marketplace, Scope, Secret, Timestamp};
use brickops::entropy::SystemEntropy;
use brickops::error::Kind;
use brickops::market::carry::{Answer, Broke, Call, Transport};
use brickops::market::retry::Sleeper;
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, StockRow, TOKEN,
    TOKEN_SECRET, Thing, WireRequest,
};
use brickops::services::gates::MovedPatience;
use brickops::services::keys::{Clients, MasterSource, Means};
use brickops::services::people::{AccountDraft, Threshold};
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;

const START: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// Carries calls to the sandbox, or nowhere.
#[derive(Debug)]
struct Carried {
    sandbox: Sandbox,
    silent: Mutex<bool>,
    calls: AtomicU32,
}

impl Transport for Carried {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if *self.silent.lock().expect("a lock") {
            return Err(Broke::Lost("no answer within a minute".into()));
        }
        let rest = call.url.strip_prefix("https://").expect("https");
        let (host, target) = rest.split_at(rest.find('/').expect("a path"));
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

struct Server {
    app: App,
    clock: Arc<ManualClock>,
    market: Arc<Carried>,
    /// Taken at the start: sign-ins run out while the clock is moved.
    first: Scope,
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

fn world(clock: &Arc<ManualClock>) -> Sandbox {
    let key = ItemKey::part("3001");
    let thing = Thing {
        key: key.clone(),
        name: "Brick 2 x 4".into(),
        category: 5,
        year: None,
        weight: 232,
        size: [200, 400, 100],
        alternates: Vec::new(),
        elements: vec![("300121".into(), 5)],
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
    let goods = Goods::new(vec![thing], vec![hue(0, "-"), hue(5, "Red")], vec![group]);
    let setup = World {
        seed: 1,
        goods,
        stock: vec![StockRow::new(key, 5, 10, 5_270)],
        ..World::default()
    };
    Sandbox::new(Arc::<ManualClock>::clone(clock), setup)
}

impl Server {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let market = Arc::new(Carried {
            sandbox: world(&clock),
            silent: Mutex::new(false),
            calls: AtomicU32::new(0),
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

    fn connect(&self) {
        let values: Vec<Secret> = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET]
            .into_iter()
            .map(Secret::new)
            .collect();
        self.app
            .connect_market(&self.scope(), &door(), Marketplace::BrickLink, &values)
            .expect("kept");
    }

    fn refresh(&self, no: &str) -> Refreshed {
        self.app
            .refresh_item(&self.scope(), &ItemKey::part(no))
            .expect("a refresh")
    }

    /// Works off what was wished for; how many calls that took.
    fn settle(&self) -> u32 {
        let before = self.market.calls.load(Ordering::SeqCst);
        while self.app.freshen_next() {}
        self.market.calls.load(Ordering::SeqCst) - before
    }
}

#[test]
fn an_unknown_number_is_fetched_and_grows_old() {
    let server = Server::new();
    let key = ItemKey::part("3001");
    let none = server.app.item_detail(&server.scope(), &key);
    assert_eq!(none.expect_err("nobody knows it").kind, Kind::NotFound);
    let refused = server.refresh("3001").trouble.expect("no keys");
    assert_eq!(refused.class, Class::NoKeys);
    server.connect();
    let done = server.refresh("3001");
    assert_eq!((done.fetched, done.failed), (2, 0), "{done:?}");
    let detail = server
        .app
        .item_detail(&server.scope(), &key)
        .expect("known");
    assert_eq!(detail.item.name, "Brick 2 x 4");
    assert_eq!(detail.item.basics.at, START);
    assert_eq!(server.settle(), 0, "fresh");
    // Just below, at and above 30 and 60 days; every look brings it up to date again.
    for (age, worst, calls) in [
        (30 * DAY - 1, Freshness::Fresh, 0),
        (30 * DAY, Freshness::Stale, 2),
        (60 * DAY, Freshness::Stale, 2),
        (60 * DAY + 1, Freshness::Expired, 2),
    ] {
        server.refresh("3001");
        server.clock.advance(age);
        let before = server.market.calls.load(Ordering::SeqCst);
        let detail = server
            .app
            .item_detail(&server.scope(), &key)
            .expect("known");
        assert_eq!(
            server.market.calls.load(Ordering::SeqCst),
            before,
            "a look makes no call"
        );
        assert_eq!(detail.facts[0].freshness, Some(worst));
        assert_eq!(server.settle(), calls, "{worst:?}");
    }
    let missing = server.refresh("99999xyz");
    assert_eq!(missing.trouble.expect("unknown").class, Class::NotFound);
}

#[test]
fn prices_come_by_themselves_and_stay_in_an_outage() {
    let server = Server::new();
    server.connect();
    let (key, red) = (ItemKey::part("3001"), ColorId(5));
    let look = || {
        server
            .app
            .prices(&server.scope(), &key, red)
            .expect("a view")
    };
    assert_eq!(look().state, PriceState::Coming);
    assert!(server.settle() >= 6, "item, colours, four prices");
    let view = look();
    assert_eq!((view.state, view.guides.len()), (PriceState::Here, 4));
    assert_eq!(view.currency, "EUR");
    server.clock.advance(61 * DAY);
    *server.market.silent.lock().expect("a lock") = true;
    assert_eq!(look().guides, view.guides, "old ones are shown at once");
    server.settle();
    let failed = look();
    assert_eq!(failed.state, PriceState::Failed);
    assert_eq!(failed.guides, view.guides, "what was known stays");
    let trouble = failed.trouble.expect("a reason");
    assert!(trouble.again > server.clock.now(), "{trouble:?}");
    assert_eq!(server.settle(), 0, "it is not tried before that");
    let report = server.app.freshness(&server.scope()).expect("a report");
    assert_eq!((report.items.expired, report.items.fresh), (1, 0));
}
