//! The change of prices that follow the price guide: what is lacking, what fetching it costs, what came.

use super::{Harness, Shop};
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

/// What is written, and what is pressed then.
const STATES: [(&str, &str, &str); 6] = [
    ("prices_lacking", "price=guide *1.1 floor cost", ""),
    ("prices_fetched", "price=guide *1.1", "Ctrl+f"),
    ("prices_barred", "price=guide stock", "Ctrl+f"),
    ("prices_in_part", "price=guide max", ""),
    ("prices_go_on", "price=guide max", "Ctrl+f"),
    ("prices_spent", "price=guide min", ""),
];

fn reach(theme: Theme, text: &str, keys: &str, (width, height): (u16, u16)) -> Harness {
    let mut harness = Harness::with(Shop::new(), theme, Destination::Home, 120, 40);
    for key in "g i Tab E".split_whitespace() {
        harness.press(key).settle();
    }
    harness.type_in(text).settle();
    harness.wait(1_000).settle();
    for key in keys.split_whitespace() {
        harness.press(key).settle();
    }
    harness.wait(1_000).resize(width, height);
    harness.settle();
    harness
}

#[test]
fn each_at_three_sizes() {
    for (name, text, keys) in STATES {
        for size in [(40, 12), (80, 24), (160, 48)] {
            let mut plain = reach(Theme::new(Depth::Mono), text, keys, size);
            let (width, height) = size;
            insta::assert_snapshot!(format!("{name}_{width}x{height}_mono"), plain.screen());
        }
        let mut colour = reach(Theme::new(Depth::Rgb), text, keys, (80, 24));
        insta::assert_snapshot!(format!("{name}_80x24_colour"), colour.styled());
    }
}
