//! A shop that is connected with two played marketplaces, and what they look like from outside.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brickops::clock::{Clock, ManualClock};
use brickops::domain::edit::Edits;
use brickops::domain::lot_draft::LotDraft;
use brickops::domain::sync::{OwlNumber, SentRecord, Work};
use brickops::domain::time::SECOND;
use brickops::domain::{
    ColorId, ItemKey, LotId, Marketplace, Money, OperationId, Scope, Secret, Timestamp,
};
use brickops::entropy::CountingEntropy;
use brickops::market::brickowl::{ColorMap, Found, LotName};
use brickops::market::retry::Sleeper;
use brickops::market::{Answer, Body, Broke, Call, Transport};
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, OWL_KEY, Reaction, Sandbox, Setup as World,
    TOKEN, TOKEN_SECRET, Thing, WireRequest,
};
use brickops::services::gates::{CallLimits, MovedPatience};
use brickops::services::inventory::Task;
use brickops::services::keys::{Clients, MasterSource, Means};
use brickops::services::people::{AccountDraft, Threshold};
use brickops::services::sync::{Ready, Switch};
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;
use brickops::sync::Engine;
use serde_json::Value;

/// The marketplaces.
pub const LINK: Marketplace = Marketplace::BrickLink;
pub const OWL: Marketplace = Marketplace::BrickOwl;

const START: Timestamp = Timestamp::from_seconds(1_700_000_000);
static OPERATIONS: AtomicU64 = AtomicU64::new(1);

/// Carries calls to the sandbox, or nowhere, and counts them.
#[derive(Debug)]
pub struct Carried {
    pub sandbox: Arc<Sandbox>,
    dead: Mutex<Option<&'static str>>,
    pub made: Mutex<Vec<&'static str>>,
}

impl Carried {
    /// Nobody answers there from now on.
    pub fn dead(&self, service: Option<&'static str>) {
        *self.dead.lock().expect("a lock") = service;
    }
}

impl Transport for Carried {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        let dead = *self.dead.lock().expect("a lock");
        if dead.is_some_and(|name| call.url.contains(name)) {
            return Err(Broke::Connect("nobody listens".into()));
        }
        self.made.lock().expect("a lock").push(call.endpoint);
        let rest = call.url.strip_prefix("https://").expect("https");
        let (host, target) = rest.split_at(rest.find('/').expect("a path"));
        let mut request = WireRequest::new(call.method.word(), target).header_is("host", host);
        request.secure = true;
        request.headers.extend(call.headers.iter().cloned());
        let request = match &call.body {
            Body::Json(text) => request.body_is("application/json", text.clone()),
            Body::Form(text) => request.body_is("application/x-www-form-urlencoded", text.clone()),
            _ => request,
        };
        match self.sandbox.answer(&request) {
            Reaction::Answer(answer) | Reaction::Slow(_, answer) | Reaction::Drip(_, answer) => {
                Ok(Answer {
                    status: answer.status,
                    headers: answer
                        .headers
                        .into_iter()
                        .map(|(name, value)| (name.to_ascii_lowercase(), value))
                        .collect(),
                    body: answer.body,
                })
            }
            Reaction::Flood(_) => Err(Broke::TooLarge),
            Reaction::Silence | Reaction::Reset(_) => Err(Broke::Lost("the line broke".into())),
        }
    }
}

#[derive(Debug)]
struct NoSleep;

impl Sleeper for NoSleep {
    fn sleep(&self, _: Duration) {}
}

/// The shop.
pub struct Shop {
    pub app: Arc<App>,
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
    pub line: Arc<Carried>,
    first: Scope,
    dir: tempfile::TempDir,
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
    let thing = |no: &str| Thing {
        key: ItemKey::part(no),
        name: format!("Brick {no}"),
        category: 5,
        year: None,
        weight: 232,
        size: [200, 400, 100],
        alternates: Vec::new(),
        elements: Vec::new(),
    };
    let colors = ColorMap::default();
    let hue = |id: u16, name: &str| Hue {
        id,
        name: name.into(),
        hex: "b30006".into(),
        family: "Solid".into(),
        owl: colors.owl_of(ColorId(id)),
    };
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    let goods = Goods::new(
        ["3001", "3003", "3020"].map(thing).into(),
        vec![hue(0, "-"), hue(5, "Red"), hue(11, "Black")],
        vec![group],
    );
    let setup = World {
        seed: 1,
        goods,
        ..World::default()
    };
    Sandbox::new(Arc::<ManualClock>::clone(clock), setup)
}

fn app(
    dir: &std::path::Path,
    clock: &Arc<ManualClock>,
    line: &Arc<Carried>,
    calls: Option<u32>,
) -> Arc<App> {
    let clients = Clients::new(Means {
        transport: Arc::<Carried>::clone(line),
        clock: Arc::<ManualClock>::clone(clock),
        entropy: Arc::new(CountingEntropy::default()),
        sleeper: Arc::new(NoSleep),
        bricklink: None,
        brickowl: None,
    });
    let outside = Outside {
        master: MasterSource::File(dir.join("config").join("master.key")),
        connector: Some(Arc::new(clients)),
        patience: Arc::new(MovedPatience(Arc::clone(clock))),
        limits: CallLimits {
            bricklink: calls,
            ..CallLimits::default()
        },
        ..Outside::default()
    };
    let setup = Setup {
        hashing: Hashing::CHEAP,
        outside,
        ..Setup::default()
    };
    let store = Store::open_dir(&dir.join("data")).expect("a store");
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    Arc::new(App::new(store, clock, setup).expect("an app"))
}

fn op() -> OperationId {
    OperationId(u128::from(OPERATIONS.fetch_add(1, Ordering::Relaxed)))
}

fn engine(app: &Arc<App>) -> Engine {
    Engine::new(Arc::clone(app), Arc::new(CountingEntropy::default()), None)
}

impl Shop {
    /// An empty shop with both marketplaces switched on.
    pub fn new() -> Self {
        Self::over(None)
    }

    /// The same with so many calls of BrickLink in a day.
    pub fn with_calls(calls: u32) -> Self {
        Self::over(Some(calls))
    }

    fn over(calls: Option<u32>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let line = Arc::new(Carried {
            sandbox: Arc::new(world(&clock)),
            dead: Mutex::default(),
            made: Mutex::default(),
        });
        let app = app(dir.path(), &clock, &line, calls);
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
        let engine = engine(&app);
        let shop = Self {
            app,
            engine,
            clock,
            line,
            first,
            dir,
        };
        let link = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET].map(Secret::new);
        for (market, keys) in [(LINK, &link[..]), (OWL, &[Secret::new(OWL_KEY)][..])] {
            shop.app
                .connect_market(&shop.scope(), &door(), market, keys)
                .expect("kept");
            shop.switch(market, Switch::On);
        }
        shop
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.line.sandbox
    }

    pub fn scope(&self) -> Scope {
        Scope {
            confirmed: true,
            now: self.clock.now(),
            ..self.first
        }
    }

    pub fn switch(&self, market: Marketplace, switch: Switch) {
        self.app
            .switch_sync(&self.scope(), &door(), market, switch)
            .expect("switched");
    }

    /// A lot of a red part.
    pub fn add(&self, no: &str, quantity: u32, price: &str) -> LotId {
        self.add_noted(no, quantity, price, "")
    }

    /// The same with a public note.
    pub fn add_noted(&self, no: &str, quantity: u32, price: &str, note: &str) -> LotId {
        let mut draft = LotDraft::new(ItemKey::part(no));
        draft.color = ColorId(5);
        draft.quantity = quantity;
        draft.price = Money::parse(price).expect("a price");
        draft.comments = note.into();
        let report = self.app.add_lot(&self.scope(), &draft, op());
        report.expect("added").made[0]
    }

    /// Many lots out of one file; how many.
    pub fn add_many(&self, count: usize) -> usize {
        use std::fmt::Write as _;
        let mut text = String::from("<BrickStoreXML><Inventory Currency=\"EUR\">\n");
        for n in 0..count {
            let _ = writeln!(
                text,
                "<Item><ItemID>3001</ItemID><ItemTypeID>P</ItemTypeID><ColorID>5</ColorID><Qty>9</Qty><Price>0.1</Price><Condition>N</Condition><Remarks>W-{n}</Remarks></Item>"
            );
        }
        text.push_str("</Inventory></BrickStoreXML>\n");
        let path = self.dir.path().join("many.bsx");
        std::fs::write(&path, text).expect("written");
        self.app
            .import_inventory(&self.scope(), &path, &|_| {})
            .expect("lots come in");
        count
    }

    /// Changes a lot.
    #[track_caller]
    pub fn edit(&self, lot: LotId, text: &str) {
        let edits = Edits::parse(text).expect(text);
        let never = AtomicBool::new(false);
        let task = Task {
            progress: &|_| {},
            cancelled: &never,
        };
        let which = brickops::domain::Which::Lots(vec![lot]);
        self.app
            .change_lots(&self.scope(), &which, &edits, ("", op()), task)
            .expect(text);
    }

    /// Does what is due now.
    pub fn run(&self) {
        for _ in 0..50 {
            if !self.engine.tick().expect("a tick") {
                return;
            }
        }
    }

    /// Does what is due in the next hours.
    pub fn run_long(&self) {
        for _ in 0..120 {
            self.run();
            self.wait(65);
        }
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.advance(seconds * SECOND);
    }

    /// The program dies and starts again.
    pub fn restart(&mut self) {
        let nowhere = tempfile::tempdir().expect("a folder");
        // The store is one process's: the old program must be gone before the new one opens it.
        let spare = app(nowhere.path(), &self.clock, &self.line, None);
        self.engine = engine(&spare);
        self.app = spare;
        self.app = app(self.dir.path(), &self.clock, &self.line, None);
        self.engine = engine(&self.app);
    }

    /// A call of the control of the played world.
    #[track_caller]
    pub fn mock(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = WireRequest::new(method, &format!("/__mock{path}"))
            .body_is("application/json", body.to_string());
        let answer = self.sandbox().answer(&request).answer().expect("an answer");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// The lots a marketplace holds.
    pub fn held(&self, market: Marketplace) -> Vec<Value> {
        let path = match market {
            Marketplace::BrickLink => "/bricklink/lots",
            Marketplace::BrickOwl => "/brickowl/lots",
        };
        let all = self.mock("GET", path, &Value::Null);
        all.as_array().expect("a list").clone()
    }

    /// Calls that reached a marketplace.
    pub fn calls(&self) -> usize {
        self.line.made.lock().expect("a lock").len()
    }

    pub fn calls_to(&self, endpoint: &str) -> usize {
        let made = self.line.made.lock().expect("a lock");
        made.iter().filter(|one| **one == endpoint).count()
    }

    /// What marketplaces answered about a lot.
    pub fn sent(&self, lot: LotId) -> Vec<SentRecord> {
        self.app.sync_sent(&self.scope(), lot).expect("read")
    }

    /// What BrickOwl calls the part 3001.
    pub fn owl_number(&self) -> OwlNumber {
        let client = self.app.brickowl_for(self.first.tenant).expect("a client");
        let found = client.find(
            brickops::domain::market::Purpose::Stock,
            &ItemKey::part("3001"),
            "",
        );
        self.line.made.lock().expect("a lock").clear();
        let number = match found.expect("an answer") {
            Found::One(number) => Some(number),
            _ => None,
        };
        OwlNumber::One(number.expect("one number"))
    }

    /// Makes the call of an intent, and nobody writes down what came of it.
    pub fn play(&self, market: Marketplace, ready: &Ready) {
        let purpose = brickops::domain::market::Purpose::Stock;
        let tenant = self.first.tenant;
        let remote = ready.intent.remote.unwrap_or_default();
        match (market, &ready.intent.work) {
            (Marketplace::BrickLink, work) => {
                let client = self.app.bricklink_for(tenant).expect("a client");
                match work {
                    Work::Create(new) => drop(client.create(new, purpose).expect("made")),
                    Work::Change(change) => drop(
                        client
                            .update(remote, change, Some(&ready.notes), purpose)
                            .expect("changed"),
                    ),
                    Work::Delete => client.delete(remote, purpose).expect("removed"),
                }
            }
            (Marketplace::BrickOwl, work) => {
                let client = self.app.brickowl_for(tenant).expect("a client");
                let name = LotName::Number(remote);
                match work {
                    Work::Create(new) => drop(client.create(purpose, new).expect("made")),
                    Work::Change(change) => client
                        .update(purpose, &name, ready.kind, change)
                        .expect("changed"),
                    Work::Delete => client.delete(purpose, &name).expect("removed"),
                }
            }
        }
    }
}
