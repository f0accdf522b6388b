//! Looking at lots and places.

use std::fmt::Write;

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr;

use super::super::caller::unexpected;
use super::super::stock_args::ListArgs;
use super::super::{Ending, json};
use super::Desk;
use super::deed::lots;
use crate::api::{Reply, Request, Rows, StockRequest};
use crate::clock::{Clock, SystemClock};
use crate::domain::rows::{LotRow, LotTotals};
use crate::domain::text::is_unsafe;
use crate::domain::{Filter, LotColumn, LotId, LotQuery, LotShelf, LotSort, ViewSpec};
use crate::error::{Error, Result};

/// Rows that are asked for at once.
const PAGE: u16 = 1_000;

impl Desk<'_> {
    pub(super) fn list(&self, args: &ListArgs) -> Result<Ending> {
        if let Some(name) = &args.view {
            return self.show_all(self.view(name)?.query, args.limit);
        }
        let text = args.filter.as_ref().unwrap_or(&args.words);
        self.understood(text)?;
        let query = LotQuery {
            text: text.clone(),
            sort: args.sort.clone(),
            shelf: self.shelf(&args.shelf)?,
        };
        self.show_all(query, args.limit)
    }

    pub(super) fn duplicates(&self, strict: bool, limit: u32) -> Result<Ending> {
        let by = |column| LotSort {
            column,
            down: false,
        };
        let sort = [
            LotColumn::No,
            LotColumn::Color,
            LotColumn::Condition,
            LotColumn::Lot,
        ];
        let query = LotQuery {
            sort: sort.into_iter().map(by).collect(),
            ..LotQuery::text(if strict { "dup:strict" } else { "dup:" })
        };
        self.show_all(query, limit)
    }

    fn show_all(&self, query: LotQuery, limit: u32) -> Result<Ending> {
        let (rows, totals) = self.rows(query, limit)?;
        if self.out.json() {
            let rows: Vec<json::Lot> = rows.into_iter().map(json::Lot::from).collect();
            self.out.document(&rows);
            return Ok(Ending::Done);
        }
        if rows.is_empty() && totals.lots == 0 {
            self.out.note("There are no such lots.");
            return Ok(Ending::Done);
        }
        for lot in &rows {
            self.out.line(format!(
                "{:>7} {:<12} {:<14} {:<22} {:<4} {:>7} {:>12}  {}",
                lot.id.0,
                lot.place.first(),
                lot.item.no,
                lot.color.name,
                lot.condition.word(),
                lot.stock.available,
                lot.price,
                lot.name
            ));
        }
        let shown = if (rows.len() as u64) < u64::from(totals.lots) {
            format!("; {} of them are shown, see --limit", rows.len())
        } else {
            String::new()
        };
        self.out.note(format!(
            "{}, {} pieces, worth {}{shown}",
            lots(totals.lots),
            totals.pieces,
            totals.value
        ));
        Ok(Ending::Done)
    }

    /// The first rows of a query, and the sums over all of it.
    pub(super) fn rows(&self, query: LotQuery, limit: u32) -> Result<(Vec<LotRow>, LotTotals)> {
        let page = |left: u32| u16::try_from(left).unwrap_or(PAGE).min(PAGE);
        let Reply::Opened(opened) = self.caller.call(Request::Open {
            spec: ViewSpec::Lots(query),
            rows: page(limit),
        })?
        else {
            return Err(unexpected());
        };
        let totals = opened.totals.unwrap_or_default();
        let mut rows = lot_rows(opened.rows)?;
        loop {
            let got = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            if got >= limit.min(totals.lots) {
                return Ok((rows, totals));
            }
            let Reply::Window { rows: more, .. } = self.caller.call(Request::Window {
                view: opened.view,
                offset: got,
                len: page(limit - got),
            })?
            else {
                return Err(unexpected());
            };
            if more.is_empty() {
                return Ok((rows, totals));
            }
            rows.extend(lot_rows(more)?);
        }
    }

    pub(super) fn lot(&self, id: u64) -> Result<LotRow> {
        match self.ask(StockRequest::Lot { id: LotId(id) })? {
            Reply::Lot(row) => Ok(*row),
            _ => Err(unexpected()),
        }
    }

    pub(super) fn show(&self, id: u64) -> Result<Ending> {
        let lot = self.lot(id)?;
        if self.out.json() {
            self.out.document(&json::Lot::from(lot));
            return Ok(Ending::Done);
        }
        let unknown = if lot.known {
            ""
        } else {
            " (not in the catalogue)"
        };
        self.out.line(format!(
            "lot {}  {} {}  {}{unknown}",
            lot.id,
            lot.item.kind.letter(),
            lot.item.no,
            lot.name
        ));
        let field = |name: &str, value: String| {
            if !value.is_empty() {
                self.out.line(format!("  {name:<14} {value}"));
            }
        };
        let condition = match lot.completeness {
            Some(completeness) => format!("{}, {}", lot.condition.word(), completeness.word()),
            None => lot.condition.word().to_owned(),
        };
        field("color", lot.color.name);
        field("condition", condition);
        field(
            "pieces",
            format!(
                "{} for sale, {} promised, {} gone",
                lot.stock.available, lot.stock.reserved, lot.stock.sold
            ),
        );
        field("price", lot.price.to_string());
        field("cost", lot.cost.to_string());
        let used = lot.tiers.iter().filter(|tier| tier.quantity > 0);
        let tiers: Vec<String> = used
            .map(|tier| format!("{} from {}", tier.price, tier.quantity))
            .collect();
        field("tiers", tiers.join(", "));
        field("location", lot.place.0);
        field("remarks", lot.remarks);
        field("comments", lot.comments);
        field("tags", lot.tags.join(", "));
        field("category", lot.category);
        let some = |yes: bool, text: String| if yes { text } else { String::new() };
        field("sale", some(lot.sale != 0, format!("{} %", lot.sale)));
        field("bulk", some(lot.bulk > 1, lot.bulk.to_string()));
        field(
            "stockroom",
            lot.stockroom.map_or_else(String::new, String::from),
        );
        field("retain", some(lot.retain, "yes".into()));
        field("reserved for", lot.reserved_for);
        field(
            "BrickLink lot",
            lot.bricklink_lot
                .map_or_else(String::new, |number| number.to_string()),
        );
        field("added", json::time(lot.created));
        field(
            "changed",
            format!("{} by {}", json::time(lot.changed), lot.changed_by),
        );
        field("deleted", some(lot.gone, "yes".into()));
        Ok(Ending::Done)
    }

    pub(super) fn places(&self, empty: bool) -> Result<Ending> {
        let Reply::Places(mut rows) = self.ask(StockRequest::Places)? else {
            return Err(unexpected());
        };
        rows.retain(|row| !empty || row.lots == 0);
        if self.out.json() {
            let rows: Vec<json::Place> = rows.into_iter().map(json::Place::from).collect();
            self.out.document(&rows);
            return Ok(Ending::Done);
        }
        if rows.is_empty() {
            self.out.note("There are no such places.");
        }
        for row in rows {
            self.out.line(format!(
                "{:<24} {:>6} lots {:>9} pieces",
                row.place, row.lots, row.pieces
            ));
        }
        Ok(Ending::Done)
    }

    /// Live stock, tombstones, or a file by its name.
    pub(super) fn shelf(&self, name: &str) -> Result<LotShelf> {
        match name.trim() {
            "live" => Ok(LotShelf::Live),
            "deleted" => Ok(LotShelf::Gone),
            file => Ok(LotShelf::File(self.file(file)?.file.id)),
        }
    }

    /// The days of the shop.
    pub(super) fn zone(&self) -> Result<TimeZone> {
        let zone = &self.caller.me()?.settings.time_zone;
        Ok(TimeZone::get(zone).unwrap_or(TimeZone::UTC))
    }

    /// A filter, or what is wrong with it, underlined.
    pub(super) fn understood(&self, text: &str) -> Result<Filter> {
        let mistake = match Filter::parse(text, SystemClock.now(), &self.zone()?) {
            Ok(filter) => return Ok(filter),
            Err(mistake) => mistake,
        };
        self.underline(text, &mistake.span);
        Err(Error::invalid(mistake.to_string()))
    }

    /// Shows where a mistake is.
    pub(super) fn underline(&self, text: &str, span: &std::ops::Range<usize>) {
        if self.out.json() || text.is_empty() {
            return;
        }
        let shown = |piece: Option<&str>| {
            let odd = |c: char| c.is_control() || is_unsafe(c);
            piece.unwrap_or("").replace(odd, " ")
        };
        let (before, marked) = (shown(text.get(..span.start)), shown(text.get(span.clone())));
        let mut line = String::from("  ");
        // Writing to a text does not fail.
        let _ = write!(line, "{:1$}", "", before.width());
        line.push_str(&"^".repeat(marked.width().max(1)));
        self.out.note(format!("  {}", shown(Some(text))));
        self.out.note(line);
    }
}

fn lot_rows(rows: Rows) -> Result<Vec<LotRow>> {
    match rows {
        Rows::Lots(rows) => Ok(rows),
        _ => Err(unexpected()),
    }
}
