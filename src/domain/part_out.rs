//! Parting a set out: what is asked, and what became of its parts.

use serde::{Deserialize, Serialize};

use super::edit::SpreadBy;
use super::report::SkippedRows;
use super::{ColorId, Condition, CorrelationId, ItemKey, ListInto, ListSource, LotId, Money};

/// Most sets that are parted out at once.
pub const MAX_SETS: u32 = 10_000;

/// A set that becomes lots of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOut {
    /// The set, or whatever else has contents.
    pub set: ItemKey,
    /// What is in one of them.
    pub contents: ListSource,
    /// How many, 1 to [`MAX_SETS`].
    pub sets: u32,
    /// Of the parts.
    pub condition: Condition,
    /// What one set cost, and by what its parts share that.
    pub cost: Option<(Money, SpreadBy)>,
    /// The sets are taken off this lot.
    pub from: Option<LotId>,
    /// Where the parts go.
    pub into: ListInto,
    /// Parts go into lots of the same item, colour and condition, where there are any.
    pub merge: bool,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// One lot of parts, as an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRow {
    /// What it is.
    pub item: ItemKey,
    /// Its name by the list; may be empty.
    pub name: String,
    /// In which colour.
    pub color: ColorId,
    /// Pieces of all sets.
    pub pieces: u32,
    /// Its share of the cost, for one piece.
    pub cost: Money,
}

/// What became of a set, or would.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartOutReport {
    /// Name of the file without its folder.
    pub file: String,
    /// What it was taken for.
    pub what: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Rows that were read.
    pub read: u64,
    /// Rows that stand for other rows of the set or are made of them; they are no pieces.
    pub stand_ins: u64,
    /// Lots that are new.
    pub added: u64,
    /// Lots of parts that went into lots that were there.
    pub merged: u64,
    /// Pieces that came in.
    pub pieces: u64,
    /// Lots whose item the catalogue does not know; kept and marked.
    pub unknown_items: u64,
    /// Rows that name a colour nobody knows; the name is kept.
    pub unknown_colors: u64,
    /// Of the cost, what the parts bear together; rounding keeps the rest.
    pub cost: Money,
    /// Lots that bear nothing of it: without a price, or of unknown weight.
    pub unshared: u64,
    /// A few lots.
    pub examples: Vec<PartRow>,
    /// Rows that were left out.
    pub skipped: SkippedRows,
    /// The deed that takes it back as one; `None` when nothing was written.
    pub deed: Option<CorrelationId>,
}
