//! Keys in, screen out: what a person does, on the real program.

use super::{Harness, Shop};
use crate::api::client::Incoming;
use crate::api::{Event, Request};
use crate::domain::LotId;
use crate::tui::AppEvent;
use crate::tui::effect::Destination;
use crate::tui::input::Input;
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::theme::{Depth, Theme};

fn catalogue() -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press("g c").settle();
    harness
}

fn picking() -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press("g o Space Space p").settle();
    assert_eq!(harness.app.context(), Context::Pick);
    harness
}

fn enter() -> AppEvent {
    AppEvent::Input(Input::Key(Key::plain(Code::Enter)))
}

#[test]
fn typing_finds_and_the_pane_follows() {
    let mut harness = catalogue();
    harness.type_in("plate 1").settle();
    harness.shows("3023").shows("Plate 1 x 2").hides("3001 ");
    harness.shows("of 300 items").shows("Here: 1 lot");
    harness.press("Down").settle().shows("▸ P 3024");
}

#[test]
fn only_the_newest_question_waits() {
    let mut harness = catalogue();
    harness.answering = false;
    harness.type_in("plate");
    let open = harness.open_requests();
    assert_eq!(open.len(), 1, "{open:?}");
    harness.answer_one();
    let open = harness.open_requests();
    assert!(
        matches!(&open[..], [Request::Open { spec: crate::domain::ViewSpec::Catalog(query), .. }]
            if query.text == "plate"),
        "{open:?}"
    );
    harness.answering = true;
    harness.settle().shows("Plate 1 x 2").hides("Brick 2 x 4");
}

#[test]
fn a_spelling_mistake_is_helped_with() {
    let mut harness = catalogue();
    harness.type_in("plaet 1 x 2").settle();
    harness.shows("Did you mean \"plate 1 x 2\"?").shows("3023");
    harness
        .press("Ctrl+U")
        .type_in("zzz")
        .settle()
        .shows("Nothing matches.");
}

#[test]
fn letters_are_text_until_tab() {
    let mut harness = catalogue();
    harness.type_in("f?:").settle().shows("Find  f?:");
    harness.press("Ctrl+U Tab f").settle();
    assert_eq!(harness.app.context(), Context::Filter);
    harness.shows("Filters").shows("Part");
    harness.press("Esc Esc");
    assert_eq!(
        harness.app.context(),
        Context::Home,
        "Esc goes back from the list"
    );
}

#[test]
fn filters_narrow_and_are_taken_away() {
    let mut harness = catalogue();
    harness.press("Ctrl+F").settle();
    harness.press("Tab Tab").shows("Plate, Modified");
    harness.type_in("modified").settle();
    harness
        .press("Enter Esc")
        .settle()
        .shows("Brick, Modified")
        .hides("3001 ");
    harness.press("x").settle();
    harness
        .press("Tab")
        .press("Ctrl+X")
        .settle()
        .shows("any category");
}

#[test]
fn paging_through_everything_shows_every_row() {
    let mut harness = catalogue();
    for _ in 0..40 {
        harness.press("PageDown");
    }
    harness.hides("   …").shows("15573pb016").press("Ctrl+U");
    harness.press("Tab End").settle().hides("   …");
    harness.press("Home").settle().shows("▸ P 3001 ");
}

#[test]
fn rows_on_their_way_are_dots_and_come() {
    let mut harness = catalogue();
    harness.press("Tab").answering = false;
    harness.press("End").shows("…");
    harness.answer_all();
    harness.settle().hides("  …\n");
}

#[test]
fn an_item_opens_with_all_that_is_known_and_leads_on() {
    let mut harness = catalogue();
    harness.type_in("3023").settle().press("Enter").settle();
    assert_eq!(harness.app.context(), Context::Item);
    harness
        .shows("Category")
        .shows("0.35 g")
        .shows("not known yet");
    harness.press("End Enter").settle();
    harness.shows("3023pb").press("Esc Esc").settle();
    assert_eq!(harness.app.context(), Context::Catalog);
    harness.shows("Find  3023");
}

#[test]
fn browsing_needs_no_typing() {
    let mut harness = Harness::new(80, 24);
    harness
        .press("g b")
        .settle()
        .shows("Brick")
        .hides("Brick, Modified");
    harness
        .press("l")
        .shows("Brick, Modified")
        .press("j Enter")
        .settle();
    assert_eq!(harness.app.context(), Context::Catalog);
    harness.shows("Brick, Modified").shows("4070");
    harness.press("g b Tab j Enter").settle().shows("White 1");
}

#[test]
fn every_line_of_the_overview_leads_somewhere() {
    let mut harness = Harness::new(80, 24);
    harness
        .shows("PRACTICE")
        .shows("5 orders to pick")
        .press("Enter")
        .settle();
    assert_eq!(harness.app.context(), Context::Orders);
    let theme = Theme::new(Depth::Mono);
    let mut empty = Harness::with(Shop::empty(), theme, Destination::Home, 80, 24);
    empty
        .shows("starter catalogue")
        .shows("0 lots")
        .hides("PRACTICE");
    empty
        .press("g o")
        .settle()
        .shows("Nothing is to be picked.");
    empty.press("g i").settle().shows("The inventory is empty.");
    empty
        .press("Ctrl+P")
        .type_in("catalogue")
        .press("Enter")
        .settle();
    empty.shows("The catalogue is empty.");
}

#[test]
fn the_program_is_left_on_purpose_only() {
    let mut harness = catalogue();
    harness.press("Esc Esc Esc Esc Esc");
    assert!(!harness.app.finished());
    harness
        .press("Ctrl+C")
        .shows("once more")
        .wait(3_000)
        .press("Ctrl+C");
    assert!(!harness.app.finished(), "too slow for twice");
    harness.press("Ctrl+C");
    assert!(harness.app.finished());
    let mut other = Harness::new(80, 24);
    other.press("q");
    assert!(other.app.finished());
}

#[test]
fn help_lists_this_screens_keys_and_closes() {
    let mut harness = picking();
    harness
        .press("?")
        .shows("Pick: keys")
        .shows("Take all pieces of this stop");
    harness.press("Esc").hides("Pick: keys");
    assert_eq!(harness.app.context(), Context::Pick);
}

#[test]
fn a_first_key_of_two_says_what_may_follow() {
    let mut harness = Harness::new(80, 24);
    harness.press("g").shows("g  then").shows("i inventory");
    harness.press("i").settle();
    assert_eq!(harness.app.context(), Context::Inventory);
}

#[test]
fn the_inventory_is_narrowed_by_typing() {
    let mut harness = Harness::new(80, 24);
    harness.press("g i").settle().shows("40 of 40 lots");
    harness
        .type_in("black")
        .settle()
        .hides("40 of 40")
        .shows("Black 11");
}

#[test]
fn space_takes_and_undo_gives_back() {
    let mut harness = picking();
    harness
        .shows("walk 0/7")
        .press("Space")
        .shows("walk 1/7")
        .shows("✓");
    harness.press("u").shows("walk 0/7").shows("taken back");
    harness.press("u").shows("nothing to take back");
}

#[test]
fn a_right_scan_takes_and_a_wrong_one_moves_nothing() {
    let mut harness = picking();
    harness
        .shows("A-1")
        .type_in("A-1")
        .press("Enter")
        .shows("walk 1/7");
    harness
        .type_in("C999")
        .press("Enter")
        .shows("EXPECTED")
        .shows("SCANNED C999");
    harness.shows("walk 1/7").wait(900).shows("EXPECTED");
    harness.press("Enter").press("Enter").shows("walk 1/7");
}

#[test]
fn keys_wait_for_the_answer_and_none_is_lost() {
    let mut harness = picking();
    harness.answering = false;
    harness.press("Space Space Space");
    harness.type_in("A-");
    assert_eq!(harness.open_requests().len(), 1, "one at a time");
    harness.answer_all();
    harness.shows("walk 3/7").shows("scan A-");
}

#[test]
fn scans_behind_a_wrong_one_are_thrown_away_and_counted() {
    let mut harness = picking();
    harness.answering = false;
    harness.type_in("C999");
    harness.app.feed(enter());
    for code in ["A-1", "B-4"] {
        harness.type_in(code);
        harness.app.feed(enter());
    }
    harness.type_in("A-");
    harness.answer_all();
    harness.shows("walk 0/7").shows("2 more scans not used");
    harness.answering = true;
    harness
        .wait(900)
        .type_in("1")
        .press("Enter")
        .shows("walk 1/7");
}

#[test]
fn short_asks_for_a_number_and_later_comes_back() {
    let mut harness = picking();
    harness
        .press("s")
        .shows("pieces found")
        .type_in("x")
        .press("Enter")
        .shows("walk 0/7");
    harness
        .type_in("1")
        .press("Enter")
        .shows("walk 1/7")
        .shows("missing");
    harness.press("l").shows("put off").shows("walk 1/7");
    harness.press("s Esc").hides("pieces found");
    for _ in 0..6 {
        harness.press("Space");
    }
    harness
        .shows("Every stop is done.")
        .shows("1 piece missing");
    harness
        .press("f")
        .shows("Enter goes back")
        .press("Enter")
        .settle();
    assert_ne!(harness.app.context(), Context::Pick);
}

#[test]
fn a_walk_is_left_and_taken_up_again() {
    let mut harness = picking();
    harness.press("Space Space q").settle();
    assert_eq!(harness.app.context(), Context::Orders);
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Event(Event::Resync)));
    harness.settle();
    harness
        .press("g h")
        .settle()
        .shows("Go on with pick 1")
        .shows("2 of 7 lines");
    harness
        .press("g p")
        .settle()
        .shows("A brickfan")
        .press("Enter")
        .settle();
    assert_eq!(harness.app.context(), Context::Pick);
    harness.shows("walk 2/7");
}

#[test]
fn pasted_codes_are_scans_one_by_one() {
    let mut harness = picking();
    harness
        .app
        .feed(AppEvent::Input(Input::Paste("A-1\r\nA-\u{1b}[2J".into())));
    harness.answer_all();
    harness.shows("walk 1/7").shows("scan A-[2J");
}

#[test]
fn a_lost_server_keeps_screen_and_keys() {
    let mut harness = picking();
    harness.answering = false;
    harness.press("Space");
    harness.lose_requests();
    harness.app.feed(AppEvent::Incoming(Incoming::Lost(
        "The server ended.".into(),
    )));
    harness
        .press("Space")
        .shows("reconnecting")
        .shows("walk 0/7");
    assert!(harness.open_requests().is_empty());
    let greeted = Box::new(harness.shop.greeted());
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Back(greeted)));
    harness.answer_all();
    harness.shows("walk 2/7").hides("reconnecting");
}

#[test]
fn writes_carry_different_numbers() {
    let mut harness = picking();
    harness.answering = false;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        harness.press("Space");
        for request in harness.open_requests() {
            if let Request::PickTake { op, .. } = request {
                assert!(seen.insert(op));
            }
        }
        harness.answer_all();
    }
    assert_eq!(seen.len(), 5);
}

#[test]
fn an_event_asks_again_but_not_for_other_topics() {
    let mut harness = Harness::new(80, 24);
    harness.press("g i").settle();
    harness.answering = false;
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Event(Event::lots(
            &[LotId(1)],
            7,
        ))));
    // What is seen is read at once; which lots there are when nothing has changed for a moment.
    let asked = |harness: &Harness| {
        let open = harness.open_requests();
        let window = |request: &Request| matches!(request, Request::Window { .. });
        let list = |request: &Request| matches!(request, Request::Open { .. });
        (open.iter().any(window), open.iter().any(list))
    };
    assert_eq!(asked(&harness), (true, false));
    harness.wait(200);
    let again = Event::lots(&[LotId(2)], 8);
    harness.app.feed(AppEvent::Incoming(Incoming::Event(again)));
    harness.wait(200);
    assert_eq!(asked(&harness), (true, false), "it has not rested");
    harness.wait(60);
    assert_eq!(asked(&harness), (true, true));
    // Changes that never end do not keep it for ever.
    harness.answer_all();
    for at in 0..11 {
        let event = Event::lots(&[LotId(3)], 9 + at);
        harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
        harness.wait(200);
    }
    assert!(asked(&harness).1);
}

#[test]
fn nothing_runs_while_nothing_happens() {
    let mut harness = catalogue();
    harness.wait(10_000).settle();
    // Nothing but the station's own lock, a quarter of an hour after the last key.
    let lock = std::time::Duration::from_mins(15);
    assert!(harness.app.deadline().is_none_or(|at| at >= lock));
    harness.buffer();
    assert!(!harness.app.dirty());
    harness.wait(60_000);
    assert!(!harness.app.dirty());
}

#[test]
fn screens_behind_hear_of_changes_when_they_come_back() {
    let mut harness = catalogue();
    harness.press("Tab g i").settle();
    harness.answering = false;
    let event = Event::lots(&[LotId(1)], 7);
    harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
    harness.wait(250);
    let lists = |harness: &Harness| {
        let open = harness.open_requests();
        open.iter()
            .filter(|request| matches!(request, Request::Open { .. }))
            .count()
    };
    assert_eq!(lists(&harness), 1, "only the one in front asks");
    harness.answer_all();
    harness.press("Tab g c");
    assert_eq!(lists(&harness), 1, "the catalogue catches up");
}

#[test]
fn mistakes_in_the_configuration_are_shown_and_the_program_starts() {
    let (config, problems) = crate::config::Config::parse(
        "theme = \"pink\"\n[keys]\norders = \"g z\"\nmark = \"Ctrl+J\"\n",
    );
    let env = |_: &str| None;
    let clock = crate::clock::ManualClock::at(super::shop::NOW);
    let options = crate::tui::Options::configured(&config, &problems, &env, clock);
    assert_eq!(options.notices.len(), 2, "{:?}", options.notices);
    assert!(
        options.notices[0].contains("line 1"),
        "{:?}",
        options.notices
    );
    assert!(
        options.notices[1].contains("line 4"),
        "{:?}",
        options.notices
    );
    assert_eq!(
        options.keymap.keys(crate::tui::action::Action::Orders),
        ["g z"]
    );
    assert_ne!(options.run, 0);
}
