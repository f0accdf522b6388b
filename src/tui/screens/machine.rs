//! The machine room: how the calls to the services outside go, and what they answered when they failed.

use std::time::Duration;

use super::machine_view;
use crate::api::{MachineRequest, Reply, Request};
use crate::domain::Right;
use crate::domain::market::machine_room::{CallTrouble, MachineRoom};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

const LOOK: u64 = 1;
const RAW: u64 = 2;
const POLL: u64 = 3;
/// How often it looks again.
const EVERY: Duration = Duration::from_secs(2);

/// What is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// The last errors.
    #[default]
    Errors,
    /// Calls by name.
    Calls,
}

/// An error with the answer that came, over the lists.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) trouble: CallTrouble,
    /// `None`: it has not come yet.
    pub(super) raw: Option<String>,
    pub(super) top: usize,
}

/// How the services outside are called.
#[derive(Debug, Default)]
pub struct Machine {
    room: Option<Box<MachineRoom>>,
    problem: Option<String>,
    part: Part,
    cursor: Cursor,
    opened: Option<Opened>,
}

impl Machine {
    fn poll(cx: &Cx<'_>) -> Vec<Effect> {
        if cx.session.me.is_none() {
            return Vec::new();
        }
        vec![
            Effect::send(LOOK, Request::Machine(MachineRequest::Look)),
            Effect::After(EVERY, POLL),
        ]
    }

    fn rows(&self) -> usize {
        self.room.as_ref().map_or(0, |room| match self.part {
            Part::Errors => room.troubles.len(),
            Part::Calls => room.endpoints.len(),
        })
    }

    fn height(&self, cx: &Cx<'_>) -> usize {
        let room = self.room.as_ref();
        room.map_or(1, |room| machine_view::list_height(cx, room))
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(opened) = &mut self.opened {
            if action == Action::Back {
                self.opened = None;
                return Vec::new();
            }
            let lines = machine_view::lines(opened, cx).len();
            let height = usize::from(cx.area.height).saturating_sub(1).max(1);
            let last = lines.saturating_sub(height);
            opened.top = match action {
                Action::Up => opened.top.saturating_sub(1),
                Action::Down => opened.top + 1,
                Action::PageUp => opened.top.saturating_sub(height),
                Action::PageDown => opened.top + height,
                Action::First => 0,
                Action::Last => last,
                _ => opened.top,
            }
            .min(last);
            return Vec::new();
        }
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Switch => {
                self.part = match self.part {
                    Part::Errors => Part::Calls,
                    Part::Calls => Part::Errors,
                };
                self.cursor = Cursor::default();
            }
            Action::Open if self.part == Part::Errors => return self.open(),
            action => {
                let height = self.height(cx);
                self.cursor.on(action, self.rows(), height);
            }
        }
        Vec::new()
    }

    fn open(&mut self) -> Vec<Effect> {
        let room = self.room.as_ref();
        let Some(trouble) = room.and_then(|room| room.troubles.get(self.cursor.at)) else {
            return Vec::new();
        };
        let id = trouble.id;
        let asks = trouble.raw;
        self.opened = Some(Opened {
            trouble: trouble.clone(),
            raw: (!asks).then(String::new),
            top: 0,
        });
        if asks {
            return vec![Effect::send(
                RAW,
                Request::Machine(MachineRequest::Raw { id }),
            )];
        }
        Vec::new()
    }

    fn answered(&mut self, tag: u64, answer: crate::api::Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::Machine(room)) => {
                // What one is at stays under the cursor when newer errors come in above it.
                let at = self.room.as_ref().and_then(|before| {
                    let here = before.troubles.get(self.cursor.at)?.id;
                    room.troubles.iter().position(|one| one.id == here)
                });
                if let (Part::Errors, Some(at), true) = (self.part, at, self.cursor.at > 0) {
                    self.cursor.at = at;
                }
                self.room = Some(room);
                self.problem = None;
                let (rows, height) = (self.rows(), self.height(cx));
                self.cursor.settle(rows, height);
                Vec::new()
            }
            Ok(Reply::Text(raw)) => {
                if let Some(opened) = &mut self.opened {
                    opened.raw = Some(raw);
                }
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(error) if tag == LOOK => {
                self.problem = Some(error.message);
                Vec::new()
            }
            Err(error) => {
                self.opened = None;
                vec![Effect::fail(&error)]
            }
        }
    }
}

impl Screen for Machine {
    fn context(&self) -> Context {
        Context::Machine
    }

    fn hints(&self) -> Vec<Action> {
        if self.opened.is_some() {
            return vec![Action::PageDown, Action::Back];
        }
        let mut hints = vec![Action::Switch, Action::Back];
        if self.part == Part::Errors && self.rows() > 0 {
            hints.insert(0, Action::Open);
        }
        hints
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back | ScreenEvent::Woken(POLL) => Self::poll(cx),
            ScreenEvent::Resized => {
                let (rows, height) = (self.rows(), self.height(cx));
                self.cursor.settle(rows, height);
                if let Some(opened) = &mut self.opened {
                    opened.top = 0;
                }
                Vec::new()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = machine_view::inside(cx);
        if let Some(opened) = &self.opened {
            machine_view::draw_opened(canvas, area, cx, opened);
        } else if let Some(problem) = &self.problem {
            canvas.pen(area, 0).fit(problem, Role::Bad);
        } else if let Some(room) = &self.room {
            machine_view::draw(canvas, area, cx, room, (self.part, &self.cursor));
        } else if !cx.session.may(Some(Right::Jobs)) {
            let text = cx.session.refusal(Right::Jobs);
            canvas.pen(area, 0).fit(&text, Role::Dim);
        }
    }
}
