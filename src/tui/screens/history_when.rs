//! Whose changes the history shows, and of which days.

use super::history::History;
use crate::domain::day;
use crate::tui::effect::Effect;
use crate::tui::key::Key;
use crate::tui::screen::Cx;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const PERSON: usize = 0;
const FROM: usize = 1;
const UNTIL: usize = 2;

/// When a day of the shop begins, or the day behind it.
fn begins(text: &str, later: i64, cx: &Cx<'_>) -> Option<crate::domain::Timestamp> {
    let me = cx.session.me.as_ref();
    let zone = me.map_or("UTC", |me| me.settings.time_zone.as_str());
    day::begins(text, zone, cx.now, later)
}

impl History {
    /// Asks for person and days.
    pub(super) fn ask_when(&mut self) {
        let [from, until] = &self.days;
        self.when = Some(
            Form::new("Whose changes, and when")
                .about("Days: 2026-03-01, today, yesterday, 30d (so many days ago); empty: any.")
                .text("Person", self.query.by.as_deref().unwrap_or_default())
                .text("From", from)
                .text("Until", until)
                .keys("Enter next, at the end show   Esc back"),
        );
    }

    /// Takes a key of that form.
    pub(super) fn when_key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(form) = &mut self.when else {
            return Vec::new();
        };
        match form.on(key) {
            Filled::Cancelled => self.when = None,
            Filled::Changed => check(form, cx),
            Filled::Submitted => return self.use_when(cx),
            Filled::Nothing => {}
        }
        Vec::new()
    }

    /// Takes pasted text.
    pub(super) fn when_paste(&mut self, text: &str, cx: &Cx<'_>) {
        if let Some(form) = &mut self.when {
            form.paste(text);
            check(form, cx);
        }
    }

    fn use_when(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(form) = self.when.take() else {
            return Vec::new();
        };
        let value = |row| form.value(row).trim().to_owned();
        let person = value(PERSON);
        self.query.by = (!person.is_empty()).then_some(person);
        self.days = [value(FROM), value(UNTIL)];
        self.query.from = begins(&self.days[0], 0, cx);
        self.query.until = begins(&self.days[1], 1, cx);
        self.cursor = Cursor::default();
        self.ask()
    }

    /// Person and days in words, where they narrow the list.
    pub(super) fn when_words(&self) -> Vec<String> {
        let [from, until] = &self.days;
        let mut words: Vec<String> = self.query.by.clone().into_iter().collect();
        if self.query.from.is_some() {
            words.push(format!("from {from}"));
        }
        if self.query.until.is_some() {
            words.push(format!("until {until}"));
        }
        words
    }
}

fn check(form: &mut Form, cx: &Cx<'_>) {
    for row in [FROM, UNTIL] {
        let text = form.value(row);
        let wrong = !text.trim().is_empty() && begins(&text, 0, cx).is_none();
        form.mistake(row, wrong.then_some("a day such as 2026-03-01"));
    }
    let (from, until) = (form.value(FROM), form.value(UNTIL));
    let backwards = match (begins(&from, 0, cx), begins(&until, 1, cx)) {
        (Some(from), Some(until)) => until <= from,
        _ => false,
    };
    if backwards {
        form.mistake(UNTIL, Some("that is before the first day"));
    }
}
