//! Prices and fresh facts on the screen: what is known at once, what is coming, what failed, and what a
//! person fetches.

use super::Harness;
use super::shop::Shop;
use crate::api::Event;
use crate::api::client::Incoming;
use crate::domain::Topic;
use crate::domain::market::PriceState;
use crate::tui::AppEvent;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

fn told(harness: &mut Harness, topic: Topic) {
    let event = Event::Changed {
        seq: 1,
        topic,
        ids: Vec::new(),
    };
    harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
    harness.settle();
}

fn at_an_item(
    theme: Theme,
    (state, known, days): (PriceState, bool, usize),
    (width, height): (u16, u16),
) -> Harness {
    let shop = Shop::new();
    let mut harness = Harness::with(shop, theme, Destination::Home, 120, 40);
    harness.shop.present(|present| {
        present.fresh.state = state;
        present.fresh.known = known;
        present.fresh.days = days;
    });
    harness.press("g c").settle();
    harness.type_in("3023").settle();
    harness.press("Enter").settle();
    harness.resize(width, height).settle();
    harness
}

const STATES: [(&str, PriceState, bool, usize); 8] = [
    ("here", PriceState::Here, true, 3),
    ("coming", PriceState::Coming, true, 40),
    ("first", PriceState::Coming, false, 0),
    ("failed", PriceState::Failed, true, 61),
    ("failed_first", PriceState::Failed, false, 0),
    ("offline", PriceState::Offline, true, 61),
    ("no_keys", PriceState::NoKeys, false, 0),
    ("nothing", PriceState::Nothing, false, 0),
];

#[test]
fn how_prices_look() {
    for (name, state, known, days) in STATES {
        let of = (state, known, days);
        for size in [(40, 12), (80, 24), (160, 48)] {
            let (width, height) = size;
            let mut mono = at_an_item(Theme::new(Depth::Mono), of, size);
            insta::assert_snapshot!(format!("prices_{name}_{width}x{height}"), mono.screen());
        }
        let mut colour = at_an_item(Theme::new(Depth::Rgb), of, (80, 24));
        insta::assert_snapshot!(format!("prices_{name}_80x24_colour"), colour.styled());
        let ascii = Theme::new(Depth::Ansi).with_ascii(true);
        let screen = at_an_item(ascii, of, (80, 24)).screen();
        assert!(screen.is_ascii(), "{name}:\n{screen}");
    }
}

#[test]
fn prices_are_of_the_colour_one_rests_on() {
    let mut harness = at_an_item(
        Theme::new(Depth::Rgb),
        (PriceState::Here, true, 3),
        (80, 24),
    );
    let asked = |harness: &Harness| harness.shop.present(|present| present.fresh.asked.clone());
    let first = asked(&harness);
    assert_eq!(first.len(), 1, "{first:?}");
    harness
        .shows("Prices")
        .shows("12,301")
        .shows("new, for sale");
    harness.press("Tab").press("Down Down");
    assert_eq!(asked(&harness), first, "not while one passes by");
    harness.wait(500).settle();
    let now = asked(&harness);
    assert_eq!(now.len(), 2, "{now:?}");
    assert_ne!(now[0], now[1], "another colour");
}

#[test]
fn what_has_come_appears_by_itself() {
    let of = (PriceState::Coming, false, 0);
    let mut harness = at_an_item(Theme::new(Depth::Rgb), of, (80, 24));
    harness
        .shows("The prices are being fetched.")
        .hides("12,301");
    harness.shop.present(|present| {
        present.fresh.state = PriceState::Here;
        present.fresh.known = true;
    });
    told(&mut harness, Topic::Fetched);
    harness
        .shows("12,301")
        .shows("fresh, 3 d")
        .hides("being fetched");
    // The pane beside the catalogue takes it over as well.
    harness.press("Esc").settle();
    harness.shows("new sold 0.");
    harness.shop.present(|present| present.fresh.known = false);
    told(&mut harness, Topic::Fetched);
    harness.hides("new sold 0.");
}

#[test]
fn a_person_fetches_it_anew() {
    let of = (PriceState::Here, true, 40);
    let mut harness = at_an_item(Theme::new(Depth::Rgb), of, (80, 24));
    harness.shows("stale, 40 d");
    harness.press("r").settle();
    harness.shows("3023 is up to date.").hides("stale, 40 d");
    harness
        .shop
        .present(|present| present.fresh.state = PriceState::Failed);
    harness.press("F5").settle();
    harness.shows("BrickLink did not answer in time.");
    let times = harness.shop.present(|present| present.fresh.refreshed);
    assert_eq!(times, 2);
}

#[test]
fn a_number_that_nobody_knows_is_fetched() {
    let mut harness = Harness::new(80, 24);
    harness.press("g c").settle();
    harness.type_in("3001x").settle();
    harness
        .shows("3001x is not in the catalogue.")
        .shows("F5 fetches 3001x from BrickLink.");
    harness.press("F5").settle();
    harness.shows("3001x is in the catalogue now.");
    harness.shows("Brick 2 x 4 of Tomorrow");
    harness.press("Ctrl+U").type_in("9zzz9").settle();
    harness.press("F5").settle();
    harness.shows("BrickLink does not know 9zzz9 either.");
    harness.press("Ctrl+U").type_in("zzz").settle();
    harness.shows("Nothing matches.").hides("fetches");
}

#[test]
fn forms_and_lists_fetch_what_the_catalogue_does_not_know() {
    let mut harness = Harness::new(80, 24);
    harness.press("g i Tab a").settle();
    harness.type_in("9999x").press("Enter").settle();
    harness.shows("F5 fetches it");
    harness.press("F5").settle();
    harness
        .shows("Brick 2 x 4 of Tomorrow")
        .hides("F5 fetches it");
    let mut harness = Harness::new(80, 24);
    harness.press("g f I").settle();
    harness
        .type_in("/home/ana/lots.bsx")
        .press("Enter")
        .settle();
    harness.press("r").settle();
    harness.shows("The catalogue knows this item already.");
    for _ in 0..21 {
        harness.press("Down").settle();
    }
    harness.press("r").settle();
    harness.shows("3022 is in the catalogue now.");
}
