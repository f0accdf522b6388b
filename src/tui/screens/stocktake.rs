//! Taking stock of one place: what should be there, what was counted, and booking the differences.

use std::collections::BTreeMap;

use crate::api::{Answer, Opened, Reply, Request, StockRequest};
use crate::domain::code::{Code, CodeError};
use crate::domain::lot::MAX_QUANTITY;
use crate::domain::lot_draft::Counted;
use crate::domain::place::same_place;
use crate::domain::rows::{DeedReport, LotRow};
use crate::domain::{LotId, LotQuery, ViewId, ViewSpec};
use crate::tui::action::Action;
use crate::tui::effect::{Effect, Tag};
use crate::tui::screen::Cx;
use crate::tui::text::count;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::form::Form;
use crate::tui::widgets::list::Cursor;
use crate::tui::window::RowsOf;

pub(super) const LOTS: Tag = 11;
pub(super) const MORE: Tag = 12;
pub(super) const WHERE: Tag = 13;

/// Lots that are asked for at once.
const PIECE: u16 = 400;
/// Lots of one place that are brought at once; the last row brings the next.
pub(super) const MOST: usize = 4_000;

/// A place, however it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// As it is written most often at first.
    pub(super) name: String,
    /// Every spelling of it.
    pub(super) spellings: Vec<String>,
    /// Lots there; some may lie elsewhere too.
    pub(super) lots: u32,
    /// Their pieces.
    pub(super) pieces: u64,
    /// Lots that also lie elsewhere.
    pub(super) shared: u32,
}

impl Spot {
    /// The filter that finds its lots.
    pub(super) fn filter(&self) -> String {
        let quoted = |text: &String| {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("loc=\"{text}\"")
        };
        let each: Vec<String> = self.spellings.iter().map(quoted).collect();
        each.join(" or ")
    }
}

/// What was counted of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) pieces: u32,
    /// What should have been there at that moment.
    pub(super) seen: u32,
}

/// What a typed line asks of the screen around.
#[derive(Debug)]
pub(super) enum Typed {
    Effects(Vec<Effect>),
    /// The code of another place.
    Place(Code),
}

/// Taking stock of a place.
#[derive(Debug)]
pub(super) struct Stocktake {
    pub(super) spot: Spot,
    pub(super) lots: Vec<LotRow>,
    pub(super) total: Option<usize>,
    /// So many lots may be here by now.
    most: usize,
    /// So many of them have come in order; behind them stand those that were scanned before their turn.
    loaded: usize,
    /// Up to here it was said that there are more.
    told: usize,
    view: Option<ViewId>,
    asked: bool,
    again: bool,
    pub(super) problem: Option<String>,
    pub(super) counts: BTreeMap<LotId, Count>,
    pub(super) line: Field,
    pub(super) cursor: Cursor,
    /// A number so large that it may be a code: it counts when it is entered again.
    doubted: Option<(LotId, u32)>,
    /// Leaving was asked for while counts are not booked.
    warned: bool,
}

impl Stocktake {
    /// Of this place.
    pub(super) fn of(spot: Spot) -> Self {
        Self {
            spot,
            lots: Vec::new(),
            total: None,
            most: MOST,
            loaded: 0,
            told: 0,
            view: None,
            asked: false,
            again: false,
            problem: None,
            counts: BTreeMap::new(),
            line: Field::default(),
            cursor: Cursor::default(),
            doubted: None,
            warned: false,
        }
    }

    /// Asks what should be there.
    pub(super) fn ask(&mut self) -> Vec<Effect> {
        if self.asked {
            self.again = true;
            return Vec::new();
        }
        self.asked = true;
        let spec = ViewSpec::Lots(LotQuery::text(self.spot.filter()));
        let mut effects = vec![Effect::send(LOTS, Request::Open { spec, rows: PIECE })];
        let ahead = self.lots.iter().skip(self.loaded);
        effects.extend(ahead.map(|lot| {
            let request = StockRequest::Lot { id: lot.id };
            Effect::send(WHERE, Request::Stock(request))
        }));
        effects
    }

    /// The last row brings the next lots of a place that has very many.
    pub(super) fn more(&mut self) -> Vec<Effect> {
        let at_end = self.cursor.at + 1 >= self.lots.len();
        if !at_end || !self.partly() || self.asked {
            return Vec::new();
        }
        self.most += MOST;
        self.next()
    }

    /// Whether there are lots that have not been brought, and will not be until somebody asks.
    pub(super) fn partly(&self) -> bool {
        let total = self.total.unwrap_or(0);
        self.loaded >= self.most && self.loaded < total
    }

    /// Lots that have come in their order.
    pub(super) const fn loaded(&self) -> usize {
        self.loaded
    }

    fn next(&mut self) -> Vec<Effect> {
        match (self.view, self.total) {
            (Some(view), Some(total)) if self.loaded < total.min(self.most) => {
                self.asked = true;
                let offset = u32::try_from(self.loaded).unwrap_or(u32::MAX);
                let len = PIECE;
                vec![Effect::send(MORE, Request::Window { view, offset, len })]
            }
            _ => Vec::new(),
        }
    }

    /// Puts lots in their order before those that were scanned ahead of it.
    fn take_in(&mut self, rows: Vec<LotRow>, from_the_start: bool) {
        let here = self.current().map(|lot| lot.id);
        let mut ahead = self.lots.split_off(self.loaded.min(self.lots.len()));
        if from_the_start {
            self.lots.clear();
        }
        self.lots.extend(rows);
        self.loaded = self.lots.len();
        if !ahead.is_empty() {
            let known: std::collections::BTreeSet<LotId> =
                self.lots.iter().map(|lot| lot.id).collect();
            ahead.retain(|lot| !known.contains(&lot.id));
            self.lots.append(&mut ahead);
        }
        let at = self.lots.iter().position(|lot| Some(lot.id) == here);
        self.cursor.at = at.unwrap_or(self.cursor.at);
    }

    /// Takes over lots; asks for those that are missing.
    pub(super) fn answered(&mut self, tag: Tag, answer: Answer, height: usize) -> Vec<Effect> {
        if tag == WHERE {
            return self.elsewhere(answer, height);
        }
        self.asked = false;
        if std::mem::take(&mut self.again) {
            return self.ask();
        }
        match answer {
            Ok(Reply::Opened(Opened {
                view, rows, total, ..
            })) => {
                self.take_in(LotRow::of(rows), true);
                self.total = Some(total.map_or(self.loaded, |total| total as usize));
                self.view = Some(view);
                self.problem = None;
            }
            Ok(Reply::Window { rows, .. }) => {
                let more = LotRow::of(rows);
                if more.is_empty() {
                    self.total = Some(self.loaded);
                }
                self.take_in(more, false);
                if self.partly() && self.told < self.most {
                    self.told = self.most;
                    self.cursor.settle(self.lots.len(), height);
                    let text = format!(
                        "The first {} of {} lots are here. The last row brings the next.",
                        self.loaded,
                        self.total.unwrap_or(self.loaded)
                    );
                    return vec![Effect::Say(Role::Info, text)];
                }
            }
            Ok(_) => {}
            Err(error) => self.problem = Some(error.message),
        }
        self.cursor.settle(self.lots.len(), height);
        self.next()
    }

    fn elsewhere(&mut self, answer: Answer, height: usize) -> Vec<Effect> {
        vec![match answer {
            Ok(Reply::Lot(lot)) if !lot.gone && lot.place.each().any(|one| self.is(one)) => {
                let known = self.lots.iter().position(|other| other.id == lot.id);
                if let Some(at) = known {
                    self.lots[at] = *lot;
                } else {
                    self.lots.push(*lot);
                    self.cursor.at = self.lots.len() - 1;
                    self.cursor.settle(self.lots.len(), height);
                }
                return Vec::new();
            }
            Ok(Reply::Lot(lot)) => {
                let place = match lot.place.raw() {
                    "" => "no place",
                    place => place,
                };
                let text = format!(
                    "Lot {} ({} {}) belongs in {place}, not in {}.",
                    lot.id, lot.item.no, lot.color.name, self.spot.name
                );
                Effect::Say(Role::Warning, text)
            }
            Ok(_) => Effect::Say(Role::Warning, "That lot is not one of this place.".into()),
            Err(error) => Effect::fail(&error),
        }]
    }

    pub(super) fn current(&self) -> Option<&LotRow> {
        self.lots.get(self.cursor.at)
    }

    /// Pieces too many or too few; `None` while it is not counted.
    pub(super) fn difference(&self, lot: &LotRow) -> Option<i64> {
        let counted = self.counts.get(&lot.id)?;
        Some(i64::from(counted.pieces) - i64::from(lot.stock.on_shelf()))
    }

    /// Whether pieces moved since the lot was counted.
    pub(super) fn moved(&self, lot: &LotRow) -> bool {
        self.counts
            .get(&lot.id)
            .is_some_and(|counted| counted.seen != lot.stock.on_shelf())
    }

    fn note(&mut self, pieces: u32, height: usize) {
        let Some(lot) = self.current() else {
            return;
        };
        let (id, seen) = (lot.id, lot.stock.on_shelf());
        self.counts.insert(id, Count { pieces, seen });
        self.cursor.on(Action::Down, self.lots.len(), height);
    }

    /// Takes the typed line: a count, a code, or the number of an item.
    pub(super) fn enter(&mut self, height: usize) -> Typed {
        self.warned = false;
        let text = self.line.take();
        let text = text.trim();
        let say = |role, text: String| Typed::Effects(vec![Effect::Say(role, text)]);
        if text.is_empty() {
            return Typed::Effects(Vec::new());
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.number(text, height);
        }
        match Code::parse(text) {
            Ok(Code::Lot(id)) => match self.lots.iter().position(|lot| lot.id == id) {
                Some(at) => self.go_to(at, height),
                None => Typed::Effects(vec![Effect::send(
                    WHERE,
                    Request::Stock(StockRequest::Lot { id }),
                )]),
            },
            Ok(code @ Code::Bin(_)) => Typed::Place(code),
            Ok(_) => say(
                Role::Warning,
                "That is the code of a tote or an order. Scan a lot or a place.".into(),
            ),
            Err(error @ (CodeError::Mistyped | CodeError::Layout)) => {
                say(Role::Bad, error.to_string())
            }
            Err(_) => {
                let is = |lot: &LotRow| lot.item.no.eq_ignore_ascii_case(text);
                match self.lots.iter().position(is) {
                    Some(at) => self.go_to(at, height),
                    None if self.loaded < self.total.unwrap_or(0) => say(
                        Role::Warning,
                        format!(
                            "“{text}” is no count, no code and none of the lots that are here. Scan the lot's code."
                        ),
                    ),
                    None => say(
                        Role::Warning,
                        format!("“{text}” is no count, no code and no part of this place."),
                    ),
                }
            }
        }
    }

    fn go_to(&mut self, at: usize, height: usize) -> Typed {
        self.cursor.at = at;
        self.cursor.settle(self.lots.len(), height);
        Typed::Effects(Vec::new())
    }

    fn number(&mut self, text: &str, height: usize) -> Typed {
        let say = |text: String| Typed::Effects(vec![Effect::Say(Role::Warning, text)]);
        let pieces = text.parse().ok().filter(|pieces| *pieces <= MAX_QUANTITY);
        let Some(pieces) = pieces else {
            return say("A lot holds at most 9,999,999 pieces. Was that a code?".into());
        };
        let Some(lot) = self.current() else {
            return say("There is no lot here to count.".into());
        };
        let mine = (lot.id, pieces);
        let expected = lot.stock.on_shelf();
        // The number of an element or a part looks like a count.
        let large = pieces > expected.saturating_mul(10).saturating_add(1_000);
        if large && self.doubted != Some(mine) {
            let no = &lot.item.no;
            let text = format!("{pieces} pieces of {no}? Enter the number again to count them.");
            self.doubted = Some(mine);
            return say(text);
        }
        self.doubted = None;
        self.note(pieces, height);
        Typed::Effects(Vec::new())
    }

    /// Counts the lot as expected.
    pub(super) fn all_there(&mut self, height: usize) {
        if let Some(pieces) = self.current().map(|lot| lot.stock.on_shelf()) {
            self.note(pieces, height);
        }
    }

    /// Takes the count of the lot away.
    pub(super) fn uncount(&mut self) {
        if let Some(id) = self.current().map(|lot| lot.id) {
            self.counts.remove(&id);
        }
    }

    /// Whether it may be left; the second time it may.
    pub(super) fn may_leave(&mut self) -> bool {
        self.counts.is_empty() || std::mem::replace(&mut self.warned, true)
    }

    /// Pieces too many, pieces too few, lots that differ.
    pub(super) fn sums(&self) -> (i64, i64, u64) {
        let differences = self.lots.iter().filter_map(|lot| self.difference(lot));
        differences.fold((0, 0, 0), |(more, fewer, lots), difference| {
            let lots = lots + u64::from(difference != 0);
            (more + difference.max(0), fewer - difference.min(0), lots)
        })
    }

    /// Asks for the reason before the counts are booked, or says why there is nothing to book.
    pub(super) fn book_form(&self, cx: &Cx<'_>) -> Result<Form, (Role, String)> {
        if self.counts.is_empty() {
            let text = "Nothing is counted yet: type how many pieces lie there.";
            return Err((Role::Info, text.into()));
        }
        let moved = self.lots.iter().filter(|lot| self.moved(lot)).count();
        if moved > 0 {
            let lots = count(cx.numbers, moved as u64, "lot", "lots");
            let text = format!("Pieces of {lots} moved while you counted. Count those again.");
            return Err((Role::Warning, text));
        }
        let (more, fewer, lots) = self.sums();
        let differ = count(cx.numbers, lots, "lot differs", "lots differ");
        let same = cx
            .numbers
            .whole((self.counts.len() as u64).saturating_sub(lots));
        Ok(Form::new(format!("Book {differ}"))
            .about(format!("{more} pieces more, {fewer} fewer."))
            .about(format!("As expected: {same}. Not counted lots stay."))
            .text("Reason", "")
            .keys("Enter book   Esc not yet"))
    }

    /// All that was counted.
    pub(super) fn counted(&self) -> Vec<Counted> {
        self.counts
            .iter()
            .map(|(lot, counted)| Counted {
                lot: *lot,
                pieces: counted.pieces,
            })
            .collect()
    }

    /// The counts are booked; those that could not be stay.
    pub(super) fn booked(&mut self, report: &DeedReport) {
        let stays = |id: &LotId| report.listed.iter().any(|row| row.lot == *id);
        self.counts.retain(|id, _| stays(id));
        self.warned = false;
    }

    /// Whether a code stands for this place.
    pub(super) fn is(&self, place: &str) -> bool {
        self.spot.spellings.iter().any(|one| same_place(one, place))
    }
}
