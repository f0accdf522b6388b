//! A pick: the walk through the shop. One stop at a time, one key or one scan per stop.
//!
//! The scan line always has the focus. What is scanned or pressed while an answer is under way waits
//! in order and is used afterwards, at the stop where the person is then. A wrong scan moves nothing,
//! and what was scanned behind it is thrown away: those codes were meant for other stops.

use std::time::Duration;

use super::pick_view;
use crate::api::{Event, Request, Topic};
use crate::domain::market::PictureKey;
use crate::domain::rows::PickView;
use crate::domain::{OrderId, PickState, SessionId, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Effect, Tag};
use crate::tui::input::split_paste;
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::picture::Picture;

pub(super) const DEED: Tag = 1;
pub(super) const LOOK: Tag = 2;
pub(super) const FADE: Tag = 3;

/// A second key within this time ends a walk that is not done.
const TWICE: Duration = Duration::from_secs(3);

/// Columns and lines of the picture, and of the small one on a terminal of 24 lines.
const PICTURE: (u16, u16) = (20, 8);
const SMALL: (u16, u16) = (12, 5);
/// From so many lines on there is room for the large one.
const LARGE_FROM: u16 = 25;

/// How the walk is reached.
#[derive(Debug, Clone)]
enum Way {
    Start(Vec<OrderId>),
    Resume(SessionId),
}

/// What the scan line says, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) role: Role,
    pub(super) text: String,
    /// The whole line is in the role, not only the words.
    pub(super) alarm: bool,
}

/// A walk.
#[derive(Debug)]
pub struct Pick {
    way: Way,
    pub(super) view: Option<Box<PickView>>,
    pub(super) line: Field,
    /// The number of found pieces is being typed.
    pub(super) short: bool,
    pub(super) notice: Option<Notice>,
    pub(super) problem: Option<String>,
    pub(super) in_flight: bool,
    /// Codes of a paste that wait for their turn.
    pub(super) pasted: Vec<String>,
    finish_pressed: Option<Duration>,
    pub(super) picture: Picture,
}

impl Pick {
    /// A new walk for these orders.
    pub fn start(orders: Vec<OrderId>) -> Self {
        Self::by(Way::Start(orders))
    }

    /// A walk that was left.
    pub fn resume(session: SessionId) -> Self {
        Self::by(Way::Resume(session))
    }

    fn by(way: Way) -> Self {
        Self {
            way,
            view: None,
            line: Field::default(),
            short: false,
            notice: None,
            problem: None,
            in_flight: false,
            pasted: Vec::new(),
            finish_pressed: None,
            picture: Picture::new(PICTURE.0, PICTURE.1),
        }
    }

    /// The picture of what is to be taken next.
    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let large = cx.area.height >= LARGE_FROM;
        let (columns, lines) = if large { PICTURE } else { SMALL };
        self.picture.fit(columns, lines);
        let key = self.view.as_ref().and_then(|view| {
            let row = view.lines.get(usize::from(view.current?))?;
            Some(PictureKey {
                item: row.item.clone(),
                color: row.color.id,
            })
        });
        self.picture.follow(key, cx)
    }

    fn at(&self) -> Option<(SessionId, u16)> {
        let view = self.view.as_ref()?;
        Some((view.id, view.current?))
    }

    fn deed(&mut self, request: Request) -> Vec<Effect> {
        self.in_flight = true;
        self.short = false;
        self.line.clear();
        vec![Effect::send(DEED, request)]
    }

    fn open(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        match (&self.view, &self.way) {
            (Some(view), _) => {
                vec![Effect::send(LOOK, Request::PickOpen { session: view.id })]
            }
            (None, Way::Start(orders)) => {
                let orders = orders.clone();
                let op = cx.operation();
                self.deed(Request::PickStart { orders, op })
            }
            (None, Way::Resume(session)) => {
                let session = *session;
                self.deed(Request::PickOpen { session })
            }
        }
    }

    pub(super) fn scan(&mut self, code: String, cx: &Cx<'_>) -> Vec<Effect> {
        let Some((session, line)) = self.at() else {
            self.warn("All stops are done; nothing was booked.");
            return Vec::new();
        };
        let op = cx.operation();
        self.deed(Request::PickScan {
            session,
            line,
            code,
            op,
        })
    }

    fn warn(&mut self, text: &str) {
        self.notice = Some(Notice {
            role: Role::Warning,
            text: text.to_owned(),
            alarm: false,
        });
    }

    fn enter(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if self.short {
            return self.enter_short(cx);
        }
        let code = self.line.text().trim().to_owned();
        if code.is_empty() {
            self.line.clear();
            // Scanners send an end of their own now and then: it confirms nothing.
            if self.finished() {
                return vec![Effect::Back];
            }
            return Vec::new();
        }
        self.scan(code, cx)
    }

    fn enter_short(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some((session, line)) = self.at() else {
            return Vec::new();
        };
        let wanted = self
            .view
            .as_ref()
            .and_then(|view| view.lines.get(usize::from(line)))
            .map_or(0, |row| row.wanted.saturating_sub(row.taken));
        match self.line.text().trim().parse::<u32>() {
            Ok(found) if found < wanted => {
                let op = cx.operation();
                self.deed(Request::PickShort {
                    session,
                    line,
                    found,
                    op,
                })
            }
            Ok(found) if found == wanted => {
                self.warn("That is all of them; Space takes all.");
                Vec::new()
            }
            _ => {
                self.line.clear();
                self.warn(&format!(
                    "How many did you find? A number from 0 to {}.",
                    wanted.saturating_sub(1)
                ));
                Vec::new()
            }
        }
    }

    fn finished(&self) -> bool {
        self.view
            .as_ref()
            .is_some_and(|view| view.state == PickState::Finished)
    }

    fn finish(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(view) = &self.view else {
            return Vec::new();
        };
        let open = view.lines.len() - usize::from(view.done).min(view.lines.len());
        let session = view.id;
        let again = self
            .finish_pressed
            .is_some_and(|at| cx.elapsed.saturating_sub(at) <= TWICE);
        if open > 0 && !again {
            self.finish_pressed = Some(cx.elapsed);
            let key = cx.keymap.shown(Action::Finish, false).unwrap_or_default();
            self.warn(&format!(
                "{open} stops are open and would go back to their orders; {key} once more ends the walk."
            ));
            return Vec::new();
        }
        let op = cx.operation();
        self.deed(Request::PickFinish { session, op })
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        if action != Action::Finish {
            self.finish_pressed = None;
        }
        match action {
            Action::Back if self.short => {
                self.short = false;
                self.line.clear();
                return Vec::new();
            }
            Action::Back if !self.line.is_empty() => {
                self.line.clear();
                return Vec::new();
            }
            Action::Back | Action::Pause => {
                return vec![
                    Effect::Back,
                    Effect::Say(Role::Info, "The walk is kept as it is.".to_owned()),
                ];
            }
            Action::Open => return self.enter(cx),
            Action::Finish if self.finished() => return vec![Effect::Back],
            Action::Finish => return self.finish(cx),
            _ => {}
        }
        let Some(view) = &self.view else {
            return Vec::new();
        };
        let session = view.id;
        if action == Action::Undo {
            if view.undoable == 0 {
                self.warn("There is nothing to take back.");
                return Vec::new();
            }
            let op = cx.operation();
            return self.deed(Request::PickUndo { session, op });
        }
        let Some(line) = view.current else {
            return Vec::new();
        };
        match action {
            Action::Take => {
                let row = view.lines.get(usize::from(line));
                if row.is_some_and(|row| row.there < row.wanted.saturating_sub(row.taken)) {
                    self.warn("There are not enough of them: s ends the stop with what you found.");
                    return Vec::new();
                }
                let op = cx.operation();
                self.deed(Request::PickTake {
                    session,
                    line,
                    pieces: None,
                    op,
                })
            }
            Action::Later => {
                let op = cx.operation();
                self.deed(Request::PickLater { session, line, op })
            }
            Action::Short => {
                self.short = true;
                self.notice = None;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Vec<Effect> {
        let (mut codes, rest) = split_paste(text);
        if self.short {
            self.line.insert(text.trim());
            return Vec::new();
        }
        if let Some(first) = codes.first_mut() {
            let begun = self.line.take();
            first.insert_str(0, &begun);
        }
        self.line.insert(&rest);
        let kept = self.line.clone();
        self.pasted.extend(codes);
        let effects = self.next_pasted(cx);
        self.line = kept;
        effects
    }

    fn key(&mut self, key: Key) {
        if self.line.on(key) && self.notice.as_ref().is_some_and(|notice| !notice.alarm) {
            self.notice = None;
        }
    }
}

impl Screen for Pick {
    fn context(&self) -> Context {
        Context::Pick
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        self.view.as_ref().map_or_else(
            || "Pick".to_owned(),
            |view| {
                let orders = view.orders.len();
                let word = if orders == 1 { "order" } else { "orders" };
                format!(
                    "Pick {orders} {word}   walk {}/{}",
                    view.done,
                    view.lines.len()
                )
            },
        )
    }

    fn mode(&self) -> Mode {
        if self.short {
            return Mode::Typing;
        }
        Mode::Scanning {
            empty: self.line.is_empty(),
        }
    }

    fn busy(&self) -> bool {
        self.in_flight
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        self.view
            .as_ref()
            .filter(|view| view.state == PickState::Open)
            .map(|view| Whereabouts::Pick(view.id))
    }

    fn hints(&self) -> Vec<Action> {
        let Some(view) = &self.view else {
            return vec![Action::Back];
        };
        if self.short || !self.line.is_empty() {
            return vec![Action::Open, Action::Back];
        }
        if view.current.is_none() {
            return vec![Action::Finish, Action::Undo, Action::Pause];
        }
        vec![
            Action::Take,
            Action::Short,
            Action::Later,
            Action::Undo,
            Action::Pause,
            Action::Finish,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.picture.on(&event, cx) {
            return effects;
        }
        let mut effects = self.take(event, cx);
        effects.extend(self.follow(cx));
        effects
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        pick_view::draw(self, canvas, cx);
    }
}

impl Pick {
    fn take(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown => self.open(cx),
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => {
                self.key(key);
                Vec::new()
            }
            ScreenEvent::Paste(text) => self.paste(&text, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Woken(FADE) => {
                if let Some(notice) = &mut self.notice {
                    notice.alarm = false;
                }
                Vec::new()
            }
            ScreenEvent::Dropped(codes) => {
                self.dropped(codes);
                Vec::new()
            }
            ScreenEvent::Told(event) => match (*event, &self.view) {
                (
                    Event::Resync
                    | Event::Changed {
                        topic: Topic::Picks,
                        ..
                    },
                    Some(view),
                ) if !self.in_flight => {
                    vec![Effect::send(LOOK, Request::PickOpen { session: view.id })]
                }
                _ => Vec::new(),
            },
            ScreenEvent::Back | ScreenEvent::Resized | ScreenEvent::Woken(_) => Vec::new(),
        }
    }
}
