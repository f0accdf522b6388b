//! What BrickOwl calls items: remembered for ever where it is known, for a week where it is not, and as a
//! person says where there are several.

use super::journal::own;
use crate::domain::sync::{MarketSync, OwlName, OwlNumber, RunCount, RunReport, Trust};
use crate::domain::{ItemKey, Marketplace, Scope, TenantId, Timestamp};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided, Shop};

/// Runs that are kept for each shop.
const RUNS: u64 = 500;

impl App {
    /// Keeps what BrickOwl said of items; what a person said stands.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read or written.
    pub fn keep_owl_numbers(
        &self,
        tenant: TenantId,
        found: Vec<(ItemKey, OwlNumber)>,
    ) -> Result<()> {
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            for (item, number) in found {
                if shop.owl_name(&item)?.is_some_and(|name| name.by_hand) {
                    continue;
                }
                let name = OwlName {
                    item,
                    number,
                    at: scope.now,
                    by_hand: false,
                };
                batch.put_owl_name(&scope, name);
            }
            Ok(Decided::new((), batch))
        })
    }

    /// What an item is called at BrickOwl, by a person's word.
    ///
    /// # Errors
    /// `Invalid` for what cannot be a number; `Forbidden` without the right to change the inventory.
    pub fn say_owl_number(&self, scope: &Scope, item: &ItemKey, number: &str) -> Result<()> {
        allow(scope, Right::Inventory)?;
        let number = number.trim().to_owned();
        if number.is_empty() || number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::invalid(
                "BrickOwl's number of an item is written in digits, such as 771344.",
            ));
        }
        let (scope, item) = (*scope, item.clone());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            let name = OwlName {
                item: item.clone(),
                number: OwlNumber::One(number),
                at: scope.now,
                by_hand: true,
            };
            batch.put_owl_name(&scope, name);
            if shop.markets_on()?.contains(&Marketplace::BrickOwl) {
                let deed = batch.next_correlation(&shop)?;
                for (lot, _) in shop.stock_of(&item)? {
                    batch.mark(&scope, &[Marketplace::BrickOwl], lot, deed, true);
                }
            }
            Ok(Decided::new((), batch))
        })
    }

    /// Changes how synchronisation with a marketplace stands.
    pub(crate) fn change_market_sync(
        &self,
        tenant: TenantId,
        market: Marketplace,
        change: impl FnOnce(&mut MarketSync) + Send + 'static,
    ) -> Result<MarketSync> {
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx| {
            let before = tx.shop(&scope).market_sync(market)?;
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok(Decided::unchanged(after));
            }
            let mut batch = Batch::new();
            batch.put_market_sync(&scope, market, after.clone());
            Ok(Decided::new(after, batch))
        })
    }

    /// How synchronisation with a marketplace stands.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn sync_state(&self, tenant: TenantId, market: Marketplace) -> Result<MarketSync> {
        let scope = own(tenant, self.clock.now());
        self.store.read(|tx| tx.shop(&scope).market_sync(market))
    }

    /// Whether BrickOwl's batches carry more than quantities, as was just seen.
    ///
    /// # Errors
    /// `Storage` when the store cannot be written.
    pub fn trust_batches(&self, tenant: TenantId, trust: Trust) -> Result<()> {
        self.change_market_sync(tenant, Marketplace::BrickOwl, move |state| {
            state.batches = trust;
        })
        .map(drop)
    }

    /// Nothing is sent to a marketplace before this time.
    ///
    /// # Errors
    /// `Storage` when the store cannot be written.
    pub fn hold_sync(
        &self,
        tenant: TenantId,
        market: Marketplace,
        held: Option<(Timestamp, String)>,
    ) -> Result<()> {
        self.change_market_sync(tenant, market, move |state| state.held = held)
            .map(drop)
    }

    /// Keeps how a run at one marketplace went.
    ///
    /// # Errors
    /// `Storage` when the store cannot be written.
    pub fn note_sync_run(
        &self,
        tenant: TenantId,
        market: Marketplace,
        (began, count): (Timestamp, RunCount),
        text: String,
    ) -> Result<()> {
        let scope = own(tenant, self.clock.now());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut state = shop.market_sync(market)?;
            state.run = count;
            let mut batch = Batch::new();
            batch.put_market_sync(&scope, market, state);
            let run = RunReport {
                at: began,
                ended: scope.now,
                what: "sync".into(),
                markets: vec![(market, count)],
                text,
            };
            let seq = batch.add_sync_run(&shop, &scope, run)?;
            forget_runs(&shop, &scope, &mut batch, seq)?;
            Ok(Decided::new((), batch))
        })
    }
}

fn forget_runs(shop: &Shop<'_>, scope: &Scope, batch: &mut Batch, seq: u64) -> Result<()> {
    let Some(old) = seq.checked_sub(RUNS) else {
        return Ok(());
    };
    let mut gone = 0;
    shop.sync_runs_before(old, |seq, _| {
        batch.drop_sync_run(scope, seq);
        gone += 1;
        Ok(if gone < 10 {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        })
    })
}
