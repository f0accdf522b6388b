//! A server in memory with accounts, doors to come in by, and a clock that does as it is told.

use std::sync::Arc;

use brickops::clock::ManualClock;
use brickops::domain::time::{DAY, SECOND};
use brickops::domain::{
    AuditEntry, AuditKind, AuditQuery, Grants, Role, Scope, Secret, Timestamp, UserId,
};
use brickops::entropy::CountingEntropy;
use brickops::error::{Error, Kind, Result};
use brickops::services::people::{AccountDraft, Entry, Threshold};
use brickops::services::{App, Hashing, Setup};
use brickops::store::{Opener, Store};
use redb::Database;
use redb::backends::InMemoryBackend;

pub const PASSWORD: &str = "correct horse";

/// 2025-11-20, 00:53:20 UTC.
pub const START: Timestamp = Timestamp::from_seconds(1_763_600_000);

pub struct Server {
    pub app: App,
    pub store: Store,
    pub clock: Arc<ManualClock>,
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text)
}

/// A store in memory.
pub fn store() -> Store {
    let opener: Opener = Arc::new(|| {
        Ok(Database::builder()
            .create_with_backend(InMemoryBackend::new())
            .expect("a database in memory"))
    });
    Store::open(opener).expect("a store")
}

/// The program over a store, as after a restart.
pub fn over(store: Store, clock: &Arc<ManualClock>, hashing: Hashing, seed: u64) -> App {
    let entropy = CountingEntropy::default();
    for _ in 0..seed {
        brickops::entropy::Entropy::fill(&entropy, &mut [0; 8]).expect("bytes");
    }
    let setup = Setup {
        entropy: Arc::new(entropy),
        hashing,
        ..Setup::default()
    };
    App::new(store, Arc::<ManualClock>::clone(clock), setup).expect("an app")
}

pub fn empty() -> Server {
    let clock = ManualClock::at(START);
    let store = store();
    Server {
        app: over(store.clone(), &clock, Hashing::CHEAP, 0),
        store,
        clock,
    }
}

/// A terminal of the server's operator.
pub fn console() -> Threshold {
    Threshold {
        operator: true,
        ..door("console")
    }
}

/// A terminal with a key of its own.
pub fn door(place: &str) -> Threshold {
    Threshold {
        uid: 1_000,
        operator: false,
        station: false,
        key: secret(&format!("key of {place}")),
        place: place.to_owned(),
        shop: None,
    }
}

pub fn draft(shop: &str, email: &str) -> AccountDraft {
    AccountDraft {
        shop: shop.into(),
        email: email.into(),
        name: String::new(),
        password: secret(PASSWORD),
        currency: "EUR".into(),
        time_zone: "UTC".into(),
        practice: false,
    }
}

/// A server with the shop "Bricks" of ana@example.org.
pub fn server() -> (Server, Entry) {
    let server = empty();
    let (entry, _) = server
        .app
        .open_account(&console(), draft("Bricks", "ana@example.org"))
        .expect("an account");
    (server, entry)
}

impl Server {
    pub fn wait(&self, seconds: i64) {
        self.clock.advance(seconds * SECOND);
    }

    pub fn wait_days(&self, days: i64) {
        self.clock.advance(days * DAY);
    }

    /// In whose name the entry's next request is answered, the password given again.
    pub fn scope(&self, entry: &Entry) -> Scope {
        Scope {
            confirmed: true,
            script: false,
            ..self.app.scope(entry).expect("signed in")
        }
    }

    pub fn sign_in(&self, door: &Threshold, email: &str, password: &str) -> Result<Entry> {
        self.app
            .sign_in(door, None, email, &secret(password))
            .map(|(entry, _)| entry)
    }

    /// Invites somebody who joins at once.
    pub fn join(&self, owner: &Entry, email: &str, role: Role, grants: Grants) -> Entry {
        let (_, code) = self
            .app
            .invite(&self.scope(owner), &console(), email, role, grants, 7)
            .expect("an invitation");
        let (entry, _) = self
            .app
            .use_code(&door(email), &code, email, &secret(PASSWORD))
            .expect("a new person");
        entry
    }

    pub fn audit(&self, owner: &Entry, query: &AuditQuery) -> Vec<AuditEntry> {
        self.app
            .audit(&self.scope(owner), &console(), query, None, 1_000, false)
            .expect("the audit log")
            .entries
    }

    /// Kinds and details of the audit log, newest first.
    pub fn said(&self, owner: &Entry) -> Vec<(AuditKind, String)> {
        self.audit(owner, &AuditQuery::default())
            .into_iter()
            .map(|entry| (entry.kind, entry.detail))
            .collect()
    }

    /// Whether this very sentence is in the audit log.
    pub fn was_noted(&self, owner: &Entry, kind: AuditKind, detail: &str) {
        let said = self.said(owner);
        assert!(said.contains(&(kind, detail.to_owned())), "{said:#?}");
    }

    pub fn set_pin(&self, entry: &Entry, pin: &str) {
        self.app
            .set_pin(&self.scope(entry), &console(), Some(&secret(pin)))
            .expect("a PIN");
    }

    /// The check of the whole store finds nothing.
    pub fn sound(&self) {
        assert_eq!(self.app.check().expect("a check").problems, []);
    }
}

/// Of which kind a refusal is.
#[track_caller]
pub fn refused<T>(outcome: Result<T>, kind: Kind) -> Error {
    let e = outcome.map(|_| ()).expect_err("it is refused");
    assert_eq!(e.kind, kind, "{e}");
    e
}

pub const NO_GRANTS: Grants = Grants {
    inventory: false,
    orders: false,
};

pub const NOBODY: UserId = UserId(77);
