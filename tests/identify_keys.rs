//! A part from a photo with keys only, in the practice shop in a real terminal; and pictures there.

mod common;

use std::io::Cursor;

use common::pty::Terminal;
use common::{PATIENCE, Shop};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

fn leave(mut terminal: Terminal) {
    terminal.send("\u{3}");
    terminal.wait_for("Ctrl+C once more");
    terminal.send("\u{3}");
    assert!(terminal.ended_within(PATIENCE).success());
}

fn photo() -> Vec<u8> {
    let picture: DynamicImage = RgbImage::from_pixel(320, 240, Rgb([200, 10, 10])).into();
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .expect("a JPEG");
    bytes.into_inner()
}

#[test]
fn a_typed_path_a_candidate_a_lot() {
    let shop = Shop::new();
    let file = shop.file("my brick.jpg", photo());
    let mut terminal = Terminal::start(&shop, &["demo"]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gi");
    terminal.wait_for("150 of 150 lots");
    terminal.send("\ta");
    terminal.wait_for("Add a lot");
    // From the add form to the photo and back into it.
    terminal.send("\u{1b}[20~");
    terminal.wait_for("No photo waits.");
    terminal.send("/nowhere/a.jpg\r");
    terminal.wait_for("There is no file a.jpg");
    terminal.send("\u{15}hello\r");
    terminal.wait_for("whole path");
    // Pasted as terminals do it, with what they put around blanks.
    let path = file.display().to_string().replace(' ', "\\ ");
    terminal.send(&format!("\u{1b}[200~{path}\n\u{1b}[201~"));
    terminal.wait_for("my\\ brick.jpg");
    terminal.send("\r");
    terminal.wait_for("79 %");
    terminal.wait_for("doubtful");
    terminal.wait_for("None is 85 % sure.");
    terminal.send("\r");
    terminal.wait_for("Quantity");
    // 11 is black; with ! it is taken for any part.
    terminal.send("11!\r");
    terminal.send("\r\r12\r0.10\r");
    terminal.send("\r\r");
    terminal.wait_for("Added ");
    terminal.send("\u{1b}");
    terminal.wait_for("79 %");
    terminal.send("gi");
    terminal.wait_for("151");
    leave(terminal);
}

/// Cells that a picture fills: nothing else has an exact colour behind it.
fn points(terminal: &Terminal) -> usize {
    let screen = terminal.cells();
    let (rows, cols) = screen.size();
    let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    cells
        .filter_map(|(row, col)| screen.cell(row, col))
        .filter(|cell| matches!(cell.bgcolor(), vt100::Color::Rgb(..)))
        .count()
}

#[test]
fn pictures_are_half_blocks_and_go_when_there_is_no_room() {
    let shop = Shop::new();
    let env = [("COLORTERM", "truecolor")];
    let mut terminal = Terminal::start_with(&shop, &["demo"], (160, 48), &env);
    terminal.wait_for("2,520 items in the catalogue");
    assert_eq!(points(&terminal), 0);
    terminal.send("gc3001\t");
    terminal.wait_for("Brick 2 x 4");
    terminal.wait_while("the picture beside the list", |terminal| {
        points(terminal) < 150
    });
    terminal.send("\r");
    terminal.wait_for("Known in");
    terminal.wait_while("the picture of the item", |terminal| points(terminal) < 300);
    leave(terminal);
    // Where only 256 colours are told of there is none, and it says so.
    let mut terminal = Terminal::start_with(&shop, &["demo"], (160, 48), &[]);
    terminal.wait_for("2,520 items in the catalogue");
    terminal.send("gc3001\t");
    terminal.wait_for("Brick 2 x 4");
    terminal.send("\r");
    terminal.wait_for("shows none");
    assert_eq!(points(&terminal), 0);
    leave(terminal);
}
