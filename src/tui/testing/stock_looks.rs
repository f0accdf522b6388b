//! History, files, places and stocktake at three sizes, and that no size breaks them.

use super::{Harness, Shop};
use crate::domain::Place;
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// How each screen is reached.
const SCREENS: [(&str, &str, &str); 11] = [
    ("history", "g t Down Down", ""),
    ("history_open", "g t Down Enter", ""),
    ("history_undo", "g t Down Down Down u", ""),
    ("history_nothing", "g t /", "zzz"),
    ("files", "g f Down", ""),
    ("files_release", "g f s", ""),
    ("places", "g r Down", ""),
    ("places_found", "g r", "A-1"),
    ("stocktake", "g r Enter", ""),
    ("stocktake_differs", "g r Enter 9 Enter Space", "12"),
    ("stocktake_book", "g r Enter 9 Enter Space b", "spring"),
];

/// A shop with a place of several lots.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.lots(|lots| {
        for lot in lots.iter_mut().take(7) {
            lot.place = Place("A-1".into());
        }
        lots[7].place = Place("A-1;C-30".into());
    });
    shop
}

fn reach(shop: Shop, theme: Theme, keys: &str, text: &str, (width, height): (u16, u16)) -> Harness {
    let mut harness = Harness::with(shop, theme, Destination::Home, 120, 40);
    for key in keys.split_whitespace() {
        harness.press(key).settle();
    }
    harness.type_in(text).settle();
    harness.wait(10_000).resize(width, height);
    harness.settle();
    harness
}

#[test]
fn each_at_three_sizes() {
    for (name, keys, text) in SCREENS {
        for (width, height) in [(40, 12), (80, 24), (160, 48)] {
            let size = (width, height);
            let mut plain = reach(shop(), Theme::new(Depth::Mono), keys, text, size);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_mono"), plain.screen());
            let mut colour = reach(shop(), Theme::new(Depth::Rgb), keys, text, size);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_colour"), colour.styled());
        }
    }
}

#[test]
fn without_anything_they_say_what_would_be_there() {
    for (name, keys) in [("history", "g t"), ("files", "g f"), ("places", "g r")] {
        for size in [(40, 12), (80, 24)] {
            let mut harness = reach(Shop::empty(), Theme::new(Depth::Mono), keys, "", size);
            insta::assert_snapshot!(
                format!("{name}_empty_{}x{}", size.0, size.1),
                harness.screen()
            );
        }
    }
}

#[test]
fn no_size_breaks_them_and_ascii_stays_ascii() {
    for (name, keys, text) in SCREENS {
        let theme = Theme::new(Depth::Ansi).with_ascii(true);
        let mut harness = reach(shop(), theme, keys, text, (80, 24));
        let screen = harness.screen();
        assert!(screen.is_ascii(), "{name}:\n{screen}");
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        for nth in 0..80 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let most = if nth % 3 == 0 { 201 } else { 45 };
            let (width, height) = ((state % most) as u16, (state >> 20) as u16 % most as u16);
            harness.resize(width, height);
            harness.buffer();
            if nth % 4 == 0 {
                harness.press("Down PageDown End PageUp").buffer();
            }
        }
    }
}
