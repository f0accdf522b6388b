//! Rows of a table to lots by a mapping, whatever file the rows come from.
//!
//! The first rows are held back until it is clear where the names of the columns stand and how
//! amounts are written; from then on a row is gone as soon as it is a lot.

use std::collections::HashSet;

use super::super::fields::{Flaw, plain_words, quoted};
use super::super::lots::{ListFile, ListLot};
use super::cells::CellReader;
use super::guard::unguard;
use super::read::ReadOptions;
use crate::domain::{ColumnAt, DecimalMark, ListField, Mapping};
use crate::error::{Error, Result};

/// Rows in which the names of the columns must stand.
pub(super) const HEAD_ROWS: usize = 20;
/// Rows that tell how amounts are written.
const SAMPLE: usize = 200;
/// Most columns that are looked at.
pub(super) const MAX_COLUMNS: usize = 512;

/// What is wrong with a row in which a text was not quoted.
pub(super) const TOO_MANY_CELLS: &str = "the row has more cells than the table has columns";

/// Takes a lot as soon as it is read.
pub(super) type Each<'e> = &'e mut dyn FnMut(ListLot) -> Result<()>;

/// A table that is being read.
pub(super) struct Rows<'a> {
    name: String,
    options: &'a ReadOptions<'a>,
    /// Rows that wait: all until the columns are known, then those that tell about amounts.
    waiting: Vec<(u64, Vec<String>)>,
    columns: Option<Columns>,
    decimal: Option<DecimalMark>,
    seen: HashSet<u64>,
    about: ListFile,
}

/// The columns of a table.
struct Columns {
    mapping: Mapping,
    fields: Vec<Option<ListField>>,
}

impl<'a> Rows<'a> {
    /// Nothing read yet; `name` is the file's.
    pub(super) fn new(name: &str, options: &'a ReadOptions<'a>) -> Self {
        Self {
            name: name.to_owned(),
            options,
            waiting: Vec::new(),
            columns: None,
            decimal: options.mapping.and_then(|mapping| mapping.decimal),
            seen: HashSet::new(),
            about: ListFile::default(),
        }
    }

    /// Takes the row that begins on `line`.
    pub(super) fn row(&mut self, line: u64, cells: &[&str], each: Each<'_>) -> Result<()> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if self.columns.is_some() && self.decimal.is_some() {
            return self.lot(line, cells, each);
        }
        if self.columns.is_none() {
            self.columns = columns_of(cells, self.options.mapping);
            if let Some(columns) = &self.columns {
                self.waiting.clear();
                if columns.mapping.has_titles() {
                    return Ok(());
                }
            }
        }
        let row = cells.iter().map(|cell| (*cell).to_owned()).collect();
        self.waiting.push((line, row));
        if self.columns.is_none() && self.waiting.len() >= HEAD_ROWS {
            return Err(self.no_columns());
        }
        if self.waiting.len() >= SAMPLE {
            self.settle(each)?;
        }
        Ok(())
    }

    /// Notes a row that could not be read at all.
    pub(super) fn skip(&mut self, line: u64, field: &str, reason: &str) {
        let flaw = Flaw::new(field, reason);
        self.about.skipped.push(flaw.at(&self.name, line));
    }

    /// The end of the table: what it says of itself, without its lots.
    pub(super) fn finish(mut self, each: Each<'_>) -> Result<ListFile> {
        if self.columns.is_none() {
            return Err(self.no_columns());
        }
        self.settle(each)?;
        Ok(self.about)
    }

    /// Decides how amounts are written and gives out the rows that waited.
    fn settle(&mut self, each: Each<'_>) -> Result<()> {
        if self.decimal.is_none()
            && let Some(columns) = &self.columns
        {
            let amounts = self.waiting.iter().flat_map(|(_, row)| {
                row.iter()
                    .zip(&columns.fields)
                    .filter(|(_, field)| field.is_some_and(ListField::is_money))
                    .map(|(cell, _)| cell.as_str())
            });
            self.decimal = Some(DecimalMark::of_amounts(amounts));
        }
        for (line, row) in std::mem::take(&mut self.waiting) {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            self.lot(line, &cells, each)?;
        }
        Ok(())
    }

    fn lot(&mut self, line: u64, cells: &[&str], each: Each<'_>) -> Result<()> {
        let Some(columns) = &self.columns else {
            return Ok(());
        };
        let reader = CellReader {
            mapping: &columns.mapping,
            decimal: self.decimal.unwrap_or_default(),
            lookup: self.options.lookup,
        };
        let known = columns
            .fields
            .iter()
            .zip(cells)
            .filter_map(|(field, cell)| field.map(|field| (field, *cell)));
        let beyond = cells.get(columns.fields.len()..).unwrap_or_default();
        let lot = if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            Err(Flaw::new("", TOO_MANY_CELLS))
        } else {
            reader
                .lot(line, &known)
                .and_then(|lot| currency(&mut self.about, known).map(|()| lot))
                .and_then(|lot| unseen(&mut self.seen, lot))
        };
        match lot {
            Ok(lot) => each(lot),
            Err(flaw) => {
                self.about.skipped.push(flaw.at(&self.name, line));
                Ok(())
            }
        }
    }

    /// The sentence for a table whose columns are not understood.
    fn no_columns(&self) -> Error {
        let name = &self.name;
        let Some((line, first)) = self.waiting.first() else {
            return Error::invalid(format!("{name} holds no rows."));
        };
        let titles: Vec<&str> = first.iter().map(String::as_str).collect();
        if let Some(mapping) = self.options.mapping {
            let missing: Vec<String> = mapping
                .columns
                .iter()
                .filter_map(|column| match &column.at {
                    ColumnAt::Titled(title) => Some(title),
                    ColumnAt::Place(_) => None,
                })
                .filter(|title| !titles.iter().any(|found| same_title(found, title)))
                .map(|title| quoted(title))
                .collect();
            if !missing.is_empty() {
                return Error::invalid(format!(
                    "{name} line {line} has no column {}, which this shop's mapping reads; change the mapping or the table.",
                    missing.join(", ")
                ));
            }
        }
        let found: Vec<String> = titles.iter().take(12).map(|title| quoted(title)).collect();
        Error::invalid(format!(
            "{name} line {line} names the columns {}; which of them hold item number and quantity must be said in a mapping.",
            found.join(", ")
        ))
    }
}

fn same_title(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    plain(a) == plain(b)
}

/// The columns, if `cells` are their names, or the mapping needs no names.
fn columns_of(cells: &[&str], mapping: Option<&Mapping>) -> Option<Columns> {
    let titles = || cells.iter().take(MAX_COLUMNS).map(|cell| unguard(cell));
    let mapping = match mapping {
        Some(mapping) => mapping.clone(),
        None => Mapping::guess(titles()),
    };
    let fields = mapping.fields(titles());
    let all_there = fields.iter().flatten().count() == mapping.columns.len();
    let usable = mapping.is_enough() && (all_there || !mapping.has_titles());
    usable.then_some(Columns { mapping, fields })
}

/// Whether `cells` are names of columns that make a list, without anybody's help.
pub(super) fn is_header(cells: &[&str]) -> bool {
    columns_of(cells, None).is_some()
}

/// Keeps the currency of the first row that names one; all others must name the same.
fn currency<'c>(
    about: &mut ListFile,
    mut cells: impl Iterator<Item = (ListField, &'c str)>,
) -> std::result::Result<(), Flaw> {
    let Some((_, cell)) = cells.find(|(field, _)| *field == ListField::Currency) else {
        return Ok(());
    };
    let word = plain_words(unguard(cell)).to_ascii_uppercase();
    if word.is_empty() {
        return Ok(());
    }
    if word.len() != 3 || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(Flaw::new(
            "currency",
            format!("{} is no code such as EUR", quoted(cell)),
        ));
    }
    match &about.currency {
        Some(known) if *known != word => Err(Flaw::new(
            "currency",
            format!(
                "{} is not {known}, the currency of the rows before",
                quoted(cell)
            ),
        )),
        Some(_) => Ok(()),
        None => {
            about.currency = Some(word);
            Ok(())
        }
    }
}

/// Refuses a lot number that an earlier row had.
pub(super) fn unseen(seen: &mut HashSet<u64>, lot: ListLot) -> std::result::Result<ListLot, Flaw> {
    match lot.lot_id {
        Some(id) if !seen.insert(id) => Err(Flaw::new(
            "lot number",
            format!("“{id}” stands in an earlier row already"),
        )),
        _ => Ok(lot),
    }
}
