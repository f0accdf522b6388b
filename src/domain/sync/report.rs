//! How lots and marketplaces stand, and what would be sent: for screens and scripts.

use serde::{Deserialize, Serialize};

use super::sent::RunCount;
use super::{EntryState, Trust, Urgency};
use crate::domain::{LotId, Marketplace, Timestamp};

/// How a lot stands at a marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// The marketplace is not switched on.
    Off,
    /// Both sides hold the same, as far as is known.
    InStep,
    /// An entry is open.
    Open(EntryState),
    /// It is not offered there.
    NotListed,
}

impl Standing {
    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::InStep => "in step",
            Self::Open(state) => state.word(),
            Self::NotListed => "not listed",
        }
    }
}

/// A lot at a marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotSync {
    /// Where.
    pub market: Marketplace,
    /// The lot.
    pub lot: LotId,
    /// How it stands.
    pub standing: Standing,
    /// The marketplace's number.
    pub remote: Option<u64>,
    /// Since when an entry is open.
    pub since: Option<Timestamp>,
    /// When it is tried again.
    pub next_try: Option<Timestamp>,
    /// Why; may be empty.
    pub why: String,
}

/// How a marketplace stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketStatus {
    /// Which.
    pub market: Marketplace,
    /// The shop has keys for it that may be used.
    pub connected: bool,
    /// Switched on.
    pub on: bool,
    /// Marks, but sends nothing.
    pub paused: bool,
    /// Open entries by state, in the order of [`EntryState::ALL`].
    pub open: [u32; 6],
    /// Lots with a link.
    pub linked: u32,
    /// When orders were read last.
    pub polled: Option<Timestamp>,
    /// When everything was compared last.
    pub verified: Option<Timestamp>,
    /// Nothing is sent before this time, and why.
    pub held: Option<(Timestamp, String)>,
    /// Whether BrickOwl's batches can be trusted.
    pub batches: Trust,
    /// The run under way, or the last one.
    pub run: RunCount,
    /// Why the outbox is as it is, in one sentence.
    pub text: String,
}

/// A call that would be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPlan {
    /// Where.
    pub market: Marketplace,
    /// The call, such as `PUT inventories/{id}`.
    pub endpoint: String,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Each lot in it, and what is said of it.
    pub lots: Vec<(LotId, String)>,
}

/// What would be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRun {
    /// The calls, in their order; the first thousand.
    pub calls: Vec<CallPlan>,
    /// How many calls in all, by marketplace.
    pub counts: Vec<(Marketplace, u32)>,
    /// Items that must be looked up first; each takes one call or more.
    pub lookups: u32,
    /// Lots that are not listed, by reason.
    pub not_listed: Vec<(String, u32)>,
    /// What stands in the way of sending, one sentence each.
    pub obstacles: Vec<String>,
}
