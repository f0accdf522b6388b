//! A small world with the real clients in it, and what it looks like from outside.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use brickops::clock::ManualClock;
use brickops::domain::market::Purpose;
use brickops::domain::{ItemKey, ItemKind, Secret, Timestamp};
use brickops::entropy::CountingEntropy;
use brickops::market::Transport;
use brickops::market::bricklink::{BrickLink, Keys, Manner, Parts, Stamps};
use brickops::market::brickognize::{Brickognize, Settings as EyeSettings};
use brickops::market::brickowl::{BrickOwl, ColorMap, Found, Settings};
use brickops::market::gate::AlwaysOpen;
use brickops::market::retry::Sleeper;
use brickops::sandbox::{self, Goods, Group, Hue, Sandbox, Setup, StockRow, Thing, WireRequest};
use serde_json::{Value, json};

use crate::direct::{BASE, Direct};

/// When it is.
pub const NOW: i64 = 1_700_000_000;
/// Lots of the little shop.
pub const PLAIN: u64 = 101;
pub const KEPT: u64 = 102;
pub const SET: u64 = 104;

/// Lets no time pass.
#[derive(Debug)]
struct NoPause;

impl Sleeper for NoPause {
    fn sleep(&self, _: Duration) {}
}

/// A sandbox, clients of it, and a line that counts.
pub struct World {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    pub line: Arc<Direct>,
    pub link: BrickLink,
    pub owl: BrickOwl,
    pub eye: Brickognize,
    /// An order of each marketplace, and BrickLink's that is finished.
    pub link_order: String,
    pub owl_order: String,
    pub done_order: u64,
    /// Somebody's feedback on the finished order.
    pub feedback: u64,
    /// BrickOwl's number of the plain lot.
    pub owl_lot: u64,
    /// BrickOwl's number of the part 3020.
    pub boid: String,
}

fn thing(kind: ItemKind, no: &str, name: &str) -> Thing {
    Thing {
        key: ItemKey::new(kind, no),
        name: name.to_owned(),
        category: 5,
        year: (kind == ItemKind::Set).then_some(2017),
        weight: 232,
        size: [200, 400, 100],
        alternates: vec![format!("{no}old")],
        elements: if no == "3001" {
            vec![("300121".into(), 5), ("300126".into(), 11)]
        } else {
            Vec::new()
        },
    }
}

fn goods() -> Goods {
    let things = vec![
        thing(ItemKind::Part, "3001", "Brick 2 x 4"),
        thing(ItemKind::Part, "3003", "Brick 2 x 2"),
        thing(ItemKind::Part, "3020", "Plate 2 x 4"),
        thing(ItemKind::Part, "3023", "Don't \"buy\" <this> & that (:)"),
        thing(ItemKind::Set, "75192-1", "Falcon"),
        thing(ItemKind::Minifigure, "sw0001a", "Droid"),
    ];
    let colors = ColorMap::default();
    let hue = |id, name: &str| Hue {
        id,
        name: name.to_owned(),
        hex: "b30006".to_owned(),
        family: "Solid".to_owned(),
        owl: colors.owl_of(brickops::domain::ColorId(id)),
    };
    let hues = vec![
        hue(0, "(Not Applicable)"),
        hue(1, "White"),
        hue(5, "Red"),
        hue(11, "Black"),
    ];
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    Goods::new(things, hues, vec![group])
}

fn stock() -> Vec<StockRow> {
    let lot = |id: u64, key, color, quantity, price| StockRow {
        id: i64::try_from(id).ok(),
        ..StockRow::new(key, color, quantity, price)
    };
    vec![
        StockRow {
            remarks: "A-12".into(),
            description: "Don't (:".into(),
            ..lot(PLAIN, ItemKey::part("3001"), 5, 10, 5_270)
        },
        StockRow {
            retain: true,
            ..lot(KEPT, ItemKey::part("3003"), 11, 5, 150)
        },
        StockRow {
            completeness: Some('C'),
            used: true,
            ..lot(SET, ItemKey::new(ItemKind::Set, "75192-1"), 0, 1, 7_990_000)
        },
        StockRow {
            sale: 10,
            tiers: [(10, 900), (50, 800), (100, 700)],
            ..lot(105, ItemKey::part("3020"), 5, 300, 1_000)
        },
    ]
}

/// A call to the control of the world that works.
#[track_caller]
pub fn mock(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Value {
    let request = WireRequest::new(method, &format!("/__mock{path}"))
        .body_is("application/json", body.to_string());
    let answer = sandbox.answer(&request).answer().expect("an answer");
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// The sandbox alone.
pub fn played() -> (Arc<Sandbox>, Arc<ManualClock>) {
    let clock = ManualClock::at(Timestamp::from_seconds(NOW));
    let setup = Setup {
        seed: 1,
        goods: goods(),
        stock: stock(),
        ..Setup::default()
    };
    (Arc::new(Sandbox::new(clock.clone(), setup)), clock)
}

impl World {
    /// In process.
    pub fn new() -> Self {
        let (sandbox, clock) = played();
        let line = Direct::new(&sandbox);
        Self::over(sandbox, clock, BASE, line.clone(), line)
    }

    /// Clients that call this address over this line.
    pub fn over(
        sandbox: Arc<Sandbox>,
        clock: Arc<ManualClock>,
        base: &str,
        transport: Arc<dyn Transport>,
        line: Arc<Direct>,
    ) -> Self {
        let gate = Arc::new(AlwaysOpen);
        let manner = Manner {
            base: format!("{base}/api/store/v1"),
            ..Manner::default()
        };
        let parts = Parts {
            transport: transport.clone(),
            gate: gate.clone(),
            clock: clock.clone(),
            entropy: Arc::new(CountingEntropy::default()),
            sleeper: Arc::new(NoPause),
            stamps: Arc::new(Stamps::default()),
        };
        let keys = Keys::new(
            sandbox::CONSUMER_KEY,
            sandbox::CONSUMER_SECRET,
            sandbox::TOKEN,
            sandbox::TOKEN_SECRET,
        );
        let settings = Settings {
            base: format!("{base}/v1"),
            ..Settings::default()
        };
        let key = Secret::new(sandbox::OWL_KEY);
        let owl = BrickOwl::new(
            transport.clone(),
            gate.clone(),
            &key,
            settings,
            Arc::default(),
        );
        let eye = EyeSettings {
            base: base.to_owned(),
            ..EyeSettings::default()
        };
        let mut world = Self {
            link: BrickLink::new(parts, manner, keys),
            owl: owl.expect("a key"),
            eye: Brickognize::new(transport, gate, eye),
            sandbox,
            clock,
            line,
            link_order: String::new(),
            owl_order: String::new(),
            done_order: 0,
            feedback: 0,
            owl_lot: 0,
            boid: String::new(),
        };
        world.furnish();
        world
    }

    /// What the calls speak of: orders, a lot, somebody's opinion.
    fn furnish(&mut self) {
        let buy = |service: &str, lot: u64| -> u64 {
            let lots = json!({"lots": [{"lot": lot, "quantity": 1}]});
            let made = mock(&self.sandbox, "POST", &format!("/{service}/orders"), &lots);
            made["id"].as_u64().expect("a number")
        };
        let lots = mock(&self.sandbox, "GET", "/brickowl/lots", &Value::Null);
        let plain = PLAIN.to_string();
        let owl_lot = lots
            .as_array()
            .expect("lots")
            .iter()
            .find(|lot| lot["external_id"] == plain.as_str())
            .and_then(|lot| lot["id"].as_u64())
            .expect("the plain lot");
        let (link, done, owl) = (
            buy("bricklink", PLAIN),
            buy("bricklink", KEPT),
            buy("brickowl", owl_lot),
        );
        let about = |verb: &str, body: Value| {
            mock(
                &self.sandbox,
                "POST",
                &format!("/bricklink/orders/{done}/{verb}"),
                &body,
            )
        };
        about("status", json!({"status": "COMPLETED"}));
        about("feedback", json!({"rating": 0, "comment": "fine"}));
        about("message", json!({"body": "Hello!"}));
        self.owl_lot = owl_lot;
        self.link_order = link.to_string();
        self.owl_order = owl.to_string();
        self.done_order = done;
        let told = self.link.feedback(true, Purpose::Orders).expect("feedback");
        self.feedback = told.first().expect("one").id;
        self.link
            .note_member("ab", "first", true, Purpose::Notes)
            .expect("noted");
        let found = self
            .owl
            .find(Purpose::Catalogue, &ItemKey::part("3020"), "Plate 2 x 4");
        let Ok(Found::One(boid)) = found else {
            unreachable!("one part of that number: {found:?}");
        };
        self.boid = boid;
        self.line.made.store(0, Ordering::Relaxed);
    }

    /// One more thing that goes wrong.
    #[track_caller]
    pub fn fault(&self, text: &str) {
        self.sandbox.fault(text).expect(text);
    }

    /// Calls so far.
    pub fn made(&self) -> usize {
        self.line.made.load(Ordering::Relaxed)
    }

    /// Everything that a call can change, as text. Nothing goes wrong any more after this.
    pub fn face(&self) -> String {
        self.sandbox.heal();
        let mut face = String::new();
        for path in [
            "/bricklink/lots",
            "/bricklink/orders",
            "/brickowl/lots",
            "/brickowl/orders",
            "/feedback",
        ] {
            let part = mock(&self.sandbox, "GET", path, &Value::Null);
            writeln!(face, "{path} {part}").expect("memory");
        }
        let link = &self.link;
        let purpose = Purpose::Orders;
        writeln!(
            face,
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            link.order(&self.link_order, purpose),
            link.order(&self.done_order.to_string(), purpose),
            link.feedback(false, purpose),
            link.feedback(true, purpose),
            link.member_note("ab", purpose),
            link.member_note("cd", purpose),
        )
        .expect("memory");
        writeln!(face, "{:?}", self.owl.order(purpose, &self.owl_order)).expect("memory");
        face
    }
}
