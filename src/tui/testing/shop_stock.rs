//! What the shop answers about its lots: history and undo, files, places, counts.

use super::shop::{NOW, State, color};
use super::shop_review::Reviewed;
use crate::api::{Answer, Reply, StockRequest};
use crate::domain::edit::LotEdit;
use crate::domain::lot_draft::PlaceRow;
use crate::domain::place::same_place;
use crate::domain::rows::{
    ChangeKind, ChangeRow, DeedReport, DeedState, EntryRow, HistoryPage, HistoryQuery, LotRow,
    UndoPreview,
};
use crate::domain::*;
use crate::error::Error;

/// Files, what was done to lots, and what was asked.
#[derive(Debug, Default)]
pub struct Book {
    /// Newest first; made when first looked at.
    pub history: Vec<EntryRow>,
    pub files: Vec<LotFileRow>,
    /// The list that comes in.
    pub review: Reviewed,
    /// Writes, as they were asked for.
    pub written: Vec<StockRequest>,
    /// The next question is answered by this sentence.
    pub refuses: Option<String>,
    /// Saved views.
    pub views: Vec<LotView>,
    /// Where places are read.
    pub rule: PlaceRule,
    /// Prices of the guide have been fetched.
    pub prices: bool,
}

impl Book {
    /// A shop at work: a few files.
    pub fn at_work() -> Self {
        let file = |id: u32, name: &str, note: &str, lots: u32| LotFileRow {
            file: LotFile {
                id: FileId(id),
                name: name.into(),
                note: note.into(),
                review: false,
                created: Timestamp::from_micros(NOW.micros() - i64::from(id) * time::DAY),
                created_by: UserId(1),
            },
            lots,
            pieces: u64::from(lots) * 41,
            by: "Ana".into(),
        };
        Self {
            files: vec![
                file(1, "75192 parted out", "for the fair", 1_204),
                file(2, "Flea market", "", 17),
                file(3, "Empty box", "", 0),
            ],
            ..Self::default()
        }
    }
}

fn change(field: LotField, before: Value, after: Value) -> FieldChange {
    FieldChange {
        field,
        before,
        after,
    }
}

/// One entry of four kinds in turn; the price changes of three lots are one deed.
fn entry(id: u64, lot: &LotRow) -> EntryRow {
    let stock = lot.stock;
    let more = Stock {
        available: stock.available + 2,
        ..stock
    };
    let promised = Stock {
        available: stock.available - 1,
        reserved: 1,
        ..stock
    };
    let place = |text: &str| Value::Text(text.to_owned());
    let (what, reason, state, after, changes) = match id % 4 {
        0 => (
            "counted",
            Reason::Counted {
                why: "found two".into(),
            },
            DeedState::Stands,
            more,
            Vec::new(),
        ),
        1 => (
            "price=*1.05",
            Reason::Edited,
            DeedState::Stands,
            stock,
            vec![change(
                LotField::Price,
                Value::Money(lot.price),
                Value::Money(Money::from_raw(lot.price.raw() + 9)),
            )],
        ),
        2 => (
            "location=B-7",
            Reason::Moved,
            DeedState::BroughtBack,
            stock,
            vec![
                change(LotField::Remarks, place(lot.place.raw()), place("B-7")),
                change(LotField::Place, place(lot.place.raw()), place("B-7")),
            ],
        ),
        _ => (
            "promised to order 21000123",
            Reason::Reserved {
                order: "21000123".into(),
            },
            DeedState::Fixed,
            promised,
            Vec::new(),
        ),
    };
    EntryRow {
        id: EntryId(id),
        deed: CorrelationId(if id % 4 == 1 {
            257 - (257 - id) / 12 * 12
        } else {
            id
        }),
        what: what.into(),
        why: if id.is_multiple_of(4) {
            "found two".into()
        } else {
            String::new()
        },
        state,
        undoes: None,
        lots: if id % 4 == 1 { 3 } else { 1 },
        lot: lot.id,
        item: lot.item.clone(),
        name: lot.name.clone(),
        color: color(id as usize),
        condition: lot.condition,
        at: Timestamp::from_micros(NOW.micros() - (261 - id).cast_signed() * 3_600_000_000),
        by: if id.is_multiple_of(3) { "Ben" } else { "Ana" }.into(),
        reason,
        before: stock,
        after,
        changes,
    }
}

fn kind(entry: &EntryRow) -> ChangeKind {
    match entry.reason {
        Reason::TakenBack => ChangeKind::Undo,
        Reason::Counted { .. } => ChangeKind::Quantity,
        Reason::Moved => ChangeKind::Location,
        Reason::Reserved { .. } => ChangeKind::Orders,
        _ => ChangeKind::Price,
    }
}

pub(super) fn report(deed: u64, changed: usize, pieces: i64) -> Reply {
    Reply::Deed(Box::new(DeedReport {
        deed: Some(CorrelationId(deed)),
        changed: changed as u32,
        pieces,
        ..DeedReport::default()
    }))
}

/// Texts between quotation marks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

impl State {
    /// Lots of a question about places, as the filter understands it; `None` for any other.
    pub(super) fn lots_at(&self, query: &LotQuery) -> Option<Vec<LotRow>> {
        query.text.contains("loc=").then(|| {
            let places = quoted(&query.text);
            self.lots
                .iter()
                .filter(|lot| {
                    let mut each = lot.place.each();
                    each.any(|place| places.contains(&place)) || places.contains(&lot.place.raw())
                })
                .cloned()
                .collect()
        })
    }

    fn history(&mut self, query: &HistoryQuery, before: Option<EntryId>, rows: u16) -> HistoryPage {
        if self.book.history.is_empty() && !self.lots.is_empty() {
            let lots = &self.lots;
            self.book.history = (1..=260)
                .rev()
                .map(|id| entry(id, &lots[id as usize * 7 % lots.len()]))
                .collect();
        }
        let before = before.unwrap_or(EntryId(u64::MAX));
        let mut found: Vec<EntryRow> = self
            .book
            .history
            .iter()
            .filter(|entry| entry.id < before)
            .filter(|entry| query.lot.is_none_or(|lot| entry.lot == lot))
            .filter(|entry| query.deed.is_none_or(|deed| entry.deed == deed))
            .filter(|entry| query.by.as_ref().is_none_or(|by| entry.by == *by))
            .filter(|entry| query.from.is_none_or(|from| entry.at >= from))
            .filter(|entry| query.until.is_none_or(|until| entry.at < until))
            .filter(|entry| query.kinds.is_empty() || query.kinds.contains(&kind(entry)))
            .filter(|entry| {
                let hay = format!("{} {} {}", entry.item.no, entry.by, entry.what).to_lowercase();
                query.text.split_whitespace().all(|word| hay.contains(word))
            })
            .take(usize::from(rows) + 1)
            .cloned()
            .collect();
        let more = found.len() > usize::from(rows);
        found.truncate(rows.into());
        HistoryPage {
            next: found.last().filter(|_| more).map(|entry| entry.id),
            entries: found,
            searched: None,
        }
    }

    fn preview(&self, deed: CorrelationId) -> Answer {
        let of_it = || self.book.history.iter().filter(|entry| entry.deed == deed);
        let first = of_it()
            .find(|entry| entry.state != DeedState::Fixed)
            .ok_or_else(|| {
                Error::not_found("Picks and promises are taken back where they were made.")
            })?;
        Ok(Reply::UndoPreview(Box::new(UndoPreview {
            deed,
            what: format!("undo: {}", first.what),
            lots: of_it().count() as u32,
            examples: of_it()
                .map(|entry| ChangeRow {
                    lot: entry.lot,
                    item: entry.item.clone(),
                    available: (entry.after.available, entry.before.available),
                    changes: entry
                        .changes
                        .iter()
                        .map(|one| change(one.field, one.after.clone(), one.before.clone()))
                        .collect(),
                })
                .collect(),
            pieces: 0,
            ..UndoPreview::default()
        })))
    }

    fn undo(&mut self, deed: CorrelationId) -> Reply {
        let mut changed = 0;
        for entry in self.book.history.iter_mut().filter(|e| e.deed == deed) {
            changed += 1;
            entry.state = match entry.state {
                DeedState::TakenBack => DeedState::BroughtBack,
                _ => DeedState::TakenBack,
            };
        }
        report(900, changed, 0)
    }

    fn places(&self) -> Vec<PlaceRow> {
        let mut found: Vec<PlaceRow> = vec![PlaceRow {
            place: "D-1".into(),
            lots: 0,
            pieces: 0,
        }];
        for lot in &self.lots {
            let pieces = u64::from(lot.stock.on_shelf());
            match found.iter_mut().find(|row| row.place == lot.place.0) {
                Some(row) => {
                    row.lots += 1;
                    row.pieces += pieces;
                }
                None => found.push(PlaceRow {
                    place: lot.place.0.clone(),
                    lots: 1,
                    pieces,
                }),
            }
        }
        found.sort_by_key(|row| Place(row.place.clone()).key());
        found
    }

    pub(super) fn stock(&mut self, request: StockRequest) -> Answer {
        if let Some(why) = self.book.refuses.take() {
            return Err(Error::conflict(why));
        }
        match &request {
            StockRequest::Change { .. }
            | StockRequest::Count { .. }
            | StockRequest::Undo { .. }
            | StockRequest::PutFile { .. }
            | StockRequest::DropFile { .. }
            | StockRequest::Release { .. }
            | StockRequest::PartOut { .. }
            | StockRequest::Against { .. }
            | StockRequest::Labels { .. }
            | StockRequest::ForgetPlace { .. }
            | StockRequest::Cancel { .. } => self.book.written.push(request.clone()),
            _ => {}
        }
        let request = match self.lists(request) {
            Ok(answer) => return answer,
            Err(other) => *other,
        };
        match request {
            StockRequest::History {
                query,
                before,
                rows,
            } => Ok(Reply::History(Box::new(self.history(&query, before, rows)))),
            StockRequest::PreviewUndo { deed } => self.preview(deed),
            StockRequest::Undo { deed, .. } => Ok(self.undo(deed)),
            StockRequest::Lot { id } => {
                let lot = self.lots.iter().find(|lot| lot.id == id).cloned();
                lot.map(|lot| Reply::Lot(Box::new(lot)))
                    .ok_or_else(|| Error::not_found(format!("There is no lot {id}.")))
            }
            StockRequest::Places => Ok(Reply::Places(self.places())),
            StockRequest::Files => Ok(Reply::Files(self.book.files.clone())),
            StockRequest::PutFile { id, name, note } => self.put_file(id, name, note),
            StockRequest::DropFile { id } => {
                let at = self.book.files.iter().position(|row| row.file.id == id);
                let at = at.ok_or_else(|| Error::not_found("That file is not there any more."))?;
                let lots = self.book.files[at].lots;
                if lots > 0 {
                    return Err(Error::conflict(format!(
                        "The file still holds {lots} lots. Release or delete them first."
                    )));
                }
                self.book.files.remove(at);
                Ok(Reply::Done)
            }
            StockRequest::Release { file, .. } => {
                let row = self.book.files.iter_mut().find(|row| row.file.id == file);
                let row = row.ok_or_else(|| Error::not_found("That file is gone."))?;
                let (lots, pieces) = (std::mem::take(&mut row.lots), row.pieces);
                row.pieces = 0;
                Ok(report(901, lots as usize, pieces.cast_signed()))
            }
            StockRequest::Count { counted, .. } => {
                let (mut changed, mut pieces) = (0, 0);
                for one in counted {
                    let Some(lot) = self.lots.iter_mut().find(|lot| lot.id == one.lot) else {
                        continue;
                    };
                    let more = i64::from(one.pieces) - i64::from(lot.stock.on_shelf());
                    pieces += more;
                    changed += usize::from(more != 0);
                    lot.stock
                        .shift(more)
                        .ok_or_else(|| Error::invalid("Too few."))?;
                }
                Ok(report(902, changed, pieces))
            }
            StockRequest::Change {
                which: Which::Matching(query),
                edits,
                ..
            } => {
                let ids: Vec<LotId> = self
                    .lots_at(&query)
                    .into_iter()
                    .flatten()
                    .map(|l| l.id)
                    .collect();
                let Some(LotEdit::Relocate { from, to }) = edits.0.first() else {
                    return Ok(Reply::Done);
                };
                for lot in self.lots.iter_mut().filter(|lot| ids.contains(&lot.id)) {
                    assert!(!same_place(from, to), "moved to where it was");
                    lot.place = lot.place.moved(from, to).expect("it lies there");
                }
                Ok(report(903, ids.len(), 0))
            }
            StockRequest::PartOut { order, .. } => Ok(super::shop_lists::parted_out(&order)),
            StockRequest::Against { what, dry_run, .. } => {
                Ok(super::shop_lists::against(&what, dry_run, &self.lots))
            }
            StockRequest::Labels { .. } => Ok(super::shop_lists::drawn()),
            StockRequest::Parcel { offset, .. } => Ok(super::shop_lists::parcel(offset)),
            StockRequest::Review(request) => self.review(request),
            _ => Ok(Reply::Done),
        }
    }

    fn put_file(&mut self, id: Option<FileId>, name: String, note: String) -> Answer {
        let taken = |row: &LotFileRow| row.file.name == name && Some(row.file.id) != id;
        if self.book.files.iter().any(taken) {
            return Err(Error::conflict(format!(
                "There is a file “{name}” already. Choose another name."
            )));
        }
        let new = LotFile {
            id: id.unwrap_or(FileId(self.book.files.len() as u32 + 1)),
            name,
            note,
            review: false,
            created: NOW,
            created_by: UserId(1),
        };
        match self
            .book
            .files
            .iter_mut()
            .find(|row| Some(row.file.id) == id)
        {
            Some(row) => row.file = new.clone(),
            None => self.book.files.push(LotFileRow {
                file: new.clone(),
                lots: 0,
                pieces: 0,
                by: "Ana".into(),
            }),
        }
        Ok(Reply::File(Box::new(new)))
    }
}
