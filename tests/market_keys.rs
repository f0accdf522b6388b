//! Connecting a marketplace: who may, what is kept, what is shown, and what the master key is for.

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use brickops::clock::{Clock, ManualClock};
use brickops::domain::market::{
    Class, Failure, KeyState, MarketKeys, MarketRow, Purpose, Service, StoreFacts,
};
use brickops::domain::time::SECOND;
use brickops::domain::{AuditKind, AuditQuery, Marketplace, Role, Scope, Secret, Timestamp};
use brickops::entropy::{CountingEntropy, Entropy, SystemEntropy};
use brickops::error::Kind;
use brickops::market::{Gate, Outcome};
use brickops::services::keys::{Connector, MasterSource};
use brickops::services::people::{AccountDraft, Entry, Threshold};
use brickops::services::{App, Hashing, Outside, Setup};
use brickops::store::Store;

const START: Timestamp = Timestamp::from_seconds(1_763_600_000);
const LINK: Marketplace = Marketplace::BrickLink;
const OWL: Marketplace = Marketplace::BrickOwl;
const KEYS: [&str; 4] = [
    "KNOWNCONSUMERKEY0000000000000001",
    "KNOWNCONSUMERSECRET0000000000002",
    "KNOWNTOKEN0000000000000000000003",
    "KNOWNTOKENSECRET0000000000000004",
];
const OWL_KEY: &str = "KNOWNOWLKEY000000000000000000005";

type Said = Result<StoreFacts, Failure>;

/// A marketplace that answers what was written for it, and remembers which keys it saw.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<Said>>,
    seen: Mutex<Vec<Vec<String>>>,
}

impl Connector for Scripted {
    fn who(&self, keys: &MarketKeys, gate: Arc<dyn Gate>) -> Result<StoreFacts, Box<Failure>> {
        let open = gate.enter(keys.market().into(), Purpose::Person)?;
        let values = keys
            .values()
            .iter()
            .map(|v| v.reveal().to_owned())
            .collect();
        self.seen.lock().expect("a lock").push(values);
        let answer = self.answers.lock().expect("a lock").pop_front();
        let answer = answer.expect("an answer was written");
        let outcome = match &answer {
            Ok(_) => Outcome::Answered,
            Err(failure) => Outcome::Failed(failure.class),
        };
        gate.leave(open, outcome);
        answer.map_err(Box::new)
    }
}

struct Server {
    dir: tempfile::TempDir,
    clock: Arc<ManualClock>,
    market: Arc<Scripted>,
    app: App,
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

fn facts() -> StoreFacts {
    StoreFacts {
        user: "ana_bricks".into(),
        store: "Bricks".into(),
        currency: "EUR".into(),
        open: Some(true),
    }
}

fn values(keys: &[&str]) -> Vec<Secret> {
    keys.iter().map(|key| Secret::new(*key)).collect()
}

fn start(
    dir: &Path,
    clock: &Arc<ManualClock>,
    market: &Arc<Scripted>,
    entropy: Arc<dyn Entropy>,
    master: MasterSource,
) -> App {
    let store = Store::open_dir(&dir.join("data")).expect("a store");
    let outside = Outside {
        master,
        connector: Some(Arc::<Scripted>::clone(market)),
        ..Outside::default()
    };
    let setup = Setup {
        entropy,
        hashing: Hashing::CHEAP,
        outside,
        ..Setup::default()
    };
    App::new(
        store,
        Arc::<ManualClock>::clone(clock) as Arc<dyn Clock>,
        setup,
    )
    .expect("an app")
}

impl Server {
    /// A server with the shop "Bricks".
    fn new() -> (Self, Entry) {
        let dir = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::at(START);
        let market = Arc::<Scripted>::default();
        let master = MasterSource::File(dir.path().join("config").join("master.key"));
        let entropy = Arc::new(SystemEntropy);
        let app = start(dir.path(), &clock, &market, entropy, master);
        let server = Self {
            dir,
            clock,
            market,
            app,
        };
        let entry = server.open("Bricks", "ana@example.org");
        (server, entry)
    }

    fn open(&self, shop: &str, email: &str) -> Entry {
        let draft = AccountDraft {
            shop: shop.into(),
            email: email.into(),
            name: String::new(),
            password: Secret::new("correct horse"),
            currency: "EUR".into(),
            time_zone: "UTC".into(),
            practice: false,
        };
        self.app.open_account(&door(), draft).expect("an account").0
    }

    fn key_file(&self) -> PathBuf {
        self.dir.path().join("config").join("master.key")
    }

    /// The process ends and starts again, with another master key perhaps.
    fn again(self, master: Option<MasterSource>) -> Self {
        let Self {
            dir,
            clock,
            market,
            app,
        } = self;
        drop(app);
        let master =
            master.unwrap_or_else(|| MasterSource::File(dir.path().join("config/master.key")));
        let entropy = Arc::new(SystemEntropy);
        let app = start(dir.path(), &clock, &market, entropy, master);
        Self {
            dir,
            clock,
            market,
            app,
        }
    }

    fn scope(&self, entry: &Entry) -> Scope {
        Scope {
            confirmed: true,
            ..self.app.scope(entry).expect("signed in")
        }
    }

    fn connect(&self, entry: &Entry) {
        let scope = self.scope(entry);
        let connect = |market, keys: &[&str]| {
            self.app
                .connect_market(&scope, &door(), market, &values(keys))
                .expect("kept");
        };
        connect(LINK, &KEYS);
        connect(OWL, &[OWL_KEY]);
    }

    fn row(&self, entry: &Entry, market: Marketplace) -> MarketRow {
        let rows = self.app.markets(&self.scope(entry)).expect("marketplaces");
        let mut rows = rows.into_iter().filter(|row| row.market == market);
        rows.next().expect("a row")
    }

    fn says(&self, answer: Said) {
        self.market
            .answers
            .lock()
            .expect("a lock")
            .push_back(answer);
    }

    fn opened(&self, entry: &Entry, market: Marketplace) -> Result<Vec<String>, Class> {
        self.app
            .market_keys(self.scope(entry).tenant, market)
            .map(|opened| {
                let values = opened.keys.values();
                values.iter().map(|v| v.reveal().to_owned()).collect()
            })
            .map_err(|failure| failure.class)
    }
}

/// Every file below a directory that holds any piece of a known key.
fn holding(dir: &Path, texts: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, texts));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let has = |text: &&str| {
            let text = text.as_bytes();
            bytes.windows(text.len()).any(|window| window == text)
        };
        if texts.iter().any(has) {
            found.push(path);
        }
    }
    found
}

#[test]
fn keys_are_kept_sealed_and_shown_masked() {
    let (server, ana) = Server::new();
    assert_eq!(server.row(&ana, LINK).state, KeyState::None);
    server.connect(&ana);
    let row = server.row(&ana, LINK);
    assert_eq!((row.state, row.enabled), (KeyState::Untested, true));
    assert_eq!(row.hints, ["…0001", "set", "…0003", "set"]);
    assert_eq!((row.entered, row.by.as_str()), (Some(START), "ana"));
    assert_eq!(server.opened(&ana, LINK).expect("keys"), KEYS);
    assert_eq!(server.opened(&ana, OWL).expect("a key"), [OWL_KEY]);
    let mode = fs::metadata(server.key_file()).expect("made").permissions();
    assert_eq!(
        mode.mode() & 0o777,
        0o600,
        "made when the account was opened"
    );
    let server = server.again(None);
    assert_eq!(server.opened(&ana, LINK).expect("after a restart"), KEYS);
    let texts = [&KEYS[..], &[OWL_KEY]].concat();
    let dir = server.dir.path().to_owned();
    assert_eq!(
        holding(&dir, &texts),
        Vec::<PathBuf>::new(),
        "nowhere on disk"
    );
    drop(server.app);
    assert_eq!(holding(&dir, &texts), Vec::<PathBuf>::new());
}

#[test]
fn a_test_says_who_one_is_and_what_to_do_if_not() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let scope = server.scope(&ana);
    server.says(Ok(facts()));
    let test = server.app.test_market(&scope, LINK).expect("a test");
    assert_eq!(
        test.text,
        "BrickLink answers as ana_bricks, store Bricks, prices in EUR; 4999 calls left today."
    );
    let row = server.row(&ana, LINK);
    assert_eq!(
        (row.state, row.test.as_ref()),
        (KeyState::Valid, Some(&test))
    );
    assert_eq!(row.budget.expect("a budget").used, 1);
    let mut failure = Failure::new(
        Service::BrickLink,
        Class::Keys,
        "BrickLink refuses the keys.",
    );
    failure.raw = "TOKEN_IP_MISMATCHED: consumer: X IP: 203.0.113.9".into();
    server.says(Err(failure));
    let test = server.app.test_market(&scope, LINK).expect("a test");
    assert!(test.advice.contains("203.0.113.9"), "{test:?}");
    assert_eq!(server.row(&ana, LINK).state, KeyState::Failing);
    let server = server.again(None);
    let row = server.row(&ana, LINK);
    assert_eq!(row.state, KeyState::Failing, "it is remembered");
    assert_eq!(row.budget.expect("a budget").used, 2);
    assert_eq!(*server.market.seen.lock().expect("a lock"), [KEYS, KEYS]);
}

#[test]
fn changed_keys_count_at_once_and_what_is_off_is_not_used() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let (scope, door) = (server.scope(&ana), door());
    assert_eq!(
        server.opened(&ana, OWL).expect("held from now on"),
        [OWL_KEY]
    );
    let other = "ANOTHEROWLKEY0000000000000000006";
    let app = &server.app;
    app.connect_market(&scope, &door, OWL, &values(&[other]))
        .expect("replaced");
    assert_eq!(server.opened(&ana, OWL).expect("the new one"), [other]);
    app.enable_market(&scope, &door, OWL, false).expect("off");
    assert_eq!(server.opened(&ana, OWL), Err(Class::NoKeys));
    assert!(!server.row(&ana, OWL).enabled);
    app.enable_market(&scope, &door, OWL, true).expect("on");
    assert_eq!(server.opened(&ana, OWL).expect("again"), [other]);
    app.remove_market(&scope, &door, OWL).expect("removed");
    assert_eq!(server.opened(&ana, OWL), Err(Class::NoKeys));
    assert_eq!(server.row(&ana, OWL).state, KeyState::None);
    let e = app.remove_market(&scope, &door, OWL).expect_err("gone");
    assert_eq!(e.kind, Kind::NotFound);
    let query = AuditQuery {
        kinds: vec![AuditKind::CredentialChanged],
        ..AuditQuery::default()
    };
    let page = app.audit(&scope, &door, &query, None, 100, false);
    let said: Vec<String> = page
        .expect("the audit log")
        .entries
        .into_iter()
        .map(|entry| entry.detail)
        .collect();
    assert_eq!(
        said,
        [
            "keys of BrickOwl removed",
            "keys of BrickOwl switched on",
            "keys of BrickOwl switched off",
            "keys of BrickOwl replaced",
            "keys of BrickOwl connected",
            "keys of BrickLink connected",
        ]
    );
}

#[test]
fn only_owners_who_gave_their_password_and_nobody_of_another_shop() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let bea = server.open("Plates", "bea@example.org");
    assert_eq!(server.row(&bea, LINK).state, KeyState::None);
    assert_eq!(server.opened(&bea, LINK), Err(Class::NoKeys));
    let mut scope = server.scope(&ana);
    scope.confirmed = false;
    let e = server
        .app
        .connect_market(&scope, &door(), OWL, &values(&[OWL_KEY]));
    assert_eq!(e.expect_err("the password").kind, Kind::Unconfirmed);
    for role in [Role::Manager, Role::Picker, Role::Cashier, Role::Viewer] {
        let scope = Scope {
            role: Some(role),
            ..server.scope(&ana)
        };
        let (app, door) = (&server.app, door());
        let kinds = [
            app.markets(&scope).map(drop),
            app.connect_market(&scope, &door, OWL, &values(&[OWL_KEY])),
            app.test_market(&scope, LINK).map(drop),
            app.enable_market(&scope, &door, LINK, false),
            app.remove_market(&scope, &door, LINK),
        ]
        .map(|outcome| outcome.expect_err("refused").kind);
        assert_eq!(kinds, [Kind::Forbidden; 5], "{role:?}");
    }
    let guest = Threshold {
        operator: false,
        ..door()
    };
    let e = server.app.rotate_master(&guest).expect_err("refused");
    assert_eq!(e.kind, Kind::Forbidden);
}

#[test]
fn a_missing_or_wrong_master_key_loses_nothing() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let (file, aside) = (server.key_file(), server.dir.path().join("aside"));
    fs::rename(&file, &aside).expect("put aside");
    let server = server.again(None);
    assert_eq!(server.opened(&ana, LINK), Err(Class::NoKeys));
    let row = server.row(&ana, LINK);
    let locked = row.locked.expect("it is said");
    assert!(
        locked.contains("is missing") && locked.contains("Nothing is lost"),
        "{locked}"
    );
    let scope = server.scope(&ana);
    let e = server
        .app
        .connect_market(&scope, &door(), OWL, &values(&[OWL_KEY]));
    assert_eq!(e.expect_err("no key").kind, Kind::Storage);
    assert!(server.app.rotate_master(&door()).is_err());
    fs::write(&file, "00".repeat(32)).expect("another key");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("set");
    let locked = server.row(&ana, LINK).locked.expect("it is said");
    assert!(locked.contains("is not the one"), "{locked}");
    fs::rename(&aside, &file).expect("put back");
    assert_eq!(server.opened(&ana, LINK).expect("all there"), KEYS);
    assert_eq!(server.row(&ana, LINK).locked, None);
    assert_eq!(
        server
            .app
            .forget_master(&door())
            .expect_err("it is there")
            .kind,
        Kind::Conflict
    );
}

#[test]
fn a_lost_master_key_can_be_given_up() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    fs::remove_file(server.key_file()).expect("lost");
    let server = server.again(None);
    assert_eq!(server.app.forget_master(&door()).expect("given up"), 2);
    assert_eq!(server.row(&ana, LINK).state, KeyState::None);
    server.connect(&ana);
    assert_eq!(server.opened(&ana, LINK).expect("keys"), KEYS);
}

#[test]
fn a_rotation_seals_everything_anew() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let bea = server.open("Plates", "bea@example.org");
    let scope = server.scope(&bea);
    let bea_key = "ANOTHEROWLKEY0000000000000000006";
    let app = &server.app;
    app.connect_market(&scope, &door(), OWL, &values(&[bea_key]))
        .expect("kept");
    let before = fs::read(server.key_file()).expect("a key");
    assert_eq!(app.rotate_master(&door()).expect("rotated"), 3);
    assert_ne!(fs::read(server.key_file()).expect("a key"), before);
    assert_eq!(server.opened(&ana, LINK).expect("keys"), KEYS);
    let server = server.again(None);
    assert_eq!(server.opened(&ana, LINK).expect("keys"), KEYS);
    assert_eq!(server.opened(&bea, OWL).expect("a key"), [bea_key]);
    // The old key opens nothing any more.
    fs::write(server.key_file(), &before).expect("the old key");
    assert_eq!(server.again(None).opened(&ana, LINK), Err(Class::NoKeys));
}

#[test]
fn a_passphrase_or_a_credential_does_as_well() {
    let (server, _) = Server::new();
    let dir = tempfile::tempdir().expect("a folder");
    let credential = dir.path().join("brickops-master-key");
    fs::write(&credential, format!("{}\n", "5A".repeat(32))).expect("written");
    fs::set_permissions(&credential, fs::Permissions::from_mode(0o400)).expect("set");
    drop(server);
    for master in [
        MasterSource::Credential(credential, None),
        MasterSource::Passphrase(Secret::new("studs and tubes"), None),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let (clock, market) = (ManualClock::at(START), Arc::<Scripted>::default());
        let entropy = Arc::new(CountingEntropy::default());
        let app = start(dir.path(), &clock, &market, entropy, master.clone());
        let server = Server {
            dir,
            clock,
            market,
            app,
        };
        let ana = server.open("Bricks", "ana@example.org");
        server.connect(&ana);
        let server = server.again(Some(master));
        assert_eq!(server.opened(&ana, LINK).expect("keys"), KEYS);
        let e = server.app.rotate_master(&door()).expect_err("the same");
        assert!(e.message.contains("still the same"), "{e}");
        let wrong = MasterSource::Passphrase(Secret::new("wrong"), None);
        let server = server.again(Some(wrong));
        assert_eq!(server.opened(&ana, LINK), Err(Class::NoKeys));
    }
}

#[test]
fn opened_keys_are_let_go_after_a_minute() {
    let (server, ana) = Server::new();
    server.connect(&ana);
    let tenant = server.scope(&ana).tenant;
    let first = server.app.market_keys(tenant, LINK).expect("keys");
    let second = server.app.market_keys(tenant, LINK).expect("keys");
    assert!(Arc::ptr_eq(&first.keys, &second.keys), "held");
    server.clock.advance(60 * SECOND);
    let third = server.app.market_keys(tenant, LINK).expect("keys");
    assert!(!Arc::ptr_eq(&first.keys, &third.keys), "opened anew");
    assert_eq!(brickops::services::keys::KEPT, Duration::from_mins(1));
}
