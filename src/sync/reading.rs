//! Reading all lots of a marketplace in one state with its orders; comparing and beginning with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::intake::{BETWEEN, IntakeReport, READINGS, agree, intake};
use super::source::{Halt, Listed, Source};
use crate::domain::Scope;
use crate::domain::market::Listing;
use crate::domain::report::Progress;
use crate::domain::sync::{Begin, BeginView, Compared, Estimate, RunCount, RunReport};
use crate::error::Error;
use crate::market::retry::Sleeper;
use crate::services::App;
use crate::services::sync::Agreed;

/// All lots of a marketplace, in one state with its orders.
#[derive(Debug)]
pub struct Snapshot {
    /// The lots.
    pub lots: Listed<Listing>,
    /// What was agreed of them before they were read.
    pub then: Arc<Agreed>,
    /// The orders that came in meanwhile.
    pub orders: IntakeReport,
}

/// Reads all lots of a marketplace so that lots and orders say the same.
///
/// # Errors
/// The first failure; `Conflict` when orders kept coming in through every try.
pub fn snapshot(
    app: &App,
    scope: &Scope,
    source: &dyn Source,
    sleeper: &dyn Sleeper,
) -> Result<Snapshot, Halt> {
    let mut all = IntakeReport::default();
    for _ in 0..READINGS {
        let read = intake(app, scope, source, sleeper)?;
        all.taken.extend(read.taken);
        all.failed = read.failed;
        let then = app.agreed_with(scope, source.market())?;
        let before = source.orders()?;
        let lots = source.lots()?;
        sleeper.sleep(BETWEEN);
        let after = source.orders()?;
        let news = app.orders_to_read(scope, source.market(), &after.rows)?;
        if news.is_empty() && agree(&before, &after) {
            return Ok(Snapshot {
                lots,
                then,
                orders: all,
            });
        }
    }
    Err(Halt::Inside(Error::conflict(format!(
        "{} went on changing while it was read. Try again when it is quieter.",
        source.market().name()
    ))))
}

/// Compares everything at a marketplace with what is here; with `repair` it does what the table says.
///
/// # Errors
/// The first failure; nothing was compared then.
pub fn verify(
    app: &App,
    scope: &Scope,
    source: &dyn Source,
    sleeper: &dyn Sleeper,
    repair: bool,
) -> Result<Compared, Halt> {
    let market = source.market();
    let began = app.now();
    let Snapshot { lots, then, .. } = snapshot(app, scope, source, sleeper)?;
    let mut found = Compared::default();
    if lots.whole {
        let named: BTreeSet<u64> = lots.rows.iter().map(|lot| lot.id).collect();
        if repair || named.is_empty() {
            found.add(app.note_missing(scope, market, &named, &then)?);
        }
    }
    if !found.closed {
        found.add(app.compare_listings(scope, market, &lots.rows, &then, repair)?);
    }
    let ended = app.now();
    let count = RunCount {
        ok: found.same,
        waiting: found.sent,
        failed: found.asked,
        unknown: found.unsettled,
        ms: u32::try_from(ended.since(began) / 1_000).unwrap_or(u32::MAX),
        ..RunCount::default()
    };
    let text = if found.closed {
        format!(
            "The store at {} is closed and shows no lots.",
            market.name()
        )
    } else {
        String::new()
    };
    let run = RunReport {
        at: began,
        ended,
        what: "verify".into(),
        markets: vec![(market, count)],
        text,
    };
    app.note_verify(scope, market, run)?;
    Ok(found)
}

/// What beginning with a marketplace would do.
///
/// # Errors
/// The first failure.
pub fn begin_preview(
    app: &App,
    scope: &Scope,
    source: &dyn Source,
) -> Result<(BeginView, Estimate), Halt> {
    let lots = source.lots()?;
    Ok(app.begin_preview(scope, source.market(), &lots.rows)?)
}

/// Begins with a marketplace: lots are linked or come in, then its open orders. Nothing is sent.
///
/// # Errors
/// The first failure; begun again, it goes on.
pub fn begin(
    app: &App,
    scope: &Scope,
    source: &dyn Source,
    sleeper: &dyn Sleeper,
    side: Begin,
    progress: &dyn Fn(Progress),
) -> Result<BeginView, Halt> {
    let market = source.market();
    for _ in 0..READINGS {
        let before = source.orders()?;
        let lots = source.lots()?;
        sleeper.sleep(BETWEEN);
        let after = source.orders()?;
        if !agree(&before, &after) {
            continue;
        }
        app.orders_at_begin(scope, market, &before.rows)?;
        let view = app.begin_with(scope, market, &lots.rows, side, progress)?;
        intake(app, scope, source, sleeper)?;
        return Ok(view);
    }
    Err(Halt::Inside(Error::conflict(format!(
        "{} went on changing while it was read. Try again when it is quieter.",
        market.name()
    ))))
}
