//! A few labelled fields in a frame, filled in one after the other.
//!
//! Whoever owns the form says what is wrong with a field; it is shown beside it while one types. Secret
//! fields show a dot for each character and nothing else.

use ratatui::layout::Rect;

use super::field::Field;
use crate::domain::Secret;
use crate::tui::canvas::Canvas;
use crate::tui::key::{Code, Key};
use crate::tui::text::width;
use crate::tui::theme::Role;

/// What a key in the form did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// It stays open.
    Nothing,
    /// A field has changed.
    Changed,
    /// Everything is filled in.
    Submitted,
    /// It is to be closed.
    Cancelled,
}

#[derive(Debug, Clone)]
enum Kind {
    Text,
    Secret,
    Choice(Vec<String>, usize),
}

#[derive(Debug, Clone)]
struct Row {
    label: String,
    kind: Kind,
    field: Field,
    wrong: Option<String>,
}

/// A form while it is open.
#[derive(Debug, Clone)]
pub struct Form {
    title: String,
    /// Lines above the fields.
    about: Vec<String>,
    rows: Vec<Row>,
    at: usize,
    /// Why it was not accepted, below the fields.
    pub failed: Option<String>,
    /// The keys, in the last line.
    pub keys: String,
}

impl Form {
    /// An empty form.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            about: Vec::new(),
            rows: Vec::new(),
            at: 0,
            failed: None,
            keys: "Enter go on   Esc back".into(),
        }
    }

    /// A line above the fields.
    #[must_use]
    pub fn about(mut self, line: impl Into<String>) -> Self {
        self.about.push(line.into());
        self
    }

    /// What the last line says.
    #[must_use]
    pub fn keys(mut self, keys: &str) -> Self {
        keys.clone_into(&mut self.keys);
        self
    }

    fn row(mut self, label: &str, kind: Kind, text: &str) -> Self {
        self.rows.push(Row {
            label: label.to_owned(),
            kind,
            field: Field::with(text),
            wrong: None,
        });
        self
    }

    /// A line of text.
    #[must_use]
    pub fn text(self, label: &str, text: &str) -> Self {
        self.row(label, Kind::Text, text)
    }

    /// A password, PIN or code.
    #[must_use]
    pub fn secret(self, label: &str) -> Self {
        self.row(label, Kind::Secret, "")
    }

    /// One of several, changed with the arrows.
    #[must_use]
    pub fn choice(self, label: &str, choices: &[&str], at: usize) -> Self {
        let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
        self.row(label, Kind::Choice(choices, at), "")
    }

    /// What a field holds.
    pub fn value(&self, row: usize) -> String {
        self.rows
            .get(row)
            .map_or_else(String::new, |row| row.field.text())
    }

    /// What a secret field holds.
    pub fn hidden(&self, row: usize) -> Secret {
        Secret::new(self.value(row))
    }

    /// Which of several is chosen.
    pub fn chosen(&self, row: usize) -> usize {
        match self.rows.get(row).map(|row| &row.kind) {
            Some(Kind::Choice(_, at)) => *at,
            _ => 0,
        }
    }

    /// Other lines above the fields.
    pub fn tell(&mut self, lines: Vec<String>) {
        self.about = lines;
    }

    /// Puts a text into a field.
    pub fn set(&mut self, row: usize, text: &str) {
        if let Some(row) = self.rows.get_mut(row) {
            row.field = Field::with(text);
        }
    }

    /// Offers other choices.
    pub fn offer(&mut self, row: usize, choices: Vec<String>) {
        if let Some(Row {
            kind: Kind::Choice(offered, at),
            ..
        }) = self.rows.get_mut(row)
        {
            *at = (*at).min(choices.len().saturating_sub(1));
            *offered = choices;
        }
    }

    /// The field one is in.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Goes to a field.
    pub fn go_to(&mut self, row: usize) {
        self.at = row.min(self.rows.len().saturating_sub(1));
    }

    /// Says what is wrong with a field, or that nothing is.
    pub fn mistake(&mut self, row: usize, wrong: Option<&str>) {
        if let Some(row) = self.rows.get_mut(row) {
            row.wrong = wrong.map(str::to_owned);
        }
    }

    /// Says why it was not accepted; secrets are to be typed again.
    pub fn refuse(&mut self, why: &str) {
        self.failed = Some(why.to_owned());
        let mut first = None;
        for (at, row) in self.rows.iter_mut().enumerate() {
            if matches!(row.kind, Kind::Secret) {
                row.field.clear();
                first = first.or(Some(at));
            }
        }
        if let Some(first) = first {
            self.at = first;
        }
    }

    /// The field that one is in, for a scanner that types into it.
    pub fn current(&mut self) -> Option<&mut Field> {
        self.rows.get_mut(self.at).map(|row| &mut row.field)
    }

    /// Takes pasted text. Several lines fill as many secret fields, when there are enough from here on: pages
    /// show keys below each other.
    pub fn paste(&mut self, text: &str) {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let hidden = |row: &Row| matches!(row.kind, Kind::Secret);
        let rows = self.rows.get_mut(self.at..self.at + lines.len());
        if let Some(rows) = rows.filter(|rows| rows.len() > 1 && rows.iter().all(hidden)) {
            for (row, line) in rows.iter_mut().zip(&lines) {
                row.field = Field::with(line);
            }
            self.at += lines.len() - 1;
            return;
        }
        if let Some(row) = self.rows.get_mut(self.at) {
            row.field.insert(text.trim());
        }
    }

    /// Takes a key.
    pub fn on(&mut self, key: Key) -> Filled {
        let last = self.rows.len().saturating_sub(1);
        match key.code {
            Code::Esc => return Filled::Cancelled,
            Code::Enter if self.at < last => self.at += 1,
            Code::Enter => {
                // Nothing is sent while a mistake is shown: one is taken to it.
                match self.rows.iter().position(|row| row.wrong.is_some()) {
                    Some(wrong) => self.at = wrong,
                    None => return Filled::Submitted,
                }
            }
            Code::Tab | Code::Down => self.at = if self.at == last { 0 } else { self.at + 1 },
            Code::BackTab | Code::Up => self.at = if self.at == 0 { last } else { self.at - 1 },
            _ => return self.edit(key),
        }
        Filled::Nothing
    }

    fn edit(&mut self, key: Key) -> Filled {
        let Some(row) = self.rows.get_mut(self.at) else {
            return Filled::Nothing;
        };
        if let Kind::Choice(choices, at) = &mut row.kind {
            let len = choices.len().max(1);
            match key.code {
                Code::Right | Code::Char(' ') => *at = (*at + 1) % len,
                Code::Left => *at = (*at + len - 1) % len,
                Code::Char(c) => {
                    let begins = |choice: &String| choice.to_lowercase().starts_with(c);
                    *at = choices.iter().position(begins).unwrap_or(*at);
                }
                _ => return Filled::Nothing,
            }
            return Filled::Changed;
        }
        self.failed = None;
        if row.field.on(key) {
            Filled::Changed
        } else {
            Filled::Nothing
        }
    }

    /// How many lines it takes, frame and all.
    fn height(&self) -> u16 {
        let about = if self.about.is_empty() {
            0
        } else {
            self.about.len() + 1
        };
        (about + self.rows.len() + 5) as u16
    }

    /// Draws it in the middle of an area.
    pub fn draw(&self, canvas: &mut Canvas<'_>, size: Rect) {
        let wide = size.width.min(76);
        let height = self.height().min(size.height);
        let area = Rect {
            x: size.x + (size.width - wide) / 2,
            y: size.y + (size.height - height) / 3,
            width: wide,
            height,
        };
        canvas.hide_cursor();
        let inner = canvas.frame(area, &self.title);
        let mut line = 0;
        // On a small terminal the fields matter more than the words about them.
        let roomy = self.height() <= size.height;
        if roomy && !self.about.is_empty() {
            for about in &self.about {
                canvas.pen(inner, line).fit(about, Role::Dim);
                line += 1;
            }
            line += 1;
        }
        let labels = self.rows.iter().map(|row| width(&row.label)).max();
        let labels = labels.unwrap_or(0) + 2;
        let room = usize::from(inner.height).saturating_sub(usize::from(line) + 2);
        let top = (self.at + 1).saturating_sub(room.max(1));
        for (at, row) in self.rows.iter().enumerate().skip(top).take(room.max(1)) {
            self.draw_row(canvas, inner, line, labels, (at, row));
            line += 1;
        }
        let below = inner.height.saturating_sub(2);
        if let Some(failed) = &self.failed {
            canvas.pen(inner, below).fit(failed, Role::Bad);
        }
        canvas.pen(inner, below + 1).fit(&self.keys, Role::Dim);
    }

    fn draw_row(
        &self,
        canvas: &mut Canvas<'_>,
        inner: Rect,
        line: u16,
        labels: usize,
        (at, row): (usize, &Row),
    ) {
        let here = at == self.at;
        let label = if here { Role::Accent } else { Role::Dim };
        canvas.pen(inner, line).column(&row.label, labels, label);
        let rest = Rect {
            x: inner.x + (labels as u16).min(inner.width),
            y: inner.y + line,
            width: inner.width.saturating_sub(labels as u16),
            height: u16::from(line < inner.height),
        };
        let used = match &row.kind {
            Kind::Choice(choices, chosen) => {
                let ellipsis = canvas.theme.signs().ellipsis;
                let room = usize::from(rest.width);
                let first = first_shown(choices, *chosen, room);
                let mut pen = canvas.pen(rest, 0);
                let mut used = 0;
                if first > 0 {
                    pen.put(ellipsis, Role::Dim);
                    pen.skip(1);
                    used += width(ellipsis) + 1;
                }
                for (at, choice) in choices.iter().enumerate().skip(first) {
                    let last = at + 1 == choices.len();
                    let needed = width(choice) + if last { 0 } else { 2 + width(ellipsis) };
                    if at > first && used + needed > room {
                        pen.put(ellipsis, Role::Dim);
                        break;
                    }
                    let role = match (at == *chosen, here) {
                        (true, true) => Role::Selected,
                        (true, false) => Role::Strong,
                        _ => Role::Dim,
                    };
                    pen.put(choice, role);
                    pen.skip(2);
                    used += width(choice) + 2;
                }
                used
            }
            Kind::Secret => {
                let dots = canvas
                    .theme
                    .signs()
                    .full
                    .repeat(row.field.text().chars().count());
                Field::with(&dots).draw(canvas, rest, here, Role::Text);
                width(&dots) + 1
            }
            Kind::Text => {
                row.field.draw(canvas, rest, here, Role::Text);
                width(&row.field.text()) + 1
            }
        };
        if let Some(wrong) = &row.wrong {
            let beside = Rect {
                x: rest.x + (used as u16 + 1).min(rest.width),
                width: rest.width.saturating_sub(used as u16 + 1),
                ..rest
            };
            canvas.pen(beside, 0).fit(wrong, Role::Warning);
        }
    }
}

/// Where a row of choices begins, so that the chosen one is seen whole.
fn first_shown(choices: &[String], chosen: usize, room: usize) -> usize {
    if choices.is_empty() {
        return 0;
    }
    let chosen = chosen.min(choices.len() - 1);
    let wide = |choices: &[String]| choices.iter().map(|one| width(one) + 2).sum::<usize>();
    if wide(choices) <= room + 2 {
        return 0;
    }
    // An ellipsis with its blank on either side.
    let fits = |first: &usize| wide(&choices[*first..=chosen]) + 4 <= room;
    (0..=chosen).find(fits).unwrap_or(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(form: &mut Form, text: &str) {
        for c in text.chars() {
            form.on(Key::char(c));
        }
    }

    #[test]
    fn enter_goes_on_and_submits_at_the_end() {
        let mut form = Form::new("Sign in").text("E-mail", "").secret("Password");
        typed(&mut form, "ana");
        assert_eq!(form.on(Key::plain(Code::Enter)), Filled::Nothing);
        typed(&mut form, "secret");
        assert_eq!(form.on(Key::plain(Code::Enter)), Filled::Submitted);
        assert_eq!(form.value(0), "ana");
        assert_eq!(form.hidden(1), Secret::new("secret"));
        assert_eq!(form.on(Key::plain(Code::Esc)), Filled::Cancelled);
    }

    #[test]
    fn a_mistake_holds_it_back_and_a_refusal_empties_secrets() {
        let mut form = Form::new("x").text("A", "a").secret("B");
        form.mistake(0, Some("no"));
        form.go_to(1);
        assert_eq!(form.on(Key::plain(Code::Enter)), Filled::Nothing);
        typed(&mut form, "b");
        assert_eq!(form.value(0), "ab", "one is taken to the mistake");
        form.mistake(0, None);
        form.go_to(1);
        typed(&mut form, "pw");
        form.refuse("Wrong.");
        assert!(form.hidden(1).is_empty() && form.failed.is_some());
        typed(&mut form, "p");
        assert_eq!(form.failed, None, "typing on takes the sentence away");
    }

    #[test]
    fn pasted_lines_fill_secrets_below_each_other_and_nothing_else() {
        let mut form = Form::new("x").text("Name", "").secret("A").secret("B");
        form.paste(" one\r\n\ntwo ");
        assert!(!form.value(0).contains('\n') && form.hidden(1).is_empty());
        form.go_to(1);
        form.paste(" \tone\r\n\n two\n");
        assert_eq!((form.value(1), form.value(2)), ("one".into(), "two".into()));
        assert_eq!(form.at(), 2);
        form.go_to(1);
        form.paste("a\nb\nc");
        assert_eq!(form.value(2), "two", "three do not fit");
    }

    #[test]
    fn choices_turn_with_arrows_and_first_letters() {
        let mut form = Form::new("x").choice("Role", &["owner", "picker", "viewer"], 0);
        form.on(Key::plain(Code::Left));
        assert_eq!(form.chosen(0), 2);
        form.on(Key::char('p'));
        assert_eq!(form.chosen(0), 1);
        form.on(Key::plain(Code::Right));
        form.on(Key::plain(Code::Right));
        assert_eq!(form.chosen(0), 0);
    }

    #[test]
    fn a_long_row_of_choices_begins_where_the_chosen_one_is_seen() {
        let choices: Vec<String> = (0..9).map(|at| format!("choice {at}")).collect();
        assert_eq!(first_shown(&choices, 8, 200), 0, "all of them fit");
        for chosen in 0..9 {
            let first = first_shown(&choices, chosen, 32);
            assert!(first <= chosen);
            assert!((chosen + 1 - first) * 10 + 4 <= 32, "{first} {chosen}");
        }
        assert_eq!(first_shown(&choices, 2, 5), 2, "one at least");
        assert_eq!(first_shown(&[], 0, 5), 0);
    }
}
