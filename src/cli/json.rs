//! What scripts read. These types are a promise of their own and change only with a word in the
//! change log; the API's types are free to change.

mod fresh;
mod lists;
mod lot_lists;
mod machine;
mod people;
mod price_fetch;
mod stock;

use serde::Serialize;

pub use fresh::{Failed, Freshness, Prices, Refresh, Walk};
pub use lists::{Against, Imported, PartedOut};
pub use lot_lists::{Compared, PlaceRule, Release, View};
pub use machine::Machine;
pub use people::{
    Account, Audit, Badge, Invitation, Invited, Me, Overlay, Person, Settings, SignIn, Token,
};
pub use price_fetch::{Lacking, PriceFetch};
pub use stock::{Deed, Entry, File, Help, Lot, Place, Preview, Undo, state};

use crate::domain::Timestamp;
use crate::domain::report::{CheckReport, Problem};
use crate::domain::rows::{ItemDetail, ItemRow, OrderRow};
use crate::error::Error;

/// A time as scripts read it.
pub fn time(at: Timestamp) -> String {
    at.iso()
}

/// `{"error": {...}}`
#[derive(Debug, Serialize)]
pub struct Failure {
    error: FailureBody,
}

#[derive(Debug, Serialize)]
struct FailureBody {
    code: &'static str,
    message: String,
    retry_after: Option<u32>,
}

/// An error for scripts.
pub fn failure(error: &Error) -> Failure {
    Failure {
        error: FailureBody {
            code: error.kind.code(),
            message: error.message.clone(),
            retry_after: error.retry_after,
        },
    }
}

/// An item of a search.
#[derive(Debug, Serialize)]
pub struct Item {
    r#type: char,
    no: String,
    name: String,
    category: String,
    colors: u16,
    score: u32,
    year: Option<u16>,
    bin: Option<String>,
    stock: u32,
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        Self {
            r#type: row.key.kind.letter(),
            no: row.key.no,
            name: row.name,
            category: row.category,
            colors: row.colors,
            score: row.score,
            year: row.year,
            bin: row.bin.map(|bin| bin.to_string()),
            stock: row.stock,
        }
    }
}

/// A whole item.
#[derive(Debug, Serialize)]
pub struct WholeItem {
    r#type: char,
    no: String,
    name: String,
    category: Vec<String>,
    category_id: u32,
    alternates: Vec<String>,
    year: Option<u16>,
    weight_g: Option<f64>,
    dimensions: Option<String>,
    printed: bool,
    printed_is_derived: bool,
    obsolete: Option<bool>,
    bin: Option<String>,
    vanished: Option<String>,
    colors: Vec<ItemColor>,
    facts: Vec<Facts>,
    partial: bool,
    prices: Option<Prices>,
    lots: Vec<Lot>,
    similar: Vec<Item>,
}

#[derive(Debug, Serialize)]
struct ItemColor {
    id: u16,
    name: String,
    rgb: Option<String>,
    elements: Vec<String>,
    stock: u32,
}

#[derive(Debug, Serialize)]
struct Facts {
    what: String,
    source: Option<&'static str>,
    at: Option<String>,
    freshness: Option<&'static str>,
    failed: Option<Failed>,
}

impl From<ItemDetail> for WholeItem {
    fn from(detail: ItemDetail) -> Self {
        let partial = detail.is_partial();
        let item = detail.item;
        Self {
            partial,
            prices: detail.prices.as_deref().map(Prices::from),
            r#type: item.key.kind.letter(),
            no: item.key.no,
            name: item.name,
            category: detail.category_path,
            category_id: item.category.0,
            alternates: item.alternates,
            year: item.year,
            weight_g: item.weight.map(|grams| f64::from(grams.0) / 1000.0),
            dimensions: item.dimensions.map(|size| size.to_string()),
            printed: detail.printed,
            printed_is_derived: true,
            obsolete: item.obsolete,
            bin: item.bin.map(|bin| bin.to_string()),
            vanished: item.vanished.map(crate::domain::Timestamp::iso),
            colors: detail
                .colors
                .into_iter()
                .map(|row| ItemColor {
                    id: row.color.id.0,
                    name: row.color.name,
                    rgb: row
                        .color
                        .rgb
                        .map(|rgb| format!("{:02X}{:02X}{:02X}", rgb.0, rgb.1, rgb.2)),
                    elements: row.elements,
                    stock: row.stock,
                })
                .collect(),
            facts: detail
                .facts
                .into_iter()
                .map(|row| Facts {
                    what: row.what,
                    source: row.facts.map(|facts| facts.source.words()),
                    at: row.facts.map(|facts| facts.at.iso()),
                    freshness: row.freshness.map(crate::domain::Freshness::word),
                    failed: row.trouble.as_ref().map(Failed::from),
                })
                .collect(),
            lots: detail.lots.into_iter().map(Lot::from).collect(),
            similar: detail.similar.into_iter().map(Item::from).collect(),
        }
    }
}

/// An order.
#[derive(Debug, Serialize)]
pub struct Order {
    id: u64,
    number: String,
    buyer: String,
    status: String,
    ordered: String,
    lines: u32,
    pieces: u64,
    picked: u64,
    short: u64,
    total: String,
    currency: String,
}

impl From<OrderRow> for Order {
    fn from(row: OrderRow) -> Self {
        Self {
            id: row.id.0,
            number: row.number,
            buyer: row.party,
            status: row.status.word().to_owned(),
            ordered: row.ordered.iso(),
            lines: row.lines,
            pieces: row.pieces,
            picked: row.picked,
            short: row.short,
            total: row.total.to_string(),
            currency: row.currency,
        }
    }
}

/// `{"ok": bool, "problems": [...]}`
#[derive(Debug, Serialize)]
pub struct Check {
    ok: bool,
    records: u64,
    problems: Vec<Problem>,
}

impl From<CheckReport> for Check {
    fn from(report: CheckReport) -> Self {
        Self {
            ok: report.problems.is_empty(),
            records: report.records,
            problems: report.problems,
        }
    }
}
