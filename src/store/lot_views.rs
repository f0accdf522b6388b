//! Saved views of the inventory, each person's own.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::tables::LOT_VIEWS;
use super::{Batch, Shop};
use crate::domain::{LotView, Scope, UserId};
use crate::error::Result;

impl Shop<'_> {
    /// A person's views, by name.
    pub fn lot_views(&self, person: UserId) -> Result<Vec<LotView>> {
        let mine = (self.tenant, person.0);
        let mut found = Vec::new();
        self.tx.walk::<(u32, u32, &str), &[u8], (u32, u32, &str)>(
            LOT_VIEWS.definition(),
            (mine.0, mine.1, "")..,
            |(tenant, of, _), bytes| {
                if (tenant, of) != mine {
                    return Ok(ControlFlow::Break(()));
                }
                found.push(unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }
}

impl Batch {
    /// Saves a view of the scope's person.
    pub fn put_lot_view(&mut self, scope: &Scope, view: LotView) {
        self.push(ShopWrite::View(scope.tenant.0, scope.user, Box::new(view)));
    }

    /// Forgets one.
    pub fn drop_lot_view(&mut self, scope: &Scope, name: &str) {
        self.push(ShopWrite::NoView(
            scope.tenant.0,
            scope.user,
            name.to_owned(),
        ));
    }
}
