//! New lots, and where they could lie.

use super::deeds::{Doing, repeated, report_of, settle};
use crate::domain::lot::{MAX_NOTE, MAX_PRICE, MAX_QUANTITY};
use crate::domain::lot_draft::{LotDraft, PlaceProposal};
use crate::domain::rows::DeedReport;
use crate::domain::text::clean;
use crate::domain::{
    ColorId, ItemKey, Lot, Money, OperationId, Place, PlaceRule, Reason, Scope, Stock,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::Decided;

/// Most places that are proposed.
const PROPOSED: usize = 6;

impl App {
    /// Brings a lot in.
    pub fn add_lot(&self, scope: &Scope, draft: &LotDraft, op: OperationId) -> Result<DeedReport> {
        allow(scope, Right::Inventory)?;
        let places = self.store.read(|tx| tx.shop(scope).place_rule())?;
        let lot = lot_of(scope, draft, &places)?;
        let doing = Doing {
            what: format!("added {}", lot.item),
            why: String::new(),
            op,
        };
        let scope = *scope;
        self.store.write(move |tx| {
            if let Some(done) = repeated(tx, &scope, op)? {
                return Ok(Decided::unchanged(done));
            }
            if let Some(file) = lot.file {
                let there = tx.shop(&scope).lot_file(file)?;
                there.ok_or_else(|| Error::not_found("That file is not there any more."))?;
            }
            let mut moves = Moves::new(tx.shop(&scope), scope, None);
            let id = moves.bring_in(lot, Reason::Added)?;
            let deed = settle(tx, &scope, &mut moves, &doing, false)?;
            let mut report = deed.as_ref().map(report_of).unwrap_or_default();
            report.made.push(id);
            Ok(Decided::new(report, moves.finish()))
        })
    }

    /// Where a new lot could lie: where the part already lives, else its sort bin, else an empty place.
    pub fn propose_places(
        &self,
        scope: &Scope,
        item: &ItemKey,
        color: ColorId,
    ) -> Result<Vec<PlaceProposal>> {
        allow(scope, Right::ReadInventory)?;
        let mut found: Vec<PlaceProposal> = Vec::new();
        let mut propose = |place: &str, why: &str| {
            let place = place.trim();
            if !place.is_empty()
                && found.len() < PROPOSED
                && !found.iter().any(|known| known.place == place)
            {
                found.push(PlaceProposal {
                    place: place.to_owned(),
                    why: why.to_owned(),
                });
            }
        };
        let lots = self.lots_of_item(scope, item)?;
        for lot in lots.iter().filter(|lot| lot.color.id == color) {
            propose(lot.place.raw(), "the same lies there");
        }
        for lot in &lots {
            propose(lot.place.raw(), "other colours lie there");
        }
        if let Ok(detail) = self.item_detail(scope, item)
            && let Some(bin) = detail.proposed_bin()
        {
            propose(&bin.to_string(), "its sort bin");
        }
        for row in self.place_rows(scope)?.iter().filter(|row| row.lots == 0) {
            propose(&row.place, "empty");
        }
        Ok(found)
    }
}

/// A draft as a lot, or what is wrong with it.
fn lot_of(scope: &Scope, draft: &LotDraft, places: &PlaceRule) -> Result<Lot> {
    let wrong = |what: String| Err(Error::invalid(what));
    if draft.item.no.trim().is_empty() {
        return wrong("A lot needs the number of its item.".into());
    }
    if draft.quantity > MAX_QUANTITY {
        return wrong(format!("A lot holds at most {MAX_QUANTITY} pieces."));
    }
    for (what, amount) in [("price", draft.price), ("cost", draft.cost)] {
        if amount < Money::ZERO || amount > MAX_PRICE {
            return wrong(format!("The {what} goes from 0 to {MAX_PRICE}."));
        }
    }
    for (what, text) in [("comments", &draft.comments), ("remarks", &draft.remarks)] {
        if text.len() > MAX_NOTE {
            return wrong(format!("The {what} have at most {MAX_NOTE} bytes."));
        }
    }
    let mut lot = Lot {
        name: clean(&draft.name),
        color: draft.color,
        condition: draft.condition,
        completeness: draft.completeness,
        stock: Stock {
            available: draft.quantity,
            ..Stock::default()
        },
        price: draft.price,
        cost: draft.cost,
        notes: draft.comments.clone(),
        remarks: draft.remarks.clone(),
        place: places.read(&draft.remarks).unwrap_or_default(),
        file: draft.file,
        ..Lot::new(draft.item.clone(), scope.now, scope.user)
    };
    if let Some(place) = &draft.place {
        // Remarks that are all place by the rule, but say something else, stay apart from it.
        if lot.remarks.is_empty() || *places != PlaceRule::Remarks {
            lot.remarks = places.write(&lot.remarks, place);
        }
        lot.place = Place(clean(place));
    }
    let tags =
        crate::domain::edit::LotEdit::Tags(crate::domain::edit::TagEdit::Set(draft.tags.clone()));
    tags.apply(&mut lot, &crate::domain::edit::Terms::default())
        .map_err(|why| Error::invalid(format!("{why}.")))?;
    Ok(lot)
}
