//! Orders come in by themselves, whatever the played marketplaces do with them, and each piece is counted
//! once: here, there, and at the other marketplace.

mod sync;

use std::time::Duration;

use brickops::domain::market::MarketOrder;
use brickops::domain::sync::TakenIn;
use brickops::domain::{LotId, Marketplace, OrderStatus, Stock};
use brickops::market::retry::Sleeper;
use brickops::services::sync::TakenOrder;
use brickops::sync::intake::{IntakeReport, intake};
use brickops::sync::source::Source;
use serde_json::{Value, json};
use sync::{LINK, OWL, Shop};

#[derive(Debug)]
struct NoSleep;

impl Sleeper for NoSleep {
    fn sleep(&self, _: Duration) {}
}

fn source(shop: &Shop, market: Marketplace) -> Box<dyn Source> {
    let tenant = shop.scope().tenant;
    match market {
        Marketplace::BrickLink => Box::new(shop.app.bricklink_for(tenant).expect("a client")),
        Marketplace::BrickOwl => Box::new(shop.app.brickowl_for(tenant).expect("a client")),
    }
}

/// Looks for orders.
#[track_caller]
fn look(shop: &Shop, market: Marketplace) -> IntakeReport {
    shop.wait(1);
    let report = intake(&shop.app, &shop.scope(), &*source(shop, market), &NoSleep);
    report.expect("read")
}

/// The one order that was taken in.
#[track_caller]
fn one(report: &IntakeReport) -> TakenOrder {
    assert_eq!(report.failed, [], "every order is read");
    assert_eq!(report.taken.len(), 1, "{report:?}");
    report.taken[0].1.clone()
}

/// A shop with a lot of ten on both sides, whose orders were looked at once.
fn shop() -> (Shop, LotId) {
    let shop = Shop::new();
    look(&shop, LINK);
    look(&shop, OWL);
    let lot = shop.add("3001", 10, "0.5");
    shop.run();
    (shop, lot)
}

fn path(market: Marketplace) -> &'static str {
    match market {
        Marketplace::BrickLink => "/bricklink",
        Marketplace::BrickOwl => "/brickowl",
    }
}

/// Somebody buys.
#[track_caller]
fn buy(shop: &Shop, market: Marketplace, lot: u64, pieces: u32) -> u64 {
    let body = json!({"lots": [{"lot": lot, "quantity": pieces}], "status": "PENDING"});
    let made = shop.mock("POST", &format!("{}/orders", path(market)), &body);
    made["id"].as_u64().expect("a number")
}

#[track_caller]
fn act(shop: &Shop, market: Marketplace, order: u64, verb: &str, body: &Value) {
    shop.wait(1);
    shop.mock(
        "POST",
        &format!("{}/orders/{order}/{verb}", path(market)),
        body,
    );
}

#[track_caller]
fn remote(shop: &Shop, market: Marketplace) -> u64 {
    shop.held(market)[0]["id"].as_u64().expect("a number")
}

/// Pieces that a marketplace holds of the first lot; none when it is gone.
fn held(shop: &Shop, market: Marketplace) -> u64 {
    let lots = shop.held(market);
    lots.first()
        .map_or(0, |lot| lot["quantity"].as_u64().expect("pieces"))
}

fn stock(shop: &Shop, lot: LotId) -> Stock {
    shop.app.lot_row(&shop.scope(), lot).expect("a lot").stock
}

fn pieces(available: u32, reserved: u32, sold: u32) -> Stock {
    Stock {
        available,
        reserved,
        sold,
    }
}

/// Everything is sent; books and marketplaces say the same.
#[track_caller]
fn balanced(shop: &Shop, lot: LotId) {
    shop.run();
    let available = u64::from(stock(shop, lot).available);
    for market in [LINK, OWL] {
        assert_eq!(held(shop, market), available, "{market:?}");
        let tenant = shop.scope().tenant;
        let links = shop.app.sync_links(tenant, market, &[lot]).expect("read");
        let agreed = links[0].agreed.as_ref().map_or(0, |face| face.quantity);
        assert_eq!(u64::from(agreed), available, "agreed with {market:?}");
    }
    let report = shop.app.check().expect("a check");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn an_order_is_reserved_at_once_and_the_other_marketplace_reduced() {
    for (market, other) in [(LINK, OWL), (OWL, LINK)] {
        let (shop, lot) = shop();
        buy(&shop, market, remote(&shop, market), 3);
        assert_eq!(held(&shop, market), 7);
        let taken = one(&look(&shop, market));
        assert_eq!((taken.what, taken.reserved), (TakenIn::New, 3));
        assert_eq!(stock(&shop, lot), pieces(7, 3, 0));
        let before = shop.calls();
        shop.run();
        assert_eq!(held(&shop, other), 7, "the other one is reduced");
        assert_eq!(held(&shop, market), 7, "and this one is not, once more");
        assert!(shop.calls() - before <= 2, "one change is sent, once");
        assert!(look(&shop, market).taken.is_empty(), "nothing is new");
        balanced(&shop, lot);
    }
}

#[test]
fn a_batch_and_a_removal_count_as_differences() {
    for restock in [true, false] {
        let (shop, lot) = shop();
        let there = remote(&shop, LINK);
        let order = buy(&shop, LINK, there, 3);
        look(&shop, LINK);
        let more = json!({"lots": [{"lot": there, "quantity": 2}]});
        act(&shop, LINK, order, "extend", &more);
        let taken = one(&look(&shop, LINK));
        assert_eq!(taken.what, TakenIn::Extended);
        assert_eq!(stock(&shop, lot), pieces(5, 5, 0));
        balanced(&shop, lot);
        let removal = json!({"lot": there, "restock": restock});
        act(&shop, LINK, order, "remove", &removal);
        let taken = one(&look(&shop, LINK));
        assert_eq!(taken.what, TakenIn::Shrunk);
        assert_eq!(stock(&shop, lot), pieces(10, 0, 0));
        balanced(&shop, lot);
    }
}

#[test]
fn a_cancelled_order_keeps_its_pieces_until_somebody_decides() {
    for market in [LINK, OWL] {
        for restock in [true, false] {
            for back in [4, 1, 0] {
                let (shop, lot) = shop();
                let order = buy(&shop, market, remote(&shop, market), 4);
                look(&shop, market);
                shop.run();
                act(&shop, market, order, "cancel", &json!({"restock": restock}));
                let taken = one(&look(&shop, market));
                assert_eq!(taken.what, TakenIn::Cancelled);
                assert_eq!(stock(&shop, lot), pieces(6, 4, 0), "nobody has decided");
                assert!(look(&shop, market).taken.is_empty(), "told once");
                let waits = shop.app.returns(&shop.scope()).expect("read");
                let [(id, held)] = waits.as_slice() else {
                    panic!("{waits:?}");
                };
                assert_eq!((held.held[0].lot, held.held[0].promised), (lot, 4));
                let too_many = shop.app.decide_return(&shop.scope(), *id, &[(0, 5)]);
                assert!(too_many.is_err());
                let done = shop.app.decide_return(&shop.scope(), *id, &[(0, back)]);
                assert_eq!(done.expect("decided"), back);
                assert_eq!(stock(&shop, lot), pieces(6 + back, 0, 4 - back));
                balanced(&shop, lot);
                let again = shop.app.decide_return(&shop.scope(), *id, &[(0, back)]);
                assert!(again.is_err(), "it is decided");
            }
        }
    }
}

#[test]
fn pieces_sold_twice_within_one_look_are_reported() {
    let (shop, lot) = shop();
    buy(&shop, LINK, remote(&shop, LINK), 8);
    buy(&shop, OWL, remote(&shop, OWL), 7);
    let first = one(&look(&shop, LINK));
    assert_eq!(first.oversold, []);
    let second = one(&look(&shop, OWL));
    assert_eq!((second.reserved, second.oversold), (2, vec![(lot, 5)]));
    assert_eq!(stock(&shop, lot), pieces(0, 10, 0));
    balanced(&shop, lot);
}

#[test]
fn states_nobody_knows_and_purged_orders_keep_what_they_hold() {
    let (shop, lot) = shop();
    let order = buy(&shop, LINK, remote(&shop, LINK), 3);
    look(&shop, LINK);
    act(
        &shop,
        LINK,
        order,
        "status",
        &json!({"status": "PAID-PENDING"}),
    );
    let taken = one(&look(&shop, LINK));
    assert_eq!(taken.what, TakenIn::Changed);
    let id = taken.id.expect("kept");
    let detail = |shop: &Shop| shop.app.order_detail(&shop.scope(), id).expect("an order");
    assert_eq!(
        detail(&shop).row.status,
        OrderStatus::Other("PAID-PENDING".into())
    );
    assert_eq!(stock(&shop, lot), pieces(7, 3, 0));
    act(&shop, LINK, order, "status", &json!({"status": "SHIPPED"}));
    look(&shop, LINK);
    assert_eq!(
        stock(&shop, lot),
        pieces(7, 0, 3),
        "they left with the order"
    );
    act(&shop, LINK, order, "status", &json!({"status": "PURGED"}));
    assert_eq!(one(&look(&shop, LINK)).what, TakenIn::Purged);
    assert_eq!(detail(&shop).lines.len(), 1, "its content stays here");
    assert_eq!(stock(&shop, lot), pieces(7, 0, 3));
    balanced(&shop, lot);
}

#[test]
fn a_line_of_a_lot_that_nobody_knows_is_matched_by_hand() {
    let (shop, lot) = shop();
    let foreign = shop.mock(
        "POST",
        "/bricklink/lots",
        &json!({"no": "3001", "color": 5, "quantity": 5, "price": "0.5"}),
    );
    buy(&shop, LINK, foreign["id"].as_u64().expect("a number"), 2);
    let taken = one(&look(&shop, LINK));
    assert_eq!((taken.unmatched, taken.reserved), (1, 0));
    assert_eq!(stock(&shop, lot), pieces(10, 0, 0));
    let id = taken.id.expect("kept");
    let matched = shop.app.match_line(&shop.scope(), id, 0, lot);
    assert_eq!(matched.expect("matched"), 2);
    assert_eq!(stock(&shop, lot), pieces(8, 2, 0));
    shop.run();
    assert_eq!(held(&shop, OWL), 8, "and both sides know it");
    assert!(shop.app.match_line(&shop.scope(), id, 0, lot).is_err());
}

#[test]
fn an_order_that_is_missing_from_a_list_is_not_gone() {
    let (shop, lot) = shop();
    let order = buy(&shop, LINK, remote(&shop, LINK), 3);
    look(&shop, LINK);
    let fault = format!("bricklink:GET orders:missing_order({order},4)@1");
    shop.sandbox().fault(&fault).expect("a fault");
    // Each look reads two lists.
    assert_eq!(look(&shop, LINK).missing, Vec::<String>::new(), "once");
    assert_eq!(look(&shop, LINK).missing, [order.to_string()], "twice");
    let missing = shop.app.orders_missing(&shop.scope(), LINK).expect("read");
    assert_eq!(missing.len(), 1);
    assert_eq!(stock(&shop, lot), pieces(7, 3, 0), "nothing is given back");
    shop.sandbox().heal();
    let back = look(&shop, LINK);
    assert!(back.taken.is_empty() && back.missing.is_empty(), "{back:?}");
    let missing = shop.app.orders_missing(&shop.scope(), LINK).expect("read");
    assert!(missing.is_empty(), "it is there again");
}

#[test]
fn an_order_that_was_over_before_never_counts() {
    let shop = Shop::new();
    let lot = shop.add("3001", 10, "0.5");
    shop.run();
    let order = buy(&shop, LINK, remote(&shop, LINK), 3);
    act(&shop, LINK, order, "status", &json!({"status": "SHIPPED"}));
    assert!(look(&shop, LINK).taken.is_empty());
    act(
        &shop,
        LINK,
        order,
        "status",
        &json!({"status": "COMPLETED"}),
    );
    assert!(look(&shop, LINK).taken.is_empty(), "an old order ends");
    assert_eq!(stock(&shop, lot), pieces(10, 0, 0));
}

#[test]
fn the_same_order_told_twice_is_the_same() {
    let (shop, lot) = shop();
    buy(&shop, LINK, remote(&shop, LINK), 3);
    let from = source(&shop, LINK);
    let head = from.orders().expect("a list").rows.remove(0);
    let order: MarketOrder = from.order(&head.number).expect("an order");
    let tell = || {
        let incoming = brickops::services::sync::Incoming {
            head: head.clone(),
            order: order.clone(),
            lots: Vec::new(),
        };
        shop.app.take_order(&shop.scope(), incoming).expect("taken")
    };
    assert_eq!(tell().what, TakenIn::New);
    assert_eq!(tell().what, TakenIn::Same, "a poll after a notification");
    assert_eq!(stock(&shop, lot), pieces(7, 3, 0));
    balanced(&shop, lot);
}
