//! What an owner arranges for others: who is there, with which role, signed in where.

use std::collections::BTreeMap;

use super::arrival::end_all;
use super::invitations::{granted, role_words, row};
use super::patience::account_left;
use super::{Entry, Threshold};
use crate::domain::{
    AuditKind, Entrance, Grants, InvitationRow, People, Person, PersonRow, Right, Role, Scope,
    SignInRow, Topic, UserId,
};
use crate::error::{Error, Result};
use crate::services::rights::allow;
use crate::services::{App, audit};
use crate::store::{Batch, Decided, Shop};

/// A person who has not left.
pub(super) fn there(shop: &Shop<'_>, user: UserId) -> Result<Person> {
    shop.person(user)?
        .filter(|person| person.removed.is_none())
        .ok_or_else(|| Error::not_found("There is no such person in this shop."))
}

/// Refuses to leave the shop without an owner.
fn another_owner(shop: &Shop<'_>, user: UserId) -> Result<()> {
    let another = shop
        .people()?
        .iter()
        .any(|person| person.id != user && person.role == Some(Role::Owner));
    if another {
        return Ok(());
    }
    Err(Error::conflict(
        "This is the only owner. Make somebody else an owner first.",
    ))
}

impl App {
    /// Everybody, invitations, sign-ins. `own` is the entry that asks.
    pub fn people(&self, scope: &Scope, own: &Entry) -> Result<People> {
        allow(scope, Right::People)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let everybody = shop.people()?;
            let names: BTreeMap<UserId, String> = everybody
                .iter()
                .map(|person| (person.id, person.name.clone()))
                .collect();
            let open = shop.open_sign_ins(scope.now)?;
            let mut people = Vec::with_capacity(everybody.len());
            for person in everybody {
                let credentials = shop.credentials(person.id)?.unwrap_or_default();
                let locked = account_left(&credentials, scope.now).and(credentials.locked_until);
                let signed_in = open
                    .iter()
                    .filter(|(_, sign_in)| sign_in.user == person.id && !sign_in.is_token())
                    .count();
                people.push(PersonRow {
                    password: credentials.password.is_some(),
                    pin: credentials.pin.is_some(),
                    badge: credentials.badge.is_some(),
                    locked,
                    signed_in: u32::try_from(signed_in).unwrap_or(u32::MAX),
                    person,
                });
            }
            people.sort_by_cached_key(|row| {
                let owner = row.person.role == Some(Role::Owner);
                (!owner, row.person.name.to_lowercase(), row.person.id)
            });
            let mut sign_ins: Vec<SignInRow> = open
                .into_iter()
                .map(|(_, of)| SignInRow {
                    id: of.id,
                    user: of.user,
                    name: names.get(&of.user).cloned().unwrap_or_default(),
                    entrance: of.entrance,
                    role: of.role,
                    place: of.place,
                    started: of.started,
                    seen: of.seen,
                    expires: of.expires,
                    own: of.id == own.id,
                })
                .collect();
            sign_ins.sort_by_key(|row| std::cmp::Reverse((row.seen, row.id)));
            let mut invitations: Vec<InvitationRow> = shop
                .invitations()?
                .iter()
                .filter(|of| scope.now < of.expires)
                .map(row)
                .collect();
            invitations.reverse();
            Ok(People {
                people,
                invitations,
                sign_ins,
            })
        })
    }

    /// Gives, changes or takes away a role. The last owner stays one.
    pub fn set_role(
        &self,
        scope: &Scope,
        door: &Threshold,
        user: UserId,
        role: Option<Role>,
        grants: Grants,
    ) -> Result<()> {
        self.guard(scope, door, Right::People)?;
        let grants = granted(role, grants);
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut person = there(&shop, user)?;
            if person.role == Some(Role::Owner) && role != Some(Role::Owner) {
                another_owner(&shop, user)?;
            }
            if (person.role, person.grants) == (role, grants) {
                return Ok(Decided::unchanged(()));
            }
            let detail = format!(
                "{} from {} to {}",
                person.name,
                role_words(person.role, person.grants),
                role_words(role, grants)
            );
            person.role = role;
            person.grants = grants;
            let mut batch = Batch::new();
            batch.put_person(&scope, person);
            let kind = AuditKind::RoleChanged;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            Ok(Decided::new((), batch))
        })
    }

    /// Removes a person with all sign-ins and tokens. The last owner stays.
    pub fn remove_person(&self, scope: &Scope, door: &Threshold, user: UserId) -> Result<()> {
        self.guard(scope, door, Right::People)?;
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut person = there(&shop, user)?;
            if person.role == Some(Role::Owner) {
                another_owner(&shop, user)?;
            }
            let mut batch = Batch::new();
            let kind = AuditKind::PersonRemoved;
            let detail = format!("{} ({})", person.name, person.email);
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            end_all(&mut batch, &shop, user, None, true, scope.now)?;
            batch.put_credentials(&scope, user, None);
            batch.put_whereabouts(&scope, user, None);
            for invitation in shop.invitations()? {
                if invitation.user == Some(user) {
                    batch.forget_invitation(&scope, invitation.id);
                }
            }
            person.removed = Some(scope.now);
            person.role = None;
            person.grants = Grants::default();
            person.unix = None;
            batch.put_person(&scope, person);
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            Ok(Decided::new((), batch))
        })
    }

    /// Ends a sign-in or revokes a token; one's own without any right.
    pub fn end_sign_in(&self, scope: &Scope, door: &Threshold, id: u64) -> Result<()> {
        let own = self.store.read(|tx| {
            let found = tx.shop(scope).sign_in(id)?;
            Ok(!scope.script && found.is_some_and(|(_, of)| of.user == scope.user))
        })?;
        if !own && let Err(e) = allow(scope, Right::People) {
            self.refused(scope, door, Right::People);
            return Err(e);
        }
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let Some((print, mut sign_in)) = shop
                .sign_in(id)?
                .filter(|(_, sign_in)| sign_in.open(scope.now))
            else {
                return Err(Error::not_found("This sign-in has ended already."));
            };
            let user = sign_in.user;
            let whose = shop.person(user)?.map(|of| of.name).unwrap_or_default();
            let (kind, detail) = match &sign_in.entrance {
                Entrance::Token(name) => (AuditKind::TokenRevoked, format!("{name} of {whose}")),
                _ if user == scope.user => (AuditKind::SignedOut, format!("at {}", sign_in.place)),
                _ => (
                    AuditKind::SignInEnded,
                    format!("{whose} at {}", sign_in.place),
                ),
            };
            sign_in.ended = Some(scope.now);
            let mut batch = Batch::new();
            batch.put_sign_in(print, sign_in);
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            Ok(Decided::new((), batch))
        })
    }
}
