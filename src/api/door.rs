//! Coming in, switching, leaving: the requests that change who a connection speaks for.

use serde::{Deserialize, Serialize};

use crate::domain::{Secret, Standing, UserId, Whereabouts};

/// What a client says of itself when it greets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// Tells this client's requests from others' in the logs; random, and the same after a
    /// reconnection.
    pub client: u64,
    /// A shared station without a shell: no operator's verbs, files only from the exchange folder,
    /// nobody comes in without being asked who they are.
    pub station: bool,
    /// Known to this station alone, the same after a reconnection: a password given here unlocks
    /// PINs and badges here.
    pub key: Secret,
    /// Terminal or address, for people to read.
    pub place: String,
    /// Name of the shop that is meant, where there are several.
    pub shop: Option<String>,
    /// Secret of an earlier sign-in, or a token.
    pub pass: Option<Secret>,
}

/// What an account is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// Name of the shop.
    pub shop: String,
    /// The owner's e-mail address.
    pub email: String,
    /// The owner's name for others to see; empty: the part of the address before the `@`.
    pub name: String,
    /// The owner's password.
    pub password: Secret,
    /// Three letters, ISO 4217.
    pub currency: String,
    /// IANA name.
    pub time_zone: String,
}

/// Coming in, switching, leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DoorRequest {
    /// How this connection stands -> [`super::Reply::Standing`].
    Standing,
    /// Opens an account with its owner, who is signed in by it; the operator's verb
    /// -> [`super::Reply::SignedIn`].
    OpenAccount(Box<NewAccount>),
    /// -> [`super::Reply::SignedIn`]
    SignIn {
        /// Name of the shop, where the address is known in several.
        shop: Option<String>,
        /// E-mail address.
        email: String,
        /// Password.
        password: Secret,
    },
    /// Comes in with an invitation, or sets a new password with a one-time code
    /// -> [`super::Reply::SignedIn`].
    UseCode {
        /// The code, however it is grouped.
        code: Secret,
        /// Name for others to see; ignored for a new password.
        name: String,
        /// The password from now on.
        password: Secret,
    },
    /// Another person at this station, or the same one unlocking it -> [`super::Reply::SignedIn`].
    Pin {
        /// Who.
        user: UserId,
        /// The PIN.
        pin: Secret,
    },
    /// The same by badge -> [`super::Reply::SignedIn`].
    Badge {
        /// What the scanner read.
        badge: Secret,
    },
    /// Who can be switched to at this station -> [`super::Reply::Faces`].
    Faces,
    /// Locks the station until a PIN, badge or password of anybody of the shop -> [`super::Reply::Done`].
    Lock,
    /// Ends the sign-in -> [`super::Reply::Done`].
    SignOut,
    /// The password once more, before people or credentials are changed; counts for five minutes
    /// -> [`super::Reply::Done`].
    Confirm {
        /// The password.
        password: Secret,
    },
    /// Remembers where the person is, for the next sign-in -> [`super::Reply::Done`].
    Here(Box<Whereabouts>),
}

impl DoorRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::OpenAccount(_) => "open-account",
            Self::SignIn { .. } => "sign-in",
            Self::UseCode { .. } => "use-code",
            Self::Pin { .. } => "pin",
            Self::Badge { .. } => "badge",
            Self::Faces => "faces",
            Self::Lock => "lock",
            Self::SignOut => "sign-out",
            Self::Confirm { .. } => "confirm",
            Self::Here(_) => "here",
        }
    }
}

/// Somebody came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// How the connection stands now: always signed in.
    pub standing: Standing,
    /// Comes in again without a password until the sign-in ends.
    pub pass: Secret,
}

/// What a greeting is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeted {
    /// How the connection stands.
    pub standing: Standing,
    /// Why the pass that was shown does not count.
    pub note: Option<String>,
}
