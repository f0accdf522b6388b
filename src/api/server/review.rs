//! Requests about lists under review: each becomes one verb of the services.

use super::desk::Desk;
use crate::api::{Answer, Event, Reply, ReviewRequest};
use crate::domain::Scope;
use crate::domain::report::Progress;
use crate::services::inventory::Task;

impl Desk {
    /// Answers a request about a list under review.
    pub(super) fn review(
        &self,
        scope: &Scope,
        request: ReviewRequest,
        tell: &dyn Fn(Event),
    ) -> Answer {
        let app = self.app();
        app.sweep_reviews(scope.now);
        let progress = &|progress: Progress| tell(Event::Progress(progress));
        Ok(match request {
            ReviewRequest::Paths { begin } => Reply::Paths(app.list_paths(scope, &begin)?),
            ReviewRequest::Look { path } => {
                Reply::ListLook(Box::new(app.look_at_list(scope, &path)?))
            }
            ReviewRequest::Open { source, op } => {
                let page = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.open_review(scope, &source, op, task)
                })?;
                Reply::Review(Box::new(page))
            }
            ReviewRequest::Rows {
                id,
                filter,
                offset,
                rows,
            } => {
                let window = (offset as usize, usize::from(rows));
                Reply::Review(Box::new(app.review_rows(scope, id, filter, window)?))
            }
            ReviewRequest::Change { id, row, change } => {
                app.change_review(scope, id, row as usize, &change)?;
                Reply::ReviewStep(Some(row))
            }
            ReviewRequest::Next { id, from, back } => {
                Reply::ReviewStep(app.next_odd(scope, id, from as usize, back)?)
            }
            ReviewRequest::Undo { id } => Reply::ReviewStep(app.undo_review(scope, id)?),
            ReviewRequest::Outlook {
                id,
                into,
                merge,
                op,
            } => {
                let seen = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.review_outlook(scope, id, (&into, merge), task)
                })?;
                Reply::Outlook(seen)
            }
            ReviewRequest::Book {
                id,
                into,
                merge,
                op,
            } => {
                let report = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.book_review(scope, id, (&into, merge), op, task)
                })?;
                Reply::InventoryImported(Box::new(report))
            }
            ReviewRequest::Drop { id } => {
                app.drop_review(scope, id)?;
                Reply::Done
            }
        })
    }
}
