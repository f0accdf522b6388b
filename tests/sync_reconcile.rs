//! What a marketplace holds against what is here: edits on the website, conflicts, lots that are missing,
//! and how a shop begins.

mod sync;

use std::time::Duration;

use brickops::domain::sync::{Begin, Compared, Proposal};
use brickops::domain::{LotId, Marketplace, Money};
use brickops::market::retry::Sleeper;
use brickops::services::sync::Switch;
use brickops::sync::intake::intake;
use brickops::sync::reading::{begin, begin_preview, verify};
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

fn look(shop: &Shop, market: Marketplace) {
    shop.wait(1);
    let report = intake(&shop.app, &shop.scope(), &*source(shop, market), &NoSleep);
    assert!(report.expect("read").is_complete());
}

#[track_caller]
fn compared(shop: &Shop, market: Marketplace, repair: bool) -> Compared {
    shop.wait(1);
    let from = source(shop, market);
    verify(&shop.app, &shop.scope(), &*from, &NoSleep, repair).expect("compared")
}

/// A shop with a lot of ten on both sides.
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

#[track_caller]
fn remote(shop: &Shop, market: Marketplace) -> u64 {
    shop.held(market)[0]["id"].as_u64().expect("a number")
}

/// An edit on the website.
#[track_caller]
fn website(shop: &Shop, market: Marketplace, change: &Value) {
    let lot = remote(shop, market);
    shop.mock("PUT", &format!("{}/lots/{lot}", path(market)), change);
}

#[track_caller]
fn clean(shop: &Shop) {
    let report = shop.app.check().expect("a check");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn an_edit_on_the_website_is_taken_over_and_travels_on() {
    for (market, other) in [(LINK, OWL), (OWL, LINK)] {
        let (shop, lot) = shop();
        let same = compared(&shop, market, true);
        assert_eq!((same.same, same.differences.len()), (1, 0), "{same:?}");
        let change =
            json!({"quantity": 14, "price": "0.700", "remarks": "B-7", "description": "fine"});
        website(&shop, market, &change);
        let told = compared(&shop, market, false);
        assert_eq!((told.adopted, told.differences.len()), (1, 1));
        let row = || shop.app.lot_row(&shop.scope(), lot).expect("a lot");
        assert_eq!(row().stock.available, 10, "only told");
        let done = compared(&shop, market, true);
        assert_eq!(done.adopted, 1);
        assert_eq!(row().stock.available, 14);
        assert_eq!(row().price, Money::parse("0.7").expect("an amount"));
        assert_eq!((row().remarks.as_str(), row().place.raw()), ("B-7", "B-7"));
        let before = shop.calls();
        shop.run();
        let there = &shop.held(other)[0];
        assert_eq!(there["quantity"], 14, "{there}");
        assert!(shop.calls() - before <= 3, "nothing is sent back");
        for each in [market, other] {
            let after = compared(&shop, each, true);
            assert_eq!((after.same, after.differences.len()), (1, 0), "{after:?}");
        }
        clean(&shop);
    }
}

#[test]
fn both_changed_and_a_change_here_waits_is_asked_and_settled() {
    for (side, here, there) in [
        (Proposal::Here, "0.6000", "0.6000"),
        (Proposal::There, "0.8000", "0.8000"),
    ] {
        let (shop, lot) = shop();
        shop.switch(LINK, Switch::Pause);
        shop.edit(lot, "price=0.6");
        website(&shop, LINK, &json!({"price": "0.8"}));
        let asked = compared(&shop, LINK, true);
        assert_eq!((asked.asked, asked.adopted), (1, 0), "{asked:?}");
        let again = compared(&shop, LINK, true);
        assert_eq!(again.asked, 1, "asked once more, not decided");
        let conflicts = shop.app.conflicts(&shop.scope(), LINK).expect("read");
        assert_eq!(conflicts.len(), 1);
        assert_eq!(conflicts[0].1.fields[0].proposal, Proposal::There);
        shop.switch(LINK, Switch::Resume);
        shop.edit(lot, "qty=9");
        shop.run();
        assert_eq!(
            shop.held(LINK)[0]["quantity"],
            9,
            "pieces are not in dispute"
        );
        let settled = shop
            .app
            .settle_conflicts(&shop.scope(), LINK, &[lot], side, false);
        assert_eq!(settled.expect("settled"), 1);
        shop.run();
        let price = shop.app.lot_row(&shop.scope(), lot).expect("a lot").price;
        assert_eq!(price, Money::parse(here).expect("an amount"));
        assert_eq!(shop.held(LINK)[0]["price"], there);
        assert_eq!(shop.held(LINK)[0]["quantity"], 9);
        let after = compared(&shop, LINK, true);
        assert_eq!((after.same, after.asked), (1, 0), "{after:?}");
        clean(&shop);
    }
}

#[test]
fn a_conflict_can_be_settled_for_ever() {
    let (shop, lot) = shop();
    let dispute = |shop: &Shop, price: &str| {
        shop.switch(OWL, Switch::Pause);
        shop.edit(lot, &format!("price={price}"));
        website(shop, OWL, &json!({"price": "0.9"}));
        let found = compared(shop, OWL, true);
        shop.switch(OWL, Switch::Resume);
        found
    };
    assert_eq!(dispute(&shop, "0.6").asked, 1);
    shop.app
        .settle_conflicts(&shop.scope(), OWL, &[lot], Proposal::Here, true)
        .expect("settled");
    shop.run();
    assert_eq!(shop.held(OWL)[0]["price"], "0.600");
    let found = dispute(&shop, "0.7");
    assert_eq!((found.asked, found.sent), (0, 1), "{found:?}");
    shop.run();
    assert_eq!(shop.held(OWL)[0]["price"], "0.700");
}

#[test]
fn a_lot_is_gone_only_when_it_is_missing_twice_from_an_open_store() {
    let (shop, lot) = shop();
    let second = shop.add("3003", 5, "0.4");
    shop.run();
    assert!(shop.sandbox().switch("bricklink.closed", &json!(true)));
    for _ in 0..3 {
        let closed = compared(&shop, LINK, true);
        assert!(closed.closed, "{closed:?}");
        assert_eq!((closed.missing, closed.asked), (0, 0));
    }
    assert!(shop.sandbox().switch("bricklink.closed", &json!(false)));
    let there = remote(&shop, LINK);
    shop.mock("DELETE", &format!("/bricklink/lots/{there}"), &Value::Null);
    let once = compared(&shop, LINK, true);
    assert_eq!((once.missing, once.asked), (1, 0), "{once:?}");
    let twice = compared(&shop, LINK, true);
    assert_eq!((twice.missing, twice.asked), (0, 1), "{twice:?}");
    let conflicts = shop.app.conflicts(&shop.scope(), LINK).expect("read");
    let gone = conflicts[0].0;
    assert!(gone == lot || gone == second);
    shop.app
        .settle_conflicts(&shop.scope(), LINK, &[gone], Proposal::Here, false)
        .expect("settled");
    shop.run();
    assert_eq!(shop.held(LINK).len(), 2, "it is made anew");
    clean(&shop);
}

#[test]
fn a_shop_begins_with_what_the_marketplaces_hold() {
    let shop = Shop::new();
    for market in [LINK, OWL] {
        shop.switch(market, Switch::Off);
    }
    for (no, color, pieces) in [("3001", 5, 10), ("3003", 11, 4), ("3020", 5, 7)] {
        let lot =
            json!({"no": no, "color": color, "quantity": pieces, "price": "0.5", "remarks": "C-1"});
        let made = shop.mock("POST", "/bricklink/lots", &lot);
        if no != "3020" {
            let mut lot = lot;
            lot["external_id"] = json!(made["id"].to_string());
            shop.mock("POST", "/brickowl/lots", &lot);
        }
    }
    // Somebody bought before the shop began.
    let first = shop.held(LINK)[0]["id"].clone();
    let basket = json!({"lots": [{"lot": first, "quantity": 3}], "status": "PENDING"});
    shop.mock("POST", "/bricklink/orders", &basket);
    let calls = shop.calls();
    let (view, _) = begin_preview(&shop.app, &shop.scope(), &*source(&shop, LINK)).expect("seen");
    assert_eq!((view.there, view.only_there, view.here), (3, 3, 0));
    shop.wait(1);
    let start = |market, side| {
        shop.wait(1);
        let from = source(&shop, market);
        begin(&shop.app, &shop.scope(), &*from, &NoSleep, side, &|_| {}).expect("begun")
    };
    start(LINK, Begin::Import);
    let rows = |shop: &Shop| {
        let query = brickops::domain::LotQuery::default();
        let ids = shop.app.lot_ids(&shop.scope(), &query).expect("read");
        shop.app.lot_rows(&shop.scope(), &ids).expect("read")
    };
    let stock: Vec<(u32, u32)> = rows(&shop)
        .iter()
        .map(|row| (row.stock.available, row.stock.reserved))
        .collect();
    assert_eq!(stock.len(), 3);
    assert!(
        stock.contains(&(7, 3)),
        "what was bought lies there, too: {stock:?}"
    );
    let again = start(LINK, Begin::Import);
    assert_eq!((again.linked, again.only_there), (3, 0), "begun again");
    assert_eq!(rows(&shop).len(), 3);
    let owl = start(OWL, Begin::Push);
    assert_eq!((owl.by_number, owl.only_here), (2, 1), "{owl:?}");
    let made = shop.line.made.lock().expect("a lock")[calls..].to_vec();
    assert!(made.iter().all(|call| call.starts_with("GET")), "{made:?}");
    for market in [LINK, OWL] {
        shop.switch(market, Switch::On);
    }
    shop.run();
    let pieces = |market| {
        let mut found: Vec<u64> = shop
            .held(market)
            .iter()
            .map(|lot| lot["quantity"].as_u64().expect("pieces"))
            .collect();
        found.sort_unstable();
        found
    };
    assert_eq!(
        pieces(LINK),
        [4, 7, 7],
        "nothing is sent to where it came from"
    );
    assert_eq!(pieces(OWL), [4, 7, 7], "and everything to where it was not");
    clean(&shop);
}

#[test]
fn lots_that_leave_a_choice_are_listed_and_not_guessed() {
    let shop = Shop::new();
    for market in [LINK, OWL] {
        shop.switch(market, Switch::Off);
    }
    shop.add("3001", 10, "0.5");
    shop.add("3001", 5, "0.5");
    shop.add("3003", 5, "0.5");
    for no in ["3001", "3003"] {
        let lot = json!({"no": no, "color": 5, "quantity": 2, "price": "0.5"});
        shop.mock("POST", "/bricklink/lots", &lot);
    }
    let (view, _) = begin_preview(&shop.app, &shop.scope(), &*source(&shop, LINK)).expect("seen");
    assert_eq!((view.by_article, view.several), (1, 1), "{view:?}");
    assert_eq!(view.ambiguous[0].1.len(), 2);
    assert_eq!(view.only_here, 0, "they wait for a person");
}

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count.max(1)
    }
}

#[test]
fn whatever_buyers_do_on_both_sides_every_piece_is_counted_once() {
    for seed in 0..12 {
        let (shop, _) = shop();
        shop.add("3003", 40, "0.4");
        shop.add("3020", 30, "0.3");
        shop.run();
        let mut dice = Dice(seed);
        let mut orders: Vec<(Marketplace, u64)> = Vec::new();
        for _ in 0..40 {
            let market = [LINK, OWL][usize::try_from(dice.below(2)).expect("small")];
            let lots: Vec<u64> = shop
                .held(market)
                .iter()
                .filter(|lot| lot["quantity"].as_u64() > Some(0))
                .map(|lot| lot["id"].as_u64().expect("a number"))
                .collect();
            let at = usize::try_from(dice.below(lots.len() as u64)).expect("small");
            let bought = lots
                .get(at)
                .map(|lot| json!({"lot": lot, "quantity": 1 + dice.below(4)}));
            let order = orders
                .get(usize::try_from(dice.below(orders.len() as u64)).expect("small"))
                .copied();
            let post = |path: String, body: &Value| {
                use brickops::sandbox::WireRequest;
                let request = WireRequest::new("POST", &format!("/__mock{path}"))
                    .body_is("application/json", body.to_string());
                let answer = shop.sandbox().answer(&request).answer().expect("an answer");
                (answer.status == 200)
                    .then(|| serde_json::from_slice::<Value>(&answer.body).expect("JSON"))
            };
            shop.wait(1);
            match (dice.below(8), bought, order) {
                (0..=2, Some(basket), _) => {
                    let body = json!({"lots": [basket], "status": "PENDING"});
                    if let Some(made) = post(format!("{}/orders", path(market)), &body) {
                        orders.push((market, made["id"].as_u64().expect("a number")));
                    }
                }
                (3, _, Some((Marketplace::BrickLink, order))) => {
                    post(format!("/bricklink/orders/{order}/extend"), &json!({}));
                }
                (4, _, Some((Marketplace::BrickLink, order))) => {
                    let lot = shop.held(LINK).first().map(|lot| lot["id"].clone());
                    let body = json!({"lot": lot, "restock": dice.below(2) == 0});
                    post(format!("/bricklink/orders/{order}/remove"), &body);
                }
                (5, _, Some((market, order))) => {
                    let body = json!({"restock": dice.below(2) == 0});
                    post(format!("{}/orders/{order}/cancel", path(market)), &body);
                }
                (6, ..) => shop.run(),
                _ => {
                    look(&shop, market);
                    look(&shop, market);
                }
            }
        }
        for market in [LINK, OWL] {
            look(&shop, market);
        }
        for (order, returns) in shop.app.returns(&shop.scope()).expect("read") {
            let back: Vec<(u32, u32)> = returns
                .held
                .iter()
                .map(|held| (held.line, held.promised))
                .collect();
            shop.app
                .decide_return(&shop.scope(), order, &back)
                .expect("decided");
        }
        shop.run();
        clean(&shop);
        let tenant = shop.scope().tenant;
        let query = brickops::domain::LotQuery::default();
        let ids = shop.app.lot_ids(&shop.scope(), &query).expect("read");
        for market in [LINK, OWL] {
            let held = shop.held(market);
            let links = shop.app.sync_links(tenant, market, &ids).expect("read");
            for (id, link) in ids.iter().zip(links) {
                let there = held
                    .iter()
                    .find(|lot| lot["id"].as_u64() == link.remote)
                    .and_then(|lot| lot["quantity"].as_u64());
                let agreed = link.agreed.as_ref().map(|face| u64::from(face.quantity));
                assert_eq!(agreed, there, "seed {seed}, lot {id} at {market:?}");
                let here = shop.app.lot_row(&shop.scope(), *id).expect("a lot").stock;
                assert_eq!(
                    there.unwrap_or(0),
                    u64::from(here.available),
                    "seed {seed}, lot {id} at {market:?}"
                );
            }
        }
    }
}
