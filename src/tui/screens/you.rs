//! The person's own account: who one is here, what that allows, and the own name and credentials.

use ratatui::layout::Rect;

use crate::api::{OfficeRequest, Reply, Request};
use crate::domain::{Right, Secret};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

/// What can be changed.
const ROWS: [&str; 7] = [
    "Change the name",
    "Change the password",
    "Set a PIN",
    "Remove the PIN",
    "Make a new badge",
    "Lock the station",
    "Sign out",
];

/// Something is being typed.
#[derive(Debug)]
enum Asking {
    Name(Form),
    Password(Form),
    Pin(Form),
}

impl Asking {
    const fn form(&self) -> &Form {
        match self {
            Self::Name(form) | Self::Password(form) | Self::Pin(form) => form,
        }
    }

    const fn form_mut(&mut self) -> &mut Form {
        match self {
            Self::Name(form) | Self::Password(form) | Self::Pin(form) => form,
        }
    }
}

/// The own account.
#[derive(Debug, Default)]
pub struct You {
    cursor: Cursor,
    asking: Option<Asking>,
    badge: Option<Secret>,
    /// Told when the change is made.
    done: Option<&'static str>,
}

const CHANGE: u64 = 1;

impl You {
    fn choose(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(me) = &cx.session.me else {
            return Vec::new();
        };
        self.badge = None;
        match self.cursor.at {
            0 => self.asking = Some(Asking::Name(Form::new("Your name").text("Name", &me.name))),
            1 => {
                let form = Form::new("A new password")
                    .about("10 characters or more. Your other sign-ins end.")
                    .secret("Password")
                    .secret("Once more");
                self.asking = Some(Asking::Password(form));
            }
            2 => {
                let form = Form::new("A PIN")
                    .about("4 to 8 digits. It works where a password was given the same day.")
                    .secret("PIN")
                    .secret("Once more");
                self.asking = Some(Asking::Pin(form));
            }
            3 => {
                return self.change(
                    OfficeRequest::SetPin { pin: None },
                    "You have no PIN any more.",
                );
            }
            4 => {
                let user = me.user;
                return self.change(OfficeRequest::MakeBadge { user }, "");
            }
            5 => return vec![Effect::Lock],
            _ => return vec![Effect::SignOut],
        }
        Vec::new()
    }

    fn change(&mut self, request: OfficeRequest, done: &'static str) -> Vec<Effect> {
        self.done = Some(done);
        vec![Effect::send(CHANGE, Request::Office(request))]
    }

    fn submit(&mut self) -> Vec<Effect> {
        let Some(asking) = &mut self.asking else {
            return Vec::new();
        };
        let form = asking.form_mut();
        let twice = form.value(0) == form.value(1);
        match asking {
            Asking::Name(form) => {
                let name = form.value(0);
                self.change(OfficeRequest::SetName { name }, "Your name has changed.")
            }
            Asking::Password(form) | Asking::Pin(form) if !twice => {
                form.refuse("The two are not the same.");
                Vec::new()
            }
            Asking::Password(form) => {
                let password = form.hidden(0);
                let request = OfficeRequest::SetPassword { password };
                self.change(request, "Your password has changed.")
            }
            Asking::Pin(form) => {
                let pin = Some(form.hidden(0));
                self.change(OfficeRequest::SetPin { pin }, "Your PIN is set.")
            }
        }
    }

    fn key(&mut self, key: crate::tui::key::Key) -> Vec<Effect> {
        let Some(asking) = &mut self.asking else {
            return Vec::new();
        };
        match asking.form_mut().on(key) {
            Filled::Cancelled => self.asking = None,
            Filled::Submitted => return self.submit(),
            Filled::Nothing | Filled::Changed => {}
        }
        Vec::new()
    }
}

impl Screen for You {
    fn context(&self) -> Context {
        Context::You
    }

    fn mode(&self) -> Mode {
        if self.asking.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::SwitchPerson,
            Action::Lock,
            Action::SignOut,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Key(key) => self.key(key),
            ScreenEvent::Paste(text) => {
                if let Some(asking) = &mut self.asking {
                    asking.form_mut().paste(&text);
                }
                Vec::new()
            }
            ScreenEvent::Do(Action::Open) => self.choose(cx),
            ScreenEvent::Do(Action::Badge) => {
                self.cursor.at = 4;
                self.choose(cx)
            }
            ScreenEvent::Do(Action::Back) => vec![Effect::Back],
            ScreenEvent::Do(action) => {
                self.cursor.on(action, ROWS.len(), ROWS.len());
                Vec::new()
            }
            ScreenEvent::Answered(CHANGE, answer) => match *answer {
                Ok(Reply::Secret(badge)) => {
                    self.badge = Some(badge);
                    Vec::new()
                }
                Ok(_) => {
                    self.asking = None;
                    let done = self.done.take().unwrap_or("Done.");
                    vec![Effect::Say(Role::Good, done.to_owned())]
                }
                Err(error) => match &mut self.asking {
                    Some(asking) => {
                        asking.form_mut().refuse(&error.message);
                        Vec::new()
                    }
                    None => vec![Effect::fail(&error)],
                },
            },
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        let Some(me) = &cx.session.me else {
            canvas.pen(area, 1).fit("Nobody is signed in.", Role::Text);
            return;
        };
        let mut pen = canvas.pen(area, 0);
        pen.put(&me.name, Role::Strong);
        pen.skip(2);
        pen.fit(&me.email, Role::Dim);
        let role = me.role.map_or("no role yet", |role| role.word());
        let text = format!("{role} of {}, in by {}", me.shop, me.entrance.words());
        canvas.pen(area, 1).fit(&text, Role::Text);
        if me.role.is_none() {
            let text = format!("To get a role, ask {}.", me.owners.join(" or "));
            canvas.pen(area, 2).fit(&text, Role::Warning);
        }
        let signs = cx.theme.signs();
        for (at, row) in ROWS.iter().enumerate() {
            let mut pen = canvas.pen(area, at as u16 + 3);
            if at == self.cursor.at {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.fit(row, Role::Text);
        }
        let mut line = ROWS.len() as u16 + 4;
        if let Some(badge) = &self.badge {
            canvas
                .pen(area, line)
                .put("Your new badge says ", Role::Dim);
            let at = Rect {
                x: area.x + 20,
                width: area.width.saturating_sub(20),
                ..area
            };
            canvas.pen(at, line).fit(badge.reveal(), Role::Strong);
            let text = "Print it as a bar code (Code 128). It is shown only now.";
            canvas.pen(area, line + 1).fit(text, Role::Dim);
            line += 3;
        }
        for (may, sign, role) in [
            (true, signs.right, Role::Good),
            (false, signs.none, Role::Dim),
        ] {
            for right in Right::ALL.iter().filter(|right| me.may(**right) == may) {
                let mut pen = canvas.pen(area, line);
                pen.put(sign, role);
                pen.skip(1);
                pen.fit(right.words(), if may { Role::Text } else { Role::Dim });
                line += 1;
            }
        }
        if let Some(asking) = &self.asking {
            asking.form().draw(canvas, cx.area);
        }
    }
}
