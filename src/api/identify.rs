//! What is asked about photos of parts.

use serde::{Deserialize, Serialize};

use crate::domain::market::PhotoOrder;

/// A request about photos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentifyRequest {
    /// What a photo may show -> [`super::Reply::Identified`].
    Photo(Box<PhotoOrder>),
    /// Photos that wait -> [`super::Reply::Inbox`].
    Inbox,
    /// This guess was right -> [`super::Reply::Done`].
    Chosen {
        /// The service's name of its answer.
        listing: String,
        /// The guess's place in it.
        rank: u32,
        /// The photo's name in the inbox, if it lay there: it is put aside.
        photo: Option<String>,
    },
    /// A photo of the inbox has been seen to -> [`super::Reply::Done`].
    PutAside {
        /// Its name there.
        photo: String,
    },
}

impl IdentifyRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Photo(_) => "identify",
            Self::Inbox => "inbox",
            Self::Chosen { .. } => "identified",
            Self::PutAside { .. } => "photo-aside",
        }
    }
}
