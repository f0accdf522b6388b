//! What a person says of a new lot, and how lots become one.

use serde::{Deserialize, Serialize};

use super::{ColorId, Completeness, Condition, FileId, ItemKey, LotId, Money};

/// A new lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotDraft {
    /// What it is; the catalogue need not know it.
    pub item: ItemKey,
    /// Name of an item the catalogue does not know.
    pub name: String,
    /// Colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// For sets only.
    pub completeness: Option<Completeness>,
    /// Pieces.
    pub quantity: u32,
    /// Price of a piece.
    pub price: Money,
    /// Cost of a piece.
    pub cost: Money,
    /// Public note.
    pub comments: String,
    /// Private note.
    pub remarks: String,
    /// Where it lies; `None`: what the remarks say.
    pub place: Option<String>,
    /// The shop's own words.
    pub tags: Vec<String>,
    /// The file it comes into; `None`: the live stock.
    pub file: Option<FileId>,
}

impl LotDraft {
    /// A new lot of which nothing is known but what it is.
    pub fn new(item: ItemKey) -> Self {
        Self {
            item,
            name: String::new(),
            color: ColorId(0),
            condition: Condition::New,
            completeness: None,
            quantity: 0,
            price: Money::ZERO,
            cost: Money::ZERO,
            comments: String::new(),
            remarks: String::new(),
            place: None,
            tags: Vec::new(),
            file: None,
        }
    }
}

/// What becomes of an amount when lots become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MergeAmount {
    /// That of the lot that stays.
    #[default]
    Keep,
    /// The mean, each piece counting the same.
    Average,
    /// The highest.
    Highest,
    /// The lowest.
    Lowest,
}

/// What becomes of a text when lots become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MergeText {
    /// That of the lot that stays.
    #[default]
    Keep,
    /// That of another where the lot that stays has none.
    Fill,
    /// All that differ, one behind the other.
    Join,
}

/// How lots become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MergeRules {
    /// Price of a piece.
    pub price: MergeAmount,
    /// Cost of a piece.
    pub cost: MergeAmount,
    /// Public note.
    pub comments: MergeText,
    /// Private note and place.
    pub remarks: MergeText,
}

/// A counted lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Which.
    pub lot: LotId,
    /// Pieces that lie on the shelf.
    pub pieces: u32,
}

/// A place that is proposed for a new lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceProposal {
    /// Where.
    pub place: String,
    /// Why, in a few words.
    pub why: String,
}

/// A place of the shop with what lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRow {
    /// Where.
    pub place: String,
    /// Live lots there; 0: it is empty.
    pub lots: u32,
    /// Pieces there, promised ones among them.
    pub pieces: u64,
}
