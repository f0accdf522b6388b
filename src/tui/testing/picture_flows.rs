//! Pictures come by themselves, where there is room, and never in the way of a key.

use std::time::{Duration, Instant};

use ratatui::style::Color;

use super::Harness;
use crate::api::client::Incoming;
use crate::api::{Event, Request, Topic};
use crate::domain::market::PictureKey;
use crate::domain::{ColorId, ItemKey};
use crate::tui::AppEvent;
use crate::tui::effect::Destination;

const RED: Color = Color::Rgb(201, 26, 9);

/// Cells that show something of the picture.
fn cells(harness: &mut Harness) -> usize {
    let buffer = harness.buffer();
    let shows =
        |cell: &ratatui::buffer::Cell| cell.bg == RED || (cell.fg == RED && cell.symbol() != " ");
    buffer.content().iter().filter(|cell| shows(cell)).count()
}

fn wanted(harness: &Harness) -> Vec<PictureKey> {
    let requests = harness.open_requests().into_iter();
    requests
        .filter_map(|request| match request {
            Request::Picture { key } => Some(key),
            _ => None,
        })
        .collect()
}

/// Lets the picture come; it is made ready on another thread.
fn appears(harness: &mut Harness) -> usize {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        harness.wait(20).answer_all();
        let drawn = cells(harness);
        if drawn > 0 || Instant::now() > until {
            return drawn;
        }
        std::thread::yield_now();
    }
}

fn item() -> Destination {
    Destination::Item(ItemKey::part("3001"))
}

#[test]
fn the_picture_of_an_item_comes_by_itself() {
    let mut harness = Harness::illustrated(item(), 160, 48);
    let drawn = appears(&mut harness);
    assert_eq!(drawn, 28 * 14, "the whole box, and nothing beside it");
    harness.shows("The shop has").press("Down Down");
    assert_eq!(cells(&mut harness), 28 * 14, "it stays while one walks");
    harness.resize(100, 30);
    assert_eq!(
        appears(&mut harness),
        16 * 8,
        "a small one beside the facts"
    );
    harness.resize(60, 15);
    assert_eq!(cells(&mut harness), 0, "there is no room");
    harness.shows("3001");
}

#[test]
fn beside_lists_in_a_pick_and_for_candidates() {
    for (keys, text, drawn) in [
        ("g c", "", 20 * 10),
        ("g i", "", 20 * 10),
        ("g o Space Space p", "", 16 * 8),
        ("g x", super::shop_identify::GOOD, 24 * 12),
    ] {
        let mut harness = Harness::illustrated(Destination::Home, 160, 48);
        harness.press(keys).settle();
        if !text.is_empty() {
            harness.type_in(text).press("Enter").settle();
        }
        assert_eq!(appears(&mut harness), drawn, "{keys}");
    }
    // On a terminal of 24 lines the pick has a small one.
    let mut harness = Harness::illustrated(Destination::Home, 80, 24);
    harness.press("g o Space Space p").settle();
    assert_eq!(appears(&mut harness), 10 * 5);
    harness.shows("take").shows("then");
}

#[test]
fn who_runs_through_a_list_fetches_only_what_is_rested_on() {
    for keys in ["g c Tab", "g i Tab"] {
        let mut harness = Harness::illustrated(Destination::Home, 160, 48);
        harness.press(keys).settle();
        let mut fetched = 0;
        let mut run = |harness: &mut Harness| {
            harness.answering = false;
            for _ in 0..20 {
                harness.press("Down");
                // Faster than anybody rests.
                harness.wait(30);
                while harness.open_requests().first().is_some_and(|request| {
                    fetched += usize::from(matches!(request, Request::Picture { .. }));
                    true
                }) {
                    harness.answer_one();
                }
            }
            fetched
        };
        assert_eq!(run(&mut harness), 0, "{keys}: on the way");
        harness.settle();
        let drawn = appears(&mut harness);
        assert_eq!(drawn, 20 * 10, "{keys}: where one rests");
    }
}

#[test]
fn news_of_another_picture_ask_nothing() {
    let mut harness = Harness::illustrated(item(), 160, 48);
    appears(&mut harness);
    harness.answering = false;
    let tell = |harness: &mut Harness, id: u64| {
        harness
            .app
            .feed(AppEvent::Incoming(Incoming::Event(Event::Changed {
                seq: 1,
                topic: Topic::Pictures,
                ids: vec![id],
            })));
    };
    let of = |color| PictureKey {
        item: ItemKey::part("3001"),
        color: ColorId(color),
    };
    tell(&mut harness, 1);
    assert_eq!(wanted(&harness), []);
    // One of its colours is the one that is shown.
    for color in 0..300 {
        tell(&mut harness, of(color).id());
    }
    let asked = wanted(&harness);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].item.same(&ItemKey::part("3001")));
}

#[test]
fn beside_a_picture_the_shops_lots_are_still_told() {
    let mut harness = Harness::illustrated(Destination::Home, 120, 30);
    harness.press("g c Tab Down Down Down Down Down").settle();
    assert_eq!(appears(&mut harness), 20 * 10);
    harness.shows("colours\n").shows("Here: ");
}
