//! A lot's fields as cells of a table, both ways; text tables and spreadsheets share it.

use std::borrow::Cow;

use super::super::fields::{self, Flaw, quoted};
use super::super::inventory::{completeness, date_time, quantity};
use super::super::lots::ListLot;
use super::amount;
use super::guard::{guard, unguard};
use super::lookup::Lookup;
use crate::domain::{
    ColorId, Completeness, DecimalMark, ItemKey, ItemKind, ListField, ListStatus, Mapping, Money,
    Timestamp,
};

/// How the cells of one table are read.
pub(super) struct CellReader<'a> {
    /// Words for conditions, and the item type of rows without one.
    pub(super) mapping: &'a Mapping,
    /// How amounts are written.
    pub(super) decimal: DecimalMark,
    /// Who knows colours by name.
    pub(super) lookup: &'a dyn Lookup,
}

impl CellReader<'_> {
    /// The lot of a row of cells, which hold the fields of the same place.
    pub(super) fn lot<'c>(
        &self,
        line: u64,
        cells: &(impl Iterator<Item = (ListField, &'c str)> + Clone),
    ) -> Result<ListLot, Flaw> {
        let cell = |wanted| {
            cells
                .clone()
                .find(|(field, _)| *field == wanted)
                .map_or("", |(_, cell)| unguard(cell))
        };
        let no = fields::number("item number", cell(ListField::Number))?;
        let kind = match cell(ListField::Kind).trim() {
            "" => self.mapping.kind,
            word => kind(word)?,
        };
        if cell(ListField::Quantity).trim().is_empty() {
            return Err(Flaw::new("quantity", "the number is missing"));
        }
        let mut lot = ListLot::new(line, ItemKey { kind, no });
        let mut numbered = false;
        for (field, cell) in cells.clone() {
            if field == ListField::Color {
                numbered = !cell.trim().is_empty();
            }
            self.take(&mut lot, field, unguard(cell))?;
        }
        if !numbered && !lot.color_name.is_empty() {
            lot.color = self.lookup.color(&lot.color_name).unwrap_or_default();
        }
        Ok(lot)
    }

    fn take(&self, lot: &mut ListLot, field: ListField, raw: &str) -> Result<(), Flaw> {
        match field {
            ListField::Kind
            | ListField::Number
            | ListField::Currency
            | ListField::Attributes
            | ListField::Unknown => {}
            ListField::Name => lot.name = fields::plain_words(raw),
            ListField::Color => self.color(lot, raw)?,
            ListField::ColorName => {
                let name = fields::plain_words(raw);
                if !name.is_empty() {
                    lot.color_name = name;
                }
            }
            ListField::Category => lot.category = fields::category("category", raw)?,
            ListField::CategoryName => lot.category_name = fields::plain_words(raw),
            ListField::Quantity => lot.quantity = quantity("quantity", raw, None)?,
            ListField::Price => lot.price = amount::read("price", raw, self.decimal)?,
            ListField::Cost => lot.cost = amount::read("cost", raw, self.decimal)?,
            ListField::Condition => {
                if !raw.trim().is_empty() {
                    lot.condition = self.mapping.condition(raw).ok_or_else(|| {
                        Flaw::new(
                            "condition",
                            format!("{} is neither new nor used", quoted(raw)),
                        )
                    })?;
                }
            }
            ListField::Completeness => lot.completeness = complete(raw)?,
            ListField::Comments => lot.comments = fields::plain_note("comments", raw)?,
            ListField::Remarks => lot.remarks = fields::plain_note("remarks", raw)?,
            ListField::LotId => lot.lot_id = lot_id(raw)?,
            ListField::Bulk => lot.bulk = pieces("bulk", raw)?.max(1),
            ListField::Sale => {
                let raw = raw.trim().trim_end_matches('%');
                let percent = fields::whole("sale", raw, Some(0), (-99, 99))?;
                lot.sale = i8::try_from(percent).unwrap_or_default();
            }
            ListField::TierQuantity1 => lot.tiers[0].quantity = pieces("tier", raw)?,
            ListField::TierQuantity2 => lot.tiers[1].quantity = pieces("tier", raw)?,
            ListField::TierQuantity3 => lot.tiers[2].quantity = pieces("tier", raw)?,
            ListField::TierPrice1 => lot.tiers[0].price = amount::read("tier", raw, self.decimal)?,
            ListField::TierPrice2 => lot.tiers[1].price = amount::read("tier", raw, self.decimal)?,
            ListField::TierPrice3 => lot.tiers[2].price = amount::read("tier", raw, self.decimal)?,
            ListField::Stockroom => lot.stockroom = stockroom(raw)?,
            ListField::Retain => lot.retain = yes("retain", raw)?,
            ListField::Reserved => lot.reserved = fields::plain_words(raw),
            ListField::DateAdded => lot.date_added = date("date added", raw)?,
            ListField::Status => lot.status = status(raw)?,
        }
        Ok(())
    }

    /// A number, or a name where somebody knows it; an unknown name is kept as a name.
    fn color(&self, lot: &mut ListLot, raw: &str) -> Result<(), Flaw> {
        let word = raw.trim();
        if word.is_empty() || word.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            lot.color = fields::color("colour", word)?;
            return Ok(());
        }
        let name = fields::plain_words(word);
        lot.color = self.lookup.color(&name).unwrap_or_default();
        if lot.color_name.is_empty() {
            lot.color_name = name;
        }
        Ok(())
    }
}

/// BrickLink's letter or a word for a type of items.
pub(super) fn kind(word: &str) -> Result<ItemKind, Flaw> {
    let lower = word.trim().to_lowercase();
    let found = match lower.as_str() {
        "part" | "parts" | "teil" | "teile" => Some(ItemKind::Part),
        "minifigure" | "minifig" | "minifigur" | "fig" => Some(ItemKind::Minifigure),
        "set" | "sets" => Some(ItemKind::Set),
        "gear" | "zubehör" => Some(ItemKind::Gear),
        "book" | "buch" => Some(ItemKind::Book),
        "catalog" | "catalogue" | "katalog" => Some(ItemKind::Catalog),
        "instruction" | "instructions" | "anleitung" | "bauanleitung" => {
            Some(ItemKind::Instruction)
        }
        "original box" | "original_box" | "box" | "packaging" | "originalkarton" | "karton" => {
            Some(ItemKind::OriginalBox)
        }
        "unsorted lot" | "unsorted_lot" | "konvolut" => Some(ItemKind::UnsortedLot),
        _ => None,
    };
    found.map_or_else(|| fields::kind("item type", word), Ok)
}

fn complete(raw: &str) -> Result<Option<Completeness>, Flaw> {
    let word = raw.trim().to_lowercase();
    match word.as_str() {
        "" | "none" => Ok(None),
        "komplett" | "vollständig" => Ok(Some(Completeness::Complete)),
        "unvollständig" | "inkomplett" => Ok(Some(Completeness::Incomplete)),
        "versiegelt" | "ovp" => Ok(Some(Completeness::Sealed)),
        _ => completeness(&word).map(Some).ok_or_else(|| {
            Flaw::new(
                "completeness",
                format!("{} is none of complete, incomplete and sealed", quoted(raw)),
            )
        }),
    }
}

/// BrickLink's lot number; nothing and 0 are none.
pub(super) fn lot_id(raw: &str) -> Result<Option<u64>, Flaw> {
    let id = fields::whole("lot number", raw, Some(0), (0, i64::MAX))?;
    Ok(u64::try_from(id).ok().filter(|id| *id > 0))
}

/// A number of pieces; nothing is 0.
pub(super) fn pieces(field: &str, raw: &str) -> Result<u32, Flaw> {
    let pieces = quantity(field, raw, Some(0))?;
    Ok(u32::try_from(pieces).unwrap_or_default())
}

fn stockroom(raw: &str) -> Result<Option<char>, Flaw> {
    match raw.trim().to_ascii_uppercase().as_str() {
        "" | "N" | "NO" | "NEIN" | "FALSE" | "0" => Ok(None),
        "A" | "Y" | "YES" | "JA" | "TRUE" | "1" => Ok(Some('A')),
        "B" => Ok(Some('B')),
        "C" => Ok(Some('C')),
        _ => Err(Flaw::new(
            "stockroom",
            format!("{} is none of A, B and C", quoted(raw)),
        )),
    }
}

/// Yes or no by a word; nothing is no.
pub(super) fn yes(field: &str, raw: &str) -> Result<bool, Flaw> {
    match raw.trim().to_lowercase().as_str() {
        "" | "n" | "no" | "nein" | "false" | "falsch" | "0" => Ok(false),
        "y" | "yes" | "j" | "ja" | "true" | "wahr" | "1" | "x" => Ok(true),
        _ => Err(Flaw::new(
            field,
            format!("{} is neither yes nor no", quoted(raw)),
        )),
    }
}

/// A date with or without a time; nothing is none.
pub(super) fn date(field: &str, raw: &str) -> Result<Option<Timestamp>, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        return Ok(None);
    }
    date_time(raw)
        .or_else(|| date_time(&format!("{raw}T00:00:00Z")))
        .map(Some)
        .ok_or_else(|| {
            Flaw::new(
                field,
                format!("{} is not a date like 2025-08-24", quoted(raw)),
            )
        })
}

fn status(raw: &str) -> Result<ListStatus, Flaw> {
    match raw.trim().to_lowercase().as_str() {
        "" | "i" | "include" => Ok(ListStatus::Include),
        "x" | "exclude" => Ok(ListStatus::Exclude),
        "e" | "extra" => Ok(ListStatus::Extra),
        _ => Err(Flaw::new(
            "status",
            format!("{} is none of I, X and E", quoted(raw)),
        )),
    }
}

/// Date and time as files hold it, exact; nothing where the calendar ends.
pub(super) fn date_text(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// BrickStore's word.
pub(super) const fn completeness_word(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Incomplete => "incomplete",
        Completeness::Sealed => "sealed",
    }
}

/// BrickStore's letter.
pub(super) const fn status_letter(status: ListStatus) -> &'static str {
    match status {
        ListStatus::Include => "I",
        ListStatus::Exclude => "X",
        ListStatus::Extra => "E",
    }
}

/// A cell for a field of a lot; texts are guarded against spreadsheets that run formulas.
pub(super) fn cell<'l>(
    lot: &'l ListLot,
    currency: &'l str,
    field: ListField,
    decimal: DecimalMark,
) -> Cow<'l, str> {
    let money = |amount: Money| -> Cow<'l, str> {
        if amount == Money::ZERO && field != ListField::Price {
            "".into()
        } else {
            amount::write(amount, decimal).into()
        }
    };
    let tier = |at: usize| -> Cow<'l, str> {
        match lot.tiers[at].quantity {
            0 => "".into(),
            pieces => pieces.to_string().into(),
        }
    };
    match field {
        ListField::Kind => lot.item.kind.letter().to_string().into(),
        ListField::Number => guard(&lot.item.no),
        ListField::Name => guard(&lot.name),
        ListField::Color => color_cell(lot),
        ListField::ColorName => guard(&lot.color_name),
        ListField::Category => lot
            .category
            .map_or("".into(), |category| category.0.to_string().into()),
        ListField::CategoryName => guard(&lot.category_name),
        ListField::Quantity => lot.quantity.to_string().into(),
        ListField::Price => money(lot.price),
        ListField::Cost => money(lot.cost),
        ListField::Condition => lot.condition.letter().to_string().into(),
        ListField::Completeness => lot.completeness.map_or("", completeness_word).into(),
        ListField::Comments => guard(&lot.comments),
        ListField::Remarks => guard(&lot.remarks),
        ListField::LotId => lot.lot_id.map_or("".into(), |id| id.to_string().into()),
        ListField::Bulk => lot.bulk.to_string().into(),
        ListField::Sale => lot.sale.to_string().into(),
        ListField::TierQuantity1 => tier(0),
        ListField::TierPrice1 => money(lot.tiers[0].price),
        ListField::TierQuantity2 => tier(1),
        ListField::TierPrice2 => money(lot.tiers[1].price),
        ListField::TierQuantity3 => tier(2),
        ListField::TierPrice3 => money(lot.tiers[2].price),
        ListField::Stockroom => lot
            .stockroom
            .map_or("".into(), |room| room.to_string().into()),
        ListField::Retain => if lot.retain { "Y" } else { "" }.into(),
        ListField::Reserved => guard(&lot.reserved),
        ListField::DateAdded => lot.date_added.map_or("".into(), |at| date_text(at).into()),
        ListField::Status => status_letter(lot.status).into(),
        ListField::Currency => currency.into(),
        ListField::Attributes | ListField::Unknown => "".into(),
    }
}

/// Nothing where the colour is known by an unknown name only, so that the name is looked up again.
fn color_cell(lot: &ListLot) -> Cow<'_, str> {
    if lot.color_is_unknown() {
        "".into()
    } else {
        let ColorId(color) = lot.color;
        color.to_string().into()
    }
}
