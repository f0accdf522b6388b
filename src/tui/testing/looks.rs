//! Every screen at three sizes, in colour and without: what it looks like, and that no size breaks it.

use super::{Harness, Shop};
use crate::api::Event;
use crate::api::client::Incoming;
use crate::tui::AppEvent;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// How each screen is reached.
const SCREENS: [(&str, &str, &str); 12] = [
    ("home", "", ""),
    ("catalogue", "g c", "plate"),
    ("catalogue_nothing", "g c", "zzz"),
    ("filter", "g c Ctrl+F Tab", ""),
    ("item", "g c Enter", ""),
    ("browse", "g b l", ""),
    ("inventory", "g i", ""),
    ("orders", "g o Space", ""),
    ("order", "g o Enter", ""),
    ("pick", "g o Space Space p", ""),
    ("walks", "g o p q g p", ""),
    ("jobs", "g j", ""),
];

fn reach(theme: Theme, keys: &str, text: &str, width: u16, height: u16) -> Harness {
    let mut harness = Harness::with(Shop::new(), theme, Destination::Home, 120, 40);
    for key in keys.split_whitespace() {
        harness.press(key).settle();
    }
    harness.type_in(text).settle();
    // The server tells of the walk that was begun.
    harness
        .app
        .feed(AppEvent::Incoming(Incoming::Event(Event::Resync)));
    harness.wait(10_000).resize(width, height);
    harness.settle();
    harness
}

#[test]
fn every_screen_at_three_sizes_without_colour() {
    for (name, keys, text) in SCREENS {
        for (width, height) in [(40, 12), (80, 24), (160, 48)] {
            let mut harness = reach(Theme::new(Depth::Mono), keys, text, width, height);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_mono"), harness.screen());
        }
    }
}

#[test]
fn every_screen_at_three_sizes_in_colour() {
    for (name, keys, text) in SCREENS {
        for (width, height) in [(40, 12), (80, 24), (160, 48)] {
            let mut harness = reach(Theme::new(Depth::Rgb), keys, text, width, height);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_colour"), harness.styled());
        }
    }
}

#[test]
fn what_lies_on_top() {
    let theme = Theme::new(Depth::Rgb);
    let mut help = reach(theme, "g c Tab ?", "", 80, 24);
    insta::assert_snapshot!("help_80x24", help.screen());
    let mut palette = reach(theme, "g c Ctrl+P", "or", 80, 24);
    insta::assert_snapshot!("palette_80x24", palette.screen());
    let mut wrong = reach(theme, "g o Space Space p", "C330", 80, 24);
    wrong.press("Enter");
    insta::assert_snapshot!("pick_wrong_80x24", wrong.styled());
    let mut ascii = reach(
        Theme::new(Depth::Mono).with_ascii(true),
        "g c",
        "plate",
        80,
        24,
    );
    insta::assert_snapshot!("catalogue_ascii_80x24", ascii.screen());
}

#[test]
fn no_size_breaks_any_screen() {
    // Sizes from a fixed sequence, small ones more often: every run is the same.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for (name, keys, text) in SCREENS {
        let mut harness = reach(Theme::new(Depth::Indexed), keys, text, 80, 24);
        for nth in 0..60 {
            let most = if nth % 3 == 0 { 201 } else { 45 };
            let (width, height) = (next(most) as u16, next(most) as u16);
            harness.resize(width, height);
            harness.buffer();
            if nth % 4 == 0 {
                harness.press("Down PageDown ?").buffer();
                harness.press("Esc Ctrl+P").buffer();
                harness.press("Esc PageUp").buffer();
            }
        }
        harness.resize(80, 24);
        let screen = harness.screen();
        assert!(screen.lines().count() > 3, "{name}");
    }
}

#[test]
fn ascii_terminals_never_get_anything_else() {
    for (name, keys, text) in SCREENS {
        let theme = Theme::new(Depth::Ansi).with_ascii(true);
        let screen = reach(theme, keys, text, 80, 24).screen();
        assert!(screen.is_ascii(), "{name}:\n{screen}");
    }
}

#[test]
fn small_terminals_are_told_or_get_a_compact_screen() {
    for (name, keys, text) in SCREENS {
        let mut harness = reach(Theme::new(Depth::Mono), keys, text, 40, 12);
        let compact = [
            "catalogue",
            "catalogue_nothing",
            "filter",
            "item",
            "inventory",
            "pick",
            "walks",
        ];
        let told = harness.screen().contains("Please enlarge");
        assert_eq!(told, !compact.contains(&name), "{name}");
        assert!(
            harness.resize(39, 11).screen().contains("Please enlarge"),
            "{name}"
        );
    }
}
