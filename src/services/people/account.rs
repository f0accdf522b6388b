//! Accounts: a shop with its first owner, and what the server's operator sees of all of them.

use std::sync::atomic::Ordering;

use super::arrival::{Arrival, Passing};
use super::hashing::Turn;
use super::{AccountDraft, Entry, Threshold, inside, operator_only, words};
use crate::domain::{
    AccountRow, AuditKind, Entrance, Grants, Person, Role, Secret, ShopSettings, TenantId,
    Timestamp, Topic, UserId,
};
use crate::error::{Error, Result};
use crate::services::{App, audit};
use crate::store::people::Credentials;
use crate::store::tables::ShopRecord;
use crate::store::{Batch, Decided, Tx};

/// A draft whose every field has been looked at.
struct Opening {
    record: ShopRecord,
    settings: ShopSettings,
    email: String,
    name: String,
    password: String,
}

impl Opening {
    fn check(draft: AccountDraft, turn: &Turn<'_>, now: Timestamp) -> Result<Self> {
        let AccountDraft {
            shop,
            email,
            name,
            password,
            currency,
            time_zone,
            practice,
        } = draft;
        let shop = words::name("The shop", &shop)?;
        let email = words::email(&email)?;
        let name = match name.trim() {
            "" => before_the_at(&email),
            name => words::name("The owner", name)?,
        };
        words::password(&password, &email)?;
        let currency = words::currency(&currency)?;
        let time_zone = words::time_zone(&time_zone)?;
        Ok(Self {
            record: ShopRecord {
                name: shop,
                currency,
                practice,
                created: now,
            },
            settings: ShopSettings {
                time_zone,
                ..ShopSettings::default()
            },
            email,
            name,
            password: turn.hash(&password)?,
        })
    }
}

/// A name for whoever gave none.
fn before_the_at(email: &str) -> String {
    let name = email.split('@').next().unwrap_or(email);
    name.chars().take(60).collect()
}

impl App {
    /// Opens an account with its owner, who is signed in by it. Only the operator may. A shop without
    /// people, left by an earlier version, is taken over by the first account.
    pub fn open_account(&self, door: &Threshold, draft: AccountDraft) -> Result<(Entry, Secret)> {
        operator_only(door, "open an account")?;
        let now = self.clock.now();
        let opening = {
            let turn = self.reception.hasher.turn()?;
            Opening::check(draft, &turn, now)?
        };
        let passing = Passing::new(&*self.reception.entropy)?;
        let (print, door) = (passing.print, door.clone());
        let entry = self.store.write(move |tx| {
            let Opening {
                mut record,
                settings,
                email,
                name,
                password,
            } = opening;
            let (tenant, before) = place_for(tx, &record)?;
            if let Some(before) = before {
                record.created = before.created;
            }
            let mut batch = Batch::new();
            let shop_scope = inside(tenant, UserId(0), now);
            let shop = tx.shop(&shop_scope);
            let user = batch.next_user(&shop)?;
            let scope = inside(tenant, user, now);
            let person = Person {
                id: user,
                email,
                name,
                role: Some(Role::Owner),
                grants: Grants::default(),
                created: now,
                active: None,
                removed: None,
                unix: None,
            };
            let credentials = Credentials {
                password: Some(password),
                ..Credentials::default()
            };
            let who = (Some(user), person.name.as_str());
            let detail = format!("{} with the owner {}", record.name, person.email);
            let kind = AuditKind::AccountOpened;
            audit::note_as(&mut batch, &shop, who, now, &door.place, kind, detail)?;
            batch.put_shop(&scope, record);
            batch.put_settings(&scope, settings);
            batch.put_credentials(&scope, user, Some(credentials));
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            let arrival = Arrival {
                person,
                entrance: Entrance::Password,
                door: &door,
                print,
                now,
            };
            let entry = arrival.enter(&mut batch, tx, tenant)?;
            Ok(Decided::new(entry, batch))
        })?;
        self.reception.any_account.store(true, Ordering::Relaxed);
        self.prepare_master();
        Ok((entry, passing.secret))
    }

    /// All shops of this server; for the operator only.
    pub fn accounts(&self, door: &Threshold) -> Result<Vec<AccountRow>> {
        operator_only(door, "see all shops of this server")?;
        let now = self.clock.now();
        self.store.read(|tx| {
            let mut rows = Vec::new();
            for tenant in tx.tenants()? {
                let shop = tx.shop(&inside(tenant, UserId(0), now));
                let Some(head) = shop.record()? else {
                    continue;
                };
                let people = shop.people()?;
                let owners = people
                    .iter()
                    .filter(|person| person.role == Some(Role::Owner))
                    .map(|person| person.name.clone())
                    .collect();
                rows.push(AccountRow {
                    tenant: tenant.0,
                    name: head.name,
                    currency: head.currency,
                    created: head.created,
                    owners,
                    people: u32::try_from(people.len()).unwrap_or(u32::MAX),
                    sign_ins: u32::try_from(shop.open_sign_ins(now)?.len()).unwrap_or(u32::MAX),
                    lots: shop.lot_count()?,
                });
            }
            Ok(rows)
        })
    }
}

/// The number of a new shop, or the one that waits for its first people.
fn place_for(tx: &Tx<'_>, record: &ShopRecord) -> Result<(TenantId, Option<ShopRecord>)> {
    let first = !tx.anybody()?;
    let mut highest = 0;
    let mut waiting = None;
    for tenant in tx.tenants()? {
        highest = highest.max(tenant.0);
        let shop = tx.shop(&inside(tenant, UserId(0), Timestamp::default()));
        let Some(other) = shop.record()? else {
            continue;
        };
        if first && waiting.is_none() && shop.last_given("user")? == 0 {
            waiting = Some((tenant, Some(other)));
        } else if other.name.to_lowercase() == record.name.to_lowercase() {
            return Err(Error::conflict(
                "There is a shop of this name on this server. Choose another name.",
            ));
        }
    }
    match waiting {
        Some(waiting) => Ok(waiting),
        None => Ok((TenantId(highest + 1), None)),
    }
}
