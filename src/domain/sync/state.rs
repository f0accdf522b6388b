//! How synchronisation with one marketplace stands.

use serde::{Deserialize, Serialize};

use super::sent::RunCount;
use crate::domain::Timestamp;

/// Whether BrickOwl's batches carry more than quantities; some were seen to acknowledge and ignore.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Trust {
    /// Not tried yet; the first such batch is read back.
    #[default]
    Unknown,
    /// They do.
    Yes,
    /// They do not: fields go one by one.
    No,
}

/// How synchronisation with one marketplace stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketSync {
    /// The owner has switched it on: changes are marked.
    pub on: bool,
    /// Changes are marked, but nothing is sent.
    pub paused: bool,
    /// Currency of the store there; empty: not known.
    pub currency: String,
    /// Whether BrickOwl's batches can be trusted.
    pub batches: Trust,
    /// Orders are taken in up to this change.
    pub orders_upto: Option<Timestamp>,
    /// The numbers of the orders that changed at that instant.
    pub orders_at: Vec<String>,
    /// When orders were read last.
    pub polled: Option<Timestamp>,
    /// When everything was compared last.
    pub verified: Option<Timestamp>,
    /// Nothing is sent before this time, and why.
    pub held: Option<(Timestamp, String)>,
    /// The run under way, or the last one.
    pub run: RunCount,
}

impl MarketSync {
    /// Whether anything is sent.
    pub const fn sends(&self) -> bool {
        self.on && !self.paused
    }
}
