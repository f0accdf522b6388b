//! How lots and marketplaces stand, and trying again by a person's word.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::context::Context;
use crate::domain::sync::{EntryState, LotSync, MarketStatus, NotListed, SentRecord, Standing};
use crate::domain::{CorrelationId, LotId, Marketplace, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// Lots that are marked in one transaction.
const PIECE: usize = 2_000;

impl App {
    /// Both marketplaces as they stand.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory.
    pub fn sync_status(&self, scope: &Scope) -> Result<Vec<MarketStatus>> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let mut found = Vec::new();
            for market in super::MARKETS {
                let state = shop.market_sync(market)?;
                let connected = shop.sealed_keys(market)?.is_some_and(|keys| keys.enabled);
                let mut open = [0; 6];
                shop.each_open_entry(market, |_, entry| {
                    if let Some(count) = open.get_mut(entry.state as usize) {
                        *count += 1;
                    }
                    Ok(ControlFlow::Continue(()))
                })?;
                let mut linked = 0;
                shop.each_link(market, |_, link| {
                    linked += u32::from(link.is_linked());
                    Ok(())
                })?;
                let held = state.held.clone().filter(|(until, _)| *until > scope.now);
                let text = words(
                    market,
                    connected,
                    &state,
                    &open,
                    held.as_ref().map(|h| &*h.1),
                );
                found.push(MarketStatus {
                    market,
                    connected,
                    on: state.on,
                    paused: state.paused,
                    open,
                    linked,
                    polled: state.polled,
                    verified: state.verified,
                    held,
                    batches: state.batches,
                    run: state.run,
                    text,
                });
            }
            Ok(found)
        })
    }

    /// How lots stand at each marketplace.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory.
    pub fn sync_of_lots(&self, scope: &Scope, lots: &[LotId]) -> Result<Vec<LotSync>> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let mut found = Vec::new();
            for market in super::MARKETS {
                let on = shop.market_sync(market)?.on;
                for lot in lots {
                    let link = shop.link(market, *lot)?;
                    let entry = shop.open_entry(market, *lot)?;
                    let standing = match (&entry, on) {
                        (_, false) => Standing::Off,
                        (Some(entry), _) => Standing::Open(entry.state),
                        (None, _) if link.is_linked() => Standing::InStep,
                        (None, _) => Standing::NotListed,
                    };
                    let why = match &entry {
                        Some(entry) => entry.trouble.as_ref().map(|it| it.text.clone()),
                        None if standing == Standing::NotListed => {
                            link.not_listed.as_ref().map(NotListed::words)
                        }
                        None => None,
                    };
                    let next = entry.as_ref().map(|entry| entry.next_try);
                    found.push(LotSync {
                        market,
                        lot: *lot,
                        standing,
                        remote: link.remote,
                        since: entry.as_ref().map(|entry| entry.since),
                        next_try: next.filter(|next| *next > scope.now),
                        why: why.unwrap_or_default(),
                    });
                }
            }
            Ok(found)
        })
    }

    /// What marketplaces answered about a lot, newest first; the last hundred.
    ///
    /// # Errors
    /// `Forbidden` without the right to see the inventory.
    pub fn sync_sent(&self, scope: &Scope, lot: LotId) -> Result<Vec<SentRecord>> {
        allow(scope, Right::ReadInventory)?;
        let found = self.store.read(|tx| tx.shop(scope).sent_of_lot(lot, 100))?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }

    /// Tries again what failed or stopped: these lots, or all of them. How many entries.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory.
    pub fn retry_sync(
        &self,
        scope: &Scope,
        market: Marketplace,
        lots: Option<Vec<LotId>>,
    ) -> Result<u32> {
        allow(scope, Right::Inventory)?;
        let scope = *scope;
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            let mut found = 0;
            shop.each_open_entry(market, |lot, mut entry| {
                let asked = lots.as_ref().is_none_or(|lots| lots.contains(&lot));
                let stuck = matches!(entry.state, EntryState::Failed | EntryState::Stopped);
                if asked && stuck {
                    entry.again();
                    found += 1;
                    batch.put_open_entry(&scope, market, lot, Some(entry));
                }
                Ok(ControlFlow::Continue(()))
            })?;
            let mut state = shop.market_sync(market)?;
            if state.held.take().is_some() {
                batch.put_market_sync(&scope, market, state);
            }
            Ok(Decided::new(found, batch))
        })
    }

    /// Marks every lot that may differ from what a marketplace holds, in pieces; what is in step closes by
    /// itself without a call. How many lots.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory.
    pub fn mark_everything(&self, scope: &Scope, market: Marketplace) -> Result<u32> {
        allow(scope, Right::Inventory)?;
        let lots = self.store.read(|tx| {
            let shop = tx.shop(scope);
            let context = Context::read(shop, *scope, market)?;
            let mut linked = BTreeMap::new();
            shop.each_link(market, |lot, link| {
                linked.insert(lot, link);
                Ok(())
            })?;
            let mut found = Vec::new();
            shop.each_lot(|lot| {
                let link = linked.remove(&lot.id).unwrap_or_default();
                let plan = context.plan(&lot, &link, None)?;
                if plan.urgency(&link).is_some() {
                    found.push((lot.id, lot.is_live()));
                }
                Ok(())
            })?;
            Ok(found)
        })?;
        let count = u32::try_from(lots.len()).unwrap_or(u32::MAX);
        let mut deed: Option<CorrelationId> = None;
        for piece in lots.chunks(PIECE) {
            let (scope, piece) = (*scope, piece.to_vec());
            deed = Some(self.store.write(move |tx| {
                let mut batch = Batch::new();
                let deed = match deed {
                    Some(deed) => deed,
                    None => batch.next_correlation(&tx.shop(&scope))?,
                };
                for (lot, live) in piece {
                    batch.mark(&scope, &[market], lot, deed, live);
                }
                batch.changed(&scope, crate::domain::Topic::Sync, []);
                Ok(Decided::new(deed, batch))
            })?);
        }
        Ok(count)
    }
}

fn words(
    market: Marketplace,
    connected: bool,
    state: &crate::domain::sync::MarketSync,
    open: &[u32; 6],
    held: Option<&str>,
) -> String {
    let name = market.name();
    let all: u32 = open.iter().sum();
    if !connected {
        return format!("{name} is not connected; nothing is marked or sent.");
    }
    if !state.on {
        return format!("Synchronisation with {name} is off; nothing is marked or sent.");
    }
    if state.paused {
        return format!("{name} is paused; {all} lots wait.");
    }
    match (held, all) {
        (Some(why), _) => format!("{name} has to wait: {why}"),
        (None, 0) => format!("{name} is in step."),
        (None, 1) => format!("1 lot differs from what {name} holds."),
        (None, all) => format!("{all} lots differ from what {name} holds."),
    }
}
