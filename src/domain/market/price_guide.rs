//! What others pay and ask for an item: BrickLink's price guide.

use serde::{Deserialize, Serialize};

use crate::domain::{ColorId, Condition, ItemKey, Money, Timestamp};

/// Which half of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Guide {
    /// Sales of the last six months.
    Sold,
    /// What is for sale now.
    Stock,
}

impl Guide {
    /// BrickLink's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sold => "sold",
            Self::Stock => "stock",
        }
    }
}

/// Where the sellers are.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Region {
    /// Everywhere.
    #[default]
    World,
    /// One of the marketplace's regions, such as `europe`.
    Area(String),
    /// A country, ISO 3166-1 alpha-2.
    Country(String),
}

/// What a price is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PriceKey {
    /// Item.
    pub item: ItemKey,
    /// Colour; `(Not Applicable)` for what has none.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Sold or for sale.
    pub guide: Guide,
    /// ISO 4217.
    pub currency: String,
    /// Where the sellers are.
    pub region: Region,
}

/// One sale or one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricePoint {
    /// Pieces.
    pub quantity: u32,
    /// Price of one.
    pub price: Money,
    /// When it was sold; `None`: for sale.
    pub sold: Option<Timestamp>,
}

/// The guide to one price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceGuide {
    /// Of what.
    pub key: PriceKey,
    /// Lowest; zero with no data.
    pub min: Money,
    /// Highest.
    pub max: Money,
    /// Mean of the sales or offers.
    pub average: Money,
    /// Mean of the pieces.
    pub quantity_average: Money,
    /// Sales or lots.
    pub count: u32,
    /// Pieces.
    pub pieces: u64,
    /// Each of them; may be cut to the first few hundred.
    pub points: Vec<PricePoint>,
    /// When it was asked.
    pub fetched: Timestamp,
}

impl PriceGuide {
    /// Whether there is anything in it.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
}
