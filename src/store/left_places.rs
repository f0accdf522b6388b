//! Places that lots have left: remembered, so that an empty one is offered again.

use std::ops::ControlFlow;

use super::shop::ShopWrite;
use super::tables::LEFT_PLACES;
use super::{Batch, Shop};
use crate::domain::Scope;
use crate::error::Result;

impl Shop<'_> {
    /// Every place that a lot has left, as it was written; something may lie there again.
    pub fn left_places(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        self.tx.walk::<(u32, &str), (), (u32, &str)>(
            LEFT_PLACES,
            (self.tenant, "")..,
            |(tenant, place), ()| {
                if tenant != self.tenant {
                    return Ok(ControlFlow::Break(()));
                }
                found.push(place.to_owned());
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }
}

impl Batch {
    /// Remembers a place that a lot has left.
    pub fn leave_place(&mut self, scope: &Scope, place: String) {
        self.push(ShopWrite::LeftPlace(scope.tenant.0, place));
    }

    /// Remembers it no more.
    pub fn forget_place(&mut self, scope: &Scope, place: String) {
        self.push(ShopWrite::NoLeftPlace(scope.tenant.0, place));
    }
}
