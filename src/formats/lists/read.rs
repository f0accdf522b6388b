//! The one way in for lists of lots, whatever format they have.

use super::super::inventory;
use super::super::kind::FileKind;
use super::super::lots::{ListFile, ListLot};
use super::super::source::Source;
use super::lookup::{Lookup, NoLookup};
use super::{json, owl, table_csv, table_xlsx};
use crate::domain::Mapping;
use crate::error::Result;

/// What helps to read a list.
#[derive(Clone, Copy)]
pub struct ReadOptions<'a> {
    /// Which column of a table holds what; `None`: the names of the columns tell.
    pub mapping: Option<&'a Mapping>,
    /// Who knows colours by name and BrickOwl's numbers.
    pub lookup: &'a dyn Lookup,
}

impl Default for ReadOptions<'_> {
    fn default() -> Self {
        Self {
            mapping: None,
            lookup: &NoLookup,
        }
    }
}

impl std::fmt::Debug for ReadOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadOptions")
            .field("mapping", &self.mapping)
            .finish_non_exhaustive()
    }
}

/// Reads a list of lots that [`sniff`](crate::formats::sniff()) took for `kind`. With a mapping, any
/// text table is read. What is no list is refused with a sentence; a bad row is one of
/// [`ListFile::skipped`].
pub fn read_list(
    source: &mut Source,
    kind: &FileKind,
    options: &ReadOptions<'_>,
) -> Result<ListFile> {
    let mut lots = Vec::new();
    let about = each_lot(source, kind, options, &mut |lot| {
        lots.push(lot);
        Ok(())
    })?;
    Ok(ListFile { lots, ..about })
}

/// Like [`read_list`], but gives every lot to `each` as soon as it is read and keeps none, so that
/// memory does not grow with the file. An error of `each` ends the reading. What is returned tells
/// about the list and holds no lots.
pub fn each_lot(
    source: &mut Source,
    kind: &FileKind,
    options: &ReadOptions<'_>,
    each: &mut dyn FnMut(ListLot) -> Result<()>,
) -> Result<ListFile> {
    match kind {
        FileKind::Bsx | FileKind::BrickLinkInventoryXml => inventory::read(source, each),
        FileKind::ListCsv => table_csv::read(source, options, each),
        FileKind::OwlCsv => owl::read(source, options, each),
        FileKind::Spreadsheet => table_xlsx::read(source, options, each),
        FileKind::ListJson => json::read(source, each),
        FileKind::SetInventoryTxt | FileKind::Unknown(_) if options.mapping.is_some() => {
            table_csv::read(source, options, each)
        }
        _ => Err(kind.refusal(source.name(), "an inventory")),
    }
}
