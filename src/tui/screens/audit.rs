//! The audit log: newest first, narrowed by words.

use ratatui::layout::Rect;

use crate::api::{Event, OfficeRequest, Reply, Request, Topic};
use crate::domain::{AuditEntry, AuditKind, AuditQuery};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::age;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::list::Cursor;

const FIRST: u64 = 1;
const MORE: u64 = 2;

/// Entries that are asked for at once.
const PAGE: u16 = 200;

/// The audit log.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct Audit {
    field: Field,
    typing: bool,
    entries: Vec<AuditEntry>,
    next: Option<u64>,
    /// A question is under way; another one waits behind it.
    asked: bool,
    again: bool,
    known: bool,
    problem: Option<String>,
    cursor: Cursor,
}

impl Audit {
    fn request(&self, before: Option<u64>) -> Request {
        Request::Office(OfficeRequest::Audit {
            query: Box::new(AuditQuery {
                text: self.field.text(),
                ..AuditQuery::default()
            }),
            before,
            rows: PAGE,
            export: false,
        })
    }

    fn ask(&mut self) -> Vec<Effect> {
        if self.asked {
            self.again = true;
            return Vec::new();
        }
        self.asked = true;
        vec![Effect::send(FIRST, self.request(None))]
    }

    /// Near the end the next page is fetched.
    fn reach(&mut self, height: usize) -> Vec<Effect> {
        let near = self.cursor.at + 2 * height >= self.entries.len();
        match self.next.filter(|_| near && !self.asked) {
            Some(next) => {
                self.asked = true;
                vec![Effect::send(MORE, self.request(Some(next)))]
            }
            None => Vec::new(),
        }
    }

    fn answered(&mut self, more: bool, answer: crate::api::Answer, height: usize) -> Vec<Effect> {
        self.asked = false;
        match answer {
            Ok(Reply::Audit(page)) => {
                if !more {
                    self.entries.clear();
                }
                self.entries.extend(page.entries);
                self.next = page.next;
                self.known = true;
                self.problem = None;
            }
            Ok(_) => {}
            Err(error) => self.problem = Some(error.message),
        }
        self.cursor.settle(self.entries.len(), height);
        if std::mem::take(&mut self.again) {
            return self.ask();
        }
        self.reach(height)
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        if !self.typing {
            return Vec::new();
        }
        if key.code == Code::Down {
            self.typing = false;
            return Vec::new();
        }
        if self.field.on(key) {
            return self.ask();
        }
        Vec::new()
    }
}

impl Screen for Audit {
    fn context(&self) -> Context {
        Context::Audit
    }

    fn mode(&self) -> Mode {
        if self.typing {
            Mode::Typing
        } else {
            Mode::Commands
        }
    }

    fn hints(&self) -> Vec<Action> {
        vec![Action::Search, Action::People, Action::Back]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let height = usize::from(cx.area.height.saturating_sub(3)).max(1);
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => self.ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::People | Topic::Shop,
                    ..
                } => self.ask(),
                _ => Vec::new(),
            },
            ScreenEvent::Do(Action::Search) => {
                self.typing = true;
                Vec::new()
            }
            ScreenEvent::Do(Action::Back) if self.typing => {
                self.typing = false;
                Vec::new()
            }
            ScreenEvent::Do(Action::Back) => vec![Effect::Back],
            ScreenEvent::Do(action) => {
                self.typing = false;
                self.cursor.on(action, self.entries.len(), height);
                self.reach(height)
            }
            ScreenEvent::Key(key) => self.key(key),
            ScreenEvent::Paste(text) => {
                self.typing = true;
                self.field.insert(text.trim());
                self.ask()
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag == MORE, *answer, height),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        canvas.pen(area, 0).put("Find ", Role::Dim);
        let field = Rect {
            x: area.x + 6,
            width: area.width.saturating_sub(6),
            ..area
        };
        self.field.draw(canvas, field, self.typing, Role::Text);
        let rows = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(2),
            ..area
        };
        if let Some(problem) = &self.problem {
            canvas.pen(rows, 1).fit(problem, Role::Bad);
        } else if !self.known {
            canvas.pen(rows, 1).fit("Loading", Role::Dim);
        } else if self.entries.is_empty() {
            let text = "No entry has these words. Backspace takes letters away.";
            canvas.pen(rows, 1).fit(text, Role::Text);
        }
        let signs = cx.theme.signs();
        let visible = self.cursor.visible(self.entries.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            let entry = &self.entries[at];
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at && !self.typing {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&age(entry.at, cx.now), 9, Role::Dim);
            let role = match entry.kind {
                AuditKind::SignInFailed | AuditKind::Locked | AuditKind::Refused => Role::Warning,
                _ => Role::Text,
            };
            pen.column(entry.kind.word(), 19, role);
            pen.column(&entry.who, 16, Role::Text);
            pen.fit(&format!("{}  {}", entry.detail, entry.place), Role::Dim);
        }
        let last = area.height.saturating_sub(1);
        let text = "All of it, as CSV or JSON: brickops audit export";
        canvas.pen(area, last).fit(text, Role::Dim);
    }
}
