//! People of a shop, what they come in with, and where they are signed in.
//!
//! A shop's people are reached through [`Shop`] like everything else of it. The one exception is
//! coming in: whoever shows a secret has not said yet of which shop. Those few look-ups are on [`Tx`],
//! take the fingerprint of a secret (or an address, or a Unix user) and give back whose it is, nothing
//! else of any shop.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::codec::unpack;
use super::tables::{
    BADGES, CREDENTIALS, INVITATIONS, INVITATIONS_BY_CODE, LOTS, PEOPLE, PEOPLE_BY_EMAIL,
    PEOPLE_BY_UNIX, SIGN_INS, SIGN_INS_BY_ID, UNLOCKED, WHEREABOUTS,
};
use super::{Shop, Tx};
use crate::domain::{Entrance, Grants, Person, Role, TenantId, Timestamp, UserId, Whereabouts};
use crate::error::Result;

/// Fingerprint of a secret: enough to know it again, not to tell it.
pub type Print = [u8; 32];

/// What a person comes in with, as hashes, and how often somebody failed with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Credentials {
    /// The password's hash with its parameters.
    pub password: Option<String>,
    /// The PIN's.
    pub pin: Option<String>,
    /// Fingerprint of the badge.
    pub badge: Option<Print>,
    /// Failures since the last success.
    pub failures: u32,
    /// Wrong PINs since the last right one, or the last password.
    pub pin_failures: u32,
    /// After too many failures: until when nothing is tried.
    pub locked_until: Option<Timestamp>,
}

/// A sign-in, or a token for scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Number within the shop.
    pub id: u64,
    /// The shop.
    pub tenant: TenantId,
    /// Whose.
    pub user: UserId,
    /// How.
    pub entrance: Entrance,
    /// Role of a token; of a sign-in the person's own counts.
    pub role: Option<Role>,
    /// What a token is granted.
    pub grants: Grants,
    /// Terminal or address.
    pub place: String,
    /// Unix user it came from.
    pub uid: u32,
    /// When it began.
    pub started: Timestamp,
    /// When it was last used; written at most every few minutes.
    pub seen: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// When it was ended.
    pub ended: Option<Timestamp>,
}

impl SignIn {
    /// Whether it still lets in at `now`.
    pub fn open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires
    }

    /// Whether it was made for scripts.
    pub const fn is_token(&self) -> bool {
        matches!(self.entrance, Entrance::Token(_))
    }
}

/// A station where a password of a shop was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlocked {
    /// When last.
    pub at: Timestamp,
    /// Who is signed in there: fingerprint of the latest sign-in at this station.
    pub current: Print,
}

/// A one-time code that waits: for a new person, or for a new password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Number within the shop.
    pub id: u64,
    /// For whom.
    pub email: String,
    /// Whose new password; `None`: a new person.
    pub user: Option<UserId>,
    /// Role it gives a new person.
    pub role: Option<Role>,
    /// What a manager is granted.
    pub grants: Grants,
    /// Who made it; 0: the server's operator.
    pub by: UserId,
    /// The name of whoever made it.
    pub by_name: String,
    /// When.
    pub created: Timestamp,
    /// Until when it can be used.
    pub expires: Timestamp,
    /// Fingerprint of the code.
    pub code: Print,
}

/// Coming in: whose is this?
impl Tx<'_> {
    /// The sign-in or token with this secret.
    pub fn sign_in(&self, print: &Print) -> Result<Option<SignIn>> {
        self.get(&SIGN_INS, print)
    }

    /// Whose badge it is.
    pub fn badge(&self, print: &Print) -> Result<Option<(TenantId, UserId)>> {
        self.look(BADGES, print, |(tenant, user)| {
            Ok((TenantId(tenant), UserId(user)))
        })
    }

    /// The invitation with this code.
    pub fn invitation_by_code(&self, print: &Print) -> Result<Option<(TenantId, u64)>> {
        self.look(INVITATIONS_BY_CODE, print, |(tenant, id)| {
            Ok((TenantId(tenant), id))
        })
    }

    /// Everybody with this folded address, of any shop.
    pub fn people_by_email(&self, folded: &str) -> Result<Vec<(TenantId, UserId)>> {
        let mut found = Vec::new();
        let all = (folded, 0)..=(folded, u32::MAX);
        self.walk::<(&str, u32), u32, (&str, u32)>(PEOPLE_BY_EMAIL, all, |(_, tenant), user| {
            found.push((TenantId(tenant), UserId(user)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// Everybody this Unix user is mapped to, of any shop.
    pub fn people_by_unix(&self, uid: u32) -> Result<Vec<(TenantId, UserId)>> {
        let mut found = Vec::new();
        let all = (uid, 0)..=(uid, u32::MAX);
        self.walk::<(u32, u32), u32, (u32, u32)>(PEOPLE_BY_UNIX, all, |(_, tenant), user| {
            found.push((TenantId(tenant), UserId(user)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }

    /// The shops whose password was given at this station.
    pub fn unlocked(&self, station: &Print) -> Result<Vec<(TenantId, Unlocked)>> {
        let mut found = Vec::new();
        let all = (station, 0)..=(station, u32::MAX);
        self.walk::<(&Print, u32), &[u8], (&Print, u32)>(
            UNLOCKED.definition(),
            all,
            |(_, tenant), bytes| {
                found.push((TenantId(tenant), unpack(bytes)?));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }

    /// Stations from this fingerprint on, at most `most`: to forget old ones now and then.
    pub fn stations_from(
        &self,
        station: &Print,
        most: usize,
    ) -> Result<Vec<(Print, TenantId, Unlocked)>> {
        let mut found = Vec::new();
        self.walk::<(&Print, u32), &[u8], (&Print, u32)>(
            UNLOCKED.definition(),
            (station, 0)..,
            |(print, tenant), bytes| {
                found.push((*print, TenantId(tenant), unpack(bytes)?));
                Ok(if found.len() < most {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            },
        )?;
        Ok(found)
    }

    /// Whether there is anybody at all who could sign in.
    pub fn anybody(&self) -> Result<bool> {
        let mut any = false;
        self.walk::<(&str, u32), u32, (&str, u32)>(PEOPLE_BY_EMAIL, .., |_, _| {
            any = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(any)
    }
}

impl Shop<'_> {
    /// A person, also one who has left.
    pub fn person(&self, id: UserId) -> Result<Option<Person>> {
        self.tx.get(&PEOPLE, (self.tenant, id.0))
    }

    /// Everybody, by number, also those who have left.
    pub fn each_person(&self, mut each: impl FnMut(Person) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u32::MAX);
        self.tx
            .walk::<(u32, u32), &[u8], (u32, u32)>(PEOPLE.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Everybody who has not left, by number.
    pub fn people(&self) -> Result<Vec<Person>> {
        let mut found = Vec::new();
        self.each_person(|person| {
            if person.removed.is_none() {
                found.push(person);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// The person with this folded address.
    pub fn person_by_email(&self, folded: &str) -> Result<Option<UserId>> {
        self.tx
            .look(PEOPLE_BY_EMAIL, (folded, self.tenant), |id| Ok(UserId(id)))
    }

    /// The person this Unix user is mapped to.
    pub fn person_by_unix(&self, uid: u32) -> Result<Option<UserId>> {
        self.tx
            .look(PEOPLE_BY_UNIX, (uid, self.tenant), |id| Ok(UserId(id)))
    }

    /// What a person comes in with.
    pub fn credentials(&self, user: UserId) -> Result<Option<Credentials>> {
        self.tx.get(&CREDENTIALS, (self.tenant, user.0))
    }

    /// A sign-in or token of this shop, with the fingerprint of its secret.
    pub fn sign_in(&self, id: u64) -> Result<Option<(Print, SignIn)>> {
        let print = self
            .tx
            .look(SIGN_INS_BY_ID, (self.tenant, id), |print| Ok(*print))?;
        let Some(print) = print else {
            return Ok(None);
        };
        Ok(self.tx.get(&SIGN_INS, &print)?.map(|found| (print, found)))
    }

    /// The shop's sign-ins and tokens from this number on, at most `most`; also ended ones.
    pub fn sign_ins_from(&self, id: u64, most: usize) -> Result<Vec<(Print, SignIn)>> {
        let mut prints = Vec::new();
        let all = (self.tenant, id)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &Print, (u32, u64)>(SIGN_INS_BY_ID, all, |_, print| {
                prints.push(*print);
                Ok(if prints.len() < most {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            })?;
        let mut found = Vec::with_capacity(prints.len());
        self.tx
            .look_many(SIGN_INS.definition(), prints.iter(), |at, bytes| {
                found.push((prints[at], unpack(bytes)?));
                Ok(())
            })?;
        Ok(found)
    }

    /// The shop's sign-ins and tokens that still let in, by number.
    pub fn open_sign_ins(&self, now: Timestamp) -> Result<Vec<(Print, SignIn)>> {
        let mut found = self.sign_ins_from(0, usize::MAX)?;
        found.retain(|(_, sign_in)| sign_in.open(now));
        Ok(found)
    }

    /// An invitation that waits.
    pub fn invitation(&self, id: u64) -> Result<Option<Invitation>> {
        self.tx.get(&INVITATIONS, (self.tenant, id))
    }

    /// Invitations that wait, by number; some may have run out.
    pub fn invitations(&self) -> Result<Vec<Invitation>> {
        let mut found = Vec::new();
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx.walk::<(u32, u64), &[u8], (u32, u64)>(
            INVITATIONS.definition(),
            all,
            |_, bytes| {
                found.push(unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }

    /// Where a person was; nothing where that cannot be read any more.
    pub fn whereabouts(&self, user: UserId) -> Result<Option<Whereabouts>> {
        let key = (self.tenant, user.0);
        let read = self.tx.look(
            WHEREABOUTS.definition(),
            key,
            |bytes| Ok(unpack(bytes).ok()),
        )?;
        Ok(read.flatten())
    }

    /// How many lots there are.
    pub fn lot_count(&self) -> Result<u64> {
        let mut count = 0;
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(LOTS.definition(), all, |_, _| {
                count += 1;
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(count)
    }
}

/// An e-mail address as it is compared.
pub fn folded_email(email: &str) -> String {
    email.trim().to_lowercase()
}
