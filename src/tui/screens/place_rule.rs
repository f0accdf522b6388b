//! The shop's rule for places: how many lots it understands, and what another one would read before it
//! is set.

use std::time::Duration;

use ratatui::layout::Rect;

use crate::api::{Answer, Reply, Request, StockRequest};
use crate::domain::place_rule::PLACE_RULES;
use crate::domain::{OperationId, PlaceRule, PlaceRuleFit, Right};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Effect, Tag};
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::{count, width};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::form::{Filled, Form};

const NOW: Tag = 1;
const TRIED: Tag = 2;
const REST: Tag = 3;
const SET: Tag = 4;
const CANCEL: Tag = 5;
/// The server is asked after so much rest.
const RESTED: Duration = Duration::from_millis(150);
/// Columns of the place that is read.
const PLACE: usize = 16;

/// The rule for places.
#[derive(Debug, Default)]
pub struct PlaceRuleScreen {
    field: Field,
    /// The rule of today.
    now: Option<PlaceRuleFit>,
    /// What was typed.
    tried: Option<PlaceRuleFit>,
    wrong: bool,
    problem: Option<String>,
    /// A try is under way; the next one waits behind it.
    asked: bool,
    again: bool,
    form: Option<Form>,
    working: Option<OperationId>,
}

impl PlaceRuleScreen {
    fn ask() -> Vec<Effect> {
        let request = StockRequest::PlaceRule { rule: None };
        vec![Effect::send(NOW, Request::Stock(request))]
    }

    fn typed(&self) -> Option<PlaceRule> {
        PlaceRule::parse(&self.field.text())
    }

    /// Asks how well the typed rule fits, unless that is known.
    fn look(&mut self) -> Vec<Effect> {
        let Some(rule) = self.typed() else {
            self.wrong = true;
            return Vec::new();
        };
        self.wrong = false;
        if self.tried.as_ref().is_some_and(|fit| fit.rule == rule) {
            return Vec::new();
        }
        if self.asked {
            self.again = true;
            return Vec::new();
        }
        self.asked = true;
        let request = StockRequest::PlaceRule { rule: Some(rule) };
        vec![Effect::send(TRIED, Request::Stock(request))]
    }

    /// The fit that is shown: of what was typed, else of today's rule.
    fn shown(&self) -> Option<&PlaceRuleFit> {
        self.tried.as_ref().or(self.now.as_ref())
    }

    fn enter(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let say = |role, text: String| vec![Effect::Say(role, text)];
        if self.working.is_some() {
            return say(
                Role::Info,
                "The places are being read. Esc cancels it.".into(),
            );
        }
        let Some(rule) = self.typed() else {
            self.wrong = true;
            return Vec::new();
        };
        if self.now.as_ref().is_some_and(|fit| fit.rule == rule) {
            return say(Role::Info, "That is the rule already.".into());
        }
        if !cx.session.may(Some(Right::Settings)) {
            return say(Role::Warning, cx.session.refusal(Right::Settings));
        }
        let mut form = Form::new(format!("Read every place by “{rule}”"))
            .about("The remarks stay as they are. The old rule brings the old places back.")
            .keys("Enter set it   Esc not now");
        if let Some(fit) = self.tried.as_ref().filter(|fit| fit.rule == rule) {
            form = form.about(format!("It understands {}.", counts(fit, cx)));
        }
        if let Some(fit) = &self.now {
            form = form.about(format!("Today's understands {}.", counts(fit, cx)));
        }
        self.form = Some(form);
        Vec::new()
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(form) = &mut self.form {
            match form.on(key) {
                Filled::Cancelled => self.form = None,
                Filled::Submitted => {
                    self.form = None;
                    if let Some(rule) = self.typed() {
                        let op = cx.operation();
                        self.working = Some(op);
                        let request = StockRequest::SetPlaceRule { rule, op };
                        return vec![Effect::send(SET, Request::Stock(request))];
                    }
                }
                Filled::Nothing | Filled::Changed => {}
            }
            return Vec::new();
        }
        if self.field.on(key) {
            self.wrong = false;
            return vec![Effect::After(RESTED, REST)];
        }
        Vec::new()
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if tag == TRIED {
            self.asked = false;
            if std::mem::take(&mut self.again) {
                return self.look();
            }
        }
        if tag == SET {
            self.working = None;
        }
        match (tag, answer) {
            (NOW, Ok(Reply::PlaceRule(fit))) => {
                if self.now.is_none() && self.field.is_empty() {
                    self.field = Field::with(&fit.rule.to_string());
                }
                self.problem = None;
                self.now = Some(*fit);
            }
            (TRIED, Ok(Reply::PlaceRule(fit))) => self.tried = Some(*fit),
            (NOW, Err(error)) => self.problem = Some(error.message),
            (SET, Ok(Reply::Deed(report))) => {
                let lots = count(cx.numbers, report.changed.into(), "lot has", "lots have");
                let mut effects = Self::ask();
                let text = format!("The rule is set. {lots} another place now.");
                effects.push(Effect::Say(Role::Good, text));
                return effects;
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => return vec![Effect::fail(&error)],
        }
        Vec::new()
    }
}

/// `1,150 of 1,204 lots, 30 without remarks, 24 not`
fn counts(fit: &PlaceRuleFit, cx: &Cx<'_>) -> String {
    if cx.compact() {
        return format!(
            "{} of {}, {} empty, {} not",
            cx.numbers.whole(fit.understood),
            cx.numbers.whole(fit.lots),
            cx.numbers.whole(fit.empty),
            cx.numbers.whole(fit.not_understood())
        );
    }
    let mut text = format!(
        "{} of {}",
        cx.numbers.whole(fit.understood),
        count(cx.numbers, fit.lots.into(), "lot", "lots")
    );
    if fit.empty > 0 {
        let empty = cx.numbers.whole(fit.empty);
        text = format!("{text}, {empty} without remarks");
    }
    format!("{text}, {} not", cx.numbers.whole(fit.not_understood()))
}

impl Screen for PlaceRuleScreen {
    fn context(&self) -> Context {
        Context::PlaceRule
    }

    fn mode(&self) -> Mode {
        if self.form.is_some() {
            Mode::Form
        } else {
            Mode::Typing
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        vec![Action::Open, Action::Back]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(),
            ScreenEvent::Do(Action::Open) => self.enter(cx),
            ScreenEvent::Do(Action::Back) => match self.working {
                Some(op) => {
                    let cancel = StockRequest::Cancel { op };
                    vec![Effect::send(CANCEL, Request::Stock(cancel))]
                }
                None => vec![Effect::Back],
            },
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) if self.form.is_none() => {
                self.field.insert(text.trim());
                self.look()
            }
            ScreenEvent::Woken(REST) => self.look(),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        self.draw_line(canvas, area);
        let gap = u16::from(area.height >= 14);
        if let Some(problem) = &self.problem {
            canvas.pen(area, 2).fit(problem, Role::Bad);
        } else if self.now.is_none() {
            canvas.pen(area, 2).fit("Reading the places", Role::Dim);
        } else {
            self.draw_fits(canvas, area, gap, cx);
        }
        if let Some(form) = &self.form {
            form.draw(canvas, cx.area);
        }
    }
}

impl PlaceRuleScreen {
    fn draw_line(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let mut pen = canvas.pen(area, 0);
        pen.put("Rule", Role::Accent);
        pen.skip(2);
        let start = pen.x();
        let field = Rect {
            x: start,
            width: area.right().saturating_sub(start),
            height: 1,
            ..area
        };
        self.field
            .draw(canvas, field, self.form.is_none(), Role::Strong);
        let (text, role) = if self.wrong {
            (PLACE_RULES, Role::Warning)
        } else {
            (
                "remarks   own   before |   after loc:   between [ ]",
                Role::Dim,
            )
        };
        canvas.pen(area, 1).fit(text, role);
    }

    fn draw_fits(&self, canvas: &mut Canvas<'_>, area: Rect, gap: u16, cx: &Cx<'_>) {
        let mut line = 2 + gap;
        let label = 7;
        for (name, fit) in [("Today", &self.now), ("Typed", &self.tried)] {
            if let Some(fit) = fit {
                let mut pen = canvas.pen(area, line);
                pen.column(name, label, Role::Dim);
                if !cx.compact() {
                    let rule = fit.rule.to_string();
                    pen.column(&rule, width(&rule).max(12) + 2, Role::Strong);
                }
                pen.fit(&counts(fit, cx), Role::Text);
            }
            line += 1;
        }
        let Some(fit) = self.shown() else {
            return;
        };
        line += gap;
        let mut pen = canvas.pen(area, line);
        pen.column("Place", PLACE, Role::Dim);
        pen.fit("Remarks", Role::Dim);
        let read = fit
            .examples
            .iter()
            .map(|(remarks, place)| (place.as_str(), Role::Good, remarks));
        let odd = fit
            .odd
            .iter()
            .map(|remarks| ("not understood", Role::Warning, remarks));
        for (place, role, remarks) in read.chain(odd) {
            line += 1;
            let mut pen = canvas.pen(area, line);
            pen.column(place, PLACE - 1, role);
            pen.skip(1);
            pen.fit(remarks, Role::Text);
        }
    }
}
