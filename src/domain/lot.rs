//! Lots: pieces of one item, colour and condition that are sold as one line of the shop.

use serde::{Deserialize, Serialize};

use super::{
    ColorId, EntryId, FileId, ItemKey, ListStatus, LotId, Money, Place, RawField, Stock, Timestamp,
    UserId,
};

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

impl Completeness {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Complete, Self::Incomplete, Self::Sealed];

    /// The word on screens.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Sealed => "sealed",
        }
    }
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
/// Highest price of a piece, as the marketplace has it.
pub const MAX_PRICE: Money = Money::from_raw(999_999_999);
/// Longest notes and remarks, in bytes.
pub const MAX_NOTE: usize = 65_535;
/// Most tags of a lot, and longest tag in characters.
pub const MAX_TAGS: (usize, usize) = (20, 40);

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
    /// Where it lies; by default taken from the remarks.
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
    /// The shop's own words, unique whatever their letter case.
    pub tags: Vec<String>,
    /// For whom it is kept; may be empty.
    pub reserved_for: String,
    /// What its list said of its place in it.
    pub status: ListStatus,
    /// What its list said that has no meaning here.
    pub extra: Vec<RawField>,
    /// The file (batch collection) it belongs to; `None`: live stock.
    pub file: Option<FileId>,
    /// A tombstone: it is not there any more, and can come back.
    pub gone: bool,
    /// BrickLink's lot number.
    pub bricklink_lot: Option<u64>,
    /// The newest entry of the ledger about it.
    pub last: EntryId,
    /// When it came into the shop.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: UserId,
    /// Last change.
    pub changed: Timestamp,
    /// Who changed it last.
    pub changed_by: UserId,
}

impl Lot {
    /// A lot of which nothing is known but what it is.
    pub fn new(item: ItemKey, now: Timestamp, by: UserId) -> Self {
        Self {
            id: LotId(0),
            item,
            name: String::new(),
            color: ColorId(0),
            condition: Condition::New,
            completeness: None,
            stock: Stock::default(),
            price: Money::ZERO,
            cost: Money::ZERO,
            notes: String::new(),
            remarks: String::new(),
            place: Place::default(),
            bulk: 1,
            tiers: [Tier::default(); 3],
            sale: 0,
            stockroom: None,
            retain: false,
            tags: Vec::new(),
            reserved_for: String::new(),
            status: ListStatus::Include,
            extra: Vec::new(),
            file: None,
            gone: false,
            bricklink_lot: None,
            last: EntryId(0),
            created: now,
            created_by: by,
            changed: now,
            changed_by: by,
        }
    }

    /// Whether it is part of what the shop sells: neither a tombstone nor in a file.
    pub const fn is_live(&self) -> bool {
        !self.gone && self.file.is_none()
    }

    /// Whether both would be one lot on a marketplace.
    pub fn same_article(&self, other: &Self) -> bool {
        self.item.same(&other.item)
            && self.color == other.color
            && self.condition == other.condition
            && self.completeness == other.completeness
    }
}
