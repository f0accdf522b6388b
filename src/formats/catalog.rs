//! Rows of the catalogue, whichever download they come from.
//!
//! Rows are handed to a sink one by one, with their line, so that a file of any size is read with
//! the same memory. A row that cannot be used is handed over as such and reading goes on; a file
//! that is cut short or is something else ends with an error, and nothing of it should be kept.

use super::bins;
use super::catalog_tables::{self, Table};
use super::catalog_xml::{self, Rows};
use super::kind::FileKind;
use super::source::Source;
use crate::domain::report::{Skipped, SkippedRows};
use crate::domain::{CategoryId, Color, Dimensions, Grams, ItemKey, ItemKind, SortBin};
use crate::error::Result;

/// A category of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryRow {
    /// Its number.
    pub id: CategoryId,
    /// Its name, cleaned.
    pub name: String,
}

/// An item type of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemTypeRow {
    /// The type.
    pub kind: ItemKind,
    /// BrickLink's name of it.
    pub name: String,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Kind and number.
    pub key: ItemKey,
    /// Name, decoded and cleaned.
    pub name: String,
    /// The number of its category, or of the first part of its path; `None`: not told.
    pub category: Option<CategoryId>,
    /// The path of its category (`Town / City / Fire`); tables only.
    pub category_path: Option<String>,
    /// Other numbers of it.
    pub alternates: Vec<String>,
    /// Year of release.
    pub year: Option<u16>,
    /// Weight.
    pub weight: Option<Grams>,
    /// Size.
    pub dimensions: Option<Dimensions>,
}

/// An element id of an item in a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The item.
    pub key: ItemKey,
    /// The colour by its name, as the downloads give no number.
    pub color: String,
    /// The element id.
    pub element: String,
}

/// Where a part lies on the sorting grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinRow {
    /// Number of the part.
    pub no: String,
    /// Its square.
    pub bin: SortBin,
}

/// A row of a catalogue file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogRow {
    /// Of `colors.xml` or `colors.txt`.
    Color(Color),
    /// Of `categories.xml` or `categories.txt`.
    Category(CategoryRow),
    /// Of `itemtypes.xml` or `itemtypes.txt`.
    ItemType(ItemTypeRow),
    /// Of a list of items.
    Item(ItemRow),
    /// Of `codes.xml` or `codes.txt`.
    Code(CodeRow),
    /// Of the bin lookup.
    Bin(BinRow),
}

/// Takes rows as they are read. An error stops reading and is handed on.
pub trait CatalogSink {
    /// A row and the line it begins on.
    fn row(&mut self, line: u64, row: CatalogRow) -> Result<()>;

    /// A row that cannot be used.
    fn skip(&mut self, row: Skipped) -> Result<()>;
}

/// A sink that keeps everything; for small files and tests.
#[derive(Debug, Default)]
pub struct Collected {
    /// The rows with their lines.
    pub rows: Vec<(u64, CatalogRow)>,
    /// What could not be used.
    pub skipped: SkippedRows,
}

impl CatalogSink for Collected {
    fn row(&mut self, line: u64, row: CatalogRow) -> Result<()> {
        self.rows.push((line, row));
        Ok(())
    }

    fn skip(&mut self, row: Skipped) -> Result<()> {
        self.skipped.push(row);
        Ok(())
    }
}

/// Reads a catalogue file that [`sniff`](super::sniff()) took for `kind` and returns the number of
/// rows that were handed over as usable. Any other kind is refused with a sentence.
pub fn read_catalog(
    source: &mut Source,
    kind: &FileKind,
    sink: &mut dyn CatalogSink,
) -> Result<u64> {
    match kind {
        FileKind::ColorsXml => catalog_xml::read(source, Rows::Colors, sink),
        FileKind::CategoriesXml => catalog_xml::read(source, Rows::Categories, sink),
        FileKind::ItemTypesXml => catalog_xml::read(source, Rows::ItemTypes, sink),
        FileKind::ItemsXml(_) => catalog_xml::read(source, Rows::Items, sink),
        FileKind::CodesXml => catalog_xml::read(source, Rows::Codes, sink),
        FileKind::ColorsTxt => catalog_tables::read(source, Table::Colors, sink),
        FileKind::CategoriesTxt => catalog_tables::read(source, Table::Categories, sink),
        FileKind::ItemTypesTxt => catalog_tables::read(source, Table::ItemTypes, sink),
        FileKind::ItemsTxt(kind) => catalog_tables::read(source, Table::Items(*kind), sink),
        FileKind::CodesTxt => catalog_tables::read(source, Table::Codes, sink),
        FileKind::BinLookup => bins::read(source, sink),
        _ => Err(kind.refusal(source.name(), "a file of the catalogue")),
    }
}
