//! The machine room, key by key: gauges, errors and their answers, and that it looks again by itself.

use super::Harness;
use super::shop::Shop;
use super::shop_people::ben;
use crate::api::{MachineRequest, Request};
use crate::domain::Standing;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

fn in_the_room(shop: Shop, depth: Depth, width: u16, height: u16) -> Harness {
    let theme = Theme::new(depth);
    let mut harness = Harness::with(shop, theme, Destination::Home, width, height);
    harness.press("g m").settle();
    harness
}

#[test]
fn it_warns_from_four_fifths_and_says_when_a_held_service_is_tried_again() {
    let mut harness = in_the_room(Shop::new(), Depth::Rgb, 80, 24);
    harness
        .shows("4,123 of 5,000 in 24 h, nearly spent")
        .shows("2 wait (catalogue), 1 under way")
        .shows("41 failed")
        .shows("under way 1 item, 1 picture; waiting 3 items, 2 pictures")
        .shows("400 kept for stock")
        .shows("held back, next try in 10 min")
        .shows("92 % fresh of 100 looks, 4 with what was known last")
        .shows("2.7 % expired")
        .shows("The last errors (2)");
}

#[test]
fn an_error_opens_with_its_answer_and_nothing_in_it_moves_the_cursor() {
    let mut harness = in_the_room(Shop::new(), Depth::Rgb, 80, 24);
    harness.press("Enter").settle();
    harness
        .shows("BrickLink, GET items/{type}/{no}/price")
        .shows("broken, HTTP 503, attempt 2, 3 times in a row")
        .shows("<title>503 Service Unavailable</title>")
        .shows("back soon")
        .hides("\u{1b}");
    harness.press("Esc").shows("The last errors (2)");
    harness.press("Down Enter").settle();
    harness
        .shows("silent, no answer")
        .shows("Nothing came back that could be shown.");
    harness
        .press("Esc Tab")
        .shows("Calls by name")
        .shows("3,100");
    harness.shows("212 ms").shows("3.4 s");
}

#[test]
fn a_long_answer_is_scrolled_to_its_end_and_no_further() {
    let mut harness = in_the_room(Shop::new(), Depth::Rgb, 60, 15);
    harness.press("Enter").settle();
    harness.shows("broken, HTTP 503");
    for _ in 0..20 {
        harness.press("PageDown");
    }
    harness.shows("</html>").hides("broken, HTTP 503");
    harness.press("Home").shows("broken, HTTP 503");
}

#[test]
fn it_looks_again_by_itself() {
    let mut harness = in_the_room(Shop::new(), Depth::Rgb, 80, 24);
    harness.answering = false;
    assert_eq!(harness.open_requests(), []);
    harness.wait(2_100);
    let look = Request::Machine(MachineRequest::Look);
    assert!(harness.open_requests().contains(&look));
}

#[test]
fn nothing_asked_yet_is_said_and_only_owners_get_there() {
    let mut harness = in_the_room(Shop::empty(), Depth::Rgb, 80, 24);
    harness
        .shows("Nothing was asked of a marketplace yet")
        .shows("No errors");
    harness.press("Enter Down Tab").shows("No calls yet");
    let shop = Shop::new().met_by(Standing::SignedIn(Box::new(ben())));
    let mut harness = in_the_room(shop, Depth::Rgb, 80, 24);
    harness.shows("Ask Ana").hides("The last errors");
}

#[test]
fn how_it_looks() {
    for (width, height) in [(40, 12), (60, 15), (80, 24), (160, 48)] {
        let mut harness = in_the_room(Shop::new(), Depth::Mono, width, height);
        insta::assert_snapshot!(format!("machine_{width}x{height}"), harness.screen());
        harness.press("Enter").settle();
        insta::assert_snapshot!(format!("machine_raw_{width}x{height}"), harness.screen());
        let mut harness = in_the_room(Shop::empty(), Depth::Mono, width, height);
        insta::assert_snapshot!(format!("machine_quiet_{width}x{height}"), harness.screen());
    }
    let mut harness = in_the_room(Shop::new(), Depth::Rgb, 80, 24);
    insta::assert_snapshot!("machine_80x24_colour", harness.styled());
    let ascii = Theme::new(Depth::Ansi).with_ascii(true);
    let mut harness = Harness::with(Shop::new(), ascii, Destination::Home, 80, 24);
    harness.press("g m").settle();
    let screen = harness.screen();
    assert!(screen.is_ascii(), "{screen}");
}
