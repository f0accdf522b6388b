//! Walks that were left and can be taken up again.

use ratatui::layout::Rect;

use crate::api::{Event, Reply, Request, Topic};
use crate::domain::SessionId;
use crate::domain::rows::PickView;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::text::age;
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// Walks whose orders are looked up; nobody has more of them open.
const MOST: usize = 20;

/// Open walks.
#[derive(Debug, Default)]
pub struct Walks {
    cursor: Cursor,
    views: Vec<PickView>,
    asked: Vec<SessionId>,
}

fn open_walks<'a>(cx: &'a Cx<'_>) -> &'a [(SessionId, u16, u16)] {
    cx.session
        .overview
        .as_ref()
        .map_or(&[], |overview| &overview.walks)
}

impl Walks {
    fn ask(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        self.views
            .retain(|view| open_walks(cx).iter().any(|(id, ..)| *id == view.id));
        let missing: Vec<SessionId> = open_walks(cx)
            .iter()
            .take(MOST)
            .map(|(id, ..)| *id)
            .filter(|id| !self.asked.contains(id))
            .collect();
        self.asked.extend(&missing);
        missing
            .into_iter()
            .map(|session| Effect::send(session.0, Request::PickOpen { session }))
            .collect()
    }
}

impl Screen for Walks {
    fn context(&self) -> Context {
        Context::Walks
    }

    fn hints(&self) -> Vec<Action> {
        vec![Action::Open, Action::Orders, Action::Back]
    }

    /// Whoever picks with a phone must get back to the walk.
    fn has_compact_layout(&self) -> bool {
        true
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let walks = open_walks(cx).len();
        let height = usize::from(cx.area.height.saturating_sub(2));
        self.cursor.settle(walks, height);
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => {
                self.asked.clear();
                self.ask(cx)
            }
            // The overview is new.
            ScreenEvent::Resized => self.ask(cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Picks,
                    ..
                } => {
                    self.asked.clear();
                    self.ask(cx)
                }
                _ => Vec::new(),
            },
            ScreenEvent::Do(Action::Back) => vec![Effect::Back],
            ScreenEvent::Do(Action::Open) => match open_walks(cx).get(self.cursor.at) {
                Some((id, ..)) => vec![Effect::Go(Destination::ResumePick(*id))],
                None => vec![Effect::Go(Destination::Orders)],
            },
            ScreenEvent::Do(action) => {
                self.cursor.on(action, walks, height);
                Vec::new()
            }
            ScreenEvent::Answered(_, answer) => {
                if let Ok(Reply::Pick { view, .. }) = *answer {
                    self.views.retain(|known| known.id != view.id);
                    self.views.push(*view);
                }
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
        let walks = open_walks(cx);
        if walks.is_empty() {
            canvas.pen(area, 1).fit("No pick is under way.", Role::Text);
            canvas.pen(area, 2).fit(
                "Enter goes to the orders: Space marks, p starts.",
                Role::Dim,
            );
            return;
        }
        let mut pen = canvas.pen(area, 0);
        pen.skip(2);
        pen.column("Pick", 8, Role::Dim);
        pen.right("Lines", 12, Role::Dim);
        pen.skip(3);
        pen.column("Next place", 14, Role::Dim);
        pen.column("Begun", 9, Role::Dim);
        pen.fit("Orders", Role::Dim);
        let rows = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        for (line, at) in self
            .cursor
            .visible(walks.len(), rows.height.into())
            .enumerate()
        {
            let (id, done, total) = walks[at];
            let mut pen = canvas.pen(rows, line as u16);
            if at == self.cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            pen.column(&id.to_string(), 8, Role::Text);
            pen.right(&format!("{done} of {total}"), 12, Role::Text);
            pen.skip(3);
            if let Some(view) = self.views.iter().find(|view| view.id == id) {
                let next = view.current.and_then(|at| view.lines.get(usize::from(at)));
                pen.column(
                    next.map_or("done", |line| line.place.first()),
                    14,
                    Role::Text,
                );
                pen.column(&age(view.started, cx.now), 9, Role::Dim);
                let orders: Vec<String> = view
                    .orders
                    .iter()
                    .map(|order| format!("{} {}", order.tote, order.party))
                    .collect();
                pen.fit(&orders.join("   "), Role::Dim);
            }
        }
    }
}
