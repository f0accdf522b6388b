//! How the inventory looks.

use ratatui::layout::Rect;

use super::inventory::Inventory;
use crate::domain::rows::LotRow;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, width};
use crate::tui::theme::Role;

impl Inventory {
    /// Draws the inventory.
    pub(super) fn draw_all(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = cx.area;
        self.draw_filter(canvas, area, cx);
        let rows = Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(2),
            ..area
        };
        if self.window.is_empty() {
            self.draw_nothing(canvas, rows);
            return;
        }
        let columns = Columns::of(area.width);
        draw_header(canvas, area, &columns, cx);
        let visible = self
            .window
            .cursor
            .visible(self.window.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let selected = at == self.window.cursor.at;
            draw_row(
                canvas,
                rows,
                line as u16,
                self.window.row(at),
                selected,
                &columns,
                cx,
            );
        }
    }

    fn draw_filter(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let found = match self.window.total() {
            Some(total) if self.shown.is_some() => {
                let lots = cx.session.overview.as_ref().map(|overview| overview.lots);
                match lots.filter(|_| !cx.compact()) {
                    Some(lots) => format!(
                        "{} of {} lots",
                        cx.numbers.whole(total as u64),
                        cx.numbers.whole(lots)
                    ),
                    None => format!("{} lots", cx.numbers.whole(total as u64)),
                }
            }
            _ => String::new(),
        };
        let mut pen = canvas.pen(area, 0);
        pen.skip(1);
        pen.put(
            "Filter",
            if self.in_list {
                Role::Dim
            } else {
                Role::Accent
            },
        );
        pen.skip(2);
        let start = pen.x();
        pen.reserve(1);
        pen.at_end(&found, Role::Dim);
        let field = Rect {
            x: start,
            width: area
                .right()
                .saturating_sub(start + width(&found) as u16 + 3),
            height: 1,
            ..area
        };
        self.field.draw(canvas, field, !self.in_list, Role::Strong);
        if self.field.is_empty() {
            let mut pen = canvas.pen(field, 0);
            pen.skip(1);
            pen.fit("place, number, name, colour", Role::Dim);
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let area = Rect {
            x: area.x + 3,
            width: area.width.saturating_sub(3),
            ..area
        };
        let (text, more) = match &self.shown {
            None => ("Opening the inventory", ""),
            Some(text) if text.trim().is_empty() => (
                "The inventory is empty.",
                "brickops inventory import FILE.bsx brings the lots in.",
            ),
            Some(_) => ("No lot matches.", "Fewer words find more."),
        };
        canvas.pen(area, 1).fit(text, Role::Text);
        canvas.pen(area, 2).fit(more, Role::Dim);
    }
}

/// Widths of the columns; 0 leaves one out.
struct Columns {
    place: usize,
    no: usize,
    name: bool,
    color: usize,
    condition: usize,
    price: usize,
    age: usize,
}

impl Columns {
    const fn of(width: u16) -> Self {
        let compact = width < 60;
        Self {
            place: if compact { 6 } else { 9 },
            no: if width >= 100 {
                14
            } else if compact {
                9
            } else {
                10
            },
            name: width >= 76,
            color: if width >= 140 {
                30
            } else if width >= 100 {
                24
            } else if compact {
                // What is left beside the quantity.
                (width as usize).saturating_sub(3 + 6 + 1 + 9 + 1 + 1 + 7)
            } else {
                17
            },
            condition: if compact { 0 } else { 5 },
            price: if compact { 0 } else { 10 },
            age: if width >= 100 { 7 } else { 0 },
        }
    }

    /// What is left for the name.
    const fn name_width(&self, room: usize) -> usize {
        room.saturating_sub(self.color + 1 + self.condition + 7 + self.price + self.age + 1)
    }
}

fn draw_header(canvas: &mut Canvas<'_>, area: Rect, columns: &Columns, cx: &Cx<'_>) {
    let mut pen = canvas.pen(area, 1);
    pen.skip(3);
    pen.column("Place", columns.place, Role::Dim);
    pen.skip(1);
    pen.column("Part", columns.no, Role::Dim);
    pen.skip(1);
    if columns.name {
        let room = columns.name_width(pen.room());
        pen.column("Name", room, Role::Dim);
    }
    pen.column("Colour", columns.color, Role::Dim);
    pen.skip(1);
    pen.column("Cond", columns.condition, Role::Dim);
    pen.right("Qty", 7, Role::Dim);
    if columns.price > 0 {
        let price = if cx.currency().is_empty() {
            "Price"
        } else {
            cx.currency()
        };
        pen.right(price, columns.price, Role::Dim);
    }
    pen.right(
        if columns.age > 0 { "Age" } else { "" },
        columns.age,
        Role::Dim,
    );
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    row: Option<&LotRow>,
    selected: bool,
    columns: &Columns,
    cx: &Cx<'_>,
) {
    let signs = cx.theme.signs();
    let mut pen = canvas.pen(area, line);
    pen.skip(1);
    if selected {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    let Some(lot) = row else {
        pen.put(signs.ellipsis, Role::Dim);
        return;
    };
    pen.column(lot.place.raw(), columns.place, Role::Text);
    pen.skip(1);
    // A number is never cut: a long one takes from the name, or from the colour.
    let no = width(&lot.item.no);
    let over = no.saturating_sub(columns.no);
    pen.column(&lot.item.no, columns.no + over, Role::Text);
    pen.skip(1);
    let mut color = columns.color;
    if columns.name {
        let name = columns.name_width(pen.room());
        let role = if lot.known { Role::Text } else { Role::Warning };
        pen.column(&lot.name, name.saturating_sub(1), role);
        pen.skip(1);
    } else {
        color = color.saturating_sub(over);
    }
    pen.color(&lot.color, color, Role::Text);
    pen.skip(1);
    pen.column(
        if columns.condition > 0 {
            lot.condition.word()
        } else {
            ""
        },
        columns.condition,
        Role::Text,
    );
    pen.right(&cx.numbers.whole(lot.stock.available), 7, Role::Text);
    if columns.price > 0 {
        pen.right(&cx.numbers.price(lot.price), columns.price, Role::Text);
    }
    if columns.age > 0 {
        pen.right(&age(lot.created, cx.now), columns.age, Role::Text);
    }
}
