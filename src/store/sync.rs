//! Reading what synchronisation knows of a shop's lots and orders, and the writes that verbs may ask for.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::sync_writes::{Mark, SyncWrite};
use super::tables::{
    CONFLICTS, LINKS, LINKS_BY_REMOTE, MARKET_ORDERS, OUTBOX, OWL_NAMES, RETURNS, SENT,
    SENT_BY_DEED, SENT_BY_LOT, SYNC_MARKETS, SYNC_RULES, SYNC_RUNS,
};
use super::{Batch, Shop};
use crate::domain::market::MarketOrder;
use crate::domain::sync::{
    Conflict, Entry, Link, MarketSync, OwlName, Returns, RunReport, SentRecord, SyncRules,
};
use crate::domain::{CorrelationId, ItemKey, LotId, Marketplace, OrderId, Scope, Topic};
use crate::error::Result;

/// The marketplaces by the number they have in keys.
const MARKETS: [Marketplace; 2] = [Marketplace::BrickLink, Marketplace::BrickOwl];

impl Shop<'_> {
    /// What is known of a lot at a marketplace; nothing: an empty link.
    pub fn link(&self, market: Marketplace, lot: LotId) -> Result<Link> {
        let key = (self.tenant, market as u8, lot.0);
        Ok(self.tx.get(&LINKS, key)?.unwrap_or_default())
    }

    /// The lot that has a marketplace's number, or had it last.
    pub fn lot_by_remote(&self, market: Marketplace, remote: u64) -> Result<Option<LotId>> {
        let key = (self.tenant, market as u8, remote);
        self.tx.look(LINKS_BY_REMOTE, key, |lot| Ok(LotId(lot)))
    }

    /// The lot that a marketplace's number is linked with now.
    pub fn linked_with(&self, market: Marketplace, remote: u64) -> Result<Option<LotId>> {
        match self.lot_by_remote(market, remote)? {
            Some(lot) if self.link(market, lot)?.remote == Some(remote) => Ok(Some(lot)),
            _ => Ok(None),
        }
    }

    /// Every link at a marketplace, by lot.
    pub fn each_link(
        &self,
        market: Marketplace,
        mut each: impl FnMut(LotId, Link) -> Result<()>,
    ) -> Result<()> {
        self.tx.walk::<(u32, u8, u64), &[u8], (u32, u8, u64)>(
            LINKS.definition(),
            self.all_of(market),
            |(_, _, lot), bytes| {
                each(LotId(lot), unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// The open entry of a lot at a marketplace.
    pub fn open_entry(&self, market: Marketplace, lot: LotId) -> Result<Option<Entry>> {
        self.tx.get(&OUTBOX, (self.tenant, market as u8, lot.0))
    }

    /// Every open entry at a marketplace, by lot, until `each` breaks off.
    pub fn each_open_entry(
        &self,
        market: Marketplace,
        mut each: impl FnMut(LotId, Entry) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.tx.walk::<(u32, u8, u64), &[u8], (u32, u8, u64)>(
            OUTBOX.definition(),
            self.all_of(market),
            |(_, _, lot), bytes| each(LotId(lot), unpack(bytes)?),
        )
    }

    fn all_of(&self, market: Marketplace) -> std::ops::RangeInclusive<(u32, u8, u64)> {
        (self.tenant, market as u8, 0)..=(self.tenant, market as u8, u64::MAX)
    }

    /// An answer of a marketplace.
    pub fn sent(&self, seq: u64) -> Result<Option<SentRecord>> {
        self.tx.get(&SENT, (self.tenant, seq))
    }

    /// Answers below a number, newest first, until `each` breaks off.
    pub fn sent_before(
        &self,
        before: u64,
        mut each: impl FnMut(u64, SentRecord) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = (self.tenant, 0)..(self.tenant, before);
        self.tx.walk_back::<(u32, u64), &[u8], (u32, u64)>(
            SENT.definition(),
            range,
            |(_, seq), bytes| each(seq, unpack(bytes)?),
        )
    }

    /// Answers, oldest first, until `each` breaks off.
    pub fn each_sent(
        &self,
        mut each: impl FnMut(u64, SentRecord) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(SENT.definition(), all, |(_, seq), bytes| {
                each(seq, unpack(bytes)?)
            })
    }

    /// What marketplaces answered about a lot, newest first, at most so many.
    pub fn sent_of_lot(&self, lot: LotId, most: usize) -> Result<Vec<(u64, SentRecord)>> {
        let range = (self.tenant, lot.0, 0)..=(self.tenant, lot.0, u64::MAX);
        let mut seqs = Vec::new();
        self.tx.walk_back::<(u32, u64, u64), (), (u32, u64, u64)>(
            SENT_BY_LOT,
            range,
            |(_, _, seq), ()| {
                seqs.push(seq);
                Ok(if seqs.len() < most {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                })
            },
        )?;
        self.each_of(seqs)
    }

    /// What marketplaces answered about a deed, oldest first.
    pub fn sent_of_deed(&self, deed: CorrelationId) -> Result<Vec<(u64, SentRecord)>> {
        let range = (self.tenant, deed.0, 0)..=(self.tenant, deed.0, u64::MAX);
        let mut seqs = Vec::new();
        self.tx.walk::<(u32, u64, u64), (), (u32, u64, u64)>(
            SENT_BY_DEED,
            range,
            |(_, _, seq), ()| {
                seqs.push(seq);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        self.each_of(seqs)
    }

    fn each_of(&self, seqs: Vec<u64>) -> Result<Vec<(u64, SentRecord)>> {
        let mut found = Vec::with_capacity(seqs.len());
        for seq in seqs {
            found.extend(self.sent(seq)?.map(|record| (seq, record)));
        }
        Ok(found)
    }

    /// How synchronisation with a marketplace stands; before it was ever looked at: off.
    pub fn market_sync(&self, market: Marketplace) -> Result<MarketSync> {
        let key = (self.tenant, market as u8);
        Ok(self.tx.get(&SYNC_MARKETS, key)?.unwrap_or_default())
    }

    /// The marketplaces that are switched on.
    pub fn markets_on(&self) -> Result<Vec<Marketplace>> {
        let mut on = Vec::new();
        for market in MARKETS {
            if self.market_sync(market)?.on {
                on.push(market);
            }
        }
        Ok(on)
    }

    /// What the shop has decided about synchronisation.
    pub fn sync_rules(&self) -> Result<SyncRules> {
        Ok(self.tx.get(&SYNC_RULES, self.tenant)?.unwrap_or_default())
    }

    /// Runs below a number, newest first, until `each` breaks off.
    pub fn sync_runs_before(
        &self,
        before: u64,
        mut each: impl FnMut(u64, RunReport) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = (self.tenant, 0)..(self.tenant, before);
        self.tx.walk_back::<(u32, u64), &[u8], (u32, u64)>(
            SYNC_RUNS.definition(),
            range,
            |(_, seq), bytes| each(seq, unpack(bytes)?),
        )
    }

    /// The conflict of a lot at a marketplace.
    pub fn conflict(&self, market: Marketplace, lot: LotId) -> Result<Option<Conflict>> {
        self.tx.get(&CONFLICTS, (self.tenant, market as u8, lot.0))
    }

    /// Every conflict at a marketplace, by lot, until `each` breaks off.
    pub fn each_conflict(
        &self,
        market: Marketplace,
        mut each: impl FnMut(LotId, Conflict) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.tx.walk::<(u32, u8, u64), &[u8], (u32, u8, u64)>(
            CONFLICTS.definition(),
            self.all_of(market),
            |(_, _, lot), bytes| each(LotId(lot), unpack(bytes)?),
        )
    }

    /// Everything a marketplace tells of an order.
    pub fn market_order(&self, order: OrderId) -> Result<Option<MarketOrder>> {
        self.tx.get(&MARKET_ORDERS, (self.tenant, order.0))
    }

    /// What a cancelled order may bring back, while that is not decided.
    pub fn returns(&self, order: OrderId) -> Result<Option<Returns>> {
        self.tx.get(&RETURNS, (self.tenant, order.0))
    }

    /// Every cancelled order that is not decided, by number.
    pub fn each_returns(
        &self,
        mut each: impl FnMut(OrderId, Returns) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx.walk::<(u32, u64), &[u8], (u32, u64)>(
            RETURNS.definition(),
            all,
            |(_, order), bytes| each(OrderId(order), unpack(bytes)?),
        )
    }

    /// What BrickOwl calls an item, as far as it was asked or told.
    pub fn owl_name(&self, item: &ItemKey) -> Result<Option<OwlName>> {
        let folded = item.folded();
        let key = (self.tenant, item.kind.index(), folded.as_str());
        self.tx.get(&OWL_NAMES, key)
    }
}

impl Batch {
    pub(super) fn push_sync(&mut self, scope: &Scope, write: SyncWrite) {
        self.push(ShopWrite::Sync(scope.tenant.0, write));
    }

    /// A lot may differ from what these marketplaces hold; entries that are open are merged with. A lot that
    /// is not `live` concerns a marketplace only where it is there.
    pub fn mark(
        &mut self,
        scope: &Scope,
        markets: &[Marketplace],
        lot: LotId,
        deed: CorrelationId,
        live: bool,
    ) {
        for market in markets {
            let mark = Mark {
                market: *market,
                lot,
                deed,
                at: scope.now,
                live,
            };
            self.push_sync(scope, SyncWrite::Mark(mark));
        }
    }

    /// Keeps what is known of a lot at a marketplace.
    pub fn put_link(&mut self, scope: &Scope, market: Marketplace, lot: LotId, link: Link) {
        self.push_sync(scope, SyncWrite::Link(market, lot, Some(Box::new(link))));
    }

    /// Opens or changes the entry of a lot, or closes it.
    pub fn put_open_entry(
        &mut self,
        scope: &Scope,
        market: Marketplace,
        lot: LotId,
        entry: Option<Entry>,
    ) {
        self.push_sync(scope, SyncWrite::Entry(market, lot, entry.map(Box::new)));
        self.changed(scope, Topic::Sync, [lot.0]);
    }

    /// Keeps an answer of a marketplace; its number.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn add_sent(&mut self, shop: &Shop<'_>, scope: &Scope, record: SentRecord) -> Result<u64> {
        let seq = self.next(shop, "sent")?;
        self.push_sync(scope, SyncWrite::Sent(seq, Box::new(record)));
        Ok(seq)
    }

    /// Forgets an answer.
    pub fn drop_sent(&mut self, scope: &Scope, seq: u64, record: &SentRecord) {
        self.push_sync(scope, SyncWrite::NoSent(seq, record.lot, record.deed));
    }

    /// A number for an intent, never given again.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn next_intent(&mut self, shop: &Shop<'_>) -> Result<u64> {
        self.next(shop, "intent")
    }

    /// Keeps how synchronisation with a marketplace stands.
    pub fn put_market_sync(&mut self, scope: &Scope, market: Marketplace, state: MarketSync) {
        self.push_sync(scope, SyncWrite::Market(market, Box::new(state)));
        self.changed(scope, Topic::Sync, []);
    }

    /// Keeps what the shop has decided about synchronisation.
    pub fn put_sync_rules(&mut self, scope: &Scope, rules: SyncRules) {
        self.push_sync(scope, SyncWrite::Rules(Box::new(rules)));
        self.changed(scope, Topic::Sync, []);
    }

    /// Keeps how a run went; its number.
    ///
    /// # Errors
    /// `Storage` when the store cannot be read.
    pub fn add_sync_run(&mut self, shop: &Shop<'_>, scope: &Scope, run: RunReport) -> Result<u64> {
        let seq = self.next(shop, "sync_run")?;
        self.push_sync(scope, SyncWrite::Run(seq, Box::new(run)));
        Ok(seq)
    }

    /// Forgets a run.
    pub fn drop_sync_run(&mut self, scope: &Scope, seq: u64) {
        self.push_sync(scope, SyncWrite::NoRun(seq));
    }

    /// Keeps the conflict of a lot at a marketplace, or ends it.
    pub fn put_conflict(
        &mut self,
        scope: &Scope,
        market: Marketplace,
        lot: LotId,
        conflict: Option<Conflict>,
    ) {
        let write = SyncWrite::Conflict(market, lot, conflict.map(Box::new));
        self.push_sync(scope, write);
        self.changed(scope, Topic::Sync, [lot.0]);
    }

    /// Keeps everything a marketplace tells of an order.
    pub fn put_market_order(&mut self, scope: &Scope, order: OrderId, all: MarketOrder) {
        self.push_sync(scope, SyncWrite::Order(order, Box::new(all)));
    }

    /// Keeps what a cancelled order may bring back, or that it is decided.
    pub fn put_returns(&mut self, scope: &Scope, order: OrderId, returns: Option<Returns>) {
        self.push_sync(scope, SyncWrite::Returns(order, returns.map(Box::new)));
        self.changed(scope, Topic::Orders, [order.0]);
    }

    /// Keeps what BrickOwl calls an item.
    pub fn put_owl_name(&mut self, scope: &Scope, name: OwlName) {
        self.push_sync(scope, SyncWrite::OwlName(Box::new(name)));
    }
}
