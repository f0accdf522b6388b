//! BrickLink's four files for lots: the inventory it gives out, new lots and changes of lots that
//! it takes in, and wanted lists.
//!
//! Files that are pasted into its pages must not begin with an XML declaration.

use std::io::Write;

use super::super::fields::Flaw;
use super::super::lots::ListLot;
use super::amount;
use super::cells::date_text;
use super::format::ListFormat;
use super::write::WriteOptions;
use super::xml::Row;
use crate::domain::{ColorId, Completeness, DecimalMark, ListStatus, Money, Tier};

const TIERS: [(&str, &str); 3] = [("TQ1", "TP1"), ("TQ2", "TP2"), ("TQ3", "TP3")];

/// Writes one of BrickLink's files, lot by lot.
pub(super) struct LinkWriter<'a, W: Write> {
    out: W,
    row: Row,
    format: ListFormat,
    options: &'a WriteOptions<'a>,
}

impl<'a, W: Write> LinkWriter<'a, W> {
    /// Begins the file.
    pub(super) fn begin(
        mut out: W,
        format: ListFormat,
        options: &'a WriteOptions<'a>,
    ) -> std::io::Result<Self> {
        if format == ListFormat::Xml {
            out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")?;
        }
        out.write_all(b"<INVENTORY>\n")?;
        Ok(Self {
            out,
            row: Row::new("", ""),
            format,
            options,
        })
    }

    /// Writes a lot; `false` if there is nothing to say about it. The flaw says why it has no place
    /// in such a file.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::io::Result<Result<bool, Flaw>> {
        self.row.clear();
        let row = &mut self.row;
        let filled = match self.format {
            ListFormat::MassUpload => offered(lot).and_then(|()| new_lot(row, lot)),
            ListFormat::MassUpdate => offered(lot).and_then(|()| update(row, lot, self.options)),
            ListFormat::Wanted => offered(lot).map(|()| wanted(row, lot, self.options)),
            _ => {
                inventory(row, lot);
                Ok(())
            }
        };
        if let Err(flaw) = filled {
            return Ok(Err(flaw));
        }
        if self.row.is_empty() {
            return Ok(Ok(false));
        }
        self.out.write_all(b"<ITEM>")?;
        self.out.write_all(self.row.as_bytes())?;
        self.out.write_all(b"</ITEM>\n")?;
        Ok(Ok(true))
    }

    /// Closes the file.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.out.write_all(b"</INVENTORY>\n")?;
        self.out.flush()
    }
}

/// What its owner left out of exports must not reach a marketplace.
fn offered(lot: &ListLot) -> Result<(), Flaw> {
    if lot.status == ListStatus::Exclude {
        Err(Flaw::new("status", "the lot is marked to be left out"))
    } else {
        Ok(())
    }
}

fn money(amount: Money) -> String {
    amount::write(amount, DecimalMark::Point)
}

const fn yes(yes: bool) -> &'static str {
    if yes { "Y" } else { "N" }
}

/// BrickLink's letter in files.
const fn completeness(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "C",
        Completeness::Incomplete => "I",
        Completeness::Sealed => "S",
    }
}

fn inventory(row: &mut Row, lot: &ListLot) {
    if let Some(id) = lot.lot_id {
        row.plain("LOTID", &id.to_string());
    }
    lot_fields(row, lot);
    if let Some(at) = lot.date_added {
        row.plain("DATEADDED", &date_text(at));
    }
    for field in &lot.unknown {
        row.kept(field);
    }
}

fn new_lot(row: &mut Row, lot: &ListLot) -> Result<(), Flaw> {
    if lot.quantity == 0 {
        return Err(Flaw::new("quantity", "there are no pieces to offer"));
    }
    colored(lot)?;
    lot_fields(row, lot);
    Ok(())
}

/// BrickLink would list a part in a colour that nobody knows as one without colour.
fn colored(lot: &ListLot) -> Result<(), Flaw> {
    if lot.color_is_unknown() {
        Err(Flaw::new(
            "colour",
            format!(
                "{} has no number here",
                super::super::fields::quoted(&lot.color_name)
            ),
        ))
    } else {
        Ok(())
    }
}

fn lot_fields(row: &mut Row, lot: &ListLot) {
    row.plain("ITEMTYPE", &lot.item.kind.letter().to_string());
    row.words("ITEMID", &lot.item.no);
    row.plain("COLOR", &lot.color.0.to_string());
    if let Some(category) = lot.category {
        row.plain("CATEGORY", &category.0.to_string());
    }
    row.plain("QTY", &lot.quantity.to_string());
    row.plain("PRICE", &money(lot.price));
    row.plain("CONDITION", &lot.condition.letter().to_string());
    if let Some(set) = lot.completeness {
        row.plain("SUBCONDITION", completeness(set));
    }
    if lot.cost != Money::ZERO {
        row.plain("MYCOST", &money(lot.cost));
    }
    row.plain("BULK", &lot.bulk.to_string());
    row.plain("SALE", &lot.sale.to_string());
    row.note("DESCRIPTION", &lot.comments);
    row.note("REMARKS", &lot.remarks);
    row.plain("STOCKROOM", yes(lot.stockroom.is_some()));
    if let Some(room) = lot.stockroom {
        row.plain("STOCKROOMID", &room.to_string());
    }
    row.plain("RETAIN", yes(lot.retain));
    if !lot.reserved.is_empty() {
        row.words("BUYERUSERNAME", &lot.reserved);
    }
    for (tier, (quantity, price)) in lot.tiers.iter().zip(TIERS) {
        if tier.quantity != 0 {
            row.plain(quantity, &tier.quantity.to_string());
        }
        if tier.price != Money::ZERO {
            row.plain(price, &money(tier.price));
        }
    }
}

/// Where it is known what the shop holds, only what differs, and pieces as a difference, so that a
/// sale in between is not undone. Otherwise everything, and pieces as they are.
fn update(row: &mut Row, lot: &ListLot, options: &WriteOptions<'_>) -> Result<(), Flaw> {
    let id = lot
        .lot_id
        .ok_or_else(|| Flaw::new("lot number", "a lot without one is new; upload it instead"))?;
    let Some(before) = options.before else {
        if lot.quantity == 0 && !lot.retain {
            return Err(Flaw::new(
                "quantity",
                "the lot is empty; without the shop's state it is not deleted",
            ));
        }
        row.plain("LOTID", &id.to_string());
        row.plain("QTY", &lot.quantity.to_string());
        changes(row, lot, None);
        return Ok(());
    };
    let before = before(id).ok_or_else(|| {
        Flaw::new(
            "lot number",
            format!("the shop has no lot {id}; upload it instead"),
        )
    })?;
    if !before.item.same(&lot.item) || before.color != lot.color {
        return Err(Flaw::new(
            "item number",
            format!("lot {id} of the shop is another item or colour"),
        ));
    }
    let mut filled = Row::new("", "");
    let difference = lot.quantity - before.quantity;
    if difference != 0 && lot.quantity == 0 && !lot.retain {
        filled.empty("DELETE");
    } else {
        if difference != 0 {
            filled.plain("QTY", &format!("{difference:+}"));
        }
        changes(&mut filled, lot, Some(&before));
    }
    if !filled.is_empty() {
        row.plain("LOTID", &id.to_string());
        row.markup(&String::from_utf8_lossy(filled.as_bytes()));
    }
    Ok(())
}

/// The fields other than pieces that differ from `before`.
fn changes(row: &mut Row, lot: &ListLot, before: Option<&ListLot>) {
    let differs =
        |same: fn(&ListLot, &ListLot) -> bool| before.is_none_or(|before| !same(lot, before));
    if differs(|a, b| a.price == b.price) {
        row.plain("PRICE", &money(lot.price));
    }
    if differs(|a, b| a.cost == b.cost) {
        row.plain("MYCOST", &money(lot.cost));
    }
    if differs(|a, b| a.condition == b.condition) {
        row.plain("CONDITION", &lot.condition.letter().to_string());
    }
    if let Some(set) = lot.completeness
        && differs(|a, b| a.completeness == b.completeness)
    {
        row.plain("SUBCONDITION", completeness(set));
    }
    if differs(|a, b| a.bulk == b.bulk) {
        row.plain("BULK", &lot.bulk.to_string());
    }
    if differs(|a, b| a.sale == b.sale) {
        row.plain("SALE", &lot.sale.to_string());
    }
    if differs(|a, b| a.comments == b.comments) {
        row.note("DESCRIPTION", &lot.comments);
    }
    if differs(|a, b| a.remarks == b.remarks) {
        row.note("REMARKS", &lot.remarks);
    }
    if differs(|a, b| a.retain == b.retain) {
        row.plain("RETAIN", yes(lot.retain));
    }
    if differs(|a, b| a.tiers == b.tiers) {
        for (Tier { quantity, price }, (from, each)) in lot.tiers.iter().zip(TIERS) {
            row.plain(from, &quantity.to_string());
            row.plain(each, &money(*price));
        }
    }
    if differs(|a, b| a.stockroom == b.stockroom) {
        row.plain("STOCKROOM", yes(lot.stockroom.is_some()));
        if let Some(room) = lot.stockroom {
            row.plain("STOCKROOMID", &room.to_string());
        }
    }
}

/// A price of nothing is no limit, no pieces are any number, colour 0 is any colour.
fn wanted(row: &mut Row, lot: &ListLot, options: &WriteOptions<'_>) {
    row.plain("ITEMTYPE", &lot.item.kind.letter().to_string());
    row.words("ITEMID", &lot.item.no);
    if lot.color != ColorId(0) {
        row.plain("COLOR", &lot.color.0.to_string());
    }
    if lot.price != Money::ZERO {
        row.plain("MAXPRICE", &money(lot.price));
    }
    if lot.quantity != 0 {
        row.plain("MINQTY", &lot.quantity.to_string());
    }
    row.plain("CONDITION", &lot.condition.letter().to_string());
    if !lot.remarks.is_empty() {
        row.note("REMARKS", &lot.remarks);
    }
    if let Some(list) = options.wanted_list {
        row.plain("WANTEDLISTID", &list.to_string());
    }
}
