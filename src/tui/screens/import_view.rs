//! How a list that comes in looks.

use ratatui::layout::Rect;

use super::import::{Import, Stage};
use crate::domain::report::InventoryImport;
use crate::domain::review::{ReviewFilter, ReviewRow};
use crate::tui::canvas::{Canvas, Pen};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;

impl Import {
    pub(super) fn draw_stage(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        match &self.stage {
            Stage::Path(form) => form.draw(canvas, cx.area),
            Stage::Columns(columns) => columns.draw(canvas, area, cx),
            Stage::Reading => {
                canvas.pen(area, 1).fit("Reading the list", Role::Text);
                let text = "Nothing comes into the shop yet. Esc cancels.";
                canvas.pen(area, 2).fit(text, Role::Dim);
            }
            Stage::Rows => self.draw_rows(canvas, area, cx),
            Stage::Done(report) => self.draw_done(canvas, area, cx, report),
        }
    }

    fn draw_counts(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let counts = self.counts();
        let mut pen = canvas.pen(area, 0);
        let taken = count(
            cx.numbers,
            counts.taken.into(),
            "row comes in",
            "rows come in",
        );
        pen.put(&taken, Role::Good);
        if counts.left_out > 0 {
            let out = count(cx.numbers, counts.left_out.into(), "stays out", "stay out");
            pen.put(&format!(", {out}"), Role::Text);
        }
        if counts.stopped > 0 {
            let stopped = cx.numbers.whole(counts.stopped);
            pen.put(&format!(" ({stopped} cannot come in)"), Role::Bad);
        }
        if counts.warned > 0 {
            let warned = cx.numbers.whole(counts.warned);
            pen.put(&format!(", {warned} odd"), Role::Warning);
        }
        if self.filter == ReviewFilter::Odd {
            pen.at_end("only odd rows", Role::Accent);
        }
        let what = self.page.as_ref().map_or("", |page| page.what.as_str());
        canvas.pen(area, 1).fit(what, Role::Dim);
    }

    fn draw_rows(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        self.draw_counts(canvas, area, cx);
        let widths = Widths::of(area.width);
        let mut pen = canvas.pen(area, 2);
        pen.skip(5);
        pen.right("Line", 7, Role::Dim);
        pen.skip(1);
        pen.column("Item", widths.item, Role::Dim);
        pen.column("Colour", widths.color, Role::Dim);
        pen.column("", 2, Role::Dim);
        pen.right("Pieces", 9, Role::Dim);
        pen.right("Price", 10, Role::Dim);
        pen.skip(1);
        if widths.name > 0 {
            pen.column("Name", widths.name, Role::Dim);
        }
        pen.fit("Remarks", Role::Dim);
        let rows = Rect {
            y: area.y + 3,
            height: area.height.saturating_sub(5),
            ..area
        };
        let visible = self.cursor.visible(self.pages.total, rows.height.into());
        for (line, at) in visible.enumerate() {
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            if let Some(row) = self.pages.row(at) {
                draw_row(&mut pen, row, &widths, cx);
            }
        }
        if self.pages.total == 0 {
            let text = match self.filter {
                ReviewFilter::Odd => "Nothing is odd in this list. f shows all rows.",
                ReviewFilter::All => "The list has no rows. Esc goes back.",
            };
            canvas.pen(rows, 0).fit(text, Role::Dim);
        }
        self.draw_foot(canvas, area, cx);
    }

    /// What is odd about the row one is at; while something is under way, what ends it.
    fn draw_foot(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let foot = area.height.saturating_sub(2);
        if self.booking {
            canvas.rule(area, foot);
            let text = "It is being booked. Esc cancels, and everything is as it was.";
            canvas.pen(area, foot + 1).fit(text, Role::Warning);
            return;
        }
        canvas.rule(area, foot);
        let Some(row) = self.current() else {
            return;
        };
        let mut pen = canvas.pen(area, foot + 1);
        if row.problems.is_empty() {
            let text = match (row.known, row.taken) {
                (true, _) => {
                    "The shop has this lot already; it stays as it is unless lots are merged."
                }
                (false, true) => "Nothing is odd about this row.",
                (false, false) => "Left out. Space takes it in.",
            };
            pen.fit(text, Role::Dim);
            return;
        }
        for (at, problem) in row.problems.iter().enumerate() {
            if at > 0 {
                pen.put("; ", Role::Dim);
            }
            let role = if problem.stops {
                Role::Bad
            } else {
                Role::Warning
            };
            if !problem.field.is_empty() {
                pen.put(&format!("{}: ", problem.field), Role::Strong);
            }
            let room = pen.room();
            let text = crate::tui::text::truncate(&problem.reason, room, cx.theme.signs().ellipsis);
            pen.put(&text, role);
        }
    }

    fn draw_done(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        cx: &Cx<'_>,
        report: &InventoryImport,
    ) {
        let some = |number: u64, one: &str, many: &str| count(cx.numbers, number, one, many);
        let mut line = 1;
        let mut say = |text: String, role: Role| {
            canvas.pen(area, line).fit(&text, role);
            line += 1;
        };
        say(format!("{}: {}", report.file, report.what), Role::Strong);
        say(some(report.added, "lot is new", "lots are new"), Role::Good);
        let more = [
            (report.merged, "row went into a lot", "rows went into lots"),
            (
                report.already,
                "lot was there already",
                "lots were there already",
            ),
            (
                report.returned,
                "deleted lot is back",
                "deleted lots are back",
            ),
            (
                report.skipped.count,
                "row was left out",
                "rows were left out",
            ),
            (
                report.unknown_items,
                "lot is of an item the catalogue does not know",
                "lots are of items the catalogue does not know",
            ),
        ];
        for (number, one, many) in more {
            if number > 0 {
                say(some(number, one, many), Role::Text);
            }
        }
        say(
            some(report.pieces, "piece in all", "pieces in all"),
            Role::Text,
        );
        if let Some(name) = &report.mapping {
            say(format!("Its columns are kept as “{name}”."), Role::Dim);
        }
        say(String::new(), Role::Text);
        let end = if self.was_taken_back() {
            "All of it is taken back. Esc goes back."
        } else if report.deed.is_some() {
            "u takes all of it back. Esc goes back."
        } else {
            "Nothing was changed. Esc goes back."
        };
        say(end.to_owned(), Role::Dim);
    }
}

/// How wide the columns are that give way.
struct Widths {
    item: usize,
    color: usize,
    name: usize,
}

impl Widths {
    const fn of(width: u16) -> Self {
        if width >= 110 {
            Self {
                item: 15,
                color: 22,
                name: 30,
            }
        } else {
            Self {
                item: 13,
                color: 15,
                name: 0,
            }
        }
    }
}

fn draw_row(pen: &mut Pen<'_, '_>, row: &ReviewRow, widths: &Widths, cx: &Cx<'_>) {
    let (sign, role) = if row.problems.iter().any(|problem| problem.stops) {
        ("x", Role::Bad)
    } else if !row.taken {
        ("-", Role::Dim)
    } else if !row.problems.is_empty() {
        ("!", Role::Warning)
    } else if row.known {
        ("=", Role::Dim)
    } else {
        (" ", Role::Text)
    };
    pen.put(sign, role);
    pen.put(if row.edited { "e" } else { " " }, Role::Accent);
    pen.skip(1);
    let line = if row.line > 0 {
        cx.numbers.whole(row.line)
    } else {
        String::new()
    };
    pen.right(&line, 7, Role::Dim);
    pen.skip(1);
    let role = if row.taken { Role::Text } else { Role::Dim };
    let Some(lot) = &row.lot else {
        let reason = row.problems.first().map_or("", |p| p.reason.as_str());
        pen.fit(reason, Role::Bad);
        return;
    };
    pen.column(&lot.item.to_string(), widths.item, role);
    pen.color(&lot.color, widths.color.saturating_sub(1), role);
    pen.skip(1);
    pen.column(&lot.condition.letter().to_string(), 2, Role::Dim);
    pen.right(&cx.numbers.whole(lot.pieces), 9, role);
    pen.right(&cx.numbers.price(lot.price), 10, role);
    pen.skip(1);
    if widths.name > 0 {
        pen.column(&lot.name, widths.name, role);
    }
    pen.fit(&lot.remarks, role);
}
