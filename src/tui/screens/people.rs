//! People of the shop, their invitations, sign-ins and tokens.

use ratatui::layout::Rect;

use super::people_forms::{Asking, asked};
use crate::api::{Event, Invited, OfficeRequest, Reply, Request, Topic};
use crate::domain::{InvitationRow, People, PersonRow, Role as Part, SignInRow};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::{age, until};
use crate::tui::theme::Role;
use crate::tui::widgets::form::Filled;
use crate::tui::widgets::list::Cursor;

const LIST: u64 = 1;
const CHANGE: u64 = 2;

/// What a line of the screen is.
#[derive(Debug, Clone, Copy)]
enum Line<'p> {
    Head(&'static str),
    Person(&'p PersonRow),
    Invitation(&'p InvitationRow),
    SignIn(&'p SignInRow),
}

/// What was made and is shown only now.
#[derive(Debug)]
enum Slip {
    Code(Box<Invited>),
    Text(&'static str, String),
}

/// People of the shop.
#[derive(Debug, Default)]
pub struct PeopleScreen {
    people: Option<Box<People>>,
    problem: Option<String>,
    cursor: Cursor,
    asking: Option<Asking>,
    slip: Option<Slip>,
    made: &'static str,
}

impl PeopleScreen {
    fn lines(&self) -> Vec<Line<'_>> {
        let Some(people) = &self.people else {
            return Vec::new();
        };
        let mut lines: Vec<Line<'_>> = people.people.iter().map(Line::Person).collect();
        if !people.invitations.is_empty() {
            lines.push(Line::Head("Codes that wait"));
            lines.extend(people.invitations.iter().map(Line::Invitation));
        }
        lines.push(Line::Head("Signed in, and tokens"));
        lines.extend(people.sign_ins.iter().map(Line::SignIn));
        lines
    }

    fn here(&self) -> Option<Line<'_>> {
        self.lines().get(self.cursor.at).copied()
    }

    fn person(&self) -> Option<&PersonRow> {
        match self.here()? {
            Line::Person(row) => Some(row),
            _ => None,
        }
    }

    fn ask() -> Vec<Effect> {
        vec![Effect::send(LIST, Request::Office(OfficeRequest::People))]
    }

    fn change(request: OfficeRequest) -> Vec<Effect> {
        vec![Effect::send(CHANGE, Request::Office(request))]
    }

    fn act(&mut self, action: Action, height: usize) -> Vec<Effect> {
        self.slip = None;
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Invite => self.asking = Some(Asking::invite()),
            Action::Token => self.asking = Some(Asking::token()),
            Action::Remove => return self.remove(),
            Action::ChangeRole | Action::Open => {
                self.asking = self.person().map(Asking::role);
            }
            Action::MapUnix => self.asking = self.person().map(Asking::unix),
            Action::NewPassword => {
                if let Some(row) = self.person() {
                    let user = row.person.id;
                    return Self::change(OfficeRequest::Reset { user });
                }
            }
            Action::Badge => {
                if let Some(row) = self.person() {
                    let user = row.person.id;
                    self.made = "The badge says";
                    return Self::change(OfficeRequest::MakeBadge { user });
                }
            }
            action => {
                let lines = self.lines().len();
                self.cursor.on(action, lines, height);
            }
        }
        Vec::new()
    }

    fn remove(&mut self) -> Vec<Effect> {
        match self.here() {
            Some(Line::Person(row)) => self.asking = Some(Asking::remove(row)),
            Some(Line::Invitation(row)) => {
                return Self::change(OfficeRequest::RevokeInvitation { id: row.id });
            }
            Some(Line::SignIn(row)) => {
                return Self::change(OfficeRequest::EndSignIn { id: row.id });
            }
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: crate::tui::key::Key) -> Vec<Effect> {
        let Some(asking) = &mut self.asking else {
            return Vec::new();
        };
        match asking.form_mut().on(key) {
            Filled::Cancelled => self.asking = None,
            Filled::Submitted => match asked(asking) {
                Ok(request) => {
                    if matches!(request, OfficeRequest::MakeToken { .. }) {
                        self.made = "The token is";
                    }
                    return Self::change(request);
                }
                Err(wrong) => asking.form_mut().refuse(wrong),
            },
            Filled::Nothing | Filled::Changed => {}
        }
        Vec::new()
    }

    fn changed(&mut self, answer: crate::api::Answer) -> Vec<Effect> {
        match answer {
            Ok(reply) => {
                self.asking = None;
                match reply {
                    Reply::Invited(invited) => self.slip = Some(Slip::Code(invited)),
                    Reply::Secret(secret) => {
                        self.slip = Some(Slip::Text(self.made, secret.reveal().to_owned()));
                    }
                    _ => {
                        let mut effects = Self::ask();
                        effects.push(Effect::Say(Role::Good, "Done.".into()));
                        return effects;
                    }
                }
                Self::ask()
            }
            Err(error) => match &mut self.asking {
                Some(asking) => {
                    asking.form_mut().refuse(&error.message);
                    Vec::new()
                }
                None => vec![Effect::fail(&error)],
            },
        }
    }
}

/// What is printed and handed over.
fn slip_text(invited: &Invited) -> String {
    let row = &invited.invitation;
    let what = row.role.map_or_else(
        || "A new password".to_owned(),
        |role| format!("Invitation as {}", role.word()),
    );
    format!(
        "{}\n{what} for {}\n\n    {}\n\nUse it once, until {}:\non the sign-in screen under \"I have a code\" (F2).\n",
        invited.shop,
        row.email,
        invited.code.reveal(),
        row.expires.iso()
    )
}

impl Screen for PeopleScreen {
    fn context(&self) -> Context {
        Context::People
    }

    fn mode(&self) -> Mode {
        if self.asking.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn hints(&self) -> Vec<Action> {
        if self.slip.is_some() {
            return vec![Action::Print, Action::Back];
        }
        vec![
            Action::Invite,
            Action::ChangeRole,
            Action::NewPassword,
            Action::Badge,
            Action::Token,
            Action::Remove,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let height = usize::from(cx.area.height.saturating_sub(1));
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::People,
                    ..
                } => Self::ask(),
                _ => Vec::new(),
            },
            ScreenEvent::Key(key) => self.key(key),
            ScreenEvent::Paste(text) => {
                if let Some(asking) = &mut self.asking {
                    asking.form_mut().paste(&text);
                }
                Vec::new()
            }
            ScreenEvent::Do(Action::Print) => match &self.slip {
                Some(Slip::Code(invited)) => vec![Effect::Print(slip_text(invited))],
                Some(Slip::Text(_, text)) => vec![Effect::Print(format!("{text}\n"))],
                None => Vec::new(),
            },
            ScreenEvent::Do(Action::Back) if self.slip.is_some() => {
                self.slip = None;
                Vec::new()
            }
            ScreenEvent::Do(action) => self.act(action, height),
            ScreenEvent::Answered(LIST, answer) => {
                match *answer {
                    Ok(Reply::People(people)) => {
                        self.people = Some(people);
                        self.problem = None;
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                let lines = self.lines().len();
                self.cursor.settle(lines, height);
                Vec::new()
            }
            ScreenEvent::Answered(CHANGE, answer) => self.changed(*answer),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        if let Some(problem) = &self.problem {
            canvas.pen(area, 1).fit(problem, Role::Bad);
            return;
        }
        let lines = self.lines();
        if lines.is_empty() {
            canvas.pen(area, 1).fit("Loading", Role::Dim);
            return;
        }
        let height = usize::from(area.height.saturating_sub(1));
        for (line, at) in self.cursor.visible(lines.len(), height).enumerate() {
            draw_line(
                canvas,
                area,
                line as u16,
                (lines[at], at == self.cursor.at),
                cx,
            );
        }
        if let Some(slip) = &self.slip {
            draw_slip(canvas, cx.area, slip);
        }
        if let Some(asking) = &self.asking {
            asking.form().draw(canvas, cx.area);
        }
    }
}

fn draw_line(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    (what, here): (Line<'_>, bool),
    cx: &Cx<'_>,
) {
    let signs = cx.theme.signs();
    let wide = area.width >= 72;
    let mut pen = canvas.pen(area, line);
    if here {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    match what {
        Line::Head(text) => pen.fit(text, Role::Dim),
        Line::Person(row) => {
            let person = &row.person;
            pen.column(&person.name, 16, Role::Text);
            pen.column(&role_words(row), if wide { 27 } else { 12 }, Role::Text);
            let active = person
                .active
                .map_or_else(|| "never active".to_owned(), |at| age(at, cx.now));
            pen.column(&active, 13, Role::Dim);
            if row.locked.is_some_and(|until| until > cx.now) {
                pen.put("locked  ", Role::Bad);
            }
            pen.fit(&person.email, Role::Dim);
        }
        Line::Invitation(row) => {
            pen.column(&row.email, 30, Role::Text);
            pen.column(row.role.map_or("new password", Part::word), 14, Role::Text);
            pen.fit(
                &format!("ends in {}", until(row.expires, cx.now)),
                Role::Dim,
            );
        }
        Line::SignIn(row) => {
            pen.column(&row.name, 16, Role::Text);
            let mut how = row.entrance.words();
            if let Some(role) = row.role {
                how = format!("{how}, {}", role.word());
            }
            pen.column(&how, if wide { 27 } else { 12 }, Role::Text);
            pen.column(&age(row.seen, cx.now), 13, Role::Dim);
            if row.own {
                pen.put("this one  ", Role::Good);
            }
            pen.fit(&row.place, Role::Dim);
        }
    }
}

fn role_words(row: &PersonRow) -> String {
    let grants = row.person.grants;
    match row.person.role {
        None => "no role".into(),
        Some(Part::Manager) => match (grants.inventory, grants.orders) {
            (true, true) => "manager: inventory, orders".into(),
            (true, false) => "manager: inventory".into(),
            (false, true) => "manager: orders".into(),
            (false, false) => "manager: nothing yet".into(),
        },
        Some(role) => role.word().into(),
    }
}

fn draw_slip(canvas: &mut Canvas<'_>, size: Rect, slip: &Slip) {
    let width = size.width.min(72);
    let area = Rect {
        x: size.x + (size.width - width) / 2,
        y: size.y + size.height / 4,
        width,
        height: 8.min(size.height),
    };
    canvas.hide_cursor();
    let inner = canvas.frame(area, "Shown only now");
    match slip {
        Slip::Code(invited) => {
            let row = &invited.invitation;
            let what = row.role.map_or("A new password", |role| role.word());
            let text = format!("{what} for {}", row.email);
            canvas.pen(inner, 0).fit(&text, Role::Text);
            let mut pen = canvas.pen(inner, 2);
            pen.skip(4);
            pen.fit(invited.code.reveal(), Role::Strong);
            let text = "Works once. Hand it over: it is typed under \"I have a code\".";
            canvas.pen(inner, 4).fit(text, Role::Dim);
        }
        Slip::Text(what, text) => {
            canvas.pen(inner, 0).fit(what, Role::Text);
            let chars: Vec<char> = text.chars().collect();
            for (line, piece) in chars.chunks(usize::from(inner.width).max(1)).enumerate() {
                let piece: String = piece.iter().collect();
                canvas.pen(inner, line as u16 + 1).fit(&piece, Role::Strong);
            }
        }
    }
    canvas
        .pen(inner, inner.height.saturating_sub(1))
        .fit("p print   Esc close", Role::Dim);
}
