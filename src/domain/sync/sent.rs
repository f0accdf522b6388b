//! What was sent, and how a run went: kept for the history, cleaned after the shop's time.

use serde::{Deserialize, Serialize};

use super::{Face, IntentKind};
use crate::domain::{CorrelationId, LotId, Marketplace, Timestamp};

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The marketplace says that it is done.
    Done,
    /// It was unknown; reading showed that it is done.
    FoundDone,
    /// It was unknown; reading showed that it is not done.
    FoundNotDone,
    /// Nobody knows yet.
    Unknown,
    /// The marketplace refused it.
    Refused,
    /// It failed, and nothing happened.
    Failed,
}

impl Outcome {
    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::FoundDone => "found done",
            Self::FoundNotDone => "found not done",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// Whether it happened.
    pub const fn happened(self) -> bool {
        matches!(self, Self::Done | Self::FoundDone)
    }
}

/// One answer of a marketplace about a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRecord {
    /// When it was settled.
    pub at: Timestamp,
    /// Where.
    pub market: Marketplace,
    /// The lot here.
    pub lot: LotId,
    /// The lot there.
    pub remote: Option<u64>,
    /// What was asked.
    pub kind: IntentKind,
    /// For which deed.
    pub deed: CorrelationId,
    /// What was agreed before.
    pub before: Option<Face>,
    /// What is agreed if it happened; what was meant if not.
    pub after: Option<Face>,
    /// What became of it.
    pub outcome: Outcome,
    /// Calls that it took; 0: one call carried several lots, and another record counts it.
    pub calls: u16,
    /// Milliseconds from the journal to the answer.
    pub ms: u32,
    /// What the marketplace said, where something went wrong.
    pub text: String,
}

/// How a run went at one marketplace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCount {
    /// Intents that were sent.
    pub sent: u32,
    /// Those that are done.
    pub ok: u32,
    /// Those that failed or were refused.
    pub failed: u32,
    /// Those of which nobody knows.
    pub unknown: u32,
    /// Entries that wait afterwards.
    pub waiting: u32,
    /// Calls.
    pub calls: u32,
    /// Milliseconds.
    pub ms: u32,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// When it began.
    pub at: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What it was: `sync`, `orders`, `verify`.
    pub what: String,
    /// Each marketplace that was called.
    pub markets: Vec<(Marketplace, RunCount)>,
    /// What stopped it, if anything.
    pub text: String,
}
