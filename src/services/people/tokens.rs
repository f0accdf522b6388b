//! Ways in for scripts: tokens, and mapped Unix users.

use std::sync::{MutexGuard, PoisonError};

use super::arrival::LASTS;
use super::invitations::{granted, role_words};
use super::secrets::{print, token};
use super::sign_in::same_name;
use super::staff::there;
use super::{Entry, REMEMBERED, Threshold, UnixPasses, due, inside, words, worth};
use crate::domain::time::{DAY, SECOND};
use crate::domain::{
    AuditKind, Entrance, Grants, Right, Role, Scope, Secret, TenantId, Timestamp, Topic, UserId,
};
use crate::error::{Error, Result};
use crate::services::{App, audit};
use crate::store::people::SignIn;
use crate::store::{Batch, Decided};

/// Most days that a token is valid.
const MOST_DAYS: u16 = 366;

/// A mapped Unix user's sign-in is used again while it has this much left, in microseconds.
const REUSED: i64 = LASTS / 2;

impl App {
    /// Makes a token for scripts.
    pub fn make_token(
        &self,
        scope: &Scope,
        door: &Threshold,
        name: &str,
        role: Role,
        grants: Grants,
        days: u16,
    ) -> Result<Secret> {
        self.guard(scope, door, Right::Credentials)?;
        let name = words::name("A token", name)?;
        let lasts = words::days(days, MOST_DAYS)? * DAY;
        let grants = granted(Some(role), grants);
        let secret = token(&*self.reception.entropy)?;
        let print = print(secret.reveal());
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            let detail = format!("{name} as {}", role_words(Some(role), grants));
            let made = SignIn {
                id: batch.next_sign_in(&shop)?,
                tenant: scope.tenant,
                user: scope.user,
                entrance: Entrance::Token(name),
                role: Some(role),
                grants,
                place: door.place.chars().take(100).collect(),
                uid: door.uid,
                started: scope.now,
                seen: scope.now,
                expires: Timestamp::from_micros(scope.now.micros().saturating_add(lasts)),
                ended: None,
            };
            batch.put_sign_in(print, made);
            let kind = AuditKind::TokenMade;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(scope.user.0)]);
            Ok(Decided::new((), batch))
        })?;
        Ok(secret)
    }

    /// Maps a Unix user to a person.
    pub fn map_unix(
        &self,
        scope: &Scope,
        door: &Threshold,
        user: UserId,
        unix: Option<u32>,
    ) -> Result<()> {
        self.guard(scope, door, Right::Credentials)?;
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut person = there(&shop, user)?;
            if let Some(uid) = unix
                && let Some(other) = shop.person_by_unix(uid)?
                && other != user
            {
                let other = there(&shop, other)?;
                return Err(Error::conflict(format!(
                    "Unix user {uid} is mapped to {} already. Take that away first.",
                    other.name
                )));
            }
            if person.unix == unix {
                return Ok(Decided::unchanged(()));
            }
            let mut batch = Batch::new();
            // Whoever came in as the old one has no business here any more.
            for (print, mut sign_in) in shop.open_sign_ins(scope.now)? {
                if sign_in.user == user && matches!(sign_in.entrance, Entrance::Unix(_)) {
                    sign_in.ended = Some(scope.now);
                    batch.put_sign_in(print, sign_in);
                }
            }
            let detail = match unix {
                Some(uid) => format!("{} to Unix user {uid}", person.name),
                None => format!("{} to none", person.name),
            };
            person.unix = unix;
            batch.put_person(&scope, person);
            let kind = AuditKind::UnixMapped;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            Ok(Decided::new((), batch))
        })
    }

    /// A script that runs every minute is written down once a day.
    pub(super) fn token_used(
        &self,
        door: &Threshold,
        entry: &Entry,
        token: &SignIn,
        now: Timestamp,
    ) -> Result<()> {
        let first = token.seen == token.started;
        let long_ago = !words::same_day("UTC", token.seen, now);
        let key = (entry.tenant, entry.id);
        if !(first || long_ago) || !due(&self.reception.seen, key, SECOND, now) {
            return Ok(());
        }
        let (entry, place) = (entry.clone(), door.place.clone());
        self.store.write(move |tx| {
            let mut batch = Batch::new();
            let mut worth = worth(tx, &entry, now)?;
            let shop = tx.shop(&inside(entry.tenant, entry.user, now));
            let who = (Some(entry.user), worth.person.name.as_str());
            let detail = format!("by {}", worth.sign_in.entrance.words());
            let kind = AuditKind::SignedIn;
            audit::note_as(&mut batch, &shop, who, now, &place, kind, detail)?;
            worth.sign_in.seen =
                Timestamp::from_micros(now.micros().max(worth.sign_in.started.micros() + 1));
            batch.put_sign_in(entry.print, worth.sign_in);
            Ok(Decided::new((), batch))
        })
    }

    /// In as a mapped Unix user; `None` when nobody is mapped to it, or several are and no shop is named.
    pub fn enter_as_unix(&self, door: &Threshold) -> Result<Option<(Entry, Secret)>> {
        if door.station {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut mapped = self.store.read(|tx| {
            let mut found = Vec::new();
            for (tenant, user) in tx.people_by_unix(door.uid)? {
                let head = tx.shop(&inside(tenant, user, now)).record()?;
                let meant = door
                    .shop
                    .as_ref()
                    .is_none_or(|meant| head.is_some_and(|head| same_name(meant, &head.name)));
                if meant {
                    found.push((tenant, user));
                }
            }
            Ok(found)
        })?;
        let (Some((tenant, user)), true) = (mapped.pop(), mapped.is_empty()) else {
            return Ok(None);
        };
        let key = (door.uid, tenant, user);
        if let Some(used) = self.used_again(key, now)? {
            return Ok(Some(used));
        }
        let came_in = self.arrive(door, (tenant, user), Entrance::Unix(door.uid), |_| Ok(()))?;
        let mut kept = self.unix_passes();
        if kept.len() >= REMEMBERED {
            kept.clear();
        }
        kept.insert(key, came_in.clone());
        Ok(Some(came_in))
    }

    fn unix_passes(&self) -> MutexGuard<'_, UnixPasses> {
        self.reception
            .unix
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A job of every minute is one sign-in, not a thousand a day.
    fn used_again(
        &self,
        key: (u32, TenantId, UserId),
        now: Timestamp,
    ) -> Result<Option<(Entry, Secret)>> {
        let Some(kept) = self.unix_passes().get(&key).cloned() else {
            return Ok(None);
        };
        let good =
            self.store.read(|tx| {
                Ok(worth(tx, &kept.0, now)
                    .is_ok_and(|worth| worth.sign_in.expires.since(now) > REUSED))
            })?;
        Ok(good.then_some(kept))
    }
}
