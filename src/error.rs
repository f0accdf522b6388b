//! One error type for the whole library: a kind that decides what happens next, and one plain
//! sentence for the person in front of the screen.

use serde::{Deserialize, Serialize};

/// What an error means for the caller. The codes are stable; scripts may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The request itself is wrong; repeating it changes nothing.
    Invalid,
    /// What was asked for does not exist.
    NotFound,
    /// Somebody else changed it first, or it is in use.
    Conflict,
    /// Nobody is signed in.
    Unauthenticated,
    /// Somebody is signed in, and must give the password again for this.
    Unconfirmed,
    /// The person who is signed in may not do this.
    Forbidden,
    /// Too often; wait.
    RateLimited,
    /// A service outside this program failed.
    Upstream,
    /// The machine failed us: disk full, no permission, damaged file.
    Storage,
    /// A defect of this program.
    Internal,
}

impl Kind {
    /// The code that scripts see.
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid => "INVALID",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Unconfirmed => "PASSWORD_NEEDED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::Upstream => "UPSTREAM",
            Self::Storage => "STORAGE",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error with a sentence that can be shown as it is. It crosses the API unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Error {
    /// What it means for the caller.
    pub kind: Kind,
    /// One sentence: what happened and what to do next.
    pub message: String,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u32>,
}

/// The result of nearly everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the given kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The request is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Somebody was faster, or it is in use.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// Disk, permission or damage.
    pub fn storage(message: impl Into<String>) -> Self {
        Self::new(Kind::Storage, message)
    }

    /// A defect of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }
}
