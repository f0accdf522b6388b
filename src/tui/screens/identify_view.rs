//! How a part from a photo looks: the path, photos that wait, candidates with how sure they are.

use ratatui::layout::Rect;

use super::identify::IdentifyScreen;
use crate::domain::market::{Candidate, Identified, Sought};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{age, count, wrap};
use crate::tui::theme::Role;

/// Cells of the bar.
const BAR: u16 = 10;
/// Columns of the picture and the gap before it.
const BESIDE: u16 = 30;
/// From so many columns on a candidate stands in one line, also beside a picture.
const WIDE: u16 = 100;
/// From so many columns on there is room for a picture.
const PICTURE_FROM: u16 = 80;

/// The first line of the list.
const fn top(cx: &Cx<'_>) -> u16 {
    if cx.compact() { 2 } else { 3 }
}

/// Rows that are visible.
pub(super) fn height(screen: &IdentifyScreen, cx: &Cx<'_>) -> usize {
    // The last line tells where photos come from, or of colours.
    let lines = cx.area.height.saturating_sub(top(cx) + 1);
    let lines = lines.saturating_sub(problem(screen, cx).len() as u16);
    let each = if screen.found.is_some() && in_two_lines(cx) {
        2
    } else {
        1
    };
    usize::from(lines / each).max(1)
}

/// Whether a candidate takes two lines.
const fn in_two_lines(cx: &Cx<'_>) -> bool {
    cx.compact() || (cx.session.pictures.is_some() && cx.area.width < WIDE)
}

/// What went wrong, in lines, with the one below it.
fn problem(screen: &IdentifyScreen, cx: &Cx<'_>) -> Vec<String> {
    let Some(problem) = screen.problem.as_ref().filter(|_| screen.looking.is_none()) else {
        return Vec::new();
    };
    let mut lines = wrap(problem, usize::from(cx.area.width.saturating_sub(2)));
    lines.push(String::new());
    lines
}

/// Draws the screen.
pub(super) fn draw(screen: &IdentifyScreen, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
    let area = Rect {
        x: cx.area.x + 1,
        width: cx.area.width.saturating_sub(2),
        ..cx.area
    };
    let mut pen = canvas.pen(area, 0);
    pen.put("Photo", Role::Accent);
    pen.skip(2);
    let start = pen.x();
    let field = Rect {
        x: start,
        width: area.right().saturating_sub(start),
        height: 1,
        ..area
    };
    screen
        .field
        .draw(canvas, field, !screen.on_list, Role::Strong);
    if screen.field.is_empty() {
        let mut pen = canvas.pen(field, 0);
        pen.skip(1);
        pen.fit("path of a photo, or https://", Role::Dim);
    }
    let what = match screen.sought {
        Sought::Any => "anything",
        Sought::Parts => "parts",
        Sought::Sets => "sets",
        Sought::Minifigures => "minifigures",
    };
    canvas
        .pen(area, 1)
        .fit(&format!("Looks for {what}"), Role::Dim);
    let top = top(cx);
    let list = Rect {
        y: area.y + top.min(area.height),
        height: area.height.saturating_sub(top + 1),
        ..area
    };
    let last = area.height.saturating_sub(1);
    if let Some(shown) = &screen.looking {
        canvas
            .pen(list, 0)
            .fit(&format!("Looking at {shown}"), Role::Info);
    } else if let Some(found) = &screen.found {
        let room = if cx.session.pictures.is_some() && cx.area.width >= PICTURE_FROM {
            let beside = Rect {
                x: list.right().saturating_sub(BESIDE - 2),
                width: BESIDE - 2,
                ..list
            };
            // Its place is kept free: rows do not jump when it comes.
            screen.picture.draw(canvas, beside);
            BESIDE
        } else {
            0
        };
        let rows = Rect {
            width: list.width.saturating_sub(room),
            ..list
        };
        candidates(screen, found, canvas, rows, cx);
        canvas.pen(area, last).fit(&below(found, cx), Role::Dim);
    } else {
        // What went wrong takes no photo away.
        let problem = problem(screen, cx);
        for (line, text) in problem.iter().enumerate() {
            canvas.pen(list, line as u16).fit(text, Role::Warning);
        }
        let below = Rect {
            y: list.y + (problem.len() as u16).min(list.height),
            height: list.height.saturating_sub(problem.len() as u16),
            ..list
        };
        waiting(screen, canvas, below, cx);
        if let Some(inbox) = &screen.inbox {
            let text = format!("Photos put into {} appear here.", inbox.folder);
            canvas.pen(area, last).fit(&text, Role::Dim);
        }
    }
}

/// What stands below the candidates.
fn below(found: &Identified, cx: &Cx<'_>) -> String {
    let mut text = Vec::new();
    let unsure = found.candidates.iter().all(|row| row.doubtful);
    if unsure {
        text.push(format!("None is {} % sure.", found.doubt));
    }
    if found.more > 0 {
        let more = count(cx.numbers, found.more.into(), "more", "more");
        text.push(format!("{more}."));
    }
    if !found.colors.is_empty() {
        let hints = found.colors.iter().take(3);
        let hints: Vec<String> = hints
            .map(|hint| format!("{} {} %", hint.name, hint.score.percent()))
            .collect();
        text.push(format!("Colour, only a hint: {}", hints.join(", ")));
    }
    text.join("  ")
}

fn waiting(screen: &IdentifyScreen, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
    let photos = screen.photos();
    if photos.is_empty() {
        if screen.problem.is_none() {
            canvas.pen(area, 0).fit("No photo waits.", Role::Text);
            let text = "Type or paste the path of one above, or send one into the folder below.";
            for (line, text) in wrap(text, usize::from(area.width)).iter().enumerate() {
                canvas.pen(area, 1 + line as u16).fit(text, Role::Dim);
            }
        }
        return;
    }
    let signs = cx.theme.signs();
    let visible = screen.cursor.visible(photos.len(), area.height.into());
    for (line, at) in visible.enumerate() {
        let photo = &photos[at];
        let mut pen = canvas.pen(area, line as u16);
        if screen.on_list && at == screen.cursor.at {
            pen.put(signs.cursor, Role::Accent);
            pen.skip(1);
            pen.select();
        } else {
            pen.skip(2);
        }
        let (word, role) = if photo.still {
            (age(photo.at, cx.now), Role::Dim)
        } else {
            ("arriving".to_owned(), Role::Warning)
        };
        let room = pen.room().saturating_sub(24);
        pen.column(&photo.name, room, Role::Text);
        let kilobytes = format!("{} kB", cx.numbers.whole(photo.bytes.div_ceil(1_000)));
        pen.right(&kilobytes, 10, Role::Dim);
        pen.skip(2);
        pen.fit(&word, role);
    }
}

fn candidates(
    screen: &IdentifyScreen,
    found: &Identified,
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
) {
    let visible = screen
        .cursor
        .visible(found.candidates.len(), height(screen, cx));
    let widest = found.candidates.iter().map(|row| row.guess.no.len()).max();
    let widest = widest.unwrap_or(0).clamp(6, 16);
    for (nth, at) in visible.enumerate() {
        let row = &found.candidates[at];
        let here = screen.on_list && at == screen.cursor.at;
        if in_two_lines(cx) {
            two_lines(canvas, area, nth as u16 * 2, (row, here), cx);
        } else {
            one_line(canvas, area, nth as u16, (row, here), widest, cx);
        }
    }
}

/// Doubt has a sign, a word and a role of its own.
fn sureness(row: &Candidate) -> (&'static str, Role) {
    if row.doubtful {
        ("? doubtful", Role::Warning)
    } else {
        ("", Role::Good)
    }
}

fn one_line(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    (row, here): (&Candidate, bool),
    widest: usize,
    cx: &Cx<'_>,
) {
    let signs = cx.theme.signs();
    let (word, role) = sureness(row);
    let mut pen = canvas.pen(area, line);
    if here {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    let percent = row.guess.score.percent();
    pen.right(&format!("{percent} %"), 5, role);
    pen.skip(1);
    if area.width >= WIDE - 2 {
        let full = usize::from(percent * BAR / 100);
        let (done, open) = signs.bar;
        pen.put(&done.repeat(full), role);
        pen.put(
            &open.repeat(usize::from(BAR).saturating_sub(full)),
            Role::Dim,
        );
        pen.skip(1);
    }
    pen.column(word, 10, role);
    pen.skip(2);
    pen.column(&row.guess.no, widest, Role::Accent);
    pen.skip(2);
    let stock = stock(row, cx);
    let room = pen.room().saturating_sub(22);
    pen.column(&row.name, room, Role::Text);
    pen.skip(2);
    pen.fit(&stock.0, stock.1);
}

fn two_lines(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    (row, here): (&Candidate, bool),
    cx: &Cx<'_>,
) {
    let (word, role) = sureness(row);
    let mut pen = canvas.pen(area, line);
    if here {
        pen.put(cx.theme.signs().cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    pen.right(&format!("{}%", row.guess.score.percent()), 4, role);
    pen.skip(1);
    pen.put(&row.guess.no, Role::Accent);
    pen.skip(1);
    pen.fit(&row.name, Role::Text);
    let mut pen = canvas.pen(area, line + 1);
    pen.skip(7);
    if row.doubtful {
        pen.put(word, role);
        pen.skip(2);
    }
    let (text, role) = stock(row, cx);
    pen.fit(&text, role);
}

/// What the shop has of it, and where.
fn stock(row: &Candidate, cx: &Cx<'_>) -> (String, Role) {
    match (row.known, row.lots) {
        (false, 0) => {
            let key = cx.keymap.shown(Action::Refresh, false).unwrap_or_default();
            (format!("unknown, {key} fetches"), Role::Warning)
        }
        (_, 0) => ("none here".to_owned(), Role::Dim),
        _ => {
            let pieces = cx.numbers.whole(row.pieces);
            (
                format!("{pieces} pcs  {}", row.places.join(" ")),
                Role::Good,
            )
        }
    }
}
