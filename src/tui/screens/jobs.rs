//! What runs in the background: imports, the preparation of the search, and the jobs that run by themselves.

use ratatui::layout::Rect;

use crate::api::{Event, JobsRequest, Reply, Request, Topic};
use crate::domain::Right;
use crate::domain::job::{JobOutcome, JobRow, JobRun};
use crate::domain::report::Progress;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::text::{age, until};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::progress;

const LIST: u64 = 1;
const HISTORY: u64 = 2;
const CHANGE: u64 = 3;

/// What runs in the background.
#[derive(Debug, Default)]
pub struct Jobs {
    rows: Option<Vec<JobRow>>,
    problem: Option<String>,
    cursor: Cursor,
    /// The runs of a job, over the list.
    history: Option<(String, Vec<JobRun>)>,
}

impl Jobs {
    fn ask(cx: &Cx<'_>) -> Vec<Effect> {
        if cx.session.may(Some(Right::Jobs)) && cx.session.me.is_some() {
            return vec![Effect::send(LIST, Request::Jobs(JobsRequest::List))];
        }
        Vec::new()
    }

    fn act(&mut self, action: Action, height: usize) -> Vec<Effect> {
        if action == Action::Back {
            if self.history.take().is_some() {
                return Vec::new();
            }
            return vec![Effect::Back];
        }
        let rows = self.rows.as_deref().unwrap_or_default();
        let here = rows.get(self.cursor.at).map(|row| row.name.clone());
        let ask = |tag, request| vec![Effect::send(tag, Request::Jobs(request))];
        match (action, here) {
            (Action::Open, Some(name)) => ask(HISTORY, JobsRequest::History { name }),
            (Action::RunJob, Some(name)) => ask(CHANGE, JobsRequest::Run { name }),
            (Action::CancelJob, Some(name)) => ask(CHANGE, JobsRequest::Cancel { name }),
            (action, _) => {
                self.cursor.on(action, rows.len(), height);
                Vec::new()
            }
        }
    }

    fn answered(&mut self, tag: u64, answer: crate::api::Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::Jobs(rows)) => {
                self.cursor.settle(rows.len(), rows.len());
                self.rows = Some(rows);
                self.problem = None;
                Vec::new()
            }
            Ok(Reply::JobRuns(runs)) => {
                let rows = self.rows.as_deref().unwrap_or_default();
                if let Some(row) = rows.get(self.cursor.at) {
                    self.history = Some((row.name.clone(), runs));
                }
                Vec::new()
            }
            Ok(reply) => {
                let text = match reply {
                    Reply::Text(text) => text,
                    _ => "It is told to stop.".to_owned(),
                };
                let mut effects = Self::ask(cx);
                effects.push(Effect::Say(Role::Good, text));
                effects
            }
            Err(error) if tag == LIST => {
                self.problem = Some(error.message);
                Vec::new()
            }
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn draw_rows(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let signs = cx.theme.signs();
        let mut line = 0;
        for (at, row) in self.rows.iter().flatten().enumerate() {
            let mut pen = canvas.pen(area, line);
            if at == self.cursor.at {
                pen.put(signs.cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&row.name, 14, Role::Text);
            let state = if row.since.is_some() {
                "runs".to_owned()
            } else if row.waiting {
                "begins".to_owned()
            } else if row.next <= cx.now {
                "due".to_owned()
            } else {
                format!("in {}", until(row.next, cx.now))
            };
            let role = if row.since.is_some() {
                Role::Info
            } else {
                Role::Dim
            };
            pen.column(&state, 10, role);
            match &row.last {
                Some(last) => {
                    pen.column(last.outcome.word(), 10, look(last.outcome));
                    pen.fit(
                        &format!("{}: {}", age(last.ended, cx.now), last.text),
                        Role::Text,
                    );
                }
                None => pen.fit("has not run yet", Role::Dim),
            }
            line += 1;
            if let Some(far) = row.progress.as_ref().filter(|_| row.since.is_some()) {
                progress::draw(canvas, area, line, far, cx.numbers);
                line += 1;
            }
        }
        if let Some(row) = self.rows.as_ref().and_then(|rows| rows.get(self.cursor.at)) {
            let whose = if row.server { ", for all shops" } else { "" };
            let text = format!("{}, {}{whose}.", row.about, row.schedule);
            canvas.pen(area, line + 1).fit(&text, Role::Dim);
        }
    }
}

const fn look(outcome: JobOutcome) -> Role {
    match outcome {
        JobOutcome::Done => Role::Good,
        JobOutcome::Failed => Role::Bad,
        JobOutcome::Cancelled | JobOutcome::Died => Role::Warning,
    }
}

fn draw_runs(
    canvas: &mut Canvas<'_>,
    area: Rect,
    cx: &Cx<'_>,
    (name, runs): &(String, Vec<JobRun>),
) {
    canvas
        .pen(area, 0)
        .fit(&format!("The last runs of {name}"), Role::Strong);
    if runs.is_empty() {
        canvas.pen(area, 1).fit("It has not run yet.", Role::Dim);
    }
    for (line, run) in (1u16..area.height).zip(runs) {
        let mut pen = canvas.pen(area, line);
        pen.column(&age(run.began, cx.now), 14, Role::Dim);
        pen.column(run.outcome.word(), 10, look(run.outcome));
        let by = if run.by_hand { " (by hand)" } else { "" };
        pen.fit(&format!("{}{by}", run.text), Role::Text);
    }
}

impl Screen for Jobs {
    fn context(&self) -> Context {
        Context::Jobs
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::RunJob,
            Action::CancelJob,
            Action::Back,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => Self::ask(cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Jobs, ..
                } => Self::ask(cx),
                _ => Vec::new(),
            },
            ScreenEvent::Do(action) => self.act(action, usize::from(cx.area.height)),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let mut area = Rect {
            x: cx.area.x + 2,
            width: cx.area.width.saturating_sub(4),
            ..cx.area
        };
        if let Some(history) = &self.history {
            draw_runs(canvas, area, cx, history);
            return;
        }
        let running: [(&str, Option<&Progress>); 2] = [
            ("Import", cx.session.progress.as_ref()),
            ("Search index", cx.session.indexing.as_ref()),
        ];
        let mut line = 1;
        for (name, running) in running {
            if let Some(running) = running {
                canvas.pen(area, line).put(name, Role::Strong);
                progress::draw(canvas, area, line + 1, running, cx.numbers);
                line += 3;
            }
        }
        if line == 1 {
            canvas.pen(area, 1).fit(
                "No import and no preparation of the search runs.",
                Role::Text,
            );
            line = 3;
        }
        area.y += line.min(area.height);
        area.height = area.height.saturating_sub(line);
        if let Some(problem) = &self.problem {
            canvas.pen(area, 0).fit(problem, Role::Bad);
        } else {
            self.draw_rows(canvas, area, cx);
        }
    }
}
