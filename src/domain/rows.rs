//! What lists and detail panes show: rows made for reading, in the words of the shop.

use serde::{Deserialize, Serialize};

pub use super::deed_rows::{
    ChangeKind, ChangeRow, DeedReport, DeedState, EditPreview, EntryRow, HistoryPage, HistoryQuery,
    RefusedLot, UndoPreview,
};
use super::query::Obsolete;
use super::{
    CategoryId, Color, ColorId, Condition, Facts, Freshness, Item, ItemKey, LotId, Money, OrderId,
    OrderStatus, Place, SessionId, SortBin, Stock, Timestamp,
};

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Kind and number.
    pub key: ItemKey,
    /// Name.
    pub name: String,
    /// In how many colours it is known.
    pub colors: u16,
    /// Year of release.
    pub year: Option<u16>,
    /// Its square of the sorting grid.
    pub bin: Option<SortBin>,
    /// Its square of the shop's own grid; it wins where a place is proposed.
    pub own_bin: Option<SortBin>,
    /// The shop's own tags.
    pub tags: Vec<String>,
    /// Derived: carries a print.
    pub printed: bool,
    /// Missing from BrickLink's latest complete download.
    pub vanished: bool,
    /// Pieces the shop has for sale.
    pub stock: u32,
    /// Name of its category.
    pub category: String,
    /// How surely a search meant it: higher is better; 0 where nothing was asked.
    pub score: u32,
}

/// Sums over lots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LotTotals {
    /// Lots.
    pub lots: u32,
    /// Pieces for sale.
    pub pieces: u64,
    /// Their value by price.
    pub value: Money,
    /// What they cost.
    pub cost: Money,
    /// What they weigh, as far as the catalogue knows.
    pub milligrams: u64,
    /// Lots of which it does not.
    pub unweighed: u32,
}

/// A lot in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotRow {
    /// Our number.
    pub id: LotId,
    /// What it is.
    pub item: ItemKey,
    /// Name from the catalogue, or as the file said it.
    pub name: String,
    /// Whether the catalogue knows the item.
    pub known: bool,
    /// Colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// Pieces.
    pub stock: Stock,
    /// Price of one piece.
    pub price: Money,
    /// Where it lies.
    pub place: Place,
    /// Private note.
    pub remarks: String,
    /// When it came in.
    pub created: Timestamp,
    /// What a piece cost.
    pub cost: Money,
    /// Public note.
    pub comments: String,
    /// How complete a set is.
    pub completeness: Option<super::Completeness>,
    /// The shop's own words.
    pub tags: Vec<String>,
    /// Sold in multiples of it.
    pub bulk: u32,
    /// Percent off.
    pub sale: i8,
    /// Prices from quantities on.
    pub tiers: [super::Tier; 3],
    /// Not offered: `A`, `B` or `C`.
    pub stockroom: Option<char>,
    /// Kept when empty.
    pub retain: bool,
    /// For whom it is kept.
    pub reserved_for: String,
    /// Name of the category, where the catalogue knows the item.
    pub category: String,
    /// Milligrams of a piece, where the catalogue knows.
    pub weight: Option<u32>,
    /// BrickLink's lot number.
    pub bricklink_lot: Option<u64>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// A tombstone.
    pub gone: bool,
    /// The newest entry of the ledger: an edit names it, so that nobody overwrites what was not seen.
    pub last: super::EntryId,
    /// Its price in percent of the mean price of the pieces sold, where the price guide knows that.
    pub guide: Option<u32>,
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Our number.
    pub id: OrderId,
    /// The marketplace's number.
    pub number: String,
    /// Buyer.
    pub party: String,
    /// State.
    pub status: OrderStatus,
    /// When it was placed.
    pub ordered: Timestamp,
    /// Lines.
    pub lines: u32,
    /// Pieces.
    pub pieces: u64,
    /// Pieces already picked.
    pub picked: u64,
    /// Pieces that are not there.
    pub short: u64,
    /// Total.
    pub total: Money,
    /// Currency of the total.
    pub currency: String,
    /// The open walk that picks it.
    pub session: Option<SessionId>,
}

/// A colour of an item, with what the shop has of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemColorRow {
    /// The colour.
    pub color: Color,
    /// Element ids of exactly this pair.
    pub elements: Vec<String>,
    /// Pieces for sale in this shop.
    pub stock: u32,
}

/// A group of facts with its source and what it is worth by its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactsRow {
    /// What it is about (`name, category, size`, `colours`, `sort bin`).
    pub what: String,
    /// Source and time; `None`: not known yet.
    pub facts: Option<Facts>,
    /// By its age.
    pub freshness: Option<Freshness>,
    /// Why it could not be fetched last, and when it is tried again.
    pub trouble: Option<super::market::Trouble>,
}

/// Everything known about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDetail {
    /// The record.
    pub item: Item,
    /// Derived: carries a print.
    pub printed: bool,
    /// What is known of production.
    pub obsolete: Obsolete,
    /// What the shop keeps of it.
    pub overlay: Option<super::Overlay>,
    /// Names from the root of the category tree.
    pub category_path: Vec<String>,
    /// Colours with swatches, element ids and stock.
    pub colors: Vec<ItemColorRow>,
    /// Where each group of facts comes from.
    pub facts: Vec<FactsRow>,
    /// The shop's lots of it, in natural order of place.
    pub lots: Vec<LotRow>,
    /// Other moulds, decorations and neighbours by name.
    pub similar: Vec<ItemRow>,
    /// Whether name and colours are young enough, and why not.
    pub fetching: super::market::PriceState,
    /// What is stored of its prices in the colour of which the shop has most; nothing is fetched for it.
    pub prices: Option<Box<super::market::PriceSheet>>,
}

impl ItemDetail {
    /// Whether something that is fetched is missing or could not be brought up to date.
    pub fn is_partial(&self) -> bool {
        self.facts.iter().any(|row| row.trouble.is_some())
            || self.prices.as_ref().is_some_and(|sheet| sheet.is_partial())
    }
}

/// A node of the category tree with its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryRow {
    /// Its number.
    pub id: CategoryId,
    /// Its name.
    pub name: String,
    /// The node above.
    pub parent: Option<CategoryId>,
    /// Items in it and below.
    pub items: u32,
}

/// A colour with its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColorRow {
    /// The colour.
    pub color: Color,
    /// Items known in it.
    pub items: u32,
}

/// A line of an order, with what the shop knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLineRow {
    /// What was bought.
    pub item: ItemKey,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// Pieces bought.
    pub quantity: u32,
    /// Pieces picked.
    pub picked: u32,
    /// Pieces that are not there.
    pub short: u32,
    /// Price of one piece.
    pub price: Money,
    /// The lot it was matched to.
    pub lot: Option<LotId>,
    /// Where that lies.
    pub place: Place,
}

/// A whole order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDetail {
    /// Its row in the list.
    pub row: OrderRow,
    /// Marketplace.
    pub marketplace: super::Marketplace,
    /// Postage.
    pub shipping: Money,
    /// How it is paid.
    pub payment: String,
    /// Where it goes.
    pub destination: String,
    /// Tracking number.
    pub tracking: String,
    /// Its lines.
    pub lines: Vec<OrderLineRow>,
}

/// An order within a walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickOrderRow {
    /// Our number.
    pub id: OrderId,
    /// Letter of the tote.
    pub tote: String,
    /// The marketplace's number.
    pub number: String,
    /// Buyer.
    pub party: String,
    /// Pieces still open.
    pub open: u64,
    /// Pieces given up as short.
    pub short: u64,
}

/// A line of a walk as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickLineRow {
    /// Letter of the tote.
    pub tote: String,
    /// What it is.
    pub item: ItemKey,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// Where it lies.
    pub place: Place,
    /// Pieces to take.
    pub wanted: u32,
    /// Pieces taken.
    pub taken: u32,
    /// What became of it.
    pub state: super::LineState,
    /// Pieces that stay on the shelf after this line, or `None` without a lot.
    pub remaining: Option<u32>,
    /// Pieces of it that can be taken now.
    pub there: u32,
}

/// A walk as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickView {
    /// Its number.
    pub id: SessionId,
    /// Whether it goes on.
    pub state: super::PickState,
    /// Its orders.
    pub orders: Vec<PickOrderRow>,
    /// Its lines in walking order.
    pub lines: Vec<PickLineRow>,
    /// Where the person is; `None` when all is done.
    pub current: Option<u16>,
    /// Lines done.
    pub done: u16,
    /// Steps that can be taken back.
    pub undoable: u32,
    /// When it was planned.
    pub started: Timestamp,
}

/// What a scan during a pick did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PickOutcome {
    /// Pieces were taken.
    Taken {
        /// What it was.
        item: ItemKey,
        /// How many.
        pieces: u32,
    },
    /// The line ended short.
    Short {
        /// What it was.
        item: ItemKey,
        /// Pieces that are missing.
        missing: u32,
    },
    /// The line was put off.
    Later,
    /// The last step was taken back.
    Undone {
        /// What it was.
        item: ItemKey,
        /// Pieces that went back to the shelf.
        pieces: u32,
    },
    /// The scan does not belong to this line; nothing moved.
    Wrong {
        /// What would have been right.
        expected: String,
        /// What was scanned.
        scanned: String,
    },
    /// The walk was opened or closed; nothing moved.
    Nothing,
}

/// The start screen's figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Overview {
    /// Name of the shop.
    pub shop: String,
    /// A throw-away shop for practice.
    pub practice: bool,
    /// Items by kind.
    pub items: Vec<(super::ItemKind, u32)>,
    /// Only the starter catalogue is there.
    pub starter_only: bool,
    /// When the catalogue last changed by an import.
    pub catalog_at: Option<Timestamp>,
    /// Whether the search index is ready, or being rebuilt.
    pub search_ready: bool,
    /// Lots.
    pub lots: u32,
    /// Pieces for sale.
    pub pieces: u64,
    /// Value of what is for sale, by price.
    pub value: Money,
    /// Currency of the shop.
    pub currency: String,
    /// Orders that can be picked.
    pub orders_to_pick: u32,
    /// When the oldest of them was placed.
    pub oldest_order: Option<Timestamp>,
    /// Lines of orders without a lot or without enough pieces.
    pub short_lines: u32,
    /// Open walks, with lines done and lines in all.
    pub walks: Vec<(SessionId, u16, u16)>,
}

impl ItemRow {
    /// The place that is proposed for it: the shop's own bin wins.
    pub fn proposed_bin(&self) -> Option<SortBin> {
        self.own_bin.or(self.bin)
    }
}

impl ItemDetail {
    /// The place that is proposed for it: the shop's own bin wins.
    pub fn proposed_bin(&self) -> Option<SortBin> {
        super::overlay::proposed_bin(self.overlay.as_ref(), self.item.bin)
    }
}

impl ColorRow {
    /// The colour's number.
    pub fn id(&self) -> ColorId {
        self.color.id
    }
}
