//! The inventory: the shop's lots in the order of their places, narrowed by typing.

use crate::api::{Answer, Event, Reply, Request, Rows, Topic};
use crate::domain::rows::LotRow;
use crate::domain::{LotQuery, ViewSpec, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::widgets::field::Field;
use crate::tui::window::{RowsOf, Window};

const LIST: Tag = 1;

/// The inventory.
#[derive(Debug, Default)]
pub struct Inventory {
    pub(super) field: Field,
    pub(super) in_list: bool,
    pub(super) window: Window<LotRow>,
    /// The text under way; only the newest one waits behind it.
    asked: Option<String>,
    again: bool,
    pub(super) shown: Option<String>,
}

impl Inventory {
    /// The inventory, asked this.
    pub fn asked(query: &LotQuery) -> Self {
        Self {
            field: Field::with(&query.text),
            ..Self::default()
        }
    }

    fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(2))
    }

    fn ask(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if self.asked.is_some() {
            self.again = true;
            return Vec::new();
        }
        let text = self.field.text();
        self.asked = Some(text.clone());
        vec![Effect::send(
            LIST,
            Request::Open {
                spec: ViewSpec::Lots(LotQuery::text(text)),
                rows: Window::<LotRow>::first_rows(Self::height(cx)),
            },
        )]
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        if Window::<LotRow>::is_mine(tag) {
            let effects = self.window.answered(tag, answer, height);
            return effects.unwrap_or_else(|| self.ask(cx));
        }
        let asked = self.asked.take();
        if std::mem::take(&mut self.again) {
            return self.ask(cx);
        }
        match answer {
            Ok(Reply::Opened(mut opened)) => {
                let taken = std::mem::replace(&mut opened.rows, Rows::Lots(Vec::new()));
                let rows = LotRow::of(taken);
                let same = self.shown == asked;
                self.shown = asked;
                self.window.open(&opened, rows, same, height);
                self.window.wanted(height)
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        if self.window.on(action, height) {
            return self.window.wanted(height);
        }
        match action {
            Action::Search => self.in_list = false,
            Action::Switch => self.in_list = !self.in_list,
            Action::Back if !self.in_list && !self.field.is_empty() => self.in_list = true,
            Action::Back => return vec![Effect::Back],
            Action::Open => {
                if let Some(row) = self.window.current().filter(|row| row.known) {
                    return vec![Effect::Go(Destination::Item(row.item.clone()))];
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if !self.in_list && self.field.on(key) {
            self.ask(cx)
        } else {
            Vec::new()
        }
    }
}

impl Screen for Inventory {
    fn context(&self) -> Context {
        Context::Inventory
    }

    fn mode(&self) -> Mode {
        if self.in_list {
            Mode::Commands
        } else {
            Mode::Typing
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Inventory(LotQuery::text(self.field.text())))
    }

    fn hints(&self) -> Vec<Action> {
        if self.in_list {
            vec![Action::Open, Action::Search, Action::PageDown, Action::Back]
        } else {
            vec![Action::Open, Action::Switch, Action::PageDown, Action::Back]
        }
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown if self.shown.is_some() => Vec::new(),
            ScreenEvent::Shown => self.ask(cx),
            ScreenEvent::Back => {
                self.window.forget();
                self.ask(cx)
            }
            ScreenEvent::Resized => {
                let len = self.window.len();
                self.window.cursor.settle(len, Self::height(cx));
                self.window.wanted(Self::height(cx))
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => {
                self.field.insert(text.trim());
                self.ask(cx)
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Inventory,
                    ..
                } => self.ask(cx),
                _ => Vec::new(),
            },
            ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_all(canvas, cx);
    }
}
