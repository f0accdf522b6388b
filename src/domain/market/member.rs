//! What members of a marketplace say of each other, and what the marketplace tells its seller.

use serde::{Deserialize, Serialize};

use crate::domain::{Money, Timestamp};

/// A judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rating {
    /// Good.
    Praise,
    /// Neither.
    Neutral,
    /// Bad.
    Complaint,
}

/// A judgement of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// The marketplace's number.
    pub id: u64,
    /// Of which order.
    pub order: String,
    /// Who judges.
    pub from: String,
    /// Who is judged.
    pub to: String,
    /// Whether the seller is judged, not the buyer.
    pub of_seller: bool,
    /// When.
    pub rated: Option<Timestamp>,
    /// The judgement.
    pub rating: Rating,
    /// Why.
    pub comment: String,
    /// What the judged one says; may be empty.
    pub reply: String,
}

/// How often a member was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratings {
    /// Who.
    pub user: String,
    /// Praises.
    pub praise: u32,
    /// Neither.
    pub neutral: u32,
    /// Complaints.
    pub complaint: u32,
}

/// What the shop noted about a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberNote {
    /// About whom.
    pub user: String,
    /// The note.
    pub text: String,
    /// When.
    pub noted: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// A new or changed order.
    Order,
    /// A new message.
    Message,
    /// New feedback or a reply.
    Feedback,
    /// Something this program does not know.
    Other(String),
}

/// Something that happened at the marketplace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What about.
    pub kind: NoticeKind,
    /// Number of the order, message or feedback.
    pub of: u64,
    /// When.
    pub at: Option<Timestamp>,
}

/// A way of sending that the shop offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethod {
    /// The marketplace's number.
    pub id: u64,
    /// Name.
    pub name: String,
    /// What the shop says about it.
    pub note: String,
    /// Insured.
    pub insurance: bool,
    /// Offered first.
    pub preferred: bool,
    /// Inland, by its country's rules.
    pub domestic: bool,
    /// To other countries.
    pub international: bool,
    /// Offered now; `None`: not said.
    pub available: Option<bool>,
}

/// What a coupon takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Discount {
    /// An amount.
    Fixed(Money),
    /// Percent of the order's value, at most so much; zero: without a limit.
    Percent {
        /// How many, with decimals.
        rate: Money,
        /// At most.
        most: Money,
    },
}

/// A coupon that the shop gave to a buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// The marketplace's number.
    pub id: u64,
    /// For whom.
    pub buyer: String,
    /// The marketplace's letter: O open, A used, D declined, E expired.
    pub status: String,
    /// From when.
    pub issued: Option<Timestamp>,
    /// Until when.
    pub expires: Option<Timestamp>,
    /// ISO 4217.
    pub currency: String,
    /// What it takes off.
    pub discount: Discount,
    /// The order that it was used for.
    pub order: Option<String>,
    /// What it says.
    pub remarks: String,
}
