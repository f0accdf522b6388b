//! A list comes in: key by key, and at three sizes.

use super::{Harness, Shop};
use crate::api::{ReviewRequest, StockRequest};
use crate::domain::{ListField, ListInto};
use crate::tui::effect::Destination;
use crate::tui::keymap::Context;
use crate::tui::theme::{Depth, Theme};

fn asked(harness: &Harness) -> Vec<ReviewRequest> {
    let written = harness.shop.book(|book| book.written.clone());
    let reviews = written.into_iter().filter_map(|request| match request {
        StockRequest::Review(request) => Some(request),
        _ => None,
    });
    reviews.collect()
}

/// In the rows of a list that needs no columns.
fn rows() -> Harness {
    let mut harness = Harness::new(80, 24);
    harness.press("g f I").settle();
    harness
        .type_in("/home/ana/lots.bsx")
        .press("Enter")
        .settle();
    harness.press("").shows("3001");
    harness
}

#[test]
fn a_path_is_completed_and_a_wrong_one_is_said() {
    let mut harness = Harness::new(80, 24);
    harness.press("g f I").settle().shows("Import a list");
    harness.type_in("lots.bsx").press("Enter").settle();
    harness.shows("The path begins with /");
    harness
        .press("Ctrl+U")
        .type_in("/home/ana/l")
        .press("Tab")
        .settle();
    harness
        .shows("/home/ana/lots.")
        .shows("lots.bsx")
        .shows("lots.csv");
    harness.type_in("b").press("Tab").settle();
    harness.shows("/home/ana/lots.bsx");
    harness
        .press("Ctrl+U")
        .type_in("/x/none.bsx")
        .press("Enter")
        .settle();
    harness.shows("/x/none.bsx does not exist.");
    harness.press("Esc").settle();
    assert_eq!(harness.app.context(), Context::Files);
}

#[test]
fn columns_are_chosen_before_a_table_is_read() {
    let mut harness = Harness::new(80, 24);
    harness.press("g f I").settle();
    harness
        .type_in("/home/ana/lots.csv")
        .press("Enter")
        .settle();
    harness
        .shows("Wieviel")
        .shows("not read")
        .shows("must be known");
    harness.press("Enter").settle().shows("Wieviel");
    harness.press("Down Down");
    // Right goes through what no other column holds.
    for _ in 0..30 {
        let screen = harness.screen();
        let row = screen.lines().find(|line| line.contains("Wieviel"));
        if row.is_some_and(|row| row.contains("Quantity")) {
            break;
        }
        harness.press("Right");
    }
    harness.hides("must be known").press("Enter").settle();
    harness.shows("rows come in");
    let opened = asked(&harness)
        .into_iter()
        .find_map(|request| match request {
            ReviewRequest::Open { source, .. } => Some(source),
            _ => None,
        });
    let mapping = opened.and_then(|source| source.mapping).expect("chosen");
    assert!(mapping.is_enough() && mapping.has_titles());
    assert!(
        mapping
            .columns
            .iter()
            .any(|c| c.field == ListField::Quantity)
    );
}

#[test]
fn rows_are_looked_through_changed_left_out_and_taken_back() {
    let mut harness = rows();
    harness.shows("118 rows come in").shows("2 cannot come in");
    harness.press("n").settle().shows("is no amount");
    harness.press("n").settle().shows("10000000 pieces");
    harness
        .press("n")
        .settle()
        .shows("deleted on 2025-11-02 by Ben");
    harness.press("N").settle().shows("10000000 pieces");
    harness
        .press("=")
        .shows("Line 9")
        .type_in("5")
        .press("Enter")
        .settle();
    harness
        .shows("119 rows come in")
        .shows("Nothing is odd about this row");
    harness.press("u").settle().shows("118 rows come in");
    harness
        .press("Home Space")
        .settle()
        .shows("117 rows come in");
    harness
        .press("e")
        .type_in("nonsense")
        .press("Enter")
        .settle();
    assert!(
        harness.screen().contains("Change"),
        "a mistake keeps the form"
    );
    harness
        .press("Esc f")
        .settle()
        .shows("only odd rows")
        .hides("3002");
    harness.press("f").settle().hides("only odd rows");
    harness.press("End").settle().shows("3120");
}

#[test]
fn a_list_is_booked_into_a_file_and_taken_back() {
    let mut harness = rows();
    harness.press("b").settle().shows("116 new lots");
    // From the files it goes into the one that one stood on.
    harness.shows("75192 parted out");
    harness.press("Enter Enter Right").settle();
    harness.shows("16 rows go into equal lots");
    harness
        .press("Enter")
        .settle()
        .shows("116 lots are new")
        .shows("takes all of it back");
    let booked = asked(&harness)
        .into_iter()
        .find_map(|request| match request {
            ReviewRequest::Book { into, merge, .. } => Some((into, merge)),
            _ => None,
        });
    assert_eq!(
        booked,
        Some((ListInto::File("75192 parted out".into()), true))
    );
    harness.press("u").settle().shows("All of it is taken back");
    harness.press("Esc").settle();
    assert_eq!(harness.app.context(), Context::Files);
}

#[test]
fn leaving_drops_the_list_and_asks_first_when_something_was_changed() {
    let mut harness = rows();
    harness.press("Space").settle().press("Esc").settle();
    harness.shows("Esc once more drops it");
    harness.press("Esc").settle();
    assert_eq!(harness.app.context(), Context::Files);
    assert!(matches!(
        asked(&harness).last(),
        Some(ReviewRequest::Drop { .. })
    ));
}

#[test]
fn each_step_at_three_sizes() {
    const STEPS: [(&str, &str, &str); 6] = [
        ("path", "", ""),
        ("columns", "/home/ana/lots.csv", "Enter Down"),
        ("rows", "/home/ana/lots.bsx", "Enter n n"),
        ("change", "/home/ana/lots.bsx", "Enter n n ="),
        ("book", "/home/ana/lots.bsx", "Enter b"),
        ("done", "/home/ana/lots.bsx", "Enter b Enter Enter Enter"),
    ];
    for (name, path, keys) in STEPS {
        for (width, height) in [(40, 12), (80, 24), (160, 48)] {
            for (depth, kind) in [(Depth::Mono, "mono"), (Depth::Rgb, "colour")] {
                let theme = Theme::new(depth);
                let mut harness = Harness::with(Shop::new(), theme, Destination::Home, 120, 40);
                harness.press("g i").settle().press("Tab I").settle();
                harness.shows("Import a list");
                harness.type_in(path);
                for key in keys.split_whitespace() {
                    harness.press(key).settle();
                }
                harness.wait(10_000).resize(width, height);
                harness.settle();
                let screen = if kind == "mono" {
                    harness.screen()
                } else {
                    harness.styled()
                };
                insta::assert_snapshot!(format!("import_{name}_{width}x{height}_{kind}"), screen);
            }
        }
    }
}

#[test]
fn no_size_breaks_it_and_ascii_stays_ascii() {
    let theme = Theme::new(Depth::Ansi).with_ascii(true);
    let mut harness = Harness::with(Shop::new(), theme, Destination::Import(None), 80, 24);
    harness
        .type_in("/home/ana/lots.csv")
        .press("Enter")
        .settle();
    assert!(harness.screen().is_ascii());
    for nth in 0..60_u16 {
        harness.resize(nth * 37 % 131, nth * 23 % 47).buffer();
        harness.press("Down Right End PageUp").buffer();
    }
    harness.resize(80, 24);
    harness.press("Esc").settle();
    harness
        .press("Ctrl+U")
        .type_in("/home/ana/lots.bsx")
        .press("Enter")
        .settle();
    assert!(harness.screen().is_ascii(), "{}", harness.screen());
    for nth in 0..60_u16 {
        harness.resize(nth * 37 % 131, nth * 23 % 47).buffer();
        harness.press("Down PageDown End n").buffer();
    }
}
