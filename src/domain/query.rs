//! Questions to the catalogue and to the shop's lists, and the counts that narrow them.

use serde::{Deserialize, Serialize};

use super::{CategoryId, ColorId, FileId, ItemKind, LotId, OrderStatus, SortBin};

/// Whether LEGO still makes an item; unknown until it has been fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Obsolete {
    /// Made no more.
    Yes,
    /// Still made.
    No,
    /// Not fetched yet.
    Unknown,
}

impl From<Option<bool>> for Obsolete {
    fn from(known: Option<bool>) -> Self {
        match known {
            Some(true) => Self::Yes,
            Some(false) => Self::No,
            None => Self::Unknown,
        }
    }
}

/// A bin, or a whole cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BinFilter {
    /// Every bin of a cabinet.
    Cabinet(char),
    /// One bin.
    Bin(SortBin),
}

/// What narrows a search of the catalogue. Everything empty: nothing is narrowed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CatalogFilter {
    /// Only these kinds; empty means all.
    pub kinds: Vec<ItemKind>,
    /// Only items known in this colour.
    pub color: Option<ColorId>,
    /// Only items of this category or below it.
    pub category: Option<CategoryId>,
    /// First year, inclusive.
    pub year_from: Option<u16>,
    /// Last year, inclusive.
    pub year_to: Option<u16>,
    /// Only printed, or only plain ones.
    pub printed: Option<bool>,
    /// Only such.
    pub obsolete: Option<Obsolete>,
    /// Only these places of the sorting grid.
    pub bin: Option<BinFilter>,
    /// Also items that vanished from BrickLink's downloads.
    pub vanished: bool,
}

impl CatalogFilter {
    /// How many things narrow the search.
    pub fn active(&self) -> usize {
        usize::from(!self.kinds.is_empty())
            + usize::from(self.color.is_some())
            + usize::from(self.category.is_some())
            + usize::from(self.year_from.is_some() || self.year_to.is_some())
            + usize::from(self.printed.is_some())
            + usize::from(self.obsolete.is_some())
            + usize::from(self.bin.is_some())
            + usize::from(self.vanished)
    }
}

/// What is asked of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct CatalogQuery {
    /// What was typed.
    pub text: String,
    /// What narrows it.
    pub filter: CatalogFilter,
    /// Only items with these words in the shop's own tags, notes or bin; `Some("")`: with any of those.
    pub own: Option<String>,
}

/// How many items each choice of each filter would leave. A filter's own choice does not count
/// against its siblings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogCounts {
    /// Items that match.
    pub total: u32,
    /// Items of the whole catalogue.
    pub of: u32,
    /// By kind.
    pub kinds: Vec<(ItemKind, u32)>,
    /// By category; a node's number holds everything below it. Only nodes with items.
    pub categories: Vec<(CategoryId, u32)>,
    /// By colour, most frequent first.
    pub colors: Vec<(ColorId, u32)>,
    /// By year, ascending.
    pub years: Vec<(u16, u32)>,
    /// Printed.
    pub printed: u32,
    /// Not printed.
    pub plain: u32,
    /// By what is known of production.
    pub obsolete: Vec<(Obsolete, u32)>,
    /// By cabinet of the sorting grid.
    pub cabinets: Vec<(char, u32)>,
}

/// Which lots are meant at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum LotShelf {
    /// What the shop sells.
    #[default]
    Live,
    /// A file (batch collection).
    File(FileId),
    /// Tombstones.
    Gone,
}

/// What lots can be sorted by, and shown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum LotColumn {
    /// Natural order of the first place; places that cannot be read come last.
    #[default]
    Place,
    /// Number of the item.
    No,
    /// Its name.
    Name,
    /// Name of the colour.
    Color,
    /// New before used.
    Condition,
    /// Pieces for sale.
    Quantity,
    /// Pieces promised to orders.
    Reserved,
    /// Pieces sold.
    Sold,
    /// Price of a piece.
    Price,
    /// Cost of a piece.
    Cost,
    /// Price of all pieces for sale.
    Value,
    /// Weight of all pieces for sale.
    Weight,
    /// When it came in: the youngest first.
    Age,
    /// When it was last changed: the latest first.
    Changed,
    /// Who changed it last.
    By,
    /// Private note.
    Remarks,
    /// Public note.
    Comments,
    /// The shop's own words.
    Tags,
    /// Name of the category.
    Category,
    /// Percent off.
    Sale,
    /// Sold in multiples.
    Bulk,
    /// Stockroom.
    Stockroom,
    /// Our number.
    Lot,
    /// BrickLink's number, and whether it is in step.
    BrickLink,
    /// BrickOwl's number, and whether it is in step.
    BrickOwl,
    /// Price in percent of the mean price of the pieces sold.
    Guide,
}

/// A key of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LotSort {
    /// By what.
    pub column: LotColumn,
    /// The other way round.
    pub down: bool,
}

/// What is asked of the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct LotQuery {
    /// The filter, as it was typed.
    pub text: String,
    /// In which order; empty: by place.
    pub sort: Vec<LotSort>,
    /// Among which lots.
    pub shelf: LotShelf,
}

impl LotQuery {
    /// The live stock, filtered by this text, by place.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// Which lots are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    /// These.
    Lots(Vec<LotId>),
    /// All that match.
    Matching(LotQuery),
}

/// What is asked of the orders.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct OrderQuery {
    /// Words that all must occur in number, buyer, status or lines.
    pub text: String,
    /// Only this state.
    pub status: Option<OrderStatus>,
    /// Only what can be picked now.
    pub to_pick: bool,
}

/// A list that the server keeps in order for a client's table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ViewSpec {
    /// Items of the catalogue, best first.
    Catalog(CatalogQuery),
    /// Lots, in natural order of place.
    Lots(LotQuery),
    /// Orders, oldest first.
    Orders(OrderQuery),
}
