//! Lots: pieces of one item, colour and condition that are sold as one line of the shop.

use serde::{Deserialize, Serialize};

use super::{ColorId, ItemKey, LotId, Money, Place, Stock, Timestamp, UserId};

/// New or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// `N`
    New,
    /// `U`
    Used,
}

impl Condition {
    /// BrickLink's letter.
    pub const fn letter(self) -> char {
        match self {
            Self::New => 'N',
            Self::Used => 'U',
        }
    }

    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Used => "used",
        }
    }
}

/// How complete a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Completeness {
    /// `C`
    Complete,
    /// `B`
    Incomplete,
    /// `S`
    Sealed,
}

/// From this quantity on a piece costs that much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Tier {
    /// Pieces; 0 means the tier is not used.
    pub quantity: u32,
    /// Price of one piece.
    pub price: Money,
}

/// Most pieces a lot may hold.
pub const MAX_QUANTITY: u32 = 9_999_999;

/// A lot of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// Our number.
    pub id: LotId,
    /// What it is. The item need not be in the catalogue; then the lot is shown as unknown.
    pub item: ItemKey,
    /// Name as the file said it, for items the catalogue does not know.
    pub name: String,
    /// Colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// For sets only.
    pub completeness: Option<Completeness>,
    /// Pieces: for sale, promised to orders, gone.
    pub stock: Stock,
    /// Price of one piece, in the shop's currency.
    pub price: Money,
    /// What one piece cost the shop.
    pub cost: Money,
    /// Public note.
    pub notes: String,
    /// Private note, byte for byte; by convention it names the place.
    pub remarks: String,
    /// Where it lies, taken from the remarks.
    pub place: Place,
    /// Sold in multiples of this.
    pub bulk: u32,
    /// Cheaper from these quantities on.
    pub tiers: [Tier; 3],
    /// Percent off, -99 to 99.
    pub sale: i8,
    /// Not offered: `A`, `B` or `C`.
    pub stockroom: Option<char>,
    /// Kept on the marketplace when empty.
    pub retain: bool,
    /// BrickLink's lot number.
    pub bricklink_lot: Option<u64>,
    /// When it came into the shop.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: UserId,
    /// Last change.
    pub changed: Timestamp,
    /// Who changed it last.
    pub changed_by: UserId,
}
