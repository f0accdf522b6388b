//! The end of a verify: what it found is kept with its account.

use crate::domain::sync::RunReport;
use crate::domain::{Marketplace, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

impl App {
    /// Everything at a marketplace was compared: keeps the account of it.
    ///
    /// # Errors
    /// `Forbidden` without the right to change the inventory; `Storage` when the store cannot be written.
    pub fn note_verify(&self, scope: &Scope, market: Marketplace, run: RunReport) -> Result<()> {
        allow(scope, Right::Inventory)?;
        let scope = *scope;
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            let mut state = shop.market_sync(market)?;
            state.verified = Some(scope.now);
            batch.put_market_sync(&scope, market, state);
            batch.add_sync_run(&shop, &scope, run)?;
            Ok(Decided::new((), batch))
        })
    }
}
