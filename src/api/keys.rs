//! Connections to marketplaces: their keys, and the master key that seals them.

use serde::{Deserialize, Serialize};

use crate::domain::{Marketplace, Secret};

/// What an owner may do about keys of marketplaces, and the operator about the master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeysRequest {
    /// Every marketplace as it stands -> [`super::Reply::Markets`].
    Markets,
    /// Keeps keys instead of any before -> [`super::Reply::Done`]. Asks for the password.
    Connect {
        /// Of which marketplace.
        market: Marketplace,
        /// In the order of [`crate::domain::market::MarketKeys::fields`].
        values: Vec<Secret>,
    },
    /// Tries them -> [`super::Reply::KeyTest`].
    Test {
        /// Of which marketplace.
        market: Marketplace,
    },
    /// Switches them on or off -> [`super::Reply::Done`]. Asks for the password.
    Enable {
        /// Of which marketplace.
        market: Marketplace,
        /// From now on.
        enabled: bool,
    },
    /// Removes them for good -> [`super::Reply::Done`]. Asks for the password.
    Disconnect {
        /// Of which marketplace.
        market: Marketplace,
    },
    /// Seals all keys of the server with another master key; the operator's verb -> [`super::Reply::Text`].
    RotateMaster,
    /// Removes what a lost master key had sealed; the operator's verb -> [`super::Reply::Text`].
    ForgetMaster,
}

impl KeysRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Markets => "markets",
            Self::Connect { .. } => "connect-market",
            Self::Test { .. } => "test-market",
            Self::Enable { .. } => "enable-market",
            Self::Disconnect { .. } => "disconnect-market",
            Self::RotateMaster => "rotate-master",
            Self::ForgetMaster => "forget-master",
        }
    }
}
