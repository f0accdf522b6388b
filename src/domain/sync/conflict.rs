//! A lot whose two sides changed differently: what each side has, and what is proposed.

use serde::{Deserialize, Serialize};

use super::{Face, Kind, Proposal};
use crate::domain::Timestamp;

/// A kind of thing in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictField {
    /// Which.
    pub kind: Kind,
    /// What is proposed.
    pub proposal: Proposal,
}

/// A lot in conflict at one marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What is in conflict; empty: the lot as a whole, as it is not there any more.
    pub fields: Vec<ConflictField>,
    /// What is wanted there; `None`: the lot is gone here.
    pub here: Option<Face>,
    /// What was read there; `None`: it is not there.
    pub there: Option<Face>,
    /// What was agreed last.
    pub agreed: Option<Face>,
    /// When it was seen.
    pub seen: Timestamp,
    /// Why, in one sentence.
    pub why: String,
}
