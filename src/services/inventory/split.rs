//! Part of a lot becomes a lot of its own.

use super::deeds::{Doing, repeated, report_of, settle};
use crate::domain::edit::{Edits, Terms};
use crate::domain::rows::DeedReport;
use crate::domain::{EntryId, LotId, OperationId, Reason, Scope, Stock};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::Decided;

impl App {
    /// Takes pieces out of a lot into a new one that is the same but for `edits`.
    pub fn split_lot(
        &self,
        scope: &Scope,
        id: LotId,
        (pieces, edits): (u32, &Edits),
        op: OperationId,
    ) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let doing = Doing {
            what: format!("split {pieces} off lot {id}"),
            why: String::new(),
            op,
        };
        let edits = if edits.0.is_empty() {
            edits.clone()
        } else {
            self.settled(scope, edits)?
        };
        let guides = self.guide_prices(scope, &edits, &[id])?;
        let scope = *scope;
        self.store.write(move |tx| {
            if let Some(done) = repeated(tx, &scope, op)? {
                return Ok(Decided::unchanged(done));
            }
            let mut moves = Moves::new(tx.shop(&scope), scope, None);
            let lot = moves.lot(id)?.filter(|lot| !lot.gone).cloned();
            let lot =
                lot.ok_or_else(|| Error::not_found(format!("Lot {id} is not there any more.")))?;
            if pieces == 0 || pieces >= lot.stock.available {
                return Err(Error::invalid(format!(
                    "Lot {id} has {} pieces for sale; split off at least 1 and leave at least 1.",
                    lot.stock.available
                )));
            }
            moves.edit(id, Reason::Split, None, |held| {
                held.stock.available -= pieces;
                Ok(())
            })?;
            let mut part = lot;
            part.stock = Stock {
                available: pieces,
                ..Stock::default()
            };
            // The marketplace knows only the lot that was there before.
            part.bricklink_lot = None;
            part.last = EntryId(0);
            (part.created, part.created_by) = (scope.now, scope.user);
            (part.changed, part.changed_by) = (scope.now, scope.user);
            edits
                .apply(
                    &mut part,
                    &Terms {
                        places: tx.shop(&scope).place_rule()?,
                        guides,
                        ..Terms::default()
                    },
                )
                .map_err(|why| Error::invalid(format!("The new lot: {why}.")))?;
            let new = moves.bring_in(part, Reason::Split)?;
            let deed = settle(tx, &scope, &mut moves, &doing, false)?;
            let mut report = deed.as_ref().map(report_of).unwrap_or_default();
            report.made.push(new);
            Ok(Decided::new(report, moves.finish()))
        })
    }
}
