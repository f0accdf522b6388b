//! A small world, and a client that signs by itself.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;

use brickops::clock::ManualClock;
use brickops::domain::{ItemKey, ItemKind, Timestamp};
use brickops::sandbox::{
    Answer, Goods, Group, Hue, Reaction, Sandbox, Setup, StockRow, Thing, WireRequest,
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

/// When it is.
pub const NOW: i64 = 1_700_000_000;
/// Lots of the little shop: plain, kept when empty, stockroom, a set, one that is reduced and has tiers.
pub const PLAIN: i64 = 101;
pub const KEPT: i64 = 102;
pub const STORED: i64 = 103;
pub const SET: i64 = 104;
pub const TIERED: i64 = 105;

pub struct Play {
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    nonce: Cell<u64>,
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

pub fn goods() -> Goods {
    let things = vec![
        thing(ItemKind::Part, "3001", "Brick 2 x 4"),
        thing(ItemKind::Part, "3003", "Brick 2 x 2"),
        thing(ItemKind::Part, "3020", "Plate 2 x 4"),
        thing(ItemKind::Part, "3023", "Don't \"buy\" <this> & that (:)"),
        thing(ItemKind::Part, "973pb1234c01", "Torso"),
        thing(ItemKind::Set, "75192-1", "Falcon"),
        thing(ItemKind::Minifigure, "sw0001a", "Droid"),
        thing(ItemKind::Gear, "bel004", "Bag"),
    ];
    let hue = |id, name: &str| Hue {
        id,
        name: name.to_owned(),
        hex: "b30006".to_owned(),
        family: "Solid".to_owned(),
        owl: None,
    };
    let hues = vec![
        hue(0, "(Not Applicable)"),
        hue(1, "White"),
        hue(5, "Red"),
        hue(11, "Black"),
    ];
    Goods::new(
        things,
        hues,
        vec![Group {
            id: 5,
            name: "Brick".into(),
        }],
    )
}

pub fn stock() -> Vec<StockRow> {
    let lot = |id, key, color, quantity, price| StockRow {
        id: Some(id),
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
            room: Some('A'),
            ..lot(STORED, ItemKey::part("3020"), 1, 7, 300)
        },
        StockRow {
            completeness: Some('C'),
            used: true,
            ..lot(SET, ItemKey::new(ItemKind::Set, "75192-1"), 0, 1, 7_990_000)
        },
        StockRow {
            sale: 10,
            tiers: [(10, 900), (50, 800), (100, 700)],
            ..lot(TIERED, ItemKey::part("3020"), 5, 300, 1_000)
        },
    ]
}

/// Percent-encoding, as signatures want it.
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("memory");
        }
    }
    out
}

impl Play {
    pub fn new() -> Self {
        Self::with(stock())
    }

    pub fn with(stock: Vec<StockRow>) -> Self {
        let clock = ManualClock::at(Timestamp::from_seconds(NOW));
        let setup = Setup {
            seed: 1,
            goods: goods(),
            stock,
            ..Setup::default()
        };
        Self {
            sandbox: Arc::new(Sandbox::new(clock.clone(), setup)),
            clock,
            nonce: Cell::new(0),
        }
    }

    /// A request of BrickLink's, signed now.
    pub fn signed(&self, method: &str, target: &str, body: Option<&Value>) -> WireRequest {
        self.nonce.set(self.nonce.get() + 1);
        let nonce = format!("n{}", self.nonce.get());
        signed_with(method, target, body, &nonce, NOW + self.passed())
    }

    fn passed(&self) -> i64 {
        use brickops::clock::Clock as _;
        self.clock.now().micros() / 1_000_000 - NOW
    }

    pub fn react(&self, request: &WireRequest) -> Reaction {
        self.sandbox.answer(request)
    }

    #[track_caller]
    pub fn whole(&self, request: &WireRequest) -> Answer {
        self.react(request).answer().expect("a whole answer")
    }

    /// BrickLink's envelope.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "call sites read better")]
    pub fn link(&self, method: &str, target: &str, body: Option<Value>) -> Value {
        let answer = self.whole(&self.signed(method, target, body.as_ref()));
        serde_json::from_slice(&answer.body).expect("an envelope")
    }

    /// The data of a call that works.
    #[track_caller]
    pub fn data(&self, target: &str) -> Value {
        let mut envelope = self.link("GET", target, None);
        assert_eq!(envelope["meta"]["code"], 200, "{target}: {envelope}");
        envelope["data"].take()
    }

    /// Code and description of a call.
    #[track_caller]
    pub fn code(&self, method: &str, target: &str, body: Option<Value>) -> (i64, String) {
        let envelope = self.link(method, target, body);
        let meta = &envelope["meta"];
        (
            meta["code"].as_i64().expect("an integer"),
            meta["description"].as_str().expect("a text").to_owned(),
        )
    }

    /// A call of BrickOwl's with its arguments.
    pub fn owl_request(method: &str, path: &str, args: &[(&str, &str)]) -> WireRequest {
        let key = ("key", brickops::sandbox::OWL_KEY);
        let form: Vec<String> = std::iter::once(&key)
            .chain(args)
            .map(|(name, value)| format!("{}={}", encode(name), encode(value).replace("%20", "+")))
            .collect();
        let form = form.join("&");
        if method == "GET" {
            WireRequest::new("GET", &format!("/v1/{path}?{form}"))
        } else {
            WireRequest::new(method, &format!("/v1/{path}"))
                .body_is("application/x-www-form-urlencoded", form)
        }
    }

    #[track_caller]
    pub fn owl(&self, method: &str, path: &str, args: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.whole(&Self::owl_request(method, path, args));
        let value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, value)
    }

    /// A call to the control of the world that works.
    #[track_caller]
    pub fn mock(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = WireRequest::new(method, &format!("/__mock{path}"))
            .body_is("application/json", body.to_string());
        let answer = self.whole(&request);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "call sites read better")]
    pub fn switch(&self, name: &str, value: Value) {
        assert!(self.sandbox.switch(name, &value), "{name}");
    }

    /// Somebody buys at BrickLink.
    #[track_caller]
    pub fn buy(&self, lots: &[(i64, i64)]) -> i64 {
        self.bought("bricklink", lots)
    }

    #[track_caller]
    pub fn bought(&self, service: &str, lots: &[(i64, i64)]) -> i64 {
        let lots: Vec<Value> = lots
            .iter()
            .map(|(lot, n)| json!({"lot": lot, "quantity": n}))
            .collect();
        let made = self.mock(
            "POST",
            &format!("/{service}/orders"),
            &json!({ "lots": lots }),
        );
        made["id"].as_i64().expect("a number")
    }

    /// BrickOwl's lot that bears this external id.
    #[track_caller]
    pub fn owl_lot(&self, external: i64) -> i64 {
        let id = external.to_string();
        let (status, lots) = self.owl(
            "GET",
            "inventory/list",
            &[("external_id_1", &id), ("active_only", "0")],
        );
        assert_eq!(status, 200);
        lots[0]["lot_id"]
            .as_str()
            .expect("a lot")
            .parse()
            .expect("a number")
    }
}

/// Signed with the practice keys, at a time of the caller's choice.
pub fn signed_with(
    method: &str,
    target: &str,
    body: Option<&Value>,
    nonce: &str,
    at: i64,
) -> WireRequest {
    let target = format!("/api/store/v1{target}");
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let oauth = [
        (
            "oauth_consumer_key",
            brickops::sandbox::CONSUMER_KEY.to_owned(),
        ),
        ("oauth_nonce", nonce.to_owned()),
        ("oauth_signature_method", "HMAC-SHA1".to_owned()),
        ("oauth_timestamp", at.to_string()),
        ("oauth_token", brickops::sandbox::TOKEN.to_owned()),
        ("oauth_version", "1.0".to_owned()),
    ];
    // Queries of these tests are written encoded already.
    let mut all: Vec<String> = query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    all.extend(
        oauth
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value))),
    );
    all.sort();
    let base = format!(
        "{method}&{}&{}",
        encode(&format!("http://127.0.0.1:8801{path}")),
        encode(&all.join("&"))
    );
    let key = format!(
        "{}&{}",
        brickops::sandbox::CONSUMER_SECRET,
        brickops::sandbox::TOKEN_SECRET
    );
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).expect("any length");
    mac.update(base.as_bytes());
    let signature = data_encoding::BASE64.encode(&mac.finalize().into_bytes());
    let request = WireRequest::new(method, &target)
        .header_is("Host", "127.0.0.1:8801")
        .header_is("Authorization", header(&oauth, &signature));
    match body {
        Some(body) => request.body_is("application/json", body.to_string()),
        None => request,
    }
}

fn header(oauth: &[(&str, String)], signature: &str) -> String {
    let mut text = "OAuth realm=\"\"".to_owned();
    for (name, value) in oauth {
        write!(text, ", {name}=\"{}\"", encode(value)).expect("memory");
    }
    format!("{text}, oauth_signature=\"{}\"", encode(signature))
}
