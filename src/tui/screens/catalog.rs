//! The catalogue: results on every key, what narrows them, and what is known of the one one is at.

use std::time::Duration;

use super::catalog_view as view;
use super::filter::{FilterPanel, Narrowed};
use super::filter_choices::Facts;
use crate::api::{Answer, Event, FreshRequest, Opened, Reply, Request, Rows, Topic};
use crate::domain::rows::{CategoryRow, ColorRow, ItemDetail, ItemRow};
use crate::domain::{CatalogCounts, CatalogFilter, CatalogQuery, ItemKey, ViewSpec, Whereabouts};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::theme::Role;
use crate::tui::widgets::detail;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::picture::Picture;
use crate::tui::window::{RowsOf, Window};

const SEARCH: Tag = 1;
const COUNT: Tag = 2;
const SPELL: Tag = 3;
const DETAIL: Tag = 4;
const COLORS: Tag = 5;
const CATEGORIES: Tag = 6;
const REST: Tag = 7;
const COUNT_REST: Tag = 8;
const FETCH: Tag = 9;

/// The pane shows the item one rests on for this long.
const PANE_DELAY: Duration = Duration::from_millis(100);
/// Counting waits until typing rests, so that it never delays a search.
const COUNT_DELAY: Duration = Duration::from_millis(60);

/// Answers that are still to come.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) spelling: bool,
    counting: bool,
    pane: Pane,
    /// The number that BrickLink is asked for.
    pub(super) fetching: Option<String>,
}

/// How the pane stands to what it shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Pane {
    #[default]
    Current,
    /// Its item may have changed.
    Stale,
    /// An item is on its way.
    Asked,
}

/// The catalogue.
#[derive(Debug, Default)]
pub struct Catalog {
    pub(super) field: Field,
    pub(super) in_list: bool,
    pub(super) filter: CatalogFilter,
    /// Only items with these words in the shop's own notes.
    pub(super) own: Option<String>,
    pub(super) window: Window<ItemRow>,
    /// The question under way; only the newest one waits behind it.
    asked: Option<CatalogQuery>,
    next: Option<CatalogQuery>,
    /// The question whose results are shown.
    pub(super) shown: Option<CatalogQuery>,
    /// What the text was corrected to.
    pub(super) corrected: Option<String>,
    pub(super) counts: Option<CatalogCounts>,
    counted: Option<CatalogQuery>,
    pub(super) detail: Option<Box<ItemDetail>>,
    pub(super) picture: Picture,
    pub(super) waiting: Waiting,
    pub(super) colors: Vec<ColorRow>,
    pub(super) categories: Vec<CategoryRow>,
    pub(super) panel: Option<FilterPanel>,
}

impl Catalog {
    /// The catalogue, asked this.
    pub fn asked(query: CatalogQuery) -> Self {
        Self {
            in_list: query.filter.active() > 0 || query.own.is_some(),
            field: Field::with(&query.text),
            filter: query.filter,
            own: query.own,
            ..Self::default()
        }
    }

    fn query(&self) -> CatalogQuery {
        CatalogQuery {
            text: self.field.text(),
            filter: self.filter.clone(),
            own: self.own.clone(),
        }
    }

    fn search(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let query = self.query();
        if self.asked.is_some() {
            self.next = Some(query);
            return Vec::new();
        }
        self.asked = Some(query.clone());
        let rows = Window::<ItemRow>::first_rows(view::height(cx));
        vec![Effect::send(
            SEARCH,
            Request::Open {
                spec: ViewSpec::Catalog(query),
                rows,
            },
        )]
    }

    fn found(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let asked = self.asked.take();
        if self.next.take().is_some() {
            // The person has typed on; these results are of no interest any more.
            return self.search(cx);
        }
        let opened = match answer {
            Ok(Reply::Opened(opened)) => opened,
            Ok(_) => return Vec::new(),
            Err(error) => return vec![Effect::fail(&error)],
        };
        let same = self.shown == asked;
        self.corrected = None;
        self.shown.clone_from(&asked);
        self.take_over(opened, same, cx);
        let nothing = self.window.is_empty();
        self.waiting.spelling = nothing
            && asked
                .as_ref()
                .is_some_and(|query| !query.text.trim().is_empty());
        let mut effects = Vec::new();
        if let (true, Some(query)) = (self.waiting.spelling, asked) {
            let rows = Window::<ItemRow>::first_rows(view::height(cx));
            effects.push(Effect::send(SPELL, Request::Spell { query, rows }));
        }
        effects.push(Effect::After(COUNT_DELAY, COUNT_REST));
        effects.extend(self.moved(cx));
        effects
    }

    fn take_over(&mut self, mut opened: Opened, keep: bool, cx: &Cx<'_>) {
        let taken = std::mem::replace(&mut opened.rows, Rows::Items(Vec::new()));
        let rows = ItemRow::of(taken);
        self.window.open(&opened, rows, keep, view::height(cx));
    }

    fn rest(&self) -> Vec<Effect> {
        let known = self.detail.as_ref().map(|detail| &detail.item.key);
        let here = self.window.current().map(|row| &row.key);
        if here.is_some() && here == known && self.waiting.pane != Pane::Stale {
            return Vec::new();
        }
        vec![Effect::After(PANE_DELAY, REST)]
    }

    fn rested(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if view::pane(cx).is_none() {
            return Vec::new();
        }
        match self.window.current() {
            Some(row) if self.waiting.pane != Pane::Asked => {
                self.waiting.pane = Pane::Asked;
                vec![Effect::send(
                    DETAIL,
                    Request::Item {
                        key: row.key.clone(),
                    },
                )]
            }
            Some(_) => Vec::new(),
            None => {
                self.detail = None;
                Vec::new()
            }
        }
    }

    /// The picture of what the pane shows, where the pane is tall.
    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let shown = self.detail.as_deref().filter(|_| cx.wide());
        self.picture.follow(shown.map(detail::picture), cx)
    }

    fn count(&mut self) -> Vec<Effect> {
        let query = self.shown.clone().unwrap_or_default();
        if self.waiting.counting || self.counted.as_ref() == Some(&query) {
            return Vec::new();
        }
        self.waiting.counting = true;
        self.counted = Some(query.clone());
        vec![Effect::send(COUNT, Request::Count { query })]
    }

    fn counted(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        self.waiting.counting = false;
        if self.counted != self.shown {
            return vec![Effect::After(COUNT_DELAY, COUNT_REST)];
        }
        match answer {
            Ok(Reply::Counts(counts)) => {
                if self.corrected.is_none() {
                    self.window
                        .set_total(counts.total as usize, view::height(cx));
                }
                self.counts = Some(*counts);
                self.window.wanted(view::height(cx))
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn spelled(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let waited_for = std::mem::take(&mut self.waiting.spelling);
        match answer {
            Ok(Reply::Spelled(Some(spelled))) if waited_for => {
                self.corrected = Some(spelled.text.clone());
                self.take_over(spelled.opened, false, cx);
                self.moved(cx)
            }
            _ => Vec::new(),
        }
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if Window::<ItemRow>::is_mine(tag) {
            return self.window_filled(tag, answer, cx);
        }
        match (tag, answer) {
            (SEARCH, answer) => self.found(answer, cx),
            (COUNT, answer) => self.counted(answer, cx),
            (FETCH, answer) => self.fetched(answer, cx),
            (SPELL, answer) => self.spelled(answer, cx),
            (DETAIL, answer) => {
                if self.waiting.pane == Pane::Asked {
                    self.waiting.pane = Pane::Current;
                }
                if let Ok(Reply::Item(detail)) = answer {
                    self.detail = Some(detail);
                }
                // The person may have moved on meanwhile.
                let mut effects = self.follow(cx);
                effects.extend(self.rest());
                effects
            }
            (COLORS, Ok(Reply::Colors(colors))) => {
                self.colors = colors;
                Vec::new()
            }
            (CATEGORIES, Ok(Reply::Categories(categories))) => {
                self.categories = categories;
                Vec::new()
            }
            (_, Err(error)) => vec![Effect::fail(&error)],
            _ => Vec::new(),
        }
    }

    fn window_filled(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match self.window.answered(tag, answer, view::height(cx)) {
            Some(mut effects) => {
                effects.extend(self.rest());
                effects
            }
            None => self.search(cx),
        }
    }

    fn moved(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let mut effects = self.window.wanted(view::height(cx));
        effects.extend(self.rest());
        effects
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        if self.panel.is_some() {
            return self.act_in_panel(action, cx);
        }
        if self.window.on(action, view::height(cx)) {
            return self.moved(cx);
        }
        match action {
            Action::Search => self.in_list = false,
            Action::Switch => self.in_list = !self.in_list,
            Action::Back if !self.in_list => self.in_list = true,
            Action::Back => return vec![Effect::Back],
            Action::Open => {
                if let Some(row) = self.window.current() {
                    return vec![Effect::Go(Destination::Item(row.key.clone()))];
                }
            }
            Action::Filters => {
                self.panel = Some(FilterPanel::default());
                let mut effects = self.names();
                effects.extend(self.count());
                return effects;
            }
            Action::ClearFilters => return self.clear_filters(cx),
            Action::Refresh => return self.fetch(),
            _ => {}
        }
        Vec::new()
    }

    /// The number that was typed, where it is one and no row bears it: the catalogue does not know it.
    pub(super) fn unknown_number(&self) -> Option<String> {
        let text = self.shown.as_ref()?.text.trim();
        let looks = text.len() <= 24
            && text.bytes().any(|b| b.is_ascii_digit())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let borne = self
            .window
            .row(0)
            .is_some_and(|row| row.key.no.eq_ignore_ascii_case(text));
        let narrowed = self.filter.active() > 0 || self.own.is_some();
        let nothing = self.window.is_empty() || self.corrected.is_some();
        (looks && !borne && !narrowed && nothing).then(|| text.to_owned())
    }

    /// Fetches the number that was typed and is unknown, else the item one is at.
    fn fetch(&mut self) -> Vec<Effect> {
        if self.waiting.fetching.is_some() {
            return Vec::new();
        }
        let (no, request) = match (self.unknown_number(), self.window.current()) {
            (Some(no), _) => (no.clone(), FreshRequest::Fetch { no, kind: None }),
            (None, Some(row)) => {
                let refresh = FreshRequest::Refresh {
                    item: row.key.clone(),
                    color: None,
                    stale: false,
                };
                (row.key.no.clone(), refresh)
            }
            (None, None) => return Vec::new(),
        };
        let said = Effect::Say(Role::Info, format!("Asking BrickLink for {no}"));
        self.waiting.fetching = Some(no);
        vec![said, Effect::send(FETCH, Request::Fresh(request))]
    }

    fn fetched(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let no = self.waiting.fetching.take().unwrap_or_default();
        let said = match answer {
            Ok(Reply::Found(key)) => {
                Effect::Say(Role::Good, format!("{} is in the catalogue now.", key.no))
            }
            Ok(Reply::Refreshed(done)) => match done.trouble {
                Some(trouble) => Effect::Say(Role::Bad, trouble.text),
                None => Effect::Say(Role::Good, format!("{no} is up to date.")),
            },
            Ok(_) => return Vec::new(),
            Err(error) => Effect::fail(&error),
        };
        self.waiting.pane = Pane::Stale;
        let mut effects = self.search(cx);
        effects.push(said);
        effects
    }

    /// Names of colours and categories, once.
    fn names(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.colors.is_empty() {
            effects.push(Effect::send(COLORS, Request::Colors));
        }
        if self.categories.is_empty() {
            effects.push(Effect::send(CATEGORIES, Request::Categories));
        }
        effects
    }

    fn clear_filters(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        self.filter = CatalogFilter::default();
        self.own = None;
        self.search(cx)
    }

    fn refilter(&mut self, filter: CatalogFilter, cx: &Cx<'_>) -> Vec<Effect> {
        if filter == self.filter {
            return Vec::new();
        }
        self.filter = filter;
        self.search(cx)
    }

    fn act_in_panel(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        if action == Action::Back {
            self.panel = None;
            return Vec::new();
        }
        if action == Action::ClearFilters {
            return self.clear_filters(cx);
        }
        let height = view::panel_height(cx);
        let facts = Facts {
            counts: self.counts.as_ref(),
            colors: &self.colors,
            categories: &self.categories,
            filter: &self.filter,
            own: self.own.as_deref(),
        };
        let changed = self
            .panel
            .as_mut()
            .and_then(|panel| panel.act(action, &facts, height));
        match changed {
            None => Vec::new(),
            Some(Narrowed::Filter(filter)) => self.refilter(filter, cx),
            Some(Narrowed::Own(own)) => {
                self.own = own;
                self.search(cx)
            }
        }
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(panel) = &mut self.panel {
            match key.code {
                Code::Left | Code::BackTab => panel.turn(false),
                Code::Right => panel.turn(true),
                _ => panel.typed(key),
            }
            return Vec::new();
        }
        if !self.in_list && self.field.on(key) {
            return self.search(cx);
        }
        Vec::new()
    }

    fn told(&mut self, event: &Event, cx: &Cx<'_>) -> Vec<Effect> {
        let fetched = Topic::Fetched;
        if matches!(event, Event::Changed { topic, .. } if *topic == fetched) {
            // The rows are the same; what is known of the one one is at may not be.
            self.waiting.pane = Pane::Stale;
            return self.rest();
        }
        let concerns = match event {
            Event::Changed { topic, .. } => {
                matches!(topic, Topic::Catalog | Topic::Inventory | Topic::Overlays)
            }
            Event::Resync | Event::Index { ready: true, .. } => true,
            _ => false,
        };
        if !concerns {
            return Vec::new();
        }
        self.waiting.pane = Pane::Stale;
        self.counted = None;
        self.search(cx)
    }
}

impl Screen for Catalog {
    fn context(&self) -> Context {
        if self.panel.is_some() {
            Context::Filter
        } else {
            Context::Catalog
        }
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        Context::Catalog.name().to_owned()
    }

    fn mode(&self) -> Mode {
        if self.panel.is_none() && self.in_list {
            Mode::Commands
        } else {
            Mode::Typing
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        Some(Whereabouts::Catalog(self.query()))
    }

    fn item(&self) -> Option<ItemKey> {
        self.window.current().map(|row| row.key.clone())
    }

    fn hints(&self) -> Vec<Action> {
        if self.panel.is_some() {
            return vec![
                Action::Open,
                Action::Switch,
                Action::ClearFilters,
                Action::Back,
            ];
        }
        if self.unknown_number().is_some() {
            return vec![Action::Refresh, Action::Switch, Action::Filters];
        }
        if self.in_list {
            vec![
                Action::Open,
                Action::Search,
                Action::Filters,
                Action::Notes,
                Action::Refresh,
                Action::Browse,
                Action::Back,
            ]
        } else {
            vec![Action::Open, Action::Switch, Action::Filters]
        }
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.picture.on(&event, cx) {
            return effects;
        }
        match event {
            ScreenEvent::Shown => {
                if self.shown.is_none() {
                    self.search(cx)
                } else {
                    self.rest()
                }
            }
            ScreenEvent::Back => {
                self.waiting.fetching = None;
                self.window.forget();
                self.search(cx)
            }
            ScreenEvent::Resized => {
                let len = self.window.len();
                self.window.cursor.settle(len, view::height(cx));
                let mut effects = self.moved(cx);
                effects.extend(self.follow(cx));
                effects
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => {
                match &mut self.panel {
                    Some(panel) => {
                        panel.paste(&text);
                        return Vec::new();
                    }
                    None => self.field.insert(text.trim()),
                }
                self.search(cx)
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Told(event) => self.told(&event, cx),
            ScreenEvent::Woken(REST) => self.rested(cx),
            ScreenEvent::Woken(COUNT_REST) => self.count(),
            ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        view::draw(self, canvas, cx);
    }
}
