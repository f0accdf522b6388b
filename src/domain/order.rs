//! Orders as buyers placed them.

use serde::{Deserialize, Serialize};

use super::{ColorId, Condition, ItemKey, LotId, Money, OrderId, Timestamp};

/// Where an order came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Marketplace {
    /// bricklink.com
    BrickLink,
    /// brickowl.com
    BrickOwl,
}

impl Marketplace {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BrickLink => "BrickLink",
            Self::BrickOwl => "BrickOwl",
        }
    }
}

/// The state of an order, in the words of BrickLink.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrderStatus {
    /// Placed, not looked at.
    Pending,
    /// Items were added or removed.
    Updated,
    /// Acknowledged.
    Processing,
    /// Checked and invoiced.
    Ready,
    /// Paid.
    Paid,
    /// Sealed.
    Packed,
    /// Sent.
    Shipped,
    /// Arrived.
    Received,
    /// Finished.
    Completed,
    /// Cancelled for good.
    Cancelled,
    /// Its content was removed by the marketplace.
    Purged,
    /// Anything else, as the marketplace wrote it; treated as on hold.
    Other(String),
}

impl OrderStatus {
    /// From a marketplace's word, any case.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_uppercase().as_str() {
            "PENDING" => Self::Pending,
            "UPDATED" => Self::Updated,
            "PROCESSING" => Self::Processing,
            "READY" => Self::Ready,
            "PAID" => Self::Paid,
            "PACKED" => Self::Packed,
            "SHIPPED" => Self::Shipped,
            "RECEIVED" => Self::Received,
            "COMPLETED" => Self::Completed,
            "CANCELLED" | "CANCELED" => Self::Cancelled,
            "PURGED" => Self::Purged,
            _ => Self::Other(super::text::clean(text)),
        }
    }

    /// The word on screens.
    pub fn word(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Updated => "updated",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Paid => "paid",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Received => "received",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Purged => "purged",
            Self::Other(word) => word,
        }
    }

    /// Whether its pieces are promised and still lie on the shelf (unless they were picked here).
    pub fn holds_stock(&self) -> bool {
        matches!(
            self,
            Self::Pending
                | Self::Updated
                | Self::Processing
                | Self::Ready
                | Self::Paid
                | Self::Other(_)
        )
    }

    /// Whether its pieces have left the shop, or lie sealed on their way out.
    pub fn has_left(&self) -> bool {
        matches!(
            self,
            Self::Packed | Self::Shipped | Self::Received | Self::Completed
        )
    }

    /// Whether it may be picked.
    pub fn can_be_picked(&self) -> bool {
        matches!(
            self,
            Self::Pending | Self::Updated | Self::Processing | Self::Ready | Self::Paid
        )
    }
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The marketplace's lot number.
    pub market_lot: Option<u64>,
    /// What was bought.
    pub item: ItemKey,
    /// Its colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Pieces bought.
    pub quantity: u32,
    /// Price of one piece, in the order's currency.
    pub price: Money,
    /// Public note at the time of the order.
    pub description: String,
    /// Batch in which it was ordered, from 1.
    pub batch: u16,
    /// The lot it was matched to here.
    pub lot: Option<LotId>,
    /// Pieces of that lot that are promised to it and not yet picked.
    pub reserved: u32,
    /// Pieces that were picked for it.
    pub picked: u32,
}

impl OrderLine {
    /// Pieces that are still to be picked.
    pub const fn open(&self) -> u32 {
        self.quantity.saturating_sub(self.picked)
    }

    /// Whether another line says the same, whatever has become of it here.
    pub fn same_sale(&self, other: &Self) -> bool {
        self.market_lot == other.market_lot
            && self.item == other.item
            && self.color == other.color
            && self.condition == other.condition
            && self.quantity == other.quantity
            && self.price == other.price
            && self.description == other.description
            && self.batch == other.batch
    }

    /// Pieces that nobody can pick, as none are promised.
    pub const fn short(&self) -> u32 {
        self.open().saturating_sub(self.reserved)
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Our number.
    pub id: OrderId,
    /// Where it came from.
    pub marketplace: Marketplace,
    /// The marketplace's number.
    pub number: String,
    /// The other side: the buyer, or the seller in an export of orders one has placed.
    pub party: String,
    /// State.
    pub status: OrderStatus,
    /// When it was placed.
    pub ordered: Timestamp,
    /// When the state last changed.
    pub status_changed: Option<Timestamp>,
    /// Currency of all its amounts.
    pub currency: String,
    /// What the buyer pays in all.
    pub total: Money,
    /// Postage within the total.
    pub shipping: Money,
    /// How it is paid.
    pub payment: String,
    /// Where it goes, as far as the file says.
    pub destination: String,
    /// Tracking number.
    pub tracking: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

impl Order {
    /// Pieces bought in all.
    pub fn pieces(&self) -> u64 {
        self.lines.iter().map(|line| u64::from(line.quantity)).sum()
    }

    /// Whether everything that was bought has been picked.
    pub fn fully_picked(&self) -> bool {
        self.lines.iter().all(|line| line.open() == 0)
    }
}
