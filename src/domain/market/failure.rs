//! How a call to a service fails, in a form that decides what happens next.

use serde::{Deserialize, Serialize};

use super::Service;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// External calls are switched off.
    Offline,
    /// No keys, or they are switched off.
    NoKeys,
    /// The budget of this purpose is spent.
    Budget,
    /// The breaker is open after failures.
    Held,
    /// Name not found, nobody listens, no route.
    Unreachable,
    /// The certificate or the handshake was refused.
    Tls,
    /// No answer in time, or the line broke.
    Silent,
    /// Too many calls, says the service.
    Throttled,
    /// The keys were refused.
    Keys,
    /// The keys may not do this.
    Forbidden,
    /// No such thing there.
    NotFound,
    /// The service refused what was asked.
    Refused,
    /// The service failed.
    Broken,
    /// The answer makes no sense: HTML, half a document, a wrong shape.
    Garbled,
    /// The answer is larger than anything sensible.
    TooLarge,
}

impl Class {
    /// Its name in metrics and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::NoKeys => "no-keys",
            Self::Budget => "budget",
            Self::Held => "held",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Silent => "silent",
            Self::Throttled => "throttled",
            Self::Keys => "keys",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Refused => "refused",
            Self::Broken => "broken",
            Self::Garbled => "garbled",
            Self::TooLarge => "too-large",
        }
    }

    /// Whether trying again later may help without anybody doing anything.
    pub const fn passes(self) -> bool {
        matches!(
            self,
            Self::Budget
                | Self::Held
                | Self::Unreachable
                | Self::Silent
                | Self::Throttled
                | Self::Broken
                | Self::Garbled
        )
    }

    /// Whether it says that the service itself is unwell; such failures open the breaker.
    pub const fn is_outage(self) -> bool {
        matches!(
            self,
            Self::Unreachable | Self::Tls | Self::Silent | Self::Broken | Self::Garbled
        )
    }
}

/// Whether the service did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Done {
    /// Certainly not.
    No,
    /// Nobody knows; only reading tells.
    Unknown,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// By which service.
    pub service: Service,
    /// What kind.
    pub class: Class,
    /// Whether it may have happened all the same.
    pub done: Done,
    /// One sentence for a person: what happened and what to do next. Never a secret.
    pub text: String,
    /// Seconds after which trying again makes sense, if the service said so.
    pub retry_after: Option<u32>,
    /// Name of the call, such as `GET inventories`; empty when none was made.
    pub endpoint: String,
    /// The first two kilobytes of the answer, without secrets.
    pub raw: String,
}

impl Failure {
    /// A failure of which is known that nothing happened.
    pub fn new(service: Service, class: Class, text: impl Into<String>) -> Self {
        Self {
            service,
            class,
            done: Done::No,
            text: text.into(),
            retry_after: None,
            endpoint: String::new(),
            raw: String::new(),
        }
    }

    /// The same, when nobody knows whether it happened.
    #[must_use]
    pub fn unknown(mut self) -> Self {
        self.done = Done::Unknown;
        self
    }
}
