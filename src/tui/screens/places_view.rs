//! How the list of places looks.

use ratatui::layout::Rect;

use super::places::Places;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{count, width};
use crate::tui::theme::Role;

impl Places {
    /// Rows that fit, of the list as of a stocktake.
    pub(super) fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(2)).max(1)
    }

    /// Draws the list.
    pub(super) fn draw_list(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        self.draw_line(canvas, area, cx);
        let rows = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(2),
            ..area
        };
        if self.problem.is_some() || self.rows() == 0 {
            self.draw_nothing(canvas, rows);
            return;
        }
        let wide = area.width >= 60;
        let name = if wide { 24 } else { 14 };
        let mut pen = canvas.pen(area, 1);
        pen.skip(2);
        pen.column("Place", name, Role::Dim);
        pen.right("Lots", 8, Role::Dim);
        pen.right("Pieces", 11, Role::Dim);
        for (line, at) in self
            .cursor
            .visible(self.rows(), rows.height.into())
            .enumerate()
        {
            let Some(spot) = self.row(at) else { continue };
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&spot.name, name, Role::Text);
            if spot.lots == 0 {
                pen.right("empty", 8, Role::Good);
                continue;
            }
            pen.right(&cx.numbers.whole(spot.lots), 8, Role::Text);
            pen.right(&cx.numbers.whole(spot.pieces), 11, Role::Text);
            if wide && spot.shared > 0 {
                pen.skip(3);
                let shared = count(cx.numbers, spot.shared.into(), "lot lies", "lots lie");
                pen.fit(&format!("{shared} elsewhere too"), Role::Dim);
            }
        }
    }

    fn draw_line(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let found = if self.known {
            count(cx.numbers, self.rows() as u64, "place", "places")
        } else {
            String::new()
        };
        let mut pen = canvas.pen(area, 0);
        pen.put("Place", Role::Accent);
        pen.skip(2);
        let start = pen.x();
        pen.at_end(&found, Role::Dim);
        let field = Rect {
            x: start,
            width: area
                .right()
                .saturating_sub(start + width(&found) as u16 + 2),
            height: 1,
            ..area
        };
        self.field.draw(canvas, field, true, Role::Strong);
        if self.field.is_empty() && !cx.compact() {
            let mut pen = canvas.pen(field, 0);
            pen.skip(1);
            pen.fit("scan a place, or type its name; \"empty\"", Role::Dim);
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let (text, more, role) = match &self.problem {
            Some(problem) => (
                problem.as_str(),
                "Nothing was changed. Esc goes back.",
                Role::Bad,
            ),
            None if !self.known => ("Opening the places", "", Role::Dim),
            None if !self.field.is_empty() => ("No place matches.", "Esc empties it.", Role::Text),
            None => (
                "There are no places yet.",
                "The remarks of lots name them, such as A-12.",
                Role::Text,
            ),
        };
        canvas.pen(area, 0).fit(text, role);
        canvas.pen(area, 1).fit(more, Role::Dim);
    }
}
