//! An order as a marketplace tells it, with everything that packing needs.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ColorId, Completeness, Condition, ItemKey, Marketplace, Money, OrderStatus, Timestamp,
};

/// A line of a marketplace's list of orders: enough to see whether something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderHead {
    /// Where.
    pub market: Marketplace,
    /// The marketplace's number.
    pub number: String,
    /// State.
    pub status: OrderStatus,
    /// When it was placed; a further batch moves it at BrickLink.
    pub ordered: Timestamp,
    /// When something last changed, if the marketplace says.
    pub changed: Option<Timestamp>,
    /// Pieces.
    pub pieces: u32,
    /// Lots.
    pub lots: u32,
    /// Buyer's name; may be empty.
    pub buyer: String,
    /// ISO 4217; may be empty.
    pub currency: String,
    /// What the buyer pays in all.
    pub total: Money,
    /// Whether its owner has filed it away.
    pub filed: bool,
}

/// A postal address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who.
    pub name: String,
    /// Street and number, region: one line each, in order.
    pub lines: Vec<String>,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postal code.
    pub post_code: String,
    /// ISO 3166-1 alpha-2; always `GB`, whatever the marketplace writes.
    pub country: String,
    /// Telephone.
    pub phone: String,
    /// As the buyer wrote it, when the marketplace has not taken it apart.
    pub full: String,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketLine {
    /// The lot at the marketplace; it may be gone.
    pub lot: Option<u64>,
    /// Our own number of the lot, where the marketplace keeps it.
    pub external: Option<String>,
    /// What, in BrickLink's numbers; `None` when only another name is known.
    pub item: Option<ItemKey>,
    /// BrickOwl's number without colour; empty at BrickLink.
    pub boid: String,
    /// Name at the time of the order.
    pub name: String,
    /// Colour in BrickLink's numbers; `None`: no counterpart.
    pub color: Option<ColorId>,
    /// New or used.
    pub condition: Condition,
    /// Of sets.
    pub completeness: Option<Completeness>,
    /// Pieces bought.
    pub quantity: u32,
    /// Pieces paid back.
    pub refunded: u32,
    /// What one piece cost the buyer, in the order's currency.
    pub price: Money,
    /// Public note at the time of the order.
    pub notes: String,
    /// Private note at the time of the order: the place.
    pub remarks: String,
    /// Weight of one piece in milligrams; 0: unknown.
    pub weight_mg: u64,
    /// Batch, from 1.
    pub batch: u16,
    /// Pieces left in the lot after this order, where the marketplace says.
    pub left: Option<u32>,
}

/// A message of a buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderMessage {
    /// Subject; may be empty.
    pub subject: String,
    /// Text.
    pub body: String,
    /// From whom.
    pub from: String,
    /// When.
    pub sent: Option<Timestamp>,
}

/// A whole order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketOrder {
    /// What the list says as well.
    pub head: OrderHead,
    /// Buyer's address for e-mail; may be a relay.
    pub email: String,
    /// Orders of this buyer so far; 0: not said.
    pub buyer_orders: u32,
    /// Where it goes.
    pub address: Address,
    /// How it is paid, in the marketplace's words.
    pub payment: String,
    /// State of the payment, in the marketplace's words.
    pub payment_status: String,
    /// When it was paid.
    pub paid: Option<Timestamp>,
    /// Way of sending, in the marketplace's words.
    pub ship_method: String,
    /// Tracking number; may be empty.
    pub tracking: String,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Postage.
    pub shipping: Money,
    /// Insurance and further costs.
    pub extra: Money,
    /// Credits and coupons.
    pub discount: Money,
    /// Taxes that the marketplace or the shop collects.
    pub tax: Money,
    /// Weight of all pieces in milligrams; 0: unknown.
    pub weight_mg: u64,
    /// The buyer's note; may be empty.
    pub buyer_note: String,
    /// The shop's own note there; may be empty.
    pub seller_note: String,
    /// Whether the thank-you message went out.
    pub drive_thru_sent: bool,
    /// What was bought.
    pub lines: Vec<MarketLine>,
}
