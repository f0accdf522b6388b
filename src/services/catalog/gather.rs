//! What the files of one import run say, put together before the store is asked.

use std::collections::{BTreeMap, HashMap};

use crate::domain::report::{Skipped, SkippedRows};
use crate::domain::{Color, Dimensions, Grams, ItemKey, ItemKind, SortBin, Timestamp};
use crate::error::Result;
use crate::formats::{CatalogRow, CatalogSink, ItemRow};

/// An item's kind and folded number.
pub type Folded = (ItemKind, String);

/// What a run says of one item; files of one run add to each other.
#[derive(Debug, Default, Clone)]
pub struct Said {
    /// Number as written by the file that names the item.
    pub no: String,
    /// Name.
    pub name: String,
    /// BrickLink's category number.
    pub category: Option<u32>,
    /// The path text, where a file has one.
    pub path: Option<String>,
    /// Other numbers.
    pub alternates: Vec<String>,
    /// Year of release.
    pub year: Option<u16>,
    /// Weight.
    pub weight: Option<Grams>,
    /// Size.
    pub dimensions: Option<Dimensions>,
    /// As of when.
    pub at: Timestamp,
}

/// An element id of an item in a colour.
#[derive(Debug, Clone)]
pub struct Code {
    /// Position in [`Gathered::color_names`].
    pub color: usize,
    /// The element id.
    pub element: String,
    /// Line of the file.
    pub line: u64,
    /// The file.
    pub file: usize,
}

/// Everything a run says.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Names of the files, for messages.
    pub files: Vec<String>,
    /// Colours by number.
    pub colors: BTreeMap<u16, Color>,
    /// Category names by number.
    pub categories: BTreeMap<u32, String>,
    /// Items.
    pub items: HashMap<Folded, Said>,
    /// Element ids by item.
    pub codes: HashMap<Folded, Vec<Code>>,
    /// Names of colours as the element lists write them.
    pub color_names: Vec<String>,
    /// As of when the element ids are.
    pub codes_at: Timestamp,
    /// Sort bins by folded part number.
    pub bins: HashMap<String, SortBin>,
    /// As of when the bins are.
    pub bins_at: Timestamp,
    /// Rows that were left out.
    pub skipped: SkippedRows,
    named: HashMap<String, usize>,
}

impl Gathered {
    /// Takes the rows of the next file; its facts are as of `at`.
    pub fn file(&mut self, name: &str, at: Timestamp) -> FileRows<'_> {
        self.files.push(name.to_owned());
        FileRows {
            file: self.files.len() - 1,
            all: self,
            at,
            skipped: 0,
        }
    }

    /// Takes over the element ids and bins of other files, which were read meanwhile.
    pub fn absorb(&mut self, other: Self) {
        let files = self.files.len();
        let names: Vec<usize> = other
            .color_names
            .into_iter()
            .map(|name| self.color_name(name))
            .collect();
        self.files.extend(other.files);
        for (item, codes) in other.codes {
            let moved = codes.into_iter().map(|code| Code {
                color: names[code.color],
                file: files + code.file,
                ..code
            });
            self.codes.entry(item).or_default().extend(moved);
        }
        self.codes_at = self.codes_at.max(other.codes_at);
        self.bins.extend(other.bins);
        self.bins_at = self.bins_at.max(other.bins_at);
        self.skipped.append(other.skipped);
    }

    /// Known facts win over unknown ones; of two known ones the later file wins, and a category
    /// with a path wins over a bare number.
    fn add_item(&mut self, row: ItemRow, at: Timestamp) {
        let slot = self
            .items
            .entry((row.key.kind, row.key.folded()))
            .or_default();
        slot.no = row.key.no;
        slot.name = row.name;
        if row.category_path.is_some() || slot.path.is_none() {
            slot.category = row.category.map(|id| id.0).or(slot.category);
            slot.path = row.category_path.or_else(|| slot.path.take());
        }
        if !row.alternates.is_empty() {
            slot.alternates = row.alternates;
        }
        slot.year = row.year.or(slot.year);
        slot.weight = row.weight.or(slot.weight);
        slot.dimensions = row.dimensions.or(slot.dimensions);
        slot.at = slot.at.max(at);
    }

    fn color_name(&mut self, name: String) -> usize {
        if let Some(at) = self.named.get(&name) {
            return *at;
        }
        self.color_names.push(name.clone());
        self.named.insert(name, self.color_names.len() - 1);
        self.color_names.len() - 1
    }
}

/// Takes the rows of one file.
#[derive(Debug)]
pub struct FileRows<'g> {
    all: &'g mut Gathered,
    file: usize,
    at: Timestamp,
    /// Rows of this file that were left out.
    pub skipped: u64,
}

impl CatalogSink for FileRows<'_> {
    fn row(&mut self, line: u64, row: CatalogRow) -> Result<()> {
        let all = &mut *self.all;
        match row {
            CatalogRow::Color(color) => {
                all.colors.insert(color.id.0, color);
            }
            CatalogRow::Category(row) => {
                all.categories.insert(row.id.0, row.name);
            }
            // The kinds are built in; the list only confirms them.
            CatalogRow::ItemType(_) => {}
            CatalogRow::Item(row) => all.add_item(row, self.at),
            CatalogRow::Code(row) => {
                let color = all.color_name(row.color);
                let code = Code {
                    color,
                    element: row.element,
                    line,
                    file: self.file,
                };
                let key: ItemKey = row.key;
                all.codes
                    .entry((key.kind, key.folded()))
                    .or_default()
                    .push(code);
                all.codes_at = all.codes_at.max(self.at);
            }
            CatalogRow::Bin(row) => {
                all.bins.insert(row.no.to_ascii_lowercase(), row.bin);
                all.bins_at = all.bins_at.max(self.at);
            }
        }
        Ok(())
    }

    fn skip(&mut self, row: Skipped) -> Result<()> {
        self.skipped += 1;
        self.all.skipped.push(row);
        Ok(())
    }
}
