//! What a commit changed, told to whoever shows it.

use serde::{Deserialize, Serialize};

use super::TenantId;

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Topic {
    /// Items, colours, categories.
    Catalog,
    /// Lots.
    Inventory,
    /// Orders.
    Orders,
    /// Walks.
    Picks,
    /// People, their roles and sign-ins.
    People,
    /// The shop's own tags, notes and bins of items; no ids are named.
    Overlays,
    /// Files (batch collections); no ids are named.
    Files,
    /// Name and settings of the shop; no ids are named.
    Shop,
    /// Pictures that have come; the ids are theirs.
    Pictures,
    /// Keys of marketplaces; no ids are named.
    Markets,
    /// Jobs that run by themselves; no ids are named.
    Jobs,
    /// Facts and prices of items that were fetched; no ids are named.
    Fetched,
    /// How lots stand at the marketplaces; the ids are those of lots.
    Sync,
}

/// Records of one topic that changed; no ids means: too many to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The shop; `None`: what all shops share.
    pub tenant: Option<TenantId>,
    /// What about.
    pub topic: Topic,
    /// Which.
    pub ids: Vec<u64>,
}

/// A durable commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// Rises by one with every commit.
    pub seq: u64,
    /// What it changed.
    pub changes: Vec<Change>,
}
