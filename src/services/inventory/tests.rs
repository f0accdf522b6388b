//! What is done to lots, at random, by several people, taken back in any order: the ledger always adds up
//! and every lot becomes what it was.

mod ahead;
mod filing;
mod lists;
mod part_out;
mod review;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::Task;
use crate::clock::ManualClock;
use crate::domain::edit::Edits;
use crate::domain::lot_draft::{Counted, LotDraft, MergeAmount, MergeRules, MergeText};
use crate::domain::rows::HistoryQuery;
use crate::domain::{
    CorrelationId, EntryId, ItemKey, Lot, LotId, LotQuery, Money, OperationId, Scope, Timestamp,
    UserId, Which,
};
use crate::error::{Error, Kind};
use crate::services::{App, Setup};
use crate::store::{Opener, Store};

fn app() -> (App, Arc<ManualClock>) {
    let opener: Opener = Arc::new(|| {
        redb::Database::builder()
            .create_with_backend(redb::backends::InMemoryBackend::new())
            .map_err(|e| Error::storage(e.to_string()))
    });
    let clock = ManualClock::at(Timestamp::from_seconds(1_800_000_000));
    let shared: Arc<dyn crate::clock::Clock> = clock.clone();
    let app = App::new(
        Store::open(opener).expect("a store"),
        shared,
        Setup::default(),
    );
    let app = app.expect("an app");
    let scope = app.solo();
    app.shop_record(&scope).expect("a shop");
    (app, clock)
}

static NEVER: AtomicBool = AtomicBool::new(false);

fn task() -> Task<'static> {
    Task {
        progress: &|_| {},
        cancelled: &NEVER,
    }
}

fn op(number: u128) -> OperationId {
    OperationId(number + 1_000)
}

fn add(app: &App, scope: &Scope, no: &str, pieces: u32, number: u128) -> LotId {
    let draft = LotDraft {
        quantity: pieces,
        price: Money::from_raw(1_000),
        cost: Money::from_raw(400),
        remarks: format!("A-{number}"),
        ..LotDraft::new(ItemKey::part(no))
    };
    app.add_lot(scope, &draft, op(number)).expect("added").made[0]
}

fn lot(app: &App, id: LotId) -> Lot {
    let scope = app.solo();
    let found = app.store.read(|tx| tx.shop(&scope).lot(id));
    found.expect("readable").expect("there")
}

/// Everything of a lot that a person can change.
fn plain(mut lot: Lot) -> Lot {
    lot.last = EntryId(0);
    lot.changed = Timestamp::default();
    lot.changed_by = UserId(0);
    lot
}

fn edits(text: &str) -> Edits {
    Edits::parse(text).expect(text)
}

fn in_order(app: &App) {
    assert_eq!(app.check().expect("a check").problems, []);
}

#[test]
fn a_bulk_change_is_one_deed_and_is_taken_back_as_one() {
    let (app, _) = app();
    let scope = app.solo();
    let ids: Vec<LotId> = (0..1_203)
        .map(|n| add(&app, &scope, "3001", 10, n))
        .collect();
    let before: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    let which = Which::Matching(LotQuery::text("loc:A-*"));
    let change = edits("price=*1.05; qty=-1; remarks+=sorted");
    let seen = app
        .preview_change(&scope, &which, &change)
        .expect("a preview");
    assert_eq!((seen.lots, seen.changed, seen.refused), (1_203, 1_203, 0));
    assert_eq!(seen.pieces, (12_030, 10_827));
    assert_eq!(seen.examples.len(), 5);
    let report = app
        .change_lots(&scope, &which, &change, ("autumn", op(5_000)), task())
        .expect("changed");
    assert_eq!((report.changed, report.pieces), (1_203, -1_203));
    let after = lot(&app, ids[700]);
    assert_eq!((after.price.raw(), after.stock.available), (1_050, 9));
    assert_eq!(after.remarks, "A-700 sorted");
    let deed = report.deed.expect("a deed");
    // The same again is the same deed.
    let again = app
        .change_lots(&scope, &which, &change, ("autumn", op(5_000)), task())
        .expect("repeated");
    assert_eq!(again.deed, Some(deed));
    let seen = app.preview_undo(&scope, deed).expect("a preview");
    assert_eq!((seen.lots, seen.refused, seen.pieces), (1_203, 0, 1_203));
    app.undo(&scope, deed, ("wrong year", false, op(5_001)), task())
        .expect("taken back");
    for (id, before) in ids.iter().zip(&before) {
        assert_eq!(&plain(lot(&app, *id)), before);
    }
    // Taking the same deed back again brings it back: nobody needs to know in which order.
    app.undo(&scope, deed, ("after all", false, op(5_002)), task())
        .expect("brought back");
    assert_eq!(lot(&app, ids[3]).price.raw(), 1_050);
    app.undo(&scope, deed, ("", false, op(5_003)), task())
        .expect("taken back again");
    assert_eq!(plain(lot(&app, ids[3])), before[3]);
    in_order(&app);
}

#[test]
fn what_is_cancelled_or_dies_is_taken_back() {
    let (app, _) = app();
    let scope = app.solo();
    for n in 0..1_100 {
        add(&app, &scope, "3001", 10, n);
    }
    let stop = AtomicBool::new(false);
    let halfway = |_| stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let cancelled = Task {
        progress: &halfway,
        cancelled: &stop,
    };
    let which = Which::Matching(LotQuery::default());
    let error = app
        .change_lots(&scope, &which, &edits("qty=+1"), ("", op(9_000)), cancelled)
        .expect_err("cancelled");
    assert_eq!(error.message, "Cancelled. Everything is as it was.");
    let sum = |app: &App| {
        app.selected(&scope, &LotQuery::default())
            .expect("lots")
            .totals
            .pieces
    };
    assert_eq!(sum(&app), 11_000);
    in_order(&app);
    assert_eq!(app.finish_open_deeds().expect("nothing is open"), 0);
}

#[test]
fn what_died_with_the_program_is_taken_back_when_it_starts_again() {
    let dir = tempfile::tempdir().expect("room");
    let open = || {
        let clock = ManualClock::at(Timestamp::from_seconds(1_800_000_000));
        let store = Store::open_dir(dir.path()).expect("a store");
        App::new(store, clock, Setup::default()).expect("an app")
    };
    let app = open();
    let scope = app.solo();
    app.shop_record(&scope).expect("a shop");
    let ids: Vec<LotId> = (0..20).map(|n| add(&app, &scope, "3001", 10, n)).collect();
    let doing = super::deeds::Doing {
        what: "qty=-10; price=1".into(),
        why: String::new(),
        op: op(800),
    };
    let each: super::deeds::Each = Arc::new(|moves, id| {
        moves.edit(id, crate::domain::Reason::Edited, None, |lot| {
            lot.stock.available = 0;
            lot.price = Money::from_raw(10_000);
            Ok(())
        })?;
        Ok(super::deeds::Outcome::Changed)
    });
    // The first piece of several; then the power fails.
    app.piece(&scope, &doing, None, (&ids[..10], true), &each)
        .expect("half of it");
    assert_eq!(lot(&app, ids[3]).stock.available, 0);
    drop(app);
    let app = open();
    for id in &ids {
        let lot = lot(&app, *id);
        assert_eq!((lot.stock.available, lot.price.raw()), (10, 1_000));
    }
    in_order(&app);
    let page = app
        .history(&scope, &HistoryQuery::default(), (None, 5))
        .expect("the history");
    assert_eq!(page.entries[0].what, "undo: qty=-10; price=1");
    assert_eq!(page.entries[0].why, "it did not come to its end");
}

#[test]
fn two_people_edit_the_same_lot() {
    let (app, _) = app();
    let scope = app.solo();
    let id = add(&app, &scope, "3001", 10, 1);
    let seen = lot(&app, id).last;
    let edit =
        |text: &str, number| app.edit_lot(&scope, id, (seen, &edits(text)), ("", op(number)));
    edit("qty=8; price=0.20", 20).expect("the first");
    // Both saw ten pieces: the second took three, so five are left.
    edit("qty=7; comments=scratched", 21).expect("pieces add up");
    let now = lot(&app, id);
    assert_eq!((now.stock.available, now.notes.as_str()), (5, "scratched"));
    let error = edit("price=0.30", 22).expect_err("somebody else was faster");
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(
        error.message,
        "Somebody else has changed the price meanwhile: it was 0.1000, is 0.2000 now, and you wrote 0.3000. Look at the lot and decide."
    );
    edit("price=0.20", 23).expect("the same is no conflict");
    in_order(&app);
}

#[test]
fn splitting_merging_counting_and_deleting() {
    let (app, _) = app();
    let scope = app.solo();
    let one = add(&app, &scope, "3001", 10, 1);
    let split = app
        .split_lot(&scope, one, (4, &edits("loc=B-1; price=0.20")), op(10))
        .expect("split");
    let part = split.made[0];
    assert_eq!(
        (
            lot(&app, one).stock.available,
            lot(&app, part).stock.available
        ),
        (6, 4)
    );
    assert_eq!(lot(&app, part).place.raw(), "B-1");
    assert!(
        app.split_lot(&scope, one, (6, &Edits::default()), op(11))
            .is_err()
    );
    let rules = MergeRules {
        price: MergeAmount::Average,
        remarks: MergeText::Join,
        ..MergeRules::default()
    };
    let merged = app
        .merge_lots(&scope, (one, vec![part]), rules, op(12))
        .expect("merged");
    let now = lot(&app, one);
    // (6 x 0.10 + 4 x 0.20) / 10
    assert_eq!((now.stock.available, now.price.raw()), (10, 1_400));
    assert_eq!(now.place.raw(), "A-1;B-1");
    assert!(lot(&app, part).gone);
    app.undo(
        &scope,
        merged.deed.expect("a deed"),
        ("", false, op(13)),
        task(),
    )
    .expect("taken back");
    assert!(!lot(&app, part).gone);
    app.count_lots(
        &scope,
        &[Counted {
            lot: one,
            pieces: 5,
        }],
        ("one was broken", op(14)),
        task(),
    )
    .expect("counted");
    assert_eq!(lot(&app, one).stock.available, 5);
    // The split cannot be taken back by halves.
    app.change_lots(
        &scope,
        &Which::Lots(vec![part]),
        &edits("qty=0"),
        ("", op(15)),
        task(),
    )
    .expect("sold elsewhere");
    let error = app
        .undo(
            &scope,
            split.deed.expect("a deed"),
            ("", true, op(16)),
            task(),
        )
        .expect_err("its pieces are gone");
    assert!(error.message.contains("hang together"), "{error}");
    app.change_lots(
        &scope,
        &Which::Lots(vec![one]),
        &edits("delete"),
        ("", op(17)),
        task(),
    )
    .expect("deleted");
    assert!(
        app.lot_ids(&scope, &LotQuery::default())
            .expect("lots")
            .iter()
            .all(|id| *id != one)
    );
    let page = app
        .history(
            &scope,
            &HistoryQuery {
                lot: Some(one),
                ..HistoryQuery::default()
            },
            (None, 50),
        )
        .expect("its history");
    assert_eq!(page.entries.len(), 6);
    assert_eq!(page.entries[0].what, "delete");
    assert_eq!(page.entries[1].reason.words(), "counted: one was broken");
    in_order(&app);
}

/// A deed at random.
#[derive(Debug, Clone)]
enum Verb {
    Add(u8, u8),
    Change(u8, u8, usize),
    All(usize),
    Split(u8, u8),
    Merge(u8, u8),
    Count(u8, u8),
    Undo(u8),
}

const CHANGES: [&str; 12] = [
    "qty=+3",
    "qty=-2",
    "qty=7",
    "price=*1.1",
    "price=0.05",
    "loc=C-3",
    "remarks+=x",
    "cond=used",
    "tags+=a",
    "tier1=10 @ -5%",
    "delete",
    "restore",
];

fn verbs() -> impl Strategy<Value = Vec<Verb>> {
    let verb = prop_oneof![
        2 => (any::<u8>(), 1u8..20).prop_map(|(no, pieces)| Verb::Add(no, pieces)),
        5 => (any::<u8>(), any::<u8>(), 0..CHANGES.len()).prop_map(|(a, b, c)| Verb::Change(a, b, c)),
        2 => (0..CHANGES.len()).prop_map(Verb::All),
        1 => (any::<u8>(), 1u8..5).prop_map(|(a, n)| Verb::Split(a, n)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Verb::Merge(a, b)),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, n)| Verb::Count(a, n)),
        3 => any::<u8>().prop_map(Verb::Undo),
    ];
    prop::collection::vec(verb, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_ledger_adds_up_and_undo_restores(verbs in verbs(), order in any::<u64>()) {
        let (app, clock) = app();
        let mut scope = app.solo();
        let turned = verbs.iter().any(|verb| matches!(verb, Verb::Undo(_)));
        let mut lots: Vec<LotId> = (0..3).map(|n| add(&app, &scope, "3001", 9, n)).collect();
        let first: Vec<Lot> = lots.iter().map(|id| plain(lot(&app, *id))).collect();
        let mut deeds: Vec<CorrelationId> = Vec::new();
        for (at, verb) in verbs.into_iter().enumerate() {
            clock.advance(1_000_000);
            scope.now = crate::clock::Clock::now(&*clock);
            scope.user = UserId(1 + (at % 3) as u32);
            let op = op(100 + at as u128);
            let pick = |n: u8| lots[usize::from(n) % lots.len()];
            let done = match verb {
                Verb::Add(no, pieces) => {
                    let draft = LotDraft {
                        quantity: pieces.into(),
                        ..LotDraft::new(ItemKey::part(["3001", "3002"][usize::from(no % 2)]))
                    };
                    app.add_lot(&scope, &draft, op)
                }
                Verb::Change(a, b, change) => {
                    let which = Which::Lots(vec![pick(a), pick(b)]);
                    app.change_lots(&scope, &which, &edits(CHANGES[change]), ("", op), task())
                }
                Verb::All(change) => {
                    let which = Which::Matching(LotQuery::default());
                    app.change_lots(&scope, &which, &edits(CHANGES[change]), ("", op), task())
                }
                Verb::Split(a, n) => app.split_lot(&scope, pick(a), (n.into(), &Edits::default()), op),
                Verb::Merge(a, b) => {
                    app.merge_lots(&scope, (pick(a), vec![pick(b)]), MergeRules::default(), op)
                }
                Verb::Count(a, n) => {
                    let counted = [Counted { lot: pick(a), pieces: n.into() }];
                    app.count_lots(&scope, &counted, ("", op), task())
                }
                Verb::Undo(n) if !deeds.is_empty() => {
                    let deed = deeds[usize::from(n) % deeds.len()];
                    app.undo(&scope, deed, ("", false, op), task()).map(|mut report| {
                        // The deed that was asked for is turned over, and counts as it stands.
                        report.deed = None;
                        report
                    })
                }
                Verb::Undo(_) => continue,
            };
            if let Ok(report) = done {
                lots.extend(report.made);
                deeds.extend(report.deed);
            }
        }
        prop_assert_eq!(app.check().expect("a check").problems, []);

        // All of it is taken back: the newest first, which always works, or in any order, as often as it
        // takes. Then a merger may find its pieces gone with what had brought them, and says so.
        let newest_first = order % 2 == 0 && !turned;
        let mut number = 10_000;
        let mut seed = order;
        let standing = |deed: &CorrelationId| {
            let scope = app.solo();
            let mut stands = true;
            let mut at = app.store.read(|tx| tx.shop(&scope).deed(*deed)).expect("readable");
            while let Some(by) = at.and_then(|deed| deed.undone_by) {
                stands = !stands;
                at = app.store.read(|tx| tx.shop(&scope).deed(by)).expect("readable");
            }
            stands
        };
        for _ in 0..400 {
            let left: Vec<CorrelationId> = deeds.iter().copied().filter(&standing).collect();
            if left.is_empty() {
                break;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let any = left[(seed >> 33) as usize % left.len()];
            let newest = left.iter().copied().max().unwrap_or(any);
            let deed = if newest_first { newest } else { any };
            number += 1;
            let _ = app.undo(&scope, deed, ("", false, op(number)), task());
        }
        prop_assert_eq!(app.check().expect("a check").problems, []);
        let left: Vec<CorrelationId> = deeds.iter().copied().filter(&standing).collect();
        if !newest_first && !left.is_empty() {
            for deed in left {
                let seen = app.preview_undo(&scope, deed).expect("a preview");
                prop_assert!(seen.refused > 0 && seen.together, "{seen:?}");
            }
            return Ok(());
        }
        prop_assert!(left.is_empty(), "{} deeds cannot be taken back", left.len());
        for (id, first) in lots.iter().zip(&first) {
            prop_assert_eq!(&plain(lot(&app, *id)), first);
        }
        for id in &lots[3..] {
            prop_assert!(lot(&app, *id).gone);
        }
    }
}
