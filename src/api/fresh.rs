//! What is asked about facts and prices that are fetched and grow old.

use serde::{Deserialize, Serialize};

use crate::domain::{ColorId, ItemKey, ItemKind, OperationId};

/// A request about fresh facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FreshRequest {
    /// The price guide of an item in a colour as it is stored; what is due is fetched meanwhile, and a
    /// change of [`super::Topic::Fetched`] tells when to ask again -> [`super::Reply::Prices`].
    Prices {
        /// Which item.
        item: ItemKey,
        /// In which colour.
        color: ColorId,
    },
    /// Fetches an item, its colours and prices now -> [`super::Reply::Refreshed`].
    Refresh {
        /// Which item.
        item: ItemKey,
        /// A colour that is looked at.
        color: Option<ColorId>,
        /// Only what is missing or no longer fresh.
        stale: bool,
    },
    /// Fetches a number that the catalogue does not know -> [`super::Reply::Found`].
    Fetch {
        /// The number.
        no: String,
        /// Its kind; `None`: whatever bears the number.
        kind: Option<ItemKind>,
    },
    /// Refreshes items that are due, in the order of their turn -> progress events, then
    /// [`super::Reply::Walked`].
    Walk {
        /// How many at the most.
        limit: u32,
        /// Names it for [`super::StockRequest::Cancel`].
        op: OperationId,
    },
    /// How fresh everything is -> [`super::Reply::Freshness`].
    Report,
}

impl FreshRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Prices { .. } => "prices",
            Self::Refresh { .. } => "refresh",
            Self::Fetch { .. } => "fetch",
            Self::Walk { .. } => "refresh-old",
            Self::Report => "freshness",
        }
    }

    /// Whether it may take a while.
    pub const fn is_long(&self) -> bool {
        !matches!(self, Self::Prices { .. })
    }
}
