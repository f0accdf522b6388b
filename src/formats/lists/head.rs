//! The first rows of a table, so that a person can say what its columns hold.

use super::super::kind::FileKind;
use super::super::source::Source;
use super::{table_csv, table_xlsx};
use crate::domain::Mapping;
use crate::error::{Error, Result};

/// Columns that are shown.
const COLUMNS: usize = 64;
/// Characters of a cell that are shown.
const CELL: usize = 60;

/// The first rows of a table that are not empty; nothing where the file is no table.
pub fn table_head(
    source: &mut Source,
    kind: &FileKind,
    mapping: Option<&Mapping>,
    rows: usize,
) -> Result<Vec<Vec<String>>> {
    let mut head = Vec::new();
    let mut take = |_: u64, cells: &[&str]| {
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            let cell = |cell: &&str| {
                crate::domain::text::clean(cell)
                    .chars()
                    .take(CELL)
                    .collect()
            };
            head.push(cells.iter().take(COLUMNS).map(cell).collect());
        }
        if head.len() < rows {
            Ok(())
        } else {
            // Not a failure: there is enough.
            Err(Error::invalid(""))
        }
    };
    let read = match kind {
        FileKind::ListCsv | FileKind::SetInventoryTxt | FileKind::Unknown(_) => {
            table_csv::raw_rows(source, mapping, &mut take)
        }
        FileKind::Spreadsheet => table_xlsx::raw_rows(source, &mut take),
        _ => Ok(()),
    };
    match read {
        Err(error) if head.is_empty() => Err(error),
        _ => Ok(head),
    }
}
