//! A lot as a marketplace holds it, and what is asked of the marketplace about it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    ColorId, Completeness, Condition, ItemKey, Marketplace, Money, Tier, Timestamp,
};

/// How good a used part is; BrickOwl's word, BrickLink has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Like new.
    LikeNew,
    /// Good.
    Good,
    /// Acceptable.
    Acceptable,
    /// Other.
    Other,
}

/// A lot as a marketplace holds it. Texts are decoded, line ends are `\n`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Where.
    pub market: Marketplace,
    /// The marketplace's number of the lot.
    pub id: u64,
    /// What it is in BrickLink's numbers; `None` when the marketplace names it otherwise only.
    pub item: Option<ItemKey>,
    /// BrickOwl's number of the item without colour; empty at BrickLink.
    pub boid: String,
    /// Colour in BrickLink's numbers; `None`: a colour that has no counterpart.
    pub color: Option<ColorId>,
    /// New or used.
    pub condition: Condition,
    /// Of sets.
    pub completeness: Option<Completeness>,
    /// BrickOwl's grade of used parts.
    pub grade: Option<Grade>,
    /// Pieces for sale.
    pub quantity: u32,
    /// List price of one piece, in the store's currency.
    pub price: Money,
    /// What it cost; zero: not said.
    pub cost: Money,
    /// Public note.
    pub notes: String,
    /// Private note: by custom the place.
    pub remarks: String,
    /// Sold in multiples of this; 1: singly.
    pub bulk: u32,
    /// Kept at quantity 0.
    pub retain: bool,
    /// Not shown to buyers.
    pub stockroom: bool,
    /// Which stockroom (`A`, `B`, `C`), where the marketplace has several.
    pub stockroom_id: Option<char>,
    /// Percent off.
    pub sale: i8,
    /// Quantity prices, ascending; at most three.
    pub tiers: Vec<Tier>,
    /// Our own number that the marketplace keeps for us (BrickOwl: external id).
    pub external: Option<String>,
    /// When it was made there, if the marketplace says.
    pub created: Option<Timestamp>,
}

/// A lot that a marketplace is asked to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewListing {
    /// What it is.
    pub item: ItemKey,
    /// BrickOwl's number of it; empty at BrickLink.
    pub boid: String,
    /// Colour in BrickLink's numbers.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Of sets.
    pub completeness: Option<Completeness>,
    /// Grade of used parts at BrickOwl; `None`: as the shop has set.
    pub grade: Option<Grade>,
    /// Pieces; at least 1.
    pub quantity: u32,
    /// List price of one piece.
    pub price: Money,
    /// Our own number: how a lot is found again after a lost answer.
    pub external: String,
    /// Everything that can also be changed later.
    pub rest: ListingChange,
}

/// What is changed of a lot; `None`: stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingChange {
    /// Pieces more or fewer; never sent twice.
    pub quantity_by: Option<i64>,
    /// Pieces in all, where the service knows absolute numbers.
    pub quantity_to: Option<u32>,
    /// List price.
    pub price: Option<Money>,
    /// Public note; BrickLink wants it with every change.
    pub notes: Option<String>,
    /// Private note.
    pub remarks: Option<String>,
    /// Multiples.
    pub bulk: Option<u32>,
    /// Kept at quantity 0.
    pub retain: Option<bool>,
    /// Not shown to buyers: `Some(None)` takes it out of the stockroom.
    pub stockroom: Option<Option<char>>,
    /// What it cost.
    pub cost: Option<Money>,
    /// Percent off.
    pub sale: Option<i8>,
    /// Quantity prices; an empty list removes them.
    pub tiers: Option<Vec<Tier>>,
    /// Exact condition at BrickOwl: condition, completeness, grade.
    pub condition: Option<(Condition, Option<Completeness>, Option<Grade>)>,
    /// Our own number from now on.
    pub external: Option<String>,
}

impl ListingChange {
    /// Whether repeating it after a lost answer does no harm.
    pub const fn is_repeatable(&self) -> bool {
        self.quantity_by.is_none()
    }
}
