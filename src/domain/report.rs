//! What imports and checks report.

use serde::{Deserialize, Serialize};

/// A row that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// File name without its folder.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: u64,
    /// The field, where one is to blame.
    pub field: String,
    /// One sentence.
    pub reason: String,
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, " line {}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ", {}", self.field)?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Most skipped rows that are listed one by one; the rest is only counted.
pub const MAX_LISTED: usize = 1_000;

/// Skipped rows: all counted, the first [`MAX_LISTED`] listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SkippedRows {
    /// How many in all.
    pub count: u64,
    /// The first ones.
    pub rows: Vec<Skipped>,
}

impl SkippedRows {
    /// Notes one.
    pub fn push(&mut self, row: Skipped) {
        self.count += 1;
        if self.rows.len() < MAX_LISTED {
            self.rows.push(row);
        }
    }

    /// Takes over another list.
    pub fn append(&mut self, other: Self) {
        self.count += other.count;
        let room = MAX_LISTED.saturating_sub(self.rows.len());
        self.rows.extend(other.rows.into_iter().take(room));
    }
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// Name without its folder.
    pub file: String,
    /// What it was taken for (`BrickLink parts, XML`).
    pub what: String,
    /// Rows that were read.
    pub rows: u64,
    /// Rows that were left out.
    pub skipped: u64,
}

/// How an import changed the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CatalogImport {
    /// The files that were read.
    pub files: Vec<FileReport>,
    /// Files that are not known, with what is odd about them; left alone.
    pub unknown: Vec<Skipped>,
    /// Items that are new.
    pub added: u64,
    /// Items that changed.
    pub changed: u64,
    /// Items that vanished and were marked.
    pub vanished: u64,
    /// Items that came back.
    pub returned: u64,
    /// Items that stayed as they were.
    pub unchanged: u64,
    /// Colours and categories that are new or changed.
    pub reference_changes: u64,
    /// Items of the catalogue now.
    pub items: u64,
    /// Element ids of the catalogue now.
    pub elements: u64,
    /// Rows that were left out.
    pub skipped: SkippedRows,
    /// Milliseconds from the start to durable and searchable.
    pub millis: u64,
}

impl CatalogImport {
    /// Whether the catalogue is as it was.
    pub fn nothing_changed(&self) -> bool {
        self.added + self.changed + self.vanished + self.returned + self.reference_changes == 0
    }
}

/// What an inventory file brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InventoryImport {
    /// File name without its folder.
    pub file: String,
    /// What it was taken for.
    pub what: String,
    /// Lots that were read.
    pub read: u64,
    /// Lots that are new.
    pub added: u64,
    /// Lots that were there already, by the marketplace's number, and stayed as they were.
    pub already: u64,
    /// Pieces that came in.
    pub pieces: u64,
    /// Lots whose item the catalogue does not know; kept and marked.
    pub unknown_items: u64,
    /// Lots whose place could not be understood.
    pub no_place: u64,
    /// Rows that were left out.
    pub skipped: SkippedRows,
    /// Rows whose pieces went into a lot that was there.
    pub merged: u64,
    /// Rows that name a colour nobody knows; the name is kept.
    pub unknown_colors: u64,
    /// Lots that somebody had deleted or merged away and that come back; they are among `added`.
    pub returned: u64,
    /// Nothing was written; `added` and `merged` say what would be.
    pub dry_run: bool,
    /// The name of the columns by which a table was read, where they were kept.
    pub mapping: Option<String>,
    /// The deed that takes it back as one; `None` when nothing changed.
    pub deed: Option<super::CorrelationId>,
}

/// What an order file brought.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrdersImport {
    /// File name without its folder.
    pub file: String,
    /// Orders that were read.
    pub read: u64,
    /// Orders that are new.
    pub added: u64,
    /// Orders whose state changed.
    pub changed: u64,
    /// Orders that were known and stayed as they were.
    pub already: u64,
    /// Lines that were matched to a lot.
    pub matched: u64,
    /// Lines without a lot.
    pub unmatched: u64,
    /// Pieces that were promised.
    pub reserved: u64,
    /// Pieces that are not there.
    pub short: u64,
    /// Rows that were left out.
    pub skipped: SkippedRows,
}

/// Something the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong, by name (`ledger`, `order`, `catalogue`, ...).
    pub area: String,
    /// One sentence.
    pub message: String,
}

/// The outcome of a check of the whole store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckReport {
    /// Records that were looked at.
    pub records: u64,
    /// What is wrong; empty: nothing.
    pub problems: Vec<Problem>,
}

/// How far a long deed has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done now (`reading Parts.xml`).
    pub step: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 when it is not known.
    pub total: u64,
    /// What is counted (`rows`).
    pub unit: String,
}
