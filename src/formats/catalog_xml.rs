//! The XML downloads of the catalogue: `ITEM` rows under `CATALOG` or `CODES`.

use super::catalog::{CatalogRow, CatalogSink, CategoryRow, CodeRow, ItemRow, ItemTypeRow};
use super::fields::{self, Flaw};
use super::markup::Markup;
use super::record::Record;
use super::source::Source;
use crate::domain::{Color, Dimensions, Rgb};
use crate::error::{Error, Result};

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// Colours.
    Colors,
    /// Categories.
    Categories,
    /// Item types.
    ItemTypes,
    /// Items; each row says of which kind.
    Items,
    /// Element ids.
    Codes,
}

/// Reads every row of a file.
pub(super) fn read(source: &mut Source, rows: Rows, sink: &mut dyn CatalogSink) -> Result<u64> {
    let file = source.name().to_owned();
    let mut markup = Markup::new(source);
    markup.root()?;
    if !markup.is("CATALOG") && !markup.is("CODES") {
        return Err(Error::invalid(format!(
            "{file} line {} begins with {}; a catalogue file begins with CATALOG or CODES.",
            markup.line(),
            fields::quoted(markup.name())
        )));
    }
    let mut record = Record::default();
    let mut count = 0;
    while markup.next_record("ITEM", &mut record)? {
        let row = match record.flaw() {
            Some(flaw) => Err(flaw.clone()),
            None => row(rows, &record),
        };
        match row {
            Ok(row) => {
                sink.row(record.line(), row)?;
                count += 1;
            }
            Err(flaw) => sink.skip(flaw.at(&file, record.line()))?,
        }
    }
    markup.finish()?;
    Ok(count)
}

fn row(rows: Rows, record: &Record) -> std::result::Result<CatalogRow, Flaw> {
    if record.is_empty() {
        return Err(Flaw::new("", "the row is empty"));
    }
    Ok(match rows {
        Rows::Colors => CatalogRow::Color(color(record)?),
        Rows::Categories => CatalogRow::Category(CategoryRow {
            id: fields::category("CATEGORY", record.raw("CATEGORY"))?
                .ok_or_else(|| Flaw::new("CATEGORY", "the number is missing"))?,
            name: fields::name("CATEGORYNAME", record.raw("CATEGORYNAME"))?,
        }),
        Rows::ItemTypes => CatalogRow::ItemType(ItemTypeRow {
            kind: fields::kind("ITEMTYPE", record.raw("ITEMTYPE"))?,
            name: fields::name("ITEMTYPENAME", record.raw("ITEMTYPENAME"))?,
        }),
        Rows::Items => CatalogRow::Item(item(record)?),
        Rows::Codes => CatalogRow::Code(code(record)?),
    })
}

fn code(record: &Record) -> std::result::Result<CodeRow, Flaw> {
    let [kind, no, color, code] = record.pick(["ITEMTYPE", "ITEMID", "COLOR", "CODENAME"]);
    Ok(CodeRow {
        key: fields::key(("ITEMTYPE", kind), ("ITEMID", no))?,
        color: fields::name("COLOR", color)?,
        element: fields::element("CODENAME", code)?,
    })
}

fn color(record: &Record) -> std::result::Result<Color, Flaw> {
    let number = record.raw("COLOR");
    if number.trim().is_empty() {
        return Err(Flaw::new("COLOR", "the number is missing"));
    }
    Ok(Color {
        id: fields::color("COLOR", number)?,
        name: fields::name("COLORNAME", record.raw("COLORNAME"))?,
        rgb: Rgb::parse(record.raw("COLORRGB").trim()),
        group: fields::words(record.raw("COLORTYPE")),
        year_from: fields::year(record.raw("COLORYEARFROM")),
        year_to: fields::year(record.raw("COLORYEARTO")),
    })
}

fn item(record: &Record) -> std::result::Result<ItemRow, Flaw> {
    let [kind, no, name, category, year, weight, x, y, z] = record.pick([
        "ITEMTYPE",
        "ITEMID",
        "ITEMNAME",
        "CATEGORY",
        "ITEMYEAR",
        "ITEMWEIGHT",
        "ITEMDIMX",
        "ITEMDIMY",
        "ITEMDIMZ",
    ]);
    Ok(ItemRow {
        key: fields::key(("ITEMTYPE", kind), ("ITEMID", no))?,
        name: fields::name("ITEMNAME", name)?,
        category: fields::category("CATEGORY", category)?,
        category_path: None,
        // The XML download does not tell them.
        alternates: Vec::new(),
        year: fields::year(year),
        weight: fields::weight(weight),
        dimensions: dimensions(x, y, z),
    })
}

fn dimensions(x: &str, y: &str, z: &str) -> Option<Dimensions> {
    if x.is_empty() && y.is_empty() && z.is_empty() {
        return None;
    }
    Dimensions::parse(x, y, z)
}
