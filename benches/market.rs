//! What calls to marketplaces cost: signing, mapping, a refresh of 5,000 stale parts within the day's budget,
//! and reading a whole large shop, beside a plain JSON tree of the same bytes.
//!
//! `--smoke` takes a hundredth of everything. The refresh drives the real client through the real gate into the
//! sandbox, which counts the day's calls by itself; a moved clock makes days of it pass.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its figures"
)]

#[expect(dead_code, reason = "the other benchmarks use the rest")]
mod support;

use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use brickops::clock::{Clock, ManualClock, SystemClock};
use brickops::domain::market::{Class, Failure, Guide, Lane, PriceKey, Purpose, Region};
use brickops::domain::time::{DAY, SECOND};
use brickops::domain::{ColorId, Condition, ItemKey, TenantId, Timestamp};
use brickops::entropy::{CountingEntropy, SystemEntropy};
use brickops::market::bricklink::oauth::authorization;
use brickops::market::bricklink::{BrickLink, Keys, Manner, Parts, Stamps, read_inventory};
use brickops::market::retry::Sleeper;
use brickops::market::{Answer, Broke, Call, Gate, Method, Transport};
use brickops::sandbox::{self, Goods, Group, Hue, Sandbox, Setup, Thing, WireRequest};
use brickops::services::gates::{
    CallLimits, GateSetup, Gates, MovedPatience, Patience, RealPatience,
};
use brickops::store::Store;
use serde_json::{Map, Value, json};

const BASE: &str = "http://127.0.0.1:8801";
/// BrickLink's calls in 24 hours.
const DAILY: usize = 5_000;
/// Item, colours, and sold and offered prices of both conditions.
const CALLS: usize = 6;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--one") {
        println!(
            "{}",
            one(&args[at + 1], args[at + 2].parse().expect("a number"))
        );
        return;
    }
    let smoke = args.iter().any(|arg| arg == "--smoke");
    let part = if smoke { 100 } else { 1 };
    let mut figures = Map::new();
    let mut put = |name: &str, value: Value| {
        eprintln!("{name:<32} {value}");
        figures.insert(name.into(), value);
    };
    put("bench", "market".into());
    put("sign_us", json!(signing(20_000 / part)));
    put("map_us", json!(mapping(20_000 / part)));
    for (name, latency) in [("", 0), ("_at_100ms", 100)] {
        let (calls, seconds, hours, overruns) = refresh(5_000 / part, latency);
        put(&format!("refresh_5000_calls{name}"), json!(calls));
        put(&format!("refresh_5000_s{name}"), json!(seconds));
        put(&format!("refresh_5000_clock_hours{name}"), json!(hours));
        put(&format!("budget_overruns{name}"), json!(overruns));
        assert_eq!(calls, CALLS * 5_000 / part, "every call was made");
        assert_eq!(overruns, 0, "no window is over budget");
    }
    // Without the day's limit, on the real clock, over a line that takes 100 ms each way and back.
    put("real_500_s_at_100ms", json!(real(500 / part)));
    for (name, how) in [("", "lots"), ("_peer_tree", "tree")] {
        let told = child(how, 100_000 / part);
        put(&format!("parse_100k_lots_s{name}"), told["s"].clone());
        put(&format!("parse_100k_rss_mb{name}"), told["rss_mb"].clone());
    }
    println!("{}", Value::Object(figures));
}

fn keys() -> Keys {
    Keys::new(
        sandbox::CONSUMER_KEY,
        sandbox::CONSUMER_SECRET,
        sandbox::TOKEN,
        sandbox::TOKEN_SECRET,
    )
}

fn signing(rounds: usize) -> f64 {
    let keys = keys();
    let url = format!(
        "{BASE}/api/store/v1/items/PART/3001/price?guide_type=sold&new_or_used=U&color_id=5&currency_code=EUR"
    );
    let begun = Instant::now();
    for round in 0..rounds {
        let nonce = format!("n{round}");
        black_box(authorization(
            &keys,
            Method::Get,
            &url,
            &nonce,
            1_700_000_000,
        ));
    }
    per(begun.elapsed(), rounds)
}

fn mapping(rounds: usize) -> f64 {
    let answer = shop(1);
    let begun = Instant::now();
    for _ in 0..rounds {
        black_box(read_inventory(black_box(&answer))).expect("a lot");
    }
    per(begun.elapsed(), rounds)
}

fn per(took: Duration, rounds: usize) -> f64 {
    (took.as_secs_f64() * 1e8 / rounds as f64).round() / 100.0
}

/// A line into the sandbox that takes its time, on the clock or really.
#[derive(Debug)]
struct Line {
    sandbox: Sandbox,
    clock: Option<Arc<ManualClock>>,
    latency: i64,
    made: Mutex<Vec<i64>>,
}

impl Transport for Line {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        if let Some(clock) = &self.clock {
            self.made.lock().expect("a list").push(clock.now().micros());
            clock.advance(self.latency);
        } else {
            self.made.lock().expect("a list").push(0);
            std::thread::sleep(Duration::from_micros(self.latency.unsigned_abs()));
        }
        let target = call.url.strip_prefix(BASE).expect("the sandbox");
        let mut request =
            WireRequest::new(call.method.word(), target).header_is("Host", &BASE[7..]);
        for (name, value) in &call.headers {
            request = request.header_is(name, value);
        }
        let answer = self.sandbox.answer(&request).answer().expect("an answer");
        Ok(Answer {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
        })
    }
}

#[derive(Debug)]
struct NoPause;

impl Sleeper for NoPause {
    fn sleep(&self, _: Duration) {}
}

fn part(at: usize) -> ItemKey {
    ItemKey::part((10_000 + at).to_string())
}

fn world(clock: Arc<dyn Clock>, items: usize) -> Sandbox {
    let things = (0..items)
        .map(|at| Thing {
            key: part(at),
            name: format!("Brick {at}"),
            category: 5,
            year: None,
            weight: 232,
            size: [200, 400, 100],
            alternates: Vec::new(),
            elements: Vec::new(),
        })
        .collect();
    let hue = Hue {
        id: 5,
        name: "Red".into(),
        hex: "b30006".into(),
        family: "Solid".into(),
        owl: None,
    };
    let group = Group {
        id: 5,
        name: "Brick".into(),
    };
    let setup = Setup {
        goods: Goods::new(things, vec![hue], vec![group]),
        ..Setup::default()
    };
    Sandbox::new(clock, setup)
}

struct Rig {
    client: BrickLink,
    line: Arc<Line>,
    gates: Gates,
    _room: tempfile::TempDir,
}

fn rig(clock: Arc<dyn Clock>, line: Line, patience: Arc<dyn Patience>, daily: Option<u32>) -> Rig {
    let room = tempfile::tempdir().expect("room");
    let store = Store::open_dir(room.path()).expect("a store");
    let gates = Gates::new(
        store,
        Arc::clone(&clock),
        Arc::new(SystemEntropy),
        GateSetup {
            patience,
            alarm: Arc::new(|_, _, _| {}),
            offline: false,
            limits: CallLimits {
                bricklink: daily,
                ..CallLimits::default()
            },
        },
    );
    let gate: Arc<dyn Gate> = gates.gate(TenantId(1), Lane::BrickLink, 1);
    let line = Arc::new(line);
    let parts = Parts {
        transport: line.clone(),
        gate,
        clock,
        entropy: Arc::new(CountingEntropy::default()),
        sleeper: Arc::new(NoPause),
        stamps: Arc::new(Stamps::default()),
    };
    let manner = Manner {
        base: format!("{BASE}/api/store/v1"),
        ..Manner::default()
    };
    Rig {
        client: BrickLink::new(parts, manner, keys()),
        line,
        gates,
        _room: room,
    }
}

/// The calls of one item's refresh.
fn steps(client: &BrickLink, item: &ItemKey, step: usize) -> Result<(), Box<Failure>> {
    let price = |condition, guide| PriceKey {
        item: item.clone(),
        color: ColorId(5),
        condition,
        guide,
        currency: "EUR".into(),
        region: Region::World,
    };
    let purpose = Purpose::Catalogue;
    match step {
        0 => client.item(item, purpose).map(drop),
        1 => client.item_colors(item, purpose).map(drop),
        2 => client
            .price(&price(Condition::New, Guide::Sold), purpose)
            .map(drop),
        3 => client
            .price(&price(Condition::New, Guide::Stock), purpose)
            .map(drop),
        4 => client
            .price(&price(Condition::Used, Guide::Sold), purpose)
            .map(drop),
        _ => client
            .price(&price(Condition::Used, Guide::Stock), purpose)
            .map(drop),
    }
}

/// Calls made, real seconds, hours on the clock, windows of 24 hours that were over budget.
fn refresh(items: usize, latency_ms: i64) -> (usize, f64, f64, usize) {
    let start = Timestamp::from_seconds(1_700_000_000);
    let clock = ManualClock::at(start);
    let line = Line {
        sandbox: world(clock.clone(), items),
        clock: Some(clock.clone()),
        latency: latency_ms * 1_000,
        made: Mutex::default(),
    };
    let patience = Arc::new(MovedPatience(clock.clone()));
    let rig = rig(clock.clone(), line, patience, None);
    let begun = Instant::now();
    for at in 0..items {
        let item = part(at);
        for step in 0..CALLS {
            while let Err(failure) = steps(&rig.client, &item, step) {
                // The budget is spent: the rest waits for the next free minute.
                assert_eq!(failure.class, Class::Budget, "{failure}");
                let pause = i64::from(failure.retry_after.unwrap_or(60).max(1));
                clock.advance(pause * SECOND);
            }
        }
    }
    let took = support::seconds(begun.elapsed());
    let made = rig.line.made.lock().expect("a list").clone();
    let mut overruns = 0;
    let mut first = 0;
    for (at, now) in made.iter().enumerate() {
        while made[first] <= now - DAY {
            first += 1;
        }
        overruns += usize::from(at - first + 1 > DAILY);
    }
    drop(rig.gates);
    let hours = (clock.now().micros() - start.micros()) as f64 / SECOND as f64 / 3_600.0;
    (made.len(), took, (hours * 10.0).round() / 10.0, overruns)
}

/// Seconds for so many items with eight at once and no limit of the day.
fn real(items: usize) -> f64 {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let line = Line {
        sandbox: world(clock.clone(), items),
        clock: None,
        latency: 100_000,
        made: Mutex::default(),
    };
    assert!(
        line.sandbox
            .switch("bricklink.calls_per_day", &json!(1_000_000))
    );
    let rig = rig(clock, line, Arc::new(RealPatience), Some(1_000_000));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for lane in 0..8 {
            let client = &rig.client;
            scope.spawn(move || {
                for at in (lane..items).step_by(8) {
                    for step in 0..CALLS {
                        steps(client, &part(at), step).expect("an answer");
                    }
                }
            });
        }
    });
    support::seconds(begun.elapsed())
}

/// BrickLink's answer with so many lots.
fn shop(lots: usize) -> Vec<u8> {
    let mut out = br#"{"meta":{"description":"OK","message":"OK","code":200},"data":["#.to_vec();
    for at in 1..=lots {
        let comma = if at == 1 { "" } else { "," };
        write!(
            out,
            r#"{comma}{{"inventory_id":{at},"item":{{"no":"{at}pb014","name":"Flag 2 x 2 Trapezoid with Danger Sign Pattern &#40;{at}&#41;","type":"PART","category_id":738}},"color_id":11,"color_name":"Black","quantity":5,"new_or_used":"N","unit_price":"0.0810","bind_id":0,"description":"pi&#232;ces anciennes","remarks":"B{at}","bulk":1,"is_retain":false,"is_stock_room":false,"date_created":"2016-07-12T04:00:00.000Z","my_cost":"0.0000","sale_rate":0,"tier_quantity1":0,"tier_price1":"0.0000","tier_quantity2":0,"tier_price2":"0.0000","tier_quantity3":0,"tier_price3":"0.0000","my_weight":"0.0000"}}"#
        )
        .expect("memory");
    }
    out.extend_from_slice(b"]}");
    out
}

/// Each side in a process of its own, so that memory is its own.
fn child(how: &str, lots: usize) -> Value {
    let program = std::env::current_exe().expect("this program");
    let said = Command::new(program)
        .args(["--one", how, &lots.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .expect("a process");
    assert!(said.status.success(), "{how}");
    serde_json::from_slice(&said.stdout).expect("JSON")
}

fn one(how: &str, lots: usize) -> Value {
    let answer = shop(lots);
    let begun = Instant::now();
    let found = if how == "lots" {
        let listings = read_inventory(&answer).expect("lots");
        let took = support::seconds(begun.elapsed());
        (listings.len(), took, support::rss_mb())
    } else {
        let tree: Value = serde_json::from_slice(&answer).expect("JSON");
        let took = support::seconds(begun.elapsed());
        (
            tree["data"].as_array().map_or(0, Vec::len),
            took,
            support::rss_mb(),
        )
    };
    assert_eq!(found.0, lots);
    json!({ "s": found.1, "rss_mb": found.2, "bytes": answer.len() })
}
