//! What a commit changed, told to whoever shows it.

use serde::{Deserialize, Serialize};

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
}

/// Records of one topic that changed; no ids means: too many to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
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
