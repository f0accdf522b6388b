//! Orders as BrickLink exports them, XML: orders that were received (`BUYER`) and orders that were
//! placed (`SELLER`). The CSV export of the same page is refused: it tells colours only as words
//! within the description.

use super::fields::{self, Flaw};
use super::inventory::{condition, quantity};
use super::kind::FileKind;
use super::markup::{Markup, Tag};
use super::record::Record;
use super::source::Source;
use crate::domain::report::SkippedRows;
use crate::domain::{ColorId, Condition, ItemKey, Money, Timestamp};
use crate::error::{Error, Result};

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedOrderLine {
    /// The line of the file it begins on.
    pub line: u64,
    /// BrickLink's lot number.
    pub lot_id: Option<u64>,
    /// What was bought.
    pub item: ItemKey,
    /// Its colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Pieces bought, at least one.
    pub quantity: u32,
    /// Price of one piece.
    pub price: Money,
    /// Public note at the time of the order.
    pub description: String,
    /// Batch in which it was ordered, from 1.
    pub batch: u16,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedOrder {
    /// The line of the file it begins on.
    pub line: u64,
    /// BrickLink's number.
    pub number: String,
    /// The buyer, or the seller in an export of orders one has placed.
    pub party: String,
    /// Whether the file is an export of orders one has placed oneself.
    pub placed: bool,
    /// The state in BrickLink's word.
    pub status: String,
    /// When it was placed: midnight UTC of that day.
    pub ordered: Timestamp,
    /// When the state last changed.
    pub status_changed: Option<Timestamp>,
    /// Currency of all amounts.
    pub currency: String,
    /// What is paid in all.
    pub total: Money,
    /// Postage within the total.
    pub shipping: Money,
    /// How it is paid.
    pub payment: String,
    /// Where it goes, as far as the file says.
    pub destination: String,
    /// Tracking number.
    pub tracking: String,
    /// What was bought.
    pub lines: Vec<ParsedOrderLine>,
}

/// An export of orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFile {
    /// The orders in the order of the file.
    pub orders: Vec<ParsedOrder>,
    /// Orders and lines of orders that could not be used.
    pub skipped: SkippedRows,
}

/// Reads an export that [`sniff`](super::sniff()) took for `kind`; all but BrickLink's order XML is
/// refused with a sentence.
pub fn read_orders(source: &mut Source, kind: &FileKind) -> Result<OrderFile> {
    if *kind != FileKind::OrdersXml {
        return Err(kind.refusal(source.name(), "an export of orders"));
    }
    let name = source.name().to_owned();
    let mut markup = Markup::new(source);
    markup.root()?;
    let mut reader = Reader {
        name,
        head: Record::default(),
        row: Record::default(),
        file: OrderFile::default(),
    };
    while let Some(tag) = markup.next_child()? {
        if markup.is("ORDER") {
            reader.order(&mut markup, tag)?;
        } else if tag == Tag::Open {
            markup.skip_element()?;
        }
    }
    markup.finish()?;
    Ok(reader.file)
}

struct Reader {
    name: String,
    head: Record,
    row: Record,
    file: OrderFile,
}

impl Reader {
    fn order(&mut self, markup: &mut Markup<'_>, tag: Tag) -> Result<()> {
        let line = markup.line();
        self.head.start(line);
        let mut lines = Vec::new();
        let mut skipped = Vec::new();
        if tag == Tag::Open {
            markup.enter();
            while markup.next_child()?.is_some() {
                if markup.is("ORDER") {
                    // Without the end of one order it is anybody's guess whose lines follow.
                    return Err(Error::invalid(format!(
                        "{} line {line} begins an order that does not end. Download the orders again.",
                        self.name
                    )));
                }
                if markup.is("ITEM") {
                    markup.record(&mut self.row)?;
                    match order_line(&self.row) {
                        Ok(line) => lines.push(line),
                        Err(flaw) => skipped.push(flaw.at(&self.name, self.row.line())),
                    }
                } else {
                    markup.field(&mut self.head)?;
                }
            }
        }
        match order(&self.head, lines) {
            Ok(order) => {
                self.file.orders.push(order);
                for row in skipped {
                    self.file.skipped.push(row);
                }
            }
            Err(flaw) => self.file.skipped.push(flaw.at(&self.name, line)),
        }
        Ok(())
    }
}

fn order(head: &Record, lines: Vec<ParsedOrderLine>) -> std::result::Result<ParsedOrder, Flaw> {
    if let Some(flaw) = head.flaw() {
        return Err(flaw.clone());
    }
    let placed = !head.has("BUYER") && head.has("SELLER");
    let total = if head.raw("BASEGRANDTOTAL").trim().is_empty() {
        "ORDERTOTAL"
    } else {
        "BASEGRANDTOTAL"
    };
    let ordered = head.raw("ORDERDATE");
    Ok(ParsedOrder {
        line: head.line(),
        number: fields::number("ORDERID", head.raw("ORDERID"))?,
        party: fields::words(head.raw(if placed { "SELLER" } else { "BUYER" })),
        placed,
        status: fields::words(head.raw("ORDERSTATUS")),
        ordered: us_date(ordered).ok_or_else(|| {
            Flaw::new(
                "ORDERDATE",
                format!("{} is not a date like 8/25/2025", fields::quoted(ordered)),
            )
        })?,
        status_changed: us_date(head.raw("ORDERSTATUSCHANGED")),
        currency: fields::words(head.raw("BASECURRENCYCODE")),
        total: fields::money(total, head.raw(total))?,
        shipping: fields::money("ORDERSHIPPING", head.raw("ORDERSHIPPING"))?,
        payment: fields::words(head.raw("PAYMENTTYPE")),
        destination: fields::words(head.raw("LOCATION")),
        tracking: fields::words(head.raw("ORDERTRACKNO")),
        lines,
    })
}

fn order_line(row: &Record) -> std::result::Result<ParsedOrderLine, Flaw> {
    if let Some(flaw) = row.flaw() {
        return Err(flaw.clone());
    }
    let pieces = quantity("QTY", row.raw("QTY"), None)?;
    let lot = fields::whole("LOTID", row.raw("LOTID"), Some(0), (0, i64::MAX))?;
    let batch = fields::whole("ORDERBATCH", row.raw("ORDERBATCH"), Some(1), (0, 65_535))?;
    Ok(ParsedOrderLine {
        line: row.line(),
        lot_id: u64::try_from(lot).ok().filter(|lot| *lot > 0),
        item: fields::key(
            ("ITEMTYPE", row.raw("ITEMTYPE")),
            ("ITEMID", row.raw("ITEMID")),
        )?,
        color: fields::color("COLOR", row.raw("COLOR"))?,
        condition: condition(row.raw("CONDITION"))?.unwrap_or(Condition::New),
        quantity: u32::try_from(pieces)
            .ok()
            .filter(|pieces| *pieces > 0)
            .ok_or_else(|| Flaw::new("QTY", "no piece is ordered"))?,
        price: fields::money("PRICE", row.raw("PRICE"))?,
        description: fields::note("DESCRIPTION", row.raw("DESCRIPTION"))?,
        batch: u16::try_from(batch).unwrap_or(1).max(1),
    })
}

/// Midnight UTC of `8/25/2025`, whatever time of day follows.
pub(super) fn us_date(raw: &str) -> Option<Timestamp> {
    let date = raw.split_whitespace().next()?;
    let mut parts = date.split('/');
    let month: i8 = parts.next()?.parse().ok()?;
    let day: i8 = parts.next()?.parse().ok()?;
    let year: i16 = parts.next()?.parse().ok()?;
    if parts.next().is_some() || !(1990..=2200).contains(&year) {
        return None;
    }
    let midnight = jiff::civil::Date::new(year, month, day)
        .ok()?
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()?;
    Some(Timestamp::from_micros(
        midnight.timestamp().as_microsecond(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OrderFile> {
        let mut source = Source::from_bytes("orders.xml", text.to_owned())?;
        let kind = super::super::sniff(&mut source)?;
        read_orders(&mut source, &kind)
    }

    const LINE: &str = "<ITEM><ORDERBATCH>2</ORDERBATCH><COLOR>115</COLOR><PRICE>0.159</PRICE><QTY>15</QTY>\
        <DESCRIPTION>R&D</DESCRIPTION><CONDITION>N</CONDITION><ITEMTYPE>P</ITEMTYPE><ITEMID>63965</ITEMID>\
        <LOTID>141216862</LOTID><TQ1>1</TQ1><SUBCONDITION>C</SUBCONDITION></ITEM>";

    fn order_text(head: &str, lines: &str) -> String {
        format!(
            "<ORDER><ORDERID>30</ORDERID><ORDERDATE>8/25/2025</ORDERDATE>{head}\n{lines}</ORDER>"
        )
    }

    #[test]
    fn received_and_placed_orders() {
        let text = format!(
            "<ORDERS>{}{}</ORDERS>",
            order_text(
                "<BUYER>anna</BUYER><ORDERSHIPPING>4.50</ORDERSHIPPING><ORDERTOTAL>10</ORDERTOTAL>\
                 <BASECURRENCYCODE>EUR</BASECURRENCYCODE><BASEGRANDTOTAL>14.50</BASEGRANDTOTAL>\
                 <ORDERSTATUS>Paid</ORDERSTATUS><ORDERTRACKNO/><LOCATION>Germany</LOCATION>",
                &format!("{LINE}<ORDERREMARK>behind</ORDERREMARK>{LINE}")
            ),
            order_text(
                "<SELLER>bob</SELLER><BASEGRANDTOTAL></BASEGRANDTOTAL><ORDERTOTAL>7</ORDERTOTAL>",
                LINE
            )
        );
        let file = read(&text).expect("readable");
        assert_eq!(file.skipped.count, 0);
        let order = &file.orders[0];
        assert_eq!((order.party.as_str(), order.placed), ("anna", false));
        assert_eq!(order.ordered.iso(), "2025-08-25T00:00:00Z");
        assert_eq!(order.total, Money::from_raw(145_000));
        assert_eq!(order.shipping, Money::from_raw(45_000));
        assert_eq!(order.lines.len(), 2);
        assert_eq!(order.lines[0].line, 2);
        assert_eq!(order.lines[0].lot_id, Some(141_216_862));
        assert_eq!(order.lines[0].description, "R&D");
        assert_eq!(order.lines[0].batch, 2);
        let order = &file.orders[1];
        assert_eq!((order.party.as_str(), order.placed), ("bob", true));
        assert_eq!(order.total, Money::from_raw(70_000));
        assert_eq!(order.status_changed, None);
    }

    #[test]
    fn bad_lines_and_orders_are_listed() {
        let text = format!(
            "<ORDERS>{}<ORDER><ORDERID>31</ORDERID><ORDERDATE>25.8.2025</ORDERDATE></ORDER>\
             <ORDER/></ORDERS>",
            order_text(
                "",
                &format!(
                    "<ITEM><QTY>0</QTY><ITEMTYPE>P</ITEMTYPE><ITEMID>1</ITEMID></ITEM>\n<ITEM><QTY>-1</QTY></ITEM>{LINE}"
                )
            )
        );
        let file = read(&text).expect("readable");
        assert_eq!(file.orders.len(), 1);
        assert_eq!(file.orders[0].lines.len(), 1);
        let reasons: Vec<String> = file.skipped.rows.iter().map(ToString::to_string).collect();
        assert_eq!(
            reasons,
            [
                "orders.xml line 2, QTY: no piece is ordered",
                "orders.xml line 3, QTY: “-1” is below zero",
                "orders.xml line 3, ORDERDATE: “25.8.2025” is not a date like 8/25/2025",
                "orders.xml line 3, ORDERID: the number is missing",
            ]
        );
    }

    #[test]
    fn an_order_that_does_not_end_is_refused() {
        let open =
            "<ORDERS><ORDER><ORDERID>1</ORDERID><ORDER><ORDERID>2</ORDERID></ORDER></ORDERS>";
        assert!(read(open).is_err_and(|error| error.message.contains("does not end")));
        let cut = format!("<ORDERS>\n{}", order_text("", LINE));
        assert!(read(&cut[..cut.len() - 20]).is_err_and(|error| {
            error
                .message
                .contains("orders.xml line 3 ends in the middle")
        }));
    }

    #[test]
    fn the_csv_export_is_known_and_refused() {
        let error = read("\"Order ID\",\"Order Date\"\n\n\"1\",\"8/25/2025\"").map(|_| ());
        assert!(error.is_err_and(|error| error.message.contains("as XML instead")));
    }

    #[test]
    fn dates() {
        assert_eq!(
            us_date("1/2/2025 3:04:05 PM")
                .map(Timestamp::date)
                .as_deref(),
            Some("2025-01-02")
        );
        for bad in [
            "",
            "13/1/2025",
            "2/30/2025",
            "1/1/25",
            "2025-01-01",
            "1/1/2025/1",
        ] {
            assert_eq!(us_date(bad), None, "{bad}");
        }
    }
}
