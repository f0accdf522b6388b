//! How a stocktake looks: what should be there beside what was counted.

use ratatui::layout::Rect;

use super::stocktake::Stocktake;
use crate::domain::rows::LotRow;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, take: &Stocktake, cx: &Cx<'_>) {
    let area = Rect {
        x: cx.area.x + 1,
        width: cx.area.width.saturating_sub(2),
        ..cx.area
    };
    draw_line(canvas, area, take, cx);
    let rows = Rect {
        y: area.y + 2,
        height: area.height.saturating_sub(2),
        ..area
    };
    if let Some(problem) = &take.problem {
        canvas.pen(rows, 0).fit(problem, Role::Bad);
        let text = "Nothing was booked. What you counted is kept.";
        canvas.pen(rows, 1).fit(text, Role::Dim);
        return;
    }
    if take.lots.is_empty() {
        let (text, more) = match take.total {
            None => ("Looking what should be there", ""),
            Some(_) => (
                "This place is empty.",
                "A lot that lies here is moved here in the inventory.",
            ),
        };
        canvas.pen(rows, 0).fit(text, Role::Text);
        canvas.pen(rows, 1).fit(more, Role::Dim);
        return;
    }
    let columns = Columns::of(area.width);
    let mut pen = canvas.pen(area, 1);
    pen.skip(2);
    pen.column("Part", columns.no, Role::Dim);
    if columns.name > 0 {
        pen.column("Name", columns.name, Role::Dim);
    }
    pen.column("Colour", columns.color, Role::Dim);
    pen.column("Cond", columns.condition, Role::Dim);
    pen.right("There", columns.pieces, Role::Dim);
    pen.right("Counted", columns.pieces, Role::Dim);
    if take.partly() {
        pen.skip(2);
        let text = format!("{}, End: more", cx.numbers.whole(take.loaded() as u64));
        pen.fit(&text, Role::Warning);
    }
    let visible = take.cursor.visible(take.lots.len(), rows.height.into());
    for (line, at) in visible.enumerate() {
        let mut pen = canvas.pen(rows, line as u16);
        if at == take.cursor.at {
            pen.put(cx.theme.signs().cursor, Role::Accent);
            pen.skip(1);
            pen.select();
        } else {
            pen.skip(2);
        }
        columns.draw(&mut pen, take, &take.lots[at], cx);
    }
}

fn draw_line(canvas: &mut Canvas<'_>, area: Rect, take: &Stocktake, cx: &Cx<'_>) {
    let (more, fewer, lots) = take.sums();
    let mut state = format!(
        "{} of {} counted",
        cx.numbers.whole(take.counts.len() as u64),
        cx.numbers
            .whole(take.total.unwrap_or(take.lots.len()) as u64)
    );
    if lots > 0 && !cx.compact() {
        state = format!("{lots} differ: +{more} −{fewer}   {state}");
    }
    let mut pen = canvas.pen(area, 0);
    pen.put("Count", Role::Accent);
    pen.skip(2);
    let start = pen.x();
    pen.at_end(&state, if lots > 0 { Role::Warning } else { Role::Dim });
    let field = Rect {
        x: start,
        width: area
            .right()
            .saturating_sub(start + width(&state) as u16 + 2),
        height: 1,
        ..area
    };
    take.line.draw(canvas, field, true, Role::Strong);
    if take.line.is_empty() && !cx.compact() {
        let mut pen = canvas.pen(field, 0);
        pen.skip(1);
        pen.fit("how many, or scan a lot", Role::Dim);
    }
}

/// Widths of the columns; 0 leaves one out.
struct Columns {
    no: usize,
    name: usize,
    color: usize,
    condition: usize,
    pieces: usize,
}

impl Columns {
    const fn of(width: u16) -> Self {
        let wide = width as usize;
        if width < 60 {
            return Self {
                no: 11,
                name: 0,
                color: wide.saturating_sub(2 + 11 + 16),
                condition: 0,
                pieces: 8,
            };
        }
        Self {
            no: 12,
            name: if wide >= 100 {
                wide.saturating_sub(100) + 26
            } else {
                0
            },
            color: 20,
            condition: 5,
            pieces: 9,
        }
    }

    fn draw(
        &self,
        pen: &mut crate::tui::canvas::Pen<'_, '_>,
        take: &Stocktake,
        lot: &LotRow,
        cx: &Cx<'_>,
    ) {
        // A number is never cut: a long one takes from the colour.
        let over = (width(&lot.item.no) + 1).saturating_sub(self.no);
        pen.column(&lot.item.no, self.no + over, Role::Text);
        if self.name > 0 {
            pen.column(&lot.name, self.name - 1, Role::Text);
            pen.skip(1);
        }
        if self.color > over + 1 {
            pen.color(&lot.color, self.color - over - 1, Role::Text);
            pen.skip(1);
        }
        if self.condition > 0 {
            pen.column(lot.condition.word(), self.condition, Role::Text);
        }
        let there = cx.numbers.whole(lot.stock.on_shelf());
        pen.right(&there, self.pieces, Role::Text);
        let Some(difference) = take.difference(lot) else {
            pen.right(cx.theme.signs().none, self.pieces, Role::Dim);
            return draw_elsewhere(pen, take, lot);
        };
        let counted = take.counts.get(&lot.id).map_or(0, |count| count.pieces);
        let role = match difference {
            _ if take.moved(lot) => Role::Warning,
            0 => Role::Good,
            _ => Role::Bad,
        };
        pen.right(&cx.numbers.whole(counted), self.pieces, role);
        if take.moved(lot) {
            pen.fit("  moved, count again", Role::Warning);
        } else if difference != 0 {
            let sign = if difference > 0 { '+' } else { '−' };
            let text = cx.numbers.whole(difference.unsigned_abs());
            pen.fit(&format!("  {sign}{text}"), role);
        } else {
            pen.fit(&format!("  {}", cx.theme.signs().right), role);
        }
        draw_elsewhere(pen, take, lot);
    }
}

/// Pieces of several places are counted together.
fn draw_elsewhere(pen: &mut crate::tui::canvas::Pen<'_, '_>, take: &Stocktake, lot: &LotRow) {
    let others: Vec<&str> = lot.place.each().filter(|one| !take.is(one)).collect();
    if !others.is_empty() {
        let text = format!("  with {}", others.join(", "));
        pen.fit(&text, Role::Info);
    }
}
