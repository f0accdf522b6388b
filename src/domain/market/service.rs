//! The services outside, and what the shop calls them for.

use serde::{Deserialize, Serialize};

use crate::domain::Marketplace;

/// A service outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Service {
    /// api.bricklink.com
    BrickLink,
    /// api.brickowl.com
    BrickOwl,
    /// api.brickognize.com
    Brickognize,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BrickLink, Self::BrickOwl, Self::Brickognize];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrickLink => "BrickLink",
            Self::BrickOwl => "BrickOwl",
            Self::Brickognize => "Brickognize",
        }
    }
}

impl From<Marketplace> for Service {
    fn from(market: Marketplace) -> Self {
        match market {
            Marketplace::BrickLink => Self::BrickLink,
            Marketplace::BrickOwl => Self::BrickOwl,
        }
    }
}

/// What a call is for: who may spend the last calls of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// Quantities, new lots, deletions: the last thing to stop.
    Stock,
    /// Orders, their status, and reading the inventory.
    Orders,
    /// A person waits for it: a test of keys, a part that was asked for.
    Person,
    /// Prices of lots.
    Prices,
    /// Notes and remarks of lots.
    Notes,
    /// Catalogue and price guide in the background.
    Catalogue,
}

impl Purpose {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 6] = [
        Self::Stock,
        Self::Orders,
        Self::Person,
        Self::Notes,
        Self::Prices,
        Self::Catalogue,
    ];

    /// Its name on screens and in metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Orders => "orders",
            Self::Person => "person",
            Self::Prices => "prices",
            Self::Notes => "notes",
            Self::Catalogue => "catalogue",
        }
    }
}

/// Who a set of keys belongs to, as the marketplace says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoreFacts {
    /// The account's name there.
    pub user: String,
    /// The store's name.
    pub store: String,
    /// ISO 4217; empty when the marketplace does not say.
    pub currency: String,
    /// Whether the store is open; `None`: not said.
    pub open: Option<bool>,
}
