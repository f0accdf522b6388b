//! Lots in files beside the live stock, what is told of changes, and an undo that is stopped half-way.

use super::*;
use crate::domain::edit::LotEdit;
use crate::domain::lot_compare::CompareKind;
use crate::domain::{
    CompareQuery, FileId, LotField, LotShelf, LotView, PlaceRule, ReleasePreview, Value,
};

fn stopped(seen: &AtomicBool) -> Task<'_> {
    Task {
        progress: &|_| {},
        cancelled: seen,
    }
}

fn file(app: &App, scope: &Scope, name: &str) -> FileId {
    let made = app.put_lot_file(scope, None, (name, "", false));
    made.expect("a file").id
}

fn put(app: &App, scope: &Scope, lots: &[LotId], file: Option<FileId>, number: u128) {
    let edits = Edits(vec![LotEdit::File(file)]);
    let which = Which::Lots(lots.to_vec());
    let done = app.change_lots(scope, &which, &edits, ("", op(number)), task());
    assert_eq!(done.expect("put").changed as usize, lots.len());
}

#[test]
fn an_undo_that_is_cancelled_leaves_everything_and_can_be_done_again() {
    let (app, _) = app();
    let scope = app.solo();
    let ids: Vec<LotId> = (0..1_203)
        .map(|n| add(&app, &scope, "3001", 10, n))
        .collect();
    let before: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    let which = Which::Matching(LotQuery::default());
    let change = edits("price=*2; qty=-1");
    let done = app.change_lots(&scope, &which, &change, ("", op(5_000)), task());
    let deed = done.expect("changed").deed.expect("a deed");
    let after: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    let stop = AtomicBool::new(false);
    let halfway = |_| stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let watched = Task {
        progress: &halfway,
        cancelled: &stop,
    };
    let error = app
        .undo(&scope, deed, ("", false, op(5_001)), watched)
        .expect_err("cancelled");
    assert_eq!(error.message, "Cancelled. Everything is as it was.");
    let now: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    assert_eq!(now, after, "nothing was taken back");
    in_order(&app);
    assert_eq!(app.finish_open_deeds().expect("nothing is open"), 0);
    // What was stopped is not turned over by itself: that would do half of it.
    let page = app.history(&scope, &HistoryQuery::default(), (None, 1));
    let latest = page.expect("a page").entries[0].deed;
    assert_ne!(latest, deed);
    let again = app.undo(&scope, latest, ("", false, op(5_002)), task());
    assert_eq!(again.expect_err("stopped").kind, Kind::Conflict);
    let seen = app.preview_undo(&scope, deed).expect("a preview");
    assert_eq!((seen.lots, seen.refused, seen.pieces), (1_203, 0, 1_203));
    app.undo(&scope, deed, ("", false, op(5_003)), task())
        .expect("taken back");
    let now: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    assert_eq!(now, before);
    app.undo(&scope, deed, ("", false, op(5_004)), task())
        .expect("brought back");
    let now: Vec<Lot> = ids.iter().map(|id| plain(lot(&app, *id))).collect();
    assert_eq!(now, after);
    in_order(&app);
    // Cancelled before it began, it has not begun.
    let stop = AtomicBool::new(true);
    let error = app.undo(&scope, deed, ("", false, op(5_005)), stopped(&stop));
    assert_eq!(error.expect_err("cancelled").kind, Kind::Conflict);
    in_order(&app);
}

#[test]
fn a_release_does_what_its_preview_says() {
    let (app, _) = app();
    let scope = app.solo();
    let march = file(&app, &scope, "March");
    // Equal to one that is live, equal to each other, and one of its own.
    for (no, number) in [
        ("3001", 1),
        ("3001", 1),
        ("3002", 2),
        ("3002", 2),
        ("3003", 3),
    ] {
        let draft = LotDraft {
            quantity: 10,
            price: Money::from_raw(1_000),
            remarks: format!("A-{number}"),
            ..LotDraft::new(ItemKey::part(no))
        };
        let made = app.add_lot(&scope, &draft, op(app.seq().expect("a number").into()));
        let id = made.expect("added").made[0];
        let is_first = app
            .lot_ids(&scope, &LotQuery::default())
            .expect("lots")
            .len()
            == 1;
        if !is_first {
            put(&app, &scope, &[id], Some(march), 3_000 + u128::from(id.0));
        }
    }
    let seen = app.preview_release(&scope, march, None).expect("a preview");
    let wanted = ReleasePreview {
        lots: 4,
        pieces: 40,
        merged: 2,
        added: 2,
        refused: 0,
    };
    assert_eq!(seen, wanted);
    app.release(&scope, march, (None, true), op(4_000), task())
        .expect("released");
    let live = app.lot_ids(&scope, &LotQuery::default()).expect("lots");
    assert_eq!(live.len(), 1 + wanted.added as usize);
    in_order(&app);
    let gone = app
        .preview_release(&scope, march, Some(live))
        .expect("a preview");
    assert_eq!((gone.lots, gone.refused), (0, 3));
}

#[test]
fn two_lists_differ_in_articles_pieces_and_prices() {
    let (app, _) = app();
    let scope = app.solo();
    let march = file(&app, &scope, "March");
    let ids: Vec<LotId> = ["3001", "3001", "3002", "3003", "3003", "3004", "3004"]
        .iter()
        .enumerate()
        .map(|(at, no)| add(&app, &scope, no, 10, at as u128))
        .collect();
    // 3001 in both, 3002 only in the file, 3003 with other pieces, 3004 at another price.
    put(
        &app,
        &scope,
        &[ids[1], ids[2], ids[4], ids[6]],
        Some(march),
        900,
    );
    let change = |id, text: &str, number| {
        let which = Which::Lots(vec![id]);
        app.change_lots(&scope, &which, &edits(text), ("", op(number)), task())
            .expect("changed");
    };
    change(ids[4], "qty=25", 901);
    change(ids[6], "price=9", 902);
    add(&app, &scope, "3005", 1, 50);
    let ask = |only, rows| {
        let query = CompareQuery {
            first: LotShelf::File(march),
            second: LotShelf::Live,
            only,
        };
        app.compare_lots(&scope, &query, rows).expect("a page")
    };
    let page = ask(None, (0, 100));
    assert_eq!(
        (page.first.as_str(), page.second.as_str()),
        ("March", "the live stock")
    );
    assert_eq!(page.counts, [1, 1, 1, 1, 1]);
    let numbers: Vec<&str> = page.rows.iter().map(|row| row.item.no.as_str()).collect();
    assert_eq!(numbers, ["3002", "3003", "3004"]);
    assert_eq!(
        (page.rows[1].first.pieces, page.rows[1].second.pieces),
        (25, 10)
    );
    assert_eq!(page.rows[2].first.lowest, Money::from_raw(90_000));
    let second = ask(None, (1, 1));
    assert_eq!((second.total, &second.rows[..]), (3, &page.rows[1..2]));
    for (at, kind) in CompareKind::ALL.into_iter().enumerate() {
        assert_eq!(ask(Some(kind), (0, 9)).total, page.counts[at], "{kind:?}");
    }
    assert_eq!(ask(Some(CompareKind::Same), (0, 9)).rows[0].item.no, "3001");
}

#[test]
fn changes_are_told_with_names() {
    let dir = tempfile::tempdir().expect("room");
    let setup = Setup {
        data_dir: dir.path().to_owned(),
        ..Setup::default()
    };
    let store = Store::open_dir(dir.path()).expect("a store");
    let clock = ManualClock::at(Timestamp::from_seconds(1_800_000_000));
    let app = App::new(store, clock, setup).expect("an app");
    app.shop_record(&app.solo()).expect("a shop");
    app.plant_starter().expect("the starter catalogue");
    let scope = app.solo();
    let march = file(&app, &scope, "March");
    let id = add(&app, &scope, "3001", 10, 1);
    let which = Which::Lots(vec![id]);
    let change = edits("color=Black; cond=used");
    let seen = app
        .preview_change(&scope, &which, &change)
        .expect("a preview");
    assert_eq!(seen.what, "color=Black; cond=used");
    let after = |field| {
        let changes = &seen.examples[0].changes;
        let found = changes.iter().find(|change| change.field == field);
        found.expect("changed").after.clone()
    };
    assert_eq!(after(LotField::Color), Value::Text("Black".into()));
    assert_eq!(after(LotField::Condition), Value::Text("used".into()));
    app.change_lots(&scope, &which, &edits("color=5"), ("", op(900)), task())
        .expect("changed");
    put(&app, &scope, &[id], Some(march), 901);
    let page = app.history(&scope, &HistoryQuery::default(), (None, 2));
    let entries = page.expect("a page").entries;
    assert_eq!(
        (entries[0].what.as_str(), entries[1].what.as_str()),
        ("into March", "color=Red")
    );
    let told = &entries[0].changes[0];
    assert_eq!(told.before, Value::Text("the live stock".into()));
    assert_eq!(told.after, Value::Text("March".into()));
    let undo = app
        .preview_undo(&scope, entries[1].deed)
        .expect("a preview");
    let told = &undo.examples[0].changes[0];
    assert_eq!(told.before, Value::Text("Red".into()));
}

#[test]
fn a_view_is_renamed_but_never_over_another() {
    let (app, _) = app();
    let scope = app.solo();
    let save = |name: &str| {
        let view = LotView {
            name: name.into(),
            query: LotQuery::text("qty<5"),
            columns: Vec::new(),
        };
        app.save_lot_view(&scope, view).expect("saved");
    };
    save("Few");
    save("Old");
    let names = || {
        let views = app.lot_views(&scope).expect("views");
        views.into_iter().map(|view| view.name).collect::<Vec<_>>()
    };
    app.rename_lot_view(&scope, "few", "FEW")
        .expect("its own name");
    assert_eq!(names(), ["FEW", "Old"]);
    let taken = app.rename_lot_view(&scope, "FEW", "old");
    assert_eq!(taken.expect_err("taken").kind, Kind::Conflict);
    app.rename_lot_view(&scope, "Old", "Aged").expect("renamed");
    assert_eq!(names(), ["Aged", "FEW"]);
    for missing in [
        app.rename_lot_view(&scope, "Old", "x"),
        app.drop_lot_view(&scope, "Old"),
    ] {
        assert_eq!(missing.expect_err("gone").kind, Kind::NotFound);
    }
    app.drop_lot_view(&scope, "few").expect("forgotten");
    assert_eq!(names(), ["Aged"]);
}

#[test]
fn a_rule_that_is_cancelled_is_not_the_rule() {
    let (app, _) = app();
    let scope = app.solo();
    for n in 0..700 {
        add(&app, &scope, "3001", 10, n);
    }
    let stop = AtomicBool::new(false);
    let halfway = |_| stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let watched = Task {
        progress: &halfway,
        cancelled: &stop,
    };
    let rule = PlaceRule::After("-".into());
    let done = app.set_place_rule(&scope, &rule, op(5_000), watched);
    assert_eq!(done.expect_err("cancelled").kind, Kind::Conflict);
    let fit = app.place_rule_fit(&scope, None).expect("a fit");
    assert_eq!((fit.rule, fit.understood), (PlaceRule::Remarks, 700));
    in_order(&app);
}
