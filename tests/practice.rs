//! The practice shop on the screen: connected to marketplaces that are played, and never to be mistaken for
//! a real one. A real shop whose marketplaces are played says the same.

mod common;

use common::pty::Terminal;
use common::{PATIENCE, Shop};

fn leave(mut terminal: Terminal) {
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
}

#[test]
fn the_demo_is_connected_and_says_practice() {
    let shop = Shop::new();
    let mut terminal = Terminal::start_with(&shop, &["demo"], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.wait_for("PRACTICE");
    terminal.send("gk");
    terminal.wait_for("BrickLink answers, prices in EUR");
    assert!(!terminal.screen().contains("not connected"));
    terminal.send("j");
    terminal.wait_for("Brick Seller Shop");
    assert!(terminal.screen().contains("PRACTICE"));
    leave(terminal);
    // It leaves nothing behind: neither data nor keys.
    let left: Vec<_> = std::fs::read_dir(shop.root().join("tmp"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    assert!(!shop.root().join("home/.config").exists());
}

#[test]
fn the_machine_room_of_the_demo_counts_what_was_asked() {
    let shop = Shop::new();
    let mut terminal = Terminal::start_with(&shop, &["demo"], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gm");
    terminal.wait_for("of 5,000 in 24 h");
    terminal.wait_for("400 kept for stock");
    terminal.wait_for("No errors");
    terminal.send("\t");
    terminal.wait_for("Calls by name");
    terminal.wait_for("user/details");
    terminal.send("\u{1b}");
    terminal.wait_for("2,520 items in the catalogue");
    leave(terminal);
}

#[test]
fn without_calls_the_demo_works_all_the_same() {
    let shop = Shop::new();
    let mut terminal = Terminal::start_with(&shop, &["--offline", "demo"], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gk");
    terminal.wait_for("not connected");
    terminal.send("gm");
    terminal.wait_for("Calls to services outside are switched off");
    leave(terminal);
}

#[test]
fn a_server_that_calls_this_machine_says_practice() {
    let shop = Shop::opened();
    let played = shop.file(
        "played.toml",
        "[market]\nbricklink_url = \"http://127.0.0.1:9/api/store/v1\"\n",
    );
    let played = played.to_str().expect("UTF-8").to_owned();
    let mut terminal = Terminal::start_with(&shop, &["--config", &played], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.wait_for("PRACTICE");
    leave(terminal);
    let mut terminal = Terminal::start_with(&shop, &[], (100, 30), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    assert!(!terminal.screen().contains("PRACTICE"));
    leave(terminal);
}
