//! The inventory: the shop's lots, filtered by typing, in any order, marked, changed and taken back.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::inventory_columns::USUAL;
use super::inventory_forms::{Done, Over, View};
use super::labels::LABELS;
use crate::api::{Answer, Event, Reply, Request, Rows, StockRequest, Topic};
use crate::domain::filter::{self, Completion, Filter, Key as Name, Mistake, MistakeKind, What};
use crate::domain::market::PictureKey;
use crate::domain::rows::{HistoryQuery, LotRow, LotTotals};
use crate::domain::{
    CorrelationId, ItemKey, LotColumn, LotId, LotQuery, LotShelf, LotSort, LotView, OperationId,
    Right, ViewSpec, Whereabouts, Which,
};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::picture::Picture;
use crate::tui::window::{RowsOf, Window};

const LIST: Tag = 1;
const VALUES: Tag = 2;
/// A deed of this screen was done.
pub(super) const DEED: Tag = 3;
/// Answers for what lies on top.
pub(super) const OVER: Tag = 4;
const REST: Tag = 5;
const VIEWS: Tag = 6;
const SAVED: Tag = 7;
/// A list was written.
pub(super) const WRITTEN: Tag = 8;
/// What a list does, or did.
pub(super) const LISTED: Tag = 9;
/// The pane follows after so much rest.
const RESTED: Duration = Duration::from_millis(100);
const SETTLED: Tag = 10;
/// Without a change for so long, the list is asked for anew.
const SETTLING: Duration = Duration::from_millis(250);
/// After so long it is asked for although changes go on.
const PATIENCE: Duration = Duration::from_secs(2);
/// Deeds that `u` can take back one after the other.
pub(super) const REMEMBERED: usize = 50;

/// The inventory.
#[derive(Debug, Default)]
pub struct Inventory {
    pub(super) field: Field,
    pub(super) in_list: bool,
    pub(super) window: Window<LotRow>,
    pub(super) sort: Vec<LotSort>,
    pub(super) shelf: LotShelf,
    pub(super) columns: Option<Vec<LotColumn>>,
    /// Name of the saved view that was used last.
    pub(super) view: Option<String>,
    pub(super) totals: LotTotals,
    pub(super) mistake: Option<Mistake>,
    pub(super) proposals: Vec<(String, Option<u32>)>,
    completion: Option<Completion>,
    values_asked: u64,
    pub(super) marks: BTreeMap<LotId, LotRow>,
    pub(super) over: Option<Over>,
    pub(super) pane: Option<LotRow>,
    pub(super) picture: Picture,
    /// What was done here, the latest last.
    pub(super) done: Vec<CorrelationId>,
    /// What was taken back here, the latest last.
    pub(super) taken_back: Vec<CorrelationId>,
    /// What is being taken back, or brought back (`true`).
    pub(super) turning: Option<(CorrelationId, bool)>,
    /// The number of that, to cancel it by.
    pub(super) turn: Option<OperationId>,
    /// The question under way; only the newest one waits behind it.
    asked: Option<LotQuery>,
    /// Opened to add lots of this item, and left with the form.
    adding: Option<ItemKey>,
    again: bool,
    /// Since when lots have been changing without a pause.
    moving: Option<Duration>,
    pub(super) shown: Option<LotQuery>,
}

impl Inventory {
    /// The inventory, asked this.
    pub fn asked(query: &LotQuery) -> Self {
        Self {
            field: Field::with(&query.text),
            // Whoever comes here with a filter looks at what it finds; keys are commands.
            in_list: !query.text.is_empty(),
            sort: query.sort.clone(),
            shelf: query.shelf,
            ..Self::default()
        }
    }

    /// A new lot of an item, over the inventory.
    pub fn adding(key: ItemKey) -> Self {
        Self {
            in_list: true,
            adding: Some(key),
            ..Self::default()
        }
    }

    pub(super) fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(3))
    }

    pub(super) fn columns(&self) -> &[LotColumn] {
        self.columns.as_deref().unwrap_or(&USUAL)
    }

    pub(super) fn query(&self) -> LotQuery {
        LotQuery {
            text: self.field.text(),
            sort: self.sort.clone(),
            shelf: self.shelf,
        }
    }

    /// What was typed is looked at here first: a mistake is said at once, and the rows stay.
    fn typed(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let text = self.field.text();
        self.mistake = Filter::parse(&text, cx.now, &TimeZone::UTC).err();
        let mut effects = self.propose(&text);
        if self.mistake.is_none() {
            effects.extend(self.ask(cx));
        }
        effects
    }

    fn propose(&mut self, text: &str) -> Vec<Effect> {
        self.proposals.clear();
        self.values_asked += 1;
        let completion = filter::complete(text, self.field.cursor_byte());
        let mut effects = Vec::new();
        match &completion.what {
            What::Values {
                field: Name::Field(field),
                prefix,
            } if filter::fixed_values(Name::Field(*field)).is_empty() => {
                let request = StockRequest::Values {
                    field: *field,
                    prefix: prefix.clone(),
                    shelf: self.shelf,
                };
                // Answers may overtake each other; only the latest question counts.
                self.values_asked += 1;
                let tag = VALUES | self.values_asked << 8;
                effects.push(Effect::send(tag, Request::Stock(request)));
            }
            What::Fields(prefix) if prefix.is_empty() => {}
            What::Nothing | What::Words(_) => {}
            _ => {
                self.proposals = completion
                    .proposals()
                    .into_iter()
                    .map(|text| (text.to_string(), None))
                    .collect();
            }
        }
        self.completion = Some(completion);
        effects
    }

    /// Takes the first proposal; `false` where there is none.
    fn complete(&mut self) -> bool {
        let Some((completion, (chosen, _))) =
            self.completion.take().zip(self.proposals.first().cloned())
        else {
            return false;
        };
        let before = self.field.text();
        let (text, cursor) = filter::apply(&before, &completion, &chosen);
        if text == before {
            return false;
        }
        self.field = Field::with(&text);
        self.field.go_to_byte(cursor);
        true
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
                spec: ViewSpec::Lots(query),
                rows: Window::<LotRow>::first_rows(Self::height(cx)),
            },
        )]
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        if Window::<LotRow>::is_mine(tag) {
            let effects = self.window.answered(tag, answer, height);
            let mut effects = effects.unwrap_or_else(|| self.ask(cx));
            self.freshen_marks();
            effects.extend(self.moved());
            return effects;
        }
        if tag & 0xFF == VALUES {
            let latest = tag >> 8 == self.values_asked;
            if let (true, Ok(Reply::Values(values))) = (latest, answer) {
                self.proposals = values
                    .into_iter()
                    .map(|(text, lots)| (text, Some(lots)))
                    .collect();
            }
            return Vec::new();
        }
        match tag {
            VIEWS => match answer {
                Ok(Reply::LotViews(views)) => {
                    self.over = Some(Over::view(&self.sort, self.columns(), views));
                    Vec::new()
                }
                Ok(_) => Vec::new(),
                Err(error) => vec![Effect::fail(&error)],
            },
            WRITTEN => match answer {
                Ok(Reply::Exported(written)) => {
                    self.over = None;
                    let lots = count(cx.numbers, written.lots, "lot", "lots");
                    vec![Effect::Say(Role::Good, format!("{lots} written."))]
                }
                Ok(_) => Vec::new(),
                Err(error) => {
                    match &mut self.over {
                        Some(over) => over.refuse(&error.message),
                        None => return vec![Effect::fail(&error)],
                    }
                    Vec::new()
                }
            },
            SAVED => vec![match answer {
                Ok(_) => Effect::Say(Role::Good, "The view is saved.".into()),
                Err(error) => Effect::fail(&error),
            }],
            DEED => self.deed_done(answer, cx),
            LISTED => self.list_done(answer, cx),
            LABELS => self.labelled(answer, cx),
            OVER => self.over_answered(answer, cx),
            _ => self.list_answered(answer, cx),
        }
    }

    fn list_answered(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        let asked = self.asked.take();
        if std::mem::take(&mut self.again) {
            return self.ask(cx);
        }
        match answer {
            Ok(Reply::Opened(mut opened)) => {
                let taken = std::mem::replace(&mut opened.rows, Rows::Lots(Vec::new()));
                let rows = LotRow::of(taken);
                let same = self.shown == asked;
                self.shown = asked;
                self.totals = opened.totals.unwrap_or_default();
                self.window.open(&opened, rows, same, height);
                self.freshen_marks();
                let mut effects = self.window.wanted(height);
                effects.extend(self.moved());
                effects
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn over_answered(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match &mut self.over {
            Some(Over::Change(line)) => line.answered(answer),
            Some(Over::Add(add)) => add.answered(answer, cx),
            Some(Over::Saved(saved)) => saved.answered(answer, cx),
            Some(Over::Filing(filing)) => filing.answered(answer, cx),
            _ => Vec::new(),
        }
    }

    /// Marked lots that are in sight are counted as they are now.
    fn freshen_marks(&mut self) {
        if self.marks.is_empty() {
            return;
        }
        for row in self.window.kept() {
            if let Some(known) = self.marks.get_mut(&row.id) {
                known.clone_from(row);
            }
        }
    }

    /// The cursor has moved: the pane follows when it rests.
    fn moved(&self) -> Option<Effect> {
        let now = self.window.current().map(|row| (row.id, row.last));
        let shown = self.pane.as_ref().map(|row| (row.id, row.last));
        (now != shown).then_some(Effect::After(RESTED, REST))
    }

    /// The picture of what the pane shows.
    fn follow(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let shown = self.pane.as_ref().filter(|_| cx.wide());
        let key = shown.map(|lot| PictureKey {
            item: lot.item.clone(),
            color: lot.color.id,
        });
        self.picture.follow(key, cx)
    }

    fn mark(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(row) = self.window.current().cloned()
            && self.marks.remove(&row.id).is_none()
        {
            self.marks.insert(row.id, row);
        }
        self.window.on(Action::Down, Self::height(cx));
        self.window.wanted(Self::height(cx))
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        if self.window.on(action, height) {
            let mut effects = self.window.wanted(height);
            effects.extend(self.moved());
            return effects;
        }
        let writes = cx.session.may(Some(Right::Inventory));
        match action {
            Action::Search => self.in_list = false,
            Action::Switch if !self.in_list && self.complete() => return self.typed(cx),
            Action::Switch => self.in_list = !self.in_list,
            Action::Back if self.turning.is_some() => return self.cancel_turn(),
            Action::Back if !self.in_list && !self.field.is_empty() => self.in_list = true,
            Action::Back if !self.marks.is_empty() => self.marks.clear(),
            Action::Back => return vec![Effect::Back],
            Action::Open => {
                if let Some(row) = self.window.current().filter(|row| row.known) {
                    return vec![Effect::Go(Destination::Item(row.item.clone()))];
                }
            }
            Action::Mark => return self.mark(cx),
            Action::LotHistory => {
                if let Some(row) = self.window.current() {
                    let query = HistoryQuery {
                        lot: Some(row.id),
                        ..HistoryQuery::default()
                    };
                    return vec![Effect::Go(Destination::History(Box::new(query)))];
                }
            }
            Action::Export => {
                let which = if self.marks.is_empty() {
                    Which::Matching(self.shown.clone().unwrap_or_default())
                } else {
                    Which::Lots(self.marks.keys().copied().collect())
                };
                self.over = Some(Over::export(which));
            }
            Action::Labels => self.open_labels(),
            Action::Views => return self.saved_views(),
            Action::ViewOptions => {
                return vec![Effect::send(VIEWS, Request::Stock(StockRequest::Views))];
            }
            Action::Deleted => {
                self.shelf = match self.shelf {
                    LotShelf::Live => LotShelf::Gone,
                    _ => LotShelf::Live,
                };
                self.marks.clear();
                return self.ask(cx);
            }
            _ if writes => return self.write(action, cx),
            _ => {}
        }
        Vec::new()
    }

    fn use_view(&mut self, view: View, cx: &Cx<'_>) -> Vec<Effect> {
        self.over = None;
        self.sort = view.sort;
        if let Some(text) = view.text {
            self.field = Field::with(&text);
            self.in_list = true;
        }
        if let Some(shelf) = view.shelf.filter(|shelf| *shelf != self.shelf) {
            self.shelf = shelf;
            self.marks.clear();
        }
        self.view = view.named.or(self.view.take());
        let mut effects = self.typed(cx);
        self.proposals.clear();
        if let Some(name) = view.save {
            let saved = LotView {
                name,
                query: self.query(),
                columns: view.columns.clone(),
            };
            let request = StockRequest::SaveView {
                view: Box::new(saved),
            };
            effects.push(Effect::send(SAVED, Request::Stock(request)));
        }
        self.columns = (!view.columns.is_empty()).then_some(view.columns);
        effects
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(over) = &mut self.over {
            return match over.on(key, cx) {
                Done::Nothing => Vec::new(),
                Done::Effects(effects) => effects,
                Done::Closed => {
                    self.over = None;
                    let leaves = self.adding.is_some();
                    leaves.then_some(Effect::Back).into_iter().collect()
                }
                Done::View(view) => self.use_view(view, cx),
            };
        }
        if self.in_list {
            return Vec::new();
        }
        let changed = self.field.on(key);
        if changed {
            return self.typed(cx);
        }
        // The cursor may stand in another word by now.
        if matches!(key.code, Code::Left | Code::Right | Code::Home | Code::End) {
            return self.propose(&self.field.text());
        }
        Vec::new()
    }

    fn woken(&mut self, tag: Tag, cx: &Cx<'_>) -> Vec<Effect> {
        match (tag, &mut self.over) {
            (REST, _) => {
                self.pane = self.window.current().cloned();
                self.follow(cx)
            }
            (SETTLED, _) => {
                self.moving = None;
                self.ask(cx)
            }
            (OVER, Some(Over::Change(line))) => line.look(),
            _ => Vec::new(),
        }
    }

    /// Lots have changed: what is seen is read again at once, which lots there are and in which order when
    /// nothing has changed for a moment, or when it never ends.
    fn unsettled(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let since = *self.moving.get_or_insert(cx.elapsed);
        if cx.elapsed.saturating_sub(since) >= PATIENCE {
            self.moving = None;
            return self.ask(cx);
        }
        let mut effects = if self.asked.is_some() {
            Vec::new()
        } else {
            self.window.again(Self::height(cx))
        };
        effects.push(Effect::After(SETTLING, SETTLED));
        effects
    }
}

/// Whether rows of an earlier question are still shown.
pub(super) fn is_behind(mistake: Option<&Mistake>) -> bool {
    mistake.is_some_and(|mistake| mistake.kind == MistakeKind::Wrong)
}

impl Screen for Inventory {
    fn context(&self) -> Context {
        Context::Inventory
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        match self.shelf {
            LotShelf::Live => "Inventory".into(),
            LotShelf::Gone => "Deleted lots".into(),
            LotShelf::File(file) => format!("File {file}"),
        }
    }

    fn mode(&self) -> Mode {
        if self.over.is_some() {
            Mode::Form
        } else if self.in_list {
            Mode::Commands
        } else {
            Mode::Typing
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn passing(&self) -> bool {
        self.adding.is_some()
    }

    fn whereabouts(&self) -> Option<Whereabouts> {
        let stays = self.adding.is_none();
        stays.then(|| Whereabouts::Inventory(self.query()))
    }

    fn hints(&self) -> Vec<Action> {
        if self.in_list {
            vec![
                Action::EditLot,
                Action::AddLot,
                Action::Mark,
                Action::ChangeAll,
                Action::Views,
                Action::Search,
            ]
        } else {
            vec![Action::Open, Action::Switch, Action::PageDown, Action::Back]
        }
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.picture.on(&event, cx) {
            return effects;
        }
        match event {
            ScreenEvent::Shown if self.shown.is_some() => Vec::new(),
            ScreenEvent::Shown => {
                let mut effects = self.typed(cx);
                if let Some(key) = self.adding.clone() {
                    let (over, asks) = Over::add_item(self.shelf, &key);
                    self.over = Some(over);
                    effects.extend(asks);
                }
                effects
            }
            ScreenEvent::Back => {
                self.window.forget();
                self.asked = None;
                self.ask(cx)
            }
            ScreenEvent::Resized => {
                let len = self.window.len();
                self.window.cursor.settle(len, Self::height(cx));
                let mut effects = self.window.wanted(Self::height(cx));
                effects.extend(self.follow(cx));
                effects
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => {
                if let Some(over) = &mut self.over {
                    over.paste(&text, cx)
                } else {
                    self.field.insert(text.trim());
                    self.typed(cx)
                }
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Told(event) => match *event {
                Event::Resync => self.ask(cx),
                Event::Changed {
                    topic: Topic::Inventory,
                    ..
                } => self.unsettled(cx),
                _ => Vec::new(),
            },
            ScreenEvent::Woken(tag) => self.woken(tag, cx),
            ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_all(canvas, cx);
    }
}
