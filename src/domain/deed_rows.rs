//! What is told of deeds: reports, previews, history.

use serde::{Deserialize, Serialize};

use super::market::GuideNeed;
use super::{
    Color, Condition, CorrelationId, EntryId, FieldChange, ItemKey, Lot, LotId, Money, Reason,
    Stock, Timestamp,
};

/// A lot that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLot {
    /// Which.
    pub lot: LotId,
    /// Why.
    pub why: String,
}

/// What a deed did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeedReport {
    /// Its number; `None` when nothing changed.
    pub deed: Option<CorrelationId>,
    /// Lots that changed.
    pub changed: u32,
    /// Lots that were so already.
    pub same: u32,
    /// Lots that could not be changed.
    pub refused: u32,
    /// Pieces for sale that came or went.
    pub pieces: i64,
    /// The first of those that could not be changed.
    pub listed: Vec<RefusedLot>,
    /// Lots that are new.
    pub made: Vec<LotId>,
}

/// A lot before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Which.
    pub lot: LotId,
    /// What it is.
    pub item: ItemKey,
    /// Pieces before and after.
    pub available: (u32, u32),
    /// Fields that change.
    pub changes: Vec<FieldChange>,
}

impl ChangeRow {
    /// From both states.
    pub fn of(before: &Lot, after: &Lot) -> Self {
        Self {
            lot: before.id,
            item: before.item.clone(),
            available: (before.stock.available, after.stock.available),
            changes: before.changes_to(after),
        }
    }
}

/// What a change would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EditPreview {
    /// The change in its own words.
    pub what: String,
    /// Lots that are meant.
    pub lots: u32,
    /// Lots that would change.
    pub changed: u32,
    /// Lots that are so already.
    pub same: u32,
    /// Lots that cannot be changed.
    pub refused: u32,
    /// The first of those.
    pub listed: Vec<RefusedLot>,
    /// A few of those that would change.
    pub examples: Vec<ChangeRow>,
    /// Pieces for sale before and after.
    pub pieces: (u64, u64),
    /// Their value before and after.
    pub value: (Money, Money),
    /// What the price guide lacks for it, where a price follows the guide.
    pub guide: Option<GuideNeed>,
}

/// What taking a deed back would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UndoPreview {
    /// The deed that is taken back, or brought back.
    pub deed: CorrelationId,
    /// In words (`undo: price=*1.05`).
    pub what: String,
    /// Changes that would be taken back.
    pub lots: u32,
    /// Changes that cannot be.
    pub refused: u32,
    /// The first of those.
    pub listed: Vec<RefusedLot>,
    /// A few lots before and after.
    pub examples: Vec<ChangeRow>,
    /// Pieces for sale that come or go.
    pub pieces: i64,
    /// Its lots hang together: all or none.
    pub together: bool,
}

/// How a deed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum DeedState {
    /// It counts.
    #[default]
    Stands,
    /// It was taken back.
    TakenBack,
    /// It was taken back and brought back.
    BroughtBack,
    /// It is under way.
    Open,
    /// It cannot be taken back here (picks, promises, what is older than undo).
    Fixed,
}

/// An entry of the ledger as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    /// Its number.
    pub id: EntryId,
    /// The deed.
    pub deed: CorrelationId,
    /// What the deed was, where it has words.
    pub what: String,
    /// Why, in the person's own words.
    pub why: String,
    /// How the deed stands.
    pub state: DeedState,
    /// The deed that the deed takes back.
    pub undoes: Option<CorrelationId>,
    /// How many lots the deed changed.
    pub lots: u32,
    /// The lot.
    pub lot: LotId,
    /// What it is.
    pub item: ItemKey,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// Why it changed.
    pub reason: Reason,
    /// Pieces before.
    pub before: Stock,
    /// Pieces after.
    pub after: Stock,
    /// Fields that changed.
    pub changes: Vec<FieldChange>,
}

/// Kinds of changes that history can be narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChangeKind {
    /// Pieces.
    Quantity,
    /// Places.
    Location,
    /// Prices and costs.
    Price,
    /// Anything else.
    Other,
    /// Promises, picks and what was sent.
    Orders,
    /// What was taken back or brought back.
    Undo,
}

impl ChangeKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Quantity,
        Self::Location,
        Self::Price,
        Self::Other,
        Self::Orders,
        Self::Undo,
    ];

    /// The word on screens and in scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Location => "location",
            Self::Price => "price",
            Self::Other => "other",
            Self::Orders => "orders",
            Self::Undo => "undo",
        }
    }
}

/// What is asked of the history.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HistoryQuery {
    /// Only this lot.
    pub lot: Option<LotId>,
    /// Only this deed.
    pub deed: Option<CorrelationId>,
    /// Words that all must occur in item, name, colour, person, words of the deed or places.
    pub text: String,
    /// Only of this person's name.
    pub by: Option<String>,
    /// Only these kinds; empty: all.
    pub kinds: Vec<ChangeKind>,
    /// From here on.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
}

/// A page of the history, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HistoryPage {
    /// Its entries.
    pub entries: Vec<EntryRow>,
    /// Where the next page begins; `None`: there is no more.
    pub next: Option<EntryId>,
    /// How far back has been looked, where fewer were found than asked for.
    pub searched: Option<Timestamp>,
}
