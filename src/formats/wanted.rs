//! Wanted lists in BrickLink's XML: what somebody looks for. They look like inventories, so the
//! inventory import must know them to refuse them.

use super::fields::{self, Flaw};
use super::inventory::{condition, quantity};
use super::kind::FileKind;
use super::markup::Markup;
use super::record::Record;
use super::source::Source;
use crate::domain::report::SkippedRows;
use crate::domain::{ColorId, Condition, ItemKey, Money};
use crate::error::Result;

/// A line of a wanted list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedLot {
    /// The line it begins on.
    pub line: u64,
    /// What is looked for.
    pub item: ItemKey,
    /// In which colour; `None`: any.
    pub color: Option<ColorId>,
    /// Pieces that are wanted; 0: any number.
    pub quantity: i64,
    /// New or used; `None`: either.
    pub condition: Option<Condition>,
    /// Most that may be paid for a piece; `None`: any price.
    pub max_price: Option<Money>,
    /// Note, decoded once.
    pub remarks: String,
}

/// A wanted list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WantedFile {
    /// Its lines.
    pub lots: Vec<WantedLot>,
    /// Rows that could not be used.
    pub skipped: SkippedRows,
}

/// Reads a wanted list that [`sniff`](super::sniff()) took for one.
pub fn read_wanted(source: &mut Source, kind: &FileKind) -> Result<WantedFile> {
    if *kind != FileKind::WantedListXml {
        return Err(kind.refusal(source.name(), "a wanted list"));
    }
    let name = source.name().to_owned();
    let mut markup = Markup::new(source);
    markup.root()?;
    let mut file = WantedFile::default();
    let mut record = Record::default();
    while markup.next_record("ITEM", &mut record)? {
        let lot = match record.flaw() {
            Some(flaw) => Err(flaw.clone()),
            None => lot(&record),
        };
        match lot {
            Ok(lot) => file.lots.push(lot),
            Err(flaw) => file.skipped.push(flaw.at(&name, record.line())),
        }
    }
    markup.finish()?;
    Ok(file)
}

fn lot(record: &Record) -> std::result::Result<WantedLot, Flaw> {
    let color = record.raw("COLOR").trim();
    let letter = record.raw("CONDITION").trim();
    Ok(WantedLot {
        line: record.line(),
        item: fields::key(
            ("item type", record.raw("ITEMTYPE")),
            ("item number", record.raw("ITEMID")),
        )?,
        color: if color.is_empty() {
            None
        } else {
            Some(fields::color("colour", color)?)
        },
        quantity: quantity("MINQTY", record.raw("MINQTY"), Some(0))?,
        condition: if letter.eq_ignore_ascii_case("X") {
            None
        } else {
            condition(letter)?
        },
        // BrickLink writes -1 for "any price".
        max_price: Money::parse(record.raw("MAXPRICE")).filter(|price| *price >= Money::ZERO),
        remarks: fields::note("remarks", record.raw("REMARKS"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_any_price_and_never_below_nothing() {
        let text = "<INVENTORY>\
            <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>3001</ITEMID><MAXPRICE>-1.0000</MAXPRICE><CONDITION>X</CONDITION><REMARKS/></ITEM>\n\
            <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>3002</ITEMID><COLOR>5</COLOR><MINQTY>4</MINQTY><MAXPRICE>0.5</MAXPRICE><CONDITION>N</CONDITION></ITEM>\n\
            <ITEM><ITEMTYPE>P</ITEMTYPE><ITEMID>3003</ITEMID><MINQTY>-80</MINQTY></ITEM></INVENTORY>";
        let mut source = Source::from_bytes("w.xml", text).expect("readable");
        let kind = super::super::sniff(&mut source).expect("readable");
        let refused = super::super::read_inventory(&mut source, &kind)
            .map(|_| ())
            .map_err(|error| error.message);
        assert!(
            refused.is_err_and(|message| message.contains("is a wanted list, not an inventory"))
        );
        let file = read_wanted(&mut source, &kind).expect("a wanted list");
        assert_eq!(file.lots.len(), 2);
        assert_eq!(
            (
                file.lots[0].color,
                file.lots[0].max_price,
                file.lots[0].condition
            ),
            (None, None, None)
        );
        assert_eq!(file.lots[1].quantity, 4);
        assert_eq!(file.skipped.count, 1);
        assert_eq!(
            file.skipped.rows[0].to_string(),
            "w.xml line 3, MINQTY: “-80” is below zero"
        );
    }
}
