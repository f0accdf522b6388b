//! The shop's settings: name, time zone, when stations lock, how alerts go out.

use ratatui::layout::Rect;

use crate::api::{Event, OfficeRequest, Reply, Request, Topic};
use crate::domain::ShopSettings;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};

const READ: u64 = 1;
const WRITE: u64 = 2;
const TEST: u64 = 3;

/// The shop's settings.
#[derive(Debug, Default)]
pub struct Settings {
    now: Option<(String, ShopSettings)>,
    problem: Option<String>,
    form: Option<Form>,
    /// A test alert is on its way, or what came of it.
    tested: Option<String>,
}

impl Settings {
    fn ask() -> Vec<Effect> {
        vec![Effect::send(READ, Request::Office(OfficeRequest::Settings))]
    }

    fn edit(&mut self) {
        let Some((name, now)) = &self.now else {
            return;
        };
        self.form = Some(
            Form::new("The shop's settings")
                .text("Name", name)
                .text("Time zone", &now.time_zone)
                .text("Lock after minutes", &now.lock_after.to_string())
                .text("Webhook", &now.webhook)
                .text("Same alert after minutes", &now.alert_every.to_string()),
        );
    }

    fn check(form: &mut Form) {
        let zone = jiff::tz::TimeZone::get(&form.value(1)).is_ok();
        form.mistake(1, (!zone).then_some("such as Europe/Berlin"));
        for row in [2, 4] {
            let number = form.value(row).trim().parse::<u16>().is_ok();
            form.mistake(row, (!number).then_some("a number of minutes"));
        }
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        let Some(form) = &mut self.form else {
            return Vec::new();
        };
        match form.on(key) {
            Filled::Cancelled => self.form = None,
            Filled::Changed => Self::check(form),
            Filled::Nothing => {}
            Filled::Submitted => {
                let minutes = |row| form.value(row).trim().parse().unwrap_or_default();
                let settings = ShopSettings {
                    time_zone: form.value(1),
                    lock_after: minutes(2),
                    webhook: form.value(3),
                    alert_every: minutes(4),
                };
                let request = OfficeRequest::SetSettings {
                    name: form.value(0),
                    settings: Box::new(settings),
                };
                return vec![Effect::send(WRITE, Request::Office(request))];
            }
        }
        Vec::new()
    }
}

impl Screen for Settings {
    fn context(&self) -> Context {
        Context::Settings
    }

    fn mode(&self) -> Mode {
        if self.form.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::TestAlert,
            Action::PlaceRule,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, _cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Shop, ..
                } => Self::ask(),
                _ => Vec::new(),
            },
            ScreenEvent::Key(key) => self.key(key),
            ScreenEvent::Paste(text) => {
                if let Some(form) = &mut self.form {
                    form.paste(&text);
                    Self::check(form);
                }
                Vec::new()
            }
            ScreenEvent::Do(Action::Open) => {
                self.edit();
                Vec::new()
            }
            ScreenEvent::Do(Action::TestAlert) => {
                self.tested = Some("A test alert is on its way.".into());
                vec![Effect::send(
                    TEST,
                    Request::Office(OfficeRequest::TestAlert),
                )]
            }
            ScreenEvent::Do(Action::PlaceRule) => vec![Effect::Go(Destination::PlaceRule)],
            ScreenEvent::Do(Action::Back) => vec![Effect::Back],
            ScreenEvent::Answered(READ, answer) => {
                match *answer {
                    Ok(Reply::Settings { name, settings }) => {
                        self.now = Some((name, *settings));
                        self.problem = None;
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                Vec::new()
            }
            ScreenEvent::Answered(WRITE, answer) => match *answer {
                Ok(_) => {
                    self.form = None;
                    vec![Effect::Say(Role::Good, "Saved.".into())]
                }
                Err(error) => {
                    if let Some(form) = &mut self.form {
                        form.failed = Some(error.message);
                    }
                    Vec::new()
                }
            },
            ScreenEvent::Answered(TEST, answer) => {
                self.tested = Some(match *answer {
                    Ok(Reply::Text(text)) => text,
                    Ok(_) => String::new(),
                    Err(error) => error.message,
                });
                Vec::new()
            }
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
        let Some((name, now)) = &self.now else {
            canvas.pen(area, 1).fit("Loading", Role::Dim);
            return;
        };
        let lock = match now.lock_after {
            0 => "never".to_owned(),
            minutes => format!("after {minutes} minutes without a key"),
        };
        let webhook = if now.webhook.is_empty() {
            "none"
        } else {
            &now.webhook
        };
        let again = format!("after {} minutes", now.alert_every);
        let rows = [
            ("Shop", name.as_str()),
            ("Time zone", now.time_zone.as_str()),
            ("Stations lock", lock.as_str()),
            ("Alerts go to", webhook),
            ("The same again", again.as_str()),
        ];
        for (line, (label, value)) in rows.into_iter().enumerate() {
            let mut pen = canvas.pen(area, line as u16 + 1);
            pen.column(label, 16, Role::Dim);
            pen.fit(value, Role::Text);
        }
        let text = "A command for alerts is named by the server's operator, under [alerts].";
        canvas.pen(area, 7).fit(text, Role::Dim);
        if let Some(tested) = &self.tested {
            canvas.pen(area, 9).fit(tested, Role::Info);
        }
        if let Some(form) = &self.form {
            form.draw(canvas, cx.area);
        }
    }
}
