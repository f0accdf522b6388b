//! One order: its lines, where they lie, and what is missing.

use ratatui::layout::Rect;

use super::labels::{LABELS, LabelForm};
use super::orders::{labels_of, start_one};
use crate::api::{Event, Reply, Request, Topic};
use crate::domain::rows::{OrderDetail, OrderLineRow};
use crate::domain::{OrderId, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::{age, width};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// Lines above the table.
const TOP: u16 = 5;

/// An order.
#[derive(Debug)]
pub struct OrderScreen {
    id: OrderId,
    detail: Option<Box<OrderDetail>>,
    problem: Option<String>,
    cursor: Cursor,
    labels: Option<Box<LabelForm>>,
}

impl OrderScreen {
    /// The screen of an order.
    pub fn of(id: OrderId) -> Self {
        Self {
            id,
            detail: None,
            problem: None,
            cursor: Cursor::default(),
            labels: None,
        }
    }

    fn lines(&self) -> &[OrderLineRow] {
        self.detail.as_ref().map_or(&[], |detail| &detail.lines)
    }

    fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(TOP))
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let len = self.lines().len();
        if self.cursor.on(action, len, Self::height(cx)) {
            return Vec::new();
        }
        match action {
            Action::Back => vec![Effect::Back],
            Action::Labels => {
                self.labels = labels_of(vec![self.id]);
                Vec::new()
            }
            Action::Open => {
                let line = self.lines().get(self.cursor.at);
                line.map_or_else(Vec::new, |line| {
                    vec![Effect::Go(Destination::Item(line.item.clone()))]
                })
            }
            Action::StartPick => self
                .detail
                .as_ref()
                .map_or_else(Vec::new, |detail| vec![start_one(&detail.row)]),
            _ => Vec::new(),
        }
    }
}

impl Screen for OrderScreen {
    fn context(&self) -> Context {
        Context::Order
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        self.detail.as_ref().map_or_else(
            || "Order".to_owned(),
            |detail| format!("Order {}", detail.row.number),
        )
    }

    fn mode(&self) -> Mode {
        if self.labels.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Order(self.id))
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::StartPick,
            Action::Open,
            Action::Back,
            Action::Orders,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let ask = |id: OrderId| vec![Effect::send(1, Request::Order { id })];
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => ask(self.id),
            ScreenEvent::Resized => {
                let len = self.lines().len();
                self.cursor.settle(len, Self::height(cx));
                Vec::new()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => match &mut self.labels {
                Some(labels) => labels.on(key).settle(&mut self.labels),
                None => Vec::new(),
            },
            ScreenEvent::Paste(text) => {
                if let Some(labels) = &mut self.labels {
                    labels.paste(&text);
                }
                Vec::new()
            }
            ScreenEvent::Answered(LABELS, answer) => match &mut self.labels {
                Some(labels) => labels.answered(*answer, cx).settle(&mut self.labels),
                None => Vec::new(),
            },
            ScreenEvent::Answered(_, answer) => {
                match *answer {
                    Ok(Reply::Order(detail)) => {
                        self.detail = Some(detail);
                        self.problem = None;
                        let len = self.lines().len();
                        self.cursor.settle(len, Self::height(cx));
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                Vec::new()
            }
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Orders | Topic::Picks | Topic::Inventory,
                    ..
                } => ask(self.id),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_order(canvas, cx);
        if let Some(labels) = &self.labels {
            labels.draw(canvas, cx.area);
        }
    }
}

impl OrderScreen {
    fn draw_order(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        let Some(detail) = &self.detail else {
            let (text, role) = match &self.problem {
                Some(problem) => (problem.as_str(), Role::Bad),
                None => ("Opening", Role::Dim),
            };
            canvas.pen(area, 1).fit(text, role);
            return;
        };
        draw_facts(canvas, area, detail, cx);
        draw_header(canvas, area);
        let rows = Rect {
            y: area.y + TOP,
            height: area.height.saturating_sub(TOP),
            ..area
        };
        let visible = self.cursor.visible(detail.lines.len(), rows.height.into());
        for (line, at) in visible.enumerate() {
            draw_line(
                canvas,
                rows,
                line as u16,
                &detail.lines[at],
                at == self.cursor.at,
                cx,
            );
        }
        if detail.lines.is_empty() {
            canvas
                .pen(rows, 0)
                .fit("This order has no lines.", Role::Dim);
        }
    }
}

fn draw_facts(canvas: &mut Canvas<'_>, area: Rect, detail: &OrderDetail, cx: &Cx<'_>) {
    let row = &detail.row;
    let mut pen = canvas.pen(area, 0);
    pen.put(&row.party, Role::Strong);
    pen.skip(2);
    pen.put(row.status.word(), Role::Accent);
    pen.skip(2);
    pen.put(
        &format!("{}, {}", row.ordered.date(), age(row.ordered, cx.now)),
        Role::Dim,
    );
    let total = format!("{} {}", cx.numbers.sum(row.total), row.currency);
    pen.at_end(&total, Role::Strong);
    let mut facts = vec![
        detail.marketplace.name().to_owned(),
        detail.destination.clone(),
        detail.payment.clone(),
        format!("postage {}", cx.numbers.sum(detail.shipping)),
    ];
    if !detail.tracking.is_empty() {
        facts.push(format!("tracking {}", detail.tracking));
    }
    facts.retain(|fact| !fact.is_empty());
    canvas.pen(area, 1).fit(&facts.join("   "), Role::Dim);
    let mut pen = canvas.pen(area, 2);
    let text = format!(
        "{} of {} pcs picked",
        cx.numbers.whole(row.picked),
        cx.numbers.whole(row.pieces)
    );
    pen.put(&text, Role::Text);
    if row.short > 0 {
        pen.skip(3);
        pen.put(
            &format!("{} are not there", cx.numbers.whole(row.short)),
            Role::Bad,
        );
    }
}

/// Columns for part and colour.
fn widths(room: usize) -> (usize, usize) {
    let left = room.saturating_sub(5 + 6 + 8 + 7 + 2);
    let color = (left * 2 / 5).min(30);
    (left - color, color)
}

fn draw_header(canvas: &mut Canvas<'_>, area: Rect) {
    let mut pen = canvas.pen(area, TOP - 1);
    pen.skip(2);
    pen.column("Place", 9, Role::Dim);
    let (part, color) = widths(pen.room());
    pen.column("Part", part, Role::Dim);
    pen.column("Colour", color, Role::Dim);
    pen.skip(1);
    pen.column("Cond", 5, Role::Dim);
    for (name, wide) in [("Pcs", 6), ("Picked", 8), ("Short", 7)] {
        pen.right(name, wide, Role::Dim);
    }
}

fn draw_line(
    canvas: &mut Canvas<'_>,
    area: Rect,
    line: u16,
    row: &OrderLineRow,
    selected: bool,
    cx: &Cx<'_>,
) {
    let signs = cx.theme.signs();
    let mut pen = canvas.pen(area, line);
    if selected {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    let place = if row.lot.is_some() {
        row.place.first()
    } else {
        "no lot"
    };
    pen.column(
        place,
        9,
        if row.lot.is_some() {
            Role::Text
        } else {
            Role::Bad
        },
    );
    let (part, color) = widths(pen.room());
    pen.put(&row.item.no, Role::Text);
    pen.skip(1);
    let name = part.saturating_sub(width(&row.item.no) + 2);
    pen.column(&row.name, name, Role::Text);
    pen.skip(1);
    pen.color(&row.color, color, Role::Text);
    pen.skip(1);
    pen.column(row.condition.word(), 5, Role::Text);
    pen.right(&cx.numbers.whole(row.quantity), 6, Role::Text);
    let picked = if row.picked == 0 {
        signs.none.to_owned()
    } else {
        cx.numbers.whole(row.picked)
    };
    let role = if row.picked >= row.quantity {
        Role::Good
    } else {
        Role::Text
    };
    pen.right(&picked, 8, role);
    if row.short > 0 {
        pen.right(&cx.numbers.whole(row.short), 7, Role::Bad);
    } else {
        pen.right(signs.none, 7, Role::Dim);
    }
}
