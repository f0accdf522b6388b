//! People: how they come in, what they may do, and how an owner arranges it.
//!
//! Nobody acts without an [`Entry`], and an entry is worth what the store says of it at that moment:
//! a role that was taken away or a sign-in that was ended counts with the next request.

mod account;
mod arrival;
mod hashing;
mod invitations;
mod own;
mod patience;
mod secrets;
mod sign_in;
mod staff;
mod station;
mod tokens;
mod words;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use hashing::Hashing;

use crate::domain::time::SECOND;
use crate::domain::{
    AuditKind, Grants, Me, Person, Right, Role, Scope, Secret, TenantId, Timestamp, UserId,
};
use crate::entropy::Entropy;
use crate::error::{Error, Kind, Result};
use crate::services::App;
use crate::services::rights::allow_confirmed;
use crate::store::people::SignIn;
use crate::store::{Batch, Decided, Tx};
use hashing::Hasher;
use patience::Patience;

/// How far a sign-in may lie in the future: clocks are corrected by a little now and then.
const CLOCK_SLACK: i64 = 5 * 60 * SECOND;
/// Times of last use are written at most this often, in microseconds.
const SEEN_EVERY: i64 = 5 * 60 * SECOND;
/// Refusals of one person are written to the audit log at most this often, in microseconds.
const REFUSED_EVERY: i64 = SECOND;
/// Most people and sign-ins that [`Reception`] keeps times of.
const REMEMBERED: usize = 10_000;

/// Where somebody comes in, as far as the system and the client say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Unix user of the client's process.
    pub uid: u32,
    /// The server's own Unix user, outside of stations without a shell.
    pub operator: bool,
    /// A shared station: mapped Unix users do not come in by themselves.
    pub station: bool,
    /// Known to this station alone.
    pub key: Secret,
    /// Terminal or address, for people to read.
    pub place: String,
    /// Name of the shop that is meant, where there are several.
    pub shop: Option<String>,
}

/// A sign-in that was let in. Only this module makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The shop.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// Number of the sign-in.
    pub id: u64,
    /// Finds its record.
    pub(crate) print: [u8; 32],
}

/// What an account is opened with.
#[derive(Debug, Clone)]
pub struct AccountDraft {
    /// Name of the shop.
    pub shop: String,
    /// The owner's e-mail address.
    pub email: String,
    /// The owner's name; empty: made from the address.
    pub name: String,
    /// The owner's password.
    pub password: Secret,
    /// Three letters.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
    /// For practice.
    pub practice: bool,
}

/// By Unix user and person.
type UnixPasses = HashMap<(u32, TenantId, UserId), (Entry, Secret)>;

/// What stands at the door between requests: nothing of it is missed after a restart.
#[derive(Debug)]
pub(super) struct Reception {
    entropy: Arc<dyn Entropy>,
    hasher: Hasher,
    patience: Patience,
    /// An account exists. It never goes away again.
    any_account: AtomicBool,
    /// When the last use of a sign-in was written.
    seen: Mutex<HashMap<(TenantId, u64), Timestamp>>,
    /// When a refusal of a person was written.
    refused: Mutex<HashMap<(TenantId, UserId), Timestamp>>,
    /// Sign-ins of mapped Unix users that are used again.
    unix: Mutex<UnixPasses>,
}

impl Reception {
    pub(super) fn new(entropy: Arc<dyn Entropy>, hashing: Hashing) -> Self {
        Self {
            hasher: Hasher::new(hashing, Arc::clone(&entropy)),
            entropy,
            patience: Patience::default(),
            any_account: AtomicBool::new(false),
            seen: Mutex::default(),
            refused: Mutex::default(),
            unix: Mutex::default(),
        }
    }
}

/// Whether it is time to write down again what was written at most every `every` microseconds.
fn due<K: std::hash::Hash + Eq>(
    times: &Mutex<HashMap<K, Timestamp>>,
    key: K,
    every: i64,
    now: Timestamp,
) -> bool {
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    // A clock that was set back makes it due, too.
    if let Some(last) = times.get(&key)
        && *last <= now
        && now.since(*last) < every
    {
        return false;
    }
    if times.len() >= REMEMBERED {
        times.clear();
    }
    times.insert(key, now);
    true
}

/// A scope that reaches a shop's tables before anybody is signed in: it allows nothing.
fn inside(tenant: TenantId, user: UserId, now: Timestamp) -> Scope {
    Scope {
        tenant,
        user,
        role: None,
        grants: Grants::default(),
        confirmed: false,
        script: false,
        now,
    }
}

/// Nobody is signed in, with the reason.
fn nobody(message: &str) -> Error {
    Error::new(Kind::Unauthenticated, message)
}

/// What an entry is worth at this moment.
struct Worth {
    sign_in: SignIn,
    person: Person,
    role: Option<Role>,
    grants: Grants,
}

/// What an entry is worth at `now`, as the store knows it.
fn worth(tx: &Tx<'_>, entry: &Entry, now: Timestamp) -> Result<Worth> {
    let sign_in = tx.sign_in(&entry.print)?.filter(|found| {
        (found.tenant, found.user, found.id) == (entry.tenant, entry.user, entry.id)
    });
    worth_of(tx, sign_in, now)
}

fn worth_of(tx: &Tx<'_>, sign_in: Option<SignIn>, now: Timestamp) -> Result<Worth> {
    let Some(sign_in) = sign_in else {
        return Err(nobody("This sign-in has ended. Sign in again."));
    };
    let token = sign_in.is_token();
    if sign_in.ended.is_some() {
        return Err(nobody(if token {
            "This token was revoked. Ask the owner of the shop for another."
        } else {
            "This sign-in has ended. Sign in again."
        }));
    }
    if now >= sign_in.expires {
        return Err(nobody(if token {
            "This token has run out. Ask the owner of the shop for another."
        } else {
            "This sign-in has run out. Sign in again."
        }));
    }
    // What began in the future would be open for longer than a day.
    if !token && sign_in.started.since(now) > CLOCK_SLACK {
        return Err(nobody("The server's clock was set back. Sign in again."));
    }
    let scope = inside(sign_in.tenant, sign_in.user, now);
    let person = tx.shop(&scope).person(sign_in.user)?;
    let Some(person) = person.filter(|person| person.removed.is_none()) else {
        return Err(nobody("You are no longer one of the people of this shop."));
    };
    if token && person.role != Some(Role::Owner) {
        return Err(nobody(
            "Whoever made this token is no longer an owner. Ask the owner of the shop for another.",
        ));
    }
    let (role, grants) = if token {
        (sign_in.role, sign_in.grants)
    } else {
        (person.role, person.grants)
    };
    Ok(Worth {
        sign_in,
        person,
        role,
        grants,
    })
}

impl App {
    /// Whether any account exists: somebody who could sign in.
    pub fn any_account(&self) -> Result<bool> {
        let known = &self.reception.any_account;
        if known.load(Ordering::Relaxed) {
            return Ok(true);
        }
        self.store.read(|tx| {
            let any = tx.anybody()?;
            known.fetch_or(any, Ordering::Relaxed);
            Ok(any)
        })
    }

    /// What an entry is worth now. Writes the time of the last use now and then.
    ///
    /// # Errors
    /// `Unauthenticated` when it was ended, has expired, or its person has left.
    pub fn scope(&self, entry: &Entry) -> Result<Scope> {
        let now = self.clock.now();
        let worth = self.store.read(|tx| worth(tx, entry, now))?;
        if now.since(worth.sign_in.seen) >= SEEN_EVERY
            && due(
                &self.reception.seen,
                (entry.tenant, entry.id),
                SEEN_EVERY,
                now,
            )
            && let Err(e) = self.touch(entry, now)
        {
            // A full disk must not keep anybody from reading.
            tracing::warn!("the time of the last use could not be written: {e}");
        }
        Ok(Scope {
            role: worth.role,
            grants: worth.grants,
            ..inside(entry.tenant, entry.user, now)
        })
    }

    fn touch(&self, entry: &Entry, now: Timestamp) -> Result<()> {
        let entry = entry.clone();
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            if let Ok(mut worth) = worth(tx, &entry, now) {
                worth.sign_in.seen = now;
                worth.person.active = Some(now);
                let scope = inside(entry.tenant, entry.user, now);
                batch.put_sign_in(entry.print, worth.sign_in);
                batch.put_person(&scope, worth.person);
            }
            Ok(Decided::new((), batch))
        })
    }

    /// Who this is, for the screens. Only reads.
    pub fn me(&self, entry: &Entry, operator: bool) -> Result<Me> {
        let now = self.clock.now();
        self.store.read(|tx| {
            let worth = worth(tx, entry, now)?;
            let shop = tx.shop(&inside(entry.tenant, entry.user, now));
            let head = shop.record()?;
            let credentials = shop.credentials(entry.user)?.unwrap_or_default();
            let owners = shop
                .people()?
                .into_iter()
                .filter(|person| person.role == Some(Role::Owner))
                .map(|person| person.name)
                .collect();
            Ok(Me {
                user: entry.user,
                name: worth.person.name,
                email: worth.person.email,
                role: worth.role,
                grants: worth.grants,
                shop: head
                    .as_ref()
                    .map(|head| head.name.clone())
                    .unwrap_or_default(),
                practice: head.is_some_and(|head| head.practice),
                owners,
                entrance: worth.sign_in.entrance,
                expires: worth.sign_in.expires,
                pin: credentials.pin.is_some(),
                badge: credentials.badge.is_some(),
                settings: shop.settings()?,
                whereabouts: shop.whereabouts(entry.user)?,
                operator,
            })
        })
    }

    /// Refuses what the role does not include, or the password was not given again for. People who try
    /// what concerns people or credentials without the right are written to the audit log.
    pub(in crate::services) fn guard(
        &self,
        scope: &Scope,
        door: &Threshold,
        right: Right,
    ) -> Result<()> {
        let allowed = allow_confirmed(scope, right);
        if matches!(&allowed, Err(e) if e.kind == Kind::Forbidden) {
            self.refused(scope, door, right);
        }
        allowed
    }

    fn refused(&self, scope: &Scope, door: &Threshold, right: Right) {
        let key = (scope.tenant, scope.user);
        if !due(&self.reception.refused, key, REFUSED_EVERY, scope.now) {
            return;
        }
        let noted = self.note(scope, door, AuditKind::Refused, right.words());
        if let Err(e) = noted {
            tracing::warn!("a refusal could not be written to the audit log: {e}");
        }
    }
}

/// Refuses everybody but the server's operator.
pub(in crate::services) fn operator_only(door: &Threshold, what: &str) -> Result<()> {
    if door.operator {
        return Ok(());
    }
    Err(Error::new(
        Kind::Forbidden,
        format!("Only the server's operator may {what}: the Unix user that runs it."),
    ))
}
