//! The orders: mark what is to be picked together, and start.

use super::labels::{LABELS, LabelForm};
use crate::api::{Answer, Event, Reply, Request, Rows, Topic};
use crate::domain::label_job::LabelsOf;
use crate::domain::rows::OrderRow;
use crate::domain::{OrderId, OrderQuery, ViewSpec, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::window::{RowsOf, Window};

const LIST: Tag = 1;
/// The orders.
#[derive(Debug)]
pub struct Orders {
    pub(super) field: Field,
    pub(super) typing: bool,
    pub(super) to_pick: bool,
    pub(super) window: Window<OrderRow>,
    asked: Option<OrderQuery>,
    again: bool,
    pub(super) shown: Option<OrderQuery>,
    /// In the order in which they were marked: that is the order of the totes.
    pub(super) marked: Vec<OrderId>,
    pub(super) labels: Option<Box<LabelForm>>,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            field: Field::default(),
            typing: false,
            to_pick: true,
            window: Window::default(),
            asked: None,
            again: false,
            shown: None,
            marked: Vec::new(),
            labels: None,
        }
    }
}

impl Orders {
    /// The orders, asked this.
    pub fn asked(query: &OrderQuery) -> Self {
        Self {
            field: Field::with(&query.text),
            to_pick: query.to_pick,
            ..Self::default()
        }
    }
}

/// Whether a new walk may take an order.
fn can_start(row: &OrderRow) -> bool {
    row.status.can_be_picked() && row.session.is_none() && row.picked < row.pieces
}

impl Orders {
    fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(3))
    }

    fn query(&self) -> OrderQuery {
        OrderQuery {
            text: self.field.text(),
            status: None,
            to_pick: self.to_pick,
        }
    }

    fn ask(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if self.asked.is_some() {
            self.again = true;
            return Vec::new();
        }
        let query = self.query();
        self.asked = Some(query.clone());
        vec![Effect::send(
            LIST,
            Request::Open {
                spec: ViewSpec::Orders(query),
                rows: Window::<OrderRow>::first_rows(Self::height(cx)),
            },
        )]
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if tag == LABELS {
            return match &mut self.labels {
                Some(labels) => labels.answered(answer, cx).settle(&mut self.labels),
                None => Vec::new(),
            };
        }
        let height = Self::height(cx);
        if Window::<OrderRow>::is_mine(tag) {
            let effects = self.window.answered(tag, answer, height);
            return effects.unwrap_or_else(|| self.ask(cx));
        }
        let asked = self.asked.take();
        if std::mem::take(&mut self.again) {
            return self.ask(cx);
        }
        match answer {
            Ok(Reply::Opened(mut opened)) => {
                let taken = std::mem::replace(&mut opened.rows, Rows::Orders(Vec::new()));
                let rows = OrderRow::of(taken);
                let same = self.shown == asked;
                self.shown = asked;
                // What meanwhile went into a walk or away is marked no more.
                self.marked
                    .retain(|id| rows.iter().all(|row| row.id != *id || can_start(row)));
                self.window.open(&opened, rows, same, height);
                self.window.wanted(height)
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn mark(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(row) = self.window.current() else {
            return Vec::new();
        };
        if let Some(at) = self.marked.iter().position(|id| *id == row.id) {
            self.marked.remove(at);
        } else if can_start(row) {
            self.marked.push(row.id);
        } else {
            return vec![Effect::Say(Role::Warning, why_not(row))];
        }
        self.window.on(Action::Down, Self::height(cx));
        self.window.wanted(Self::height(cx))
    }

    fn mark_all(&mut self) {
        let all: Vec<OrderId> = self
            .window
            .kept()
            .filter(|row| can_start(row))
            .map(|row| row.id)
            .collect();
        let missing = all.iter().any(|id| !self.marked.contains(id));
        if missing {
            for id in all {
                if !self.marked.contains(&id) {
                    self.marked.push(id);
                }
            }
        } else {
            self.marked.clear();
        }
    }

    fn start(&mut self) -> Vec<Effect> {
        if !self.marked.is_empty() {
            let orders = std::mem::take(&mut self.marked);
            return vec![Effect::Go(Destination::StartPick(orders))];
        }
        match self.window.current() {
            None => Vec::new(),
            Some(row) => vec![start_one(row)],
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        if self.window.on(action, height) {
            return self.window.wanted(height);
        }
        match action {
            Action::Search => self.typing = true,
            Action::Back if self.typing => self.typing = false,
            Action::Back => return vec![Effect::Back],
            Action::Open => {
                if let Some(row) = self.window.current() {
                    return vec![Effect::Go(Destination::Order(row.id))];
                }
            }
            Action::Mark => return self.mark(cx),
            Action::MarkAll => self.mark_all(),
            Action::ToPick => {
                self.to_pick = !self.to_pick;
                return self.ask(cx);
            }
            Action::StartPick => return self.start(),
            Action::Labels => {
                let here = self.window.current().map(|row| row.id);
                let orders = if self.marked.is_empty() {
                    here.into_iter().collect()
                } else {
                    self.marked.clone()
                };
                self.labels = labels_of(orders);
            }
            _ => {}
        }
        Vec::new()
    }
}

/// The form for labels of these orders and of the totes they are gathered in.
pub(super) fn labels_of(orders: Vec<OrderId>) -> Option<Box<LabelForm>> {
    let totes = u32::try_from(orders.len())
        .ok()
        .filter(|totes| *totes > 0)?;
    let orders_words = if totes == 1 {
        "this order"
    } else {
        "the marked orders"
    };
    let totes_words = if totes == 1 {
        "tote 1".to_owned()
    } else {
        format!("totes 1 to {totes}")
    };
    let kinds = vec![
        (orders_words.to_owned(), LabelsOf::Orders(orders)),
        (totes_words, LabelsOf::Totes(1, totes)),
    ];
    Some(Box::new(LabelForm::of(kinds)))
}

/// Starts or goes on with the walk of one order, or says why that cannot be.
pub(super) fn start_one(row: &OrderRow) -> Effect {
    match row.session {
        Some(session) => Effect::Go(Destination::ResumePick(session)),
        None if can_start(row) => Effect::Go(Destination::StartPick(vec![row.id])),
        None => Effect::Say(Role::Warning, why_not(row)),
    }
}

fn why_not(row: &OrderRow) -> String {
    if row.session.is_some() {
        return format!(
            "Order {} is being picked already; p goes on with that.",
            row.number
        );
    }
    if row.status.can_be_picked() {
        return format!("Order {} is picked completely.", row.number);
    }
    format!(
        "Order {} is {} and cannot be picked.",
        row.number,
        row.status.word()
    )
}

impl Screen for Orders {
    fn context(&self) -> Context {
        Context::Orders
    }

    fn mode(&self) -> Mode {
        if self.labels.is_some() {
            Mode::Form
        } else if self.typing {
            Mode::Typing
        } else {
            Mode::Commands
        }
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Orders(self.query()))
    }

    fn hints(&self) -> Vec<Action> {
        if self.typing {
            return vec![Action::Open, Action::Back];
        }
        vec![
            Action::StartPick,
            Action::Mark,
            Action::MarkAll,
            Action::Open,
            Action::ToPick,
            Action::Search,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
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
            ScreenEvent::Key(key) if self.labels.is_some() => match &mut self.labels {
                Some(labels) => labels.on(key).settle(&mut self.labels),
                None => Vec::new(),
            },
            ScreenEvent::Paste(text) if self.labels.is_some() => {
                if let Some(labels) = &mut self.labels {
                    labels.paste(&text);
                }
                Vec::new()
            }
            ScreenEvent::Key(key) if self.typing && self.field.on(key) => self.ask(cx),
            ScreenEvent::Paste(text) if self.typing => {
                self.field.insert(text.trim());
                self.ask(cx)
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Orders | Topic::Picks,
                    ..
                } => self.ask(cx),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_all(canvas, cx);
        if let Some(labels) = &self.labels {
            labels.draw(canvas, cx.area);
        }
    }
}
