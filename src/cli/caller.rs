//! A command's connection: who it speaks for, and the password once more where that is asked for.

use super::asking::Passwords;
use super::connect::{self, Place};
use crate::api::client::{Blocking, Client};
use crate::api::{
    DoorRequest, Event, Greeted, KeysRequest, OfficeRequest, Reply, Request, SignedIn,
};
use crate::domain::{Me, PersonRow, Standing, UserId};
use crate::error::{Error, Kind, Result};

/// A command's connection.
#[derive(Debug)]
pub struct Caller<'p> {
    client: Blocking,
    greeted: Greeted,
    passwords: &'p Passwords,
}

/// The server kept to no agreement.
pub fn unexpected() -> Error {
    Error::internal("The server answered something else.")
}

impl<'p> Caller<'p> {
    /// Connects, with the sign-in that is remembered or given.
    pub fn connect(place: &Place, passwords: &'p Passwords) -> Result<Self> {
        let (client, greeted) = connect::blocking_greeted(place)?;
        Ok(Self {
            client,
            greeted,
            passwords,
        })
    }

    /// How the connection stood when it was made.
    pub fn standing(&self) -> &Standing {
        &self.greeted.standing
    }

    /// Who is signed in.
    pub fn me(&self) -> Result<&Me> {
        if let Some(me) = self.greeted.standing.me() {
            return Ok(me);
        }
        let message = match (&self.greeted.note, &self.greeted.standing) {
            (Some(note), _) => note.clone(),
            (None, Standing::NoAccount) => {
                "There is no account here yet. Open one with `brickops init`.".into()
            }
            (None, _) => "Nobody is signed in. Use `brickops login`.".into(),
        };
        Err(Error::new(Kind::Unauthenticated, message))
    }

    /// Asks. A sign-in that has ended is named as the reason where nobody is signed in.
    pub fn call(&self, request: Request) -> Result<Reply> {
        self.call_with(request, |_| {})
    }

    /// Sends more while an answer is waited for.
    pub fn sender(&self) -> Client {
        self.client.sender()
    }

    /// Asks; events that arrive meanwhile go to `tell`.
    pub fn call_with(&self, request: Request, tell: impl FnMut(Event)) -> Result<Reply> {
        self.client
            .call_with(request, tell)
            .map_err(|e| match &self.greeted.note {
                Some(note) if e.kind == Kind::Unauthenticated => Error::new(e.kind, note.clone()),
                _ => e,
            })
    }

    /// Asks at the door.
    pub fn door(&self, request: DoorRequest) -> Result<Reply> {
        self.call(Request::Door(request))
    }

    /// Comes in.
    pub fn come_in(&self, request: DoorRequest) -> Result<SignedIn> {
        match self.door(request)? {
            Reply::SignedIn(signed_in) => Ok(*signed_in),
            _ => Err(unexpected()),
        }
    }

    /// Asks the office; gives the password again where that is wanted.
    pub fn office(&self, request: OfficeRequest) -> Result<Reply> {
        self.confirmed(Request::Office(request))
    }

    /// The same about keys of marketplaces.
    pub fn keys(&self, request: KeysRequest) -> Result<Reply> {
        self.confirmed(Request::Keys(request))
    }

    fn confirmed(&self, request: Request) -> Result<Reply> {
        match self.call(request.clone()) {
            Err(e) if e.kind == Kind::Unconfirmed => {
                let question = match self.greeted.standing.me() {
                    Some(me) => format!("Password of {}: ", me.email),
                    None => "Password: ".into(),
                };
                let password = self.passwords.password(&question)?;
                self.door(DoorRequest::Confirm { password })?;
                self.call(request)
            }
            other => other,
        }
    }

    /// Asks the office for something that has no answer but done.
    pub fn arrange(&self, request: OfficeRequest) -> Result<()> {
        match self.office(request)? {
            Reply::Done => Ok(()),
            _ => Err(unexpected()),
        }
    }

    /// Everybody of the shop.
    pub fn people(&self) -> Result<crate::domain::People> {
        match self.office(OfficeRequest::People)? {
            Reply::People(people) => Ok(*people),
            _ => Err(unexpected()),
        }
    }

    /// A person by e-mail address.
    pub fn person(&self, email: &str) -> Result<PersonRow> {
        let found = self.people()?.people.into_iter();
        let mut found = found.filter(|row| row.person.email.eq_ignore_ascii_case(email.trim()));
        found.next().ok_or_else(|| {
            Error::not_found(format!(
                "Nobody of this shop has the address {email}. See `brickops user list`."
            ))
        })
    }

    /// A person's number by e-mail address.
    pub fn user(&self, email: &str) -> Result<UserId> {
        Ok(self.person(email)?.person.id)
    }
}
