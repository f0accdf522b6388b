//! An item with everything that is known of it, what others pay for it, and ways to what is like it.

use std::time::Duration;

use super::item_view::{self, Line};
use crate::api::{Answer, Event, FreshRequest, Reply, Request, Topic};
use crate::domain::market::{PictureKey, PriceSheet};
use crate::domain::rows::ItemDetail;
use crate::domain::{CatalogFilter, CatalogQuery, ColorId, ItemKey, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::detail;
use crate::tui::widgets::picture::Picture;

const DETAIL: Tag = 1;
const PRICES: Tag = 2;
const REFRESH: Tag = 3;
const FETCH: Tag = 4;

/// Prices are of the colour that one rests on for this long: each colour costs calls.
const REST: Duration = Duration::from_millis(400);

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
    /// The colour of picture and prices.
    color: Option<ColorId>,
    sheet: Option<Box<PriceSheet>>,
    /// It is being fetched because the person asked for that.
    pub(super) fetching: bool,
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
            color: None,
            sheet: None,
            fetching: false,
        }
    }

    fn ask(&self) -> Vec<Effect> {
        let key = self.key.clone();
        vec![Effect::send(DETAIL, Request::Item { key })]
    }

    /// The prices, once it is clear in which colour.
    fn ask_prices(&self) -> Vec<Effect> {
        let Some(color) = self.color.filter(|_| self.detail.is_some()) else {
            return Vec::new();
        };
        let item = self.key.clone();
        vec![Effect::send(
            PRICES,
            Request::Fresh(FreshRequest::Prices { item, color }),
        )]
    }

    /// Picture and prices in the colour one rested on, at first the one of which the shop has most.
    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let mut effects = self.look(cx);
        effects.extend(self.ask_prices());
        effects
    }

    /// The picture, as large as there is room for.
    fn look(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let (columns, lines) = if cx.wide() { PICTURE } else { SMALL };
        self.picture.fit(columns, lines);
        let key = self.detail.as_deref().map(|of| {
            let most = detail::picture(of);
            let stored = of.prices.as_ref().map(|sheet| sheet.color.id);
            let color = *self.color.get_or_insert(stored.unwrap_or(most.color));
            PictureKey { color, ..most }
        });
        self.picture.follow(key, cx)
    }

    /// The prices in the colour that is meant, as far as they are here.
    pub(super) fn sheet(&self) -> Option<&PriceSheet> {
        let stored = self.detail.as_ref().and_then(|of| of.prices.as_deref());
        let mut sheets = self.sheet.as_deref().into_iter().chain(stored);
        sheets.find(|sheet| Some(sheet.color.id) == self.color)
    }

    /// Another colour may be meant by the row one has come to.
    fn moved(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let color = match self.leads(cx).get(self.at) {
            Some(Line::Color(row)) => row.color.id,
            Some(Line::Lot(lot)) => lot.color.id,
            _ => return Vec::new(),
        };
        if self.color == Some(color) {
            return Vec::new();
        }
        self.color = Some(color);
        vec![Effect::After(REST, PRICES)]
    }

    fn refresh(&mut self) -> Vec<Effect> {
        if self.fetching {
            return Vec::new();
        }
        self.fetching = true;
        let item = self.key.clone();
        let request = if self.detail.is_some() {
            FreshRequest::Refresh {
                item,
                color: self.color,
                stale: false,
            }
        } else {
            FreshRequest::Fetch {
                kind: Some(item.kind),
                no: item.no,
            }
        };
        let tag = if self.detail.is_some() {
            REFRESH
        } else {
            FETCH
        };
        vec![Effect::send(tag, Request::Fresh(request))]
    }

    /// What came of it, and everything once more.
    fn refreshed(&mut self, answer: Answer) -> Vec<Effect> {
        self.fetching = false;
        let told = match answer {
            Ok(Reply::Refreshed(done)) => match &done.trouble {
                Some(trouble) => Effect::Say(Role::Bad, trouble.text.clone()),
                None => Effect::Say(Role::Good, format!("{} is up to date.", self.key.no)),
            },
            Ok(Reply::Found(key)) => {
                let text = format!("{} is in the catalogue now.", key.no);
                self.key = key;
                Effect::Say(Role::Good, text)
            }
            Ok(_) => return Vec::new(),
            Err(error) => Effect::fail(&error),
        };
        let mut effects = vec![told];
        effects.extend(self.ask());
        effects
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match (tag, answer) {
            (REFRESH | FETCH, answer) => return self.refreshed(answer),
            (PRICES, Ok(Reply::Prices(sheet))) if Some(sheet.color.id) == self.color => {
                self.sheet = Some(sheet);
            }
            (DETAIL, Ok(Reply::Item(detail))) => {
                self.detail = Some(detail);
                self.problem = None;
                self.at = self.at.min(self.leads(cx).len().saturating_sub(1));
                return self.follow(cx);
            }
            (DETAIL, Err(error)) => self.problem = Some(error.message),
            _ => {}
        }
        Vec::new()
    }

    fn leads(&self, cx: &Cx<'_>) -> Vec<Line<'_>> {
        let Some(detail) = &self.detail else {
            return Vec::new();
        };
        let (left, right) = item_view::columns(self, detail, cx);
        left.into_iter().chain(right).filter(Line::leads).collect()
    }

    /// To the next part of the page; after the last the first again.
    fn next_section(&mut self, cx: &Cx<'_>) {
        let Some(detail) = &self.detail else {
            return;
        };
        let (left, right) = item_view::columns(self, detail, cx);
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
            Action::Refresh => return self.refresh(),
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
        self.moved(cx)
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
            Action::Refresh,
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
            ScreenEvent::Shown => self.ask(),
            ScreenEvent::Back => {
                self.fetching = false;
                self.ask()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Woken(PRICES) => self.follow(cx),
            ScreenEvent::Resized => self.look(cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic:
                        Topic::Catalog
                        | Topic::Inventory
                        | Topic::Overlays
                        | Topic::Fetched
                        | Topic::Markets,
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
