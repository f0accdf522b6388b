//! Lists, labels, and who changed what when, key by key and at three sizes.

use super::shop_lists::LABELS;
use super::{Harness, Shop};
use crate::api::StockRequest;
use crate::domain::edit::SpreadBy;
use crate::domain::label_job::{LabelFormat, LabelPaper, LabelsOf};
use crate::domain::*;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

fn at(keys: &str) -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press(keys).settle();
    harness
}

fn written(harness: &Harness) -> Vec<StockRequest> {
    harness.shop.book(|book| book.written.clone())
}

#[test]
fn a_set_is_parted_out_after_a_look_and_taken_back() {
    let mut harness = at("g i Tab P");
    harness
        .shows("Part a set out")
        .type_in("75192-1")
        .press("Enter");
    harness
        .type_in("set.txt")
        .press("Enter Ctrl+U")
        .type_in("0");
    harness.shows("a whole number from 1");
    harness
        .press("Ctrl+U")
        .type_in("2")
        .press("Enter Enter")
        .type_in("59.90");
    harness
        .press("Enter Enter")
        .type_in("75192 parts")
        .press("Enter Right Enter")
        .settle();
    harness.shows("The path of the list begins with /.");
    assert!(written(&harness).is_empty());
    harness.press("Ctrl+U").type_in("/lists/set.txt");
    harness
        .press("Enter Enter Enter Enter Enter Enter Enter")
        .settle();
    harness
        .shows("1 lot new, 1 into equal ones, 20 pieces")
        .shows("line 9")
        .shows("Enter do it");
    harness.press("Enter").settle().shows("u takes it back");
    let asked = written(&harness);
    let [
        StockRequest::PartOut { order: look, .. },
        StockRequest::PartOut { order, .. },
    ] = &asked[..]
    else {
        unreachable!("{asked:?}");
    };
    assert!(look.dry_run && !order.dry_run);
    assert_eq!(
        (order.set.no.as_str(), order.sets, order.merge),
        ("75192-1", 2, true)
    );
    assert_eq!(
        order.cost,
        Some((Money::from_raw(599_000), SpreadBy::Weight))
    );
    assert_eq!(order.into, ListInto::File("75192 parts".into()));
    assert_eq!(order.contents.path, "/lists/set.txt");
    harness.press("u").settle().shows("Taken back");
}

#[test]
fn values_are_copied_and_a_list_is_subtracted_after_a_look() {
    let mut harness = at("g i Tab C");
    harness
        .type_in("/lists/a.bsx")
        .press("Enter")
        .type_in(" luck");
    harness.shows("“luck” is none of them");
    harness
        .press("Ctrl+W")
        .type_in("remarks")
        .press("Enter")
        .settle();
    harness
        .shows("1 lot change")
        .shows("such as line 7: 3700 (no such lot)");
    harness
        .press("Esc")
        .shows("Copy values")
        .press("Enter")
        .settle()
        .press("Enter")
        .settle();
    harness.shows("1 row of the list not used");
    harness
        .press("-")
        .type_in("list.bsx")
        .press("Enter")
        .shows("begins with /");
    harness.press("Home").type_in("/").press("Enter").settle();
    harness
        .shows("2 pieces fewer")
        .press("Enter")
        .settle()
        .press("u")
        .settle();
    let kinds: Vec<bool> = written(&harness)
        .iter()
        .filter_map(|asked| match asked {
            StockRequest::Against { dry_run, .. } => Some(*dry_run),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [true, true, false, true, false]);
}

#[test]
fn labels_of_the_marked_lots_go_into_a_file_and_those_of_a_place_to_the_printer() {
    let mut harness = at("g i Tab Space Space L");
    harness
        .shows("lots that are marked")
        .press("Ctrl+S")
        .settle();
    harness.shows("3 labels written to labels.pdf.");
    harness.press("g r").settle().press("F6").shows("its lots");
    harness
        .press("Down Right Down Down Down Down")
        .press("Down Right")
        .press("Ctrl+S")
        .settle();
    harness.shows("3 labels printed.");
    let whole = LABELS.concat();
    let kept = harness.delivered.lock().expect("not poisoned");
    assert_eq!(
        *kept,
        [(Some("labels.pdf".into()), whole.clone()), (None, whole)]
    );
    let asked = written(&harness);
    let [
        StockRequest::Labels { job: lots },
        StockRequest::Labels { job: place },
    ] = &asked[..]
    else {
        unreachable!("{asked:?}");
    };
    assert!(matches!(&lots.of, LabelsOf::Lots(Which::Lots(ids)) if ids.len() == 2));
    assert_eq!(lots.paper, LabelPaper::Sheet("a4-24".into(), 1));
    assert!(matches!(&place.of, LabelsOf::Places(places) if places.len() == 1));
    assert_eq!(
        (&place.paper, place.format),
        (&LabelPaper::Size("62x29".into()), LabelFormat::Zpl(300)),
        "the paper follows the format"
    );
}

#[test]
fn orders_have_labels_too() {
    let mut harness = at("g o L");
    harness
        .shows("this order")
        .press("Ctrl+S")
        .settle()
        .shows("3 labels written");
    harness
        .press("Enter")
        .settle()
        .press("L")
        .shows("tote 1")
        .press("Right Ctrl+S")
        .settle();
    assert_eq!(harness.delivered.lock().expect("not poisoned").len(), 2);
    let asked = written(&harness);
    assert!(
        matches!(&asked[..], [StockRequest::Labels { job: one }, StockRequest::Labels { job: other }]
            if matches!(&one.of, LabelsOf::Orders(ids) if ids.len() == 1) && other.of == LabelsOf::Totes(1, 1)),
        "{asked:?}"
    );
}

#[test]
fn an_empty_place_is_forgotten_and_no_other() {
    let mut harness = at("g r");
    harness.press("d").settle().shows("Something lies there");
    harness
        .press("/")
        .type_in("empty")
        .press("Down")
        .press("F8")
        .settle();
    assert!(
        matches!(&written(&harness)[..], [StockRequest::ForgetPlace { place }] if place == "D-1")
    );
}

#[test]
fn the_history_of_a_person_and_of_some_days() {
    let mut harness = at("g t w");
    harness
        .type_in("Ben")
        .press("Enter")
        .type_in("soon")
        .shows("a day such as");
    harness.press("Enter Enter").shows("Whose changes");
    harness
        .press("Ctrl+U")
        .type_in("3d")
        .press("Enter")
        .type_in("9d");
    harness
        .shows("before the first day")
        .press("Ctrl+U")
        .type_in("yesterday")
        .press("Enter")
        .settle();
    harness
        .shows("Ben, from 3d, until yesterday")
        .hides("  Ana  ");
    harness
        .press("x")
        .settle()
        .hides("from 3d")
        .shows("  Ana  ");
}

#[test]
fn each_at_three_sizes() {
    for (name, keys, text) in [
        ("part_out", "g i Tab P", ""),
        ("copy", "g i Tab C", "/lists/prices.bsx"),
        ("subtract", "g i Tab -", ""),
        ("labels", "g i Tab L", ""),
        ("labels_place", "g r F6", ""),
        ("labels_orders", "g o L", ""),
        ("history_when", "g t w", "Ana"),
    ] {
        for (width, height) in [(40, 12), (80, 24), (160, 48)] {
            let theme = Theme::new(Depth::Mono);
            let mut harness = Harness::with(Shop::new(), theme, Destination::Home, 120, 40);
            for key in keys.split_whitespace() {
                harness.press(key).settle();
            }
            harness.type_in(text).settle();
            harness.wait(10_000).resize(width, height);
            harness.settle();
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), harness.screen());
        }
    }
}
