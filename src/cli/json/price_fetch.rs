//! What the price guide lacks, and what became of fetching it, as scripts read it.

use serde::Serialize;

use super::time;
use crate::domain::market::{GuideNeed, PricesFetched};

/// What the price guide lacks for a change.
#[derive(Debug, Serialize)]
pub struct Lacking {
    unknown: u32,
    empty: u32,
    old: u32,
    calls: u32,
    room: Option<u32>,
    limit: u32,
    barred: Option<String>,
}

impl From<&GuideNeed> for Lacking {
    fn from(need: &GuideNeed) -> Self {
        Self {
            unknown: need.unknown,
            empty: need.empty,
            old: need.old,
            calls: need.calls,
            room: need.room,
            limit: need.limit,
            barred: Some(need.barred.clone()).filter(|text| !text.is_empty()),
        }
    }
}

/// What became of prices that were to be fetched.
#[derive(Debug, Serialize)]
pub struct PriceFetch {
    wanted: u32,
    fetched: u32,
    failed: u32,
    left: u32,
    calls: u32,
    young: u32,
    held: u32,
    stopped: bool,
    goes_on: Option<String>,
    trouble: Option<Trouble>,
}

#[derive(Debug, Serialize)]
struct Trouble {
    class: &'static str,
    message: String,
    again: String,
}

impl From<&PricesFetched> for PriceFetch {
    fn from(done: &PricesFetched) -> Self {
        Self {
            wanted: done.wanted,
            fetched: done.fetched,
            failed: done.failed,
            left: done.left,
            calls: done.calls,
            young: done.young,
            held: done.held,
            stopped: done.stopped,
            goes_on: done.goes_on.map(time),
            trouble: done.trouble.as_ref().map(|trouble| Trouble {
                class: trouble.class.word(),
                message: trouble.text.clone(),
                again: time(trouble.again),
            }),
        }
    }
}
