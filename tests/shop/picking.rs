//! One person walks.

use std::sync::Arc;

use brickops::domain::rows::{PickOutcome, PickView};
use brickops::domain::{
    CategoryId, ColorId, Facts, Item, ItemColor, ItemKey, LineState, OperationId, PickState,
    Source, Timestamp,
};
use brickops::error::Kind;
use brickops::store::NewCatalog;

use crate::setup::{Fixture, fixture, line, lot, order_xml};

/// Three lots, two orders; 3002 is short by three.
fn shop() -> Fixture {
    let shop = fixture();
    shop.import_lots(&[
        lot("3001", 10, "A-10", 1001),
        lot("3002", 5, "A-2;C-1", 1002),
        lot("3003", 1, "~", 1003),
    ]);
    shop.import_orders(&[
        order_xml(1, "Paid", 1, &[line("3001", 4), line("9999", 1)]),
        order_xml(
            2,
            "Paid",
            1,
            &[line("3002", 8), line("3001", 2), line("3003", 1)],
        ),
    ]);
    shop
}

fn taken(no: &str, pieces: u32) -> PickOutcome {
    PickOutcome::Taken {
        item: ItemKey::part(no),
        pieces,
    }
}

fn states(view: &PickView) -> Vec<LineState> {
    view.lines.iter().map(|line| line.state).collect()
}

#[test]
fn a_walk_in_natural_order_with_totes() {
    let shop = shop();
    let view = shop.start(&[1, 2]).expect("a walk");
    let lines: Vec<(&str, &str, u32, u32)> = view
        .lines
        .iter()
        .map(|line| {
            (
                line.item.no.as_str(),
                line.tote.as_str(),
                line.wanted,
                line.there,
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            ("3002", "B", 8, 5),
            ("3001", "A", 4, 4),
            ("3001", "B", 2, 2),
            ("3003", "B", 1, 1),
            ("9999", "A", 1, 0),
        ]
    );
    assert_eq!(view.lines[1].remaining, Some(6));
    assert_eq!(view.lines[4].remaining, None);
    assert_eq!(view.current, Some(0));

    for not_here in [1, 4, 5] {
        assert!(shop.take(view.id, not_here).is_err(), "nobody stands there");
    }
    let (view, outcome) = shop.take(view.id, 0).expect("what is there");
    let missing = PickOutcome::Short {
        item: ItemKey::part("3002"),
        missing: 3,
    };
    assert_eq!(outcome, missing);
    assert_eq!(view.lines[0].taken, 5);
    assert_eq!(shop.take(view.id, 1).expect("taken").1, taken("3001", 4));
    let stale = shop.take(view.id, 1).map_err(|e| e.kind);
    assert_eq!(
        stale.map(|_| ()),
        Err(Kind::Conflict),
        "the walk has gone on"
    );
    shop.take(view.id, 2).expect("taken");
    let (view, _) = shop.take(view.id, 3).expect("taken");
    let nothing = shop.take(view.id, 4).map_err(|e| e.kind);
    assert_eq!(nothing.map(|_| ()), Err(Kind::Conflict), "no lot");
    let (view, _) = shop
        .app
        .pick_short(&shop.scope, view.id, 4, 0, shop.op())
        .expect("short");
    assert_eq!((view.current, view.done), (None, 5));
    assert_eq!(view.orders[1].short, 3);
    shop.sound();
    let (view, _) = shop
        .app
        .pick_finish(&shop.scope, view.id, shop.op())
        .expect("finished");
    assert_eq!(view.state, PickState::Finished);
    assert_eq!(shop.app.open_picks(&shop.scope).expect("walks"), []);
    assert_eq!(shop.stock("3001"), (4, 0, 6));
    shop.sound();
}

#[test]
fn undo_takes_everything_back_exactly() {
    let shop = shop();
    let start = shop.start(&[1, 2]).expect("a walk");
    // Pieces that arrived after the promise: taken from what is for sale, and given back there.
    shop.import_orders(&[order_xml(1, "Paid", 1, &[line("3001", 4), line("9999", 1)])]);
    let before = shop.stocks();
    let id = start.id;
    let scope = &shop.scope;
    shop.app
        .pick_short(scope, id, 0, 2, shop.op())
        .expect("short");
    shop.app.pick_later(scope, id, 1, shop.op()).expect("later");
    shop.app
        .pick_take(scope, id, 2, Some(1), shop.op())
        .expect("a part");
    let (view, _) = shop.take(id, 2).expect("the rest");
    assert_eq!(view.undoable, 4);
    shop.sound();
    let (view, outcome) = shop.app.pick_undo(scope, id, shop.op()).expect("undone");
    let undone = PickOutcome::Undone {
        item: ItemKey::part("3001"),
        pieces: 1,
    };
    assert_eq!(outcome, undone);
    assert_eq!(view.current, Some(2));
    assert_eq!(view.lines[2].taken, 1);
    for _ in 0..3 {
        shop.app.pick_undo(scope, id, shop.op()).expect("undone");
        shop.sound();
    }
    assert_eq!(shop.app.pick_view(scope, id).expect("the walk"), start);
    assert_eq!(shop.stocks(), before);
    let nothing = shop.app.pick_undo(scope, id, shop.op());
    assert_eq!(nothing.map_err(|e| e.kind).map(|_| ()), Err(Kind::Invalid));
}

#[test]
fn pieces_that_arrived_later_complete_an_order() {
    let shop = fixture();
    shop.import_orders(&[order_xml(1, "Paid", 1, &[line("3001", 6)])]);
    shop.import_lots(&[lot("3001", 4, "A-1", 1)]);
    let view = shop.start(&[1]).expect("a walk");
    assert_eq!(view.lines[0].there, 4, "matched when the walk was planned");
    assert_eq!(shop.stock("3001"), (0, 4, 0));
    shop.sound();
    let before = shop.stocks();
    shop.take(view.id, 0).expect("four of six");
    let (view, _) = shop
        .app
        .pick_undo(&shop.scope, view.id, shop.op())
        .expect("back");
    assert_eq!(states(&view), [LineState::Open]);
    assert_eq!(shop.stocks(), before);
    shop.sound();
}

#[test]
fn a_repeated_operation_moves_nothing() {
    let shop = shop();
    let orders = vec![shop.order(1)];
    let op = OperationId(77);
    let first = shop
        .app
        .pick_start(&shop.scope, orders.clone(), op)
        .expect("a walk");
    let again = shop
        .app
        .pick_start(&shop.scope, orders.clone(), op)
        .expect("the same");
    assert_eq!(first, again);
    let taken = OperationId(78);
    let first = shop
        .app
        .pick_take(&shop.scope, first.0.id, 0, None, taken)
        .expect("taken");
    let stocks = shop.stocks();
    let again = shop
        .app
        .pick_take(&shop.scope, first.0.id, 0, None, taken)
        .expect("the same");
    assert_eq!(first, again);
    assert_eq!(shop.stocks(), stocks);
    let busy = shop.app.pick_start(&shop.scope, orders, shop.op());
    let error = busy.map(|_| ()).expect_err("it is being picked");
    assert_eq!(error.kind, Kind::Conflict);
    assert!(error.message.contains("walk 1"), "{}", error.message);
}

#[test]
fn scans_must_belong_to_the_line() {
    let shop = shop();
    let view = shop.start(&[1, 2]).expect("a walk");
    let scan = |line: u16, code: &str| {
        shop.app
            .pick_scan(&shop.scope, view.id, line, code, shop.op())
            .map(|(_, outcome)| outcome)
    };
    let before = shop.stocks();
    for wrong in ["A-10", "3001", "1001", "L1", "C-11", "\u{1b}[2J"] {
        let outcome = scan(0, wrong).expect("an answer");
        assert!(
            matches!(outcome, PickOutcome::Wrong { .. }),
            "{wrong}: {outcome:?}"
        );
    }
    assert_eq!(
        scan(0, " \u{1b}C-11\r").expect("an answer"),
        PickOutcome::Wrong {
            expected: "A-2;C-1".into(),
            scanned: "C-11".into()
        }
    );
    assert_eq!(shop.stocks(), before);
    assert!(scan(0, "\r\n").is_err());
    // The second place, BrickLink's number, the item's number, our number.
    let right = ["c 1", "1001", "3001", "L3"];
    for (line, code) in (0u16..).zip(right) {
        let outcome = scan(line, code).expect("an answer");
        assert!(
            !matches!(outcome, PickOutcome::Wrong { .. }),
            "{code}: {outcome:?}"
        );
    }
    shop.sound();
}

/// A catalogue with 3001 in two colours, and 3002 in one, each with an element id of its own.
fn catalogue() -> NewCatalog {
    let facts = Facts {
        source: Source::Download,
        at: Timestamp::from_seconds(0),
    };
    let item = |no: &str, colors: &[(u16, &str)]| Item {
        key: ItemKey::part(no),
        name: format!("Part {no}"),
        alternates: Vec::new(),
        category: CategoryId(0),
        year: None,
        weight: None,
        dimensions: None,
        colors: colors
            .iter()
            .map(|(color, element)| ItemColor {
                color: ColorId(*color),
                elements: vec![(*element).to_owned()],
            })
            .collect(),
        image: None,
        obsolete: None,
        bin: None,
        vanished: None,
        basics: facts,
        colors_from: Some(facts),
        bin_from: None,
    };
    NewCatalog {
        colors: Vec::new(),
        categories: Vec::new(),
        items: vec![
            item("3001", &[(5, "300121"), (11, "300126")]),
            item("3002", &[(11, "300226")]),
        ],
    }
}

#[test]
fn an_element_id_says_item_and_colour() {
    let shop = shop();
    let staged = shop
        .store
        .stage_catalog(
            &Arc::new(catalogue()),
            false,
            Timestamp::from_seconds(0),
            |_| {},
        )
        .expect("a catalogue");
    shop.store.publish_catalog(staged).expect("a catalogue");
    let view = shop.start(&[1]).expect("a walk");
    assert_eq!(view.lines[0].name, "Part 3001", "by the catalogue");
    let scan = |code: &str| {
        let scanned = shop.app.pick_scan(&shop.scope, view.id, 0, code, shop.op());
        scanned.expect("an answer").1
    };
    for wrong in ["300226", "300121", "999999"] {
        assert!(matches!(scan(wrong), PickOutcome::Wrong { .. }), "{wrong}");
    }
    assert_eq!(scan("300126"), taken("3001", 4));
    let lots = shop.lots();
    let names: Vec<(&str, bool)> = lots
        .iter()
        .map(|lot| (lot.name.as_str(), lot.known))
        .collect();
    assert_eq!(
        names,
        [
            ("Part 3002", true),
            ("Part 3001", true),
            ("Thing 3003", false)
        ]
    );
    shop.sound();
}

#[test]
fn later_goes_round() {
    let shop = shop();
    let view = shop.start(&[2]).expect("a walk");
    let later = |line: u16| {
        let put_off = shop.app.pick_later(&shop.scope, view.id, line, shop.op());
        put_off.expect("later").0.current
    };
    assert_eq!(later(0), Some(1));
    assert_eq!(later(1), Some(2));
    assert_eq!(later(2), Some(0), "now those that were put off");
    assert_eq!(later(0), Some(1));
    let (view, _) = shop.take(view.id, 1).expect("taken");
    assert_eq!(view.current, Some(2));
    shop.sound();
}

#[test]
fn amounts_are_held_to_what_is_there() {
    let shop = shop();
    let view = shop.start(&[2]).expect("a walk");
    let kind = |pieces: u32| {
        let taken = shop
            .app
            .pick_take(&shop.scope, view.id, 0, Some(pieces), shop.op());
        taken.map(|_| ()).map_err(|e| e.kind)
    };
    assert_eq!(kind(0), Err(Kind::Invalid));
    assert_eq!(kind(9), Err(Kind::Invalid), "more than were bought");
    assert_eq!(kind(6), Err(Kind::Conflict), "more than there are");
    let short = shop.app.pick_short(&shop.scope, view.id, 0, 6, shop.op());
    assert_eq!(short.map(|_| ()).map_err(|e| e.kind), Err(Kind::Conflict));
    assert_eq!(kind(5), Ok(()));
    shop.sound();
}

#[test]
fn an_order_that_is_cancelled_on_the_way() {
    let shop = shop();
    let view = shop.start(&[2]).expect("a walk");
    shop.take(view.id, 0).expect("taken");
    let lines = [line("3002", 8), line("3001", 2), line("3003", 1)];
    shop.import_orders(&[order_xml(2, "Cancelled", 2, &lines)]);
    shop.sound();
    let refused = shop.take(view.id, 1).map(|_| ()).expect_err("cancelled");
    assert!(refused.message.contains("cancelled"), "{}", refused.message);
    let scope = &shop.scope;
    shop.app
        .pick_short(scope, view.id, 1, 0, shop.op())
        .expect("nothing");
    shop.app
        .pick_undo(scope, view.id, shop.op())
        .expect("undone");
    shop.app
        .pick_undo(scope, view.id, shop.op())
        .expect("undone");
    assert_eq!(shop.stock("3002"), (5, 0, 0), "for sale again");
    shop.sound();
    shop.import_orders(&[order_xml(
        1,
        "Shipped",
        2,
        &[line("3001", 4), line("9999", 1)],
    )]);
    assert_eq!(shop.stock("3001"), (6, 0, 4));
    shop.sound();
}
