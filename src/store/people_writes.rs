//! Writing people down, and keeping the indexes that find them true.

use redb::WriteTransaction;

use super::codec::{pack, unpack};
use super::people::{Credentials, Invitation, Print, SignIn, Unlocked, folded_email};
use super::shop::ShopWrite;
use super::tables::{
    AUDIT, BADGES, CREDENTIALS, INVITATIONS, INVITATIONS_BY_CODE, PEOPLE, PEOPLE_BY_EMAIL,
    PEOPLE_BY_UNIX, SIGN_INS, SIGN_INS_BY_ID, UNLOCKED, WHEREABOUTS,
};
use super::writer::Batch;
use super::{Shop, disk};
use crate::domain::{AuditEntry, Person, Scope, TenantId, UserId, Whereabouts};
use crate::error::{Error, Result};

/// A write to the records of people.
#[derive(Debug)]
pub(super) enum PeopleWrite {
    Person(Box<Person>),
    Credentials(UserId, Option<Box<Credentials>>),
    SignIn(Print, Box<SignIn>),
    ForgetSignIn(Print, u64),
    Unlocked(Print, Option<Unlocked>),
    Invitation(Box<Invitation>),
    ForgetInvitation(u64),
    Whereabouts(UserId, Option<Box<Whereabouts>>),
    Audit(Box<AuditEntry>),
}

/// Opens a table and does something to it.
macro_rules! table {
    ($tx:expr, $table:expr, $method:ident($($argument:expr),+)) => {
        $tx.open_table($table)
            .map_err(|e| disk(&e))?
            .$method($($argument),+)
            .map(|_| ())
            .map_err(|e| disk(&e))?
    };
}

/// Applies one write.
pub(super) fn apply(tx: &WriteTransaction, tenant: u32, write: PeopleWrite) -> Result<()> {
    match write {
        PeopleWrite::Person(person) => put_person(tx, tenant, &person)?,
        PeopleWrite::Credentials(user, credentials) => {
            put_credentials(tx, tenant, user.0, credentials.as_deref())?;
        }
        PeopleWrite::SignIn(print, sign_in) => {
            let bytes = pack(&*sign_in)?;
            table!(tx, SIGN_INS.definition(), insert(&print, bytes.as_slice()));
            table!(tx, SIGN_INS_BY_ID, insert((tenant, sign_in.id), &print));
        }
        PeopleWrite::ForgetSignIn(print, id) => {
            table!(tx, SIGN_INS.definition(), remove(&print));
            table!(tx, SIGN_INS_BY_ID, remove((tenant, id)));
        }
        PeopleWrite::Unlocked(print, Some(unlocked)) => {
            let bytes = pack(&unlocked)?;
            let key = (&print, tenant);
            table!(tx, UNLOCKED.definition(), insert(key, bytes.as_slice()));
        }
        PeopleWrite::Unlocked(print, None) => {
            table!(tx, UNLOCKED.definition(), remove((&print, tenant)));
        }
        PeopleWrite::Invitation(invitation) => {
            let key = (tenant, invitation.id);
            let bytes = pack(&*invitation)?;
            table!(tx, INVITATIONS.definition(), insert(key, bytes.as_slice()));
            table!(tx, INVITATIONS_BY_CODE, insert(&invitation.code, key));
        }
        PeopleWrite::ForgetInvitation(id) => forget_invitation(tx, tenant, id)?,
        PeopleWrite::Whereabouts(user, Some(whereabouts)) => {
            let bytes = pack(&*whereabouts)?;
            let key = (tenant, user.0);
            table!(tx, WHEREABOUTS.definition(), insert(key, bytes.as_slice()));
        }
        PeopleWrite::Whereabouts(user, None) => {
            table!(tx, WHEREABOUTS.definition(), remove((tenant, user.0)));
        }
        PeopleWrite::Audit(entry) => {
            let bytes = pack(&*entry)?;
            let key = (tenant, entry.id);
            table!(tx, AUDIT.definition(), insert(key, bytes.as_slice()));
        }
    }
    Ok(())
}

fn put_person(tx: &WriteTransaction, tenant: u32, person: &Person) -> Result<()> {
    let key = (tenant, person.id.0);
    let before: Option<Person> = {
        let mut people = tx.open_table(PEOPLE.definition()).map_err(|e| disk(&e))?;
        let before = people
            .insert(key, pack(person)?.as_slice())
            .map_err(|e| disk(&e))?;
        before.map(|bytes| unpack(bytes.value())).transpose()?
    };
    let mut emails = tx.open_table(PEOPLE_BY_EMAIL).map_err(|e| disk(&e))?;
    let mut unix = tx.open_table(PEOPLE_BY_UNIX).map_err(|e| disk(&e))?;
    // Whoever has left is found no more.
    if let Some(before) = before.filter(|before| before.removed.is_none()) {
        emails
            .remove((folded_email(&before.email).as_str(), tenant))
            .map_err(|e| disk(&e))?;
        if let Some(uid) = before.unix {
            unix.remove((uid, tenant)).map_err(|e| disk(&e))?;
        }
    }
    if person.removed.is_none() {
        emails
            .insert((folded_email(&person.email).as_str(), tenant), person.id.0)
            .map_err(|e| disk(&e))?;
        if let Some(uid) = person.unix {
            unix.insert((uid, tenant), person.id.0)
                .map_err(|e| disk(&e))?;
        }
    }
    Ok(())
}

fn put_credentials(
    tx: &WriteTransaction,
    tenant: u32,
    user: u32,
    credentials: Option<&Credentials>,
) -> Result<()> {
    let mut table = tx
        .open_table(CREDENTIALS.definition())
        .map_err(|e| disk(&e))?;
    let before = match credentials {
        Some(credentials) => table.insert((tenant, user), pack(credentials)?.as_slice()),
        None => table.remove((tenant, user)),
    }
    .map_err(|e| disk(&e))?
    .map(|bytes| unpack::<Credentials>(bytes.value()))
    .transpose()?;
    let old = before.and_then(|before| before.badge);
    let new = credentials.and_then(|credentials| credentials.badge);
    if old == new {
        return Ok(());
    }
    let mut badges = tx.open_table(BADGES).map_err(|e| disk(&e))?;
    if let Some(old) = old {
        badges.remove(&old).map_err(|e| disk(&e))?;
    }
    if let Some(new) = new {
        badges.insert(&new, (tenant, user)).map_err(|e| disk(&e))?;
    }
    Ok(())
}

fn forget_invitation(tx: &WriteTransaction, tenant: u32, id: u64) -> Result<()> {
    let before: Option<Invitation> = {
        let mut table = tx
            .open_table(INVITATIONS.definition())
            .map_err(|e| disk(&e))?;
        let before = table.remove((tenant, id)).map_err(|e| disk(&e))?;
        before.map(|bytes| unpack(bytes.value())).transpose()?
    };
    if let Some(before) = before {
        table!(tx, INVITATIONS_BY_CODE, remove(&before.code));
    }
    Ok(())
}

impl Batch {
    /// A number for a new person.
    pub fn next_user(&mut self, shop: &Shop<'_>) -> Result<UserId> {
        let next = self.next(shop, "user")?;
        u32::try_from(next)
            .map(UserId)
            .map_err(|_| Error::internal("There are no numbers left for people."))
    }

    /// A number for a new sign-in or token.
    pub fn next_sign_in(&mut self, shop: &Shop<'_>) -> Result<u64> {
        self.next(shop, "sign-in")
    }

    /// A number for a new invitation.
    pub fn next_invitation(&mut self, shop: &Shop<'_>) -> Result<u64> {
        self.next(shop, "invitation")
    }

    fn people(&mut self, tenant: TenantId, write: PeopleWrite) {
        self.push(ShopWrite::People(tenant.0, write));
    }

    /// Writes a person; address and Unix user follow.
    pub fn put_person(&mut self, scope: &Scope, person: Person) {
        self.people(scope.tenant, PeopleWrite::Person(Box::new(person)));
    }

    /// Writes what a person comes in with; `None`: nothing any more.
    pub fn put_credentials(
        &mut self,
        scope: &Scope,
        user: UserId,
        credentials: Option<Credentials>,
    ) {
        let write = PeopleWrite::Credentials(user, credentials.map(Box::new));
        self.people(scope.tenant, write);
    }

    /// Writes a sign-in or token under the fingerprint of its secret, into the shop it names.
    pub fn put_sign_in(&mut self, print: Print, sign_in: SignIn) {
        let tenant = sign_in.tenant;
        self.people(tenant, PeopleWrite::SignIn(print, Box::new(sign_in)));
    }

    /// Removes an old sign-in.
    pub fn forget_sign_in(&mut self, print: Print, sign_in: &SignIn) {
        let write = PeopleWrite::ForgetSignIn(print, sign_in.id);
        self.people(sign_in.tenant, write);
    }

    /// Remembers that a password of a shop was given at a station; `None`: forgets it.
    pub fn put_unlocked(&mut self, tenant: TenantId, station: Print, unlocked: Option<Unlocked>) {
        self.people(tenant, PeopleWrite::Unlocked(station, unlocked));
    }

    /// Writes an invitation.
    pub fn put_invitation(&mut self, scope: &Scope, invitation: Invitation) {
        let write = PeopleWrite::Invitation(Box::new(invitation));
        self.people(scope.tenant, write);
    }

    /// Removes an invitation.
    pub fn forget_invitation(&mut self, scope: &Scope, id: u64) {
        self.people(scope.tenant, PeopleWrite::ForgetInvitation(id));
    }

    /// Remembers where a person was; `None`: forgets it.
    pub fn put_whereabouts(
        &mut self,
        scope: &Scope,
        user: UserId,
        whereabouts: Option<Whereabouts>,
    ) {
        let write = PeopleWrite::Whereabouts(user, whereabouts.map(Box::new));
        self.people(scope.tenant, write);
    }

    /// Adds an entry to the shop's audit log; its number is given here. There is no way to change or
    /// remove one.
    pub fn add_audit(&mut self, shop: &Shop<'_>, mut entry: AuditEntry) -> Result<()> {
        entry.id = self.next(shop, "audit")?;
        // The log only grows: a number that is taken stays what it is, whatever a counter says.
        if shop.audit_entry(entry.id)?.is_some() {
            return Err(Error::internal(
                "An entry of the audit log cannot be written twice. `brickops check` says more.",
            ));
        }
        self.people(TenantId(shop.tenant), PeopleWrite::Audit(Box::new(entry)));
        Ok(())
    }
}
