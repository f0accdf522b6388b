//! Tables with the fields of BrickOwl's interface. BrickOwl numbers items and colours itself, so a
//! catalogue is asked for its numbers; BrickLink's stand beside them, and are enough to read the
//! table again here.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write;

use super::super::fields::{self, Flaw, quoted};
use super::super::inventory::quantity;
use super::super::lots::{ListFile, ListLot};
use super::super::source::Source;
use super::amount;
use super::cells::{kind, lot_id, pieces, yes};
use super::guard::{guard, unguard};
use super::lookup::Lookup;
use super::read::ReadOptions;
use super::rows::{Each, HEAD_ROWS, TOO_MANY_CELLS, unseen};
use super::table_csv::{NOT_CLOSED, delimiter_where, text_rows};
use super::write::WriteOptions;
use crate::domain::{
    ColorId, Completeness, Condition, DecimalMark, ItemKey, ItemKind, ListStatus, Money, RawField,
    Tier,
};
use crate::error::{Error, Result};

/// The columns that are written.
const COLUMNS: [&str; 18] = [
    "external_id",
    "boid",
    "type",
    "bl_item_no",
    "color_id",
    "bl_color_id",
    "condition",
    "qty",
    "price",
    "sale_percent",
    "bulk_qty",
    "tier_price",
    "my_cost",
    "public_note",
    "personal_note",
    "for_sale",
    "bl_type",
    "status",
];

/// The name of a column as it is compared: BrickOwl's own words differ between its pages.
fn column(title: &str) -> &'static str {
    let title = title.trim().to_ascii_lowercase().replace([' ', '-'], "_");
    match title.as_str() {
        "external_id" | "external_id_1" | "external_lot_id" | "bl_lot_id" => "external_id",
        "boid" => "boid",
        "type" => "type",
        "bl_type" => "bl_type",
        "bl_item_no" => "bl_item_no",
        "color_id" => "color_id",
        "bl_color_id" => "bl_color_id",
        "condition" | "con" | "full_con" => "condition",
        "qty" | "quantity" | "absolute_quantity" => "qty",
        "price" | "base_price" => "price",
        "sale_percent" => "sale_percent",
        "bulk_qty" => "bulk_qty",
        "tier_price" => "tier_price",
        "my_cost" => "my_cost",
        "public_note" => "public_note",
        "personal_note" => "personal_note",
        "for_sale" => "for_sale",
        "status" => "status",
        _ => "",
    }
}

/// Whether these are the names of columns of such a table.
pub(super) fn is_header(cells: &[&str]) -> bool {
    let has = |wanted| cells.iter().any(|cell| column(cell) == wanted);
    let numbered = cells
        .iter()
        .any(|cell| cell.trim().eq_ignore_ascii_case("boid"))
        || (has("bl_item_no") && has("external_id"));
    numbered && has("qty")
}

/// Whether a text begins such a table.
pub(super) fn is_table(head: &str) -> bool {
    delimiter_where(head, is_header).is_some()
}

/// A code of a condition, and what it means.
const CONDITIONS: [(&str, Condition, Option<Completeness>); 6] = [
    ("new", Condition::New, None),
    ("news", Condition::New, Some(Completeness::Sealed)),
    ("newc", Condition::New, Some(Completeness::Complete)),
    ("newi", Condition::New, Some(Completeness::Incomplete)),
    ("usedc", Condition::Used, Some(Completeness::Complete)),
    ("usedi", Condition::Used, Some(Completeness::Incomplete)),
];

/// The field that keeps a grade, for which there is no field here.
const GRADE: &str = "full_con";
/// The grade of used lots that have none.
const GOOD: &str = "usedg";
const GRADES: [&str; 4] = ["usedn", GOOD, "useda", "other"];

/// BrickOwl's type of an item; what it does not have stands under the nearest word.
const fn owl_type(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Part | ItemKind::UnsortedLot => "Part",
        ItemKind::Minifigure => "Minifigure",
        ItemKind::Set => "Set",
        ItemKind::Gear | ItemKind::Book | ItemKind::Catalog => "Gear",
        ItemKind::Instruction => "Instructions",
        ItemKind::OriginalBox => "Packaging",
    }
}

/// Reads such a table, lot by lot.
pub(super) fn read(
    source: &mut Source,
    options: &ReadOptions<'_>,
    each: Each<'_>,
) -> Result<ListFile> {
    let name = source.name().to_owned();
    source.ensure(32 * 1024)?;
    let delimiter = delimiter_where(source.window(), is_header).unwrap_or_default();
    let mut about = ListFile::default();
    let mut seen = HashSet::new();
    let mut columns: Option<Vec<&'static str>> = None;
    let mut before = 0;
    let broken = text_rows(source, delimiter, &mut |line, cells| {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        let Some(known) = &columns else {
            if is_header(cells) {
                columns = Some(cells.iter().map(|cell| column(cell)).collect());
            }
            before += 1;
            return if before > HEAD_ROWS {
                Err(no_header(&name))
            } else {
                Ok(())
            };
        };
        let cell = |wanted: &str| {
            known
                .iter()
                .zip(cells)
                .find(|(column, cell)| **column == wanted && !cell.is_empty())
                .map_or("", |(_, cell)| unguard(cell))
        };
        let beyond = cells.get(known.len()..).unwrap_or_default();
        let lot = if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            Err(Flaw::new("", TOO_MANY_CELLS))
        } else {
            lot(line, cell, options.lookup)
        };
        match lot.and_then(|lot| unseen(&mut seen, lot)) {
            Ok(lot) => each(lot),
            Err(flaw) => {
                about.skipped.push(flaw.at(&name, line));
                Ok(())
            }
        }
    })?;
    if let Some(line) = broken {
        about
            .skipped
            .push(Flaw::new("", NOT_CLOSED).at(&name, line));
    }
    columns.map(|_| about).ok_or_else(|| no_header(&name))
}

fn no_header(name: &str) -> Error {
    Error::invalid(format!(
        "{name} has no row with the names of BrickOwl's columns; download it again."
    ))
}

fn lot<'c>(
    line: u64,
    cell: impl Fn(&str) -> &'c str,
    lookup: &dyn Lookup,
) -> std::result::Result<ListLot, Flaw> {
    let (item, color) = item(&cell, lookup)?;
    let mut lot = ListLot::new(line, item);
    lot.color = match (cell("bl_color_id").trim(), cell("color_id").trim()) {
        ("", "") => color.unwrap_or_default(),
        ("", owl) => {
            let number = fields::whole("color_id", owl, None, (0, i64::from(u16::MAX)))?;
            u32::try_from(number)
                .ok()
                .and_then(|number| lookup.by_owl_color(number))
                .or(color)
                .ok_or_else(|| {
                    Flaw::new(
                        "color_id",
                        format!(
                            "{} is a colour of BrickOwl that is not known here",
                            quoted(owl)
                        ),
                    )
                })?
        }
        (own, _) => fields::color("bl_color_id", own)?,
    };
    condition(&mut lot, cell("condition"))?;
    lot.quantity = quantity("qty", cell("qty"), None)?;
    lot.price = amount::read("price", cell("price"), DecimalMark::Point)?;
    lot.cost = amount::read("my_cost", cell("my_cost"), DecimalMark::Point)?;
    let sale = fields::whole("sale_percent", cell("sale_percent"), Some(0), (-99, 99))?;
    lot.sale = i8::try_from(sale).unwrap_or_default();
    lot.bulk = pieces("bulk_qty", cell("bulk_qty"))?.max(1);
    lot.tiers = tiers(cell("tier_price"))?;
    lot.comments = fields::plain_note("public_note", cell("public_note"))?;
    lot.remarks = fields::plain_note("personal_note", cell("personal_note"))?;
    if !cell("for_sale").is_empty() && !yes("for_sale", cell("for_sale"))? {
        lot.stockroom = Some('A');
    }
    lot.status = match cell("status") {
        "X" => ListStatus::Exclude,
        "E" => ListStatus::Extra,
        _ => ListStatus::Include,
    };
    // Other programs keep words of their own there.
    lot.lot_id = lot_id(cell("external_id")).unwrap_or(None);
    Ok(lot)
}

/// The item by BrickLink's number, else by BrickOwl's, which may carry a colour.
fn item<'c>(
    cell: &impl Fn(&str) -> &'c str,
    lookup: &dyn Lookup,
) -> std::result::Result<(ItemKey, Option<ColorId>), Flaw> {
    let own = cell("bl_item_no");
    if !own.trim().is_empty() {
        let word = match cell("bl_type") {
            "" => cell("type"),
            letter => letter,
        };
        let kind = match word.trim() {
            "" => ItemKind::Part,
            word => kind(word)?,
        };
        let no = fields::number("bl_item_no", own)?;
        return Ok((ItemKey { kind, no }, None));
    }
    let boid = fields::number("boid", cell("boid"))?;
    lookup.by_boid(&boid).ok_or_else(|| {
        Flaw::new(
            "boid",
            format!(
                "{} is a number of BrickOwl that is not known here",
                quoted(&boid)
            ),
        )
    })
}

fn condition(lot: &mut ListLot, raw: &str) -> std::result::Result<(), Flaw> {
    let code = raw.trim().to_ascii_lowercase();
    if let Some((_, condition, completeness)) =
        CONDITIONS.iter().find(|(known, _, _)| *known == code)
    {
        (lot.condition, lot.completeness) = (*condition, *completeness);
    } else if code.is_empty() {
        lot.condition = Condition::New;
    } else if GRADES.contains(&code.as_str()) || code.starts_with("used") {
        lot.condition = Condition::Used;
        if code != GOOD && GRADES.contains(&code.as_str()) {
            lot.unknown.push(RawField {
                name: GRADE.to_owned(),
                attributes: String::new(),
                text: code,
            });
        }
    } else {
        return Err(Flaw::new(
            "condition",
            format!("{} is no condition of BrickOwl", quoted(raw)),
        ));
    }
    Ok(())
}

/// `100:0.05,200:0.04`
fn tiers(raw: &str) -> std::result::Result<[Tier; 3], Flaw> {
    let mut tiers = [Tier::default(); 3];
    let raw = raw.trim();
    if raw.is_empty() || raw == "remove" {
        return Ok(tiers);
    }
    let wrong = || {
        Flaw::new(
            "tier_price",
            format!("{} is not like 100:0.05", quoted(raw)),
        )
    };
    let mut places = tiers.iter_mut();
    for part in raw.split(',') {
        let (from, price) = part.split_once(':').ok_or_else(wrong)?;
        let tier = places.next().ok_or_else(wrong)?;
        tier.quantity = pieces("tier_price", from)?;
        tier.price = amount::read("tier_price", price, DecimalMark::Point)?;
    }
    Ok(tiers)
}

/// Writes such a table, row by row.
pub(super) struct OwlWriter<'a, W: Write> {
    writer: csv::Writer<W>,
    options: &'a WriteOptions<'a>,
}

impl<'a, W: Write> OwlWriter<'a, W> {
    /// Begins with the names of the columns.
    pub(super) fn begin(out: W, options: &'a WriteOptions<'a>) -> std::io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS)?;
        Ok(Self { writer, options })
    }

    /// Writes a lot.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::io::Result<()> {
        let lookup = self.options.lookup;
        let price = |amount: Money| amount::write(amount, DecimalMark::Point);
        let optional = |amount: Money| match amount {
            Money::ZERO => String::new(),
            amount => price(amount),
        };
        let color = lookup
            .owl_color(lot.color)
            .map_or_else(String::new, |color| color.to_string());
        let lot_id = lot.lot_id.map_or_else(String::new, |id| id.to_string());
        let status = super::cells::status_letter(lot.status);
        let row: [&str; COLUMNS.len()] = [
            &lot_id,
            &lookup.boid(&lot.item).unwrap_or_default(),
            owl_type(lot.item.kind),
            &guard(&lot.item.no),
            &color,
            &lot.color.0.to_string(),
            code(lot),
            &lot.quantity.to_string(),
            &price(lot.price),
            &lot.sale.to_string(),
            &lot.bulk.to_string(),
            &tier_text(&lot.tiers),
            &optional(lot.cost),
            &guard(&lot.comments),
            &guard(&lot.remarks),
            if lot.stockroom.is_some() { "0" } else { "1" },
            &lot.item.kind.letter().to_string(),
            status,
        ];
        self.writer.write_record(row)?;
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

fn code(lot: &ListLot) -> &'static str {
    let exact = CONDITIONS.iter().find(|(_, condition, completeness)| {
        *condition == lot.condition && *completeness == lot.completeness
    });
    let grade = || {
        lot.unknown
            .iter()
            .find(|field| field.name == GRADE)
            .and_then(|field| GRADES.into_iter().find(|grade| *grade == field.text))
    };
    match exact {
        Some((code, _, _)) => code,
        None if lot.completeness == Some(Completeness::Sealed) => "usedc",
        None => grade().unwrap_or(GOOD),
    }
}

fn tier_text(tiers: &[Tier; 3]) -> String {
    let mut text = String::new();
    for tier in tiers.iter().filter(|tier| tier.quantity > 0) {
        let comma = if text.is_empty() { "" } else { "," };
        let price = amount::write(tier.price, DecimalMark::Point);
        // Writing to a text never fails.
        let _ = write!(text, "{comma}{}:{price}", tier.quantity);
    }
    text
}
