//! A list under review: read, looked through in windows, corrected row by row. Nothing of it is in the shop
//! before it is booked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::deeds::Task;
use super::list_rows::{COLOR_NAME, fingerprint, flaw, lot};
use super::outlook::{Fate, Looking, PutAway, was_put_away};
use super::review_sheet::{Kept, Marks, Sheet};
use crate::domain::edit::{Edits, LotEdit, Terms};
use crate::domain::lot::{MAX_PRICE, MAX_QUANTITY};
use crate::domain::review::{
    ReviewCounts, ReviewFilter, ReviewPage, ReviewRow, RowChange, RowLot, RowProblem,
};
use crate::domain::time::SECOND;
use crate::domain::{
    ListSource, ListStatus, Lot, Mapping, Money, OperationId, PlaceRule, Scope, TenantId,
    Timestamp, UserId,
};
use crate::error::{Error, Result};
use crate::formats::ListLot;
use crate::services::App;
use crate::services::names::Names;
use crate::services::rights::{Right, allow};
use crate::store::Tx;

/// Reviews that are kept in all, and of one person; the oldest goes first.
const KEPT: (usize, usize) = (16, 4);
/// A review that nobody looks at for so long is dropped, in microseconds.
const IDLE: i64 = 3_600 * SECOND;
/// Most rows of one window.
const MAX_WINDOW: usize = 500;
/// Characters of a text that a window shows.
const SHOWN: usize = 200;

/// A list under review.
pub(super) struct Review {
    pub(super) id: OperationId,
    owner: (TenantId, UserId),
    pub(super) file: String,
    pub(super) what: String,
    pub(super) currency: Option<String>,
    /// The columns it was read by, and whether they are to be kept.
    pub(super) mapping: Option<(String, Option<Mapping>)>,
    looked: AtomicI64,
    /// It is being booked: nobody changes or drops it meanwhile.
    pub(super) busy: AtomicBool,
    sheet: Mutex<Sheet>,
}

impl Review {
    pub(super) fn sheet(&self) -> MutexGuard<'_, Sheet> {
        self.sheet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lists under review.
#[derive(Default)]
pub(crate) struct Reviews {
    kept: Mutex<VecDeque<Arc<Review>>>,
}

impl Reviews {
    fn kept(&self) -> MutexGuard<'_, VecDeque<Arc<Review>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops those that nobody has looked at for long.
    pub(crate) fn sweep(&self, now: Timestamp) {
        self.kept().retain(|review| {
            let looked = Timestamp::from_micros(review.looked.load(Ordering::Relaxed));
            review.busy.load(Ordering::Relaxed) || now.since(looked) < IDLE
        });
    }

    fn find(&self, scope: &Scope, id: OperationId) -> Option<Arc<Review>> {
        let kept = self.kept();
        let found = kept
            .iter()
            .find(|review| review.id == id && review.owner == (scope.tenant, scope.user))?;
        found.looked.store(scope.now.micros(), Ordering::Relaxed);
        Some(Arc::clone(found))
    }

    fn keep(&self, review: Arc<Review>) {
        let mut kept = self.kept();
        let owner = review.owner;
        let mut own = kept.iter().filter(|known| known.owner == owner).count();
        let mut all = kept.len();
        kept.retain(|known| {
            let idle = !known.busy.load(Ordering::Relaxed);
            let full = all >= KEPT.0 || (known.owner == owner && own >= KEPT.1);
            if idle && full {
                all -= 1;
                own -= usize::from(known.owner == owner);
                return false;
            }
            true
        });
        kept.push_back(review);
    }

    pub(super) fn drop(&self, owner: (TenantId, UserId), id: OperationId) {
        self.kept()
            .retain(|review| review.id != id || review.owner != owner);
    }
}

/// A list while it is read for a review.
struct Reading<'t> {
    sheet: Sheet,
    lines: Vec<u64>,
    numbers: HashSet<u64>,
    equal: HashMap<u128, u32>,
    looking: Looking<'t>,
    tx: &'t Tx<'t>,
    scope: Scope,
    places: PlaceRule,
    people: HashMap<UserId, String>,
}

impl Reading<'_> {
    fn row(&mut self, row: ListLot) -> Result<()> {
        let mut marks = Marks::default();
        let twice = row
            .lot_id
            .is_some_and(|number| !self.numbers.insert(number));
        let flaw = flaw(&row, true, &mut HashSet::new());
        marks.set(Marks::EXCLUDED, row.status == ListStatus::Exclude);
        marks.set(Marks::TWICE, twice);
        marks.set(Marks::COLOR, row.color_is_unknown());
        marks.set(Marks::PIECES, matches!(flaw, Some(("Qty", _))));
        let print = row.lot_id.is_none().then(|| {
            let print = fingerprint(&row);
            let nth = self.equal.entry(print).or_default();
            let this = *nth;
            *nth += 1;
            (print, this)
        });
        let line = row.line;
        let mut lot = lot(&self.scope, row);
        if let Some(place) = self.places.read(&lot.remarks) {
            lot.place = place;
        }
        if twice {
            // Taken all the same, it is a lot of its own.
            lot.bricklink_lot = None;
        }
        judge(&lot, &mut marks);
        marks.set(Marks::ITEM, !self.looking.knows(&lot)?);
        let mut kept = Kept {
            line,
            print,
            flaw: flaw.map(|(field, reason)| (field.to_owned(), reason)),
            ..Kept::default()
        };
        match self.looking.at(&lot, print)? {
            Fate::Known => marks.set(Marks::KNOWN, true),
            Fate::Back(id) => {
                if let Some(away) = was_put_away(self.tx.shop(&self.scope), id)? {
                    marks.set(Marks::AWAY, true);
                    kept.away = Some(self.words(away));
                }
            }
            Fate::New | Fate::Merged => {}
        }
        kept.lot = Some(lot);
        self.lines.push(line);
        self.sheet.push(&kept, marks)
    }

    fn words(&self, away: PutAway) -> String {
        let how = if away.merged {
            "merged into another lot"
        } else {
            "deleted"
        };
        let by = self.people.get(&away.by).map_or("somebody", String::as_str);
        format!("was {how} on {} by {by}; comes back", away.at.date())
    }
}

/// What is odd about a lot by itself.
fn judge(lot: &Lot, marks: &mut Marks) {
    marks.set(
        Marks::PIECES,
        marks.has(Marks::PIECES) || lot.stock.available > MAX_QUANTITY,
    );
    marks.set(
        Marks::PRICE,
        lot.price < Money::ZERO || lot.price > MAX_PRICE,
    );
    let place = !lot.place.0.is_empty() && !lot.place.understood();
    marks.set(Marks::PLACE, place);
}

fn gone() -> Error {
    Error::not_found("This review is not kept any more. Read the file again.")
}

impl App {
    /// Reads a list for a review, which `op` names from then on. Asked again, it is not read again.
    ///
    /// # Errors
    /// `Conflict` when it was cancelled; what the file's format refuses.
    pub fn open_review(
        &self,
        scope: &Scope,
        source: &ListSource,
        op: OperationId,
        task: Task<'_>,
    ) -> Result<ReviewPage> {
        allow(scope, Right::Inventory)?;
        if self.reviews.find(scope, op).is_none() {
            let review = self.read_review(scope, source, op, task)?;
            self.reviews.keep(Arc::new(review));
        }
        self.review_rows(scope, op, ReviewFilter::All, (0, 0))
    }

    fn read_review(
        &self,
        scope: &Scope,
        source: &ListSource,
        op: OperationId,
        task: Task<'_>,
    ) -> Result<Review> {
        let ready = self.ready_list(scope, source)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let people = shop.people()?;
            let mut reading = Reading {
                sheet: Sheet::new(self.new_parcel()),
                lines: Vec::new(),
                numbers: HashSet::new(),
                equal: HashMap::new(),
                looking: Looking::new(tx, scope, false, HashMap::new())?,
                tx,
                scope: *scope,
                places: shop.place_rule()?,
                people: people.into_iter().map(|p| (p.id, p.name)).collect(),
            };
            let opened = ready.read(task, &mut |row| reading.row(row))?;
            let unread = opened.list.skipped.rows;
            for row in &unread {
                let kept = Kept {
                    line: row.line,
                    flaw: Some((row.field.clone(), row.reason.clone())),
                    ..Kept::default()
                };
                reading.sheet.push(&kept, Marks::UNREAD)?;
                reading.lines.push(row.line);
            }
            reading.sheet.sort_in(&reading.lines, unread.len());
            let listed = unread.len() as u64;
            let more = opened.list.skipped.count.saturating_sub(listed);
            if more > 0 {
                let reason = format!("{more} more rows of the file cannot be read either");
                let kept = Kept {
                    flaw: Some((String::new(), reason)),
                    ..Kept::default()
                };
                reading.sheet.push(&kept, Marks::UNREAD)?;
            }
            Ok(Review {
                id: op,
                owner: (scope.tenant, scope.user),
                file: opened.file,
                what: opened.what,
                currency: opened.list.currency,
                mapping: opened.mapping,
                looked: AtomicI64::new(scope.now.micros()),
                busy: AtomicBool::new(false),
                sheet: Mutex::new(reading.sheet),
            })
        })
    }

    pub(super) fn review(&self, scope: &Scope, id: OperationId) -> Result<Arc<Review>> {
        self.reviews.find(scope, id).ok_or_else(gone)
    }

    /// A window of a review: from which of the shown rows on, and how many.
    ///
    /// # Errors
    /// `NotFound` when the review is not kept any more or belongs to somebody else.
    pub fn review_rows(
        &self,
        scope: &Scope,
        id: OperationId,
        filter: ReviewFilter,
        (offset, len): (usize, usize),
    ) -> Result<ReviewPage> {
        allow(scope, Right::Inventory)?;
        let review = self.review(scope, id)?;
        let mut sheet = review.sheet();
        let (shown, total) = sheet.window(filter, offset, len.min(MAX_WINDOW));
        let names = self.names();
        let rows = self.store.read(|tx| {
            let catalog = tx.catalog()?;
            let rows = shown.iter().map(|at| {
                let kept = sheet.row(*at)?;
                let marks = sheet.marks(*at).unwrap_or_default();
                // The item may have been fetched meanwhile.
                if let (true, Some(lot), Some(catalog)) =
                    (marks.has(Marks::ITEM), &kept.lot, &catalog)
                    && catalog.knows(&lot.item)?
                {
                    sheet.item_is_known(*at);
                }
                let marks = sheet.marks(*at).unwrap_or_default();
                row_of(tx, &names, (*at, marks), kept)
            });
            rows.collect::<Result<Vec<ReviewRow>>>()
        })?;
        Ok(ReviewPage {
            id,
            file: review.file.clone(),
            what: review.what.clone(),
            columns: review.mapping.as_ref().map(|(name, _)| name.clone()),
            counts: sheet.counts(),
            steps: sheet.steps() as u32,
            filter,
            offset: offset as u32,
            total: total as u32,
            rows,
        })
    }

    /// Changes a row of a review.
    ///
    /// # Errors
    /// `Invalid` with the reason when the row cannot be changed so.
    pub fn change_review(
        &self,
        scope: &Scope,
        id: OperationId,
        at: usize,
        change: &RowChange,
    ) -> Result<ReviewCounts> {
        allow(scope, Right::Inventory)?;
        let review = self.review(scope, id)?;
        let edits = match change {
            RowChange::Edit(edits) => Some(self.settled(scope, edits)?),
            RowChange::Take(_) => None,
        };
        let places = self.store.read(|tx| tx.shop(scope).place_rule())?;
        let mut sheet = review.sheet();
        if review.busy.load(Ordering::Relaxed) {
            return Err(Error::conflict("This list is just being booked."));
        }
        let mut marks = sheet.marks(at).unwrap_or(Marks::UNREAD);
        let mut kept = sheet.row(at)?;
        match change {
            RowChange::Take(take) => {
                if *take && marks.stopped() {
                    let why = kept.flaw.map(|(_, reason)| reason).unwrap_or_default();
                    return Err(Error::invalid(format!(
                        "Line {} cannot come in: {why}. Change it first.",
                        kept.line
                    )));
                }
                marks.set(Marks::OUT, !take);
                marks.set(Marks::IN, *take);
                sheet.replace(at, None, marks)?;
            }
            RowChange::Edit(_) => {
                let edits = edits.unwrap_or_default();
                self.edit_row(scope, (&mut kept, &mut marks), &edits, places)?;
                sheet.replace(at, Some(&kept), marks)?;
            }
        }
        Ok(sheet.counts())
    }

    fn edit_row(
        &self,
        scope: &Scope,
        (kept, marks): (&mut Kept, &mut Marks),
        edits: &Edits,
        places: PlaceRule,
    ) -> Result<()> {
        if kept.lot.is_none() {
            // Nothing of it is known, so the person says what it is.
            let item = edits.0.iter().find_map(|edit| match edit {
                LotEdit::Item(item) => Some(item.clone()),
                _ => None,
            });
            let item = item.ok_or_else(|| {
                Error::invalid(format!(
                    "Line {} could not be read. Say all of it, such as item=3001; color=11; qty=5; price=0.10.",
                    kept.line
                ))
            })?;
            kept.lot = Some(Lot::new(item, scope.now, scope.user));
            marks.set(Marks::UNREAD, false);
        }
        let Some(lot) = kept.lot.as_mut() else {
            return Err(Error::internal("A row under review has no lot."));
        };
        for edit in &edits.0 {
            match edit {
                LotEdit::Delete
                | LotEdit::Restore
                | LotEdit::File(_)
                | LotEdit::SpreadCost { .. } => {
                    return Err(Error::invalid(
                        "That cannot be done to a row. Space leaves it out or takes it in.",
                    ));
                }
                LotEdit::Quantity(_) => marks.set(Marks::PIECES, false),
                LotEdit::Color(_) => {
                    marks.set(Marks::COLOR, false);
                    lot.extra.retain(|field| field.name != COLOR_NAME);
                }
                _ => {}
            }
        }
        let terms = Terms {
            places,
            guides: self.guide_prices_of(scope, edits, lot)?,
            ..Terms::default()
        };
        edits
            .apply(lot, &terms)
            .map_err(|why| Error::invalid(format!("That cannot be: {why}.")))?;
        judge(lot, marks);
        let item = self.store.read(|tx| match tx.catalog()? {
            Some(catalog) => Ok(catalog.knows(&lot.item)?),
            None => Ok(false),
        })?;
        marks.set(Marks::ITEM, !item);
        marks.set(Marks::EDITED, true);
        Ok(())
    }

    /// The place of the next row with something odd, towards the end or the beginning of the list.
    pub fn next_odd(
        &self,
        scope: &Scope,
        id: OperationId,
        from: usize,
        back: bool,
    ) -> Result<Option<u32>> {
        allow(scope, Right::Inventory)?;
        let review = self.review(scope, id)?;
        let sheet = review.sheet();
        let odd = |at: &usize| sheet.marks(*at).is_some_and(Marks::odd);
        let found = if back {
            (0..from.min(sheet.len())).rev().find(odd)
        } else {
            (from.saturating_add(1)..sheet.len()).find(odd)
        };
        Ok(found.map(|at| at as u32))
    }

    /// Takes the latest change of a review back; gives the place of its row, `None` when nothing was
    /// changed.
    pub fn undo_review(&self, scope: &Scope, id: OperationId) -> Result<Option<u32>> {
        allow(scope, Right::Inventory)?;
        let review = self.review(scope, id)?;
        let mut sheet = review.sheet();
        if review.busy.load(Ordering::Relaxed) {
            return Err(Error::conflict("This list is just being booked."));
        }
        Ok(sheet.undo().map(|at| at as u32))
    }

    /// Forgets a review. One that is gone already is no mistake.
    pub fn drop_review(&self, scope: &Scope, id: OperationId) -> Result<()> {
        allow(scope, Right::Inventory)?;
        if let Some(review) = self.reviews.find(scope, id)
            && !review.busy.load(Ordering::Relaxed)
        {
            self.reviews.drop((scope.tenant, scope.user), id);
        }
        Ok(())
    }

    /// The client that opened these has left.
    pub(crate) fn forget_reviews(&self, reviews: &[(TenantId, UserId, OperationId)]) {
        for (tenant, user, id) in reviews {
            self.reviews.drop((*tenant, *user), *id);
        }
    }

    /// Drops reviews that nobody has looked at for an hour.
    pub(crate) fn sweep_reviews(&self, now: Timestamp) {
        self.reviews.sweep(now);
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn row_of(
    tx: &Tx<'_>,
    names: &Names,
    (at, marks): (usize, Marks),
    kept: Kept,
) -> Result<ReviewRow> {
    let problems = problems(marks, &kept);
    let lot = match kept.lot {
        None => None,
        Some(lot) => {
            let known = names.of_item(tx.catalog()?.as_ref(), &lot.item)?;
            Some(RowLot {
                name: known.unwrap_or(lot.name),
                color: names.color(lot.color),
                item: lot.item,
                condition: lot.condition,
                completeness: lot.completeness,
                pieces: lot.stock.available,
                price: lot.price,
                cost: lot.cost,
                remarks: cut(&lot.remarks),
                comments: cut(&lot.notes),
            })
        }
    };
    Ok(ReviewRow {
        at: at as u32,
        line: kept.line,
        lot,
        taken: marks.taken(),
        edited: marks.has(Marks::EDITED),
        known: marks.has(Marks::KNOWN),
        problems,
        unknown_item: marks.has(Marks::ITEM),
    })
}

fn problems(marks: Marks, kept: &Kept) -> Vec<RowProblem> {
    let mut found = Vec::new();
    let mut note = |field: &str, reason: String, stops: bool| {
        found.push(RowProblem {
            field: field.to_owned(),
            reason,
            stops,
        });
    };
    let lot = kept.lot.as_ref();
    let (field, reason) = kept.flaw.clone().unwrap_or_default();
    if marks.has(Marks::UNREAD) {
        note(&field, reason.clone(), true);
    }
    if marks.has(Marks::PIECES) {
        note("Qty", reason.clone(), true);
    }
    if marks.has(Marks::PRICE) {
        let price = lot.map_or(Money::ZERO, |lot| lot.price);
        note(
            "Price",
            format!("{price} is not between 0 and {MAX_PRICE}"),
            true,
        );
    }
    if marks.has(Marks::EXCLUDED) {
        note("Status", "the file marks it as excluded".into(), false);
    }
    if marks.has(Marks::TWICE) {
        let text = "its number stands in an earlier row; taken in, it is a lot of its own";
        note("LotID", text.into(), false);
    }
    if marks.has(Marks::AWAY) {
        note("", kept.away.clone().unwrap_or_default(), false);
    }
    if marks.has(Marks::ITEM) {
        note(
            "Item number",
            "the catalogue does not know this item".into(),
            false,
        );
    }
    if marks.has(Marks::COLOR) {
        let name = lot.and_then(|lot| lot.extra.iter().find(|field| field.name == COLOR_NAME));
        let name = name.map_or("", |field| field.text.as_str());
        note(
            "Color name",
            format!("nobody knows the colour {name}"),
            false,
        );
    }
    if marks.has(Marks::PLACE) {
        note("Remarks", "they do not read like a place".into(), false);
    }
    found
}
