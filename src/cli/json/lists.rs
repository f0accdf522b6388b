//! What scripts read of lists that came in or were held against the shop.

use serde::Serialize;

use crate::domain::list_job::MissingRow;
use crate::domain::report::{InventoryImport, Skipped, SkippedRows};
use crate::domain::{AgainstReport, PartOutReport};

/// A row that was left out.
#[derive(Debug, Serialize)]
struct LeftOut {
    line: u64,
    field: String,
    reason: String,
}

impl From<&Skipped> for LeftOut {
    fn from(row: &Skipped) -> Self {
        Self {
            line: row.line,
            field: row.field.clone(),
            reason: row.reason.clone(),
        }
    }
}

fn left_out(rows: &SkippedRows) -> Vec<LeftOut> {
    rows.rows.iter().map(LeftOut::from).collect()
}

/// A list that came in, or would.
#[derive(Debug, Serialize)]
pub struct Imported {
    file: String,
    what: String,
    dry_run: bool,
    read: u64,
    ok: u64,
    skipped: Vec<LeftOut>,
    skipped_count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_add: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would_merge: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    added: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merged: Option<u64>,
    /// Among those added: lots that somebody had deleted or merged away.
    back: u64,
    already: u64,
    pieces: u64,
    unknown_items: u64,
    unknown_colors: u64,
    no_place: u64,
    columns: Option<String>,
    change: Option<u64>,
}

impl From<&InventoryImport> for Imported {
    fn from(report: &InventoryImport) -> Self {
        let dry = report.dry_run;
        Self {
            file: report.file.clone(),
            what: report.what.clone(),
            dry_run: dry,
            read: report.read,
            ok: report.read.saturating_sub(report.skipped.count),
            skipped: left_out(&report.skipped),
            skipped_count: report.skipped.count,
            would_add: dry.then_some(report.added),
            would_merge: dry.then_some(report.merged),
            added: (!dry).then_some(report.added),
            merged: (!dry).then_some(report.merged),
            back: report.returned,
            already: report.already,
            pieces: report.pieces,
            unknown_items: report.unknown_items,
            unknown_colors: report.unknown_colors,
            no_place: report.no_place,
            columns: report.mapping.clone(),
            change: report.deed.map(|deed| deed.0),
        }
    }
}

/// A row without enough pieces.
#[derive(Debug, Serialize)]
struct Missing {
    line: u64,
    r#type: char,
    no: String,
    color: u16,
    condition: &'static str,
    pieces: u64,
    no_equal_lot: bool,
}

impl From<&MissingRow> for Missing {
    fn from(row: &MissingRow) -> Self {
        Self {
            line: row.line,
            r#type: row.item.kind.letter(),
            no: row.item.no.clone(),
            color: row.color.0,
            condition: row.condition.word(),
            pieces: row.pieces,
            no_equal_lot: row.unknown,
        }
    }
}

/// A list that was held against the shop's lots.
#[derive(Debug, Serialize)]
pub struct Against {
    file: String,
    dry_run: bool,
    read: u64,
    changed: u32,
    same: u32,
    refused: u32,
    pieces: i64,
    missing: Vec<Missing>,
    missing_rows: u64,
    missing_pieces: u64,
    skipped: Vec<LeftOut>,
    skipped_count: u64,
    change: Option<u64>,
}

impl From<&AgainstReport> for Against {
    fn from(report: &AgainstReport) -> Self {
        Self {
            file: report.file.clone(),
            dry_run: report.dry_run,
            read: report.read,
            changed: report.deed.changed,
            same: report.deed.same,
            refused: report.deed.refused,
            pieces: report.deed.pieces,
            missing: report.missing.iter().map(Missing::from).collect(),
            missing_rows: report.missing_rows,
            missing_pieces: report.missing_pieces,
            skipped: left_out(&report.skipped),
            skipped_count: report.skipped.count,
            change: report.deed.deed.map(|deed| deed.0),
        }
    }
}

/// A set that was parted out, or would be.
#[derive(Debug, Serialize)]
pub struct PartedOut {
    file: String,
    what: String,
    dry_run: bool,
    read: u64,
    stand_ins: u64,
    added: u64,
    merged: u64,
    pieces: u64,
    unknown_items: u64,
    unknown_colors: u64,
    cost: String,
    without_cost: u64,
    skipped: Vec<LeftOut>,
    skipped_count: u64,
    change: Option<u64>,
}

impl From<&PartOutReport> for PartedOut {
    fn from(report: &PartOutReport) -> Self {
        Self {
            file: report.file.clone(),
            what: report.what.clone(),
            dry_run: report.dry_run,
            read: report.read,
            stand_ins: report.stand_ins,
            added: report.added,
            merged: report.merged,
            pieces: report.pieces,
            unknown_items: report.unknown_items,
            unknown_colors: report.unknown_colors,
            cost: report.cost.to_string(),
            without_cost: report.unshared,
            skipped: left_out(&report.skipped),
            skipped_count: report.skipped.count,
            change: report.deed.map(|deed| deed.0),
        }
    }
}
