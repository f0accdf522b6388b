//! Who acts, for which shop, and when. Every verb on a shop's records takes a [`Scope`]; there is no
//! other way to a tenant's tables.

use serde::{Deserialize, Serialize};

use super::rights::Grants;
use super::{TenantId, Timestamp, UserId};

/// What a person is in the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// Everything.
    Owner,
    /// Inventory and orders, as far as the owner granted it.
    Manager,
    /// Picks and packs.
    Picker,
    /// Works at the counter.
    Cashier,
    /// Reads.
    Viewer,
}

impl Role {
    /// All of them, most powerful first.
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Manager,
        Self::Picker,
        Self::Cashier,
        Self::Viewer,
    ];

    /// Its name on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Picker => "picker",
            Self::Cashier => "cashier",
            Self::Viewer => "viewer",
        }
    }

    /// From its name, either case.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// Who acts, for which shop, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The shop.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// What the person is; `None`: the owner has given no role yet, or has taken it away.
    pub role: Option<Role>,
    /// What the owner has granted, if a manager.
    pub grants: Grants,
    /// The password was given again a moment ago: people and credentials may be changed.
    pub confirmed: bool,
    /// A script with a token acts, in its maker's name: it never changes people or credentials.
    pub script: bool,
    /// The time of the request; a verb never looks at another clock.
    pub now: Timestamp,
}

impl Scope {
    /// An owner with everything confirmed: what tests and benchmarks act as.
    pub const fn owner(tenant: TenantId, user: UserId, now: Timestamp) -> Self {
        Self {
            tenant,
            user,
            role: Some(Role::Owner),
            grants: Grants {
                inventory: true,
                orders: true,
            },
            confirmed: true,
            script: false,
            now,
        }
    }
}
