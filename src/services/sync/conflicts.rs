//! Settling conflicts: one, several of a kind, or all of a kind from now on.

use std::ops::ControlFlow;

use super::adopt::{as_deed, reason, shift, take_over};
use super::compare::Ground;
use crate::domain::sync::difference::only;
use crate::domain::sync::policy::{Changed, Override};
use crate::domain::sync::{Conflict, Decision, Entry, Kind, Proposal};
use crate::domain::{LotId, Marketplace, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::rights::{Right, allow};
use crate::store::Decided;

impl App {
    /// The conflicts of a marketplace, by lot.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory; `Storage` when the store cannot be read.
    pub fn conflicts(&self, scope: &Scope, market: Marketplace) -> Result<Vec<(LotId, Conflict)>> {
        allow(scope, Right::ReadInventory)?;
        let mut found = Vec::new();
        self.store.read(|tx| {
            tx.shop(scope).each_conflict(market, |lot, conflict| {
                found.push((lot, conflict));
                Ok(ControlFlow::Continue(()))
            })
        })?;
        Ok(found)
    }

    /// Settles conflicts of these lots by one side; `always`: the same happens from now on to everything of
    /// these kinds. How many were settled.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory, or the settings for `always`; `NotFound` when
    /// none of the lots is in conflict.
    pub fn settle_conflicts(
        &self,
        scope: &Scope,
        market: Marketplace,
        lots: &[LotId],
        side: Proposal,
        always: bool,
    ) -> Result<u32> {
        allow(scope, Right::Inventory)?;
        if always {
            allow(scope, Right::Settings)?;
        }
        let (scope, lots) = (*scope, lots.to_vec());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let ground = Ground::read(&shop, market)?;
            let mut moves = Moves::new(shop, scope, None);
            moves.spare(market);
            let mut settled = 0;
            let mut kinds: Vec<Kind> = Vec::new();
            for id in lots {
                let Some(conflict) = shop.conflict(market, id)? else {
                    continue;
                };
                settled += 1;
                kinds.extend(conflict.fields.iter().map(|field| field.kind));
                settle(&mut moves, &ground, id, conflict, side)?;
            }
            if settled == 0 {
                return Err(Error::not_found(
                    "None of these lots is in conflict any more. Look at the list again.",
                ));
            }
            if always {
                let mut rules = ground.rules.clone();
                overrule(&mut rules.overrides, market, &kinds, side);
                moves.batch().put_sync_rules(&scope, rules);
            }
            let what = format!("conflicts with {} settled", market.name());
            as_deed(tx, &scope, &mut moves, &what)?;
            Ok(Decided::new(settled, moves.finish()))
        })
    }
}

fn overrule(overrides: &mut Vec<Override>, market: Marketplace, kinds: &[Kind], side: Proposal) {
    let decision = match side {
        Proposal::Here => Decision::Send,
        Proposal::There => Decision::Adopt,
    };
    for kind in Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
        overrides
            .retain(|one| (one.market, one.kind, one.changed) != (market, kind, Changed::Both));
        overrides.push(Override {
            market,
            kind,
            changed: Changed::Both,
            decision,
        });
    }
}

fn settle(
    moves: &mut Moves<'_>,
    ground: &Ground,
    id: LotId,
    conflict: Conflict,
    side: Proposal,
) -> Result<()> {
    let (shop, scope, market) = (moves.shop(), moves.scope(), ground.market);
    let mut link = shop.link(market, id)?;
    let kinds: Vec<Kind> = conflict.fields.iter().map(|field| field.kind).collect();
    match (conflict.there, side) {
        // It is made anew there.
        (None, Proposal::Here) => link.cut(),
        (None, Proposal::There) => {
            let pieces = link.agreed.as_ref().map_or(0, |face| face.quantity);
            moves.edit(id, reason(market), None, |lot| {
                shift(lot, -i64::from(pieces));
                Ok(())
            })?;
            link.cut();
        }
        (Some(there), side) => {
            // What was agreed may have moved since by orders: the same pieces are still in dispute.
            let was = conflict.agreed.unwrap_or_else(|| there.clone());
            let mut there = there;
            let now = link.agreed.clone().unwrap_or_else(|| was.clone());
            let moved = i64::from(now.quantity) - i64::from(was.quantity);
            let pieces = (i64::from(there.quantity) + moved).max(0);
            there.quantity = u32::try_from(pieces).unwrap_or(u32::MAX);
            if side == Proposal::There {
                let terms = ground.terms();
                let told = only(&now.change_to(&there, &terms), &kinds);
                moves.edit(id, reason(market), None, |lot| {
                    shift(lot, told.quantity_by.unwrap_or(0));
                    take_over(lot, &told, &terms, &ground.places);
                    Ok(())
                })?;
            }
            let mut agreed = now;
            for kind in kinds {
                agreed = agreed.with(kind, &there);
            }
            link.agreed = Some(agreed);
        }
    }
    let deed = moves.deed()?;
    let mut entry = shop
        .open_entry(market, id)?
        .unwrap_or_else(|| Entry::new(deed, scope.now));
    if entry.intent.is_none() {
        entry.again();
    }
    let batch = moves.batch();
    batch.put_open_entry(&scope, market, id, Some(entry));
    batch.put_link(&scope, market, id, link);
    batch.put_conflict(&scope, market, id, None);
    Ok(())
}
