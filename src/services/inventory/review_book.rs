//! A reviewed list comes into the shop, as one deed.

use std::sync::atomic::Ordering;

use super::deeds::{Doing, PIECE, Task, repeated};
use super::import::How;
use super::list_rows::{COLOR_NAME, Draft};
use super::outlook::Looking;
use super::review::Review;
use crate::domain::report::{InventoryImport, Progress, Skipped};
use crate::domain::review::Outlook;
use crate::domain::{FileId, ListInto, ListStatus, Lot, OperationId, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};

/// While it lives, a review is being booked.
struct Booking<'r>(&'r Review);

impl<'r> Booking<'r> {
    fn begin(review: &'r Review) -> Result<Self> {
        if review.busy.swap(true, Ordering::Relaxed) {
            return Err(Error::conflict("This list is just being booked."));
        }
        Ok(Self(review))
    }
}

impl Drop for Booking<'_> {
    fn drop(&mut self) {
        self.0.busy.store(false, Ordering::Relaxed);
    }
}

/// A row as it comes in.
fn ready(mut lot: Lot, file: Option<FileId>) -> Lot {
    lot.file = file;
    if file.is_none() && lot.status == ListStatus::Exclude {
        // Whoever takes it for sale means it.
        lot.status = ListStatus::Include;
    }
    lot
}

impl App {
    /// What booking a review would do.
    pub fn review_outlook(
        &self,
        scope: &Scope,
        id: OperationId,
        (into, merge): (&ListInto, bool),
        task: Task<'_>,
    ) -> Result<Outlook> {
        allow(scope, Right::Inventory)?;
        let review = self.review(scope, id)?;
        let (into, filed) = self.goal(scope, into)?;
        let known = self.known_of_file(scope, into.filter(|_| merge))?;
        let all = review.sheet().len();
        self.store.read(|tx| {
            let mut looking = Looking::new(tx, scope, merge, known)?;
            let mut next = 0;
            while next < all {
                task.go_on()?;
                let from = next;
                for Draft { lot, print } in next_rows(&review, &mut next, filed)? {
                    looking.at(&lot, print)?;
                }
                if from / TOLD != next / TOLD {
                    (task.progress)(Progress {
                        step: format!("looking at {}", review.file),
                        done: next as u64,
                        total: all as u64,
                        unit: "rows".into(),
                    });
                }
            }
            Ok(looking.seen)
        })
    }

    /// The file that is meant, and which one lots belong to for a look.
    fn goal(&self, scope: &Scope, into: &ListInto) -> Result<(Option<FileId>, Option<FileId>)> {
        let live = *into == ListInto::Live;
        let (into, _) = self.target(scope, into, true)?;
        // A file that would be made has no number yet; any stands for it.
        Ok((into, (!live).then(|| into.unwrap_or(FileId(u32::MAX)))))
    }

    /// Brings the rows that are taken into the shop; what was cancelled or failed leaves nothing.
    ///
    /// # Errors
    /// `Conflict` when it was cancelled or is being booked already, `NotFound` when it is not kept.
    pub fn book_review(
        &self,
        scope: &Scope,
        id: OperationId,
        (into, merge): (&ListInto, bool),
        op: OperationId,
        task: Task<'_>,
    ) -> Result<InventoryImport> {
        allow(scope, Right::Inventory)?;
        if let Some(done) = self.store.read(|tx| repeated(tx, scope, op))? {
            return Ok(InventoryImport {
                added: u64::from(done.changed),
                pieces: u64::try_from(done.pieces).unwrap_or(0),
                deed: done.deed,
                ..InventoryImport::default()
            });
        }
        let review = self.review(scope, id)?;
        let booking = Booking::begin(&review)?;
        let counts = review.sheet().counts();
        if counts.taken == 0 {
            return Err(Error::invalid(
                "No row comes in: all of them are left out. Take some in first.",
            ));
        }
        let mut report = InventoryImport {
            file: review.file.clone(),
            what: review.what.clone(),
            read: u64::from(counts.read),
            mapping: review.mapping.as_ref().map(|(name, _)| name.clone()),
            ..InventoryImport::default()
        };
        left_out(&review, &mut report)?;
        let mut how = How {
            file: review.file.clone(),
            merge,
            currency: None,
        };
        let live = *into == ListInto::Live;
        let currency = (live, review.currency.as_ref());
        self.settle_currency(scope, currency, &mut how, &mut report)?;
        let (goal, made) = self.target(scope, into, false)?;
        let known = self.known_of_file(scope, goal.filter(|_| merge))?;
        let doing = Doing {
            what: match into {
                ListInto::Live => format!("imported {}", review.file),
                ListInto::File(name) => format!("imported {} into {name}", review.file),
            },
            why: String::new(),
            op,
        };
        let mut next = 0;
        let mut colors = 0;
        let mut rows = || {
            let rows = next_rows(&review, &mut next, goal)?;
            let unknown = |draft: &&Draft| draft.lot.extra.iter().any(|f| f.name == COLOR_NAME);
            colors += rows.iter().filter(unknown).count() as u64;
            Ok(rows)
        };
        let stored = self.store_rows(
            scope,
            (u64::from(counts.taken), &mut rows),
            (&how, &doing),
            known,
            &mut report,
            task,
        );
        if let (Err(_), Some(made)) = (&stored, made) {
            let _ = self.drop_lot_file(scope, made);
        }
        stored?;
        report.unknown_colors = colors;
        if let Some((name, Some(fresh))) = &review.mapping {
            self.keep_columns(scope, (name.clone(), fresh.clone()))?;
        }
        drop(booking);
        self.reviews.drop((scope.tenant, scope.user), id);
        Ok(report)
    }
}

/// Rows after which whoever waits is told.
const TOLD: usize = 10_000;

/// The next rows that are taken; the sheet is free in between, so that its screen goes on.
fn next_rows(review: &Review, next: &mut usize, file: Option<FileId>) -> Result<Vec<Draft>> {
    let mut sheet = review.sheet();
    let mut rows = Vec::with_capacity(PIECE);
    while rows.len() < PIECE && *next < sheet.len() {
        let at = *next;
        *next += 1;
        if !sheet.marks(at).unwrap_or_default().taken() {
            continue;
        }
        let kept = sheet.row(at)?;
        if let Some(lot) = kept.lot {
            rows.push(Draft {
                lot: ready(lot, file),
                print: kept.print,
            });
        }
    }
    Ok(rows)
}

/// Rows that stay out, for the report.
fn left_out(review: &Review, report: &mut InventoryImport) -> Result<()> {
    let mut sheet = review.sheet();
    for at in 0..sheet.len() {
        if sheet.marks(at).unwrap_or_default().taken() {
            continue;
        }
        let listed = report.skipped.rows.len() < crate::domain::report::MAX_LISTED;
        let kept = if listed {
            sheet.row(at)?
        } else {
            super::review_sheet::Kept::default()
        };
        let (field, reason) = kept.flaw.unwrap_or_default();
        report.skipped.push(Skipped {
            file: review.file.clone(),
            line: kept.line,
            field,
            reason: if reason.is_empty() {
                "left out".into()
            } else {
                reason
            },
        });
    }
    Ok(())
}
