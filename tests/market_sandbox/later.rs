//! What goes wrong in the world rather than with an answer: reads that lag, orders that are left out, lines
//! that come late, success that was none.

use brickops::domain::Money;
use brickops::domain::market::{ListingChange, Purpose};
use brickops::market::bricklink::InventoryFilter;
use serde_json::json;

use crate::link_verbs::new_lot;
use crate::world::{PLAIN, World, mock};

fn cheaper() -> ListingChange {
    ListingChange {
        price: Some(Money::from_raw(900)),
        ..ListingChange::default()
    }
}

fn price(world: &World) -> Money {
    let lot = world.link.lot(PLAIN, Purpose::Stock).expect("the lot");
    lot.price
}

#[test]
fn a_read_that_lags_shows_the_old_and_then_the_new() {
    let world = World::new();
    let before = price(&world);
    world.fault("bricklink:PUT inventories:stale_reads(2)");
    let told = world
        .link
        .update(PLAIN, &cheaper(), Some("Don't (:"), Purpose::Prices)
        .expect("changed");
    assert_eq!(told.price, Money::from_raw(900), "the answer is the truth");
    assert_eq!([price(&world), price(&world)], [before; 2]);
    assert_eq!(price(&world), Money::from_raw(900));
}

#[test]
fn success_that_was_none_is_found_by_reading() {
    let world = World::new();
    let before = price(&world);
    world.fault("bricklink:PUT inventories:lost_update");
    world
        .link
        .update(PLAIN, &cheaper(), Some("Don't (:"), Purpose::Prices)
        .expect("it is said to be done");
    assert_eq!(price(&world), before);
}

#[test]
fn an_order_that_is_left_out_once_is_there_the_next_time() {
    let world = World::new();
    let numbers = || -> Vec<String> {
        let orders = world.link.orders(false, "", Purpose::Orders);
        let mut numbers: Vec<String> = orders
            .expect("orders")
            .into_iter()
            .map(|o| o.number)
            .collect();
        numbers.sort();
        numbers
    };
    let all = numbers();
    world.fault(&format!(
        "bricklink:GET orders$:missing_order({},1)",
        world.link_order
    ));
    let some = numbers();
    assert_eq!(some.len() + 1, all.len());
    assert!(!some.contains(&world.link_order));
    assert_eq!(numbers(), all);
}

/// A create whose answer was lost is found by what it carries, and not made again.
#[test]
fn a_lot_whose_answer_was_lost_is_found_again() {
    let world = World::new();
    let sent = brickops::clock::Clock::now(&*world.clock);
    world.fault("bricklink:POST inventories:timeout_after");
    let failure = world
        .link
        .create(&new_lot(), Purpose::Stock)
        .expect_err("no answer");
    assert_eq!(failure.done, brickops::domain::market::Done::Unknown);
    let found = world
        .link
        .find_made(&new_lot(), sent, Purpose::Stock)
        .expect("read");
    assert_eq!(found.len(), 1, "{found:?}");
    world.fault("bricklink:POST inventories:timeout_before");
    let other = brickops::domain::market::NewListing {
        price: Money::from_raw(9_990),
        ..new_lot()
    };
    world
        .link
        .create(&other, Purpose::Stock)
        .expect_err("no answer");
    let found = world
        .link
        .find_made(&other, sent, Purpose::Stock)
        .expect("read");
    assert!(found.is_empty(), "{found:?}");
}

/// A closed store shows no lots; that is no failure, and the caller must not take it for an empty shop.
#[test]
fn a_closed_store_and_a_wrong_address_say_so() {
    let world = World::new();
    assert!(world.sandbox.switch("bricklink.closed", &json!(true)));
    let lots = world
        .link
        .inventory(&InventoryFilter::default(), Purpose::Orders)
        .expect("a list");
    assert!(lots.is_empty());
    assert!(world.sandbox.switch("bricklink.closed", &json!(false)));
    assert!(
        world
            .sandbox
            .switch("bricklink.allowed_ips", &json!(["192.0.2.7"]))
    );
    let failure = world.link.colors(Purpose::Catalogue).expect_err("refused");
    assert_eq!(failure.class, brickops::domain::market::Class::Keys);
    assert!(failure.text.contains("IP"), "{}", failure.text);
    for style in ["gateway", "meta", "blocked"] {
        let world = World::new();
        assert!(world.sandbox.switch("bricklink.exhausted", &json!(style)));
        assert!(world.sandbox.switch("bricklink.calls_per_day", &json!(0)));
        let failure = world.link.colors(Purpose::Catalogue).expect_err("spent");
        assert_eq!(
            failure.class,
            brickops::domain::market::Class::Throttled,
            "{style}"
        );
        assert_eq!(world.made(), 1, "{style}: it is not asked again");
    }
}

/// The machine's clock is wrong by an hour: the second call is signed with the service's time.
#[test]
fn a_wrong_clock_is_worked_around() {
    for skew in [3_600, -3_600] {
        let world = World::new();
        mock(
            &world.sandbox,
            "POST",
            "/clock",
            &json!({ "skew_seconds": skew }),
        );
        world.link.colors(Purpose::Catalogue).expect("it works");
        assert_eq!(world.made(), 2);
        world.link.colors(Purpose::Catalogue).expect("it works");
        assert_eq!(world.made(), 3, "the offset is kept");
    }
}
