//! What everybody arranges for themselves: name, password, PIN, badge, and where they were.

use super::arrival::end_all;
use super::secrets::{badge, badge_print};
use super::sign_in::forgive;
use super::staff::there;
use super::{Entry, Threshold, words};
use crate::domain::{AuditKind, Right, Scope, Secret, Topic, UserId, Whereabouts};
use crate::error::{Error, Result};
use crate::services::rights::allow;
use crate::services::{App, audit};
use crate::store::codec::pack;
use crate::store::people::Credentials;
use crate::store::{Batch, Decided, Shop};

/// Longest whereabouts that are kept, in bytes: somebody pasted a book into a search.
const WHEREABOUTS: usize = 8 * 1024;

impl App {
    /// Remembers where the person is.
    pub fn stay(&self, scope: &Scope, whereabouts: Whereabouts) -> Result<()> {
        if pack(&whereabouts)?.len() > WHEREABOUTS {
            return Err(Error::invalid("This place is too long to be remembered."));
        }
        let scope = *scope;
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            there(&shop, scope.user)?;
            let mut batch = Batch::new();
            if shop.whereabouts(scope.user)?.as_ref() != Some(&whereabouts) {
                // Nobody else shows it, so nobody is told.
                batch.put_whereabouts(&scope, scope.user, Some(whereabouts));
            }
            Ok(Decided::new((), batch))
        })
    }

    /// Own name.
    pub fn set_name(&self, scope: &Scope, name: &str) -> Result<()> {
        allow(scope, Right::OwnAccount)?;
        let name = words::name("A person", name)?;
        let scope = *scope;
        self.store.write(move |tx| {
            let mut person = there(&tx.shop(&scope), scope.user)?;
            person.name = name;
            let mut batch = Batch::new();
            batch.put_person(&scope, person);
            batch.changed(&scope, Topic::People, [u64::from(scope.user.0)]);
            Ok(Decided::new((), batch))
        })
    }

    /// Own password; ends one's other sign-ins, tokens stay.
    pub fn set_password(
        &self,
        scope: &Scope,
        door: &Threshold,
        own: &Entry,
        password: &Secret,
    ) -> Result<()> {
        self.guard(scope, door, Right::OwnAccount)?;
        let email = self
            .store
            .read(|tx| Ok(there(&tx.shop(scope), scope.user)?.email))?;
        words::password(password, &email)?;
        let hash = self.reception.hasher.turn()?.hash(password)?;
        let own = own.id;
        self.change(
            scope,
            door,
            scope.user,
            "password",
            move |batch, shop, scope, credentials| {
                credentials.password = Some(hash);
                credentials.pin_failures = 0;
                forgive(credentials);
                // A code that was made for the password before is not needed any more.
                for code in shop.invitations()? {
                    if code.user == Some(scope.user) {
                        batch.forget_invitation(scope, code.id);
                    }
                }
                end_all(batch, shop, scope.user, Some(own), false, scope.now)
            },
        )
    }

    /// Own PIN.
    pub fn set_pin(&self, scope: &Scope, door: &Threshold, pin: Option<&Secret>) -> Result<()> {
        self.guard(scope, door, Right::OwnAccount)?;
        let hash = match pin {
            Some(pin) => {
                words::pin(pin)?;
                Some(self.reception.hasher.turn()?.hash(pin)?)
            }
            None => None,
        };
        let what = if hash.is_some() {
            "PIN"
        } else {
            "no PIN any more"
        };
        self.change(
            scope,
            door,
            scope.user,
            what,
            move |_, _, _, credentials| {
                credentials.pin = hash;
                credentials.pin_failures = 0;
                Ok(())
            },
        )
    }

    /// A new badge for oneself, or as an owner for another.
    pub fn make_badge(&self, scope: &Scope, door: &Threshold, user: UserId) -> Result<Secret> {
        let right = if user == scope.user {
            Right::OwnAccount
        } else {
            Right::People
        };
        self.guard(scope, door, right)?;
        let made = badge(&*self.reception.entropy)?;
        let print = badge_print(&made);
        self.change(scope, door, user, "badge", move |_, _, _, credentials| {
            credentials.badge = Some(print);
            Ok(())
        })?;
        Ok(made)
    }

    /// Changes what a person comes in with, and says so in the audit log.
    fn change(
        &self,
        scope: &Scope,
        door: &Threshold,
        user: UserId,
        what: &'static str,
        change: impl FnOnce(&mut Batch, &Shop<'_>, &Scope, &mut Credentials) -> Result<()>
        + Send
        + 'static,
    ) -> Result<()> {
        let (scope, door) = (*scope, door.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let person = there(&shop, user)?;
            let mut batch = Batch::new();
            let mut credentials = shop.credentials(user)?.unwrap_or_default();
            change(&mut batch, &shop, &scope, &mut credentials)?;
            batch.put_credentials(&scope, user, Some(credentials));
            let detail = if user == scope.user {
                what.to_owned()
            } else {
                format!("{what} of {}", person.name)
            };
            let kind = AuditKind::CredentialChanged;
            audit::note(&mut batch, &shop, &scope, &door, kind, detail)?;
            batch.changed(&scope, Topic::People, [u64::from(user.0)]);
            Ok(Decided::new((), batch))
        })
    }
}
