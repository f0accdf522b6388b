//! Somebody is let in: the sign-in, what it means for the station, and room made for it.

use super::secrets::{self, print, station_print};
use super::sign_in::WRONG;
use super::{Entry, Threshold, inside, nobody};
use crate::domain::text::clean;
use crate::domain::time::DAY;
use crate::domain::{
    AuditKind, Entrance, Grants, Person, Secret, TenantId, Timestamp, Topic, UserId,
};
use crate::entropy::Entropy;
use crate::error::Result;
use crate::services::{App, audit};
use crate::store::people::{Credentials, Print, SignIn, Unlocked};
use crate::store::{Batch, Decided, Shop, Tx};

/// How long a sign-in lasts, in microseconds.
pub(super) const LASTS: i64 = DAY;
/// How long an ended sign-in is kept, in microseconds.
const KEPT: i64 = 7 * DAY;
/// Old records that are looked at whenever a new one is written.
const LOOKED_AT: usize = 32;
/// Longest place that is kept, in characters.
const PLACE: usize = 100;

/// A new secret of a sign-in.
pub(super) struct Passing {
    pub(super) secret: Secret,
    pub(super) print: Print,
}

impl Passing {
    pub(super) fn new(entropy: &dyn Entropy) -> Result<Self> {
        let secret = secrets::pass(entropy)?;
        let print = print(secret.reveal());
        Ok(Self { secret, print })
    }
}

/// Somebody who is let in.
pub(super) struct Arrival<'d> {
    pub(super) person: Person,
    pub(super) entrance: Entrance,
    pub(super) door: &'d Threshold,
    pub(super) print: Print,
    pub(super) now: Timestamp,
}

impl Arrival<'_> {
    /// Writes the sign-in, the person's last deed, the audit entry, and who is at this station now.
    pub(super) fn enter(self, batch: &mut Batch, tx: &Tx<'_>, tenant: TenantId) -> Result<Entry> {
        let Self {
            mut person,
            entrance,
            door,
            print,
            now,
        } = self;
        let scope = inside(tenant, person.id, now);
        let shop = tx.shop(&scope);
        let sign_in = SignIn {
            id: batch.next_sign_in(&shop)?,
            tenant,
            user: person.id,
            entrance,
            role: None,
            grants: Grants::default(),
            place: clean(&door.place).chars().take(PLACE).collect(),
            uid: door.uid,
            started: now,
            seen: now,
            expires: Timestamp::from_micros(now.micros().saturating_add(LASTS)),
            ended: None,
        };
        let entry = Entry {
            tenant,
            user: person.id,
            id: sign_in.id,
            print,
        };
        let who = (Some(person.id), person.name.as_str());
        let detail = format!("by {}", sign_in.entrance.words());
        audit::note_as(
            batch,
            &shop,
            who,
            now,
            &door.place,
            AuditKind::SignedIn,
            detail,
        )?;
        at_station(batch, tx, &sign_in, door, print, now)?;
        prune(batch, &shop, &sign_in, print, now)?;
        batch.put_sign_in(print, sign_in);
        person.active = Some(now);
        batch.changed(&scope, Topic::People, [u64::from(person.id.0)]);
        batch.put_person(&scope, person);
        Ok(entry)
    }
}

/// A password unlocks a station for the day; a PIN or badge takes it over from whoever was there.
fn at_station(
    batch: &mut Batch,
    tx: &Tx<'_>,
    new: &SignIn,
    door: &Threshold,
    current: Print,
    now: Timestamp,
) -> Result<()> {
    let Some(station) = station_print(&door.key) else {
        return Ok(());
    };
    let before = tx
        .unlocked(&station)?
        .into_iter()
        .find_map(|(tenant, unlocked)| (tenant == new.tenant).then_some(unlocked));
    match new.entrance {
        Entrance::Password => {
            let unlocked = Unlocked { at: now, current };
            batch.put_unlocked(new.tenant, station, Some(unlocked));
            for (print, tenant, old) in tx.stations_from(&station, LOOKED_AT)? {
                if now.since(old.at) > KEPT {
                    batch.put_unlocked(tenant, print, None);
                }
            }
        }
        Entrance::Pin | Entrance::Badge => {
            let Some(before) = before else {
                return Ok(());
            };
            // Its screen is about to hear of the new person, as the answer; no event tells it before.
            if let Some(mut left) = tx.sign_in(&before.current)?
                && left.tenant == new.tenant
                && left.user != new.user
                && left.open(now)
                && !left.is_token()
            {
                left.ended = Some(now);
                batch.put_sign_in(before.current, left);
            }
            let unlocked = Unlocked { current, ..before };
            batch.put_unlocked(new.tenant, station, Some(unlocked));
        }
        Entrance::Token(_) | Entrance::Unix(_) => {}
    }
    Ok(())
}

/// Forgets sign-ins that ended long ago, a few each time: those from a random number on, so that
/// tokens, which live long, are not all that is ever looked at.
fn prune(
    batch: &mut Batch,
    shop: &Shop<'_>,
    new: &SignIn,
    random: Print,
    now: Timestamp,
) -> Result<()> {
    let mut eight = [0; 8];
    eight.copy_from_slice(&random[..8]);
    let from = u64::from_le_bytes(eight) % new.id.max(1);
    for (print, old) in shop.sign_ins_from(from, LOOKED_AT)? {
        let over = old.ended.unwrap_or(old.expires).min(old.expires);
        if now.since(over) > KEPT {
            batch.forget_sign_in(print, &old);
        }
    }
    Ok(())
}

/// Ends a person's sign-ins but one; tokens only where asked.
pub(super) fn end_all(
    batch: &mut Batch,
    shop: &Shop<'_>,
    user: UserId,
    keep: Option<u64>,
    tokens: bool,
    now: Timestamp,
) -> Result<()> {
    for (print, mut sign_in) in shop.open_sign_ins(now)? {
        let concerned = sign_in.user == user && Some(sign_in.id) != keep;
        if concerned && (tokens || !sign_in.is_token()) {
            sign_in.ended = Some(now);
            batch.put_sign_in(print, sign_in);
        }
    }
    Ok(())
}

impl App {
    /// Writes a success: `prove` looks at the credentials once more inside the decision, and forgives
    /// failures where what was shown could have been guessed.
    pub(super) fn arrive(
        &self,
        door: &Threshold,
        (tenant, user): (TenantId, UserId),
        entrance: Entrance,
        prove: impl FnOnce(&mut Credentials) -> Result<()> + Send + 'static,
    ) -> Result<(Entry, Secret)> {
        let now = self.clock.now();
        let passing = Passing::new(&*self.reception.entropy)?;
        let (print, door) = (passing.print, door.clone());
        let entry = self.store.write(move |tx| {
            let scope = inside(tenant, user, now);
            let shop = tx.shop(&scope);
            let person = shop.person(user)?.filter(|of| of.removed.is_none());
            let (Some(person), Some(before)) = (person, shop.credentials(user)?) else {
                return Err(nobody(WRONG));
            };
            let mut credentials = before.clone();
            prove(&mut credentials)?;
            let mut batch = Batch::new();
            if credentials != before {
                batch.put_credentials(&scope, user, Some(credentials));
            }
            let arrival = Arrival {
                person,
                entrance,
                door: &door,
                print,
                now,
            };
            let entry = arrival.enter(&mut batch, tx, tenant)?;
            Ok(Decided::new(entry, batch))
        })?;
        Ok((entry, passing.secret))
    }
}
