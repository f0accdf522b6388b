//! The overview: what needs a person, most urgent first. Each line leads to where it is dealt with.

use ratatui::layout::Rect;

use crate::domain::rows::Overview;
use crate::domain::{ItemKind, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::text::{age, count};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// The overview.
#[derive(Debug, Default)]
pub struct Home {
    cursor: Cursor,
}

/// A line that leads somewhere.
struct Entry {
    role: Role,
    text: String,
    more: String,
    to: Destination,
}

fn entry(role: Role, text: String, more: impl Into<String>, to: Destination) -> Entry {
    Entry {
        role,
        text,
        more: more.into(),
        to,
    }
}

/// What needs a person.
fn urgent(overview: &Overview, cx: &Cx<'_>) -> Vec<Entry> {
    let numbers = cx.numbers;
    let mut entries = Vec::new();
    for (id, done, total) in &overview.walks {
        let text = format!("Go on with pick {id}");
        let more = format!(
            "{done} of {}",
            count(numbers, u64::from(*total), "line", "lines")
        );
        entries.push(entry(
            Role::Warning,
            text,
            more,
            Destination::ResumePick(*id),
        ));
    }
    if overview.orders_to_pick > 0 {
        let orders = count(
            numbers,
            u64::from(overview.orders_to_pick),
            "order",
            "orders",
        );
        let oldest = overview.oldest_order.map_or_else(String::new, |at| {
            format!("the oldest of {}", age(at, cx.now))
        });
        entries.push(entry(
            Role::Accent,
            format!("{orders} to pick"),
            oldest,
            Destination::Orders,
        ));
    }
    if overview.short_lines > 0 {
        let lines = count(
            numbers,
            u64::from(overview.short_lines),
            "order line",
            "order lines",
        );
        let text = format!("{lines} without enough pieces");
        entries.push(entry(
            Role::Bad,
            text,
            "see the orders",
            Destination::Orders,
        ));
    }
    if overview.starter_only {
        entries.push(entry(
            Role::Info,
            "Only the starter catalogue is here".to_owned(),
            "brickops catalog import DIR",
            Destination::Catalog,
        ));
    }
    if !overview.search_ready {
        entries.push(entry(
            Role::Info,
            "The search is being prepared".to_owned(),
            "numbers are found already",
            Destination::Jobs,
        ));
    }
    entries
}

/// What is there.
fn shop(overview: &Overview, cx: &Cx<'_>) -> Vec<Entry> {
    let numbers = cx.numbers;
    let items: u64 = overview
        .items
        .iter()
        .map(|(_, items)| u64::from(*items))
        .sum();
    let of = |kind: ItemKind| {
        overview
            .items
            .iter()
            .find(|(is, _)| *is == kind)
            .map_or(0, |(_, items)| *items)
    };
    let kinds = format!(
        "{} parts, {} minifigures, {} sets",
        numbers.whole(of(ItemKind::Part)),
        numbers.whole(of(ItemKind::Minifigure)),
        numbers.whole(of(ItemKind::Set))
    );
    let imported = overview
        .catalog_at
        .map_or_else(String::new, |at| format!(", imported {}", ago(at, cx)));
    let lots = if overview.lots == 0 {
        "brickops inventory import FILE.bsx".to_owned()
    } else {
        format!(
            "{} pieces for {} {}",
            numbers.whole(overview.pieces),
            numbers.sum(overview.value),
            overview.currency
        )
    };
    vec![
        entry(
            Role::Text,
            format!(
                "{} in the catalogue",
                count(numbers, items, "item", "items")
            ),
            format!("{kinds}{imported}"),
            Destination::Catalog,
        ),
        entry(
            Role::Text,
            format!(
                "{} in the inventory",
                count(numbers, u64::from(overview.lots), "lot", "lots")
            ),
            lots,
            Destination::Inventory,
        ),
        entry(
            Role::Text,
            "Orders".to_owned(),
            "all of them",
            Destination::Orders,
        ),
        entry(
            Role::Text,
            "Categories and colours".to_owned(),
            "find parts without typing",
            Destination::Browse,
        ),
    ]
}

fn ago(at: crate::domain::Timestamp, cx: &Cx<'_>) -> String {
    match age(at, cx.now) {
        now if now == "now" => "just now".to_owned(),
        old => format!("{old} ago"),
    }
}

impl Home {
    fn entries(cx: &Cx<'_>) -> (Vec<Entry>, Vec<Entry>) {
        match &cx.session.overview {
            None => (Vec::new(), Vec::new()),
            Some(overview) => (urgent(overview, cx), shop(overview, cx)),
        }
    }
}

impl Screen for Home {
    fn context(&self) -> Context {
        Context::Home
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Home)
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::Search,
            Action::Inventory,
            Action::Orders,
            Action::Walks,
            Action::Quit,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let (mut entries, shop) = Self::entries(cx);
        entries.extend(shop);
        match event {
            ScreenEvent::Do(Action::Quit) => return vec![Effect::Quit],
            ScreenEvent::Do(Action::Open) => {
                if let Some(entry) = entries.get(self.cursor.at) {
                    return vec![Effect::Go(entry.to.clone())];
                }
            }
            ScreenEvent::Do(action) => {
                self.cursor.on(action, entries.len(), cx.area.height.into());
            }
            ScreenEvent::Resized => self.cursor.settle(entries.len(), cx.area.height.into()),
            _ => {}
        }
        Vec::new()
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        if cx.session.overview.is_none() {
            canvas.pen(area, 1).fit("Opening the shop", Role::Dim);
            return;
        }
        let (urgent, shop) = Self::entries(cx);
        let mut line = 1;
        if urgent.is_empty() {
            let mut pen = canvas.pen(area, line);
            pen.put(cx.theme.signs().right, Role::Good);
            pen.put(" Nothing needs you: nothing is to be picked.", Role::Text);
            line += 1;
        } else {
            canvas.pen(area, line).put("Needs you", Role::Strong);
            line += 1;
            for (at, entry) in urgent.iter().enumerate() {
                draw_entry(canvas, area, line, entry, at == self.cursor.at);
                line += 1;
            }
        }
        line += 1;
        canvas.pen(area, line).put("The shop", Role::Strong);
        line += 1;
        for (at, entry) in shop.iter().enumerate() {
            draw_entry(
                canvas,
                area,
                line,
                entry,
                at + urgent.len() == self.cursor.at,
            );
            line += 1;
        }
    }
}

fn draw_entry(canvas: &mut Canvas<'_>, area: Rect, line: u16, entry: &Entry, selected: bool) {
    let signs = canvas.theme.signs();
    let mut pen = canvas.pen(area, line);
    if selected {
        pen.put(signs.cursor, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
    let room = pen.room().min(38);
    pen.column(&entry.text, room, entry.role);
    pen.skip(2);
    pen.fit(&entry.more, Role::Dim);
}
