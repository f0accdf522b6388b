//! How the history looks, and a change in words.

use ratatui::layout::Rect;

use super::history::History;
use crate::domain::rows::{DeedState, EntryRow};
use crate::domain::{FieldChange, LotField, Stock, Value};
use crate::tui::canvas::Canvas;
use crate::tui::screen::Cx;
use crate::tui::text::{Numbers, age, count, width, wrap};
use crate::tui::theme::Role;

/// Lines of the pane below the list, with its rule.
const BELOW: u16 = 7;
/// Columns of the pane at the right.
const BESIDE: u16 = 56;

fn value(value: &Value, numbers: Numbers) -> String {
    match value {
        Value::Money(money) => numbers.price(*money),
        other => other.to_string(),
    }
}

fn from_to(what: &str, before: &str, after: &str) -> String {
    format!("{what} {before} → {after}")
}

/// A change in a few words: pieces first, then fields.
pub(super) fn change_words<'c>(
    (before, after): (u32, u32),
    changes: impl Iterator<Item = &'c FieldChange>,
    others: Vec<String>,
    numbers: Numbers,
) -> String {
    let changes: Vec<&FieldChange> = changes.collect();
    let mut words = Vec::new();
    for change in &changes {
        match (change.field, &change.after) {
            (LotField::Gone, Value::Flag(true)) => words.push("deleted".to_owned()),
            (LotField::Gone, _) => words.push("came in".to_owned()),
            _ => {}
        }
    }
    if before != after {
        let (before, after) = (numbers.whole(before), numbers.whole(after));
        words.push(from_to("pieces", &before, &after));
    }
    words.extend(others);
    let moved = changes.iter().any(|change| change.field == LotField::Place);
    for change in changes {
        // The remarks name the place as well.
        let told = change.field == LotField::Gone || moved && change.field == LotField::Remarks;
        if !told {
            words.push(from_to(
                change.field.word(),
                &value(&change.before, numbers),
                &value(&change.after, numbers),
            ));
        }
    }
    words.join(", ")
}

fn promised(before: &Stock, after: &Stock, numbers: Numbers) -> Vec<String> {
    [
        ("promised", before.reserved, after.reserved),
        ("sold", before.sold, after.sold),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .map(|(what, before, after)| from_to(what, &numbers.whole(before), &numbers.whole(after)))
    .collect()
}

fn entry_words(entry: &EntryRow, numbers: Numbers) -> String {
    change_words(
        (entry.before.available, entry.after.available),
        entry.changes.iter(),
        promised(&entry.before, &entry.after, numbers),
        numbers,
    )
}

const fn badge(state: DeedState) -> (&'static str, Role) {
    match state {
        DeedState::Stands | DeedState::Fixed => ("", Role::Dim),
        DeedState::TakenBack => ("taken back", Role::Warning),
        DeedState::BroughtBack => ("brought back", Role::Good),
        DeedState::Open => ("under way", Role::Info),
    }
}

impl History {
    /// Whether anything narrows the list.
    pub(super) fn narrowed(&self) -> bool {
        self.query.lot.is_some()
            || self.query.deed.is_some()
            || !self.query.kinds.is_empty()
            || !self.when_words().is_empty()
            || !self.field.is_empty()
    }

    const fn below(cx: &Cx<'_>) -> u16 {
        if cx.wide() || cx.area.height < 18 || cx.area.width < 60 {
            0
        } else {
            BELOW
        }
    }

    /// Rows that fit.
    pub(super) fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(2 + Self::below(cx))).max(1)
    }

    /// Draws everything but the form.
    pub(super) fn draw_all(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        self.draw_filter(canvas, area, cx);
        let beside = if cx.wide() { BESIDE + 2 } else { 0 };
        let list = Rect {
            width: area.width.saturating_sub(beside),
            ..area
        };
        let rows = Rect {
            y: list.y + 2,
            height: list
                .height
                .saturating_sub(2)
                .min(Self::height(cx).try_into().unwrap_or(u16::MAX)),
            ..list
        };
        if self.known && self.pages.len() > 0 {
            self.draw_rows(canvas, list, rows, cx);
        } else {
            self.draw_nothing(canvas, rows, cx);
        }
        if let Some(entry) = self.current() {
            if self.open {
                draw_open(canvas, cx.area, entry, cx);
            } else if cx.wide() {
                let pane = Rect {
                    x: area.right().saturating_sub(BESIDE),
                    y: area.y + 1,
                    width: BESIDE,
                    height: area.height.saturating_sub(1),
                };
                draw_detail(canvas, pane, entry, cx);
            } else if Self::below(cx) > 0 {
                let pane = Rect {
                    y: area.bottom().saturating_sub(BELOW),
                    height: BELOW,
                    ..area
                };
                canvas.rule(pane, 0);
                let pane = Rect {
                    y: pane.y + 1,
                    height: BELOW - 1,
                    ..pane
                };
                draw_detail(canvas, pane, entry, cx);
            }
        }
    }

    fn draw_filter(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let mut narrowed: Vec<String> = Vec::new();
        narrowed.extend(self.query.kinds.first().map(|kind| kind.word().to_owned()));
        narrowed.extend(self.query.lot.map(|lot| format!("lot {lot}")));
        narrowed.extend(self.query.deed.map(|deed| format!("change {deed}")));
        narrowed.extend(self.when_words());
        if narrowed.is_empty() {
            narrowed.push("all kinds".to_owned());
        }
        let mut state = narrowed.join(", ");
        if self.working.is_some() {
            state = format!("taking back …   {state}");
        } else if self.newer {
            state = format!("newer ones: Home   {state}");
        } else if let Some(at) = self.pages.searched {
            state = format!("looked back to {}   {state}", at.date());
        }
        let label = if self.typing { Role::Accent } else { Role::Dim };
        let mut pen = canvas.pen(area, 0);
        pen.put("Find", label);
        pen.skip(2);
        let start = pen.x();
        let role = if self.newer || self.working.is_some() {
            Role::Info
        } else {
            Role::Dim
        };
        pen.at_end(&state, role);
        let field = Rect {
            x: start,
            width: area
                .right()
                .saturating_sub(start + width(&state) as u16 + 2),
            height: 1,
            ..area
        };
        self.field.draw(canvas, field, self.typing, Role::Strong);
        if self.field.is_empty() && !cx.compact() {
            let mut pen = canvas.pen(field, 0);
            pen.skip(1);
            pen.fit(
                "part, colour, person, place, words of the change",
                Role::Dim,
            );
        }
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let role = if self.problem.is_some() {
            Role::Bad
        } else {
            Role::Text
        };
        let (text, more) = match &self.problem {
            Some(problem) => (problem.as_str(), "Nothing was changed. Esc goes back."),
            None if !self.known => ("Opening the history", ""),
            None if !self.pages.complete() => ("Looking further back", "Esc goes back."),
            None if self.narrowed() => ("No change matches.", "x shows everything again."),
            None => (
                "Nothing has been changed yet.",
                "Every change of a lot will be here, with who made it and why.",
            ),
        };
        for (line, text) in wrap(text, area.width.into()).into_iter().enumerate() {
            canvas.pen(area, line as u16).fit(&text, role);
        }
        if !cx.compact() {
            canvas.pen(area, 2).fit(more, Role::Dim);
        }
    }

    fn draw_rows(&self, canvas: &mut Canvas<'_>, list: Rect, rows: Rect, cx: &Cx<'_>) {
        let columns = Columns::of(list.width);
        let mut pen = canvas.pen(list, 1);
        pen.skip(2);
        pen.column("When", columns.when, Role::Dim);
        pen.column("Who", columns.who, Role::Dim);
        pen.column("Lot", columns.no + columns.color, Role::Dim);
        pen.column("What", columns.what, Role::Dim);
        pen.fit("Change", Role::Dim);
        let signs = cx.theme.signs();
        let visible = self.cursor.visible(self.pages.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at && !self.typing {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            match self.pages.row(at) {
                Some(entry) => columns.draw(&mut pen, entry, cx),
                None => pen.put(signs.ellipsis, Role::Dim),
            }
        }
    }
}

/// Widths of the columns; 0 leaves one out.
struct Columns {
    when: usize,
    who: usize,
    no: usize,
    color: usize,
    what: usize,
}

impl Columns {
    const fn of(width: u16) -> Self {
        if width < 60 {
            return Self {
                when: 7,
                who: 0,
                no: 10,
                color: 0,
                what: 0,
            };
        }
        let roomy = width >= 96;
        Self {
            when: 8,
            who: 9,
            no: 11,
            color: if roomy { 22 } else { 13 },
            what: if roomy { 22 } else { 0 },
        }
    }

    fn draw(&self, pen: &mut crate::tui::canvas::Pen<'_, '_>, entry: &EntryRow, cx: &Cx<'_>) {
        let over = (width(&entry.item.no) + 1).saturating_sub(self.no);
        let past = entry.state == DeedState::TakenBack;
        let plain = if past { Role::Dim } else { Role::Text };
        pen.column(&age(entry.at, cx.now), self.when, Role::Dim);
        if self.who > 0 {
            pen.column(&entry.by, self.who - 1, plain);
            pen.skip(1);
        }
        pen.column(&entry.item.no, self.no + over, plain);
        if self.color > over + 1 {
            pen.color(&entry.color, self.color - over - 1, plain);
            pen.skip(1);
        }
        if self.what > 0 {
            pen.column(&entry.what, self.what - 1, plain);
            pen.skip(1);
        }
        let (text, role) = badge(entry.state);
        let badge = if text.is_empty() { 0 } else { width(text) + 1 };
        let room = pen.room().saturating_sub(badge);
        let words = entry_words(entry, cx.numbers);
        let words = if words.is_empty() {
            &entry.what
        } else {
            &words
        };
        pen.column(words, room, plain);
        if badge > 0 {
            pen.skip(1);
            pen.fit(text, role);
        }
    }
}

/// Everything that is known of an entry, label by label.
fn detail(entry: &EntryRow, cx: &Cx<'_>) -> Vec<(String, String, Role)> {
    let numbers = cx.numbers;
    let line = |label: &str, text: String, role: Role| (label.to_owned(), text, role);
    let condition = entry.condition.word();
    let mut lines = vec![
        line(
            "Lot",
            format!(
                "{}  {} {}, {condition}, lot {}",
                entry.item.no, entry.color.name, entry.color.id, entry.lot
            ),
            Role::Strong,
        ),
        line("", entry.name.clone(), Role::Text),
        line(
            "When",
            format!("{}, {}", entry.at.iso(), entry.by),
            Role::Text,
        ),
        line(
            "What",
            format!(
                "{} ({})",
                entry.what,
                count(numbers, entry.lots.into(), "lot", "lots")
            ),
            Role::Text,
        ),
    ];
    if !entry.why.is_empty() {
        lines.push(line("Reason", entry.why.clone(), Role::Text));
    }
    let stock = [
        ("For sale", entry.before.available, entry.after.available),
        ("Promised", entry.before.reserved, entry.after.reserved),
        ("Sold", entry.before.sold, entry.after.sold),
    ];
    for (label, before, after) in stock {
        if before != after {
            let text = format!("{} → {}", numbers.whole(before), numbers.whole(after));
            lines.push(line(label, text, Role::Info));
        }
    }
    for change in &entry.changes {
        let text = format!(
            "{} → {}",
            value(&change.before, numbers),
            value(&change.after, numbers)
        );
        lines.push(line(change.field.word(), text, Role::Info));
    }
    let words = entry.reason.words();
    if words != entry.what {
        lines.push(line("Entry", words, Role::Dim));
    }
    let (state, role) = badge(entry.state);
    let mut number = format!("{}", entry.deed);
    if !state.is_empty() {
        number = format!("{number}, {state}");
    }
    if let Some(undoes) = entry.undoes {
        number = format!("{number}, turns over change {undoes}");
    }
    lines.push(line("Change", number, role));
    lines
}

fn draw_detail(canvas: &mut Canvas<'_>, area: Rect, entry: &EntryRow, cx: &Cx<'_>) {
    let label = 10;
    let room = usize::from(area.width).saturating_sub(label);
    let mut line = 0;
    for (name, text, role) in detail(entry, cx) {
        canvas.pen(area, line).column(&name, label - 1, Role::Dim);
        let rest = Rect {
            x: area.x + label as u16,
            width: room as u16,
            ..area
        };
        // A pane has room for the beginning of a long note, the whole is one key away.
        for part in wrap(&text, room).into_iter().take(4) {
            canvas.pen(rest, line).fit(&part, role);
            line += 1;
        }
    }
}

fn draw_open(canvas: &mut Canvas<'_>, area: Rect, entry: &EntryRow, cx: &Cx<'_>) {
    canvas.hide_cursor();
    let wide = area.width.min(100);
    let frame = Rect {
        x: area.x + (area.width - wide) / 2,
        width: wide,
        ..area
    };
    let inner = canvas.frame(frame, "Change");
    draw_detail(canvas, inner, entry, cx);
}
