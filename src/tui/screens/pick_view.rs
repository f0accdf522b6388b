//! How a pick looks: the place largest, then what, how many and where it goes; two more stops; the
//! scan line at the bottom.

use ratatui::layout::Rect;

use super::pick::Pick;
use crate::domain::rows::{PickLineRow, PickView};
use crate::domain::{LineState, PickState};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{count, truncate, width, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::digits;

/// Stops that are shown beyond this one.
const AHEAD: usize = 2;

/// Draws the pick.
pub(super) fn draw(screen: &Pick, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
    let area = Rect {
        x: cx.area.x + 1,
        width: cx.area.width.saturating_sub(2),
        ..cx.area
    };
    let Some(view) = &screen.view else {
        let (text, role) = match &screen.problem {
            Some(problem) => (problem.as_str(), Role::Bad),
            None => ("Planning the walk", Role::Dim),
        };
        canvas.pen(area, 1).fit(text, role);
        return;
    };
    let at = view.current.filter(|_| view.state == PickState::Open);
    match at.and_then(|at| view.lines.get(usize::from(at)).map(|row| (at, row))) {
        Some((at, row)) => {
            if cx.compact() {
                draw_compact(canvas, area, row, cx);
            } else {
                draw_stop(canvas, area, row, cx);
                // Below what is to be taken, above the next stops.
                let left = area.width * 9 / 20;
                let top = if area.height >= 24 { 10 } else { 9 };
                let room = Rect {
                    x: area.x + left,
                    y: area.y + top,
                    width: area.width - left,
                    height: area.height.saturating_sub(top + 7),
                };
                screen.picture.draw(canvas, room);
            }
            draw_ahead(canvas, area, view, at, cx);
        }
        None => draw_summary(canvas, area, view, cx),
    }
    draw_scan_line(screen, canvas, area, cx);
}

fn progress(canvas: &mut Canvas<'_>, area: Rect, view: &PickView) {
    let (full, empty) = canvas.theme.signs().bar;
    let total = view.lines.len().max(1);
    let room = usize::from(area.width).min(40);
    let filled = (usize::from(view.done) * room / total).min(room);
    let mut pen = canvas.pen(area, 0);
    pen.put(&full.repeat(filled), Role::Good);
    pen.put(&empty.repeat(room - filled), Role::Dim);
}

/// Place as a picture at the left, everything else at the right.
fn draw_stop(canvas: &mut Canvas<'_>, area: Rect, row: &PickLineRow, cx: &Cx<'_>) {
    let tall = area.height >= 16;
    let top = if tall { 2 } else { 1 };
    let place = place_words(row);
    let left = usize::from(area.width) * 9 / 20;
    let room = usize::from(area.height.saturating_sub(top + 8));
    let picture = digits::picture(&place, left.saturating_sub(5), room.max(5));
    let below = top + picture.as_ref().map_or(5, Vec::len) as u16 + 1;
    let words = row.place.raw();
    if let Some(lines) = picture {
        for (line, text) in lines.iter().enumerate() {
            let mut pen = canvas.pen(area, top + line as u16);
            pen.skip(3);
            pen.put(text, Role::Accent);
        }
    } else {
        let mut pen = canvas.pen(area, top + 2);
        pen.skip(3);
        pen.column(&place, left.saturating_sub(4), Role::Accent);
    }
    // The words stand below the picture, too: one may have to tell an O from a 0.
    let mut pen = canvas.pen(area, below);
    pen.skip(3);
    pen.column(words, left.saturating_sub(4), Role::Dim);
    let right = Rect {
        x: area.x + left as u16,
        width: area.width.saturating_sub(left as u16),
        ..area
    };
    draw_what(canvas, right, top, row, cx);
}

fn draw_what(canvas: &mut Canvas<'_>, area: Rect, top: u16, row: &PickLineRow, cx: &Cx<'_>) {
    let mut pen = canvas.pen(area, top);
    let wide = width(&row.item.no);
    pen.put(&row.item.no, Role::Accent);
    pen.skip(2);
    let names = wrap(&row.name, usize::from(area.width).saturating_sub(wide + 2));
    for (line, name) in names.iter().take(2).enumerate() {
        let mut pen = canvas.pen(area, top + line as u16);
        pen.skip(wide + 2);
        pen.fit(name, Role::Text);
    }
    let mut pen = canvas.pen(area, top + 2);
    pen.swatch(&row.color, 4);
    let room = pen.room().saturating_sub(8);
    let text = format!("{} {}", row.color.name, row.color.id);
    pen.put(
        &truncate(&text, room, cx.theme.signs().ellipsis),
        Role::Strong,
    );
    pen.skip(2);
    pen.put(row.condition.word(), Role::Text);
    let mut pen = canvas.pen(area, top + 4);
    pen.put("take  ", Role::Text);
    let open = row.wanted.saturating_sub(row.taken);
    pen.put(&format!(" {} ", cx.numbers.whole(open)), Role::Selected);
    pen.skip(4);
    pen.put(&format!("into {}", row.tote), Role::Strong);
    let mut pen = canvas.pen(area, top + 5);
    match row.remaining {
        Some(0) => pen.put("the place is empty afterwards", Role::Warning),
        Some(left) => pen.put(
            &format!("left here afterwards  {}", cx.numbers.whole(left)),
            Role::Dim,
        ),
        None => pen.put("the shop has no lot of this: s ends it short", Role::Bad),
    }
    if row.remaining.is_some() && row.there < open {
        let text = format!(
            "only {} can be taken: s ends it short",
            cx.numbers.whole(row.there)
        );
        canvas.pen(area, top + 6).fit(&text, Role::Bad);
    }
}

/// The place as it is shown large.
fn place_words(row: &PickLineRow) -> String {
    let place = row.place.first();
    if place.is_empty() {
        "no place".to_owned()
    } else {
        place.to_owned()
    }
}

/// For small terminals: four lines, still the place first.
fn draw_compact(canvas: &mut Canvas<'_>, area: Rect, row: &PickLineRow, cx: &Cx<'_>) {
    let place = place_words(row);
    let open = row.wanted.saturating_sub(row.taken);
    let mut pen = canvas.pen(area, 1);
    pen.put(&format!(" {place} "), Role::Selected);
    pen.skip(2);
    pen.put(&format!("take {}", cx.numbers.whole(open)), Role::Strong);
    pen.skip(2);
    pen.put(&format!("into {}", row.tote), Role::Text);
    let mut pen = canvas.pen(area, 2);
    pen.put(&row.item.no, Role::Accent);
    pen.skip(1);
    pen.fit(&row.name, Role::Text);
    let mut pen = canvas.pen(area, 3);
    let room = pen.room().saturating_sub(6);
    pen.color(&row.color, room, Role::Strong);
    pen.at_end(row.condition.word(), Role::Text);
    let left = match row.remaining {
        Some(left) => format!("left here afterwards {}", cx.numbers.whole(left)),
        None => "no lot: s ends it short".to_owned(),
    };
    canvas.pen(area, 4).fit(&left, Role::Dim);
}

/// The stops after this one, in the order in which they come.
fn ahead(view: &PickView, at: u16) -> Vec<&PickLineRow> {
    let at = usize::from(at);
    let (before, after) = view.lines.split_at(at.min(view.lines.len()));
    let open = |state: LineState| move |row: &&PickLineRow| row.state == state;
    let after = || after.iter().skip(1);
    after()
        .filter(open(LineState::Open))
        .chain(before.iter().filter(open(LineState::Open)))
        .chain(before.iter().chain(after()).filter(open(LineState::Later)))
        .take(AHEAD)
        .collect()
}

fn draw_ahead(canvas: &mut Canvas<'_>, area: Rect, view: &PickView, at: u16, cx: &Cx<'_>) {
    let first = area.height.saturating_sub(if cx.compact() { 4 } else { 6 });
    let rows = ahead(view, at);
    for nth in 0..AHEAD {
        let mut pen = canvas.pen(area, first + nth as u16);
        pen.column(if nth == 0 { "then" } else { "" }, 6, Role::Dim);
        let Some(row) = rows.get(nth) else {
            if nth == 0 {
                pen.put("the walk is done", Role::Dim);
            }
            continue;
        };
        pen.column(&place_words(row), 9, Role::Text);
        pen.skip(1);
        if !cx.compact() {
            pen.column(&row.item.no, width(&row.item.no).max(10), Role::Text);
            pen.skip(1);
        }
        let room = pen.room().saturating_sub(12).min(30);
        pen.color(&row.color, room, Role::Text);
        pen.skip(1);
        let open = row.wanted.saturating_sub(row.taken);
        pen.column(&format!("{}{open}", cx.theme.signs().times), 6, Role::Text);
        pen.put(&row.tote, Role::Dim);
    }
    if !cx.compact() {
        let line = Rect {
            y: area.y + area.height.saturating_sub(3),
            height: 1,
            ..area
        };
        progress(canvas, line, view);
    }
}

fn draw_summary(canvas: &mut Canvas<'_>, area: Rect, view: &PickView, cx: &Cx<'_>) {
    let signs = cx.theme.signs();
    let (picked, short, open) = view.lines.iter().fold((0u64, 0u64, 0u64), |sums, row| {
        let (picked, short, open) = sums;
        let missing = u64::from(row.wanted.saturating_sub(row.taken));
        let taken = picked + u64::from(row.taken);
        match row.state {
            LineState::Short => (taken, short + missing, open),
            LineState::Picked => (taken, short, open),
            LineState::Open | LineState::Later => (taken, short, open + missing),
        }
    });
    let mut pen = canvas.pen(area, 1);
    let done = open == 0;
    pen.put(
        if done { signs.right } else { signs.ring },
        if done { Role::Good } else { Role::Warning },
    );
    pen.skip(1);
    let words = if done {
        "Every stop is done."
    } else {
        "The walk has ended."
    };
    pen.put(words, Role::Strong);
    pen.skip(2);
    let pieces = |n: u64| count(cx.numbers, n, "piece", "pieces");
    pen.put(&format!("{} picked", pieces(picked)), Role::Text);
    if short > 0 {
        pen.skip(2);
        pen.put(&format!("{} missing", pieces(short)), Role::Bad);
    }
    if open > 0 {
        pen.skip(2);
        pen.put(
            &format!("{} went back to their orders", pieces(open)),
            Role::Warning,
        );
    }
    let rows = usize::from(area.height.saturating_sub(7)).max(1);
    for (nth, order) in view.orders.iter().take(rows).enumerate() {
        let mut pen = canvas.pen(area, 3 + nth as u16);
        pen.column(&order.tote, 4, Role::Accent);
        pen.column(&order.number, 11, Role::Text);
        pen.skip(1);
        let room = pen.room().saturating_sub(16).min(24);
        pen.column(&order.party, room, Role::Text);
        pen.skip(2);
        if order.short > 0 {
            pen.put(
                &format!("{} short", cx.numbers.whole(order.short)),
                Role::Bad,
            );
        } else if order.open > 0 {
            pen.put(
                &format!("{} open", cx.numbers.whole(order.open)),
                Role::Warning,
            );
        } else {
            pen.put("complete", Role::Good);
        }
    }
    let hidden = view.orders.len().saturating_sub(rows);
    if hidden > 0 {
        canvas
            .pen(area, 3 + rows as u16)
            .put(&format!("+{hidden} orders"), Role::Dim);
    }
}

fn draw_scan_line(screen: &Pick, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
    let last = area.height.saturating_sub(1);
    let line = Rect {
        y: area.y + last,
        height: 1,
        ..area
    }
    .intersection(area);
    let notice = screen.notice.as_ref();
    if let Some(notice) = notice.filter(|notice| notice.alarm) {
        let mut pen = canvas.pen(line, 0);
        pen.select_as(Role::Alarm);
        pen.skip(1);
        pen.fit(&notice.text, Role::Alarm);
        return;
    }
    let view = screen.view.as_ref();
    let open = view.is_some_and(|view| view.current.is_some());
    let prompt = if screen.short {
        "pieces found"
    } else if open {
        "scan"
    } else {
        "done"
    };
    let mut pen = canvas.pen(line, 0);
    pen.put(prompt, Role::Accent);
    pen.skip(1);
    let start = pen.x();
    let field = Rect {
        x: start,
        width: line.right().saturating_sub(start),
        ..line
    };
    screen.field_hint(canvas, field, open, cx);
    screen.line.draw(canvas, field, true, Role::Strong);
    if let Some(notice) = notice {
        let above = Rect {
            y: line.y.saturating_sub(1),
            ..line
        };
        canvas.pen(above, 0).fit(&notice.text, notice.role);
    }
}

impl Pick {
    /// What may be scanned here, as long as nothing has been.
    fn field_hint(&self, canvas: &mut Canvas<'_>, field: Rect, open: bool, cx: &Cx<'_>) {
        if !self.line.is_empty() || self.short {
            return;
        }
        let mut pen = canvas.pen(field, 0);
        pen.skip(1);
        let row = self
            .view
            .as_ref()
            .and_then(|view| view.lines.get(usize::from(view.current?)));
        match row {
            Some(row) if open => pen.fit(&format!("{} or the lot", place_words(row)), Role::Dim),
            _ => {
                let key = cx.keymap.shown(Action::Finish, false).unwrap_or_default();
                let finished = self
                    .view
                    .as_ref()
                    .is_some_and(|v| v.state == PickState::Finished);
                let text = if finished {
                    "Enter goes back".to_owned()
                } else {
                    format!("{key} finishes the walk")
                };
                pen.fit(&text, Role::Dim);
            }
        }
    }
}
