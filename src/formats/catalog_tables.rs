//! The tab-delimited downloads: one row a line, never quoted.
//!
//! Names hold unbalanced quotes and doubled blanks, so nothing is interpreted but tabs and line
//! ends. Columns are found by the words of the header line, as their number and order differ
//! between the downloads.

use super::catalog::{CatalogRow, CatalogSink, CategoryRow, CodeRow, ItemRow, ItemTypeRow};
use super::fields::{self, Flaw};
use super::source::Source;
use crate::domain::{CategoryId, Color, ItemKey, ItemKind, Rgb};
use crate::error::{Error, Result};

/// Longest line, in bytes.
const MAX_LINE: usize = 256 * 1024;
/// Most columns that are looked at.
const MAX_COLUMNS: usize = 24;

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Colours.
    Colors,
    /// Categories.
    Categories,
    /// Item types.
    ItemTypes,
    /// Items of one kind, which the table itself does not tell.
    Items(ItemKind),
    /// Element ids.
    Codes,
}

/// What a header line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A table that explains itself.
    Known(Table),
    /// Sets, gear, books, instructions or original boxes.
    ItemsWithSize,
    /// Minifigures or catalogs.
    ItemsWithoutSize,
    /// What a set consists of.
    SetInventory,
}

impl Shape {
    /// Reads a header line.
    pub(super) fn of(header: &str) -> Option<Self> {
        let has = |name: &str| column(header, name).is_some();
        Some(if has("Category ID") && has("Number") && has("Name") {
            if has("Alternate Item Number") {
                Self::Known(Table::Items(ItemKind::Part))
            } else if has("Dimensions") {
                Self::ItemsWithSize
            } else {
                Self::ItemsWithoutSize
            }
        } else if has("Category ID") && has("Category Name") {
            Self::Known(Table::Categories)
        } else if has("Color ID") && has("Color Name") {
            Self::Known(Table::Colors)
        } else if has("Item Type ID") && has("Item Type Name") {
            Self::Known(Table::ItemTypes)
        } else if has("Item No") && has("Color") && has("Code") {
            Self::Known(Table::Codes)
        } else if has("Item No") && has("Qty") {
            Self::SetInventory
        } else {
            return None;
        })
    }
}

/// Which column of `header` has that name.
fn column(header: &str, name: &str) -> Option<usize> {
    header
        .split('\t')
        .take(MAX_COLUMNS)
        .position(|word| word.trim().eq_ignore_ascii_case(name))
}

/// A line of a file.
enum Line {
    /// It is in the buffer.
    Whole {
        /// Whether a line break ends it.
        ended: bool,
    },
    /// It is longer than any row.
    TooLong,
    /// The file is over.
    End,
}

fn next_line(source: &mut Source, line: &mut String) -> Result<Line> {
    line.clear();
    let mut too_long = false;
    loop {
        let window = source.window();
        let end = window.find('\n');
        let upto = end.unwrap_or(window.len());
        if line.len() + upto > MAX_LINE {
            too_long = true;
        } else {
            line.push_str(&window[..upto]);
        }
        source.consume(upto + usize::from(end.is_some()));
        let over = end.is_none() && !source.grow()?;
        if end.is_none() && !over {
            continue;
        }
        if line.ends_with('\r') {
            line.pop();
        }
        return Ok(match (too_long, over && line.is_empty()) {
            (true, _) => Line::TooLong,
            (_, true) => Line::End,
            _ => Line::Whole { ended: !over },
        });
    }
}

/// The columns of a row.
struct Row<'a> {
    values: [&'a str; MAX_COLUMNS],
}

impl<'a> Row<'a> {
    fn new(line: &'a str) -> Self {
        let mut values = [""; MAX_COLUMNS];
        for (value, text) in values.iter_mut().zip(line.split('\t')) {
            *value = text;
        }
        Self { values }
    }

    fn get(&self, column: Option<usize>) -> &'a str {
        column.map_or("", |at| self.values[at])
    }
}

/// Reads every row of a table.
pub(super) fn read(source: &mut Source, table: Table, sink: &mut dyn CatalogSink) -> Result<u64> {
    let mut line = String::new();
    let header = loop {
        match next_line(source, &mut line)? {
            Line::Whole { .. } if line.trim().is_empty() => {}
            Line::Whole { .. } => break std::mem::take(&mut line),
            Line::TooLong | Line::End => {
                return Err(Error::invalid(format!(
                    "{} has no header line; it is not a BrickLink download.",
                    source.name()
                )));
            }
        }
    };
    let file = source.name().to_owned();
    let columns = Columns::of(&header, table);
    let width = header.split('\t').count();
    let mut rows = 0;
    loop {
        let at = source.line();
        match next_line(source, &mut line)? {
            Line::End => return Ok(rows),
            Line::TooLong => {
                let flaw = Flaw::new("", "the line is longer than any row");
                sink.skip(flaw.at(&file, at))?;
            }
            Line::Whole { .. } if line.trim().is_empty() => {}
            Line::Whole { ended } => {
                let count = line.split('\t').count();
                if !ended && (count < width || columns.cut_short(&Row::new(&line))) {
                    return Err(Error::invalid(format!(
                        "{file} line {at} ends in the middle of a row: the download was cut short. Download it again."
                    )));
                }
                let row = if too_many(&line, width, count) {
                    Err(Flaw::new("", "the row has more columns than the header"))
                } else {
                    columns.read(&Row::new(&line))
                };
                match row {
                    Ok(row) => {
                        sink.row(at, row)?;
                        rows += 1;
                    }
                    Err(flaw) => sink.skip(flaw.at(&file, at))?,
                }
            }
        }
    }
}

/// Whether something stands in columns that the header does not name.
fn too_many(line: &str, width: usize, count: usize) -> bool {
    count > width
        && line
            .split('\t')
            .skip(width)
            .any(|text| !text.trim().is_empty())
}

/// Where the values of a row stand.
struct Columns {
    table: Table,
    category: Option<usize>,
    category_name: Option<usize>,
    number: Option<usize>,
    name: Option<usize>,
    alternates: Option<usize>,
    year: Option<usize>,
    year_to: Option<usize>,
    weight: Option<usize>,
    size: Option<usize>,
    color: Option<usize>,
    rgb: Option<usize>,
    group: Option<usize>,
    code: Option<usize>,
}

impl Columns {
    fn of(header: &str, table: Table) -> Self {
        let at = |name: &str| column(header, name);
        Self {
            table,
            category: at("Category ID"),
            category_name: at("Category Name"),
            number: at("Number").or(at("Item No")).or(at("Item Type ID")),
            name: at("Name").or(at("Item Type Name")).or(at("Color Name")),
            alternates: at("Alternate Item Number"),
            year: at("Year Released").or(at("Year From")),
            year_to: at("Year To"),
            weight: at("Weight (in Grams)"),
            size: at("Dimensions"),
            color: at("Color ID").or(at("Color")),
            rgb: at("RGB"),
            group: at("Type"),
            code: at("Code"),
        }
    }

    /// Whether the last value of a row without line break is visibly incomplete.
    fn cut_short(&self, row: &Row<'_>) -> bool {
        match self.table {
            Table::Items(_) if self.size.is_some() => {
                let parts: Vec<&str> = row.get(self.size).split('x').map(str::trim).collect();
                parts.len() != 3 || parts[2].is_empty()
            }
            Table::Codes => fields::element("", row.get(self.code)).is_err(),
            Table::Categories => row.get(self.category_name).trim().is_empty(),
            _ => false,
        }
    }

    fn read(&self, row: &Row<'_>) -> std::result::Result<CatalogRow, Flaw> {
        Ok(match self.table {
            Table::Colors => CatalogRow::Color(Color {
                id: known_color(row.get(self.color))?,
                name: fields::name("Color Name", row.get(self.name))?,
                rgb: Rgb::parse(row.get(self.rgb).trim()),
                group: fields::words(row.get(self.group)),
                year_from: fields::year(row.get(self.year)),
                year_to: fields::year(row.get(self.year_to)),
            }),
            Table::Categories => CatalogRow::Category(CategoryRow {
                id: known_category(row.get(self.category))?,
                name: fields::name("Category Name", row.get(self.category_name))?,
            }),
            Table::ItemTypes => CatalogRow::ItemType(ItemTypeRow {
                kind: fields::kind("Item Type ID", row.get(self.number))?,
                name: fields::name("Item Type Name", row.get(self.name))?,
            }),
            Table::Items(kind) => CatalogRow::Item(ItemRow {
                key: ItemKey {
                    kind,
                    no: fields::number("Number", row.get(self.number))?,
                },
                name: fields::name("Name", row.get(self.name))?,
                category: fields::category("Category ID", row.get(self.category))?,
                category_path: Some(fields::words(row.get(self.category_name)))
                    .filter(|path| !path.is_empty()),
                alternates: fields::alternates(row.get(self.alternates)),
                year: fields::year(row.get(self.year)),
                weight: fields::weight(row.get(self.weight)),
                dimensions: fields::dimensions(row.get(self.size)),
            }),
            Table::Codes => CatalogRow::Code(CodeRow {
                key: ItemKey::part(fields::number("Item No", row.get(self.number))?),
                color: fields::name("Color", row.get(self.color))?,
                element: fields::element("Code", row.get(self.code))?,
            }),
        })
    }
}

fn known_color(raw: &str) -> std::result::Result<crate::domain::ColorId, Flaw> {
    if raw.trim().is_empty() {
        return Err(Flaw::new("Color ID", "the number is missing"));
    }
    fields::color("Color ID", raw)
}

fn known_category(raw: &str) -> std::result::Result<CategoryId, Flaw> {
    fields::category("Category ID", raw)?
        .ok_or_else(|| Flaw::new("Category ID", "the number is missing"))
}
