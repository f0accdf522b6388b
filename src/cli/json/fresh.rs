//! Fresh facts and prices, for scripts.

use serde::Serialize;

use super::time;
use crate::domain::ItemKey;
use crate::domain::market::{
    AgeCounts, FreshnessReport, PriceCell, PriceSheet, Refreshed, Trouble, Walked,
};

/// Why something could not be fetched.
#[derive(Debug, Serialize)]
pub struct Failed {
    at: String,
    reason: &'static str,
    text: String,
    again: String,
}

impl From<&Trouble> for Failed {
    fn from(trouble: &Trouble) -> Self {
        Self {
            at: time(trouble.at),
            reason: trouble.class.word(),
            text: trouble.text.clone(),
            again: time(trouble.again),
        }
    }
}

/// What a refresh of an item brought.
#[derive(Debug, Serialize)]
pub struct Refresh {
    r#type: char,
    no: String,
    fetched: u32,
    left: u32,
    failed: u32,
    partial: bool,
    trouble: Option<Failed>,
}

impl Refresh {
    /// Of this item.
    pub fn of(key: &ItemKey, done: &Refreshed) -> Self {
        Self {
            r#type: key.kind.letter(),
            no: key.no.clone(),
            fetched: done.fetched,
            left: done.left,
            failed: done.failed,
            partial: done.is_partial(),
            trouble: done.trouble.as_ref().map(Failed::from),
        }
    }
}

/// What a walk over old items did.
#[derive(Debug, Serialize)]
pub struct Walk {
    due: u32,
    items: u32,
    fetched: u32,
    left: u32,
    failed: u32,
    stopped: bool,
    trouble: Option<Failed>,
}

impl From<&Walked> for Walk {
    fn from(walked: &Walked) -> Self {
        Self {
            due: walked.due,
            items: walked.items,
            fetched: walked.parts.fetched,
            left: walked.parts.left,
            failed: walked.parts.failed,
            stopped: walked.stopped,
            trouble: walked.parts.trouble.as_ref().map(Failed::from),
        }
    }
}

#[derive(Debug, Serialize)]
struct Ages {
    fresh: u32,
    stale: u32,
    expired: u32,
    never: u32,
    expired_percent: f64,
    warning: bool,
}

impl From<AgeCounts> for Ages {
    fn from(counts: AgeCounts) -> Self {
        Self {
            fresh: counts.fresh,
            stale: counts.stale,
            expired: counts.expired,
            never: counts.never,
            expired_percent: f64::from(counts.expired_permille()) / 10.0,
            warning: counts.warns(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Next {
    r#type: char,
    no: String,
}

/// How fresh everything is.
#[derive(Debug, Serialize)]
pub struct Freshness {
    items: Ages,
    prices: Ages,
    next: Option<Next>,
}

impl From<&FreshnessReport> for Freshness {
    fn from(report: &FreshnessReport) -> Self {
        Self {
            items: report.items.into(),
            prices: report.prices.into(),
            next: report.next.as_ref().map(|key| Next {
                r#type: key.kind.letter(),
                no: key.no.clone(),
            }),
        }
    }
}

#[derive(Debug, Serialize)]
struct ChartJson {
    from: String,
    to: String,
    pieces: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct PriceJson {
    condition: &'static str,
    guide: &'static str,
    min: Option<String>,
    average: Option<String>,
    quantity_average: Option<String>,
    max: Option<String>,
    count: Option<u32>,
    pieces: Option<u64>,
    chart: Option<ChartJson>,
    at: Option<String>,
    freshness: Option<&'static str>,
    failed: Option<Failed>,
}

impl From<&PriceCell> for PriceJson {
    fn from(cell: &PriceCell) -> Self {
        let figures = cell.figures.as_ref();
        let chart = figures.and_then(|figures| figures.chart.as_ref());
        Self {
            condition: cell.condition.word(),
            guide: cell.guide.word(),
            min: figures.map(|of| of.min.to_string()),
            average: figures.map(|of| of.average.to_string()),
            quantity_average: figures.map(|of| of.quantity_average.to_string()),
            max: figures.map(|of| of.max.to_string()),
            count: figures.map(|of| of.count),
            pieces: figures.map(|of| of.pieces),
            chart: chart.map(|chart| ChartJson {
                from: chart.from.to_string(),
                to: chart.to.to_string(),
                pieces: chart.bars.clone(),
            }),
            at: cell.at.map(time),
            freshness: cell.freshness.map(crate::domain::Freshness::word),
            failed: cell.trouble.as_ref().map(Failed::from),
        }
    }
}

#[derive(Debug, Serialize)]
struct OwnJson {
    condition: &'static str,
    price: String,
    pieces: u32,
}

/// The price guide of an item in a colour.
#[derive(Debug, Serialize)]
pub struct Prices {
    r#type: char,
    no: String,
    color_id: u16,
    color: String,
    currency: String,
    state: &'static str,
    partial: bool,
    #[serde(rename = "prices")]
    guides: Vec<PriceJson>,
    own: Vec<OwnJson>,
}

impl From<&PriceSheet> for Prices {
    fn from(sheet: &PriceSheet) -> Self {
        Self {
            r#type: sheet.item.kind.letter(),
            no: sheet.item.no.clone(),
            color_id: sheet.color.id.0,
            color: sheet.color.name.clone(),
            currency: sheet.currency.clone(),
            state: sheet.state.word(),
            partial: sheet.is_partial(),
            guides: sheet.cells.iter().map(PriceJson::from).collect(),
            own: sheet
                .own
                .iter()
                .map(|own| OwnJson {
                    condition: own.condition.word(),
                    price: own.price.to_string(),
                    pieces: own.pieces,
                })
                .collect(),
        }
    }
}
