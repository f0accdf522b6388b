//! Choosing who one is at a station: a name and its PIN, or a badge.

use ratatui::layout::Rect;

use crate::domain::Face;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;

/// Choosing who one is at a station.
#[derive(Debug)]
pub(super) struct Switch {
    pub(super) faces: Vec<Face>,
    pub(super) at: usize,
    pub(super) pin: Field,
    pub(super) failed: Option<String>,
    /// Nobody is known to be there: Esc does nothing.
    pub(super) locked: bool,
}

impl Switch {
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, size: Rect, cx: &Cx<'_>) {
        let rows = self.faces.len().clamp(1, 8) as u16;
        let height = (rows + 7).min(size.height);
        let width = size.width.min(64);
        let area = Rect {
            x: size.x + (size.width - width) / 2,
            y: size.y + (size.height - height) / 3,
            width,
            height,
        };
        canvas.hide_cursor();
        let title = if self.locked {
            "Locked"
        } else {
            "Who is here?"
        };
        let inner = canvas.frame(area, title);
        let signs = cx.theme.signs();
        let top = (self.at + 1).saturating_sub(usize::from(rows));
        for (line, at) in (top..self.faces.len()).take(rows.into()).enumerate() {
            let face = &self.faces[at];
            let mut pen = canvas.pen(inner, line as u16);
            if at == self.at {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&face.name, 28, Role::Text);
            pen.column(face.role.map_or("", |role| role.word()), 10, Role::Dim);
            pen.fit(if face.pin { "PIN" } else { "no PIN" }, Role::Dim);
        }
        if self.faces.is_empty() {
            canvas.pen(inner, 0).fit(
                "Nobody has signed in with a password here today.",
                Role::Dim,
            );
        }
        let line = rows + 1;
        canvas.pen(inner, line).put("PIN or badge ", Role::Dim);
        let beside = Rect {
            x: inner.x + 13,
            y: inner.y + line,
            width: inner.width.saturating_sub(13),
            height: 1,
        };
        let dots = signs.full.repeat(self.pin.text().chars().count());
        Field::with(&dots).draw(canvas, beside, true, Role::Text);
        if let Some(failed) = &self.failed {
            canvas.pen(inner, line + 1).fit(failed, Role::Bad);
        }
        let keys = if self.locked {
            "Up Down choose   Enter go on   Tab password   scan a badge"
        } else {
            "Up Down choose   Enter go on   Tab password   scan a badge   Esc back"
        };
        canvas
            .pen(inner, inner.height.saturating_sub(1))
            .fit(keys, Role::Dim);
    }

    /// To the next name that begins with a letter.
    pub(super) fn jump(&mut self, letter: char) {
        let begins = |face: &Face| {
            face.name
                .to_lowercase()
                .starts_with(letter.to_lowercase().next().unwrap_or(letter))
        };
        let len = self.faces.len();
        let next = (1..=len)
            .map(|by| (self.at + by) % len.max(1))
            .find(|at| self.faces.get(*at).is_some_and(begins));
        self.at = next.unwrap_or(self.at);
    }
}
