//! Saved views, files and the rule for places at three sizes, and that no size breaks them.

use super::{Harness, Shop};
use crate::domain::{LotColumn, LotQuery, LotSort, LotView};
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// How each screen is reached.
const SCREENS: [(&str, &str, &str); 6] = [
    ("views", "g i Tab V Down", ""),
    ("into_file", "g i Tab Space Space f", ""),
    ("export", "g i Tab X End", ""),
    ("place_rule", "g r r Ctrl+U", "before |"),
    ("compare", "g f c Enter Down", ""),
    ("files_compare", "g f c", ""),
];

fn shop() -> Shop {
    let shop = Shop::new();
    shop.lots(|lots| {
        for (at, lot) in lots.iter_mut().enumerate() {
            lot.remarks = match at {
                0 => "bought at the fair".into(),
                1 => String::new(),
                at => format!("{} | box {at}", lot.place),
            };
        }
    });
    let view = |name: &str, text: &str, column| LotView {
        name: name.into(),
        query: LotQuery {
            sort: vec![LotSort { column, down: true }],
            ..LotQuery::text(text)
        },
        columns: vec![LotColumn::Place, LotColumn::No, LotColumn::Price],
    };
    shop.book(|book| {
        book.views = vec![
            view("Dear and old", "price>2 added>1y", LotColumn::Price),
            view("Without a place", "missing:loc", LotColumn::Age),
            view("Xmas", "tag:xmas -sticker", LotColumn::Quantity),
        ];
    });
    shop
}

fn reach(theme: Theme, keys: &str, text: &str, (width, height): (u16, u16)) -> Harness {
    let mut harness = Harness::with(shop(), theme, Destination::Home, 120, 40);
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
            let mut plain = reach(Theme::new(Depth::Mono), keys, text, size);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_mono"), plain.screen());
            let mut colour = reach(Theme::new(Depth::Rgb), keys, text, size);
            insta::assert_snapshot!(format!("{name}_{width}x{height}_colour"), colour.styled());
        }
    }
}

#[test]
fn no_size_breaks_them_and_ascii_stays_ascii() {
    for (name, keys, text) in SCREENS {
        let theme = Theme::new(Depth::Ansi).with_ascii(true);
        let mut harness = reach(theme, keys, text, (80, 24));
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
