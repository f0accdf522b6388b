//! Lots and orders from files, again and again.

use brickops::domain::{LotQuery, OrderQuery, OrderStatus, Stock};
use brickops::error::Kind;

use crate::setup::{FileLot, fixture, line, lot, order_xml};

#[test]
fn lots_come_in_once() {
    let shop = fixture();
    let nameless = FileLot {
        number: None,
        ..lot("3003", 4, "B-7", 0)
    };
    let mut lots = vec![
        lot("3001", 10, "A-10", 1),
        lot("3002", 0, "A-2", 2),
        nameless.clone(),
        nameless.clone(),
        lot("3004", 3, "ask Ana", 4),
    ];
    let first = shop.import_lots(&lots);
    assert_eq!((first.read, first.added, first.already), (5, 5, 0));
    assert_eq!((first.pieces, first.no_place), (21, 1));
    assert_eq!(first.unknown_items, 5, "there is no catalogue");
    shop.sound();
    let again = shop.import_lots(&lots);
    assert_eq!((again.added, again.already), (0, 5));
    assert_eq!(shop.lots().len(), 5);
    // A third equal one is new; the two that are known stay two.
    lots.push(nameless);
    let third = shop.import_lots(&lots);
    assert_eq!((third.added, third.already), (1, 5));
    shop.sound();
    let places: Vec<String> = shop.lots().iter().map(|lot| lot.place.0.clone()).collect();
    assert_eq!(places, ["A-2", "A-10", "B-7", "B-7", "B-7", "ask Ana"]);
}

#[test]
fn lists_follow_what_happens() {
    let shop = fixture();
    shop.import_lots(&[lot("3001", 10, "A-1", 1), lot("3002", 5, "A-3", 2)]);
    assert_eq!(shop.lots().len(), 2);
    shop.import_lots(&[lot("3003", 7, "A-2", 3)]);
    let places: Vec<String> = shop.lots().iter().map(|lot| lot.place.0.clone()).collect();
    assert_eq!(places, ["A-1", "A-2", "A-3"]);
    let find = |text: &str| {
        let query = LotQuery::text(text);
        shop.app.lot_ids(&shop.scope, &query).expect("lots").len()
    };
    assert_eq!(find("thing"), 3);
    assert_eq!(find("THING 3003"), 1);
    assert_eq!(find("a-2 3003"), 1);
    assert_eq!(find("a-2 3001"), 0);
    shop.import_orders(&[order_xml(1, "Paid", 1, &[line("3001", 4)])]);
    let figures = shop.app.overview_figures(&shop.scope).expect("figures");
    assert_eq!((figures.lots, figures.pieces), (3, 18));
    assert_eq!(figures.value.to_string(), "1.8000");
    assert_eq!((figures.orders_to_pick, figures.short_lines), (1, 0));
    let keys = [
        brickops::domain::ItemKey::part("3001"),
        brickops::domain::ItemKey::part("9999"),
    ];
    let stock = shop.app.stock_of_items(&shop.scope, &keys).expect("stock");
    assert_eq!(stock, [6, 0]);
}

#[test]
fn orders_are_promised_what_is_there() {
    let shop = fixture();
    shop.import_lots(&[
        lot("3001", 3, "A-1", 1),
        lot("3001", 10, "A-2", 2),
        lot("3002", 5, "B-1", 3),
    ]);
    let file = [
        // Chosen by the buyer; enough pieces; more than there are; unknown.
        order_xml(
            1,
            "Paid",
            1,
            &[("3001".into(), 2, Some(1)), line("3001", 6)],
        ),
        order_xml(2, "Pending", 1, &[line("3002", 8), line("9999", 1)]),
        order_xml(3, "Completed", 1, &[line("3001", 2)]),
    ];
    let report = shop.import_orders(&file);
    assert_eq!((report.read, report.added), (3, 3));
    assert_eq!((report.matched, report.unmatched), (4, 1));
    assert_eq!((report.reserved, report.short), (13, 4));
    shop.sound();
    let stocks: Vec<Stock> = shop.lots().iter().map(|lot| lot.stock).collect();
    let pieces: Vec<(u32, u32)> = stocks.iter().map(|s| (s.available, s.reserved)).collect();
    assert_eq!(pieces, [(1, 2), (4, 6), (0, 5)]);

    let before = shop.stocks();
    let again = shop.import_orders(&file);
    assert_eq!((again.added, again.changed, again.already), (0, 0, 3));
    assert_eq!(shop.stocks(), before);
    let query = OrderQuery {
        to_pick: true,
        ..OrderQuery::default()
    };
    let waiting = shop.app.order_ids(&shop.scope, &query).expect("orders");
    assert_eq!(waiting, [shop.order(1), shop.order(2)], "oldest first");
    let detail = shop
        .app
        .order_detail(&shop.scope, shop.order(2))
        .expect("it");
    let short: Vec<u32> = detail.lines.iter().map(|line| line.short).collect();
    assert_eq!(short, [3, 1]);
    assert_eq!(detail.lines[0].place.raw(), "B-1");
}

#[test]
fn orders_follow_the_marketplace() {
    let shop = fixture();
    shop.import_lots(&[lot("3001", 10, "A-1", 1)]);
    let import = |number: u64, status: &str, changed: u32, pieces: u32| {
        let report =
            shop.import_orders(&[order_xml(number, status, changed, &[line("3001", pieces)])]);
        shop.sound();
        (report.added, report.changed, report.already)
    };
    assert_eq!(import(1, "Paid", 1, 4), (1, 0, 0));
    assert_eq!(shop.stock("3001"), (6, 4, 0));
    assert_eq!(import(1, "Cancelled", 2, 4), (0, 1, 0));
    assert_eq!(shop.stock("3001"), (10, 0, 0));
    assert_eq!(import(1, "Cancelled", 2, 4), (0, 0, 1));
    assert_eq!(import(1, "Paid", 3, 4), (0, 1, 0), "reinstated");
    assert_eq!(shop.stock("3001"), (6, 4, 0));
    assert_eq!(import(1, "Updated", 4, 6), (0, 1, 0), "two more pieces");
    assert_eq!(shop.stock("3001"), (4, 6, 0));
    assert_eq!(import(1, "Paid", 1, 4), (0, 0, 1), "an older file");
    assert_eq!(
        import(1, "Shipped", 5, 5),
        (0, 1, 0),
        "one piece less, and sent"
    );
    assert_eq!(shop.stock("3001"), (5, 0, 5));
    assert_eq!(import(1, "Completed", 6, 5), (0, 1, 0));
    assert_eq!(shop.stock("3001"), (5, 0, 5));
    assert_eq!(import(2, "Paid", 1, 2), (1, 0, 0));
    shop.import_orders(&[order_xml(2, "Purged", 2, &[line("3001", 2)])]);
    assert_eq!(shop.stock("3001"), (5, 0, 5));
    shop.sound();
    let row = shop
        .app
        .order_rows(&shop.scope, &[shop.order(2)])
        .expect("it");
    assert_eq!(row[0].status, OrderStatus::Purged);
    assert_eq!(row[0].pieces, 2, "its content is kept");
}

#[test]
fn changed_lines_of_a_picked_order_are_refused() {
    let shop = fixture();
    shop.import_lots(&[lot("3001", 10, "A-1", 1)]);
    shop.import_orders(&[order_xml(1, "Paid", 1, &[line("3001", 4)])]);
    let walk = shop.start(&[1]).expect("a walk");
    let more = [order_xml(1, "Updated", 2, &[line("3001", 6)])];
    let report = shop.import_orders(&more);
    assert_eq!((report.changed, report.skipped.count), (0, 1));
    assert!(report.skipped.rows[0].reason.contains("walk 1"));
    shop.take(walk.id, 0).expect("taken");
    shop.app
        .pick_finish(&shop.scope, walk.id, shop.op())
        .expect("finished");
    let report = shop.import_orders(&more);
    assert_eq!((report.changed, report.skipped.count), (0, 1));
    assert!(report.skipped.rows[0].reason.contains("picked"));
    shop.sound();
}

#[test]
fn roles_that_may_not_are_told_so() {
    let shop = fixture();
    let mut scope = shop.scope;
    scope.role = Some(brickops::domain::Role::Picker);
    let path = shop.file("lots.bsx", &crate::setup::bsx(&[lot("3001", 1, "A-1", 1)]));
    let refused = shop.app.import_inventory(&scope, &path, &|_| {});
    assert_eq!(refused.map_err(|e| e.kind), Err(Kind::Forbidden));
    scope.role = Some(brickops::domain::Role::Viewer);
    let refused = shop.app.pick_start(&scope, Vec::new(), shop.op());
    assert_eq!(refused.map_err(|e| e.kind), Err(Kind::Forbidden));
}
