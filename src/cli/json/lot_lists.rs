//! Saved views, the rule for places, and files held against each other, as scripts read them.

use serde::Serialize;

use crate::domain::lot_compare::{CompareKind, CompareRow, CompareSide, is_of};
use crate::domain::{ComparePage, LotView, PlaceRuleFit, ReleasePreview};

/// A saved view.
#[derive(Debug, Serialize)]
pub struct View {
    name: String,
    filter: String,
    sort: Vec<String>,
    shelf: String,
    columns: Vec<&'static str>,
}

impl View {
    /// With the name of the lots it looks among.
    pub fn of(view: &LotView, shelf: String) -> Self {
        Self {
            name: view.name.clone(),
            filter: view.query.text.clone(),
            sort: view.query.sort.iter().map(ToString::to_string).collect(),
            shelf,
            columns: view.columns.iter().map(|column| column.word()).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Read {
    remarks: String,
    place: String,
}

/// How a rule for places fits.
#[derive(Debug, Serialize)]
pub struct PlaceRule {
    rule: String,
    lots: u32,
    understood: u32,
    without_remarks: u32,
    not_understood: u32,
    examples: Vec<Read>,
    not_understood_examples: Vec<String>,
}

impl From<&PlaceRuleFit> for PlaceRule {
    fn from(fit: &PlaceRuleFit) -> Self {
        let read = |(remarks, place): &(String, String)| Read {
            remarks: remarks.clone(),
            place: place.clone(),
        };
        Self {
            rule: fit.rule.to_string(),
            lots: fit.lots,
            understood: fit.understood,
            without_remarks: fit.empty,
            not_understood: fit.not_understood(),
            examples: fit.examples.iter().map(read).collect(),
            not_understood_examples: fit.odd.clone(),
        }
    }
}

/// What a release would do.
#[derive(Debug, Serialize)]
pub struct Release {
    lots: u32,
    pieces: u64,
    would_merge: u32,
    would_add: u32,
    refused: u32,
}

impl Release {
    /// With or without equal lots taking the pieces in.
    pub fn of(seen: &ReleasePreview, merge: bool) -> Self {
        Self {
            lots: seen.lots,
            pieces: seen.pieces,
            would_merge: if merge { seen.merged } else { 0 },
            would_add: if merge { seen.added } else { seen.lots },
            refused: seen.refused,
        }
    }
}

#[derive(Debug, Serialize)]
struct Side {
    lots: u32,
    pieces: u64,
    lowest_price: String,
    highest_price: String,
}

impl From<&CompareSide> for Side {
    fn from(side: &CompareSide) -> Self {
        Self {
            lots: side.lots,
            pieces: side.pieces,
            lowest_price: side.lowest.to_string(),
            highest_price: side.highest.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Article {
    r#type: char,
    no: String,
    name: String,
    color_id: u16,
    color: String,
    condition: char,
    completeness: Option<&'static str>,
    differs: Vec<&'static str>,
    first: Side,
    second: Side,
}

impl From<&CompareRow> for Article {
    fn from(row: &CompareRow) -> Self {
        let kinds = CompareKind::ALL.into_iter();
        let differs = kinds.filter(|kind| is_of(&row.first, &row.second, *kind));
        Self {
            r#type: row.item.kind.letter(),
            no: row.item.no.clone(),
            name: row.name.clone(),
            color_id: row.color.id.0,
            color: row.color.name.clone(),
            condition: row.condition.letter(),
            completeness: row.completeness.map(crate::domain::Completeness::word),
            differs: differs
                .filter(|kind| *kind != CompareKind::Same)
                .map(CompareKind::word)
                .collect(),
            first: Side::from(&row.first),
            second: Side::from(&row.second),
        }
    }
}

/// Two lists side by side. The counts are articles.
#[derive(Debug, Serialize)]
pub struct Compared {
    first: String,
    second: String,
    only_first: u32,
    only_second: u32,
    pieces_differ: u32,
    prices_differ: u32,
    same: u32,
    total: u32,
    rows: Vec<Article>,
}

impl From<&ComparePage> for Compared {
    fn from(page: &ComparePage) -> Self {
        let [only_first, only_second, pieces_differ, prices_differ, same] = page.counts;
        Self {
            first: page.first.clone(),
            second: page.second.clone(),
            only_first,
            only_second,
            pieces_differ,
            prices_differ,
            same,
            total: page.total,
            rows: page.rows.iter().map(Article::from).collect(),
        }
    }
}
