//! What a marketplace's list last said of an order, also of orders that are none of the shop's work.

use serde::{Deserialize, Serialize};

use crate::domain::market::OrderHead;

/// An order in a marketplace's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSeen {
    /// What the list said.
    pub head: OrderHead,
    /// From how many lists in a row it was missing. It is not gone for that.
    pub missing: u8,
    /// It was over before synchronisation began: nothing of it counts.
    pub past: bool,
    /// It was open when the marketplace's lots were read for the first time: they were less by its pieces
    /// already.
    pub counted: bool,
}

/// What became of an order that was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TakenIn {
    /// Nothing was new.
    Same,
    /// It is over since before synchronisation began.
    Past,
    /// It is new.
    New,
    /// Its state or its papers changed.
    Changed,
    /// More was bought.
    Extended,
    /// Less was bought than before.
    Shrunk,
    /// It was cancelled; what goes back is to be decided where it held anything.
    Cancelled,
    /// The marketplace has removed its content; here it stays.
    Purged,
}

impl TakenIn {
    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Past => "past",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Extended => "extended",
            Self::Shrunk => "shrunk",
            Self::Cancelled => "cancelled",
            Self::Purged => "purged",
        }
    }
}
