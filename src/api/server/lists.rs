//! Requests about lists that come in and go out, and labels.

use std::path::Path;

use super::desk::Desk;
use crate::api::{Answer, Event, Reply, StockRequest};
use crate::domain::Scope;
use crate::domain::report::Progress;
use crate::error::Error;
use crate::services::inventory::Task;

impl Desk {
    /// Answers a request about lists.
    pub(super) fn lists(
        &self,
        scope: &Scope,
        request: StockRequest,
        tell: &dyn Fn(Event),
    ) -> Answer {
        let app = self.app();
        let progress = &|progress: Progress| tell(Event::Progress(progress));
        Ok(match request {
            StockRequest::Import { order, op } => {
                let report = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.import_list(scope, &order, op, task)
                })?;
                Reply::InventoryImported(Box::new(report))
            }
            StockRequest::Export {
                which,
                format,
                path,
                op,
            } => {
                let report = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    let to = (format.as_str(), path.as_deref().map(Path::new));
                    app.export_lots(scope, &which, to, task)
                })?;
                Reply::Exported(Box::new(report))
            }
            StockRequest::Against {
                source,
                what,
                dry_run,
                op,
            } => {
                let report = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.against_list(scope, &source, (&what, dry_run), op, task)
                })?;
                Reply::Against(Box::new(report))
            }
            StockRequest::PartOut { order, op } => {
                let report = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress,
                        cancelled,
                    };
                    app.part_out(scope, &order, op, task)
                })?;
                Reply::PartedOut(Box::new(report))
            }
            StockRequest::Labels { job } => {
                Reply::Exported(Box::new(app.draw_labels(scope, &job)?))
            }
            StockRequest::Parcel { id, offset } => {
                Reply::Piece(app.parcel_piece(scope, id, offset)?)
            }
            _ => return Err(Error::internal("This request has no verb.")),
        })
    }
}
