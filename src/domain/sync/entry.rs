//! An open entry of the outbox: a lot that may differ from what a marketplace holds, and how far sending
//! it has come.

use serde::{Deserialize, Serialize};

use super::{Face, Fewer};
use crate::domain::market::{Class, Failure, ListingChange, NewListing};
use crate::domain::{CorrelationId, EntryId, Timestamp};

/// How an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryState {
    /// To be sent.
    Waiting,
    /// An intent is journaled; a call may be under way.
    Sending,
    /// Nobody knows whether the intent happened; reading tells.
    Unknown,
    /// It did not happen; it is tried again at `next_try`.
    Failed,
    /// It waits for a person.
    Stopped,
    /// Both sides changed; a person decides.
    Conflict,
}

impl EntryState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Sending,
        Self::Unknown,
        Self::Failed,
        Self::Stopped,
        Self::Conflict,
    ];

    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Conflict => "conflict",
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What kind.
    pub class: Class,
    /// One sentence for a person.
    pub text: String,
    /// The beginning of the answer, without secrets.
    pub raw: String,
    /// When.
    pub at: Timestamp,
}

impl Trouble {
    /// From a failed call.
    pub fn of(failure: &Failure, at: Timestamp) -> Self {
        Self {
            class: failure.class,
            text: failure.text.clone(),
            raw: failure.raw.clone(),
            at,
        }
    }
}

/// What is asked of the marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Make the lot.
    Create(Box<NewListing>),
    /// Change it.
    Change(Box<ListingChange>),
    /// Remove it.
    Delete,
}

impl Work {
    /// Of which kind.
    pub const fn kind(&self) -> IntentKind {
        match self {
            Self::Create(_) => IntentKind::Create,
            Self::Change(_) => IntentKind::Change,
            Self::Delete => IntentKind::Delete,
        }
    }

    /// Whether doing it twice does no harm.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::Create(_) => false,
            Self::Change(change) => change.is_repeatable(),
            Self::Delete => true,
        }
    }
}

/// What kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum IntentKind {
    /// A lot is made.
    Create,
    /// A lot is changed.
    Change,
    /// A lot is removed.
    Delete,
}

impl IntentKind {
    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Delete => "delete",
        }
    }
}

/// What is about to be called, journaled before the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Rises with every intent of the shop.
    pub id: u64,
    /// The lot there; `None` for one that is made.
    pub remote: Option<u64>,
    /// What is asked.
    pub work: Work,
    /// What was agreed then.
    pub before: Option<Face>,
    /// What is agreed if it happens and nothing else does.
    pub after: Option<Face>,
    /// The newest entry of the ledger that it takes in.
    pub upto: EntryId,
    /// When.
    pub at: Timestamp,
    /// For which deed.
    pub deed: CorrelationId,
}

/// A lot that may differ from what a marketplace holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How it stands.
    pub state: EntryState,
    /// Since when it may differ.
    pub since: Timestamp,
    /// The latest deed that changed the lot.
    pub deed: CorrelationId,
    /// Tries that failed in a row.
    pub tries: u16,
    /// Not before this time.
    pub next_try: Timestamp,
    /// How much of a change is sent.
    pub fewer: Fewer,
    /// Reads in a row that said an unknown intent did not happen.
    pub doubts: u8,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// What is or was about to be called.
    pub intent: Option<Intent>,
}

impl Entry {
    /// An entry of a lot that was just changed.
    pub const fn new(deed: CorrelationId, now: Timestamp) -> Self {
        Self {
            state: EntryState::Waiting,
            since: now,
            deed,
            tries: 0,
            next_try: Timestamp::from_micros(0),
            fewer: Fewer::All,
            doubts: 0,
            trouble: None,
            intent: None,
        }
    }

    /// The lot was changed once more. One that waits for a person waits no more; one under way goes on, as
    /// it looks at the lot again when it ends. Whether anything is different now.
    pub fn mark(&mut self, deed: CorrelationId) -> bool {
        let before = (self.state, self.deed);
        self.deed = deed;
        if self.state == EntryState::Stopped {
            self.again();
        }
        before != (self.state, self.deed)
    }

    /// It is tried as if nothing had gone wrong.
    pub fn again(&mut self) {
        self.state = EntryState::Waiting;
        self.tries = 0;
        self.next_try = Timestamp::from_micros(0);
        self.fewer = Fewer::All;
        self.doubts = 0;
        self.intent = None;
    }

    /// Whether it may be journaled now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        matches!(self.state, EntryState::Waiting | EntryState::Failed) && self.next_try <= now
    }

    /// Whether what became of its intent may be looked up now.
    pub fn is_doubtful(&self, now: Timestamp) -> bool {
        self.state == EntryState::Unknown && self.next_try <= now
    }
}
