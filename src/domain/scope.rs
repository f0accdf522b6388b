//! Who acts, for which shop, and when. Every verb on a shop's records takes a [`Scope`]; there is no
//! other way to a tenant's tables.

use serde::{Deserialize, Serialize};

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

/// Who acts, for which shop, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The shop.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// What the person is.
    pub role: Role,
    /// The time of the request; a verb never looks at another clock.
    pub now: Timestamp,
}
