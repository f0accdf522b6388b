//! What stands between a person and the screens: opening an account, signing in, switching, locking,
//! and the password once more.
//!
//! The screens behind stay as they are. They are covered while nobody is known to look at them, and
//! shown where only the person changes.

use ratatui::layout::Rect;

use super::App;
use crate::api::{Answer, DoorRequest, Greeted, NewAccount, Reply, Request};
use crate::domain::{Me, Secret, Standing};
use crate::error::{Error, Kind};
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::screen::{Cx, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::form::{Filled, Form};

use super::entry_forms::{check_password, check_setup, code_form, setup_form, sign_in_form};
use super::notes::Notes;
use super::switch::Switch;

/// The gate asks, and not a screen.
pub(super) const GATE: u32 = u32::MAX;
/// An answer that lets somebody in.
const ENTRY: Tag = 1;
/// Who can be switched to.
const FACES: Tag = 2;
/// The password once more.
const CONFIRM: Tag = 3;
/// Nothing follows from the answer.
pub(super) const UNHEARD: Tag = 4;
/// Somebody has left.
const LEFT: Tag = 5;
/// What the shop keeps of an item.
pub(super) const NOTES: Tag = 6;
/// It was changed.
pub(super) const NOTED: Tag = 7;

/// A request that waits for the password.
#[derive(Debug)]
pub(super) struct Waiting {
    screen: u32,
    tag: Tag,
    request: Request,
}

/// What lies before the screens.
#[derive(Debug)]
pub(super) enum Gate {
    /// The first start.
    Setup(Form),
    /// E-mail and password.
    SignIn(Form),
    /// An invitation, or a new password.
    Code(Form),
    /// PIN or badge.
    Switch(Switch),
    /// The password once more.
    Confirm(Form, Box<Waiting>),
    /// What the shop keeps of an item.
    Notes(Notes),
}

impl Gate {
    /// Whether what is behind must not be seen.
    pub(super) const fn covers(&self) -> bool {
        match self {
            Self::Setup(_) | Self::SignIn(_) | Self::Code(_) => true,
            Self::Switch(switch) => switch.locked,
            Self::Confirm(..) | Self::Notes(_) => false,
        }
    }

    fn form(&mut self) -> Option<&mut Form> {
        match self {
            Self::Setup(form) | Self::SignIn(form) | Self::Code(form) | Self::Confirm(form, _) => {
                Some(form)
            }
            Self::Notes(notes) => Some(&mut notes.form),
            Self::Switch(_) => None,
        }
    }

    /// Draws it over everything.
    pub(super) fn draw(&self, canvas: &mut Canvas<'_>, size: Rect, cx: &Cx<'_>) {
        if self.covers() {
            canvas.clear(size);
            canvas.hide_cursor();
        }
        match self {
            Self::Setup(form) | Self::SignIn(form) | Self::Code(form) | Self::Confirm(form, _) => {
                form.draw(canvas, size);
            }
            Self::Notes(notes) => notes.form.draw(canvas, size),
            Self::Switch(switch) => switch.draw(canvas, size, cx),
        }
    }
}

/// A badge at the end of what was typed: how many characters before it, and the badge.
pub(super) fn badge_in(text: &str) -> Option<(usize, Secret)> {
    let at = text.rfind("%B").or_else(|| text.rfind("%b"))?;
    let inner = text[at + 2..].strip_suffix('%')?;
    let whole = inner.len() == 20 && inner.bytes().all(|b| b.is_ascii_alphanumeric());
    whole.then(|| (text[..at].chars().count(), Secret::new(&text[at..])))
}

impl App {
    /// Takes how the connection stands; `first`: nobody has been here yet.
    pub(super) fn stand(&mut self, greeted: Greeted, first: bool) {
        match greeted.standing {
            Standing::NoAccount => {
                self.session.me = None;
                self.gate = Some(Gate::Setup(setup_form()));
            }
            Standing::SignedOut => {
                let email = self.session.me.take().map(|me| me.email);
                let station = self.options.station;
                let email = email.filter(|_| !station).unwrap_or_default();
                let mut form = sign_in_form(&email);
                form.failed = greeted.note;
                self.gate = Some(Gate::SignIn(form));
            }
            Standing::Locked(me) => {
                self.session.me = Some(*me);
                self.show_faces(true);
            }
            Standing::SignedIn(me) => self.let_in(*me, first),
        }
        self.changed();
    }

    fn let_in(&mut self, me: Me, first: bool) {
        let before = self.last_me.replace((me.shop.clone(), me.user));
        let whereabouts = me.whereabouts.clone();
        let no_role = me.role.is_none();
        let somebody_else = before.as_ref().is_some_and(|(_, user)| *user != me.user);
        let other_shop = before.as_ref().is_some_and(|(shop, _)| *shop != me.shop);
        let nobody_before = before.is_none();
        let name = me.name.clone();
        self.session.me = Some(me);
        self.gate = None;
        self.typed.clear();
        self.here_last = self.here();
        if no_role {
            self.start_anew(&Destination::You);
            return;
        }
        if other_shop {
            self.session.overview = None;
            self.start_anew(&Destination::Home);
        }
        if nobody_before && self.options.start == Destination::Home {
            if !first {
                self.ask_overview();
                self.news(super::Missed::NewServer, ScreenEvent::Back);
            }
            if let Some(to) = whereabouts.and_then(super::here::destination) {
                self.go(&to);
            }
            return;
        }
        self.ask_overview();
        self.news(super::Missed::NewServer, ScreenEvent::Back);
        if somebody_else {
            if let Err(refused) = self.session.allows_screen(self.context()) {
                self.start_anew(&Destination::Home);
                self.say(Role::Warning, refused);
            } else {
                self.say(Role::Good, format!("{name} is here now."));
            }
        }
        self.release();
    }

    /// Leaves every screen and begins with this one.
    fn start_anew(&mut self, destination: &Destination) {
        let ids: Vec<u32> = self
            .stack
            .drain(..)
            .chain(self.parked.drain(..))
            .map(|entry| entry.id)
            .collect();
        for id in ids {
            self.forget(id);
        }
        self.held.clear();
        self.push(&Destination::Home);
        if *destination != Destination::Home {
            self.go(destination);
        }
    }

    /// Who can be switched to; `locked`: nobody is here.
    pub(super) fn show_faces(&mut self, locked: bool) {
        self.gate = Some(Gate::Switch(Switch {
            faces: Vec::new(),
            at: 0,
            pin: Field::default(),
            failed: None,
            locked,
        }));
        self.ask_gate(FACES, DoorRequest::Faces);
    }

    /// Asks how the connection stands: perhaps somebody has opened an account meanwhile.
    pub(super) fn ask_standing(&mut self) {
        self.ask_gate(ENTRY, DoorRequest::Standing);
    }

    /// Locks the station: contents disappear at once, whatever the server answers.
    pub(super) fn lock(&mut self) {
        if self.session.me.is_none() || self.gate.as_ref().is_some_and(Gate::covers) {
            return;
        }
        self.keep_place();
        self.ask_gate(UNHEARD, DoorRequest::Lock);
        self.show_faces(true);
        self.changed();
    }

    /// Ends the sign-in.
    pub(super) fn sign_out(&mut self) {
        self.keep_place();
        self.ask_gate(LEFT, DoorRequest::SignOut);
    }

    pub(super) fn ask_gate(&mut self, tag: Tag, request: DoorRequest) {
        self.send_gate(tag, Request::Door(request));
    }

    pub(super) fn send_gate(&mut self, tag: Tag, request: Request) {
        if let Err(error) = self.flights.send(GATE, tag, request) {
            self.gate_failed(&error);
        }
    }

    /// A badge was read, wherever one is.
    pub(super) fn badge(&mut self, badge: Secret) {
        self.ask_gate(ENTRY, DoorRequest::Badge { badge });
    }

    /// A request needs the password once more.
    pub(super) fn confirm(&mut self, screen: u32, tag: Tag, request: Request) {
        let email = self.session.me.as_ref().map_or("", |me| me.email.as_str());
        let form = Form::new("Your password once more")
            .about(format!(
                "People and credentials change only after that. {email}"
            ))
            .secret("Password");
        let waiting = Waiting {
            screen,
            tag,
            request,
        };
        self.gate = Some(Gate::Confirm(form, Box::new(waiting)));
        self.changed();
    }

    fn gate_failed(&mut self, error: &Error) {
        let mut message = error.message.clone();
        if let (Kind::RateLimited, Some(wait)) = (error.kind, error.retry_after)
            && !message.contains("Try again")
        {
            message = format!("{message} Try again in {wait} s.");
        }
        match &mut self.gate {
            Some(Gate::Switch(switch)) => {
                switch.pin.clear();
                switch.failed = Some(message);
            }
            // The address is known in several shops: now the shop is asked for, too.
            Some(Gate::SignIn(form)) if error.kind == Kind::Conflict => {
                let email = form.value(0);
                let mut asked = Form::new("Sign in")
                    .text("E-mail", &email)
                    .secret("Password")
                    .text("Shop", "")
                    .keys("Enter go on   F2 I have a code   Ctrl+C Ctrl+C leave");
                asked.refuse(&message);
                self.gate = Some(Gate::SignIn(asked));
            }
            Some(gate) => {
                if let Some(form) = gate.form() {
                    form.refuse(&message);
                }
            }
            None => self.say(Role::Bad, message),
        }
        self.changed();
    }

    /// An answer to something the gate has asked.
    pub(super) fn gate_answered(&mut self, tag: Tag, answer: Answer) {
        self.changed();
        match (tag, answer) {
            (ENTRY, Ok(Reply::SignedIn(signed_in))) => {
                let greeted = Greeted {
                    standing: signed_in.standing,
                    note: None,
                };
                self.stand(greeted, false);
            }
            (ENTRY, Ok(Reply::Standing(standing))) => {
                let greeted = Greeted {
                    standing: *standing,
                    note: None,
                };
                self.stand(greeted, false);
            }
            (FACES, Ok(Reply::Faces(found))) => {
                if let Some(Gate::Switch(switch)) = &mut self.gate {
                    let own = self.last_me.as_ref().map(|(_, user)| *user);
                    switch.at = found
                        .iter()
                        .position(|face| Some(face.user) == own)
                        .unwrap_or(0);
                    switch.faces = found;
                }
            }
            (CONFIRM, Ok(_)) => {
                if let Some(Gate::Confirm(_, waiting)) = self.gate.take() {
                    let Waiting {
                        screen,
                        tag,
                        request,
                    } = *waiting;
                    if let Err(error) = self.flights.send(screen, tag, request) {
                        self.say(Role::Bad, error.message);
                    }
                }
            }
            (LEFT, Ok(_)) => {
                let greeted = Greeted {
                    standing: Standing::SignedOut,
                    note: None,
                };
                self.stand(greeted, false);
            }
            (NOTES, answer) => self.notes_read(answer),
            (NOTED, answer) => self.noted(answer),
            (UNHEARD, Err(error)) => tracing::debug!("{error}"),
            (_, Err(error)) => self.gate_failed(&error),
            _ => {}
        }
    }

    /// Takes pasted text.
    pub(super) fn gate_paste(&mut self, text: &str) {
        match &mut self.gate {
            Some(Gate::Switch(switch)) => switch.pin.insert(text.trim()),
            Some(gate) => {
                if let Some(form) = gate.form() {
                    form.paste(text);
                }
            }
            None => {}
        }
        self.changed();
    }

    /// Takes a key while the gate is there.
    pub(super) fn gate_key(&mut self, key: Key) {
        self.changed();
        let Some(gate) = &mut self.gate else {
            return;
        };
        if let Gate::Switch(switch) = gate {
            let locked = switch.locked;
            match key.code {
                Code::Esc if !locked => self.gate = None,
                Code::Tab => {
                    let email = switch
                        .faces
                        .get(switch.at)
                        .and(self.session.me.as_ref())
                        .map(|me| me.email.clone());
                    let mut form = sign_in_form("");
                    if let Some(email) = email.filter(|_| !self.options.station) {
                        form = sign_in_form(&email);
                    }
                    self.gate = Some(Gate::SignIn(form));
                }
                Code::Up => switch.at = switch.at.saturating_sub(1),
                Code::Down => switch.at = (switch.at + 1).min(switch.faces.len().saturating_sub(1)),
                Code::Enter => self.try_switch(),
                _ => {
                    switch.failed = None;
                    let letter = key.text().filter(|c| c.is_alphabetic());
                    match letter.filter(|_| switch.pin.is_empty()) {
                        Some(c) => switch.jump(c),
                        None => {
                            switch.pin.on(key);
                        }
                    }
                }
            }
            return;
        }
        // A scanner types into whatever field one is in.
        if key.code == Code::Enter
            && let Some(field) = gate.form().and_then(Form::current)
            && let Some((before, badge)) = badge_in(&field.text())
        {
            let kept: String = field.text().chars().take(before).collect();
            *field = Field::with(&kept);
            self.badge(badge);
            return;
        }
        let in_sign_in = matches!(gate, Gate::SignIn(_));
        if key.code == Code::F(2) && in_sign_in {
            self.gate = Some(Gate::Code(code_form()));
            return;
        }
        let Some(form) = gate.form() else {
            return;
        };
        match form.on(key) {
            Filled::Nothing => {}
            Filled::Changed => self.gate_checked(),
            Filled::Cancelled => self.gate_cancelled(),
            Filled::Submitted => self.gate_submitted(),
        }
    }

    fn gate_checked(&mut self) {
        match &mut self.gate {
            Some(Gate::Setup(form)) => check_setup(form),
            Some(Gate::Code(form)) => check_password(form, 2),
            Some(Gate::Notes(notes)) => notes.check(),
            _ => {}
        }
    }

    fn gate_cancelled(&mut self) {
        match &self.gate {
            // Whoever is only here to look may do so.
            Some(Gate::Setup(_)) => {
                self.gate = None;
                self.go(&Destination::Catalog);
                self.say(
                    Role::Info,
                    "Only the catalogue is open without an account. The overview opens one.".into(),
                );
            }
            Some(Gate::Code(_)) => self.gate = Some(Gate::SignIn(sign_in_form(""))),
            Some(Gate::Confirm(..) | Gate::Notes(_)) => self.gate = None,
            // From the password back to PINs and badges, where those work.
            Some(Gate::SignIn(_)) if self.last_me.is_some() && self.session.me.is_some() => {
                self.show_faces(true);
            }
            _ => {}
        }
    }

    fn gate_submitted(&mut self) {
        let request = match &mut self.gate {
            Some(Gate::Setup(form)) => {
                if form.value(3) != form.value(4) {
                    form.refuse("The two passwords are not the same.");
                    return;
                }
                DoorRequest::OpenAccount(Box::new(NewAccount {
                    shop: form.value(0),
                    name: form.value(1),
                    email: form.value(2),
                    password: form.hidden(3),
                    currency: form.value(5).to_uppercase(),
                    time_zone: form.value(6),
                }))
            }
            Some(Gate::SignIn(form)) => DoorRequest::SignIn {
                shop: Some(form.value(2)).filter(|shop| !shop.trim().is_empty()),
                email: form.value(0).trim().to_owned(),
                password: form.hidden(1),
            },
            Some(Gate::Code(form)) => {
                if form.value(2) != form.value(3) {
                    form.refuse("The two passwords are not the same.");
                    return;
                }
                DoorRequest::UseCode {
                    code: form.hidden(0),
                    name: form.value(1),
                    password: form.hidden(2),
                }
            }
            Some(Gate::Confirm(form, _)) => {
                let password = form.hidden(0);
                self.ask_gate(CONFIRM, DoorRequest::Confirm { password });
                return;
            }
            Some(Gate::Notes(_)) => {
                self.write_notes();
                return;
            }
            _ => return,
        };
        self.ask_gate(ENTRY, request);
    }

    fn try_switch(&mut self) {
        let Some(Gate::Switch(switch)) = &mut self.gate else {
            return;
        };
        let typed = switch.pin.take();
        if let Some((_, badge)) = badge_in(&typed) {
            self.badge(badge);
            return;
        }
        let Some(face) = switch.faces.get(switch.at) else {
            return;
        };
        if typed.is_empty() {
            switch.failed = Some(if face.pin {
                format!("Type the PIN of {}.", face.name)
            } else {
                format!("{} has no PIN: Tab asks for the password.", face.name)
            });
            return;
        }
        let (user, pin) = (face.user, Secret::new(typed));
        self.ask_gate(ENTRY, DoorRequest::Pin { user, pin });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_is_known_at_the_end_of_what_was_typed() {
        let badge = "%BABCDEFGHIJKLMNOPQRST%";
        assert_eq!(badge_in(badge), Some((0, Secret::new(badge))));
        let behind = format!("plate{badge}");
        assert_eq!(badge_in(&behind), Some((5, Secret::new(badge))));
        for no in [
            "%BABC%",
            "ABCDEFGHIJKLMNOPQRST",
            "%BABCDEFGHIJKLMNOPQRST",
            "%B",
            "",
        ] {
            assert_eq!(badge_in(no), None, "{no}");
        }
    }
}
