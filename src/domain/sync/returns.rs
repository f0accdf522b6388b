//! What a cancelled order may bring back to the shelf, until a person or the shop's rule decides.

use serde::{Deserialize, Serialize};

use crate::domain::{LotId, Timestamp};

/// Pieces of a lot that an order held when it was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The line of the order, from 0.
    pub line: u32,
    /// The lot.
    pub lot: LotId,
    /// Pieces that are still promised to the order.
    pub promised: u32,
    /// Pieces that were picked for it.
    pub picked: u32,
}

/// What a cancelled order may bring back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returns {
    /// When it was seen to be cancelled.
    pub at: Timestamp,
    /// What it held.
    pub held: Vec<Held>,
}
