//! What scripts read about people, accounts, tags and the audit log.

use serde::Serialize;

use super::time;
use crate::domain::{
    AccountRow, AuditEntry, Grants, InvitationRow, OverlayRow, PersonRow, Right, Role,
    ShopSettings, SignInRow,
};

#[derive(Debug, Serialize)]
struct Granted {
    inventory: bool,
    orders: bool,
}

impl From<Grants> for Granted {
    fn from(grants: Grants) -> Self {
        Self {
            inventory: grants.inventory,
            orders: grants.orders,
        }
    }
}

/// Who is signed in.
#[derive(Debug, Serialize)]
pub struct Me {
    user: u32,
    name: String,
    email: String,
    shop: String,
    role: Option<&'static str>,
    grants: Granted,
    entrance: String,
    expires: String,
    operator: bool,
    may: Vec<&'static str>,
}

impl From<&crate::domain::Me> for Me {
    fn from(me: &crate::domain::Me) -> Self {
        let rights = Right::ALL.iter().filter(|right| me.may(**right));
        Self {
            user: me.user.0,
            name: me.name.clone(),
            email: me.email.clone(),
            shop: me.shop.clone(),
            role: me.role.map(Role::word),
            grants: me.grants.into(),
            entrance: me.entrance.words(),
            expires: time(me.expires),
            operator: me.operator,
            may: rights.map(|right| right.words()).collect(),
        }
    }
}

/// A person.
#[derive(Debug, Serialize)]
pub struct Person {
    user: u32,
    email: String,
    name: String,
    role: Option<&'static str>,
    grants: Granted,
    created: String,
    active: Option<String>,
    locked: Option<String>,
    unix: Option<u32>,
    password: bool,
    pin: bool,
    badge: bool,
    signed_in: u32,
}

impl From<&PersonRow> for Person {
    fn from(row: &PersonRow) -> Self {
        let person = &row.person;
        Self {
            user: person.id.0,
            email: person.email.clone(),
            name: person.name.clone(),
            role: person.role.map(Role::word),
            grants: person.grants.into(),
            created: time(person.created),
            active: person.active.map(time),
            locked: row.locked.map(time),
            unix: person.unix,
            password: row.password,
            pin: row.pin,
            badge: row.badge,
            signed_in: row.signed_in,
        }
    }
}

/// An invitation.
#[derive(Debug, Serialize)]
pub struct Invitation {
    id: u64,
    email: String,
    role: Option<&'static str>,
    grants: Granted,
    by: String,
    created: String,
    expires: String,
}

impl From<&InvitationRow> for Invitation {
    fn from(row: &InvitationRow) -> Self {
        Self {
            id: row.id,
            email: row.email.clone(),
            role: row.role.map(Role::word),
            grants: row.grants.into(),
            by: row.by.clone(),
            created: time(row.created),
            expires: time(row.expires),
        }
    }
}

/// A one-time code.
#[derive(Debug, Serialize)]
pub struct Invited {
    shop: String,
    code: String,
    invitation: Invitation,
}

impl From<&crate::api::Invited> for Invited {
    fn from(invited: &crate::api::Invited) -> Self {
        Self {
            shop: invited.shop.clone(),
            code: invited.code.reveal().to_owned(),
            invitation: (&invited.invitation).into(),
        }
    }
}

/// A sign-in or a token.
#[derive(Debug, Serialize)]
pub struct SignIn {
    id: u64,
    user: u32,
    name: String,
    entrance: String,
    role: Option<&'static str>,
    place: String,
    started: String,
    seen: String,
    expires: String,
    own: bool,
}

impl From<&SignInRow> for SignIn {
    fn from(row: &SignInRow) -> Self {
        Self {
            id: row.id,
            user: row.user.0,
            name: row.name.clone(),
            entrance: row.entrance.words(),
            role: row.role.map(Role::word),
            place: row.place.clone(),
            started: time(row.started),
            seen: time(row.seen),
            expires: time(row.expires),
            own: row.own,
        }
    }
}

/// A token, shown once.
#[derive(Debug, Serialize)]
pub struct Token {
    /// The token.
    pub token: String,
}

/// A badge, shown once.
#[derive(Debug, Serialize)]
pub struct Badge {
    /// What its bar code says.
    pub badge: String,
}

/// A shop of the server.
#[derive(Debug, Serialize)]
pub struct Account {
    id: u32,
    name: String,
    currency: String,
    created: String,
    owners: Vec<String>,
    people: u32,
    sign_ins: u32,
    lots: u64,
}

impl From<&AccountRow> for Account {
    fn from(row: &AccountRow) -> Self {
        Self {
            id: row.tenant,
            name: row.name.clone(),
            currency: row.currency.clone(),
            created: time(row.created),
            owners: row.owners.clone(),
            people: row.people,
            sign_ins: row.sign_ins,
            lots: row.lots,
        }
    }
}

/// An entry of the audit log.
#[derive(Debug, Serialize)]
pub struct Audit {
    id: u64,
    at: String,
    who: String,
    user: Option<u32>,
    kind: &'static str,
    detail: String,
    place: String,
}

impl From<&AuditEntry> for Audit {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: time(entry.at),
            who: entry.who.clone(),
            user: entry.user.map(|user| user.0),
            kind: entry.kind.word(),
            detail: entry.detail.clone(),
            place: entry.place.clone(),
        }
    }
}

/// The shop's settings.
#[derive(Debug, Serialize)]
pub struct Settings {
    name: String,
    time_zone: String,
    lock_after: u16,
    webhook: String,
    alert_every: u16,
}

impl Settings {
    /// Of a shop with this name.
    pub fn new(name: &str, settings: &ShopSettings) -> Self {
        Self {
            name: name.to_owned(),
            time_zone: settings.time_zone.clone(),
            lock_after: settings.lock_after,
            webhook: settings.webhook.clone(),
            alert_every: settings.alert_every,
        }
    }
}

/// What the shop keeps of an item.
#[derive(Debug, Serialize)]
pub struct Overlay {
    r#type: char,
    no: String,
    name: String,
    tags: Vec<String>,
    notes: String,
    bin: Option<String>,
    global_bin: Option<String>,
    changed: String,
    by: String,
}

impl From<&OverlayRow> for Overlay {
    fn from(row: &OverlayRow) -> Self {
        let overlay = &row.overlay;
        Self {
            r#type: overlay.item.kind.letter(),
            no: overlay.item.no.clone(),
            name: row.name.clone(),
            tags: overlay.tags.clone(),
            notes: overlay.notes.clone(),
            bin: overlay.bin.map(|bin| bin.to_string()),
            global_bin: row.global_bin.map(|bin| bin.to_string()),
            changed: time(overlay.changed),
            by: row.by.clone(),
        }
    }
}
