//! Lists in and out of the shop: what is asked of an import, an export and a comparison, and what they
//! report.

use serde::{Deserialize, Serialize};

use super::report::SkippedRows;
use super::rows::{ChangeRow, DeedReport};
use super::{ColorId, Condition, ItemKey, LotField, Mapping};

/// A list in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListSource {
    /// Absolute path.
    pub path: String,
    /// Which columns of a table hold what; `None`: those that are kept under the name, else what stands
    /// above the columns tells.
    pub mapping: Option<Mapping>,
    /// The name under which columns are kept; `None`: that of the file without its digits.
    pub known_as: Option<String>,
}

/// Where the lots of a list go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ListInto {
    /// The live stock.
    #[default]
    Live,
    /// The file (batch collection) of this name, which is made where there is none.
    File(String),
}

/// How a list is brought in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListImport {
    /// The list.
    pub source: ListSource,
    /// Where its lots go.
    pub into: ListInto,
    /// A lot of the same item, colour, condition, price and place gets the pieces, where there is one.
    pub merge: bool,
    /// Only say what would happen.
    pub dry_run: bool,
}

/// What is done to the shop's lots by a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Against {
    /// Its pieces are taken off equal lots, never below nothing.
    Subtract,
    /// These fields are copied onto equal lots.
    Copy(Vec<LotField>),
}

/// Fields that can be copied from a list, by the names that people type.
pub const COPIED: [(&str, LotField); 12] = [
    ("price", LotField::Price),
    ("cost", LotField::Cost),
    ("remarks", LotField::Remarks),
    ("comments", LotField::Notes),
    ("bulk", LotField::Bulk),
    ("tiers", LotField::Tiers),
    ("sale", LotField::Sale),
    ("stockroom", LotField::Stockroom),
    ("retain", LotField::Retain),
    ("reserved", LotField::ReservedFor),
    ("completeness", LotField::Completeness),
    ("other", LotField::Extra),
];

/// A row of a list for which the shop has no lot, or not enough pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingRow {
    /// The line of the first such row.
    pub line: u64,
    /// What it is.
    pub item: ItemKey,
    /// In which colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Pieces that are not there; all of the row where the shop has no equal lot.
    pub pieces: u64,
    /// The shop has no equal lot at all.
    pub unknown: bool,
}

/// Most missing rows that are named one by one.
pub const MAX_MISSING: usize = 1_000;

/// What a list did to the shop's lots, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AgainstReport {
    /// Name of the file without its folder.
    pub file: String,
    /// What it was taken for.
    pub what: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// Rows that were read.
    pub read: u64,
    /// What happened to lots; without a number when nothing was written.
    pub deed: DeedReport,
    /// A few lots before and after.
    pub examples: Vec<ChangeRow>,
    /// Rows for which something is missing.
    pub missing_rows: u64,
    /// Pieces that are missing.
    pub missing_pieces: u64,
    /// The first of those rows.
    pub missing: Vec<MissingRow>,
    /// Rows that were left out.
    pub skipped: SkippedRows,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListExport {
    /// Lots that were written.
    pub lots: u64,
    /// Bytes.
    pub bytes: u64,
    /// Fetches the bytes piece by piece; `None` where they went to a file.
    pub parcel: Option<u64>,
    /// Lots that the format has no room for, by number instead of by line.
    pub left_out: SkippedRows,
    /// What the format cannot carry, with how many lots have it.
    pub lost: Vec<(String, u64)>,
}
