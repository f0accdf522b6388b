//! Inventories of sellers: BrickStore documents and BrickLink's own XML.
//!
//! Both say the same with other words, so there is one list of meanings and each file's names are
//! looked up in it. A name that is in nobody's list is kept as it is.

use super::fields::{self, Flaw};
use super::kind::FileKind;
use super::lots::{ListFile, ListLot};
use super::markup::{Markup, Tag};
use super::meaning::Meaning;
use super::record::{Field, Record};
use super::source::Source;
use crate::domain::lot::MAX_QUANTITY;
use crate::domain::{Completeness, Condition, ListStatus, RawField, Timestamp};
use crate::error::{Error, Result};

/// Reads an inventory that [`sniff`](super::sniff()) took for `kind`; wanted lists and everything
/// else are refused with a sentence.
pub fn read_inventory(source: &mut Source, kind: &FileKind) -> Result<ListFile> {
    match kind {
        FileKind::Bsx | FileKind::BrickLinkInventoryXml => {
            let mut lots = Vec::new();
            let about = read(source, &mut |lot| {
                lots.push(lot);
                Ok(())
            })?;
            Ok(ListFile { lots, ..about })
        }
        _ => Err(kind.refusal(source.name(), "an inventory")),
    }
}

/// Gives out the lots one by one; what is returned holds everything else.
pub(super) fn read(
    source: &mut Source,
    each: &mut dyn FnMut(ListLot) -> Result<()>,
) -> Result<ListFile> {
    let name = source.name().to_owned();
    let mut markup = Markup::new(source);
    let mut file = ListFile::default();
    markup.root()?;
    let mut found = markup.is("INVENTORY");
    if found {
        about(&markup, &mut file);
        read_lots(&mut markup, &name, &mut file, each)?;
    } else {
        while let Some(kind) = markup.next_child()? {
            if markup.is("INVENTORY") {
                found = true;
                about(&markup, &mut file);
                if kind == Tag::Open {
                    markup.enter();
                    read_lots(&mut markup, &name, &mut file, each)?;
                }
            } else if kind == Tag::Open {
                markup.skip_element()?;
            }
        }
    }
    markup.finish()?;
    if found {
        Ok(file)
    } else {
        Err(Error::invalid(format!(
            "{name} holds no inventory; save it again in BrickStore."
        )))
    }
}

/// What the inventory element itself tells.
fn about(markup: &Markup<'_>, file: &mut ListFile) {
    markup.attributes().clone_into(&mut file.attributes);
    file.currency = attribute(&file.attributes, "Currency")
        .map(fields::words)
        .filter(|currency| currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_alphabetic()))
        .map(|currency| currency.to_ascii_uppercase());
}

/// The value of an attribute, still escaped.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attribute_at(attributes, name).map(|at| &attributes[at])
}

/// Where the value of an attribute stands.
pub(super) fn attribute_at(attributes: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let mut at = 0;
    loop {
        let rest = &attributes[at..];
        let (found, after) = rest.split_once('=')?;
        let value = after.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let start = attributes.len() - value.len() + 1;
        let end = start + attributes[start..].find(quote)?;
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(start..end);
        }
        at = end + 1;
    }
}

fn read_lots(
    markup: &mut Markup<'_>,
    name: &str,
    file: &mut ListFile,
    each: &mut dyn FnMut(ListLot) -> Result<()>,
) -> Result<()> {
    let mut record = Record::default();
    while markup.next_record("ITEM", &mut record)? {
        let lot = match record.flaw() {
            Some(flaw) => Err(flaw.clone()),
            None => lot(&record),
        };
        match lot {
            Ok(lot) => each(lot)?,
            Err(flaw) => file.skipped.push(flaw.at(name, record.line())),
        }
    }
    Ok(())
}

fn first<'a>(record: &'a Record, names: [&str; 2]) -> &'a str {
    let found = record.raw(names[0]);
    if found.is_empty() {
        record.raw(names[1])
    } else {
        found
    }
}

fn lot(record: &Record) -> std::result::Result<ListLot, Flaw> {
    let item = fields::key(
        ("item type", first(record, ["ItemTypeID", "ITEMTYPE"])),
        ("item number", record.raw("ItemID")),
    )?;
    if !record.has("Qty") {
        return Err(Flaw::new("quantity", "the number is missing"));
    }
    let mut lot = ListLot::new(record.line(), item);
    for field in record.fields() {
        match Meaning::of(&field) {
            Some(meaning) => take(&mut lot, meaning, &field)?,
            None => lot.unknown.push(as_written(&field)),
        }
    }
    Ok(lot)
}

fn as_written(field: &Field<'_>) -> RawField {
    RawField {
        name: field.name.to_owned(),
        attributes: field.attributes.trim().to_owned(),
        text: field.raw.to_owned(),
    }
}

fn take(lot: &mut ListLot, meaning: Meaning, field: &Field<'_>) -> std::result::Result<(), Flaw> {
    let raw = field.raw;
    match meaning {
        Meaning::ItemNo | Meaning::Kind | Meaning::Derived => {}
        Meaning::Name => lot.name = fields::words(raw),
        Meaning::Color => lot.color = fields::color("colour", raw)?,
        Meaning::ColorName => lot.color_name = fields::words(raw),
        Meaning::Category => lot.category = fields::category("category", raw).unwrap_or(None),
        Meaning::CategoryName => lot.category_name = fields::words(raw),
        Meaning::Quantity => lot.quantity = quantity("quantity", raw, None)?,
        Meaning::Price => lot.price = fields::money("price", raw)?,
        Meaning::Cost => lot.cost = fields::money("cost", raw)?,
        Meaning::Condition => lot.condition = condition(raw)?.unwrap_or(Condition::New),
        Meaning::Completeness => {
            lot.completeness = completeness(raw);
            if lot.completeness.is_none() && !matches!(raw.trim(), "" | "none") {
                lot.unknown.push(as_written(field));
            }
        }
        Meaning::Comments => lot.comments = fields::note("comments", raw)?,
        Meaning::Remarks => lot.remarks = fields::note("remarks", raw)?,
        Meaning::LotId => {
            let id = fields::whole("lot number", raw, Some(0), (0, i64::MAX))?;
            lot.lot_id = u64::try_from(id).ok().filter(|id| *id > 0);
        }
        Meaning::Bulk => lot.bulk = pieces("bulk", raw, 1)?.max(1),
        Meaning::Sale => {
            let percent = fields::whole("sale", raw, Some(0), (-99, 99))?;
            lot.sale = i8::try_from(percent).unwrap_or_default();
        }
        Meaning::TierQuantity(tier) => lot.tiers[tier].quantity = pieces("tier", raw, 0)?,
        Meaning::TierPrice(tier) => lot.tiers[tier].price = fields::money("tier", raw)?,
        Meaning::Stockroom => stockroom(lot, field),
        // BrickStore writes an empty element for yes, BrickLink a letter.
        Meaning::Retain => lot.retain = !matches!(raw.trim(), "N" | "n"),
        Meaning::Reserved => lot.reserved = fields::words(raw),
        Meaning::DateAdded => match date_time(raw) {
            Some(at) => lot.date_added = Some(at),
            None if raw.trim().is_empty() => {}
            None => lot.unknown.push(as_written(field)),
        },
        Meaning::Status => match raw.trim() {
            "I" | "i" => lot.status = ListStatus::Include,
            "X" | "x" => lot.status = ListStatus::Exclude,
            "E" | "e" => lot.status = ListStatus::Extra,
            _ => lot.unknown.push(as_written(field)),
        },
    }
    Ok(())
}

/// Pieces that a lot may hold.
pub(super) fn quantity(
    field: &str,
    raw: &str,
    missing: Option<i64>,
) -> std::result::Result<i64, Flaw> {
    fields::whole(field, raw, missing, (0, i64::from(MAX_QUANTITY)))
}

fn pieces(field: &str, raw: &str, missing: u32) -> std::result::Result<u32, Flaw> {
    let pieces = quantity(field, raw, Some(i64::from(missing)))?;
    Ok(u32::try_from(pieces).unwrap_or(missing))
}

/// New or used; `None` where nothing is written.
pub(super) fn condition(raw: &str) -> std::result::Result<Option<Condition>, Flaw> {
    let raw = raw.trim();
    if raw.is_empty() {
        Ok(None)
    } else if raw.eq_ignore_ascii_case("N") || raw.eq_ignore_ascii_case("New") {
        Ok(Some(Condition::New))
    } else if raw.eq_ignore_ascii_case("U") || raw.eq_ignore_ascii_case("Used") {
        Ok(Some(Condition::Used))
    } else {
        Err(Flaw::new(
            "condition",
            format!("{} is neither new nor used", fields::quoted(raw)),
        ))
    }
}

/// BrickLink writes a letter, BrickStore a word.
pub(super) fn completeness(raw: &str) -> Option<Completeness> {
    match raw.trim().to_ascii_lowercase().as_str() {
        "c" | "complete" => Some(Completeness::Complete),
        "b" | "i" | "incomplete" => Some(Completeness::Incomplete),
        "s" | "sealed" => Some(Completeness::Sealed),
        _ => None,
    }
}

/// BrickStore names the room or writes an empty element for the first; BrickLink says yes or no
/// and names the room elsewhere.
fn stockroom(lot: &mut ListLot, field: &Field<'_>) {
    let room = field.raw.trim().to_ascii_uppercase();
    match room.as_str() {
        "A" => lot.stockroom = Some('A'),
        "B" => lot.stockroom = Some('B'),
        "C" => lot.stockroom = Some('C'),
        "" | "Y" if field.is("STOCKROOM") => {
            lot.stockroom = lot.stockroom.or(Some('A'));
        }
        "" | "N" => {}
        _ => lot.unknown.push(as_written(field)),
    }
}

/// `2025-08-24T12:53:20Z`, or a date of the United States.
pub(super) fn date_time(raw: &str) -> Option<Timestamp> {
    let raw = raw.trim();
    raw.parse::<jiff::Timestamp>()
        .ok()
        .map(|at| Timestamp::from_micros(at.as_microsecond()))
        .or_else(|| super::orders::us_date(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_in_any_order_and_quotes() {
        assert_eq!(
            attribute("a='1' Currency = \"USD\"", "currency"),
            Some("USD")
        );
        assert_eq!(attribute("Currency=USD", "currency"), None);
        assert_eq!(attribute("", "currency"), None);
    }
}
