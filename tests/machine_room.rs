//! The machine room with the real client and a played BrickLink that fails on demand: what an owner sees,
//! what `/metrics` says, and that neither says a key.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brickops::clock::{Clock, ManualClock};
use brickops::domain::market::machine_room::{MachineRoom, ServiceRoom};
use brickops::domain::market::{
    BreakerView, Class, PhotoOrder, PhotoSource, PriceState, Purpose, Sought,
};
use brickops::domain::{ColorId, ItemKey, Marketplace, Scope, Secret, TenantId, Timestamp};
use brickops::entropy::SystemEntropy;
use brickops::error::Kind;
use brickops::market::carry::{Answer, Broke, Call, Transport};
use brickops::market::retry::Sleeper;
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, StockRow, TOKEN,
    TOKEN_SECRET, Thing, WireRequest,
};
use brickops::services::gates::MovedPatience;
use brickops::services::identify::Sight;
use brickops::services::keys::{Clients, MasterSource, Means};
use brickops::services::people::{AccountDraft, Threshold};
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;
use brickops::web::metrics;

const START: Timestamp = Timestamp::from_seconds(1_763_600_000);
const KEYS: [&str; 4] = [CONSUMER_KEY, CONSUMER_SECRET, TOKEN, TOKEN_SECRET];

/// Carries calls to the sandbox; or answers with everything that it was sent, keys included.
#[derive(Debug)]
struct Carried {
    sandbox: Sandbox,
    clock: Arc<ManualClock>,
    echoes: Mutex<bool>,
}

impl Transport for Carried {
    fn send(&self, call: &Call) -> Result<Answer, Broke> {
        // Every call takes 30 ms.
        self.clock.advance(30_000);
        if *self.echoes.lock().expect("a lock") {
            let body = format!(
                "<h1>Oops\u{1b}[2J</h1>{} {:?} {}",
                call.url,
                call.headers,
                KEYS.join(" ")
            );
            return Ok(Answer {
                status: 500,
                headers: Vec::new(),
                body: body.into_bytes(),
            });
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
    fn sleep(&self, _: Duration) {}
}

struct Server {
    app: Arc<App>,
    clock: Arc<ManualClock>,
    market: Arc<Carried>,
    first: Scope,
    _dir: tempfile::TempDir,
}

fn door(operator: bool) -> Threshold {
    Threshold {
        uid: 1_000,
        operator,
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
    let red = Hue {
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
    let goods = Goods::new(vec![thing], vec![red], vec![group]);
    let setup = World {
        seed: 1,
        goods,
        stock: vec![StockRow::new(key, 5, 10, 5_270)],
        ..World::default()
    };
    Sandbox::new(Arc::<ManualClock>::clone(clock), setup)
}

impl Server {
    fn new(offline: bool) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let market = Arc::new(Carried {
            sandbox: world(&clock),
            clock: Arc::clone(&clock),
            echoes: Mutex::new(false),
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
            sight: Sight {
                sleeper: Arc::new(NoSleep),
                ..Sight::default()
            },
            offline,
            ..Outside::default()
        };
        let setup = Setup {
            data_dir: dir.path().join("data"),
            hashing: Hashing::CHEAP,
            outside,
            ..Setup::default()
        };
        let store = Store::open_dir(&dir.path().join("data")).expect("a store");
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(&clock);
        let app = App::new(store, time, setup).expect("an app");
        let draft = AccountDraft {
            shop: "Bricks".into(),
            email: "ana@example.org".into(),
            name: String::new(),
            password: Secret::new("correct horse"),
            currency: "EUR".into(),
            time_zone: "UTC".into(),
            practice: false,
        };
        let entry = app.open_account(&door(true), draft).expect("an account").0;
        let first = app.scope(&entry).expect("signed in");
        let server = Self {
            app: Arc::new(app),
            clock,
            market,
            first,
            _dir: dir,
        };
        let values = KEYS.map(Secret::new);
        server
            .app
            .connect_market(
                &server.scope(),
                &door(false),
                Marketplace::BrickLink,
                &values,
            )
            .expect("kept");
        server
    }

    fn scope(&self) -> Scope {
        Scope {
            confirmed: true,
            now: self.clock.now(),
            ..self.first
        }
    }

    fn refresh(&self) {
        let key = ItemKey::part("3001");
        self.app
            .refresh_item(&self.scope(), &key)
            .expect("a refresh");
    }

    fn room(&self) -> MachineRoom {
        let scope = self.scope();
        self.app
            .machine_room(Some(&scope), &door(false))
            .expect("a room")
    }

    fn page(&self) -> String {
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let handle = metrics::install().expect("a recorder");
        let serving = handle.serve(any, &self.app, || 0).expect("it listens");
        let mut stream = TcpStream::connect(serving.address()).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .expect("a timeout");
        write!(
            stream,
            "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        .expect("asked");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        text
    }
}

fn bricklink(room: &MachineRoom) -> &ServiceRoom {
    &room.services[0]
}

/// No key, whole or in part.
#[track_caller]
fn says_no_key(text: &str) {
    for key in KEYS {
        for part in [key, &key[..12], &key[key.len() - 12..]] {
            assert!(!text.contains(part), "{text}");
        }
    }
}

#[test]
fn before_anything_is_asked_it_is_quiet() {
    let server = Server::new(false);
    let room = server.room();
    assert!(room.is_quiet() && room.troubles.is_empty() && !room.offline);
    assert_eq!(room.since, START);
    assert!(bricklink(&room).connected && !room.services[1].connected);
    assert_eq!(bricklink(&room).lanes[0].budget.limit, 5_000);
    let shares = &bricklink(&room).lanes[0].shares;
    assert!(shares.contains(&(Purpose::Catalogue, 2_000)));
}

#[test]
fn a_failing_service_is_seen_from_every_side() {
    let server = Server::new(false);
    server.refresh();
    let room = server.room();
    let calls = bricklink(&room).calls;
    assert!(calls >= 2, "item and colours");
    assert_eq!((bricklink(&room).failed, room.is_quiet()), (0, false));
    let item = &room.endpoints[0];
    assert_eq!((item.half, item.most), (30_000, 30_000), "{item:?}");
    assert_eq!(u64::from(bricklink(&room).day), calls);

    server
        .market
        .sandbox
        .fault("bricklink:GET items:http_503@*")
        .expect("a fault");
    server.clock.advance(60_000_000);
    server.refresh();
    server.refresh();
    let room = server.room();
    let link = bricklink(&room);
    assert!(link.failed >= 5, "{link:?}");
    assert!(link.retries >= 3, "{link:?}");
    assert!(link.held >= 1, "the breaker opened: {link:?}");
    let budget = &link.lanes[0].budget;
    assert!(matches!(budget.breaker, BreakerView::Open(until) if until > server.clock.now()));
    assert_eq!(
        u64::from(budget.used),
        link.calls,
        "what was held back was not counted"
    );
    assert_eq!((budget.waiting, budget.under_way), (0, 0));
    let broken = room.troubles.iter().find(|one| one.class == Class::Broken);
    let broken = broken.expect("an outage");
    assert_eq!((broken.status, broken.raw), (503, true));
    assert!(
        broken.times >= 4 && broken.text.ends_with('.'),
        "{broken:?}"
    );
    let raw = server
        .app
        .raw_answer(&server.scope(), broken.id)
        .expect("its answer");
    assert!(raw.contains('<'), "{raw}");
    // It goes on, and the breaker closes.
    server.market.sandbox.heal();
    server.clock.advance(3_600_000_000);
    server.refresh();
    let room = server.room();
    let breaker = bricklink(&room).lanes[0].budget.breaker;
    assert_eq!(breaker, BreakerView::Closed);
}

#[test]
fn what_was_known_last_is_counted_while_nobody_answers() {
    let server = Server::new(false);
    let key = ItemKey::part("3001");
    server.refresh();
    let look = || {
        server
            .app
            .item_detail(&server.scope(), &key)
            .expect("known")
    };
    look();
    assert_eq!(
        (server.room().answers.fresh, server.room().answers.all()),
        (1, 1)
    );
    server.clock.advance(61 * 86_400_000_000);
    look();
    assert!(server.app.freshen_next());
    *server.market.echoes.lock().expect("a lock") = true;
    server.clock.advance(61 * 86_400_000_000);
    look();
    assert!(server.app.freshen_next());
    look();
    let room = server.room();
    assert_eq!((room.answers.expired, room.answers.last_known), (3, 1));
    assert_eq!(room.freshness.items.expired, 1);
    assert!(room.freshness.items.warns());
    assert_eq!(
        room.refreshes,
        (0, 0),
        "what has just failed is not asked for again before its time"
    );
}

#[test]
fn an_answer_that_repeats_the_keys_is_kept_without_them() {
    let server = Server::new(false);
    *server.market.echoes.lock().expect("a lock") = true;
    server.refresh();
    let room = server.room();
    assert!(!room.troubles.is_empty());
    says_no_key(&format!("{room:?}"));
    for trouble in &room.troubles {
        if trouble.raw {
            let raw = server
                .app
                .raw_answer(&server.scope(), trouble.id)
                .expect("kept");
            assert!(raw.contains("Oops") && !raw.contains('\u{1b}'), "{raw}");
            says_no_key(&raw);
        }
    }
    says_no_key(&server.page());
}

#[test]
fn a_shop_sees_its_own_and_the_operator_sees_counts() {
    let server = Server::new(false);
    *server.market.echoes.lock().expect("a lock") = true;
    server.refresh();
    let mine = server.room();
    let id = mine.troubles[0].id;
    let other = Scope {
        tenant: TenantId(2),
        ..server.scope()
    };
    let theirs = server
        .app
        .machine_room(Some(&other), &door(false))
        .expect("a room");
    assert!(theirs.is_quiet() && theirs.endpoints.is_empty());
    let refused = server.app.raw_answer(&other, id).expect_err("another's");
    assert_eq!(refused.kind, Kind::NotFound);
    let all = server
        .app
        .machine_room(None, &door(true))
        .expect("the operator's");
    assert_eq!(bricklink(&all).calls, bricklink(&mine).calls);
    assert!(all.server && all.troubles.is_empty());
    let nobody = server.app.machine_room(None, &door(false));
    assert_eq!(nobody.expect_err("nobody").kind, Kind::Forbidden);
}

#[test]
fn the_same_is_on_the_page_of_figures() {
    let server = Server::new(false);
    server.refresh();
    server
        .market
        .sandbox
        .fault("bricklink:GET items:http_503@*")
        .expect("a fault");
    server.refresh();
    server.refresh();
    let room = server.room();
    let page = server.page();
    let value = |name: &str| -> u64 {
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        let text = line.unwrap_or_else(|| unreachable!("{name} is not in {page}"));
        text.trim().parse().expect(name)
    };
    let endpoint = "service=\"BrickLink\",endpoint=\"GET items/{type}/{no}\"";
    let ok = value(&format!(
        "brickops_market_calls_total{{{endpoint},class=\"ok\"}}"
    ));
    let broken = value(&format!(
        "brickops_market_calls_total{{{endpoint},class=\"broken\"}}"
    ));
    assert_eq!((ok, broken), (1, bricklink(&room).failed));
    let count = value(&format!("brickops_market_call_seconds_count{{{endpoint}}}"));
    assert_eq!(count, ok + broken);
    let within = value(&format!(
        "brickops_market_call_seconds_bucket{{{endpoint},le=\"0.05\"}}"
    ));
    assert_eq!(within, count, "30 ms each");
    let lane = "tenant=\"1\",lane=\"bricklink\"";
    assert_eq!(
        value(&format!("brickops_market_budget_used{{{lane}}}")),
        bricklink(&room).calls
    );
    assert_eq!(
        value(&format!("brickops_market_budget_limit{{{lane}}}")),
        5_000
    );
    assert_eq!(value(&format!("brickops_market_breaker_open{{{lane}}}")), 1);
    assert_eq!(
        value(&format!(
            "brickops_market_queue{{{lane},state=\"waiting\"}}"
        )),
        0
    );
    let state = "tenant=\"1\",of=\"items\",state=\"fresh\"";
    assert_eq!(value(&format!("brickops_market_freshness{{{state}}}")), 1);
    assert!(value(&format!("brickops_market_retries_total{{{endpoint}}}")) >= 3);
    // One type for each name, and no name twice.
    let mut types: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect();
    let all = types.len();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), all);
}

#[test]
fn switched_off_every_verb_that_calls_says_so_and_the_rest_works() {
    let server = Server::new(true);
    let scope = server.scope();
    let app = &server.app;
    let key = ItemKey::part("3001");
    let refreshed = app.refresh_item(&scope, &key).expect("an outcome");
    let trouble = refreshed.trouble.expect("a reason");
    assert_eq!(trouble.class, Class::Offline);
    assert!(trouble.text.contains("switched off"), "{}", trouble.text);
    let test = app
        .test_market(&scope, Marketplace::BrickLink)
        .expect("an outcome");
    assert_eq!(test.class, Some(Class::Offline));
    assert!(test.text.contains("switched off"), "{}", test.text);
    let prices = app.prices(&scope, &key, ColorId(5)).expect("a view");
    assert_eq!(prices.state, PriceState::Offline);
    let mut jpeg = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 64, image::Rgb([201, 26, 9]))
        .write_to(&mut jpeg, image::ImageFormat::Jpeg)
        .expect("a photo");
    for source in [
        PhotoSource::Bytes(jpeg.into_inner()),
        PhotoSource::Web {
            address: "https://example.org/part.jpg".into(),
            local: false,
        },
    ] {
        let order = PhotoOrder {
            source,
            sought: Sought::Any,
            top: 5,
        };
        let refused = app.identify(&scope, &order).expect_err("nobody is asked");
        assert_eq!(refused.kind, Kind::Upstream);
        assert!(refused.message.contains("switched off"), "{refused}");
    }
    let room = server.room();
    assert!(room.offline && room.is_quiet());
    assert_eq!(bricklink(&room).calls, 0);
    assert_eq!(bricklink(&room).lanes[0].budget.used, 0);
    app.settings(&scope).expect("the rest works");
    app.overview(&scope).expect("the rest works");
    assert!(server.page().contains("brickops_market_budget_used"));
}
