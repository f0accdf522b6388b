//! What marketplaces' lists last said of orders.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::sync_writes::SyncWrite;
use super::tables::ORDERS_SEEN;
use super::{Batch, Shop};
use crate::domain::sync::OrderSeen;
use crate::domain::{Marketplace, Scope};
use crate::error::Result;

impl Shop<'_> {
    /// What the list last said of an order.
    pub fn order_seen(&self, market: Marketplace, number: &str) -> Result<Option<OrderSeen>> {
        self.tx
            .get(&ORDERS_SEEN, (self.tenant, market as u8, number))
    }

    /// Every order that a marketplace's list ever named.
    pub fn each_order_seen(
        &self,
        market: Marketplace,
        mut each: impl FnMut(OrderSeen) -> Result<()>,
    ) -> Result<()> {
        let place = (self.tenant, market as u8);
        self.tx.walk::<(u32, u8, &str), &[u8], (u32, u8, &str)>(
            ORDERS_SEEN.definition(),
            (place.0, place.1, "")..,
            |(tenant, market, _), bytes| {
                if (tenant, market) != place {
                    return Ok(ControlFlow::Break(()));
                }
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }
}

impl Batch {
    /// Keeps what a list said of an order.
    pub fn put_order_seen(&mut self, scope: &Scope, seen: OrderSeen) {
        self.push_sync(scope, SyncWrite::OrderSeen(Box::new(seen)));
    }
}
