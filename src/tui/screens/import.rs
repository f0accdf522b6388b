//! Bringing a list in: which file, what its columns hold, a look at its rows, then the booking.

use super::import_columns::Columns;
use super::import_forms::{Booking, Goal, PathForm, change_form};
use super::import_pages::Pages;
use crate::api::{Answer, FreshRequest, Reply, Request, ReviewRequest, StockRequest};
use crate::domain::edit::Edits;
use crate::domain::report::InventoryImport;
use crate::domain::review::{ReviewCounts, ReviewFilter, ReviewPage, ReviewRow, RowChange};
use crate::domain::{ListSource, Mapping, OperationId};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Effect, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const PATHS: Tag = 1;
const LOOK: Tag = 2;
const OPENED: Tag = 3;
const STEP: Tag = 4;
const NEXT: Tag = 5;
const OUTLOOK: Tag = 6;
const BOOKED: Tag = 7;
const CANCEL: Tag = 8;
const UNDONE: Tag = 9;
const DROPPED: Tag = 10;
const FETCHED: Tag = 11;

/// How far one is.
#[derive(Debug)]
pub(super) enum Stage {
    /// Which file.
    Path(PathForm),
    /// What its columns hold.
    Columns(Box<Columns>),
    /// The server reads it.
    Reading,
    /// Its rows.
    Rows,
    /// It came in.
    Done(Box<InventoryImport>),
}

/// What lies on top of the rows.
#[derive(Debug)]
enum Over {
    /// A change of this row.
    Change(Form, u32),
    Book(Box<Booking>),
}

/// A list that comes in.
#[derive(Debug)]
pub struct Import {
    pub(super) stage: Stage,
    path: String,
    goal: Goal,
    id: Option<OperationId>,
    pub(super) page: Option<ReviewPage>,
    pub(super) filter: ReviewFilter,
    pub(super) pages: Pages,
    pub(super) cursor: Cursor,
    over: Option<Over>,
    /// Reading, looking or booking is under way.
    pub(super) working: Option<OperationId>,
    /// It is being stored, not only looked at.
    pub(super) booking: bool,
    /// The person wants to leave, and was told that changes are lost.
    leaving: bool,
    taken_back: bool,
}

fn ask(tag: Tag, request: ReviewRequest) -> Effect {
    Effect::send(tag, Request::Stock(StockRequest::Review(request)))
}

impl Import {
    /// Asks for a file; its lots go into the live stock, or into the shop's file of this name.
    pub fn into(file: Option<String>) -> Self {
        Self {
            stage: Stage::Path(PathForm::new("")),
            path: String::new(),
            goal: Goal::of(file),
            id: None,
            page: None,
            filter: ReviewFilter::All,
            pages: Pages::default(),
            cursor: Cursor::default(),
            over: None,
            working: None,
            booking: false,
            leaving: false,
            taken_back: false,
        }
    }

    pub(super) fn height(cx: &Cx<'_>) -> usize {
        usize::from(cx.area.height.saturating_sub(5)).max(1)
    }

    /// The row one is at.
    pub(super) fn current(&self) -> Option<&ReviewRow> {
        self.pages.row(self.cursor.at)
    }

    pub(super) fn counts(&self) -> ReviewCounts {
        self.page
            .as_ref()
            .map(|page| page.counts)
            .unwrap_or_default()
    }

    fn read(&mut self, mapping: Option<Mapping>, cx: &Cx<'_>) -> Vec<Effect> {
        let op = cx.operation();
        (self.id, self.working) = (Some(op), Some(op));
        self.stage = Stage::Reading;
        let source = Box::new(ListSource {
            path: self.path.clone(),
            mapping,
            known_as: None,
        });
        vec![ask(OPENED, ReviewRequest::Open { source, op })]
    }

    fn again(&mut self, why: &str) {
        let mut form = PathForm::new(&self.path);
        form.refuse(why);
        self.stage = Stage::Path(form);
    }

    /// Asks for the rows that are to be seen.
    fn rows(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(id) = self.id.filter(|_| matches!(self.stage, Stage::Rows)) else {
            return Vec::new();
        };
        let height = Self::height(cx);
        let visible = self.cursor.visible(self.pages.total, height);
        self.pages.wanted(&visible, (id, self.filter))
    }

    fn path_key(&mut self, key: Key) -> Vec<Effect> {
        let Stage::Path(form) = &mut self.stage else {
            return Vec::new();
        };
        if key.code == Code::Tab {
            let begin = form.path();
            return vec![ask(PATHS, ReviewRequest::Paths { begin })];
        }
        match form.on(key) {
            Filled::Cancelled => vec![Effect::Back],
            Filled::Submitted => {
                self.path = form.path();
                let path = self.path.clone();
                vec![ask(LOOK, ReviewRequest::Look { path })]
            }
            Filled::Nothing | Filled::Changed => Vec::new(),
        }
    }

    fn over_key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(id) = self.id else {
            return Vec::new();
        };
        match &mut self.over {
            Some(Over::Change(form, row)) => match form.on(key) {
                Filled::Cancelled => self.over = None,
                Filled::Submitted => match Edits::parse(&form.value(0)) {
                    Ok(edits) => {
                        let change = Box::new(RowChange::Edit(edits));
                        let row = *row;
                        return vec![ask(STEP, ReviewRequest::Change { id, row, change })];
                    }
                    Err(mistake) => form.failed = Some(mistake.message),
                },
                Filled::Nothing | Filled::Changed => {}
            },
            Some(Over::Book(booking)) => match booking.on(key) {
                Filled::Cancelled => {
                    self.over = None;
                    return self.cancel();
                }
                Filled::Changed => return self.look_out(cx),
                Filled::Submitted => match booking.goal() {
                    Ok(goal) => {
                        let mut effects = self.cancel();
                        let op = cx.operation();
                        (self.working, self.booking, self.over) = (Some(op), true, None);
                        self.goal = goal.clone();
                        effects.push(ask(
                            BOOKED,
                            ReviewRequest::Book {
                                id,
                                into: goal.target(),
                                merge: goal.merge,
                                op,
                            },
                        ));
                        return effects;
                    }
                    Err(why) => booking.refuse(why),
                },
                Filled::Nothing => {}
            },
            None => {}
        }
        Vec::new()
    }

    /// Asks what booking would do as it is chosen now.
    fn look_out(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let mut effects = self.cancel();
        let Some(Over::Book(booking)) = &mut self.over else {
            return effects;
        };
        booking.unknown();
        if let (Some(id), Ok(goal)) = (self.id, booking.goal()) {
            let op = cx.operation();
            self.working = Some(op);
            effects.push(ask(
                OUTLOOK | booking.question() << 8,
                ReviewRequest::Outlook {
                    id,
                    into: goal.target(),
                    merge: goal.merge,
                    op,
                },
            ));
        }
        effects
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let cancel = |op| Effect::send(CANCEL, Request::Stock(StockRequest::Cancel { op }));
        self.working.take().map(cancel).into_iter().collect()
    }

    fn back(&mut self) -> Vec<Effect> {
        if let Some(op) = self.working {
            let cancel = StockRequest::Cancel { op };
            return vec![Effect::send(CANCEL, Request::Stock(cancel))];
        }
        match &self.stage {
            Stage::Columns(_) => {
                self.stage = Stage::Path(PathForm::new(&self.path));
                Vec::new()
            }
            Stage::Rows if self.page.as_ref().is_some_and(|p| p.steps > 0) && !self.leaving => {
                self.leaving = true;
                let text = "The list is not booked: b books it, Esc once more drops it.";
                vec![Effect::Say(Role::Warning, text.into())]
            }
            _ => {
                let forget = self
                    .id
                    .take()
                    .map(|id| ask(DROPPED, ReviewRequest::Drop { id }));
                forget.into_iter().chain([Effect::Back]).collect()
            }
        }
    }

    fn change(&mut self, text: &str) {
        if let Some(row) = self.current() {
            self.over = Some(Over::Change(change_form(row, text), row.at));
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        if action == Action::Back {
            return self.back();
        }
        self.leaving = false;
        match &mut self.stage {
            Stage::Columns(columns) => {
                if action == Action::Open {
                    if !columns.enough() {
                        return Vec::new();
                    }
                    let mapping = columns.chosen();
                    return self.read(mapping, cx);
                }
                columns.on(action, cx);
                Vec::new()
            }
            Stage::Rows if self.working.is_none() => self.act_on_rows(action, cx),
            Stage::Done(report) if action == Action::Undo && !self.taken_back => {
                let Some(deed) = report.deed else {
                    return Vec::new();
                };
                let undo = StockRequest::Undo {
                    deed,
                    why: String::new(),
                    partly: false,
                    op: cx.operation(),
                };
                vec![Effect::send(UNDONE, Request::Stock(undo))]
            }
            _ => Vec::new(),
        }
    }

    fn act_on_rows(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(id) = self.id else {
            return Vec::new();
        };
        if self.cursor.on(action, self.pages.total, Self::height(cx)) {
            return self.rows(cx);
        }
        match action {
            Action::Open | Action::EditLot => self.change(""),
            Action::SetQuantity => self.change("qty="),
            Action::SetPrice => self.change("price="),
            Action::Mark => {
                if let Some(row) = self.current() {
                    let (row, change) = (row.at, Box::new(RowChange::Take(!row.taken)));
                    return vec![ask(STEP, ReviewRequest::Change { id, row, change })];
                }
            }
            Action::Undo => return vec![ask(STEP, ReviewRequest::Undo { id })],
            Action::Refresh => return self.fetch(),
            Action::NextOdd | Action::PreviousOdd if self.filter == ReviewFilter::All => {
                let back = action == Action::PreviousOdd;
                let from = self.cursor.at as u32;
                return vec![ask(NEXT, ReviewRequest::Next { id, from, back })];
            }
            Action::OnlyOdd => {
                let (at, other) = match self.filter {
                    ReviewFilter::All => (0, ReviewFilter::Odd),
                    // Back to the row that one was at.
                    ReviewFilter::Odd => {
                        let at = self.current().map_or(0, |row| row.at as usize);
                        (at, ReviewFilter::All)
                    }
                };
                let counts = self.counts();
                self.filter = other;
                self.pages.clear();
                self.pages.total = match other {
                    ReviewFilter::All => counts.read,
                    ReviewFilter::Odd => counts.odd,
                } as usize;
                self.cursor = Cursor { at, top: at };
                self.cursor.settle(self.pages.total, Self::height(cx));
                return self.rows(cx);
            }
            Action::BookList => {
                let file = self.page.as_ref().map_or("", |page| page.file.as_str());
                let booking = Booking::new(file, &self.goal, self.counts(), cx);
                self.over = Some(Over::Book(Box::new(booking)));
                return self.look_out(cx);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Fetches the item of the row one is at, where the catalogue does not know it.
    fn fetch(&self) -> Vec<Effect> {
        let row = self.current().filter(|row| row.unknown_item);
        let Some(item) = row.and_then(|row| row.lot.as_ref()).map(|lot| &lot.item) else {
            let text = "The catalogue knows this item already.";
            return vec![Effect::Say(Role::Info, text.into())];
        };
        let request = FreshRequest::Fetch {
            no: item.no.clone(),
            kind: Some(item.kind),
        };
        vec![
            Effect::Say(Role::Info, format!("Asking BrickLink for {}", item.no)),
            Effect::send(FETCHED, Request::Fresh(request)),
        ]
    }

    fn filled(&mut self, tag: Tag, page: ReviewPage, cx: &Cx<'_>) -> Vec<Effect> {
        let head = ReviewPage {
            rows: Vec::new(),
            ..page.clone()
        };
        if self.pages.filled(tag, page) {
            self.page = Some(head);
            self.cursor.settle(self.pages.total, Self::height(cx));
        }
        self.rows(cx)
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if Pages::is_mine(tag) {
            return match answer {
                Ok(Reply::Review(page)) => self.filled(tag, *page, cx),
                Ok(_) => Vec::new(),
                Err(error) => self.lost(&error),
            };
        }
        if tag & 0xFF == OUTLOOK {
            if let Some(Over::Book(booking)) = &mut self.over
                && booking.question() == tag >> 8
            {
                self.working = None;
                booking.answered(answer, cx);
            }
            return Vec::new();
        }
        match (tag, answer) {
            (PATHS, answer) => {
                if let Stage::Path(form) = &mut self.stage {
                    form.completed(answer);
                }
                Vec::new()
            }
            (LOOK, Ok(Reply::ListLook(look))) => {
                if look.head.is_empty() {
                    return self.read(None, cx);
                }
                self.stage = Stage::Columns(Box::new(Columns::of(*look)));
                Vec::new()
            }
            (OPENED, Ok(Reply::Review(page))) => {
                self.working = None;
                self.pages.clear();
                self.pages.total = page.total as usize;
                (self.cursor, self.filter) = (Cursor::default(), ReviewFilter::All);
                self.page = Some(*page);
                self.stage = Stage::Rows;
                self.rows(cx)
            }
            (LOOK | OPENED, Err(error)) => {
                (self.working, self.id) = (None, None);
                self.again(&error.message);
                Vec::new()
            }
            (STEP, Ok(Reply::ReviewStep(row))) => {
                self.over = None;
                let Some(row) = row else {
                    let text = "Nothing was changed in this list yet.";
                    return vec![Effect::Say(Role::Info, text.into())];
                };
                if self.filter == ReviewFilter::All {
                    self.cursor.at = row as usize;
                    self.cursor.settle(self.pages.total, Self::height(cx));
                }
                self.pages.renew();
                self.rows(cx)
            }
            (STEP, Err(error)) => match &mut self.over {
                Some(Over::Change(form, _)) => {
                    form.failed = Some(error.message);
                    Vec::new()
                }
                _ => vec![Effect::fail(&error)],
            },
            (NEXT, Ok(Reply::ReviewStep(Some(at)))) => {
                self.cursor.at = at as usize;
                self.cursor.settle(self.pages.total, Self::height(cx));
                self.rows(cx)
            }
            (NEXT, Ok(_)) => {
                let text = "There is no odd row further on.";
                vec![Effect::Say(Role::Info, text.into())]
            }
            (BOOKED, answer) => self.booked(answer),
            (FETCHED, Ok(Reply::Found(key))) => {
                self.pages.renew();
                let mut effects = self.rows(cx);
                let text = format!("{} is in the catalogue now.", key.no);
                effects.push(Effect::Say(Role::Good, text));
                effects
            }
            (UNDONE, Ok(Reply::Deed(_))) => {
                self.taken_back = true;
                let text = "Taken back. Nothing of the list is in the shop.";
                vec![Effect::Say(Role::Good, text.into())]
            }
            // What has ended by itself needs no cancelling.
            (CANCEL | DROPPED, _) | (_, Ok(_)) => Vec::new(),
            (_, Err(error)) => vec![Effect::fail(&error)],
        }
    }

    fn booked(&mut self, answer: Answer) -> Vec<Effect> {
        (self.working, self.booking) = (None, false);
        match answer {
            Ok(Reply::InventoryImported(report)) => {
                self.id = None;
                self.stage = Stage::Done(report);
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    /// The server keeps the review no more.
    fn lost(&mut self, error: &crate::error::Error) -> Vec<Effect> {
        (self.id, self.over, self.working) = (None, None, None);
        self.again(&error.message);
        Vec::new()
    }
}

impl Screen for Import {
    fn context(&self) -> Context {
        Context::Import
    }

    fn title(&self, cx: &Cx<'_>) -> String {
        match (&self.stage, &self.page) {
            (Stage::Rows, Some(page)) => {
                let rows = count(cx.numbers, page.counts.read.into(), "row", "rows");
                format!("Import {}, {rows}", page.file)
            }
            _ => "Import".into(),
        }
    }

    fn mode(&self) -> Mode {
        if matches!(self.stage, Stage::Path(_)) || self.over.is_some() {
            Mode::Form
        } else {
            Mode::Commands
        }
    }

    fn hints(&self) -> Vec<Action> {
        match self.stage {
            Stage::Rows if self.working.is_none() => vec![
                Action::BookList,
                Action::EditLot,
                Action::Mark,
                Action::OnlyOdd,
                Action::NextOdd,
                Action::Undo,
            ],
            Stage::Done(_) => vec![Action::Undo, Action::Back],
            _ => vec![Action::Back],
        }
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) if self.over.is_some() => self.over_key(key, cx),
            ScreenEvent::Key(key) => self.path_key(key),
            ScreenEvent::Paste(text) => {
                match (&mut self.over, &mut self.stage) {
                    (Some(Over::Change(form, _)), _) => form.paste(&text),
                    (Some(Over::Book(booking)), _) => booking.paste(&text),
                    (None, Stage::Path(form)) => form.paste(&text),
                    _ => {}
                }
                Vec::new()
            }
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Resized | ScreenEvent::Shown => {
                self.cursor.settle(self.pages.total, Self::height(cx));
                self.rows(cx)
            }
            ScreenEvent::Back => {
                self.pages.renew();
                self.rows(cx)
            }
            ScreenEvent::Told(_) | ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_stage(canvas, cx);
        match &self.over {
            Some(Over::Change(form, _)) => form.draw(canvas, cx.area),
            Some(Over::Book(booking)) => booking.draw(canvas, cx.area),
            None => {}
        }
    }
}

impl Import {
    pub(super) const fn was_taken_back(&self) -> bool {
        self.taken_back
    }
}
