//! People of a shop: who they are, how they came in, and from where.

use serde::{Deserialize, Serialize};

use super::query::{CatalogQuery, LotQuery, OrderQuery};
use super::rights::{Grants, Right};
use super::settings::ShopSettings;
use super::{ItemKey, OrderId, Role, SessionId, Timestamp, UserId};

/// A person of a shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Number within the shop; never given again.
    pub id: UserId,
    /// E-mail address as it was written; unique within the shop whatever its letter case.
    pub email: String,
    /// Name for others to see.
    pub name: String,
    /// What the person is; `None`: no role given yet, or taken away.
    pub role: Option<Role>,
    /// What the owner has granted, if a manager.
    pub grants: Grants,
    /// When the person joined.
    pub created: Timestamp,
    /// When the person last did something; written at most every few minutes.
    pub active: Option<Timestamp>,
    /// When the person left. The record stays: the ledger names it.
    pub removed: Option<Timestamp>,
    /// Unix user that scripts of this person run as.
    pub unix: Option<u32>,
}

/// How somebody came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entrance {
    /// E-mail and password.
    Password,
    /// PIN, at a station that a password unlocked the same day.
    Pin,
    /// Badge, at such a station.
    Badge,
    /// A token made for scripts, with its name.
    Token(String),
    /// As a mapped Unix user.
    Unix(u32),
}

impl Entrance {
    /// In a word or two.
    pub fn words(&self) -> String {
        match self {
            Self::Password => "password".into(),
            Self::Pin => "PIN".into(),
            Self::Badge => "badge".into(),
            Self::Token(name) => format!("token {name}"),
            Self::Unix(uid) => format!("Unix user {uid}"),
        }
    }
}

/// A sign-in or a token, as its shop's owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRow {
    /// Ends it.
    pub id: u64,
    /// Whose.
    pub user: UserId,
    /// The person's name.
    pub name: String,
    /// How.
    pub entrance: Entrance,
    /// Role of a token; of a sign-in the person's own counts.
    pub role: Option<Role>,
    /// Station: terminal or address it came from.
    pub place: String,
    /// When it began.
    pub started: Timestamp,
    /// When it was last used; written at most every few minutes.
    pub seen: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// This is the one that asks.
    pub own: bool,
}

/// A person in the list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Has set a password.
    pub password: bool,
    /// Has set a PIN.
    pub pin: bool,
    /// Has a badge.
    pub badge: bool,
    /// Locked after too many failures, until then.
    pub locked: Option<Timestamp>,
    /// Open sign-ins without tokens.
    pub signed_in: u32,
}

/// An invitation that waits, or a one-time code for a new password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    /// Revokes it.
    pub id: u64,
    /// For whom.
    pub email: String,
    /// The role it gives; `None` for a new password.
    pub role: Option<Role>,
    /// What a manager is granted.
    pub grants: Grants,
    /// Who made it.
    pub by: String,
    /// When.
    pub created: Timestamp,
    /// Until when it can be used.
    pub expires: Timestamp,
}

/// Everybody of a shop.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct People {
    /// People who have not left, owners first, then by name.
    pub people: Vec<PersonRow>,
    /// Invitations that can still be used, newest first.
    pub invitations: Vec<InvitationRow>,
    /// Sign-ins and tokens that are open, latest use first.
    pub sign_ins: Vec<SignInRow>,
}

/// Somebody who can be switched to at a station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Number.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// What the person is.
    pub role: Option<Role>,
    /// Has set a PIN.
    pub pin: bool,
}

/// Who one is, for the screens: what they show and hide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Me {
    /// Number within the shop.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// What one is.
    pub role: Option<Role>,
    /// What the owner has granted.
    pub grants: Grants,
    /// Name of the shop.
    pub shop: String,
    /// The shop is for practice.
    pub practice: bool,
    /// Names of the owners, for whoever needs to ask one.
    pub owners: Vec<String>,
    /// How one came in.
    pub entrance: Entrance,
    /// When this sign-in ends.
    pub expires: Timestamp,
    /// Has set a PIN.
    pub pin: bool,
    /// Has a badge.
    pub badge: bool,
    /// Settings that screens follow.
    pub settings: ShopSettings,
    /// Where one was.
    pub whereabouts: Option<Whereabouts>,
    /// Runs the server: its Unix user, outside of stations without a shell.
    pub operator: bool,
}

impl Me {
    /// Whether one may use the verbs of this right.
    pub const fn may(&self, right: Right) -> bool {
        right.given_to(self.role, self.grants)
    }
}

/// How a connection stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// No account exists here: the catalogue is open, everything else waits for one.
    NoAccount,
    /// Accounts exist; nobody is signed in.
    SignedOut,
    /// The person has locked the station: only unlocking works.
    Locked(Box<Me>),
    /// Somebody.
    SignedIn(Box<Me>),
}

impl Standing {
    /// Who is signed in, the station locked or not.
    pub fn me(&self) -> Option<&Me> {
        match self {
            Self::Locked(me) | Self::SignedIn(me) => Some(me),
            Self::NoAccount | Self::SignedOut => None,
        }
    }
}

/// Where a person was, to come back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Whereabouts {
    /// The overview.
    Home,
    /// The catalogue with what was asked.
    Catalog(CatalogQuery),
    /// An item.
    Item(ItemKey),
    /// The inventory with what was asked.
    Inventory(LotQuery),
    /// The orders with what was asked.
    Orders(OrderQuery),
    /// An order.
    Order(OrderId),
    /// A walk.
    Pick(SessionId),
}

/// A shop on this server, for its operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// Number.
    pub tenant: u32,
    /// Name.
    pub name: String,
    /// Currency.
    pub currency: String,
    /// When it was opened.
    pub created: Timestamp,
    /// Names of its owners.
    pub owners: Vec<String>,
    /// People who have not left.
    pub people: u32,
    /// Open sign-ins and tokens.
    pub sign_ins: u32,
    /// Lots.
    pub lots: u64,
}
