//! A lot as an inventory file tells it, with everything of the file that has no meaning here, so
//! that it can be written back.

use crate::domain::report::SkippedRows;
use crate::domain::{
    CategoryId, ColorId, Completeness, Condition, ItemKey, ListStatus, Money, RawField, Tier,
    Timestamp,
};

/// A lot of an inventory file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLot {
    /// The line it begins on.
    pub line: u64,
    /// What it is.
    pub item: ItemKey,
    /// The item's name by the file; may be empty.
    pub name: String,
    /// Colour; 0 where the file says none.
    pub color: ColorId,
    /// The colour's name by the file; may be empty.
    pub color_name: String,
    /// The category's number by the file.
    pub category: Option<CategoryId>,
    /// The category's name by the file; may be empty.
    pub category_name: String,
    /// Pieces, never below zero.
    pub quantity: i64,
    /// Price of one piece.
    pub price: Money,
    /// What one piece cost the shop.
    pub cost: Money,
    /// New or used; new where the file says neither.
    pub condition: Condition,
    /// How complete a set is.
    pub completeness: Option<Completeness>,
    /// Public note, decoded once, otherwise as written.
    pub comments: String,
    /// Private note, decoded once, otherwise as written.
    pub remarks: String,
    /// BrickLink's lot number.
    pub lot_id: Option<u64>,
    /// Sold in multiples of this, from 1.
    pub bulk: u32,
    /// Percent off, -99 to 99.
    pub sale: i8,
    /// Cheaper from these quantities on.
    pub tiers: [Tier; 3],
    /// Not offered: `A`, `B` or `C`.
    pub stockroom: Option<char>,
    /// Kept on the marketplace when empty.
    pub retain: bool,
    /// For whom it is kept; may be empty.
    pub reserved: String,
    /// When it came into the shop.
    pub date_added: Option<Timestamp>,
    /// Its place in the list.
    pub status: ListStatus,
    /// Fields that have no meaning here, in the order of the file.
    pub unknown: Vec<RawField>,
}

impl ListLot {
    /// A lot of which nothing is known but what it is.
    pub fn new(line: u64, item: ItemKey) -> Self {
        Self {
            line,
            item,
            name: String::new(),
            color: ColorId(0),
            color_name: String::new(),
            category: None,
            category_name: String::new(),
            quantity: 0,
            price: Money::ZERO,
            cost: Money::ZERO,
            condition: Condition::New,
            completeness: None,
            comments: String::new(),
            remarks: String::new(),
            lot_id: None,
            bulk: 1,
            sale: 0,
            tiers: [Tier::default(); 3],
            stockroom: None,
            retain: false,
            reserved: String::new(),
            date_added: None,
            status: ListStatus::Include,
            unknown: Vec::new(),
        }
    }

    /// Whether the file names a colour that nobody knew the number of; the name is kept as written.
    pub fn color_is_unknown(&self) -> bool {
        self.color == ColorId(0)
            && !self.color_name.is_empty()
            && !matches!(
                self.color_name.to_ascii_lowercase().as_str(),
                "(not applicable)" | "not applicable" | "n/a" | "none" | "-"
            )
    }
}

/// An inventory file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListFile {
    /// Currency of all prices, where the file tells.
    pub currency: Option<String>,
    /// Everything that stood behind the name of the inventory element, as written.
    pub attributes: String,
    /// The lots in the order of the file.
    pub lots: Vec<ListLot>,
    /// Rows that could not be used.
    pub skipped: SkippedRows,
}
