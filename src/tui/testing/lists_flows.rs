//! Saved views, the rule for places, lots into files, and comparisons, key by key.

use super::Harness;
use crate::api::StockRequest;
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::*;
use crate::tui::keymap::Context;

fn at(keys: &str) -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press(keys).settle();
    harness
}

fn written(harness: &Harness) -> Vec<StockRequest> {
    harness.shop.book(|book| book.written.clone())
}

#[test]
fn a_view_is_saved_used_renamed_and_forgotten() {
    let mut harness = at("g i");
    harness.type_in("black").settle();
    harness.press("Tab V").settle();
    harness.shows("You have none yet.");
    harness
        .press("s")
        .type_in("Black parts")
        .press("Enter")
        .settle();
    harness.shows("Black parts").shows("black").shows("place");
    // The same name again would replace it, and is said.
    harness.press("s").type_in("black PARTS");
    harness.shows("it is replaced").press("Esc");
    harness.press("Esc / Ctrl+U").settle();
    harness.press("Tab V").settle().press("Enter").settle();
    assert!(harness.screen().contains("black"), "its filter is there");
    assert_eq!(harness.app.context(), Context::Inventory);
    harness.press("V").settle();
    harness
        .press("r Ctrl+U")
        .type_in("Night")
        .press("Enter")
        .settle();
    harness.shows("Night").hides("Black parts");
    harness.press("d").shows("d once more forgets “Night”");
    harness.press("Up d").shows("d once more forgets");
    harness.press("d").settle().shows("You have none yet.");
    assert!(matches!(
        &written(&harness)[..],
        [
            StockRequest::SaveView { view },
            StockRequest::RenameView { name, to },
            StockRequest::DropView { name: gone },
        ] if view.query.text == "black" && name == "Black parts" && to == "Night" && gone == "Night"
    ));
}

#[test]
fn a_name_that_is_taken_is_said_in_the_form() {
    let mut harness = at("g i Tab");
    for name in ["One", "Two"] {
        harness.press("V").settle().press("s Ctrl+U");
        harness.type_in(name).press("Enter").settle().press("Esc");
    }
    harness.press("V").settle().press("r Ctrl+U");
    harness.type_in("Two").press("Enter").settle();
    harness.shows("There is a view “Two” already.");
}

#[test]
fn marked_lots_go_into_a_file_or_into_a_new_one() {
    let mut harness = at("g i Tab Space Space f");
    harness.shows("Put into a file").shows("2 lots");
    harness.shows("2 lots go").shows("75192 parted out");
    harness
        .press("Down Right Enter Enter")
        .type_in("for the fair");
    harness.press("Enter").settle().shows("2 lots changed");
    harness.press("f").settle();
    harness
        .press("Down Down")
        .type_in("Box 9")
        .press("Enter Enter")
        .settle();
    let asked = written(&harness);
    let put = asked.iter().find_map(|request| match request {
        StockRequest::PutFile { id: None, name, .. } => Some(name.as_str()),
        _ => None,
    });
    assert_eq!(put, Some("Box 9"));
    let changes: Vec<(usize, &Edits)> = asked
        .iter()
        .filter_map(|request| match request {
            StockRequest::Change {
                which: Which::Lots(lots),
                edits,
                ..
            } => Some((lots.len(), edits)),
            _ => None,
        })
        .collect();
    let into = |id| Edits(vec![LotEdit::File(Some(FileId(id)))]);
    assert_eq!(changes, [(2, &into(2)), (1, &into(4))]);
}

#[test]
fn a_rule_for_places_is_tried_before_it_is_set() {
    let mut harness = Harness::new(80, 24);
    harness.shop.lots(|lots| {
        for (at, lot) in lots.iter_mut().enumerate() {
            lot.remarks = format!("A-{at} | bought {at}");
        }
        lots[0].remarks = "lost".into();
    });
    harness.press("g r").settle().press("r").settle();
    assert_eq!(harness.app.context(), Context::PlaceRule);
    harness
        .shows("Today")
        .shows("remarks")
        .shows("not understood");
    harness.press("Ctrl+U").type_in("before").wait(300).settle();
    harness.shows("Write remarks, own, before |");
    harness.type_in(" |").wait(300).settle();
    harness.shows("Typed").shows("A-1 ").shows("39 of 40");
    harness
        .press("Enter")
        .shows("Read every place by “before |”");
    harness.press("Esc");
    assert!(written(&harness).is_empty(), "looking changes nothing");
    harness.press("Enter Enter").settle();
    harness.shows("The rule is set. 12 lots have another place now.");
    harness.press("Enter").shows("That is the rule already.");
    assert!(matches!(
        &written(&harness)[..],
        [StockRequest::SetPlaceRule { rule: PlaceRule::Before(mark), .. }] if mark == "|"
    ));
}

#[test]
fn a_file_is_held_against_the_live_stock_kind_by_kind() {
    let mut harness = at("g f c");
    harness
        .shows("Compare “75192 parted out”")
        .shows("Flea market");
    harness.press("Enter").settle();
    assert_eq!(harness.app.context(), Context::Compare);
    harness.shows("the live stock").shows("2 only in 1");
    harness
        .shows("34 only in 2")
        .shows("2 other pieces")
        .shows("−40");
    harness
        .press("f")
        .settle()
        .shows("only in the first: 2 articles");
    harness
        .press("f f")
        .settle()
        .shows("other pieces: 2 articles");
    harness.press("f f").settle().shows("the same: 1 article");
    harness.press("f").settle().shows("all that differ");
    harness.press("Enter").settle();
    assert_eq!(harness.app.context(), Context::Inventory);
}

#[test]
fn a_release_says_before_how_many_lots_merge() {
    let mut harness = at("g f s");
    harness.shows("301 lots go into lots that are there, 903 are added");
}

#[test]
fn a_place_with_very_many_lots_says_so_and_brings_more_at_its_end() {
    use crate::domain::code::Code;
    let mut harness = Harness::new(80, 24);
    harness.shop.lots(|lots| {
        let first = lots[0].clone();
        for at in 0..4_100_u64 {
            let mut lot = first.clone();
            lot.id = LotId(10_000 + at);
            lot.place = Place("Y-1".into());
            lots.push(lot);
        }
    });
    harness.press("g r").settle().type_in("Y-1").press("Enter");
    harness
        .settle()
        .shows("The first 4000 of 4100 lots are here");
    harness.shows("4,000, End: more").shows("0 of 4,100");
    // A lot that has not come yet is counted all the same.
    let last = Code::Lot(LotId(14_099)).to_string();
    harness.type_in(&last).press("Enter").settle();
    harness.type_in("3").press("Enter").settle();
    harness.shows("1 of 4,100 counted");
    harness.press("Home End").settle();
    harness.hides("End: more").shows("1 of 4,100 counted");
}
