//! BrickStore documents, written as BrickStore 2025 writes them.

use std::io::Write;

use super::super::inventory::attribute_at;
use super::super::lots::ListLot;
use super::amount;
use super::cells::{completeness_word, date_text, status_letter};
use super::write::ListHead;
use super::xml::{Row, are_attributes, escape};
use crate::domain::{DecimalMark, ItemKind, Money};

/// Writes a BrickStore document, lot by lot.
pub(super) struct BsxWriter<W: Write> {
    out: W,
    row: Row,
}

impl<W: Write> BsxWriter<W> {
    /// Begins the document.
    pub(super) fn begin(mut out: W, head: &ListHead) -> std::io::Result<Self> {
        let attributes = attributes(head);
        let space = if attributes.is_empty() { "" } else { " " };
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE BrickStoreXML>\n<BrickStoreXML>\n <Inventory{space}{attributes}>\n"
        )?;
        Ok(Self {
            out,
            row: Row::new("   ", "\n"),
        })
    }

    /// Writes a lot.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::io::Result<()> {
        self.row.clear();
        self.row.markup("  <Item>\n");
        fields(&mut self.row, lot);
        self.row.markup("  </Item>\n");
        self.out.write_all(self.row.as_bytes())
    }

    /// Closes the document.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.out.write_all(b" </Inventory>\n</BrickStoreXML>\n")?;
        self.out.flush()
    }
}

/// What stood behind the name of the inventory element, with the currency that counts now.
fn attributes(head: &ListHead) -> String {
    let kept = head.attributes.trim();
    let kept = if are_attributes(kept) { kept } else { "" };
    let Some(currency) = &head.currency else {
        return kept.to_owned();
    };
    let currency = escape(currency);
    match attribute_at(kept, "Currency") {
        Some(at) if kept[at.clone()].trim().eq_ignore_ascii_case(&currency) => kept.to_owned(),
        Some(at) => format!("{}{currency}{}", &kept[..at.start], &kept[at.end..]),
        None => format!("Currency=\"{currency}\" {kept}")
            .trim_end()
            .to_owned(),
    }
}

fn fields(row: &mut Row, lot: &ListLot) {
    let money = |amount: Money| amount::write(amount, DecimalMark::Point);
    row.words("ItemID", &lot.item.no);
    row.plain("ItemTypeID", &lot.item.kind.letter().to_string());
    row.plain("ColorID", &lot.color.0.to_string());
    words(row, "ItemName", &lot.name);
    row.plain("ItemTypeName", type_name(lot.item.kind));
    words(row, "ColorName", &lot.color_name);
    if let Some(category) = lot.category {
        row.plain("CategoryID", &category.0.to_string());
    }
    words(row, "CategoryName", &lot.category_name);
    row.plain("Status", status_letter(lot.status));
    row.plain("Qty", &lot.quantity.to_string());
    row.plain("Price", &money(lot.price));
    row.plain("Condition", &lot.condition.letter().to_string());
    if let Some(completeness) = lot.completeness {
        row.plain("SubCondition", completeness_word(completeness));
    }
    if lot.bulk != 1 {
        row.plain("Bulk", &lot.bulk.to_string());
    }
    if lot.sale != 0 {
        row.plain("Sale", &lot.sale.to_string());
    }
    note(row, "Comments", &lot.comments);
    note(row, "Remarks", &lot.remarks);
    for (tier, (quantity, price)) in
        lot.tiers
            .iter()
            .zip([("TQ1", "TP1"), ("TQ2", "TP2"), ("TQ3", "TP3")])
    {
        if tier.quantity != 0 {
            row.plain(quantity, &tier.quantity.to_string());
        }
        if tier.price != Money::ZERO {
            row.plain(price, &money(tier.price));
        }
    }
    if let Some(id) = lot.lot_id {
        row.plain("LotID", &id.to_string());
    }
    if lot.retain {
        row.empty("Retain");
    }
    if let Some(room) = lot.stockroom {
        row.plain("Stockroom", &room.to_string());
    }
    words(row, "Reserved", &lot.reserved);
    if lot.cost != Money::ZERO {
        row.plain("Cost", &money(lot.cost));
    }
    if let Some(at) = lot.date_added {
        row.plain("DateAdded", &date_text(at));
    }
    for field in &lot.unknown {
        row.kept(field);
    }
}

fn words(row: &mut Row, name: &str, words: &str) {
    if !words.is_empty() {
        row.words(name, words);
    }
}

fn note(row: &mut Row, name: &str, note: &str) {
    if !note.is_empty() {
        row.note(name, note);
    }
}

/// BrickStore's word for a type of items.
const fn type_name(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::OriginalBox => "Original Box",
        ItemKind::UnsortedLot => "Unsorted Lot",
        kind => kind.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_currency_that_counts_stands_in_the_document() {
        let written = attributes_of;
        assert_eq!(written("A=\"1\"", None), "A=\"1\"");
        assert_eq!(written("", Some("EUR")), "Currency=\"EUR\"");
        assert_eq!(written("A=\"1\"", Some("EUR")), "Currency=\"EUR\" A=\"1\"");
        assert_eq!(
            written("Currency='eur' A=\"1\"", Some("EUR")),
            "Currency='eur' A=\"1\""
        );
        assert_eq!(
            written("Currency='USD' A=\"1\"", Some("EUR")),
            "Currency='EUR' A=\"1\""
        );
        assert_eq!(written("><x", Some("EUR")), "Currency=\"EUR\"");
    }

    fn attributes_of(attributes: &str, currency: Option<&str>) -> String {
        super::attributes(&ListHead {
            currency: currency.map(ToOwned::to_owned),
            attributes: attributes.to_owned(),
        })
    }
}
