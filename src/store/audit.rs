//! The index tables as they are, for the check of the whole store. Nobody else reads them like this.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use redb::TableDefinition;

use super::codec::unpack;
use super::tables::{
    ALERTS, COUNTERS, ElementPairs, LEDGER, LOTS, LOTS_BY_BRICKLINK, LOTS_BY_ITEM, LOTS_BY_PRINT,
    OPEN_PICKS, OPERATIONS, ORDERS, ORDERS_BY_NUMBER, OVERLAYS, OperationRecord, PEOPLE, PICKS,
    SETTINGS,
};
use super::{Catalog, Shop, Tx};
use crate::domain::{LotId, OrderId, SessionId, TenantId};
use crate::error::Result;

impl Tx<'_> {
    /// Every tenant that has a shop or a record of its own.
    pub fn tenants_with_records(&self) -> Result<BTreeSet<TenantId>> {
        let mut found: BTreeSet<TenantId> = self.tenants()?.into_iter().collect();
        for table in [
            LOTS.definition(),
            LEDGER.definition(),
            ORDERS.definition(),
            PICKS.definition(),
        ] {
            // One look per tenant, whatever it holds.
            let mut from = Some(0u32);
            while let Some(tenant) = from {
                let mut next = None;
                self.walk::<(u32, u64), &[u8], (u32, u64)>(
                    table,
                    (tenant, 0)..,
                    |(tenant, _), _| {
                        next = Some(tenant);
                        Ok(ControlFlow::Break(()))
                    },
                )?;
                found.extend(next.map(TenantId));
                from = next.and_then(|tenant| tenant.checked_add(1));
            }
        }
        // A few records each.
        self.walk::<u32, &[u8], u32>(SETTINGS.definition(), .., |tenant, _| {
            found.insert(TenantId(tenant));
            Ok(ControlFlow::Continue(()))
        })?;
        self.walk::<(u32, u8), &[u8], (u32, u8)>(ALERTS.definition(), .., |(tenant, _), _| {
            found.insert(TenantId(tenant));
            Ok(ControlFlow::Continue(()))
        })?;
        self.walk::<(u32, u8, &str), &[u8], (u32, u8, &str)>(
            OVERLAYS.definition(),
            ..,
            |(tenant, _, _), _| {
                found.insert(TenantId(tenant));
                Ok(ControlFlow::Continue(()))
            },
        )?;
        self.walk::<(u32, u32), &[u8], (u32, u32)>(PEOPLE.definition(), .., |(tenant, _), _| {
            found.insert(TenantId(tenant));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl Shop<'_> {
    /// Lots by item: kind, folded number, lot, pieces for sale.
    pub fn each_by_item(
        &self,
        mut each: impl FnMut(u8, &str, LotId, u32) -> Result<()>,
    ) -> Result<()> {
        let from = (self.tenant, 0, "", 0);
        let tenant = self.tenant;
        self.tx
            .walk::<(u32, u8, &str, u64), u32, (u32, u8, &str, u64)>(
                LOTS_BY_ITEM,
                from..,
                |(of, kind, no, lot), available| {
                    if of != tenant {
                        return Ok(ControlFlow::Break(()));
                    }
                    each(kind, no, LotId(lot), available)?;
                    Ok(ControlFlow::Continue(()))
                },
            )
    }

    /// Lots by BrickLink's number.
    pub fn each_by_bricklink(&self, mut each: impl FnMut(u64, LotId) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), u64, (u32, u64)>(LOTS_BY_BRICKLINK, all, |(_, number), lot| {
                each(number, LotId(lot))?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Lots by the fingerprint of the file that brought them.
    pub fn each_by_print(&self, mut each: impl FnMut(LotId) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0, 0)..=(self.tenant, u128::MAX, u32::MAX);
        self.tx
            .walk::<(u32, u128, u32), u64, (u32, u128, u32)>(LOTS_BY_PRINT, all, |_, lot| {
                each(LotId(lot))?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Orders by marketplace and number.
    pub fn each_by_number(
        &self,
        mut each: impl FnMut(u8, &str, OrderId) -> Result<()>,
    ) -> Result<()> {
        let tenant = self.tenant;
        self.tx.walk::<(u32, u8, &str), u64, (u32, u8, &str)>(
            ORDERS_BY_NUMBER,
            (tenant, 0, "")..,
            |(of, market, number), order| {
                if of != tenant {
                    return Ok(ControlFlow::Break(()));
                }
                each(market, number, OrderId(order))?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// Walks that are listed as going on.
    pub fn each_open_pick(&self, mut each: impl FnMut(SessionId) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), (), (u32, u64)>(OPEN_PICKS, all, |(_, id), ()| {
                each(SessionId(id))?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Every operation that is remembered.
    pub fn each_operation(
        &self,
        mut each: impl FnMut(OperationRecord) -> Result<()>,
    ) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u128::MAX);
        self.tx
            .walk::<(u32, u128), &[u8], (u32, u128)>(OPERATIONS.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// The number of a kind (`lot`, `entry`, `order`, `session`) that was given last.
    pub fn last_given(&self, what: &'static str) -> Result<u64> {
        let last = self.tx.look(COUNTERS, (self.tenant, what), Ok)?;
        Ok(last.unwrap_or(0))
    }
}

impl Catalog<'_> {
    /// Every element id with the pairs of item and colour it means.
    pub fn each_element(
        &self,
        mut each: impl FnMut(&str, &[(u32, u16)]) -> Result<()>,
    ) -> Result<()> {
        let table: TableDefinition<'_, &str, &[u8]> = TableDefinition::new(&self.tables.elements);
        self.tx.walk::<&str, &[u8], &str>(table, .., |id, bytes| {
            let pairs: ElementPairs = unpack(bytes)?;
            each(id, &pairs.0)?;
            Ok(ControlFlow::Continue(()))
        })
    }
}
