//! What a seller's list says of a lot beyond what the shop itself works with; kept, so that it can be
//! written back.

use serde::{Deserialize, Serialize};

/// What a BrickStore document says about a lot's place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ListStatus {
    /// `I`: part of the list.
    #[default]
    Include,
    /// `X`: left out of exports by its owner.
    Exclude,
    /// `E`: an extra of a set.
    Extra,
}

/// A field that has no meaning here, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RawField {
    /// Its name.
    pub name: String,
    /// What stood behind the name in its tag.
    pub attributes: String,
    /// What it held, still escaped.
    pub text: String,
}

impl ListStatus {
    /// BrickStore's letter.
    pub const fn letter(self) -> char {
        match self {
            Self::Include => 'I',
            Self::Exclude => 'X',
            Self::Extra => 'E',
        }
    }
}
