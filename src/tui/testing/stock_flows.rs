//! History, files, places and stocktake, key by key.

use super::Harness;
use crate::api::client::Incoming;
use crate::api::{Event, StockRequest, Topic};
use crate::domain::rows::HistoryQuery;
use crate::domain::*;
use crate::tui::AppEvent;
use crate::tui::effect::Destination;
use crate::tui::keymap::Context;

fn at(keys: &str) -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press(keys).settle();
    harness
}

fn written(harness: &Harness) -> Vec<StockRequest> {
    harness.shop.book(|book| book.written.clone())
}

fn tell(harness: &mut Harness) {
    let event = Event::Changed {
        seq: 9,
        topic: Topic::Inventory,
        ids: Vec::new(),
    };
    harness.app.feed(AppEvent::Incoming(Incoming::Event(event)));
    harness.wait(300).settle();
}

#[test]
fn the_history_goes_on_to_its_end_and_narrows() {
    let mut harness = at("g t");
    harness.shows("→").shows("counted");
    harness.press("End").settle().press("End").settle();
    harness.press("End").settle().shows("10 d");
    harness.press("Home /").type_in("ben price").settle();
    harness.shows("price").shows("Ben").hides("counted");
    harness.press("Ctrl+U Esc").settle().press("f f").settle();
    harness.shows("location").hides("price");
    harness.press("x t").settle();
    harness.shows("History of lot").press("t").settle();
    harness.hides("History of lot");
    harness.type_in("zzz").hides("No change");
    harness.press("/").type_in("zzz").settle();
    harness.shows("No change matches.");
}

#[test]
fn a_change_is_taken_back_with_a_preview_and_a_reason_and_brought_back() {
    let mut harness = at("g t");
    // A promise is not taken back here, and the server says so.
    harness.press("Down u").settle();
    harness.shows("taken back where they were made");
    harness.press("Down Down u").settle();
    harness
        .shows("Take back: 3 lots")
        .shows("undo: price=*1.05");
    harness.press("Esc").hides("Take back: 3");
    assert!(written(&harness).is_empty(), "looking changes nothing");
    harness
        .press("u")
        .settle()
        .type_in("wrong factor")
        .press("Enter")
        .settle();
    harness.shows("Done: 3 lots changed").shows("taken back");
    assert!(
        matches!(&written(&harness)[..], [StockRequest::Undo { why, partly: false, .. }]
            if why == "wrong factor")
    );
    harness.press("u").settle().shows("Bring back: 3 lots");
    harness.press("Enter").settle().shows("brought back");
}

#[test]
fn all_lots_of_a_change_and_everything_of_an_entry() {
    let mut harness = at("g t Down Down Down");
    harness.press("d").settle().shows("History, change 257");
    harness.press("Enter").shows("Change").shows("(3 lots)");
    harness.press("Esc x").settle().hides("change 257");
    assert_eq!(harness.app.context(), Context::History);
}

#[test]
fn news_come_in_at_the_top_and_are_only_told_further_down() {
    let mut harness = at("g t");
    let come = |harness: &mut Harness, id: u64| {
        harness.shop.book(|book| {
            let mut new = book.history[0].clone();
            (new.id, new.by) = (EntryId(id), "Zoe".into());
            book.history.insert(0, new);
        });
        tell(harness);
    };
    come(&mut harness, 501);
    harness.shows("Zoe").hides("newer ones");
    harness.press("Down Down").settle();
    let before = harness.screen();
    come(&mut harness, 502);
    harness.shows("newer ones: Home");
    assert_eq!(
        harness.screen().matches("Zoe").count(),
        before.matches("Zoe").count()
    );
    harness.press("Home").settle().hides("newer ones");
    assert_eq!(
        harness.screen().matches("Zoe").count(),
        2 + 1,
        "two rows and the pane"
    );
}

#[test]
fn the_history_of_one_lot_lies_on_its_screen() {
    let query = HistoryQuery {
        lot: Some(LotId(8)),
        ..HistoryQuery::default()
    };
    let mut harness = Harness::with(
        super::Shop::new(),
        crate::tui::theme::Theme::new(crate::tui::theme::Depth::Rgb),
        Destination::History(Box::new(query)),
        80,
        24,
    );
    harness.settle().shows("History of lot 8");
    harness.press("g i g t").settle().hides("History of lot 8");
}

#[test]
fn a_history_that_cannot_be_read_says_why() {
    let mut harness = Harness::new(80, 24);
    harness
        .shop
        .book(|book| book.refuses = Some("The database cannot be read.".into()));
    harness.press("g t").settle();
    harness.shows("The database cannot be read.");
}

#[test]
fn files_are_made_renamed_dropped_when_empty_and_opened() {
    let mut harness = at("g f");
    harness
        .shows("75192 parted out")
        .shows("1,204")
        .shows("for the fair");
    harness
        .press("n")
        .type_in("Flea market")
        .press("Enter Enter")
        .settle();
    harness.shows("There is a file “Flea market” already.");
    harness
        .press("Up Ctrl+U")
        .press("Enter Enter")
        .shows("A file needs a name.");
    harness
        .type_in(&"x".repeat(61))
        .shows("60 characters or fewer");
    harness
        .press("Ctrl+U")
        .type_in("Shelf 9")
        .press("Enter")
        .type_in("a note");
    harness
        .press("Enter")
        .settle()
        .shows("Shelf 9")
        .shows("a note");
    harness.press("d").settle().shows("still holds 1204 lots");
    harness.press("End d").settle().hides("Shelf 9");
    harness
        .press("Home r Ctrl+U")
        .type_in("Falcon")
        .press("Enter Enter")
        .settle();
    harness.shows("Falcon").hides("75192");
    harness.press("Enter").settle();
    assert_eq!(harness.app.context(), Context::Inventory);
}

#[test]
fn a_file_is_released_as_it_was_chosen_and_taken_back() {
    let mut harness = at("g f");
    harness.press("End s").shows("nothing to release");
    harness
        .press("Home s")
        .shows("Release 1,204 lots, 49,364 pieces");
    harness
        .press("Right Enter")
        .settle()
        .shows("Done: 1,204 lots.");
    harness.press("u").settle();
    assert!(matches!(
        &written(&harness)[..],
        [
            StockRequest::Release {
                file: FileId(1),
                lots: None,
                merge: true,
                ..
            },
            StockRequest::Undo {
                deed: CorrelationId(901),
                partly: false,
                ..
            },
        ]
    ));
}

/// A place with three lots, of which one lies elsewhere too.
fn at_a_place() -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.shop.lots(|lots| {
        for (at, place) in ["Z-1", "Z-1", "Z-1;Z-2"].into_iter().enumerate() {
            lots[at].place = Place(place.into());
            lots[at].stock.available = 10 + at as u32;
        }
    });
    harness.press("g r").settle();
    harness
}

fn code(code: &crate::domain::code::Code) -> String {
    code.to_string()
}

#[test]
fn places_are_found_by_typing_and_by_their_codes() {
    use crate::domain::code::Code;
    let mut harness = at_a_place();
    harness
        .shows("A-10")
        .type_in("Z-")
        .shows("1 lot lies elsewhere too");
    harness.hides("A-10").press("Esc").shows("A-10");
    harness
        .press("/")
        .type_in("empty")
        .shows("D-1")
        .hides("Z-1");
    harness.press("Esc");
    let bin = code(&Code::bin("Z 1").expect("a place"));
    harness.type_in(&bin).press("Enter").settle();
    harness.shows("Stocktake Z-1").shows("0 of 3 counted");
    // Another place is opened by its code, but not over counts that are not booked.
    let other = code(&Code::bin("Z-2").expect("a place"));
    harness
        .type_in("9")
        .press("Enter")
        .type_in(&other)
        .press("Enter");
    harness.shows("Book the counts of this place first");
    harness
        .press("Up x")
        .type_in(&other)
        .press("Enter")
        .settle();
    harness.shows("Stocktake Z-2").shows("with Z-1");
    harness.press("Esc").settle().shows("Places");
    let never = code(&Code::bin("Q-77").expect("a place"));
    harness
        .type_in(&never)
        .press("Enter")
        .shows("No lot has ever been at Q77.");
}

#[test]
fn counts_are_typed_scanned_booked_as_one_and_taken_back() {
    use crate::domain::code::Code;
    let mut harness = at_a_place();
    harness.type_in("Z-1").press("Enter").settle();
    harness.press("b").shows("Nothing is counted yet");
    harness
        .type_in("7")
        .press("Enter")
        .shows("−3")
        .shows("1 differ: +0 −3");
    harness.type_in(&code(&Code::Lot(LotId(3)))).press("Enter");
    harness.type_in("14").press("Enter").shows("+2");
    harness.press("Up Space").shows("3 of 3 counted");
    // Digits that may be a code count only when they come twice; another lot says where it belongs.
    harness
        .press("Home")
        .type_in("302326")
        .press("Enter")
        .shows("302326 pieces of 3001?");
    harness
        .type_in(&code(&Code::Lot(LotId(9))))
        .press("Enter")
        .settle();
    harness.shows("Lot 9 ").shows("not in Z-1");
    harness
        .type_in("ZL9999")
        .press("Enter")
        .shows("character of this code is wrong");
    harness
        .press("Esc")
        .shows("The counts are not booked")
        .shows("3 of 3");
    harness
        .press("b")
        .shows("Book 2 lots differ")
        .type_in("spring count");
    harness
        .press("Enter")
        .settle()
        .shows("Done: 2 lots, 1 piece fewer");
    harness.shows("0 of 3 counted").press("u").settle();
    assert!(matches!(
        &written(&harness)[..],
        [
            StockRequest::Count { counted, why, .. },
            StockRequest::Undo { deed: CorrelationId(902), .. },
        ] if counted.len() == 3 && why == "spring count"
    ));
}

#[test]
fn pieces_that_move_while_one_counts_are_counted_again() {
    let mut harness = at_a_place();
    harness.type_in("Z-1").press("Enter").settle();
    harness.press("Space Space Home");
    harness.shop.lots(|lots| lots[0].stock.available -= 4);
    tell(&mut harness);
    harness.shows("moved, count again");
    harness.press("b").shows("Count those again.");
    harness
        .type_in("6")
        .press("Enter b")
        .shows("Book 0 lots differ");
    harness.press("Esc Esc Esc").settle().shows("Places");
    assert!(written(&harness).is_empty());
}

#[test]
fn a_whole_place_moves_and_only_that_one_of_several() {
    let mut harness = at_a_place();
    harness.type_in("Z-1").press("Enter").settle();
    harness
        .press("m")
        .shows("Move 3 lots from Z-1")
        .shows("1 lot lies elsewhere too");
    harness.press("Enter").shows("Write the place");
    harness.type_in("z 1").shows("it lies there already");
    harness
        .press("Ctrl+U")
        .type_in("Y-5")
        .press("Enter")
        .settle();
    harness.shows("Done: 3 lots").shows("0 counted");
    let places = harness.shop.lots(|lots| {
        let first = lots[..3].iter().map(|lot| lot.place.0.clone());
        first.collect::<Vec<_>>()
    });
    assert_eq!(places, ["Y-5", "Y-5", "Y-5;Z-2"]);
}

#[test]
fn a_stocktake_is_as_it_was_left() {
    let mut harness = at_a_place();
    harness.type_in("Z-1").press("Enter").settle();
    harness.type_in("7").press("Enter").press("g i").settle();
    harness.press("Esc Esc").settle().press("g r").settle();
    harness.shows("Stocktake Z-1").shows("1 of 3 counted");
}
