//! A shop's own records: lots, ledger, orders, walks.
//!
//! [`Shop`] is the only way to them and carries one tenant, so that reading across shops cannot be
//! written down. Index tables are kept where records are written, never by callers.

use std::ops::ControlFlow;

use super::Tx;
use super::codec::unpack;
use super::fetched::FetchedWrite;
use super::jobs::JobWrite;
use super::market_keys::MarketWrite;
use super::people_writes::PeopleWrite;
use super::sync_writes::SyncWrite;
use super::tables::{
    AlertRecord, COUNTERS, LOTS, LOTS_BY_BRICKLINK, LOTS_BY_ITEM, LOTS_BY_PRINT, OPEN_PICKS,
    OPERATIONS, ORDERS, ORDERS_BY_NUMBER, OperationRecord, PICKS, SHOPS, ShopRecord,
};
use super::writer::{Batch, Write};
use crate::domain::market::PriceWishes;
use crate::domain::{
    CorrelationId, Deed, EntryId, FileId, ItemKey, LedgerEntry, Lot, LotFile, LotId, LotView,
    Mapping, Marketplace, OperationId, Order, OrderId, Overlay, PickSession, PlaceRule, Scope,
    SessionId, ShopSettings, TenantId, UserId,
};
use crate::error::Result;

/// A write to a shop's records.
#[derive(Debug)]
pub(super) enum ShopWrite {
    Shop(u32, Box<ShopRecord>),
    Lot(u32, Box<Lot>),
    /// A lot that is found in every index as before.
    LotAlike(u32, Box<Lot>),
    Ledger(u32, Box<LedgerEntry>),
    /// A [`ShopWrite::LotAlike`] that is packed already.
    PackedLot(u32, LotId, Vec<u8>),
    /// A [`ShopWrite::Ledger`] that is packed already.
    PackedEntry(u32, EntryId, Vec<u8>),
    Deed(u32, Box<Deed>),
    DeedOf(u32, OperationId, CorrelationId),
    File(u32, Box<LotFile>),
    NoFile(u32, FileId),
    PlaceRule(u32, Box<PlaceRule>),
    View(u32, UserId, Box<LotView>),
    NoView(u32, UserId, String),
    LeftPlace(u32, String),
    NoLeftPlace(u32, String),
    Mapping(u32, String, Box<Mapping>),
    Order(u32, Box<Order>),
    Pick(u32, Box<PickSession>),
    Operation(u32, OperationId, Box<OperationRecord>),
    Print(u32, u128, u32, LotId),
    Settings(u32, Box<ShopSettings>),
    Overlay(u32, Box<Overlay>),
    NoOverlay(u32, ItemKey),
    Alert(u32, u8, AlertRecord),
    People(u32, PeopleWrite),
    Market(u32, MarketWrite),
    Job(u32, JobWrite),
    Fetched(FetchedWrite),
    PriceWishes(u32, PriceWishes),
    Sync(u32, SyncWrite),
}

/// A shop's records in one state of the database.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'t> {
    pub(super) tx: &'t Tx<'t>,
    pub(super) tenant: u32,
}

impl Tx<'_> {
    /// The records of the scope's shop.
    pub fn shop(&self, scope: &Scope) -> Shop<'_> {
        Shop {
            tx: self,
            tenant: scope.tenant.0,
        }
    }

    /// Every shop on this server, by number: for the program itself, not for people.
    pub fn tenants(&self) -> Result<Vec<TenantId>> {
        let mut found = Vec::new();
        self.walk::<u32, &[u8], u32>(SHOPS.definition(), .., |tenant, _| {
            found.push(TenantId(tenant));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl Shop<'_> {
    /// The shop itself; `None` before it was opened.
    pub fn record(&self) -> Result<Option<ShopRecord>> {
        self.tx.get(&SHOPS, self.tenant)
    }

    /// A lot.
    pub fn lot(&self, id: LotId) -> Result<Option<Lot>> {
        self.tx.get(&LOTS, (self.tenant, id.0))
    }

    /// Lots in the order asked for; unknown numbers are left out.
    pub fn lots(&self, ids: &[LotId]) -> Result<Vec<Lot>> {
        let mut found = Vec::with_capacity(ids.len());
        let keys = ids.iter().map(|id| (self.tenant, id.0));
        self.tx.look_many(LOTS.definition(), keys, |_, bytes| {
            found.push(unpack(bytes)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// The lot that an earlier import made of the `nth` lot (from 0) with this fingerprint.
    pub fn lot_by_print(&self, print: u128, nth: u32) -> Result<Option<LotId>> {
        self.tx
            .look(LOTS_BY_PRINT, (self.tenant, print, nth), |id| Ok(LotId(id)))
    }

    /// A lot by BrickLink's number.
    pub fn lot_by_bricklink(&self, number: u64) -> Result<Option<LotId>> {
        self.tx
            .look(LOTS_BY_BRICKLINK, (self.tenant, number), |id| Ok(LotId(id)))
    }

    /// The lots of an item with the pieces each has for sale.
    pub fn stock_of(&self, item: &ItemKey) -> Result<Vec<(LotId, u32)>> {
        let folded = item.folded();
        let (tenant, kind) = (self.tenant, item.kind.index());
        let range = (tenant, kind, folded.as_str(), 0)..=(tenant, kind, folded.as_str(), u64::MAX);
        let mut found = Vec::new();
        self.tx
            .walk::<(u32, u8, &str, u64), u32, (u32, u8, &str, u64)>(
                LOTS_BY_ITEM,
                range,
                |(_, _, _, lot), available| {
                    found.push((LotId(lot), available));
                    Ok(ControlFlow::Continue(()))
                },
            )?;
        Ok(found)
    }

    /// Whether the shop has any lots at all.
    pub fn has_lots(&self) -> Result<bool> {
        let mut any = false;
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(LOTS.definition(), all, |_, _| {
                any = true;
                Ok(ControlFlow::Break(()))
            })?;
        Ok(any)
    }

    /// Every lot, by number.
    pub fn each_lot(&self, mut each: impl FnMut(Lot) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(LOTS.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// An order.
    pub fn order(&self, id: OrderId) -> Result<Option<Order>> {
        self.tx.get(&ORDERS, (self.tenant, id.0))
    }

    /// An order by its marketplace's number.
    pub fn order_by_number(&self, market: Marketplace, number: &str) -> Result<Option<OrderId>> {
        self.tx.look(
            ORDERS_BY_NUMBER,
            (self.tenant, market as u8, number),
            |id| Ok(OrderId(id)),
        )
    }

    /// Orders in the order asked for; unknown numbers are left out.
    pub fn orders(&self, ids: &[OrderId]) -> Result<Vec<Order>> {
        let mut found = Vec::with_capacity(ids.len());
        let keys = ids.iter().map(|id| (self.tenant, id.0));
        self.tx.look_many(ORDERS.definition(), keys, |_, bytes| {
            found.push(unpack(bytes)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Every order, by number.
    pub fn each_order(&self, mut each: impl FnMut(Order) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(ORDERS.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// A walk.
    pub fn pick(&self, id: SessionId) -> Result<Option<PickSession>> {
        self.tx.get(&PICKS, (self.tenant, id.0))
    }

    /// The walks that go on, by number.
    pub fn open_picks(&self) -> Result<Vec<PickSession>> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        let mut ids = Vec::new();
        self.tx
            .walk::<(u32, u64), (), (u32, u64)>(OPEN_PICKS, all, |(_, id), ()| {
                ids.push(SessionId(id));
                Ok(ControlFlow::Continue(()))
            })?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.pick(id)?);
        }
        Ok(found)
    }

    /// Every walk, by number.
    pub fn each_pick(&self, mut each: impl FnMut(PickSession) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(PICKS.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// What an operation did, if it was done already.
    pub fn operation(&self, op: OperationId) -> Result<Option<OperationRecord>> {
        self.tx.get(&OPERATIONS, (self.tenant, op.0))
    }

    pub(super) fn counter(&self, what: &'static str) -> Result<u64> {
        Ok(self
            .tx
            .look(COUNTERS, (self.tenant, what), Ok)?
            .unwrap_or(0))
    }

    /// How many entries of the ledger were ever numbered. While that stays the same, no lot changes.
    pub fn entries_given(&self) -> Result<u64> {
        self.counter(ENTRY)
    }
}

/// What entries of the ledger are counted under.
const ENTRY: &str = "entry";

impl Batch {
    /// The next number of a kind, never given again. Numbers of a batch that fails are given anew.
    pub(super) fn next(&mut self, shop: &Shop<'_>, what: &'static str) -> Result<u64> {
        let last = match self.counters.get(&(shop.tenant, what)) {
            Some(last) => *last,
            None => shop.counter(what)?,
        };
        self.counters.insert((shop.tenant, what), last + 1);
        Ok(last + 1)
    }

    /// From now on entries are numbered after this one, whatever the store says.
    pub fn count_entries_from(&mut self, scope: &Scope, last: u64) {
        self.counters.insert((scope.tenant.0, ENTRY), last);
    }

    /// A number for a new lot.
    pub fn next_lot(&mut self, shop: &Shop<'_>) -> Result<LotId> {
        self.next(shop, "lot").map(LotId)
    }

    /// A number for a new ledger entry.
    pub fn next_entry(&mut self, shop: &Shop<'_>) -> Result<EntryId> {
        self.next(shop, ENTRY).map(EntryId)
    }

    /// A number for a new deed.
    pub fn next_correlation(&mut self, shop: &Shop<'_>) -> Result<CorrelationId> {
        self.next(shop, "correlation").map(CorrelationId)
    }

    /// A number for a new order.
    pub fn next_order(&mut self, shop: &Shop<'_>) -> Result<OrderId> {
        self.next(shop, "order").map(OrderId)
    }

    /// A number for a new walk.
    pub fn next_session(&mut self, shop: &Shop<'_>) -> Result<SessionId> {
        self.next(shop, "session").map(SessionId)
    }

    pub(super) fn push(&mut self, write: ShopWrite) {
        self.writes.push(Write::Shop(write));
    }

    /// Opens the shop or changes its head.
    pub fn put_shop(&mut self, scope: &Scope, shop: ShopRecord) {
        self.push(ShopWrite::Shop(scope.tenant.0, Box::new(shop)));
    }

    /// Writes a lot; its indexes follow.
    pub fn put_lot(&mut self, scope: &Scope, lot: Lot) {
        self.push(ShopWrite::Lot(scope.tenant.0, Box::new(lot)));
    }

    /// Writes a lot that is in the store already and, by [`super::found_alike`], found there as before.
    pub fn put_lot_found_alike(&mut self, scope: &Scope, lot: Lot) {
        self.push(ShopWrite::LotAlike(scope.tenant.0, Box::new(lot)));
    }

    /// Remembers what a file called a lot that has no number, so that the same file is known again.
    pub fn put_print(&mut self, scope: &Scope, print: u128, nth: u32, lot: LotId) {
        self.push(ShopWrite::Print(scope.tenant.0, print, nth, lot));
    }

    /// Writes an order.
    pub fn put_order(&mut self, scope: &Scope, order: Order) {
        self.push(ShopWrite::Order(scope.tenant.0, Box::new(order)));
    }

    /// Writes a walk.
    pub fn put_pick(&mut self, scope: &Scope, pick: PickSession) {
        self.push(ShopWrite::Pick(scope.tenant.0, Box::new(pick)));
    }

    /// Remembers what an operation did.
    pub fn put_operation(&mut self, scope: &Scope, op: OperationId, record: OperationRecord) {
        self.push(ShopWrite::Operation(scope.tenant.0, op, Box::new(record)));
    }
}
