//! What a read showed of a lot that is about to be changed: edits made on the website are taken over or put
//! to a person, never overwritten.

use super::context::Context;
use super::journal::own;
use crate::domain::market::Listing;
use crate::domain::sync::policy::{changed, decide};
use crate::domain::sync::{Conflict, ConflictField, Decision, Face, Kind, Terms};
use crate::domain::{Lot, LotId, Marketplace, Reason, TenantId, Tier};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::Moves;
use crate::store::{Decided, Tx};

/// Pieces are compared with the orders at hand, by whoever compares everything.
const COMPARED: [Kind; 3] = [Kind::Price, Kind::Text, Kind::Rest];

impl App {
    /// Takes in what a marketplace shows of linked lots; pieces are left alone. How many lots were changed
    /// there.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn sync_observe(
        &self,
        tenant: TenantId,
        market: Marketplace,
        seen: Vec<(LotId, Listing)>,
    ) -> Result<u32> {
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx: &Tx<'_>| {
            let context = Context::read(tx.shop(&scope), scope, market)?;
            let mut moves = Moves::new(context.shop, scope, None);
            // What is adopted from there is agreed there.
            moves.spare(market);
            let mut found = 0;
            for (lot, listing) in seen {
                found += u32::from(observe(&context, &mut moves, lot, &listing)?);
            }
            Ok(Decided::new(found, moves.finish()))
        })
    }
}

fn observe(
    context: &Context<'_>,
    moves: &mut Moves<'_>,
    id: LotId,
    listing: &Listing,
) -> Result<bool> {
    let (scope, market, terms) = (context.scope, context.market, context.terms());
    let mut link = context.shop.link(market, id)?;
    if link.remote != Some(listing.id) {
        return Ok(false);
    }
    let (Some(agreed), Some(lot)) = (link.agreed.clone(), moves.lot(id)?.cloned()) else {
        return Ok(false);
    };
    let there = Face::of_listing(listing);
    let here = Face::of_lot(&lot, &terms);
    let mut after = agreed.clone();
    let mut adopted = lot.clone();
    let mut fields = Vec::new();
    for kind in COMPARED {
        let who = changed(kind, &here, &there, &agreed, &terms);
        match decide(market, kind, who, true, &context.rules.overrides) {
            Decision::Nothing => {}
            // What is sent over starts from what is there now.
            Decision::Agree | Decision::Send => after = after.with(kind, &there),
            Decision::Adopt => {
                after = after.with(kind, &there);
                adopt(&mut adopted, kind, &there, &agreed, &terms);
            }
            Decision::Ask(proposal) => fields.push(ConflictField { kind, proposal }),
        }
    }
    let edited = after != agreed || !fields.is_empty();
    // A lot that is gone here is removed there, whatever it looks like.
    if !lot.gone && adopted != lot {
        moves.edit(id, Reason::Adopted { market }, None, |lot| {
            *lot = adopted;
            Ok(())
        })?;
    }
    let known = context.shop.conflict(market, id)?;
    if !fields.is_empty() && known.is_none() {
        let conflict = Conflict {
            fields,
            here: Some(here),
            there: Some(there),
            agreed: Some(agreed),
            seen: scope.now,
            why: format!("It was changed here and at {}, differently.", market.name()),
        };
        moves
            .batch()
            .put_conflict(&scope, market, id, Some(conflict));
    }
    link.agreed = Some(after);
    link.seen = scope.now;
    link.missing = 0;
    moves.batch().put_link(&scope, market, id, link);
    Ok(edited)
}

/// Makes a lot say what the marketplace says, in what differs from what was agreed.
pub(crate) fn adopt(lot: &mut Lot, kind: Kind, there: &Face, agreed: &Face, terms: &Terms<'_>) {
    match kind {
        Kind::Price => {
            if there.price != agreed.price {
                lot.price = terms.home(there.price);
            }
            if there.sale != agreed.sale {
                lot.sale = there.sale;
            }
            if there.tiers != agreed.tiers {
                lot.tiers = [Tier::default(); 3];
                for (slot, tier) in lot.tiers.iter_mut().zip(&there.tiers) {
                    *slot = Tier {
                        quantity: tier.quantity,
                        price: terms.home(tier.price),
                    };
                }
            }
        }
        Kind::Text => {
            if there.notes != agreed.notes {
                lot.notes.clone_from(&there.notes);
            }
            if there.remarks != agreed.remarks {
                lot.remarks.clone_from(&there.remarks);
            }
        }
        Kind::Rest => {
            if there.bulk != agreed.bulk {
                lot.bulk = there.bulk;
            }
            if there.retain != agreed.retain {
                lot.retain = there.retain;
            }
            if there.stockroom != agreed.stockroom {
                lot.stockroom = there.stockroom;
            }
            if there.cost != agreed.cost {
                lot.cost = terms.home(there.cost);
            }
        }
        Kind::Quantity => {}
    }
}
