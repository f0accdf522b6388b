//! One frame: head, body, message, keys, and what lies on top.

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{App, Overlay, Paint};
use crate::error::{Error, Result};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::{foot, head, help, progress};

/// Below this only compact layouts are drawn.
const ROOMY: (u16, u16) = (60, 15);
/// Below this nothing is drawn.
const LEAST: (u16, u16) = (40, 12);

/// Where to go on a small terminal.
const SMALL: [Action; 3] = [Action::Catalog, Action::Inventory, Action::Walks];

/// What is left between the head and the lines at the bottom.
pub(super) const fn body(size: Rect) -> Rect {
    let below = if size.height < ROOMY.1 { 1 } else { 2 };
    Rect {
        x: size.x,
        y: size.y + if size.height > 0 { 1 } else { 0 },
        width: size.width,
        height: size.height.saturating_sub(1 + below),
    }
}

impl App {
    /// Draws a frame if something changed; answers whether it did.
    pub fn draw_to<B: Backend>(&mut self, terminal: &mut Terminal<B>) -> Result<bool> {
        if !self.dirty() {
            return Ok(false);
        }
        let broken = |e: B::Error| Error::storage(format!("The terminal cannot be written: {e}."));
        if self.paint == Paint::Everything {
            let size = terminal.size().map_err(broken)?;
            let all = Rect::new(0, 0, size.width, size.height);
            terminal.resize(all).map_err(broken)?;
        }
        let mut area = self.size;
        terminal
            .draw(|frame| {
                area = frame.area();
                if area == self.size
                    && let Some(cursor) = self.draw(frame.buffer_mut())
                {
                    frame.set_cursor_position(cursor);
                }
            })
            .map_err(broken)?;
        self.paint = Paint::Nothing;
        if area != self.size {
            // The terminal is faster than its message about it: draw again for what it is now.
            self.input(crate::tui::input::Input::Resize(area.width, area.height));
            return self.draw_to(terminal);
        }
        Ok(true)
    }

    /// Draws into a buffer; answers where the cursor belongs.
    pub fn draw(&self, buffer: &mut Buffer) -> Option<Position> {
        let size = self.size.intersection(buffer.area);
        let mut canvas = Canvas::new(buffer, &self.options.theme);
        let cx = Self::cx(
            &self.options,
            &self.session,
            &self.operations,
            size,
            self.elapsed,
        );
        let entry = self.stack.last()?;
        let screen = entry.screen.as_ref();
        let least = if screen.has_compact_layout() {
            LEAST
        } else {
            ROOMY
        };
        if size.width < least.0 || size.height < least.1 {
            let text = format!(
                "Please enlarge: {} needs {}x{}.",
                screen.context().name(),
                least.0,
                least.1
            );
            canvas.pen(size, 0).fit(&text, Role::Warning);
            // A phone over SSH stays useful: these screens fit.
            for (line, action) in SMALL.into_iter().enumerate() {
                if let Some(keys) = self.options.keymap.shown(action, false) {
                    let text = format!("{keys}  {}", action.about());
                    canvas.pen(size, line as u16 + 2).fit(&text, Role::Dim);
                }
            }
            return None;
        }
        head::draw(
            &mut canvas,
            Rect { height: 1, ..size },
            &screen.title(&cx),
            &cx,
        );
        screen.draw(&mut canvas, &cx);
        self.draw_below(&mut canvas, size, screen, &cx);
        match &self.overlay {
            Overlay::None => {}
            Overlay::Help { top } => help::draw(&mut canvas, size, screen.context(), &cx, *top),
            Overlay::Palette(palette) => palette.draw(&mut canvas, size, &cx),
        }
        if let Some(gate) = &self.gate {
            if screen.mode() == Mode::Form {
                // Two forms on top of each other would be read as one.
                let below = Rect::new(size.x, size.y + 1, size.width, size.height - 1);
                canvas.clear(below);
            }
            gate.draw(&mut canvas, size, &cx);
        }
        canvas.cursor()
    }

    fn draw_below(&self, canvas: &mut Canvas<'_>, size: Rect, screen: &dyn Screen, cx: &Cx<'_>) {
        let one_line = size.height < ROOMY.1;
        let last = size.height - 1;
        let message_line = if one_line { last } else { last - 1 };
        let spoken = self.draw_message(canvas, size, message_line, screen.context(), cx);
        if !(one_line && spoken) {
            let typing = match screen.mode() {
                Mode::Commands | Mode::Scanning { empty: true } => false,
                Mode::Typing | Mode::Form | Mode::Scanning { empty: false } => true,
            };
            let line = Rect::new(size.x, size.y + last, size.width, 1);
            foot::draw(canvas, line, screen.context(), &screen.hints(), typing, cx);
        }
    }

    /// The message line; answers whether it says something.
    fn draw_message(
        &self,
        canvas: &mut Canvas<'_>,
        size: Rect,
        line: u16,
        context: Context,
        cx: &Cx<'_>,
    ) -> bool {
        let area = Rect {
            x: size.x + 1,
            width: size.width.saturating_sub(2),
            ..size
        };
        if let Some(first) = self.pending {
            let following: Vec<String> = cx
                .keymap
                .following(context, first)
                .into_iter()
                .map(|(key, action)| format!("{key} {}", action.label()))
                .collect();
            let text = format!("{first}  then  {}", following.join("   "));
            canvas.pen(area, line).fit(&text, Role::Info);
            return true;
        }
        if cx.session.lost.is_some() && !self.held.is_empty() {
            let text = format!(
                "Reconnecting; {} keys wait and will be used.",
                self.held.len()
            );
            canvas.pen(area, line).fit(&text, Role::Warning);
            return true;
        }
        if let Some((role, text, _)) = &self.message {
            canvas.pen(area, line).fit(text, *role);
            return true;
        }
        if let Some(lost) = &cx.session.lost {
            let text = format!("Reconnecting: {lost} What is shown is the last that was known.");
            canvas.pen(area, line).fit(&text, Role::Warning);
            return true;
        }
        let running = cx
            .session
            .progress
            .as_ref()
            .or(cx.session.indexing.as_ref());
        if let Some(running) = running {
            progress::draw(canvas, area, line, running, cx.numbers);
            return true;
        }
        false
    }
}
