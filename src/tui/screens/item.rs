//! An item with everything that is known of it, and ways to what is like it.

use super::item_view::{self, Line};
use crate::api::{Event, Reply, Request, Topic};
use crate::domain::rows::ItemDetail;
use crate::domain::{CatalogFilter, CatalogQuery, ItemKey, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::widgets::detail;
use crate::tui::widgets::picture::Picture;

const DETAIL: Tag = 1;

/// Columns and lines of the picture, where there are two columns, and where there is one.
const PICTURE: (u16, u16) = (28, 14);
const SMALL: (u16, u16) = (20, 8);

/// An item.
#[derive(Debug)]
pub struct ItemScreen {
    pub(super) key: ItemKey,
    pub(super) detail: Option<Box<ItemDetail>>,
    pub(super) problem: Option<String>,
    pub(super) picture: Picture,
    /// The row one is at, among those that lead somewhere.
    pub(super) at: usize,
}

impl ItemScreen {
    /// The screen of an item.
    pub fn of(key: ItemKey) -> Self {
        Self {
            key,
            detail: None,
            problem: None,
            picture: Picture::new(PICTURE.0, PICTURE.1),
            at: 0,
        }
    }

    fn ask(&self) -> Vec<Effect> {
        vec![Effect::send(
            DETAIL,
            Request::Item {
                key: self.key.clone(),
            },
        )]
    }

    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let (columns, lines) = if cx.wide() { PICTURE } else { SMALL };
        self.picture.fit(columns, lines);
        let key = self.detail.as_deref().map(detail::picture);
        self.picture.follow(key, cx)
    }

    fn leads(&self, cx: &Cx<'_>) -> Vec<Line<'_>> {
        let Some(detail) = &self.detail else {
            return Vec::new();
        };
        let (left, right) = item_view::columns(detail, cx);
        left.into_iter().chain(right).filter(Line::leads).collect()
    }

    /// To the next part of the page; after the last the first again.
    fn next_section(&mut self, cx: &Cx<'_>) {
        let Some(detail) = &self.detail else {
            return;
        };
        let (left, right) = item_view::columns(detail, cx);
        let all: Vec<Line<'_>> = left.into_iter().chain(right).collect();
        let starts = item_view::sections(&all);
        self.at = starts
            .into_iter()
            .find(|start| *start > self.at)
            .unwrap_or(0);
    }

    fn open(&self, cx: &Cx<'_>) -> Vec<Effect> {
        let category = self.detail.as_ref().map(|detail| detail.item.category);
        let to = match self.leads(cx).get(self.at) {
            Some(Line::Fact("Category", ..)) => Destination::Search(Box::new(CatalogQuery {
                text: String::new(),
                filter: CatalogFilter {
                    category,
                    ..CatalogFilter::default()
                },
                own: None,
            })),
            Some(Line::Similar(row)) => Destination::Item(row.key.clone()),
            Some(Line::Color(row)) => Destination::Search(Box::new(CatalogQuery {
                text: String::new(),
                filter: CatalogFilter {
                    color: Some(row.color.id),
                    category,
                    ..CatalogFilter::default()
                },
                own: None,
            })),
            _ => return Vec::new(),
        };
        vec![Effect::Go(to)]
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let last = self.leads(cx).len().saturating_sub(1);
        let page = usize::from(cx.area.height / 2).max(1);
        match action {
            Action::Back => return vec![Effect::Back],
            Action::Open => return self.open(cx),
            Action::Switch => self.next_section(cx),
            Action::Up | Action::Left => self.at = self.at.saturating_sub(1),
            Action::Down | Action::Right => self.at += 1,
            Action::PageUp => self.at = self.at.saturating_sub(page),
            Action::PageDown => self.at += page,
            Action::First => self.at = 0,
            Action::Last => self.at = last,
            _ => {}
        }
        self.at = self.at.min(last);
        Vec::new()
    }
}

impl Screen for ItemScreen {
    fn context(&self) -> Context {
        Context::Item
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        format!("{} {}", self.key.kind.word(), self.key.no)
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Item(self.key.clone()))
    }

    fn item(&self) -> Option<ItemKey> {
        Some(self.key.clone())
    }

    fn hints(&self) -> Vec<Action> {
        vec![
            Action::Open,
            Action::Switch,
            Action::Notes,
            Action::PageDown,
            Action::Back,
            Action::Search,
        ]
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.picture.on(&event, cx) {
            return effects;
        }
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => self.ask(),
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Resized => self.follow(cx),
            ScreenEvent::Answered(_, answer) => {
                match *answer {
                    Ok(Reply::Item(detail)) => {
                        self.detail = Some(detail);
                        self.problem = None;
                        self.at = self.at.min(self.leads(cx).len().saturating_sub(1));
                        return self.follow(cx);
                    }
                    Ok(_) => {}
                    Err(error) => self.problem = Some(error.message),
                }
                Vec::new()
            }
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Catalog | Topic::Inventory | Topic::Overlays,
                    ..
                } => self.ask(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        item_view::draw(self, canvas, cx);
    }
}
