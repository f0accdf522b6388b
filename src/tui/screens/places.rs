//! The places of the shop, taking stock of one, and moving all that lies there.

use std::collections::BTreeMap;

use super::labels::{LABELS, LabelForm};
use super::stocktake::{LOTS, MORE, Spot, Stocktake, Typed, WHERE};
use crate::api::{Answer, Event, Reply, Request, StockRequest, Topic};
use crate::domain::code::{Code, CodeError};
use crate::domain::edit::{Edits, LotEdit};
use crate::domain::label_job::LabelsOf;
use crate::domain::lot_draft::PlaceRow;
use crate::domain::place::same_place;
use crate::domain::rows::DeedReport;
use crate::domain::{CorrelationId, LotQuery, OperationId, Place, Which};
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::effect::{Destination, Effect, Tag};
use crate::tui::input::split_paste;
use crate::tui::key::Key;
use crate::tui::keymap::Context;
use crate::tui::screen::{Cx, Mode, Screen, ScreenEvent};
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::form::{Filled, Form};
use crate::tui::widgets::list::Cursor;

const LIST: Tag = 1;
const DEED: Tag = 2;
const BOOKED: Tag = 3;
const CANCEL: Tag = 4;
const FORGOT: Tag = 5;

/// What a form asks for.
#[derive(Debug)]
enum Asking {
    /// Where the lots of this place go.
    Move(Spot),
    /// Why the counts differ.
    Book,
}

/// The places of the shop.
#[derive(Debug, Default)]
pub struct Places {
    spots: Vec<Spot>,
    /// Those that match what was typed.
    found: Vec<usize>,
    pub(super) known: bool,
    pub(super) problem: Option<String>,
    pub(super) field: Field,
    pub(super) typing: bool,
    pub(super) cursor: Cursor,
    pub(super) take: Option<Box<Stocktake>>,
    form: Option<(Asking, Form)>,
    labels: Option<Box<LabelForm>>,
    working: Option<OperationId>,
    last: Option<CorrelationId>,
}

/// Places one by one, however they are spelled, in natural order.
fn spots(rows: &[PlaceRow]) -> Vec<Spot> {
    let mut found: BTreeMap<crate::domain::place::PlaceKey, Spot> = BTreeMap::new();
    for row in rows {
        let written = Place(row.place.clone());
        let several = written.each().count() > 1;
        for one in written.each().filter(|one| same_place(one, one)) {
            let spot = found
                .entry(Place(one.to_owned()).key())
                .or_insert_with(|| Spot {
                    name: one.to_owned(),
                    spellings: Vec::new(),
                    lots: 0,
                    pieces: 0,
                    shared: 0,
                });
            if !spot.spellings.iter().any(|known| known == one) {
                spot.spellings.push(one.to_owned());
            }
            spot.lots += row.lots;
            spot.pieces += row.pieces;
            spot.shared += if several { row.lots } else { 0 };
        }
    }
    found.into_values().collect()
}

impl Places {
    fn ask() -> Vec<Effect> {
        vec![Effect::send(LIST, Request::Stock(StockRequest::Places))]
    }

    /// Rows that match.
    pub(super) fn rows(&self) -> usize {
        self.found.len()
    }

    /// A row.
    pub(super) fn row(&self, at: usize) -> Option<&Spot> {
        self.spots.get(*self.found.get(at)?)
    }

    fn narrow(&mut self, cx: &Cx<'_>) {
        let text = self.field.text().to_lowercase();
        let fits = |spot: &Spot| {
            text.split_whitespace().all(|word| {
                word == "empty" && spot.lots == 0
                    || spot
                        .spellings
                        .iter()
                        .any(|name| name.to_lowercase().contains(word))
            })
        };
        let all = self.spots.iter().enumerate();
        self.found = all
            .filter(|(_, spot)| fits(spot))
            .map(|(at, _)| at)
            .collect();
        self.cursor.settle(self.found.len(), Self::height(cx));
    }

    fn open(&mut self, spot: Spot) -> Vec<Effect> {
        self.field.clear();
        self.typing = false;
        let mut take = Box::new(Stocktake::of(spot));
        let effects = take.ask();
        self.take = Some(take);
        effects
    }

    /// Opens the place of a code.
    fn scanned(&mut self, code: &Code) -> Vec<Effect> {
        let Code::Bin(bin) = code else {
            let text = "That is not the code of a place. Open a place, then scan its lots.";
            return vec![Effect::Say(Role::Warning, text.into())];
        };
        let is = |spot: &&Spot| {
            spot.spellings
                .iter()
                .any(|one| same_place(one, bin.place()))
        };
        if let Some(spot) = self.spots.iter().find(is).cloned() {
            return self.open(spot);
        }
        let text = format!("No lot has ever been at {}.", bin.place());
        vec![Effect::Say(Role::Warning, text)]
    }

    fn enter(&mut self) -> Vec<Effect> {
        match Code::parse(&self.field.text()) {
            Ok(code) => {
                self.field.clear();
                self.scanned(&code)
            }
            // A place may look like a code; only when nothing has that name it was mistyped.
            Err(error @ (CodeError::Mistyped | CodeError::Layout)) if self.found.is_empty() => {
                self.field.clear();
                vec![Effect::Say(Role::Bad, error.to_string())]
            }
            Err(_) => match self.row(self.cursor.at).cloned() {
                Some(spot) => self.open(spot),
                None => Vec::new(),
            },
        }
    }

    fn take_enter(&mut self, height: usize) -> Vec<Effect> {
        let Some(take) = &mut self.take else {
            return Vec::new();
        };
        match take.enter(height) {
            Typed::Effects(effects) => effects,
            Typed::Place(Code::Bin(bin)) if take.is(bin.place()) => Vec::new(),
            Typed::Place(_) if !take.counts.is_empty() => vec![Effect::Say(
                Role::Warning,
                "Book the counts of this place first (b), or leave it (Esc).".into(),
            )],
            Typed::Place(code) => self.scanned(&code),
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>) -> Vec<Effect> {
        let height = Self::height(cx);
        match action {
            Action::Back => return self.back(cx),
            Action::TakeBack => return self.undo(cx),
            Action::MovePlace => return self.ask_move(cx),
            Action::Labels => {
                self.ask_labels();
                return Vec::new();
            }
            Action::ForgetPlace => return self.forget(),
            Action::PlaceRule => return vec![Effect::Go(Destination::PlaceRule)],
            Action::Search if self.take.is_none() => {
                self.typing = true;
                return Vec::new();
            }
            _ => {}
        }
        let Some(take) = &mut self.take else {
            if action == Action::Open {
                return self.enter();
            }
            // From the box down into the list, where letters are commands again.
            self.typing &= action != Action::Down;
            self.cursor.on(action, self.found.len(), height);
            return Vec::new();
        };
        match action {
            Action::Open => return self.take_enter(height),
            Action::AllThere => take.all_there(height),
            Action::Uncount => take.uncount(),
            Action::Book => match take.book_form(cx) {
                Ok(form) => self.form = Some((Asking::Book, form)),
                Err((role, text)) => return vec![Effect::Say(role, text)],
            },
            action => {
                take.cursor.on(action, take.lots.len(), height);
                return take.more();
            }
        }
        Vec::new()
    }

    fn back(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(op) = self.working {
            let cancel = StockRequest::Cancel { op };
            return vec![Effect::send(CANCEL, Request::Stock(cancel))];
        }
        let Some(take) = &mut self.take else {
            if self.typing || !self.field.is_empty() {
                self.typing = false;
                self.field.clear();
                self.narrow(cx);
                return Vec::new();
            }
            return vec![Effect::Back];
        };
        if !take.line.is_empty() {
            take.line.clear();
        } else if take.may_leave() {
            self.take = None;
            self.narrow(cx);
            return Self::ask();
        } else {
            let text = "The counts are not booked: b books them, Esc once more drops them.";
            return vec![Effect::Say(Role::Warning, text.into())];
        }
        Vec::new()
    }

    fn ask_move(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let here = self.row(self.cursor.at);
        let spot = self.take.as_ref().map(|take| &take.spot).or(here).cloned();
        let Some(spot) = spot else {
            return Vec::new();
        };
        if spot.lots == 0 {
            let text = "Nothing lies there, so there is nothing to move.";
            return vec![Effect::Say(Role::Warning, text.into())];
        }
        let lots = count(cx.numbers, spot.lots.into(), "lot", "lots");
        let mut form = Form::new(format!("Move {lots} from {}", spot.name))
            .about("u takes it back as one change.")
            .keys("Enter move   Esc not now");
        if spot.shared > 0 {
            let left = count(cx.numbers, spot.shared.into(), "lot lies", "lots lie");
            form = form.about(format!(
                "{left} elsewhere too: only this place of theirs moves."
            ));
        }
        self.form = Some((Asking::Move(spot), form.text("To", "")));
        Vec::new()
    }

    /// Labels of this place, of all that are shown, or of the lots there.
    fn ask_labels(&mut self) {
        let here = self.row(self.cursor.at);
        let spot = self.take.as_ref().map(|take| &take.spot).or(here).cloned();
        let mut kinds = Vec::new();
        if let Some(spot) = spot {
            let lots = Which::Matching(LotQuery::text(spot.filter()));
            kinds.push((spot.name.clone(), LabelsOf::Places(vec![spot.name])));
            kinds.push(("its lots".to_owned(), LabelsOf::Lots(lots)));
        }
        if self.take.is_none() {
            let shown = (0..self.rows()).filter_map(|at| self.row(at));
            let shown = shown.map(|spot| spot.name.clone()).collect();
            kinds.push(("all shown".to_owned(), LabelsOf::Places(shown)));
        }
        self.labels = Some(Box::new(LabelForm::of(kinds)));
    }

    /// An empty place is offered no more.
    fn forget(&self) -> Vec<Effect> {
        let say = |text: &str| vec![Effect::Say(Role::Info, text.to_owned())];
        match self.row(self.cursor.at) {
            Some(spot) if spot.lots == 0 && self.take.is_none() => {
                let place = spot.name.clone();
                let request = StockRequest::ForgetPlace { place };
                vec![Effect::send(FORGOT, Request::Stock(request))]
            }
            Some(_) => say("Something lies there; only an empty place can be forgotten."),
            None => Vec::new(),
        }
    }

    fn undo(&mut self, cx: &Cx<'_>) -> Vec<Effect> {
        let Some(deed) = self.last.filter(|_| self.working.is_none()) else {
            let text = "Nothing was changed here. The history (g t) takes back the rest.";
            return vec![Effect::Say(Role::Info, text.into())];
        };
        let op = cx.operation();
        self.working = Some(op);
        let undo = StockRequest::Undo {
            deed,
            why: String::new(),
            partly: false,
            op,
        };
        vec![Effect::send(DEED, Request::Stock(undo))]
    }

    fn form_key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        let Some((asking, form)) = &mut self.form else {
            return Vec::new();
        };
        match (form.on(key), &*asking) {
            (Filled::Cancelled, _) => self.form = None,
            (Filled::Changed, Asking::Move(spot)) => {
                let to = form.value(0);
                let same = spot.spellings.iter().any(|one| same_place(one, &to));
                form.mistake(0, same.then_some("it lies there already"));
            }
            (Filled::Submitted, Asking::Move(_)) if form.value(0).trim().is_empty() => {
                form.failed = Some("Write the place, such as A-12.".into());
            }
            (Filled::Submitted, asking) => {
                let op = cx.operation();
                let text = form.value(0).trim().to_owned();
                let (tag, request) = match asking {
                    Asking::Move(spot) => (
                        DEED,
                        StockRequest::Change {
                            which: Which::Matching(LotQuery::text(spot.filter())),
                            edits: Edits(vec![LotEdit::Relocate {
                                from: spot.name.clone(),
                                to: text,
                            }]),
                            why: String::new(),
                            op,
                        },
                    ),
                    Asking::Book => {
                        let counted = self.take.as_ref().map(|take| take.counted());
                        let counted = counted.unwrap_or_default();
                        let why = text;
                        (BOOKED, StockRequest::Count { counted, why, op })
                    }
                };
                (self.form, self.working) = (None, Some(op));
                return vec![Effect::send(tag, Request::Stock(request))];
            }
            _ => {}
        }
        Vec::new()
    }

    fn key(&mut self, key: Key, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(labels) = &mut self.labels {
            return labels.on(key).settle(&mut self.labels);
        }
        if self.form.is_some() {
            return self.form_key(key, cx);
        }
        if let Some(take) = &mut self.take {
            take.line.on(key);
        } else if self.field.on(key) {
            self.cursor = Cursor::default();
            self.narrow(cx);
        }
        Vec::new()
    }

    /// A scanner may paste: each line is entered.
    fn paste(&mut self, text: &str, cx: &Cx<'_>) -> Vec<Effect> {
        if let Some(labels) = &mut self.labels {
            labels.paste(text);
            return Vec::new();
        }
        if let Some((_, form)) = &mut self.form {
            form.paste(text);
            return Vec::new();
        }
        let (codes, rest) = split_paste(text);
        let mut effects = Vec::new();
        for code in codes {
            if let Some(take) = &mut self.take {
                take.line.insert(&code);
                effects.extend(self.take_enter(Self::height(cx)));
            } else {
                self.field.insert(&code);
                self.narrow(cx);
                effects.extend(self.enter());
            }
        }
        if let Some(take) = &mut self.take {
            take.line.insert(&rest);
        } else {
            self.field.insert(&rest);
            self.narrow(cx);
        }
        effects
    }

    fn reload(&mut self) -> Vec<Effect> {
        let mut effects = Self::ask();
        if let Some(take) = &mut self.take {
            effects.extend(take.ask());
        }
        effects
    }

    fn done(&mut self, report: &DeedReport, cx: &Cx<'_>) -> Vec<Effect> {
        self.last = report.deed.or(self.last);
        let lots = count(cx.numbers, report.changed.into(), "lot", "lots");
        let pieces = super::history::pieces_words(report.pieces);
        let (role, text) = match report.listed.first() {
            Some(row) => (
                Role::Warning,
                format!("Done: {lots}. Lot {} stayed: {}.", row.lot, row.why),
            ),
            None => (
                Role::Good,
                format!("Done: {lots}, {pieces}. u turns it over again."),
            ),
        };
        let mut effects = self.reload();
        effects.push(Effect::Say(role, text));
        effects
    }

    fn answered(&mut self, tag: Tag, answer: Answer, cx: &Cx<'_>) -> Vec<Effect> {
        if matches!(tag, DEED | BOOKED) {
            self.working = None;
        }
        match (tag, answer) {
            (LABELS, answer) => match &mut self.labels {
                Some(labels) => labels.answered(answer, cx).settle(&mut self.labels),
                None => Vec::new(),
            },
            (FORGOT, Ok(_)) => Self::ask(),
            (LOTS | MORE | WHERE, answer) => match &mut self.take {
                Some(take) => take.answered(tag, answer, Self::height(cx)),
                None => Vec::new(),
            },
            (LIST, Ok(Reply::Places(rows))) => {
                self.spots = spots(&rows);
                (self.known, self.problem) = (true, None);
                self.narrow(cx);
                Vec::new()
            }
            (LIST, Err(error)) => {
                self.problem = Some(error.message);
                Vec::new()
            }
            (BOOKED, Ok(Reply::Deed(report))) => {
                if let Some(take) = &mut self.take {
                    take.booked(&report);
                }
                self.done(&report, cx)
            }
            (_, Ok(Reply::Deed(report))) => self.done(&report, cx),
            (_, Ok(_)) => Vec::new(),
            (_, Err(error)) => vec![Effect::fail(&error)],
        }
    }
}

impl Screen for Places {
    fn context(&self) -> Context {
        if self.take.is_some() {
            Context::Stocktake
        } else {
            Context::Places
        }
    }

    fn title(&self, _cx: &Cx<'_>) -> String {
        match &self.take {
            Some(take) => format!("Stocktake {}", take.spot.name),
            None => "Places".to_owned(),
        }
    }

    fn mode(&self) -> Mode {
        let line = self.take.as_ref().map_or(&self.field, |take| &take.line);
        if self.form.is_some() || self.labels.is_some() {
            Mode::Form
        } else if self.typing {
            Mode::Typing
        } else {
            Mode::Scanning {
                empty: line.is_empty(),
            }
        }
    }

    fn has_compact_layout(&self) -> bool {
        true
    }

    fn hints(&self) -> Vec<Action> {
        if self.take.is_some() {
            let mut hints = vec![Action::Open, Action::AllThere, Action::Book];
            hints.extend([Action::Uncount, Action::MovePlace, Action::TakeBack]);
            return hints;
        }
        let mut hints = vec![Action::Open, Action::Search, Action::MovePlace];
        hints.extend([Action::PlaceRule, Action::TakeBack]);
        hints
    }

    fn on(&mut self, event: ScreenEvent, cx: &Cx<'_>) -> Vec<Effect> {
        match event {
            ScreenEvent::Shown | ScreenEvent::Back => self.reload(),
            ScreenEvent::Told(event) => match *event {
                Event::Resync
                | Event::Changed {
                    topic: Topic::Inventory,
                    ..
                } => self.reload(),
                _ => Vec::new(),
            },
            ScreenEvent::Resized => {
                let height = Self::height(cx);
                self.cursor.settle(self.found.len(), height);
                if let Some(take) = &mut self.take {
                    take.cursor.settle(take.lots.len(), height);
                }
                Vec::new()
            }
            ScreenEvent::Do(action) => self.act(action, cx),
            ScreenEvent::Key(key) => self.key(key, cx),
            ScreenEvent::Paste(text) => self.paste(&text, cx),
            ScreenEvent::Answered(tag, answer) => self.answered(tag, *answer, cx),
            ScreenEvent::Woken(_) | ScreenEvent::Dropped(_) => Vec::new(),
        }
    }

    fn draw(&self, canvas: &mut Canvas<'_>, cx: &Cx<'_>) {
        match &self.take {
            Some(take) => super::stocktake_view::draw(canvas, take, cx),
            None => self.draw_list(canvas, cx),
        }
        if let Some((_, form)) = &self.form {
            form.draw(canvas, cx.area);
        }
        if let Some(labels) = &self.labels {
            labels.draw(canvas, cx.area);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::domain::filter::Filter;

    #[test]
    fn one_place_however_it_is_spelled_and_every_filter_is_understood() {
        let row = |place: &str, lots| PlaceRow {
            place: place.into(),
            lots,
            pieces: u64::from(lots) * 10,
        };
        let found = spots(&[
            row("A-2", 3),
            row("a 2;A-10", 1),
            row("A-10", 2),
            row("B \"x\" \\1", 0),
        ]);
        let names: Vec<&str> = found.iter().map(|spot| spot.name.as_str()).collect();
        assert_eq!(names, ["A-2", "A-10", "B \"x\" \\1"]);
        assert_eq!(
            (found[0].lots, found[0].pieces, found[0].shared),
            (4, 40, 1)
        );
        assert_eq!(found[0].spellings, ["A-2", "a 2"]);
        assert_eq!(found[2].lots, 0);
        for spot in found {
            let text = spot.filter();
            let zone = jiff::tz::TimeZone::UTC;
            let read = Filter::parse(&text, Timestamp::default(), &zone);
            assert!(read.is_ok(), "{text}: {read:?}");
        }
    }
}
