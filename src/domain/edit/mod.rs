//! Changes of lots as people write them: `price *1.05 floor cost`, `qty -1`, `remarks += sorted`.
//!
//! The same words work for one lot, for a selection and for all that match a filter; on the command line
//! and on the screens.

mod amount;
mod apply;
mod display;
mod guide;
mod parse;
mod parse_price;

use serde::{Deserialize, Serialize};

pub use amount::{Amount, Arithmetic, Rounding};
pub use apply::{Refusal, Spread, Terms};
pub use guide::{Figure, FromGuide, GuidePrices, Lack, PriceBase};
pub use parse::{EditMistake, HELP};

use super::{ColorId, Completeness, Condition, FileId, ItemKey, Money};

/// How a price changes: the base, the sum, then rounding; then it is brought between ceiling and floors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceEdit {
    /// What the sum is made with.
    pub base: PriceBase,
    /// The sum.
    pub amount: Amount,
    /// Never below these; they count for more than the ceiling.
    pub floor: Floor,
    /// Never above this.
    pub ceiling: Option<Money>,
    /// To what it is rounded. Floors round up to it, and the ceiling down.
    pub rounding: Option<Rounding>,
}

/// What a price never goes below; the higher counts. It never goes below 0.01 either, unless it was there
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Floor {
    /// So many times what the piece cost, in 1/10,000.
    pub cost: Option<i64>,
    /// This.
    pub price: Option<Money>,
}

/// What a cost is spread by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SpreadBy {
    /// Each lot bears its share of the value by price.
    Price,
    /// Each lot bears its share of the weight.
    Weight,
    /// Each piece bears the same.
    Pieces,
}

/// How a text changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextEdit {
    /// It becomes this.
    Set(String),
    /// This is put behind it, with a blank between.
    Append(String),
    /// This is put before it, with a blank between.
    Prepend(String),
    /// This is taken out wherever it occurs.
    Remove(String),
    /// This becomes that wherever it occurs.
    Replace {
        /// What is looked for; letter case counts.
        find: String,
        /// What takes its place.
        with: String,
    },
}

/// Texts that change in the same ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EditText {
    /// Public note.
    Comments,
    /// Private note.
    Remarks,
    /// Where it lies.
    Place,
    /// For whom it is kept.
    ReservedFor,
    /// Name of an item the catalogue does not know.
    Name,
}

/// How tags change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TagEdit {
    /// They become these.
    Set(Vec<String>),
    /// These come to them.
    Add(Vec<String>),
    /// These go.
    Remove(Vec<String>),
}

/// What a tier's price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TierPrice {
    /// This.
    Money(Money),
    /// The lot's price, less so many hundredths of a percent.
    Less(u32),
}

/// A change of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LotEdit {
    /// Pieces for sale.
    Quantity(Amount),
    /// Price of a piece.
    Price(PriceEdit),
    /// Cost of a piece.
    Cost(Amount),
    /// A sum is spread over the lots as their cost.
    SpreadCost {
        /// The whole sum.
        total: Money,
        /// By what.
        by: SpreadBy,
    },
    /// A text.
    Text(EditText, TextEdit),
    /// Tags.
    Tags(TagEdit),
    /// What it is.
    Item(ItemKey),
    /// Colour by number.
    Color(ColorId),
    /// Colour by name, until somebody who knows the colours has found it.
    ColorNamed(String),
    /// New or used.
    Condition(Condition),
    /// How complete a set is.
    Completeness(Option<Completeness>),
    /// Percent off.
    Sale(Amount),
    /// Sold in multiples.
    Bulk(Amount),
    /// One of the three tiers, from 0; without a quantity it is taken away.
    Tier(u8, Option<(u32, TierPrice)>),
    /// No tiers.
    NoTiers,
    /// Stockroom.
    Stockroom(Option<char>),
    /// Kept on the marketplace when empty.
    Retain(bool),
    /// Into a file; `None`: out of it, into the live stock.
    File(Option<FileId>),
    /// It becomes a tombstone.
    Delete,
    /// It comes back.
    Restore,
    /// One of its places becomes another; a lot that lies elsewhere stays as it is.
    Relocate {
        /// The place, however it is spelled.
        from: String,
        /// What it becomes.
        to: String,
    },
}

/// Several changes that are made together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Edits(pub Vec<LotEdit>);

#[cfg(test)]
mod guide_tests;
#[cfg(test)]
mod tests;
