//! Coming in by e-mail and password, again by a secret; failing to; and leaving.

use super::patience::{Culprit, LOCK, account_failed, account_left, span_words, too_many};
use super::secrets::{self, print};
use super::{Entry, Threshold, inside, nobody, worth, worth_of};
use crate::domain::text::clean;
use crate::domain::{AuditKind, Entrance, Person, Secret, TenantId, Timestamp, Topic, UserId};
use crate::error::{Error, Kind, Result};
use crate::services::{App, audit};
use crate::store::people::{Credentials, folded_email};
use crate::store::{Batch, Decided, Tx};

/// Said of a wrong address and of a wrong password alike.
pub(super) const WRONG: &str = "E-mail address or password is wrong.";

/// Somebody who may be meant by an address.
struct Known {
    tenant: TenantId,
    shop: String,
    person: Person,
    credentials: Credentials,
}

fn known(tx: &Tx<'_>, folded: &str, shop: Option<&str>, now: Timestamp) -> Result<Vec<Known>> {
    let mut found = Vec::new();
    for (tenant, user) in tx.people_by_email(folded)? {
        let records = tx.shop(&inside(tenant, user, now));
        let Some(head) = records.record()? else {
            continue;
        };
        if shop.is_some_and(|shop| !same_name(shop, &head.name)) {
            continue;
        }
        if let (Some(person), Some(credentials)) =
            (records.person(user)?, records.credentials(user)?)
            && person.removed.is_none()
        {
            found.push(Known {
                tenant,
                shop: head.name,
                person,
                credentials,
            });
        }
    }
    Ok(found)
}

/// Whether a shop is meant by a name.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    clean(one).to_lowercase() == other.to_lowercase()
}

/// Forgets the failures of an account.
pub(super) fn forgive(credentials: &mut Credentials) {
    credentials.failures = 0;
    credentials.locked_until = None;
}

/// What was tried, for the audit log and the counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    Password,
    Pin,
}

impl App {
    /// In by e-mail and password.
    pub fn sign_in(
        &self,
        door: &Threshold,
        shop: Option<&str>,
        email: &str,
        password: &Secret,
    ) -> Result<(Entry, Secret)> {
        let now = self.clock.now();
        let culprits = Culprit::at(door);
        self.reception.patience.check(&culprits, now)?;
        let turn = self.reception.hasher.turn()?;
        let tried: String = clean(email).chars().take(254).collect();
        let folded = folded_email(&tried);
        let mut known = self.store.read(|tx| known(tx, &folded, shop, now))?;
        if known.is_empty() {
            let address = Culprit::Address(print(&folded));
            self.reception
                .patience
                .check(std::slice::from_ref(&address), now)?;
            turn.waste(password)?;
            self.reception.patience.failed(&[address], now);
            self.stranger(door, &culprits, &tried, "unknown address", now)?;
            return Err(nobody(WRONG));
        }
        let soonest = known
            .iter()
            .map(|of| account_left(&of.credentials, now))
            .min();
        if let Some(Some(left)) = soonest {
            return Err(too_many(left));
        }
        let several = known.len() > 1;
        known.retain(|of| {
            let probe = [Culprit::Probe(of.tenant, of.person.id)];
            account_left(&of.credentials, now).is_none()
                && !(several && self.reception.patience.check(&probe, now).is_err())
        });
        let mut fitting = Vec::new();
        let mut others = Vec::new();
        for of in known {
            let fits = if let Some(stored) = &of.credentials.password {
                turn.fits(password, stored)?
            } else {
                turn.waste(password)?;
                false
            };
            if fits { &mut fitting } else { &mut others }.push(of);
        }
        let Some(one) = fitting.pop() else {
            let people = others.iter().map(|of| (of.tenant, of.person.id));
            self.wrong(door, &culprits, people.collect(), Tried::Password, now)?;
            return Err(nobody(WRONG));
        };
        // Whoever owns one shop could otherwise try passwords of the same address in another unseen.
        for of in others {
            let probe = Culprit::Probe(of.tenant, of.person.id);
            self.reception.patience.failed(&[probe], now);
        }
        if !fitting.is_empty() {
            let mut names: Vec<String> = fitting.into_iter().map(|of| of.shop).collect();
            names.push(one.shop);
            names.sort();
            return Err(Error::conflict(format!(
                "This address and password fit several shops: {}. Name the shop.",
                names.join(", ")
            )));
        }
        let stored = one.credentials.password.unwrap_or_default();
        let fresh = turn.upgraded(password, &stored)?;
        let came_in = self.arrive(
            door,
            (one.tenant, one.person.id),
            Entrance::Password,
            move |credentials| {
                if credentials.password.as_ref() != Some(&stored) {
                    return Err(nobody("The password was changed meanwhile. Try again."));
                }
                if let Some(fresh) = fresh {
                    credentials.password = Some(fresh);
                }
                credentials.pin_failures = 0;
                forgive(credentials);
                Ok(())
            },
        )?;
        self.reception.patience.clear(&culprits);
        Ok(came_in)
    }

    /// Counts and writes down that somebody failed with the secret of these people.
    pub(super) fn wrong(
        &self,
        door: &Threshold,
        culprits: &[Culprit],
        people: Vec<(TenantId, UserId)>,
        tried: Tried,
        now: Timestamp,
    ) -> Result<()> {
        let station = self.reception.patience.failed(culprits, now);
        let place = door.place.clone();
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            for (tenant, user) in people {
                let scope = inside(tenant, user, now);
                let shop = tx.shop(&scope);
                let (Some(person), Some(mut credentials)) =
                    (shop.person(user)?, shop.credentials(user)?)
                else {
                    continue;
                };
                let wait = account_failed(&mut credentials, now);
                if tried == Tried::Pin {
                    credentials.pin_failures = credentials.pin_failures.saturating_add(1);
                }
                let who = (Some(user), person.name.as_str());
                let what = match tried {
                    Tried::Password => "wrong password",
                    Tried::Pin => "wrong PIN",
                };
                let kind = AuditKind::SignInFailed;
                audit::note_as(&mut batch, &shop, who, now, &place, kind, what)?;
                for (wait, of) in [(wait, "the account"), (station, "the station")] {
                    if wait >= LOCK {
                        let detail = format!("{of} for {}", span_words(wait));
                        let kind = AuditKind::Locked;
                        audit::note_as(&mut batch, &shop, who, now, &place, kind, detail)?;
                    }
                }
                batch.put_credentials(&scope, user, Some(credentials));
                batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            }
            Ok(Decided::new((), batch))
        })
    }

    /// Counts and writes down that somebody failed whom no shop knows.
    pub(super) fn stranger(
        &self,
        door: &Threshold,
        culprits: &[Culprit],
        who: &str,
        what: &'static str,
        now: Timestamp,
    ) -> Result<()> {
        self.stranger_at(door, culprits, TenantId(0), (who, what), now)
    }

    /// The same at a station of a shop.
    pub(super) fn stranger_at(
        &self,
        door: &Threshold,
        culprits: &[Culprit],
        tenant: TenantId,
        (who, what): (&str, &'static str),
        now: Timestamp,
    ) -> Result<()> {
        let station = self.reception.patience.failed(culprits, now);
        let (who, place) = (who.to_owned(), door.place.clone());
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            let shop = tx.shop(&inside(tenant, UserId(0), now));
            let who = (None, who.as_str());
            let kind = AuditKind::SignInFailed;
            audit::note_as(&mut batch, &shop, who, now, &place, kind, what)?;
            if station >= LOCK {
                let detail = format!("the station for {}", span_words(station));
                audit::note_as(
                    &mut batch,
                    &shop,
                    who,
                    now,
                    &place,
                    AuditKind::Locked,
                    detail,
                )?;
            }
            Ok(Decided::new((), batch))
        })
    }

    /// In again with the secret of an earlier sign-in, or with a token.
    pub fn resume(&self, door: &Threshold, pass: &Secret) -> Result<Entry> {
        let now = self.clock.now();
        let print = print(pass.reveal());
        let (entry, worth) = self.store.read(|tx| {
            let sign_in = tx.sign_in(&print)?;
            if sign_in.is_none() && secrets::is_token(pass) {
                return Err(nobody(
                    "This token is not known. Ask the owner of the shop for another.",
                ));
            }
            let worth = worth_of(tx, sign_in, now)?;
            let entry = Entry {
                tenant: worth.sign_in.tenant,
                user: worth.sign_in.user,
                id: worth.sign_in.id,
                print,
            };
            if let Some(meant) = &door.shop {
                let head = tx.shop(&inside(entry.tenant, entry.user, now)).record()?;
                if !head.is_some_and(|head| same_name(meant, &head.name)) {
                    return Err(nobody(
                        "You are signed in to another shop than the one you named. Sign in to that one.",
                    ));
                }
            }
            Ok((entry, worth))
        })?;
        if worth.sign_in.is_token() {
            self.token_used(door, &entry, &worth.sign_in, now)?;
        }
        Ok(entry)
    }

    /// Ends the entry. A token stays: only the connection leaves.
    pub fn sign_out(&self, door: &Threshold, entry: &Entry) -> Result<()> {
        let now = self.clock.now();
        let (entry, door) = (entry.clone(), door.clone());
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            let found = tx.sign_in(&entry.print)?;
            if let Some(mut sign_in) = found
                && !sign_in.is_token()
                && sign_in.open(now)
            {
                let scope = inside(entry.tenant, entry.user, now);
                let shop = tx.shop(&scope);
                sign_in.ended = Some(now);
                batch.put_sign_in(entry.print, sign_in);
                let kind = AuditKind::SignedOut;
                audit::note(&mut batch, &shop, &scope, &door, kind, "")?;
                batch.changed(&scope, Topic::People, [u64::from(entry.user.0)]);
            }
            Ok(Decided::new((), batch))
        })
    }

    /// Whether this is the person's password. Failures count like those at the door.
    pub fn confirm(&self, door: &Threshold, entry: &Entry, password: &Secret) -> Result<()> {
        let now = self.clock.now();
        let culprits = Culprit::at(door);
        self.reception.patience.check(&culprits, now)?;
        let turn = self.reception.hasher.turn()?;
        let credentials = self.store.read(|tx| {
            worth(tx, entry, now)?;
            tx.shop(&inside(entry.tenant, entry.user, now))
                .credentials(entry.user)
        })?;
        let credentials = credentials.unwrap_or_default();
        if let Some(left) = account_left(&credentials, now) {
            return Err(too_many(left));
        }
        let fits = match &credentials.password {
            Some(stored) => turn.fits(password, stored)?,
            None => false,
        };
        if !fits {
            let who = vec![(entry.tenant, entry.user)];
            self.wrong(door, &culprits, who, Tried::Password, now)?;
            return Err(Error::new(
                Kind::Unconfirmed,
                "That is not your password. Try again.",
            ));
        }
        self.reception.patience.clear(&culprits);
        if credentials.failures == 0 && credentials.locked_until.is_none() {
            return Ok(());
        }
        let entry = entry.clone();
        self.store.write(move |tx| {
            let scope = inside(entry.tenant, entry.user, now);
            let mut batch = Batch::new();
            if let Some(mut credentials) = tx.shop(&scope).credentials(entry.user)? {
                forgive(&mut credentials);
                batch.put_credentials(&scope, entry.user, Some(credentials));
                batch.changed(&scope, Topic::People, [u64::from(entry.user.0)]);
            }
            Ok(Decided::new((), batch))
        })
    }
}
