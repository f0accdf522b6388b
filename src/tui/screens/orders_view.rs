//! How the orders look.

use ratatui::layout::Rect;

use super::orders::Orders;
use crate::domain::OrderStatus;
use crate::domain::rows::OrderRow;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, count, width};
use crate::tui::theme::Role;

/// Width of the state.
const STATE: usize = 13;
/// Columns at the right, with their widths.
const COLUMNS: [(&str, usize); 5] = [
    ("Age", 6),
    ("Lines", 6),
    ("Pcs", 6),
    ("Short", 6),
    ("Total", 13),
];

impl Orders {
    /// Draws the orders.
    pub(super) fn draw_all(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = cx.area;
        self.draw_top(canvas, area, cx);
        let rows = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(3),
            ..area
        };
        if self.window.is_empty() {
            self.draw_nothing(canvas, rows);
            return;
        }
        draw_header(canvas, area);
        let visible = self
            .window
            .cursor
            .visible(self.window.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let selected = at == self.window.cursor.at;
            self.draw_row(canvas, rows, line as u16, self.window.row(at), selected, cx);
        }
        let marked = self
            .window
            .kept()
            .filter(|row| self.marked.contains(&row.id));
        let (lines, pieces) = marked.fold((0u64, 0u64), |(lines, pieces), row| {
            (
                lines + u64::from(row.lines),
                pieces + row.pieces.saturating_sub(row.picked),
            )
        });
        if !self.marked.is_empty() {
            let text = format!(
                "{} marked   {}   {} pcs",
                self.marked.len(),
                count(cx.numbers, lines, "line", "lines"),
                cx.numbers.whole(pieces)
            );
            let mut pen = canvas.pen(area, area.height.saturating_sub(1));
            pen.skip(1);
            pen.fit(&text, Role::Info);
        }
    }

    fn draw_top(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let what = if self.to_pick {
            "To pick"
        } else {
            "All orders"
        };
        let total = self.window.total().filter(|_| self.shown.is_some());
        let found = total.map_or_else(String::new, |total| {
            count(cx.numbers, total as u64, "order", "orders")
        });
        let mut pen = canvas.pen(area, 0);
        pen.skip(1);
        pen.put(what, Role::Strong);
        pen.skip(3);
        let start = pen.x();
        pen.reserve(1);
        pen.at_end(&found, Role::Dim);
        if self.typing || !self.field.is_empty() {
            let line = Rect {
                x: start,
                width: area
                    .right()
                    .saturating_sub(start + width(&found) as u16 + 3),
                height: 1,
                ..area
            };
            canvas
                .pen(line, 0)
                .put("Find", if self.typing { Role::Accent } else { Role::Dim });
            let field = Rect {
                x: start + 6,
                width: line.width.saturating_sub(6),
                ..line
            };
            self.field.draw(canvas, field, self.typing, Role::Strong);
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let area = Rect {
            x: area.x + 3,
            width: area.width.saturating_sub(3),
            ..area
        };
        let (text, more) = match &self.shown {
            None => ("Opening the orders", ""),
            Some(query) if !query.text.trim().is_empty() => ("No order matches.", ""),
            Some(query) if query.to_pick => (
                "Nothing is to be picked.",
                "t shows all orders; brickops orders import FILE.xml brings new ones.",
            ),
            Some(_) => (
                "There are no orders yet.",
                "brickops orders import FILE.xml brings them in.",
            ),
        };
        canvas.pen(area, 1).fit(text, Role::Text);
        canvas.pen(area, 2).fit(more, Role::Dim);
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        line: u16,
        row: Option<&OrderRow>,
        selected: bool,
        cx: &Cx<'_>,
    ) {
        let signs = cx.theme.signs();
        let mut pen = canvas.pen(area, line);
        pen.skip(1);
        pen.put(if selected { signs.cursor } else { " " }, Role::Accent);
        let marked = row.is_some_and(|row| self.marked.contains(&row.id));
        pen.put(if marked { signs.mark } else { " " }, Role::Good);
        pen.skip(1);
        if selected {
            pen.select();
        }
        let Some(row) = row else {
            pen.put(signs.ellipsis, Role::Dim);
            return;
        };
        pen.column(&row.number, 10, Role::Text);
        pen.skip(1);
        let room = buyer_width(pen.room());
        pen.column(&row.party, room.saturating_sub(1), Role::Text);
        pen.skip(1);
        let (word, role) = state(row, cx);
        pen.column(&word, STATE, role);
        pen.right(&age(row.ordered, cx.now), COLUMNS[0].1, Role::Text);
        pen.right(&cx.numbers.whole(row.lines), COLUMNS[1].1, Role::Text);
        pen.right(&cx.numbers.whole(row.pieces), COLUMNS[2].1, Role::Text);
        let short = if row.short > 0 {
            cx.numbers.whole(row.short)
        } else {
            signs.none.to_owned()
        };
        pen.right(
            &short,
            COLUMNS[3].1,
            if row.short > 0 { Role::Bad } else { Role::Dim },
        );
        pen.right(
            &format!("{} {}", cx.numbers.sum(row.total), row.currency),
            COLUMNS[4].1,
            Role::Text,
        );
    }
}

/// What became of an order, in a word or two.
fn state(row: &OrderRow, cx: &Cx<'_>) -> (String, Role) {
    match row.session {
        Some(_) => {
            let picked = cx.numbers.whole(row.picked);
            (format!("picking {picked}/{}", row.pieces), Role::Accent)
        }
        None if row.picked >= row.pieces && row.pieces > 0 => ("picked".to_owned(), Role::Good),
        None if row.status == OrderStatus::Cancelled => (row.status.word().to_owned(), Role::Dim),
        None => (row.status.word().to_owned(), Role::Text),
    }
}

const fn buyer_width(room: usize) -> usize {
    let mut taken = STATE + 1;
    let mut at = 0;
    while at < COLUMNS.len() {
        taken += COLUMNS[at].1;
        at += 1;
    }
    room.saturating_sub(taken)
}

fn draw_header(canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = canvas.pen(area, 1);
    pen.skip(4);
    pen.column("Order", 11, Role::Dim);
    let room = buyer_width(pen.room());
    pen.column("Buyer", room, Role::Dim);
    pen.column("State", STATE, Role::Dim);
    for (name, wide) in COLUMNS {
        pen.right(name, wide, Role::Dim);
    }
}
