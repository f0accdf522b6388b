//! Requests about lots: each becomes one verb of the services.

use super::desk::Desk;
use crate::api::{Answer, Event, Reply, StockRequest};
use crate::domain::Scope;
use crate::domain::report::Progress;
use crate::error::Result;
use crate::services::inventory::Task;

impl Desk {
    /// Answers a request about lots.
    #[expect(clippy::too_many_lines, reason = "one arm for each request")]
    pub(super) fn stock(
        &self,
        scope: &Scope,
        request: StockRequest,
        tell: &dyn Fn(Event),
    ) -> Answer {
        let app = self.app();
        let report = |progress: Progress| tell(Event::Progress(progress));
        let deed = |done: Result<_>| done.map(|report| Reply::Deed(Box::new(report)));
        match request {
            StockRequest::Lot { id } => Ok(Reply::Lot(Box::new(app.lot_row(scope, id)?))),
            StockRequest::Add { draft, op } => deed(app.add_lot(scope, &draft, op)),
            StockRequest::Preview { which, edits } => {
                let seen = app.preview_change(scope, &which, &edits)?;
                Ok(Reply::EditPreview(Box::new(seen)))
            }
            StockRequest::Change {
                which,
                edits,
                why,
                op,
            } => deed(app.watched(scope, op, |cancelled| {
                let task = Task {
                    progress: &report,
                    cancelled,
                };
                app.change_lots(scope, &which, &edits, (&why, op), task)
            })),
            StockRequest::FetchPrices { which, edits, op } => {
                let done = app.watched(scope, op, |cancelled| {
                    let task = Task {
                        progress: &report,
                        cancelled,
                    };
                    app.fetch_prices(scope, &which, &edits, &task)
                })?;
                Ok(Reply::PricesFetched(Box::new(done)))
            }
            StockRequest::Edit {
                lot,
                seen,
                edits,
                why,
                op,
            } => deed(app.edit_lot(scope, lot, (seen, &edits), (&why, op))),
            StockRequest::Split {
                lot,
                pieces,
                edits,
                op,
            } => deed(app.split_lot(scope, lot, (pieces, &edits), op)),
            StockRequest::Merge {
                into,
                from,
                rules,
                op,
            } => deed(app.merge_lots(scope, (into, from), rules, op)),
            StockRequest::Count { counted, why, op } => deed(app.watched(scope, op, |cancelled| {
                let task = Task {
                    progress: &report,
                    cancelled,
                };
                app.count_lots(scope, &counted, (&why, op), task)
            })),
            StockRequest::Places => Ok(Reply::Places(app.place_rows(scope)?)),
            StockRequest::ForgetPlace { place } => {
                app.forget_place(scope, &place)?;
                Ok(Reply::Done)
            }
            StockRequest::PlaceRule { rule } => {
                Ok(Reply::PlaceRule(Box::new(app.place_rule_fit(scope, rule)?)))
            }
            StockRequest::SetPlaceRule { rule, op } => deed(app.watched(scope, op, |cancelled| {
                let task = Task {
                    progress: &report,
                    cancelled,
                };
                app.set_place_rule(scope, &rule, op, task)
            })),
            StockRequest::ProposePlaces { item, color } => Ok(Reply::PlaceProposals(
                app.propose_places(scope, &item, color)?,
            )),
            StockRequest::History {
                query,
                before,
                rows,
            } => {
                let page = app.history(scope, &query, (before, usize::from(rows)))?;
                Ok(Reply::History(Box::new(page)))
            }
            StockRequest::PreviewUndo { deed } => {
                let seen = app.preview_undo(scope, deed)?;
                Ok(Reply::UndoPreview(Box::new(seen)))
            }
            StockRequest::Undo {
                deed: id,
                why,
                partly,
                op,
            } => deed(app.watched(scope, op, |cancelled| {
                let task = Task {
                    progress: &report,
                    cancelled,
                };
                app.undo(scope, id, (&why, partly, op), task)
            })),
            StockRequest::Files => Ok(Reply::Files(app.lot_files(scope)?)),
            StockRequest::PutFile { id, name, note } => {
                let file = app.put_lot_file(scope, id, (&name, &note, false))?;
                Ok(Reply::File(Box::new(file)))
            }
            StockRequest::DropFile { id } => {
                app.drop_lot_file(scope, id)?;
                Ok(Reply::Done)
            }
            StockRequest::Release {
                file,
                lots,
                merge,
                op,
            } => deed(app.watched(scope, op, |cancelled| {
                let task = Task {
                    progress: &report,
                    cancelled,
                };
                app.release(scope, file, (lots, merge), op, task)
            })),
            StockRequest::PreviewRelease { file, lots } => {
                let seen = app.preview_release(scope, file, lots)?;
                Ok(Reply::ReleasePreview(Box::new(seen)))
            }
            StockRequest::Compare {
                query,
                offset,
                rows,
            } => {
                let page = app.compare_lots(scope, &query, (offset as usize, rows.into()))?;
                Ok(Reply::Compared(Box::new(page)))
            }
            StockRequest::Values {
                field,
                prefix,
                shelf,
            } => Ok(Reply::Values(
                app.filter_values(scope, (field, &prefix, shelf))?,
            )),
            StockRequest::Views => Ok(Reply::LotViews(app.lot_views(scope)?)),
            StockRequest::SaveView { view } => {
                app.save_lot_view(scope, *view)?;
                Ok(Reply::Done)
            }
            StockRequest::RenameView { name, to } => {
                app.rename_lot_view(scope, &name, &to)?;
                Ok(Reply::Done)
            }
            StockRequest::DropView { name } => {
                app.drop_lot_view(scope, &name)?;
                Ok(Reply::Done)
            }
            StockRequest::Review(request) => self.review(scope, request, tell),
            StockRequest::Import { .. }
            | StockRequest::Export { .. }
            | StockRequest::Against { .. }
            | StockRequest::PartOut { .. }
            | StockRequest::Labels { .. }
            | StockRequest::Parcel { .. } => self.lists(scope, request, tell),
            StockRequest::Cancel { op } => {
                app.cancel(scope, op)?;
                Ok(Reply::Done)
            }
        }
    }
}
