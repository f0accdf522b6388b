//! What a shop may change of an order that a marketplace holds.

use serde::{Deserialize, Serialize};

use crate::domain::{Money, Timestamp};

/// What is changed of an order; `None`: stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderChange {
    /// Number of the parcel.
    pub tracking: Option<String>,
    /// Where the parcel can be followed.
    pub tracking_link: Option<String>,
    /// When it was sent.
    pub shipped: Option<Timestamp>,
    /// Way of sending, the marketplace's number.
    pub ship_method: Option<u64>,
    /// The shop's own note.
    pub seller_note: Option<String>,
    /// Filed away.
    pub filed: Option<bool>,
    /// Postage, while unpaid.
    pub shipping: Option<Money>,
    /// Insurance, while unpaid.
    pub insurance: Option<Money>,
    /// Further costs, while unpaid.
    pub extra: Option<Money>,
    /// Paid back or given, while unpaid.
    pub credit: Option<Money>,
}

impl OrderChange {
    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
