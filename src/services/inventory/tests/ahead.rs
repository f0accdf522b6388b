//! Many lots at once: pieces are worked out ahead of the writer, somebody writes in between, somebody stops
//! it. The outcome is the same as one by one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::ahead::WORTH;
use super::super::deeds::LARGE_PIECE;
use super::{add, app, edits, in_order, lot, op, task};
use crate::domain::edit::Edits;
use crate::domain::report::Progress;
use crate::domain::{LotId, LotQuery, Scope, Which};
use crate::services::App;
use crate::services::inventory::Task;

fn stocked() -> (App, Scope, Vec<LotId>) {
    let (app, _) = app();
    let scope = app.solo();
    let many = WORTH + LARGE_PIECE + 1_000;
    let ids = (0..many as u128).map(|n| add(&app, &scope, "3001", 10, n));
    let ids = ids.collect();
    (app, scope, ids)
}

fn all() -> Which {
    Which::Matching(LotQuery::default())
}

#[test]
fn what_was_worked_out_ahead_is_as_if_it_had_waited() {
    let (app, scope, ids) = stocked();
    let change: Edits = edits("price=*2; qty=+1");
    let report = app
        .change_lots(&scope, &all(), &change, ("", op(100_000)), task())
        .expect("changed");
    assert_eq!(report.changed as usize, ids.len());
    assert_eq!(usize::try_from(report.pieces), Ok(ids.len()));
    for id in [ids[0], ids[5_000], ids[ids.len() - 1]] {
        let lot = lot(&app, id);
        assert_eq!((lot.price.raw(), lot.stock.available), (2_000, 11));
    }
    in_order(&app);

    // Somebody sells a piece after each piece of the deed: what was worked out before is done anew.
    let turns = AtomicUsize::new(0);
    let last = ids[ids.len() - 1];
    let sell = |_: Progress| {
        let turn = turns.fetch_add(1, Ordering::Relaxed);
        let number = op(200_000 + turn as u128);
        let which = Which::Lots(vec![last]);
        app.change_lots(&scope, &which, &edits("qty=-1"), ("", number), task())
            .expect("sold");
    };
    let beside = Task {
        progress: &sell,
        ..task()
    };
    let report = app
        .change_lots(&scope, &all(), &edits("qty=*2"), ("", op(100_001)), beside)
        .expect("changed");
    assert_eq!(report.changed as usize, ids.len());
    let turns = turns.load(Ordering::Relaxed) as u32;
    assert!(turns > 3, "{turns}");
    // All but the last sale came before the lot was doubled.
    let sold = turns - 1;
    assert_eq!(lot(&app, last).stock.available, (11 - sold) * 2 - 1);
    assert_eq!(lot(&app, ids[0]).stock.available, 22);
    in_order(&app);
}

#[test]
fn what_is_stopped_while_it_is_worked_out_ahead_is_taken_back() {
    let (app, scope, ids) = stocked();
    let stop = AtomicBool::new(false);
    let late = |at: Progress| stop.store(at.done > 4_000, Ordering::Relaxed);
    let stopped = Task {
        progress: &late,
        cancelled: &stop,
    };
    let error = app
        .change_lots(&scope, &all(), &edits("qty=+1"), ("", op(100_000)), stopped)
        .expect_err("stopped");
    assert_eq!(error.message, "Cancelled. Everything is as it was.");
    for id in &ids {
        assert_eq!(lot(&app, *id).stock.available, 10);
    }
    in_order(&app);
    assert_eq!(app.finish_open_deeds().expect("nothing is open"), 0);
}
