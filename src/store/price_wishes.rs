//! Prices that a shop still wants, so that fetching them goes on another day.

use super::shop::ShopWrite;
use super::tables::PRICE_WISHES;
use super::{Batch, Shop};
use crate::domain::Scope;
use crate::domain::market::PriceWishes;
use crate::error::Result;

impl Shop<'_> {
    /// What is still wanted, the oldest wish first.
    pub fn price_wishes(&self) -> Result<PriceWishes> {
        Ok(self.tx.get(&PRICE_WISHES, self.tenant)?.unwrap_or_default())
    }
}

impl Batch {
    /// Keeps what is still wanted. Nobody is told.
    pub fn put_price_wishes(&mut self, scope: &Scope, wishes: PriceWishes) {
        self.push(ShopWrite::PriceWishes(scope.tenant.0, wishes));
    }
}
