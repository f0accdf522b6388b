//! The price guide of an item in a colour as a screen shows it.

use serde::{Deserialize, Serialize};

use super::{PriceGuide, Trouble};

/// Whether all of it is there, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceState {
    /// All of it, young enough.
    Here,
    /// It is being fetched; a change of [`crate::domain::Topic::Fetched`] tells when it has come.
    Coming,
    /// It could not be fetched; the trouble says when it is tried again.
    Failed,
    /// Calls to services outside are switched off.
    Offline,
    /// BrickLink is not connected.
    NoKeys,
    /// Missing, and nobody fetches it.
    Nothing,
}

impl PriceState {
    /// The word for scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Coming => "coming",
            Self::Failed => "failed",
            Self::Offline => "offline",
            Self::NoKeys => "no-keys",
            Self::Nothing => "nothing",
        }
    }
}

/// The guides that are stored, each with its age, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceView {
    /// ISO 4217.
    pub currency: String,
    /// New before used, sold before for sale; those that are known.
    pub guides: Vec<PriceGuide>,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// Whether all of it is there.
    pub state: PriceState,
}
