//! Settings, alerts and how they leave the machine, measurements: with real commands, real listeners on
//! loopback, and a clock that stands still.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brickops::clock::ManualClock;
use brickops::domain::{
    Alert, AlertKind, Scope, Secret, ShopSettings, TenantId, Timestamp, Topic, UserId,
};
use brickops::error::{Error, Kind};
use brickops::services::alerts::{Courier, Outcome};
use brickops::services::people::Threshold;
use brickops::services::{App, Notice, Setup};
use brickops::store::tables::ShopRecord;
use brickops::store::{Opener, Store};
use brickops::web::courier::{Courier as WebCourier, Ways};
use brickops::web::metrics;
use redb::backends::InMemoryBackend;
use redb::{Database, StorageBackend};

const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);
const PATIENCE: Duration = Duration::from_mins(1);
const MINUTE: i64 = 60_000_000;

/// Hands what it is given to the test.
#[derive(Debug)]
struct Bag {
    given: Mutex<Sender<(Alert, Option<String>)>>,
    answers: Vec<Outcome>,
}

impl Courier for Bag {
    fn deliver(&self, alert: &Alert, webhook: Option<&str>) -> Vec<Outcome> {
        let given = (alert.clone(), webhook.map(str::to_owned));
        self.given
            .lock()
            .expect("a bag")
            .send(given)
            .expect("a test");
        self.answers.clone()
    }
}

fn bag(answers: &[Outcome]) -> (Arc<Bag>, Receiver<(Alert, Option<String>)>) {
    let (given, taken) = channel();
    let answers = answers.to_vec();
    (
        Arc::new(Bag {
            given: Mutex::new(given),
            answers,
        }),
        taken,
    )
}

fn store() -> Store {
    let opener: Opener = Arc::new(|| {
        Ok(Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .expect("a database in memory"))
    });
    Store::open(opener).expect("a store")
}

fn app(store: &Store, clock: &Arc<ManualClock>, courier: Option<Arc<dyn Courier>>) -> App {
    let setup = Setup {
        courier,
        ..Setup::default()
    };
    App::new(store.clone(), Arc::<ManualClock>::clone(clock), setup).expect("an app")
}

fn owner(tenant: u32, clock: &ManualClock) -> Scope {
    use brickops::clock::Clock;
    Scope::owner(TenantId(tenant), UserId(1), clock.now())
}

fn open(app: &App, tenant: u32, name: &str) {
    let scope = Scope::owner(TenantId(tenant), UserId(1), NOW);
    let record = ShopRecord {
        name: name.into(),
        currency: "EUR".into(),
        practice: false,
        created: NOW,
    };
    app.open_shop(&scope, record).expect("a shop");
}

fn door() -> Threshold {
    Threshold {
        uid: 1,
        operator: false,
        station: false,
        key: Secret::new("key"),
        place: "desk".into(),
        shop: None,
    }
}

fn next(taken: &Receiver<(Alert, Option<String>)>) -> (Alert, Option<String>) {
    taken.recv_timeout(PATIENCE).expect("an alert goes out")
}

// ---- settings

#[test]
fn settings_are_kept_and_told() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let app = app(&store, &clock, None);
    open(&app, 1, "Brick Barn");
    open(&app, 2, "Stud Farm");
    let mine = owner(1, &clock);
    assert_eq!(
        app.settings(&mine).expect("settings"),
        ("Brick Barn".into(), ShopSettings::default())
    );
    let (sender, told) = channel();
    app.listen(Box::new(move |notice| {
        if let Notice::Committed(committed) = notice {
            sender.send(committed.changes.clone()).expect("a test");
        }
        true
    }));
    let settings = ShopSettings {
        time_zone: "europe/berlin".into(),
        lock_after: 0,
        webhook: " https://example.org/x ".into(),
        alert_every: 5,
    };
    app.set_settings(&mine, &door(), " Brick  Barn 2 ", settings.clone())
        .expect("set");
    let kept = ShopSettings {
        time_zone: "Europe/Berlin".into(),
        webhook: "https://example.org/x".into(),
        ..settings.clone()
    };
    assert_eq!(
        app.settings(&mine).expect("settings"),
        ("Brick  Barn 2".into(), kept.clone())
    );
    let changes = told.recv_timeout(PATIENCE).expect("a commit");
    assert!(
        changes
            .iter()
            .all(|change| change.tenant == Some(TenantId(1)) && change.topic == Topic::Shop)
    );
    assert!(!changes.is_empty());
    let seq = app.seq().expect("a number");
    app.set_settings(&mine, &door(), "Brick  Barn 2", kept)
        .expect("the same again");
    assert_eq!(
        app.seq().expect("a number"),
        seq,
        "nothing changed, nothing written"
    );
    assert_eq!(
        app.settings(&owner(2, &clock)).expect("settings").1,
        ShopSettings::default()
    );
    let other = app.shop_record(&owner(2, &clock)).expect("a shop");
    assert_eq!(other.name, "Stud Farm");
    assert_eq!(app.check().expect("a check").problems, []);
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let app = app(&store, &clock, None);
    open(&app, 1, "Brick Barn");
    open(&app, 2, "Stud Färm");
    let mine = owner(1, &clock);
    let seq = app.seq().expect("a number");
    let refused = |name: &str, change: fn(&mut ShopSettings)| {
        let mut settings = ShopSettings::default();
        change(&mut settings);
        let error = app
            .set_settings(&mine, &door(), name, settings)
            .expect_err("refused");
        assert!(error.message.ends_with('.'), "{error}");
        error.kind
    };
    assert_eq!(
        refused("stud FÄRM", |_| {}),
        Kind::Conflict,
        "whatever the case"
    );
    assert_eq!(refused(" ", |_| {}), Kind::Invalid);
    assert_eq!(refused("x", |s| s.time_zone = "Mars".into()), Kind::Invalid);
    assert_eq!(refused("x", |s| s.lock_after = 721), Kind::Invalid);
    assert_eq!(refused("x", |s| s.alert_every = 0), Kind::Invalid);
    assert_eq!(
        refused("x", |s| s.webhook = "https://u:p@example.org".into()),
        Kind::Invalid
    );
    assert_eq!(app.seq().expect("a number"), seq);
    // Its own name in other letters is nobody else's.
    app.set_settings(&mine, &door(), "BRICK BARN", ShopSettings::default())
        .expect("set");
}

// ---- alerts

#[test]
fn an_alert_is_told_once_within_its_time_also_after_a_restart() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let (courier, taken) = bag(&[Ok("command: ran".into())]);
    let first = app(&store, &clock, Some(courier));
    open(&first, 1, "Brick Barn");
    open(&first, 2, "Stud Farm");
    let settings = ShopSettings {
        alert_every: 10,
        webhook: "https://a.example/".into(),
        ..ShopSettings::default()
    };
    first
        .set_settings(&owner(1, &clock), &door(), "Brick Barn", settings)
        .expect("set");
    first.alert(
        Some(TenantId(1)),
        AlertKind::BackupOld,
        "The backup is\u{1b}[2J 9 days old.",
    );
    let (alert, webhook) = next(&taken);
    assert_eq!(
        (alert.kind, alert.shop.as_str(), alert.held_back),
        (AlertKind::BackupOld, "Brick Barn", 0)
    );
    assert_eq!(alert.message, "The backup is[2J 9 days old.");
    assert_eq!(webhook.as_deref(), Some("https://a.example/"));
    for _ in 0..3 {
        clock.advance(MINUTE);
        first.alert(Some(TenantId(1)), AlertKind::BackupOld, "again");
    }
    // Another kind and another shop are other alerts. They come out after what was held back.
    first.alert(Some(TenantId(1)), AlertKind::SyncFailed, "sync");
    assert_eq!(next(&taken).0.kind, AlertKind::SyncFailed);
    first.alert(Some(TenantId(2)), AlertKind::BackupOld, "other");
    let (alert, webhook) = next(&taken);
    assert_eq!((alert.shop.as_str(), webhook), ("Stud Farm", None));
    drop(first);
    assert!(taken.try_recv().is_err(), "nothing else went out");

    let (courier, taken) = bag(&[Ok("command: ran".into())]);
    let second = app(&store, &clock, Some(courier));
    second.alert(Some(TenantId(1)), AlertKind::BackupOld, "after a restart");
    // One microsecond too early, then on time.
    clock.advance(7 * MINUTE - 1);
    second.alert(Some(TenantId(1)), AlertKind::BackupOld, "too early");
    clock.advance(1);
    second.alert(Some(TenantId(1)), AlertKind::BackupOld, "on time");
    let (alert, _) = next(&taken);
    assert_eq!((alert.message.as_str(), alert.held_back), ("on time", 5));
    // A clock that was set back must not keep alerts away.
    clock.advance(-60 * MINUTE);
    second.alert(Some(TenantId(1)), AlertKind::BackupOld, "back");
    let (alert, _) = next(&taken);
    assert_eq!((alert.message.as_str(), alert.held_back), ("back", 0));
}

#[test]
fn what_concerns_all_is_told_to_every_shop() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let (courier, taken) = bag(&[]);
    let app = app(&store, &clock, Some(courier));
    open(&app, 1, "Brick Barn");
    open(&app, 7, "Stud Farm");
    app.alert(None, AlertKind::BackupOld, "old");
    let shops = [next(&taken).0.shop, next(&taken).0.shop];
    assert_eq!(shops, ["Brick Barn", "Stud Farm"]);
}

/// A courier that stays away until it is let go.
#[derive(Debug)]
struct Slow {
    at_work: Mutex<Sender<()>>,
    go: Mutex<Receiver<()>>,
    done: Mutex<u32>,
}

impl Courier for Slow {
    fn deliver(&self, _: &Alert, _: Option<&str>) -> Vec<Outcome> {
        let _ = self.at_work.lock().expect("a lock").send(());
        let _ = self.go.lock().expect("a lock").recv_timeout(PATIENCE);
        *self.done.lock().expect("a lock") += 1;
        vec![Err("command: it failed".into())]
    }
}

#[test]
fn nobody_waits_for_the_courier_and_too_many_are_let_go() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let (at_work, working) = channel();
    let (go, going) = channel();
    let slow = Arc::new(Slow {
        at_work: Mutex::new(at_work),
        go: Mutex::new(going),
        done: Mutex::new(0),
    });
    let courier: Arc<dyn Courier> = Arc::<Slow>::clone(&slow);
    let app = app(&store, &clock, Some(courier));
    for tenant in 1..=200 {
        open(&app, tenant, &format!("Shop {tenant}"));
    }
    for tenant in 1..=200 {
        // Returns although the first delivery does not end.
        app.alert(Some(TenantId(tenant)), AlertKind::SyncFailed, "x");
        if tenant == 1 {
            working
                .recv_timeout(PATIENCE)
                .expect("the first is on its way");
        }
    }
    app.open_shop(
        &owner(1, &clock),
        app.shop_record(&owner(1, &clock)).expect("a shop"),
    )
    .expect("the store is free meanwhile");
    for _ in 0..200 {
        go.send(()).expect("a courier");
    }
    drop(app);
    // One on its way, 64 waiting; the end waited for all of them.
    assert_eq!(*slow.done.lock().expect("a lock"), 65);
}

#[test]
fn a_check_that_finds_something_alerts() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let (courier, taken) = bag(&[Ok("webhook: 204".into())]);
    let app = app(&store, &clock, Some(courier));
    open(&app, 1, "Brick Barn");
    let mine = owner(1, &clock);
    assert!(app.check_shop(&mine).expect("a check").problems.is_empty());
    assert!(app.check().expect("a check").problems.is_empty());
    // An order that was promised pieces nobody has.
    let scope = mine;
    store
        .write(move |_| {
            let mut batch = brickops::store::Batch::new();
            let bad = ShopSettings {
                time_zone: "Mars".into(),
                ..ShopSettings::default()
            };
            batch.put_settings(&scope, bad);
            Ok(brickops::store::Decided::new((), batch))
        })
        .expect("damage");
    assert_eq!(app.check_shop(&mine).expect("a check").problems.len(), 1);
    let (alert, _) = next(&taken);
    assert_eq!(
        (alert.kind, alert.shop.as_str()),
        (AlertKind::CheckFailed, "Brick Barn")
    );
    clock.advance(61 * MINUTE);
    assert_eq!(app.check().expect("a check").problems.len(), 1);
    let (alert, _) = next(&taken);
    assert_eq!((alert.kind, alert.held_back), (AlertKind::CheckFailed, 0));
}

#[test]
fn a_test_says_what_came_of_each_way_and_not_too_often() {
    let (store, clock) = (store(), ManualClock::at(NOW));
    let failed = Err("webhook: answered 500".into());
    let (courier, taken) = bag(&[Ok("command: ran".into()), failed]);
    let some = app(&store, &clock, Some(courier));
    open(&some, 1, "Brick Barn");
    let said = some.test_alert(&owner(1, &clock), &door()).expect("a test");
    assert_eq!(said, "command: ran; webhook: answered 500.");
    assert_eq!(next(&taken).0.kind, AlertKind::Test);
    clock.advance(4_000_001);
    let error = some
        .test_alert(&owner(1, &clock), &door())
        .expect_err("too soon");
    assert_eq!(
        (error.kind, error.retry_after),
        (Kind::RateLimited, Some(6))
    );
    assert!(taken.try_recv().is_err());
    clock.advance(6_000_000);
    some.test_alert(&owner(1, &clock), &door()).expect("a test");
    clock.advance(10_000_000);
    let none = app(&store, &clock, None);
    let said = none.test_alert(&owner(1, &clock), &door()).expect("a test");
    assert!(said.starts_with("No way is set up: "), "{said}");
    let (courier, _taken) = bag(&[]);
    clock.advance(10_000_000);
    let empty = app(&store, &clock, Some(courier));
    let said = empty
        .test_alert(&owner(1, &clock), &door())
        .expect("a test");
    assert!(said.starts_with("No way is set up: "), "{said}");
}

// ---- the courier

fn alert() -> Alert {
    Alert {
        kind: AlertKind::BackupOld,
        shop: "Brick \"Barn\"".into(),
        message: "The backup is old.".into(),
        held_back: 2,
    }
}

fn script(dir: &Path, text: &str) -> Vec<String> {
    let path = dir.join("notify");
    // Run by sh, so that nothing that was just written is executed itself.
    std::fs::write(&path, text).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a script");
    vec!["/bin/sh".into(), path.to_str().expect("UTF-8").into()]
}

fn ways(command: Vec<String>) -> Ways {
    Ways {
        command,
        environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        ..Ways::default()
    }
}

#[test]
fn a_command_gets_the_alert_as_json_and_a_bare_environment() {
    let dir = tempfile::tempdir().expect("a directory");
    let to = dir.path().join("got");
    let text = format!(
        "read -r line; printf '%s\\n' \"$line\" > {0}.json; cat >> {0}.json; env > {0}.env; pwd > {0}.pwd\n",
        to.display()
    );
    let courier = WebCourier::new(ways(script(dir.path(), &text)));
    assert_eq!(
        courier.deliver(&alert(), None),
        [Ok("command: ran".to_owned())]
    );
    let read = |end: &str| std::fs::read_to_string(to.with_extension(end)).expect("written");
    let json: serde_json::Value = serde_json::from_str(&read("json")).expect("JSON");
    let expected = serde_json::json!({
        "kind": "backup-old", "shop": "Brick \"Barn\"", "message": "The backup is old.", "held_back": 2
    });
    assert_eq!(json, expected);
    let names: Vec<String> = read("env")
        .lines()
        .filter_map(|line| line.split('=').next().map(str::to_owned))
        // The shell's own.
        .filter(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(&name.as_str()))
        .collect();
    assert_eq!(names, ["PATH"]);
    assert_eq!(read("pwd"), "/\n");
}

#[test]
fn commands_that_fail_hang_or_are_not_there() {
    let dir = tempfile::tempdir().expect("a directory");
    let say = |ways: Ways| {
        let mut outcomes = WebCourier::new(ways).deliver(&alert(), None);
        outcomes.remove(0).expect_err("it failed")
    };
    assert_eq!(
        say(ways(script(dir.path(), "exit 3\n"))),
        "command: ended with exit code 3"
    );
    assert_eq!(
        say(ways(script(dir.path(), "kill -9 $$\n"))),
        "command: ended by signal 9"
    );
    let said = say(ways(vec!["/no/such/program".into()]));
    assert!(said.starts_with("command: it cannot be started"), "{said}");
    // It waits for a child of its own, which is ended with it: otherwise the pipe would stay open.
    let (reading, writing) = std::io::pipe().expect("a pipe");
    let path = format!(
        "/proc/{}/fd/{}",
        std::process::id(),
        std::os::fd::AsRawFd::as_raw_fd(&writing)
    );
    let text = format!("exec 3> {path}; echo on >&3; sleep 600 & wait\n");
    let hangs = Ways {
        patience: Duration::from_millis(500),
        ..ways(script(dir.path(), &text))
    };
    assert_eq!(say(hangs), "command: ended by force after 0.5 s");
    drop(writing);
    let mut all = String::new();
    let mut reading = reading;
    reading
        .read_to_string(&mut all)
        .expect("nobody holds it any more");
    assert!(all == "on\n" || all.is_empty(), "{all}");
    assert!(
        WebCourier::new(ways(Vec::new()))
            .deliver(&alert(), None)
            .is_empty()
    );
}

/// Takes one connection; gives the request's head and body, and answers.
fn listener(answer: Option<&'static str>) -> (SocketAddr, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, got) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).expect("a line") == 0 {
                return;
            }
        }
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")
                    .map(|n| n.trim().parse().expect("a number"))
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        sender
            .send((head, String::from_utf8(body).expect("UTF-8")))
            .expect("a test");
        match answer {
            Some(answer) => stream.write_all(answer.as_bytes()).expect("answered"),
            // Says nothing until the other side gives up.
            None => {
                let _ = stream.read(&mut [0; 1]);
            }
        }
    });
    (address, got)
}

fn post(courier: &WebCourier, address: &str) -> Outcome {
    let mut outcomes = courier.deliver(&alert(), Some(address));
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

#[test]
fn a_webhook_gets_the_alert_by_post() {
    let courier = WebCourier::new(Ways::default());
    let (address, got) = listener(Some("HTTP/1.1 204 No Content\r\n\r\n"));
    assert_eq!(
        post(&courier, &format!("http://{address}/hook?key=s3cret")),
        Ok("webhook: 204".into())
    );
    let (head, body) = got.recv_timeout(PATIENCE).expect("a request");
    assert!(
        head.starts_with("POST /hook?key=s3cret HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.to_lowercase()
            .contains("content-type: application/json"),
        "{head}"
    );
    let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(
        (&json["kind"], &json["held_back"]),
        (&"backup-old".into(), &2.into())
    );
    // The same courier again, on another connection.
    let (address, _got) = listener(Some("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"));
    assert_eq!(
        post(&courier, &format!("http://{address}/")),
        Ok("webhook: 200".into())
    );
}

#[test]
fn webhooks_that_refuse_hang_lead_away_or_are_not_there() {
    let courier = WebCourier::new(Ways::default());
    let said = |address: SocketAddr| {
        post(&courier, &format!("http://{address}/path?key=s3cret")).expect_err("failed")
    };
    let (address, _got) = listener(Some("HTTP/1.1 500 Oh\r\ncontent-length: 0\r\n\r\n"));
    assert_eq!(said(address), "webhook: answered 500");
    let (elsewhere, not_asked) = listener(Some("HTTP/1.1 200 OK\r\n\r\n"));
    let away =
        format!("HTTP/1.1 302 Found\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let (address, _got) = listener(Some(Box::leak(away.into_boxed_str())));
    assert!(
        said(address).starts_with("webhook: answered 302"),
        "not followed"
    );
    assert!(not_asked.try_recv().is_err());
    let hasty = WebCourier::new(Ways {
        patience: Duration::from_millis(500),
        ..Ways::default()
    });
    let (address, _got) = listener(None);
    assert_eq!(
        post(&hasty, &format!("http://{address}/path?key=s3cret")),
        Err(format!("webhook: {address} gave no answer within 0.5 s"))
    );
    let nobody = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    assert_eq!(said(nobody), format!("webhook: {nobody} cannot be reached"));
    let (address, _got) = listener(Some("nonsense\r\n\r\n"));
    let said = said(address);
    assert!(
        said.starts_with("webhook: ") && !said.contains("s3cret") && !said.contains("path"),
        "{said}"
    );
    let odd = post(&courier, "http://[broken").expect_err("no address");
    assert!(odd.starts_with("webhook: "), "{odd}");
}

#[test]
fn offline_nothing_leaves_and_the_outcome_says_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let (address, got) = listener(Some("HTTP/1.1 200 OK\r\n\r\n"));
    let ways = Ways {
        offline: true,
        ..ways(script(dir.path(), "exit 0\n"))
    };
    let outcomes = WebCourier::new(ways).deliver(&alert(), Some(&format!("http://{address}/")));
    assert_eq!(
        outcomes[0],
        Ok("command: ran".into()),
        "a command stays on the machine"
    );
    let said = outcomes[1].as_ref().expect_err("not sent");
    assert!(said.contains("switched off"), "{said}");
    assert!(got.try_recv().is_err());
}

/// As in the server: called from within a runtime's own thread.
#[test]
fn a_webhook_is_posted_from_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let (address, _got) = listener(Some("HTTP/1.1 204 No Content\r\n\r\n"));
    let courier = WebCourier::new(Ways::default());
    let outcome = runtime.block_on(async { post(&courier, &format!("http://{address}/")) });
    assert_eq!(outcome, Ok("webhook: 204".into()));
}

// ---- measurements

fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    .expect("asked");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

/// The value of a line, by its name and labels.
fn value(page: &str, line: &str) -> Option<f64> {
    page.lines()
        .find_map(|l| l.strip_prefix(line)?.trim().parse().ok())
}

#[test]
fn what_is_measured_can_be_read_on_loopback() {
    let handle = metrics::install().expect("a recorder");
    metrics::install().expect("and again");
    let (store, clock) = (store(), ManualClock::at(NOW));
    let app = Arc::new(app(&store, &clock, None));
    open(&app, 1, "Brick Barn");
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let serving = handle.serve(any, &app, || 3).expect("it listens");
    let (head, body) = get(serving.address(), "/health");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let seq = app.seq().expect("a number");
    assert_eq!(body, format!("{{\"seq\":{seq},\"status\":\"ok\"}}"));

    // As the desk does it, and a commit.
    ::metrics::histogram!("brickops_request_seconds", "verb" => "open", "outcome" => "OK")
        .record(0.000_7);
    open(&app, 1, "Brick Barn 2");
    clock.advance(90_000_000);
    WebCourier::new(Ways {
        command: vec!["/no/such".into()],
        ..Ways::default()
    })
    .deliver(&alert(), None);
    let (head, page) = get(serving.address(), "/metrics");
    assert!(
        head.starts_with("HTTP/1.1 200 OK") && head.contains("text/plain; version=0.0.4"),
        "{head}"
    );
    let below = |le: &str| {
        value(
            &page,
            &format!("brickops_request_seconds_bucket{{verb=\"open\",outcome=\"OK\",le=\"{le}\"}}"),
        )
    };
    assert_eq!(
        (below("0.0005"), below("0.001"), below("+Inf")),
        (Some(0.0), Some(1.0), Some(1.0)),
        "{page}"
    );
    assert_eq!(value(&page, "brickops_clients"), Some(3.0), "{page}");
    assert_eq!(value(&page, "brickops_up_seconds"), Some(90.0), "{page}");
    assert!(
        value(&page, "brickops_commits_total") >= Some(1.0),
        "{page}"
    );
    let alerts = value(
        &page,
        "brickops_alerts_total{kind=\"backup-old\",outcome=\"failed\"}",
    );
    assert!(alerts >= Some(1.0), "{page}");
    let (head, _) = get(serving.address(), "/other");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");

    let taken = handle
        .serve(serving.address(), &app, || 0)
        .expect_err("it is taken");
    assert_eq!(taken.kind, Kind::Conflict);
    assert!(taken.message.contains("everything else goes on"), "{taken}");
    let wide = handle.serve("0.0.0.0:0".parse().expect("an address"), &app, || 0);
    assert_eq!(wide.expect_err("too wide").kind, Kind::Invalid);
    let away = handle.serve("[::1]:1".parse().expect("an address"), &app, || 0);
    if let Err(e) = away {
        assert!(e.message.ends_with("goes on."), "{e}");
    }
    // It does not keep the app alive, and says so.
    drop(app);
    let (head, body) = get(serving.address(), "/health");
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    assert!(body.contains("\"status\":\"failed\""), "{body}");
    let address = serving.address();
    drop(serving);
    assert!(
        TcpStream::connect(address).is_err(),
        "nobody listens any more"
    );
}

/// A disk that fails when it is told to.
#[derive(Debug)]
struct Disk {
    inner: InMemoryBackend,
    fails: Arc<AtomicBool>,
}

impl Disk {
    fn well(&self) -> std::io::Result<()> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(std::io::Error::from_raw_os_error(5));
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> std::io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        self.well()?;
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.well()?;
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> std::io::Result<()> {
        self.well()?;
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.well()?;
        self.inner.write(offset, data)
    }
}

#[test]
fn a_store_that_cannot_be_read_is_not_healthy() {
    let fails = Arc::new(AtomicBool::new(false));
    let broken = Arc::clone(&fails);
    let opener: Opener = Arc::new(move || {
        if broken.load(Ordering::SeqCst) {
            return Err(Error::storage("The disk is gone."));
        }
        let disk = Disk {
            inner: InMemoryBackend::new(),
            fails: Arc::clone(&broken),
        };
        Ok(Database::builder()
            .create_with_backend(disk)
            .expect("a database"))
    });
    let store = Store::open(opener).expect("a store");
    let clock = ManualClock::at(NOW);
    let app = Arc::new(app(&store, &clock, None));
    let serving = metrics::install()
        .expect("a recorder")
        .serve("127.0.0.1:0".parse().expect("an address"), &app, || 0)
        .expect("it listens");
    let health = || get(serving.address(), "/health");
    assert!(health().0.starts_with("HTTP/1.1 200"));
    fails.store(true, Ordering::SeqCst);
    let scope = owner(1, &clock);
    app.shop_record(&scope).expect_err("it cannot be written");
    let (head, body) = health();
    assert!(head.starts_with("HTTP/1.1 503"), "{head}");
    assert_eq!(
        body,
        "{\"message\":\"The disk is gone.\",\"status\":\"failed\"}"
    );
    fails.store(false, Ordering::SeqCst);
    assert!(health().0.starts_with("HTTP/1.1 200"), "and heals");
}
