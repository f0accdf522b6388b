//! Connecting marketplaces, key by key: nothing that was entered is ever seen again.

use super::Harness;
use super::shop::Shop;
use super::shop_people::{PASSWORD, ben};
use crate::domain::*;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// Four values that look like BrickLink's.
const KEYS: [&str; 4] = [
    "GOODKEY0000000000000000000000001",
    "SECRETSECRETSECRET00000000000002",
    "TOKENTOKENTOKEN00000000000000003",
    "TOKENSECRETTOKENSECRET0000000004",
];

fn at_the_markets(depth: Depth, width: u16, height: u16) -> Harness {
    let mut harness = Harness::with(
        Shop::new(),
        Theme::new(depth),
        Destination::Home,
        width,
        height,
    );
    harness.press("g k").settle();
    harness
}

fn enter(harness: &mut Harness, keys: [&str; 4]) {
    for (at, key) in keys.into_iter().enumerate() {
        harness.type_in(key);
        if at < 3 {
            harness.press("Enter");
        }
    }
    harness.press("Enter").settle();
}

fn confirm(harness: &mut Harness) {
    harness.shows("password").type_in(PASSWORD).press("Enter");
    harness.settle();
}

fn kept(harness: &Harness, market: Marketplace) -> bool {
    harness
        .shop
        .present(|present| present.connections.of(market).is_some())
}

#[test]
fn keys_are_entered_masked_confirmed_and_tested_by_themselves() {
    let mut harness = at_the_markets(Depth::Rgb, 80, 24);
    harness.shows("BrickLink").shows("not connected");
    harness.press("Enter").shows("Connect BrickLink");
    enter(&mut harness, KEYS);
    for key in KEYS {
        harness.hides(key);
    }
    assert!(
        !kept(&harness, Marketplace::BrickLink),
        "not before the password"
    );
    confirm(&mut harness);
    assert!(kept(&harness, Marketplace::BrickLink));
    harness
        .shows("valid")
        .shows("ana_bricks")
        .shows("0001")
        .shows("set");
    for key in KEYS {
        harness.hides(key);
    }
    harness.shows("123 of 5,000 in the last 24 hours");
}

#[test]
fn what_cannot_be_keys_is_said_and_the_rest_stays_typed() {
    let mut harness = at_the_markets(Depth::Rgb, 80, 24);
    harness.press("Enter");
    enter(&mut harness, [KEYS[0], "short", KEYS[2], KEYS[3]]);
    harness.shows("The consumer secret has 5 characters");
    harness.press("Up Up Ctrl+U").type_in(KEYS[1]);
    harness.press("Enter Enter Enter").settle();
    confirm(&mut harness);
    harness.shows("valid");
}

#[test]
fn keys_that_fail_say_what_to_do_and_can_be_switched_off_and_removed() {
    let mut harness = at_the_markets(Depth::Rgb, 100, 30);
    harness.press("Down Enter").shows("Connect BrickOwl");
    harness.type_in("OWLKEY00000000000000000000000009");
    harness.press("Enter").settle();
    confirm(&mut harness);
    harness.shows("failing").shows("Copy the keys again");
    harness.press("s").settle();
    harness.shows("switched off");
    harness.press("s").settle();
    harness.shows("failing");
    harness.press("d").shows("Remove the keys of BrickOwl");
    harness.press("Enter").settle();
    assert!(kept(&harness, Marketplace::BrickOwl), "no is the default");
    harness.press("d Right Enter").settle();
    assert!(!kept(&harness, Marketplace::BrickOwl));
    harness.shows("The keys of BrickOwl are removed.");
    harness.press("t").shows("BrickOwl is not connected");
}

#[test]
fn only_owners_get_there() {
    let shop = Shop::new().met_by(Standing::SignedIn(Box::new(ben())));
    let mut harness = Harness::with(shop, Theme::new(Depth::Rgb), Destination::Home, 80, 24);
    harness.press("g k").settle();
    harness.shows("Ask Ana").hides("not connected");
}

#[test]
fn how_it_looks() {
    for (width, height) in [(60, 15), (80, 24), (160, 48)] {
        let mut harness = at_the_markets(Depth::Mono, width, height);
        insta::assert_snapshot!(format!("markets_none_{width}x{height}"), harness.screen());
        harness.press("Enter");
        insta::assert_snapshot!(format!("markets_form_{width}x{height}"), harness.screen());
        enter(&mut harness, KEYS);
        confirm(&mut harness);
        harness.wait(10_000).settle();
        insta::assert_snapshot!(format!("markets_valid_{width}x{height}"), harness.screen());
    }
    let mut harness = at_the_markets(Depth::Rgb, 80, 24);
    harness.press("Down Enter");
    harness.type_in("OWLKEY00000000000000000000000009");
    harness.press("Enter").settle();
    confirm(&mut harness);
    harness.wait(10_000).settle();
    insta::assert_snapshot!("markets_failing_80x24_colour", harness.styled());
    let ascii = Theme::new(Depth::Ansi).with_ascii(true);
    let mut harness = Harness::with(Shop::new(), ascii, Destination::Home, 80, 24);
    harness.press("g k").settle();
    harness.press("Enter");
    enter(&mut harness, KEYS);
    confirm(&mut harness);
    let screen = harness.screen();
    assert!(screen.is_ascii(), "{screen}");
}
