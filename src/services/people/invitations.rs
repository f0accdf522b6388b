//! One-time codes: for a new person, and for a new password.

use super::arrival::{Arrival, Passing, end_all};
use super::patience::Culprit;
use super::secrets::{code, code_print};
use super::sign_in::{forgive, same_name};
use super::{Entry, Threshold, inside, nobody, operator_only, words};
use crate::domain::time::DAY;
use crate::domain::{
    AuditKind, Entrance, Grants, InvitationRow, Person, Right, Role, Scope, Secret, TenantId,
    Timestamp, Topic, UserId,
};
use crate::error::{Error, Result};
use crate::services::{App, audit};
use crate::store::people::{Credentials, Invitation, Print, folded_email};
use crate::store::{Batch, Decided, Shop, Tx};

/// Most days that an invitation is valid.
const MOST_DAYS: u16 = 30;
/// How long a code for a new password is valid, in microseconds.
const RESET: i64 = DAY;

/// Said of every code that does not let in, whatever the reason.
const UNKNOWN: &str = "This code is not known, was used, or has run out. Ask for a new one.";

/// A code's invitation as it is listed.
pub(super) fn row(invitation: &Invitation) -> InvitationRow {
    InvitationRow {
        id: invitation.id,
        email: invitation.email.clone(),
        role: invitation.role,
        grants: invitation.grants,
        by: invitation.by_name.clone(),
        created: invitation.created,
        expires: invitation.expires,
    }
}

/// What a manager is granted; of other roles the table alone decides.
pub(super) fn granted(role: Option<Role>, grants: Grants) -> Grants {
    if role == Some(Role::Manager) {
        grants
    } else {
        Grants::default()
    }
}

/// A role with its grants, in words.
pub(super) fn role_words(role: Option<Role>, grants: Grants) -> String {
    let Some(role) = role else {
        return "no role".into();
    };
    let mut words = role.word().to_owned();
    for (granted, what) in [(grants.inventory, "inventory"), (grants.orders, "orders")] {
        if role == Role::Manager && granted {
            words.push_str(" + ");
            words.push_str(what);
        }
    }
    words
}

/// The invitation of a code, as long as it counts: not run out, its maker still an owner.
fn counts(tx: &Tx<'_>, print: &Print, now: Timestamp) -> Result<Option<(TenantId, Invitation)>> {
    let Some((tenant, id)) = tx.invitation_by_code(print)? else {
        return Ok(None);
    };
    let shop = tx.shop(&inside(tenant, UserId(0), now));
    let Some(invitation) = shop.invitation(id)? else {
        return Ok(None);
    };
    let by_owner = match invitation.by {
        UserId(0) => true,
        by => shop
            .person(by)?
            .is_some_and(|by| by.removed.is_none() && by.role == Some(Role::Owner)),
    };
    let good = by_owner && invitation.code == *print && now < invitation.expires;
    Ok(good.then_some((tenant, invitation)))
}

/// Forgets codes that have run out, and those that `also` names.
fn clear_out(
    batch: &mut Batch,
    shop: &Shop<'_>,
    scope: &Scope,
    also: impl Fn(&Invitation) -> bool,
) -> Result<()> {
    for old in shop.invitations()? {
        if scope.now >= old.expires || also(&old) {
            batch.forget_invitation(scope, old.id);
        }
    }
    Ok(())
}

impl App {
    /// In with an invitation's code, or with a one-time code for a new password.
    pub fn use_code(
        &self,
        door: &Threshold,
        code: &Secret,
        name: &str,
        password: &Secret,
    ) -> Result<(Entry, Secret)> {
        let now = self.clock.now();
        let culprits = Culprit::at(door);
        self.reception.patience.check(&culprits, now)?;
        let print = code_print(code);
        let found = self.store.read(|tx| counts(tx, &print, now))?;
        let Some((_, invitation)) = found else {
            // As slow as a right one, and one at a time: nobody floods the audit log with guesses.
            self.reception.hasher.turn()?.waste(password)?;
            self.stranger(door, &culprits, "nobody known", "unknown code", now)?;
            return Err(nobody(UNKNOWN));
        };
        words::password(password, &invitation.email)?;
        let name = match invitation.user {
            Some(_) => String::new(),
            None => words::name("A person", name)?,
        };
        let hash = self.reception.hasher.turn()?.hash(password)?;
        let passing = Passing::new(&*self.reception.entropy)?;
        let (new, door) = (passing.print, door.clone());
        let entry = self.store.write(move |tx| {
            // Somebody may have been faster with it.
            let Some((of, invitation)) = counts(tx, &print, now)? else {
                return Err(nobody(UNKNOWN));
            };
            let mut batch = Batch::new();
            batch.forget_invitation(&inside(of, UserId(0), now), invitation.id);
            let person = match invitation.user {
                Some(user) => reset(&mut batch, tx, &door, (of, user), hash, now)?,
                None => join(&mut batch, tx, &door, (of, invitation), name, hash, now)?,
            };
            let arrival = Arrival {
                person,
                entrance: Entrance::Password,
                door: &door,
                print: new,
                now,
            };
            let entry = arrival.enter(&mut batch, tx, of)?;
            Ok(Decided::new(entry, batch))
        })?;
        self.reception.patience.clear(&culprits);
        Ok((entry, passing.secret))
    }

    /// Invites a person.
    pub fn invite(
        &self,
        scope: &Scope,
        door: &Threshold,
        email: &str,
        role: Role,
        grants: Grants,
        days: u16,
    ) -> Result<(InvitationRow, Secret)> {
        self.guard(scope, door, Right::People)?;
        let email = words::email(email)?;
        let lasts = words::days(days, MOST_DAYS)? * DAY;
        let grants = granted(Some(role), grants);
        let code = code(&*self.reception.entropy)?;
        let print = code_print(&code);
        let (scope, door) = (*scope, door.clone());
        let row = self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let folded = folded_email(&email);
            if shop.person_by_email(&folded)?.is_some() {
                return Err(Error::conflict(format!(
                    "{email} is one of the people of this shop already."
                )));
            }
            let mut batch = Batch::new();
            // The latest code for an address is the one that counts.
            clear_out(&mut batch, &shop, &scope, |old| {
                old.user.is_none() && folded_email(&old.email) == folded
            })?;
            let detail = format!("{email} as {}", role_words(Some(role), grants));
            let new = Coded {
                email,
                user: None,
                role: Some(role),
                grants,
                lasts,
                print,
            };
            let row = new.put(&mut batch, &shop, &scope)?;
            let kind = AuditKind::Invited;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            Ok(Decided::new(row, batch))
        })?;
        Ok((row, code))
    }

    /// A one-time code for a new password.
    pub fn reset_password(
        &self,
        scope: &Scope,
        door: &Threshold,
        user: UserId,
    ) -> Result<(InvitationRow, Secret)> {
        self.guard(scope, door, Right::People)?;
        self.reset_code(*scope, door, user)
    }

    /// The same by the operator; gives the shop's name, too.
    pub fn reset_by_operator(
        &self,
        door: &Threshold,
        shop: Option<&str>,
        email: &str,
    ) -> Result<(InvitationRow, String, Secret)> {
        operator_only(door, "reset an owner's password")?;
        let now = self.clock.now();
        let folded = folded_email(email);
        let mut found = self.store.read(|tx| {
            let mut found = Vec::new();
            for (tenant, user) in tx.people_by_email(&folded)? {
                let records = tx.shop(&inside(tenant, user, now));
                let (Some(head), Some(person)) = (records.record()?, records.person(user)?) else {
                    continue;
                };
                if shop.is_none_or(|shop| same_name(shop, &head.name)) {
                    found.push((tenant, head.name, person));
                }
            }
            Ok(found)
        })?;
        let Some((tenant, name, person)) = found.pop() else {
            return Err(Error::not_found("Nobody with this address is known here."));
        };
        if let Some((_, other, _)) = found.first() {
            return Err(Error::conflict(format!(
                "This address is known in several shops, such as {other} and {name}. Name the shop."
            )));
        }
        if person.role != Some(Role::Owner) {
            return Err(Error::invalid(format!(
                "{} is not an owner of {name}. An owner of the shop can reset this password.",
                person.name
            )));
        }
        let scope = inside(tenant, UserId(0), now);
        let (row, code) = self.reset_code(scope, door, person.id)?;
        Ok((row, name, code))
    }

    fn reset_code(
        &self,
        scope: Scope,
        door: &Threshold,
        user: UserId,
    ) -> Result<(InvitationRow, Secret)> {
        let code = code(&*self.reception.entropy)?;
        let print = code_print(&code);
        let door = door.clone();
        let row = self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let person = super::staff::there(&shop, user)?;
            let mut batch = Batch::new();
            clear_out(&mut batch, &shop, &scope, |old| old.user == Some(user))?;
            let detail = format!("a code for a new password of {}", person.name);
            let new = Coded {
                email: person.email,
                user: Some(user),
                role: None,
                grants: Grants::default(),
                lasts: RESET,
                print,
            };
            let row = new.put(&mut batch, &shop, &scope)?;
            let kind = AuditKind::Invited;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            Ok(Decided::new(row, batch))
        })?;
        Ok((row, code))
    }

    /// Makes an invitation useless.
    pub fn revoke_invitation(&self, scope: &Scope, door: &Threshold, id: u64) -> Result<()> {
        self.guard(scope, door, Right::People)?;
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let Some(invitation) = shop.invitation(id)? else {
                return Err(Error::not_found(
                    "This invitation is not there any more: it was used, revoked, or ran out.",
                ));
            };
            let mut batch = Batch::new();
            batch.forget_invitation(&scope, id);
            let kind = AuditKind::InvitationRevoked;
            let detail = format!("for {}", invitation.email);
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(scope.user.0)]);
            Ok(Decided::new((), batch))
        })
    }
}

/// An invitation that is about to be written.
struct Coded {
    email: String,
    user: Option<UserId>,
    role: Option<Role>,
    grants: Grants,
    lasts: i64,
    print: Print,
}

impl Coded {
    fn put(self, batch: &mut Batch, shop: &Shop<'_>, scope: &Scope) -> Result<InvitationRow> {
        let by = shop.person(scope.user)?;
        let invitation = Invitation {
            id: batch.next_invitation(shop)?,
            email: self.email,
            user: self.user,
            role: self.role,
            grants: self.grants,
            by: scope.user,
            by_name: by.map_or_else(|| "operator".to_owned(), |by| by.name),
            created: scope.now,
            expires: Timestamp::from_micros(scope.now.micros().saturating_add(self.lasts)),
            code: self.print,
        };
        let row = row(&invitation);
        batch.put_invitation(scope, invitation);
        batch.changed(scope, Topic::People, [u64::from(scope.user.0)]);
        Ok(row)
    }
}

/// A new person.
fn join(
    batch: &mut Batch,
    tx: &Tx<'_>,
    door: &Threshold,
    (tenant, invitation): (TenantId, Invitation),
    name: String,
    password: String,
    now: Timestamp,
) -> Result<Person> {
    let shop_scope = inside(tenant, UserId(0), now);
    let shop = tx.shop(&shop_scope);
    if shop
        .person_by_email(&folded_email(&invitation.email))?
        .is_some()
    {
        return Err(Error::conflict(
            "This address is one of the people of this shop already. Sign in with the password.",
        ));
    }
    let user = batch.next_user(&shop)?;
    let person = Person {
        id: user,
        email: invitation.email,
        name,
        role: invitation.role,
        grants: invitation.grants,
        created: now,
        active: None,
        removed: None,
        unix: None,
    };
    let credentials = Credentials {
        password: Some(password),
        ..Credentials::default()
    };
    batch.put_credentials(&shop_scope, user, Some(credentials));
    let who = (Some(user), person.name.as_str());
    let detail = format!(
        "{} as {}",
        person.email,
        role_words(person.role, person.grants)
    );
    let kind = AuditKind::InvitationUsed;
    audit::note_as(batch, &shop, who, now, &door.place, kind, detail)?;
    Ok(person)
}

/// A new password.
fn reset(
    batch: &mut Batch,
    tx: &Tx<'_>,
    door: &Threshold,
    (tenant, user): (TenantId, UserId),
    password: String,
    now: Timestamp,
) -> Result<Person> {
    let scope = inside(tenant, user, now);
    let shop = tx.shop(&scope);
    let Some(person) = shop.person(user)?.filter(|of| of.removed.is_none()) else {
        return Err(nobody(UNKNOWN));
    };
    let mut credentials = shop.credentials(user)?.unwrap_or_default();
    credentials.password = Some(password);
    credentials.pin_failures = 0;
    forgive(&mut credentials);
    batch.put_credentials(&scope, user, Some(credentials));
    end_all(batch, &shop, user, None, false, now)?;
    let kind = AuditKind::CredentialChanged;
    let detail = "password, with a one-time code";
    audit::note(batch, &shop, &scope, door, kind, detail)?;
    Ok(person)
}
