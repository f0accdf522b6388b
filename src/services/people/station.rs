//! Stations: another person in two seconds, by PIN or badge, where a password of the shop was given
//! the same day.

use super::patience::{Culprit, account_left, too_many};
use super::secrets::{badge_print, station_print};
use super::sign_in::{Tried, forgive};
use super::{CLOCK_SLACK, Entry, Threshold, inside, nobody, words};
use crate::domain::{Entrance, Face, Secret, TenantId, Timestamp, UserId};
use crate::error::Result;
use crate::services::App;
use crate::store::Tx;
use crate::store::people::Unlocked;

/// A PIN that was wrong this often is not asked for any more.
const PIN_FAILURES: u32 = 5;

/// Said where no password was given today.
const CLOSED: &str =
    "Sign in with a password first: it unlocks PINs and badges at this station for today.";

/// Whether a password of the shop was given at this station on the calendar day of `now`.
fn unlocked_today(
    tx: &Tx<'_>,
    tenant: TenantId,
    unlocked: &Unlocked,
    now: Timestamp,
) -> Result<bool> {
    let settings = tx.shop(&inside(tenant, UserId(0), now)).settings()?;
    Ok(unlocked.at.since(now) <= CLOCK_SLACK
        && words::same_day(&settings.time_zone, unlocked.at, now))
}

fn open_for(tx: &Tx<'_>, door: &Threshold, tenant: TenantId, now: Timestamp) -> Result<bool> {
    let Some(station) = station_print(&door.key) else {
        return Ok(false);
    };
    for (of, unlocked) in tx.unlocked(&station)? {
        if of == tenant {
            return unlocked_today(tx, tenant, &unlocked, now);
        }
    }
    Ok(false)
}

impl App {
    /// In by PIN, at a station that a password of this shop unlocked today.
    pub fn sign_in_by_pin(
        &self,
        door: &Threshold,
        tenant: TenantId,
        user: UserId,
        pin: &Secret,
    ) -> Result<(Entry, Secret)> {
        let now = self.clock.now();
        let culprits = Culprit::at(door);
        self.reception.patience.check(&culprits, now)?;
        let turn = self.reception.hasher.turn()?;
        let credentials = self.store.read(|tx| {
            if !open_for(tx, door, tenant, now)? {
                return Err(nobody(CLOSED));
            }
            tx.shop(&inside(tenant, user, now)).credentials(user)
        })?;
        let wrong = "That PIN is wrong.";
        let Some(credentials) = credentials else {
            turn.waste(pin)?;
            let who = ("nobody of this shop", "wrong PIN");
            self.stranger_at(door, &culprits, tenant, who, now)?;
            return Err(nobody(wrong));
        };
        if let Some(left) = account_left(&credentials, now) {
            return Err(too_many(left));
        }
        if credentials.pin_failures >= PIN_FAILURES {
            return Err(nobody(
                "This PIN was wrong too often. Sign in with your password; then the PIN works again.",
            ));
        }
        let Some(stored) = credentials.pin else {
            turn.waste(pin)?;
            self.wrong(door, &culprits, vec![(tenant, user)], Tried::Pin, now)?;
            return Err(nobody(wrong));
        };
        if !turn.fits(pin, &stored)? {
            self.wrong(door, &culprits, vec![(tenant, user)], Tried::Pin, now)?;
            return Err(nobody(wrong));
        }
        let fresh = turn.upgraded(pin, &stored)?;
        let came_in = self.arrive(door, (tenant, user), Entrance::Pin, move |credentials| {
            if credentials.pin.as_ref() != Some(&stored) {
                return Err(nobody("The PIN was changed meanwhile. Try again."));
            }
            if let Some(fresh) = fresh {
                credentials.pin = Some(fresh);
            }
            credentials.pin_failures = 0;
            forgive(credentials);
            Ok(())
        })?;
        self.reception.patience.clear(&culprits);
        Ok(came_in)
    }

    /// In by badge, at such a station.
    pub fn sign_in_by_badge(
        &self,
        door: &Threshold,
        tenant: TenantId,
        badge: &Secret,
    ) -> Result<(Entry, Secret)> {
        let now = self.clock.now();
        let culprits = Culprit::at(door);
        self.reception.patience.check(&culprits, now)?;
        let print = badge_print(badge);
        let user = self.store.read(|tx| {
            if !open_for(tx, door, tenant, now)? {
                return Err(nobody(CLOSED));
            }
            let found = tx.badge(&print)?.filter(|(of, _)| *of == tenant);
            Ok(found.map(|(_, user)| user))
        })?;
        let wrong =
            "This badge is not known here. Use your PIN or password, or ask for a new badge.";
        let Some(user) = user else {
            let who = ("nobody of this shop", "unknown badge");
            self.stranger_at(door, &culprits, tenant, who, now)?;
            return Err(nobody(wrong));
        };
        // Nobody guesses a badge: it says nothing about who failed with a password before.
        self.arrive(door, (tenant, user), Entrance::Badge, move |credentials| {
            if credentials.badge == Some(print) {
                Ok(())
            } else {
                Err(nobody(wrong))
            }
        })
    }

    /// The shop whose password unlocked this station today, the latest if several did.
    pub fn unlocked_for(&self, door: &Threshold) -> Result<Option<TenantId>> {
        let Some(station) = station_print(&door.key) else {
            return Ok(None);
        };
        let now = self.clock.now();
        self.store.read(|tx| {
            let mut latest: Option<(Timestamp, TenantId)> = None;
            for (tenant, unlocked) in tx.unlocked(&station)? {
                if unlocked_today(tx, tenant, &unlocked, now)? {
                    latest = latest.max(Some((unlocked.at, tenant)));
                }
            }
            Ok(latest.map(|(_, tenant)| tenant))
        })
    }

    /// Who can be switched to at this station; nobody where no password unlocked it today.
    pub fn faces(&self, door: &Threshold, tenant: TenantId) -> Result<Vec<Face>> {
        let now = self.clock.now();
        self.store.read(|tx| {
            if !open_for(tx, door, tenant, now)? {
                return Ok(Vec::new());
            }
            let shop = tx.shop(&inside(tenant, UserId(0), now));
            let mut faces = Vec::new();
            for person in shop.people()? {
                let credentials = shop.credentials(person.id)?.unwrap_or_default();
                faces.push(Face {
                    user: person.id,
                    name: person.name,
                    role: person.role,
                    pin: credentials.pin.is_some(),
                });
            }
            faces.sort_by_cached_key(|face| face.name.to_lowercase());
            Ok(faces)
        })
    }
}
