//! Connections to marketplaces: entering keys, trying them, switching them off, removing them.

use ratatui::layout::Rect;

use super::markets_view;
use crate::api::{Event, KeysRequest, Reply, Request, Topic};
use crate::domain::market::{KeyTest, MarketKeys, MarketRow};
use crate::domain::{Marketplace, Secret};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const LIST: u64 = 1;
const CHANGE: u64 = 2;
const TEST: u64 = 3;

/// Something that is asked.
#[derive(Debug)]
enum Asking {
    Keys(Form, Marketplace),
    Removal(Form, Marketplace),
}

impl Asking {
    const fn form(&self) -> &Form {
        match self {
            Self::Keys(form, _) | Self::Removal(form, _) => form,
        }
    }

    const fn form_mut(&mut self) -> &mut Form {
        match self {
            Self::Keys(form, _) | Self::Removal(form, _) => form,
        }
    }
}

/// Connections to marketplaces.
#[derive(Debug, Default)]
pub struct Markets {
    rows: Option<Vec<MarketRow>>,
    problem: Option<String>,
    cursor: Cursor,
    asking: Option<Asking>,
    /// The marketplace that is being tried.
    trying: Option<Marketplace>,
    /// What is said when the change under way is done.
    done: String,
}

/// Where the keys are found, above the fields.
fn about(market: Marketplace) -> [&'static str; 3] {
    match market {
        Marketplace::BrickLink => [
            "bricklink.com/v2/api/register_consumer.page shows all four to a seller.",
            "Give the token this machine's address, or 0.0.0.0 for any.",
            "They are sealed at once and never shown again.",
        ],
        Marketplace::BrickOwl => [
            "The API page of the BrickOwl account makes the key.",
            "It needs permission for inventory, orders and catalogue.",
            "It is sealed at once and never shown again.",
        ],
    }
}

fn keys_form(row: &MarketRow) -> Form {
    let market = row.market;
    let title = if row.entered.is_some() {
        format!("Other keys of {}", market.name())
    } else {
        format!("Connect {}", market.name())
    };
    let mut form = Form::new(title);
    for line in about(market) {
        form = form.about(line);
    }
    for field in MarketKeys::fields(market) {
        form = form.secret(field.label);
    }
    form
}

impl Markets {
    fn ask() -> Vec<Effect> {
        vec![Effect::send(LIST, Request::Keys(KeysRequest::Markets))]
    }

    fn here(&self) -> Option<&MarketRow> {
        self.rows.as_ref()?.get(self.cursor.at)
    }

    fn change(&mut self, request: KeysRequest, done: String) -> Vec<Effect> {
        self.done = done;
        vec![Effect::send(CHANGE, Request::Keys(request))]
    }

    fn act(&mut self, action: Action, height: usize) -> Vec<Effect> {
        if action == Action::Back {
            return vec![Effect::Back];
        }
        let Some(row) = self.here().cloned() else {
            return Vec::new();
        };
        let (market, name) = (row.market, row.market.name());
        let none = || {
            let text = format!("{name} is not connected. Enter connects it.");
            vec![Effect::Say(Role::Warning, text)]
        };
        match action {
            Action::Open => self.asking = Some(Asking::Keys(keys_form(&row), market)),
            Action::TestKeys | Action::SwitchKeys | Action::RemoveKeys if row.entered.is_none() => {
                return none();
            }
            Action::TestKeys => return self.test(market),
            Action::SwitchKeys => {
                let enabled = !row.enabled;
                let now = if enabled { "on" } else { "off" };
                let done = format!("{name} is switched {now}.");
                return self.change(KeysRequest::Enable { market, enabled }, done);
            }
            Action::RemoveKeys => {
                let form = Form::new(format!("Remove the keys of {name}"))
                    .about("Nothing is called there any more. Lots and orders stay.")
                    .choice("Remove", &["no", "yes"], 0);
                self.asking = Some(Asking::Removal(form, market));
            }
            action => {
                let rows = self.rows.as_ref().map_or(0, Vec::len);
                self.cursor.on(action, rows, height);
            }
        }
        Vec::new()
    }

    fn test(&mut self, market: Marketplace) -> Vec<Effect> {
        if self.trying.is_some() {
            return Vec::new();
        }
        self.trying = Some(market);
        vec![Effect::send(
            TEST,
            Request::Keys(KeysRequest::Test { market }),
        )]
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
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

    fn submit(&mut self) -> Vec<Effect> {
        match &mut self.asking {
            Some(Asking::Keys(form, market)) => {
                let market = *market;
                let count = MarketKeys::fields(market).len();
                let values: Vec<Secret> = (0..count).map(|row| form.hidden(row)).collect();
                // What cannot be keys is said before they travel; the others stay typed.
                if let Err(wrong) = MarketKeys::entered(market, &values) {
                    form.failed = Some(wrong);
                    return Vec::new();
                }
                let done = format!("The keys of {} are kept, sealed.", market.name());
                self.change(KeysRequest::Connect { market, values }, done)
            }
            Some(Asking::Removal(form, market)) => {
                if form.chosen(0) != 1 {
                    self.asking = None;
                    return Vec::new();
                }
                let market = *market;
                let done = format!("The keys of {} are removed.", market.name());
                self.change(KeysRequest::Disconnect { market }, done)
            }
            None => Vec::new(),
        }
    }

    fn changed(&mut self, answer: crate::api::Answer) -> Vec<Effect> {
        match answer {
            Ok(_) => {
                let entered = match self.asking.take() {
                    Some(Asking::Keys(_, market)) => Some(market),
                    _ => None,
                };
                let mut effects = Self::ask();
                let done = std::mem::take(&mut self.done);
                effects.push(Effect::Say(Role::Good, done));
                // Whoever enters keys wants to know whether they work.
                if let Some(market) = entered {
                    effects.extend(self.test(market));
                }
                effects
            }
            Err(error) => match &mut self.asking {
                Some(asking) => {
                    asking.form_mut().failed = Some(error.message);
                    Vec::new()
                }
                None => vec![Effect::fail(&error)],
            },
        }
    }

    fn tested(&mut self, answer: crate::api::Answer) -> Vec<Effect> {
        self.trying = None;
        let mut effects = Self::ask();
        effects.push(match answer {
            Ok(Reply::KeyTest(test)) => said(&test),
            Ok(_) => return effects,
            Err(error) => Effect::fail(&error),
        });
        effects
    }
}

fn said(test: &KeyTest) -> Effect {
    let role = if test.facts.is_some() {
        Role::Good
    } else {
        Role::Bad
    };
    Effect::Say(role, test.text.clone())
}

impl Screen for Markets {
    fn context(&self) -> Context {
        Context::Markets
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
            Action::TestKeys,
            Action::SwitchKeys,
            Action::RemoveKeys,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let height = usize::from(cx.area.height.saturating_sub(1));
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Markets,
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
            ScreenEvent::Do(action) => self.act(action, height),
            ScreenEvent::Answered(LIST, answer) => {
                match *answer {
                    Ok(Reply::Markets(rows)) => {
                        self.cursor.settle(rows.len(), height);
                        self.rows = Some(rows);
                        self.problem = None;
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                Vec::new()
            }
            ScreenEvent::Answered(CHANGE, answer) => self.changed(*answer),
            ScreenEvent::Answered(TEST, answer) => self.tested(*answer),
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
        let Some(rows) = &self.rows else {
            canvas.pen(area, 1).fit("Loading", Role::Dim);
            return;
        };
        markets_view::draw(canvas, area, cx, rows, (self.cursor.at, self.trying));
        if let Some(asking) = &self.asking {
            asking.form().draw(canvas, cx.area);
        }
    }
}
