//! What an owner sets for the whole shop.

use serde::{Deserialize, Serialize};

/// What an owner sets for the whole shop.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShopSettings {
    /// IANA name of the shop's time zone: when a day begins.
    pub time_zone: String,
    /// Minutes without a key after which a station locks itself; 0: never.
    pub lock_after: u16,
    /// Address that alerts are sent to, as JSON by POST; empty: none.
    pub webhook: String,
    /// Minutes within which the same alert is not sent again.
    pub alert_every: u16,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".into(),
            lock_after: 15,
            webhook: String::new(),
            alert_every: 60,
        }
    }
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AlertKind {
    /// Synchronisation with a marketplace failed.
    SyncFailed,
    /// Calls to a marketplace are held back after failures.
    BreakerOpen,
    /// 80 % of a marketplace's calls are used.
    QuotaNearlySpent,
    /// A delivery of insights was refused.
    InsightRefused,
    /// The latest backup is too old.
    BackupOld,
    /// A check found something wrong.
    CheckFailed,
    /// Somebody tries whether alerts arrive.
    Test,
}

impl AlertKind {
    /// Its name in the message.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SyncFailed => "sync-failed",
            Self::BreakerOpen => "breaker-open",
            Self::QuotaNearlySpent => "quota-nearly-spent",
            Self::InsightRefused => "insight-refused",
            Self::BackupOld => "backup-old",
            Self::CheckFailed => "check-failed",
            Self::Test => "test",
        }
    }
}

/// Something that an absent person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What about.
    pub kind: AlertKind,
    /// Name of the shop.
    pub shop: String,
    /// One sentence.
    pub message: String,
    /// How many of the same kind were held back since the last one.
    pub held_back: u32,
}
