//! The jobs that keep the house in order.

use std::sync::Arc;

use super::{Job, Watch};
use crate::domain::Scope;
use crate::domain::job::Schedule;
use crate::domain::report::CheckReport;
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::freshen::FetchPrices;

/// All of them.
pub(super) fn all() -> Vec<Arc<dyn Job>> {
    vec![
        Arc::new(CheckShop),
        Arc::new(CheckServer),
        Arc::new(TidyPictures),
        Arc::new(FetchPrices),
    ]
}

/// Verifies a shop's records every night.
#[derive(Debug)]
struct CheckShop;

impl Job for CheckShop {
    fn name(&self) -> &'static str {
        "check"
    }

    fn about(&self) -> &'static str {
        "Verifies the shop's records"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Daily { at: (3, 30) }
    }

    fn run(&self, app: &App, scope: &Scope, _: &Watch) -> Result<String> {
        found(&app.check_shop(scope)?)
    }
}

/// Verifies everything once a week: every shop, people, the catalogue.
#[derive(Debug)]
struct CheckServer;

impl Job for CheckServer {
    fn name(&self) -> &'static str {
        "server-check"
    }

    fn about(&self) -> &'static str {
        "Verifies all records of the server and the catalogue"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Weekly {
            day: 6,
            at: (4, 30),
        }
    }

    fn server(&self) -> bool {
        true
    }

    fn priority(&self) -> u8 {
        8
    }

    fn run(&self, app: &App, _: &Scope, _: &Watch) -> Result<String> {
        found(&app.check()?)
    }
}

fn found(report: &CheckReport) -> Result<String> {
    let (records, problems) = (report.records, report.problems.len());
    if problems == 0 {
        return Ok(format!("{records} records are in order."));
    }
    Err(Error::invalid(format!(
        "{problems} problems in {records} records. See them with `brickops check`."
    )))
}

/// Keeps the pictures on disk within their limit.
#[derive(Debug)]
struct TidyPictures;

impl Job for TidyPictures {
    fn name(&self) -> &'static str {
        "pictures"
    }

    fn about(&self) -> &'static str {
        "Drops pictures that were not looked at for longest"
    }

    fn schedule(&self) -> Schedule {
        Schedule::Daily { at: (4, 0) }
    }

    fn server(&self) -> bool {
        true
    }

    fn priority(&self) -> u8 {
        9
    }

    fn run(&self, app: &App, _: &Scope, _: &Watch) -> Result<String> {
        let Some((pictures, bytes)) = app.tidy_pictures() else {
            return Ok("There are no pictures on disk.".to_owned());
        };
        let megabytes = bytes.div_ceil(1024 * 1024);
        Ok(format!("{pictures} pictures are kept, {megabytes} MB."))
    }
}
