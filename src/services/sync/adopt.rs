//! Taking over what was changed at a marketplace: through the ledger like every change, as a deed that can
//! be taken back, and on to the other marketplace.

use crate::domain::market::ListingChange;
use crate::domain::sync::Terms;
use crate::domain::{Deed, Lot, Marketplace, PlaceRule, Reason, Scope, Tier};
use crate::error::Result;
use crate::services::moves::Moves;
use crate::store::Tx;

/// Puts a change of a listing into a lot, but for its pieces.
pub(super) fn take_over(
    lot: &mut Lot,
    change: &ListingChange,
    terms: &Terms<'_>,
    places: &PlaceRule,
) {
    // Without a rate nobody knows what an amount there means here.
    if terms.rate.is_some() {
        if let Some(price) = change.price {
            lot.price = terms.home(price);
        }
        if let Some(cost) = change.cost {
            lot.cost = terms.home(cost);
        }
        if let Some(tiers) = &change.tiers {
            lot.tiers = [Tier::default(); 3];
            for (slot, tier) in lot.tiers.iter_mut().zip(tiers) {
                *slot = Tier {
                    quantity: tier.quantity,
                    price: terms.home(tier.price),
                };
            }
        }
    }
    if let Some(sale) = change.sale {
        lot.sale = sale;
    }
    if let Some(notes) = &change.notes {
        lot.notes.clone_from(notes);
    }
    if let Some(remarks) = &change.remarks {
        if let Some(place) = places.read(remarks) {
            lot.place = place;
        }
        lot.remarks.clone_from(remarks);
    }
    if let Some(bulk) = change.bulk {
        lot.bulk = bulk;
    }
    if let Some(retain) = change.retain {
        lot.retain = retain;
    }
    match change.stockroom {
        Some(Some(room)) => lot.stockroom = Some(room),
        Some(None) => lot.stockroom = None,
        None => {}
    }
    if let Some((condition, completeness, _)) = change.condition {
        lot.condition = condition;
        lot.completeness = completeness;
    }
}

/// Pieces more or fewer, never below none.
pub(super) fn shift(lot: &mut Lot, by: i64) {
    let by = by.max(-i64::from(lot.stock.available));
    lot.stock.shift(by);
}

/// Why a lot changed.
pub(super) const fn reason(market: Marketplace) -> Reason {
    Reason::Adopted { market }
}

/// Whatever this verb changed belongs to one deed, so that it can be looked at and taken back.
pub(super) fn as_deed(tx: &Tx<'_>, scope: &Scope, moves: &mut Moves<'_>, what: &str) -> Result<()> {
    let Some(id) = moves.deed_so_far().filter(|_| moves.touched() > 0) else {
        return Ok(());
    };
    let known = tx.shop(scope).deed(id)?;
    let mut deed = known.unwrap_or_else(|| Deed {
        id,
        at: scope.now,
        actor: scope.user,
        what: what.to_owned(),
        why: String::new(),
        lots: 0,
        pieces: 0,
        runs: Vec::new(),
        undoes: None,
        undone_by: None,
        open: false,
    });
    deed.lots += u32::try_from(moves.touched()).unwrap_or(u32::MAX);
    for entry in moves.entered() {
        deed.note(entry.id);
        deed.pieces += entry.difference();
    }
    moves.batch().put_deed(scope, deed);
    Ok(())
}
