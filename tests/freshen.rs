//! Facts and prices that grow old, are fetched by the real client from the played BrickLink, and stay
//! whatever fails.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use brickops::clock::{Clock, ManualClock};
use brickops::domain::job::JobOutcome;
use brickops::domain::market::{Class, PriceSheet, PriceState, Refreshed};
use brickops::domain::time::DAY;
use brickops::domain::{
    CatalogQuery, ColorId, Freshness, ItemKey, Marketplace, Scope, Secret, Timestamp,
};
use brickops::entropy::SystemEntropy;
use brickops::error::Kind;
use brickops::market::carry::{Answer, Broke, Call, Transport};
use brickops::market::retry::Sleeper;
use brickops::sandbox::{
    CONSUMER_KEY, CONSUMER_SECRET, Goods, Group, Hue, Sandbox, Setup as World, StockRow, TOKEN,
    TOKEN_SECRET, Thing, WireRequest,
};
use brickops::services::freshen::add_jobs;
use brickops::services::gates::{CallLimits, MovedPatience};
use brickops::services::keys::{Clients, MasterSource, Means};
use brickops::services::people::{AccountDraft, Threshold};
use brickops::services::{App, Hashing, Notice, Outside, Setup};
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
    let hues = vec![hue(0, "-"), hue(5, "Red"), hue(9_990, "Octarine")];
    let goods = Goods::new(vec![thing], hues, vec![group]);
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
        Self::with(CallLimits::default())
    }

    fn with(limits: CallLimits) -> Self {
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
            limits,
            ..Outside::default()
        };
        let setup = Setup {
            data_dir: dir.path().join("data"),
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

impl Server {
    fn sheet(&self) -> PriceSheet {
        self.app
            .price_sheet(&self.scope(), &ItemKey::part("3001"), ColorId(5))
            .expect("a sheet")
    }

    fn found(&self, no: &str) -> Vec<String> {
        let query = CatalogQuery {
            text: no.into(),
            ..CatalogQuery::default()
        };
        let (app, scope) = (&self.app, self.scope());
        let ids = app.find_items(&scope, &query, 5).expect("an answer").ids;
        assert_eq!(app.find_all(&scope, &query).expect("an answer"), ids);
        let counts = app.count_items(&scope, &query).expect("counts");
        assert_eq!(counts.total as usize, ids.len());
        let rows = app.item_rows(&scope, &ids).expect("rows");
        rows.into_iter().map(|row| row.name).collect()
    }

    fn calls(&self) -> u32 {
        self.market.calls.load(Ordering::SeqCst)
    }

    /// Runs a job of the server; what its history says of it.
    fn job(&self, name: &str) -> (JobOutcome, String) {
        let _ = self.app.run_job(None, &door(), name);
        let runs = self
            .app
            .job_history(None, &door(), name)
            .expect("a history");
        let last = runs.into_iter().next().expect("a run");
        (last.outcome, last.text)
    }
}

#[test]
fn a_number_that_was_fetched_is_found_by_it() {
    let server = Server::new();
    let (app, scope) = (&server.app, server.scope());
    assert_eq!(server.found("3001"), Vec::<String>::new());
    let e = app.fetch_number(&scope, "3001", None).expect_err("no keys");
    assert_eq!(e.kind, Kind::Invalid, "{e}");
    server.connect();
    let e = app
        .fetch_number(&scope, "99999x", None)
        .expect_err("nobody");
    assert_eq!(e.kind, Kind::NotFound);
    assert!(e.message.contains("99999x"), "{e}");
    assert!(server.calls() <= 3, "a call for each kind");
    for wrong in ["", "a b", "x\u{7}"] {
        let e = app
            .fetch_number(&scope, wrong, None)
            .expect_err("no number");
        assert_eq!(e.kind, Kind::Invalid, "{wrong:?}");
    }
    let key = app.fetch_number(&scope, " 3001 ", None).expect("fetched");
    assert_eq!(key, ItemKey::part("3001"));
    let calls = server.calls();
    assert_eq!(app.fetch_number(&scope, "3001", None).expect("known"), key);
    assert_eq!(server.calls(), calls, "what is known costs nothing");
    assert_eq!(server.found("3001"), ["Brick 2 x 4"]);
    assert_eq!(server.found("3002"), Vec::<String>::new());
    // Nothing is kept of what nobody knows.
    let items = app.freshness(&scope).expect("a report").items;
    assert_eq!((items.fresh, items.never), (1, 0));
}

#[test]
fn a_sheet_says_how_it_stands() {
    let server = Server::new();
    let unknown = server
        .app
        .price_sheet(&server.scope(), &ItemKey::part("3001"), ColorId(5));
    assert_eq!(unknown.expect_err("nobody").kind, Kind::NotFound);
    server.connect();
    server.refresh("3001");
    let told = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&told);
    server.app.listen(Box::new(move |notice| {
        if matches!(notice, Notice::NothingFetched(_)) {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        true
    }));
    let scope = server.scope();
    let market = Marketplace::BrickLink;
    server
        .app
        .remove_market(&scope, &door(), market)
        .expect("removed");
    assert_eq!(server.sheet().state, PriceState::Coming, "nobody knows yet");
    server.settle();
    assert_eq!(told.load(Ordering::SeqCst), 1, "screens hear of it");
    assert_eq!(server.sheet().state, PriceState::NoKeys);
    server.connect();
    assert_eq!(server.sheet().state, PriceState::Coming, "at once again");
    server.settle();
    let sheet = server.sheet();
    assert_eq!((sheet.state, sheet.is_partial()), (PriceState::Here, false));
    assert_eq!((sheet.cells.len(), sheet.currency.as_str()), (4, "EUR"));
    assert!(sheet.cells.iter().all(|cell| cell.at == Some(START)));
    let stock = sheet.cells[1].figures.as_ref().expect("for sale");
    let chart = stock.chart.as_ref().expect("a chart");
    assert!(
        stock.pieces > 0 && chart.bars.iter().sum::<u64>() > 0,
        "{stock:?}"
    );
    for (age, state, worst) in [
        (30 * DAY - 1, PriceState::Here, Freshness::Fresh),
        (1, PriceState::Coming, Freshness::Stale),
        (30 * DAY, PriceState::Coming, Freshness::Stale),
        (1, PriceState::Coming, Freshness::Expired),
    ] {
        server.clock.advance(age);
        let sheet = server.sheet();
        assert_eq!(sheet.state, state);
        assert_eq!(
            sheet.oldest(),
            Some((START, worst)),
            "it is shown all the same"
        );
    }
    *server.market.silent.lock().expect("a lock") = true;
    server.settle();
    let failed = server.sheet();
    assert_eq!(failed.state, PriceState::Failed);
    assert!(failed.is_partial());
    assert_eq!(failed.cells[0].figures, sheet.cells[0].figures, "it stays");
    assert!(failed.trouble().expect("a reason").again > server.clock.now());
    let detail = server
        .app
        .item_detail(&server.scope(), &ItemKey::part("3001"))
        .expect("known");
    assert_eq!(detail.fetching, PriceState::Failed);
    assert!(detail.is_partial());
    assert!(detail.facts[0].trouble.is_some(), "{:?}", detail.facts);
    assert_eq!(server.settle(), 0, "it is not tried before its time");
    // A person may try at once.
    *server.market.silent.lock().expect("a lock") = false;
    let now = server.app.refresh_now(
        &server.scope(),
        &ItemKey::part("3001"),
        Some(ColorId(5)),
        false,
    );
    let now = now.expect("a refresh");
    assert_eq!(now.failed, 0, "{now:?}");
    assert_eq!(server.sheet().state, PriceState::Here);
}

#[test]
fn what_runs_by_itself_says_what_it_did() {
    // Catalogue may spend ten of twenty-five calls.
    let server = Server::with(CallLimits {
        bricklink: Some(25),
        ..CallLimits::default()
    });
    server.app.plant_starter().expect("planted");
    add_jobs(&server.app, None);
    for job in ["refresh", "reconcile"] {
        let (outcome, said) = server.job(job);
        assert_eq!(outcome, JobOutcome::Done);
        assert!(said.contains("refresh_as"), "{said}");
    }
    add_jobs(&server.app, Some("Nobody's"));
    assert!(server.job("refresh").1.contains("no shop"));
    add_jobs(&server.app, Some("bricks"));
    for job in ["refresh", "reconcile"] {
        let (outcome, said) = server.job(job);
        assert_eq!(outcome, JobOutcome::Done, "{said}");
        assert!(said.starts_with("Nothing is done: "), "{said}");
    }
    assert_eq!(server.calls(), 0);
    server.connect();
    let (outcome, said) = server.job("reconcile");
    assert_eq!(outcome, JobOutcome::Done, "{said}");
    assert!(said.contains("Octarine 9990"), "{said}");
    let colors = server.app.colors(&server.scope()).expect("colours");
    assert!(
        colors.iter().any(|row| row.color.name == "Octarine"),
        "it can be used at once"
    );
    assert_eq!(server.calls(), 2);
    let (outcome, said) = server.job("refresh");
    assert_eq!(outcome, JobOutcome::Done, "{said}");
    assert!(said.contains("items that are due"), "{said}");
    assert_eq!(server.calls(), 10, "its share and no more: {said}");
    // A person still gets an answer.
    let done = server.refresh("3001");
    assert!(done.fetched >= 2, "{done:?}");
}
