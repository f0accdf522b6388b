//! The history: who changed what, newest first, narrowed by words and kinds; and taking it back.

use std::time::Duration;

use super::history_pages::{PAGE, Pages};
use crate::api::{Answer, Event, Reply, Request, StockRequest, Topic};
use crate::domain::rows::{ChangeKind, DeedState, EntryRow, HistoryQuery, UndoPreview};
use crate::domain::{CorrelationId, OperationId};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Effect, Tag};
use crate::tui::key::{Code, Key};
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const FIRST: Tag = 1;
const MORE: Tag = 2;
const PROBE: Tag = 3;
const PREVIEW: Tag = 4;
const UNDO: Tag = 5;
const REFRESH: Tag = 6;
const CANCEL: Tag = 7;

/// A busy shop does not make the list ask more often than this.
const CALM: Duration = Duration::from_millis(250);
/// Examples that fit above the form.
const EXAMPLES: usize = 3;

/// A change that is about to be taken back.
#[derive(Debug)]
struct Undoing {
    deed: CorrelationId,
    form: Form,
    /// Some of its lots cannot be taken back.
    some_refused: bool,
}

/// The history.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct History {
    pub(super) query: HistoryQuery,
    pub(super) field: Field,
    pub(super) typing: bool,
    passing: bool,
    pub(super) pages: Pages,
    generation: u32,
    /// The first page is under way; another question waits behind it.
    asked: bool,
    again: bool,
    pub(super) known: bool,
    pub(super) problem: Option<String>,
    pub(super) cursor: Cursor,
    /// There are entries above the first that is shown.
    pub(super) newer: bool,
    refreshing: bool,
    pub(super) open: bool,
    undoing: Option<Undoing>,
    pub(super) when: Option<Form>,
    /// First and last day that are shown, as they were written.
    pub(super) days: [String; 2],
    pub(super) working: Option<OperationId>,
}

impl History {
    /// The history, asked this.
    pub fn asked(query: HistoryQuery) -> Self {
        Self {
            field: Field::with(&query.text),
            passing: query != HistoryQuery::default(),
            query,
            ..Self::default()
        }
    }

    fn request(&self, before: Option<crate::domain::EntryId>, rows: u16) -> Request {
        Request::Stock(StockRequest::History {
            query: Box::new(HistoryQuery {
                text: self.field.text().trim().to_owned(),
                ..self.query.clone()
            }),
            before,
            rows,
        })
    }

    pub(super) fn ask(&mut self) -> Vec<Effect> {
        if self.asked {
            self.again = true;
            return Vec::new();
        }
        self.asked = true;
        self.generation = self.generation.wrapping_add(1);
        vec![Effect::send(self.tag(FIRST, 0), self.request(None, PAGE))]
    }

    fn tag(&self, kind: Tag, page: usize) -> Tag {
        kind | (page as u64) << 8 | u64::from(self.generation & 0xFF_FFFF) << 40
    }

    /// Asks for the pages that are needed for what is visible.
    fn reach(&mut self, again: bool, cx: &Cx<'_>) -> Vec<Effect> {
        if !self.known || self.asked {
            return Vec::new();
        }
        let visible = self.cursor.visible(self.pages.len(), Self::height(cx));
        let wanted = self.pages.wanted(&visible, again);
        wanted
            .into_iter()
            .map(|wanted| {
                let tag = self.tag(MORE, wanted.page);
                Effect::send(tag, self.request(wanted.before, PAGE))
            })
            .collect()
    }

    /// Something has changed: at the top the list follows, further down it only says so.
    fn refresh(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if self.cursor.at == 0 {
            return self.ask();
        }
        let mut effects = self.reach(true, cx);
        effects.push(Effect::send(self.tag(PROBE, 0), self.request(None, 1)));
        effects
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        let kind = tag & 0xFF;
        match kind {
            PREVIEW => return self.previewed(answer, cx),
            UNDO => return self.undone(answer, cx),
            FIRST => return self.first(answer, cx),
            CANCEL => return Vec::new(),
            _ => {}
        }
        if (tag >> 40) as u32 != self.generation & 0xFF_FFFF {
            return Vec::new();
        }
        let page = (tag >> 8) as u32 as usize;
        match answer {
            Ok(Reply::History(found)) if kind == PROBE => {
                let newest = found.entries.first().map(|entry| entry.id);
                self.newer = newest.is_some() && newest > self.pages.newest();
                Vec::new()
            }
            Ok(Reply::History(found)) => {
                self.pages.filled(page, *found);
                self.cursor.settle(self.pages.len(), Self::height(cx));
                self.reach(false, cx)
            }
            Ok(_) => Vec::new(),
            Err(error) => {
                self.pages.failed(page);
                vec![Effect::fail(&error)]
            }
        }
    }

    fn first(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        self.asked = false;
        if std::mem::take(&mut self.again) {
            return self.ask();
        }
        match answer {
            Ok(Reply::History(page)) => {
                self.pages = Pages::begin(*page);
                self.known = true;
                self.problem = None;
                self.newer = false;
            }
            Ok(_) => {}
            Err(error) => self.problem = Some(error.message),
        }
        self.cursor.settle(self.pages.len(), Self::height(cx));
        self.reach(false, cx)
    }

    pub(super) fn current(&self) -> Option<&EntryRow> {
        self.pages.row(self.cursor.at)
    }

    fn narrow(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::NextKind => {
                let at = match self.query.kinds.first() {
                    Some(kind) => ChangeKind::ALL.iter().position(|one| one == kind),
                    None => None,
                };
                let next = at.map_or(0, |at| at + 1);
                self.query.kinds = ChangeKind::ALL.get(next).copied().into_iter().collect();
            }
            Action::OnlyLot if self.query.lot.is_some() => self.query.lot = None,
            Action::OnlyLot => {
                let Some(lot) = self.current().map(|entry| entry.lot) else {
                    return Vec::new();
                };
                (self.query.lot, self.query.deed) = (Some(lot), None);
            }
            Action::OnlyDeed if self.query.deed.is_some() => self.query.deed = None,
            Action::OnlyDeed => {
                let Some(deed) = self.current().map(|entry| entry.deed) else {
                    return Vec::new();
                };
                (self.query.deed, self.query.lot) = (Some(deed), None);
            }
            _ => {
                self.query = HistoryQuery::default();
                self.days = <[String; 2]>::default();
                self.field.clear();
            }
        }
        self.cursor = Cursor::default();
        self.ask()
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        match action {
            Action::Search => {
                (self.typing, self.open) = (true, false);
                return Vec::new();
            }
            Action::Back | Action::Open if self.typing => {
                self.typing = false;
                return Vec::new();
            }
            Action::Back if self.open => {
                self.open = false;
                return Vec::new();
            }
            Action::Back => {
                return match self.working {
                    Some(op) => vec![Effect::send(
                        CANCEL,
                        Request::Stock(StockRequest::Cancel { op }),
                    )],
                    None => vec![Effect::Back],
                };
            }
            Action::Open => {
                self.open = !self.open && self.current().is_some();
                return Vec::new();
            }
            Action::NextKind | Action::OnlyLot | Action::OnlyDeed | Action::ShowAll => {
                self.open = false;
                return self.narrow(action);
            }
            Action::TakeBack => return self.preview(),
            Action::When => {
                (self.open, self.typing) = (false, false);
                self.ask_when();
                return Vec::new();
            }
            _ => {}
        }
        self.typing = false;
        self.cursor.on(action, self.pages.len(), Self::height(cx));
        if action == Action::First && self.newer {
            return self.ask();
        }
        self.reach(false, cx)
    }

    fn preview(&self) -> Vec<Effect> {
        match self.current() {
            Some(_) if self.working.is_some() => vec![Effect::Say(
                Role::Warning,
                "A change is being taken back. Wait until it is done, or Esc cancels it.".into(),
            )],
            Some(entry) => vec![Effect::send(
                PREVIEW,
                Request::Stock(StockRequest::PreviewUndo { deed: entry.deed }),
            )],
            None => Vec::new(),
        }
    }

    fn previewed(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        match answer {
            Ok(Reply::UndoPreview(seen)) => match undo_form(&seen, self.brings_back(), cx) {
                Ok(form) => {
                    self.undoing = Some(Undoing {
                        deed: seen.deed,
                        form,
                        some_refused: seen.refused > 0,
                    });
                    Vec::new()
                }
                Err(why) => vec![Effect::Say(Role::Warning, why)],
            },
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    /// Whether undoing the current entry makes its change count again.
    fn brings_back(&self) -> bool {
        self.current()
            .is_some_and(|entry| entry.state == DeedState::TakenBack)
    }

    fn form_key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(undoing) = &mut self.undoing else {
            return Vec::new();
        };
        match undoing.form.on(key) {
            Filled::Cancelled => self.undoing = None,
            Filled::Submitted => {
                let op = cx.operation();
                let request = StockRequest::Undo {
                    deed: undoing.deed,
                    why: undoing.form.value(0),
                    partly: undoing.some_refused,
                    op,
                };
                self.undoing = None;
                self.working = Some(op);
                return vec![Effect::send(UNDO, Request::Stock(request))];
            }
            Filled::Nothing | Filled::Changed => {}
        }
        Vec::new()
    }

    fn undone(&mut self, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        self.working = None;
        match answer {
            Ok(Reply::Deed(report)) => {
                let lots = count(cx.numbers, report.changed.into(), "lot", "lots");
                let mut text = format!("Done: {lots} changed. u on it turns it over again.");
                if report.refused > 0 {
                    let left = count(cx.numbers, report.refused.into(), "lot", "lots");
                    text = format!("Done: {lots} changed, {left} stayed.");
                }
                let mut effects = vec![Effect::Say(Role::Good, text)];
                effects.extend(self.refresh(cx));
                effects
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::fail(&error)],
        }
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if self.undoing.is_some() {
            return self.form_key(key, cx);
        }
        if self.when.is_some() {
            return self.when_key(key, cx);
        }
        if self.typing && key.code == Code::Down {
            self.typing = false;
        } else if self.typing && self.field.on(key) {
            self.cursor = Cursor::default();
            return self.ask();
        }
        Vec::new()
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Vec<Effect> {
        if self.when.is_some() {
            self.when_paste(text, cx);
            return Vec::new();
        }
        if let Some(undoing) = &mut self.undoing {
            undoing.form.paste(text);
            return Vec::new();
        }
        self.typing = true;
        self.field.insert(text.trim());
        self.cursor = Cursor::default();
        self.ask()
    }

    fn told(&mut self, event: &Event) -> Vec<Effect> {
        let ours = matches!(
            event,
            Event::Resync
                | Event::Changed {
                    topic: Topic::Inventory,
                    ..
                }
        );
        if !ours || self.refreshing {
            return Vec::new();
        }
        self.refreshing = true;
        vec![Effect::After(CALM, REFRESH)]
    }
}

/// What would happen, with room for a reason; or why nothing would.
fn undo_form(seen: &UndoPreview, brings_back: bool, cx: &Cx<'_>) -> Result<Form, String> {
    let because = |row: &crate::domain::rows::RefusedLot| format!("Lot {}: {}.", row.lot, row.why);
    let first = seen.listed.first().map(because).unwrap_or_default();
    if seen.lots == 0 || seen.together && seen.refused > 0 {
        return Err(if seen.refused == 0 {
            "There is nothing to take back: all of it is so already.".to_owned()
        } else {
            format!("It cannot be taken back. {first}")
        });
    }
    let lots = count(cx.numbers, seen.lots.into(), "lot", "lots");
    let verb = if brings_back {
        "Bring back"
    } else {
        "Take back"
    };
    let mut form = Form::new(format!("{verb}: {lots}")).about(format!(
        "{}   ({})",
        seen.what,
        pieces_words(seen.pieces)
    ));
    for row in seen.examples.iter().take(EXAMPLES) {
        let words = super::history_view::change_words(
            row.available,
            row.changes.iter(),
            Vec::new(),
            cx.numbers,
        );
        form = form.about(format!("{}  {words}", row.item.no));
    }
    let more = seen.lots.saturating_sub(seen.examples.len() as u32);
    if more > 0 && !seen.examples.is_empty() {
        form = form.about(format!("and {} more", cx.numbers.whole(more)));
    }
    if seen.refused > 0 {
        let left = count(
            cx.numbers,
            seen.refused.into(),
            "lot stays",
            "lots stay as they are",
        );
        form = form.about(format!("{left}. {first}"));
    }
    Ok(form
        .text("Reason", "")
        .keys("Enter do it   Esc leave it as it is"))
}

/// Pieces that come or go, in words.
pub(super) fn pieces_words(pieces: i64) -> String {
    let word = match pieces {
        0 => return "no pieces come or go".to_owned(),
        1.. => "more",
        _ => "fewer",
    };
    match pieces.unsigned_abs() {
        1 => format!("1 piece {word}"),
        pieces => format!("{pieces} pieces {word}"),
    }
}

impl Screen for History {
    fn context(&self) -> Context {
        Context::History
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        match (self.query.lot, self.query.deed) {
            (Some(lot), _) => format!("History of lot {lot}"),
            (None, Some(deed)) => format!("History, change {deed}"),
            (None, None) => "History".to_owned(),
        }
    }

    fn mode(&self) -> Mode {
        if self.undoing.is_some() || self.when.is_some() {
            Mode::Form
        } else if self.typing {
            Mode::Typing
        } else {
            Mode::Commands
        }
    }

    fn passing(&self) -> bool {
        self.passing
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        let mut hints = vec![Action::TakeBack, Action::Open, Action::Search];
        hints.extend([
            Action::NextKind,
            Action::When,
            Action::OnlyLot,
            Action::OnlyDeed,
        ]);
        hints.push(if self.narrowed() {
            Action::ShowAll
        } else {
            Action::Back
        });
        hints
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown if self.known => Vec::new(),
            ScreenEvent::Shown => self.ask(),
            ScreenEvent::Back => {
                self.pages.forget();
                self.ask()
            }
            ScreenEvent::Resized => {
                self.cursor.settle(self.pages.len(), Self::height(cx));
                self.reach(false, cx)
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => self.paste(&text, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Told(event) => self.told(&event),
            ScreenEvent::Woken(REFRESH) => {
                self.refreshing = false;
                self.refresh(cx)
            }
            ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        self.draw_all(canvas, cx);
        if let Some(undoing) = &self.undoing {
            undoing.form.draw(canvas, cx.area);
        }
        if let Some(form) = &self.when {
            form.draw(canvas, cx.area);
        }
    }
}
