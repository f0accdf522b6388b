//! What goes over the line: bytes per frame, and what a real terminal makes of them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::{Harness, Shop};
use crate::tui::effect::Destination;
use crate::tui::theme::{Depth, Theme};

const SIZE: (u16, u16) = (160, 48);

#[derive(Debug, Clone, Default)]
struct Line(Arc<Mutex<Vec<u8>>>);

impl Line {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().expect("not poisoned"))
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("not poisoned")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Wire {
    harness: Harness,
    line: Line,
    terminal: Terminal<CrosstermBackend<Line>>,
    parser: vt100::Parser,
}

fn sure(columns: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(columns).expect("not zero")
}

impl Wire {
    fn new(theme: Theme, start: Destination) -> Self {
        crossterm::style::force_color_output(true);
        let line = Line::default();
        let area = Rect::new(0, 0, SIZE.0, SIZE.1);
        let viewport = Viewport::Fixed(area);
        let terminal = Terminal::with_options(
            CrosstermBackend::new(line.clone()),
            TerminalOptions { viewport },
        )
        .expect("a line");
        let mut wire = Self {
            harness: Harness::with(Shop::with_lots(400), theme, start, SIZE.0, SIZE.1),
            line,
            terminal,
            parser: vt100::Parser::new(sure(SIZE.1), sure(SIZE.0), 0),
        };
        wire.frame();
        wire
    }

    /// Draws what changed; answers how many bytes that took.
    fn frame(&mut self) -> usize {
        self.harness.app.draw_to(&mut self.terminal).expect("draws");
        let bytes = self.line.take();
        self.parser.process(&bytes);
        bytes.len()
    }

    fn press(&mut self, keys: &str) -> usize {
        self.harness.press(keys);
        self.frame()
    }
}

#[test]
fn budgets_of_a_slow_line() {
    for start in [Destination::Catalog, Destination::Inventory] {
        let mut wire = Wire::new(Theme::new(Depth::Rgb), start.clone());
        wire.press("Tab");
        wire.harness.settle();
        wire.frame();
        for _ in 0..5 {
            let cursor = wire.press("Down");
            assert!(cursor <= 600, "{start:?}: a step takes {cursor} bytes");
            wire.harness.settle();
            let pane = wire.frame();
            assert!(pane <= 3_000, "{start:?}: the pane takes {pane} bytes");
        }
        for _ in 0..4 {
            let page = wire.press("PageDown");
            assert!(page > 2_000, "{start:?}: that was no page: {page} bytes");
            assert!(page <= 12_500, "{start:?}: a page takes {page} bytes");
            wire.harness.settle();
            wire.frame();
        }
    }
}

#[test]
fn without_colours_the_row_one_is_at_still_stands_out() {
    let mut wire = Wire::new(Theme::new(Depth::Mono), Destination::Catalog);
    wire.harness.press("Tab Down").settle();
    wire.frame();
    let screen = wire.parser.screen();
    let (row, _) = (0..SIZE.1)
        .map(|row| {
            (
                row,
                screen.rows(0, SIZE.0).nth(row.into()).unwrap_or_default(),
            )
        })
        .find(|(_, text)| text.contains('▸'))
        .expect("a marked row");
    let inverse = |row: u16| screen.cell(row, 8).is_some_and(vt100::Cell::inverse);
    assert!(inverse(row), "the row one is at is reversed");
    assert!(!inverse(row + 1), "the next one is not");
    for row in 0..SIZE.1 {
        for column in 0..SIZE.0 {
            let cell = screen.cell(row, column).expect("a cell");
            let plain = (vt100::Color::Default, vt100::Color::Default);
            assert_eq!(
                (cell.fgcolor(), cell.bgcolor()),
                plain,
                "a colour at {row}, {column}"
            );
        }
    }
}

#[test]
fn a_frame_without_a_change_is_not_sent() {
    let mut wire = Wire::new(Theme::new(Depth::Indexed), Destination::Home);
    assert_eq!(wire.frame(), 0);
}
