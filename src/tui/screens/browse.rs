//! Categories and colours, to find parts without typing. Enter opens the catalogue narrowed to it.

use std::collections::BTreeSet;

use ratatui::layout::Rect;

use super::filter_choices::in_tree_order;
use crate::api::{Event, Reply, Request, Topic};
use crate::domain::rows::{CategoryRow, ColorRow};
use crate::domain::{CatalogFilter, CatalogQuery, CategoryId};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::list::Cursor;

/// Categories and colours.
#[derive(Debug, Default)]
pub struct Browse {
    in_colors: bool,
    categories: Vec<CategoryRow>,
    colors: Vec<ColorRow>,
    loaded: bool,
    open: BTreeSet<CategoryId>,
    tree: Cursor,
    list: Cursor,
}

/// A visible node of the tree.
struct Node<'a> {
    depth: usize,
    row: &'a CategoryRow,
    /// Whether it has branches, and they are shown.
    branches: Option<bool>,
}

impl Browse {
    fn nodes(&self) -> Vec<Node<'_>> {
        let ordered = in_tree_order(&self.categories);
        let mut nodes = Vec::new();
        let mut hidden_below: Option<usize> = None;
        for (at, (depth, row)) in ordered.iter().enumerate() {
            if hidden_below.is_some_and(|limit| *depth > limit) {
                continue;
            }
            let parent = ordered.get(at + 1).is_some_and(|(next, _)| next > depth);
            let open = self.open.contains(&row.id);
            hidden_below = (parent && !open).then_some(*depth);
            nodes.push(Node {
                depth: *depth,
                row,
                branches: parent.then_some(open),
            });
        }
        nodes
    }

    fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(2))
    }

    fn chosen(&self) -> Option<CatalogFilter> {
        let none = CatalogFilter::default();
        if self.in_colors {
            let row = self.colors.get(self.list.at)?;
            Some(CatalogFilter {
                color: Some(row.id()),
                ..none
            })
        } else {
            let id = self.nodes().get(self.tree.at)?.row.id;
            Some(CatalogFilter {
                category: Some(id),
                ..none
            })
        }
    }

    /// Opens or closes the branch one is at; closing a leaf goes to its parent.
    fn unfold(&mut self, wanted: bool) {
        let nodes = self.nodes();
        let Some(node) = nodes.get(self.tree.at) else {
            return;
        };
        let (id, depth) = (node.row.id, node.depth);
        match (node.branches, wanted) {
            (Some(_), true) => {
                self.open.insert(id);
            }
            (Some(true), false) => {
                self.open.remove(&id);
            }
            (_, false) => {
                let parent = nodes[..self.tree.at]
                    .iter()
                    .rposition(|above| above.depth < depth);
                if let Some(parent) = parent {
                    self.tree.at = parent;
                }
            }
            (None, true) => {}
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Switch => self.in_colors = !self.in_colors,
            Action::Open => {
                if let Some(filter) = self.chosen() {
                    let query = CatalogQuery {
                        text: String::new(),
                        filter,
                        own: None,
                    };
                    return vec![Effect::Go(Destination::Search(Box::new(query)))];
                }
            }
            Action::Left | Action::Right if self.in_colors => {}
            Action::Left => self.unfold(false),
            Action::Right => self.unfold(true),
            _ if self.in_colors => {
                self.list.on(action, self.colors.len(), height);
            }
            _ => {
                let len = self.nodes().len();
                self.tree.on(action, len, height);
            }
        }
        let len = self.nodes().len();
        self.tree.settle(len, height);
        Vec::new()
    }
}

impl Screen for Browse {
    fn context(&self) -> Context {
        Context::Browse
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::Right,
            Action::Left,
            Action::Switch,
            Action::Back,
            Action::Search,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        let ask = || {
            vec![
                Effect::send(1, Request::Categories),
                Effect::send(2, Request::Colors),
            ]
        };
        match event {
            ScreenEvent::Shown if self.loaded => Vec::new(),
            ScreenEvent::Shown | ScreenEvent::Back => ask(),
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Resized => {
                let len = self.nodes().len();
                self.tree.settle(len, Self::height(cx));
                self.list.settle(self.colors.len(), Self::height(cx));
                Vec::new()
            }
            ScreenEvent::Answered(_, answer) => {
                match *answer {
                    Ok(Reply::Categories(rows)) => {
                        self.categories = rows;
                        self.loaded = true;
                    }
                    Ok(Reply::Colors(rows)) => self.colors = rows,
                    Ok(_) => {}
                    Err(error) => return vec![Effect::fail(&error)],
                }
                Vec::new()
            }
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Catalog,
                    ..
                } => ask(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        let area = Rect {
            x: cx.area.x + 1,
            width: cx.area.width.saturating_sub(2),
            ..cx.area
        };
        let half = area.width * 55 / 100;
        let left = Rect {
            width: half.saturating_sub(2),
            ..area
        };
        let right = Rect {
            x: area.x + half,
            width: area.width - half,
            ..area
        };
        let role = |here: bool| if here { Role::Accent } else { Role::Dim };
        canvas.pen(left, 0).fit("Categories", role(!self.in_colors));
        canvas.pen(right, 0).fit("Colours", role(self.in_colors));
        if !self.loaded {
            canvas.pen(left, 2).fit("Opening", Role::Dim);
            return;
        }
        if self.categories.is_empty() {
            canvas
                .pen(left, 2)
                .fit("The catalogue is empty.", Role::Text);
        }
        let below = |area: Rect| Rect {
            y: area.y + 2,
            height: area.height.saturating_sub(2),
            ..area
        };
        self.draw_tree(canvas, below(left), cx);
        self.draw_colors(canvas, below(right), cx);
    }
}

impl Browse {
    fn draw_tree(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let signs = cx.theme.signs();
        let nodes = self.nodes();
        let visible = self.tree.visible(nodes.len(), area.height.into());
        for (line, at) in visible.enumerate() {
            let node = &nodes[at];
            let mut pen = canvas.pen(area, line as u16);
            begin(
                &mut pen,
                at == self.tree.at && !self.in_colors,
                signs.cursor,
            );
            pen.skip(node.depth.min(6) * 2);
            let sign = match node.branches {
                None => " ",
                Some(true) => signs.open,
                Some(false) => signs.closed,
            };
            pen.put(sign, Role::Dim);
            pen.skip(1);
            let room = pen.room().saturating_sub(9);
            pen.column(&node.row.name, room, Role::Text);
            pen.right(&cx.numbers.whole(node.row.items), 9, Role::Dim);
        }
    }

    fn draw_colors(&self, canvas: &mut Canvas<'_>, area: Rect, cx: &Cx<'_>) {
        let visible = self.list.visible(self.colors.len(), area.height.into());
        for (line, at) in visible.enumerate() {
            let row = &self.colors[at];
            let mut pen = canvas.pen(area, line as u16);
            begin(
                &mut pen,
                at == self.list.at && self.in_colors,
                cx.theme.signs().cursor,
            );
            let room = pen.room().saturating_sub(9);
            pen.color(&row.color, room, Role::Text);
            pen.right(&cx.numbers.whole(row.items), 9, Role::Dim);
        }
    }
}

fn begin(pen: &mut crate::tui::canvas::Pen<'_, '_>, selected: bool, sign: &str) {
    if selected {
        pen.put(sign, Role::Accent);
        pen.skip(1);
        pen.select();
    } else {
        pen.skip(2);
    }
}
