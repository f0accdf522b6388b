//! Writes about synchronisation. A mark is merged here with the entry that is open, so that a verb that
//! changes thousands of lots reads none of them.

use redb::{ReadableTable, Table, WriteTransaction};

use super::codec::{Record, pack, unpack};
use super::disk;
use super::tables::{
    CONFLICTS, LINKS, LINKS_BY_REMOTE, MARKET_ORDERS, ORDERS_SEEN, OUTBOX, OWL_NAMES, RETURNS,
    SENT, SENT_BY_DEED, SENT_BY_LOT, SYNC_MARKETS, SYNC_RULES, SYNC_RUNS,
};
use crate::domain::market::MarketOrder;
use crate::domain::sync::{
    Conflict, Entry, Link, MarketSync, OrderSeen, OwlName, Returns, RunReport, SentRecord,
    SyncRules,
};
use crate::domain::{CorrelationId, LotId, Marketplace, OrderId, Timestamp};
use crate::error::Result;

/// A lot changed: it may differ from what a marketplace holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) market: Marketplace,
    pub(super) lot: LotId,
    pub(super) deed: CorrelationId,
    pub(super) at: Timestamp,
    /// A lot that is not live concerns a marketplace only where it is there.
    pub(super) live: bool,
}

/// A write about synchronisation; `None` removes.
#[derive(Debug)]
pub(super) enum SyncWrite {
    Mark(Mark),
    Link(Marketplace, LotId, Option<Box<Link>>),
    Entry(Marketplace, LotId, Option<Box<Entry>>),
    Sent(u64, Box<SentRecord>),
    NoSent(u64, LotId, CorrelationId),
    Market(Marketplace, Box<MarketSync>),
    Rules(Box<SyncRules>),
    Run(u64, Box<RunReport>),
    NoRun(u64),
    Conflict(Marketplace, LotId, Option<Box<Conflict>>),
    Order(OrderId, Box<MarketOrder>),
    Returns(OrderId, Option<Box<Returns>>),
    OrderSeen(Box<OrderSeen>),
    OwlName(Box<OwlName>),
}

type Records<'t> = Table<'t, (u32, u8, u64), &'static [u8]>;

struct Tables<'t> {
    links: Records<'t>,
    outbox: Records<'t>,
}

/// The tables that a batch may need a thousand times, opened when the first write needs them.
#[derive(Default)]
pub(super) struct SyncWriter<'t>(Option<Tables<'t>>);

impl<'t> SyncWriter<'t> {
    fn tables(&mut self, tx: &'t WriteTransaction) -> Result<&mut Tables<'t>> {
        Ok(match &mut self.0 {
            Some(tables) => tables,
            none => none.insert(Tables {
                links: tx.open_table(LINKS.definition()).map_err(|e| disk(&e))?,
                outbox: tx.open_table(OUTBOX.definition()).map_err(|e| disk(&e))?,
            }),
        })
    }

    /// Applies one write.
    pub(super) fn apply(
        &mut self,
        tx: &'t WriteTransaction,
        tenant: u32,
        write: SyncWrite,
    ) -> Result<()> {
        match write {
            SyncWrite::Mark(mark) => self.tables(tx)?.mark(tenant, mark),
            SyncWrite::Link(market, lot, link) => {
                if let Some(remote) = link.as_ref().and_then(|link| link.remote) {
                    tx.open_table(LINKS_BY_REMOTE)
                        .map_err(|e| disk(&e))?
                        .insert((tenant, market as u8, remote), lot.0)
                        .map_err(|e| disk(&e))?;
                }
                put(
                    &mut self.tables(tx)?.links,
                    (tenant, market as u8, lot.0),
                    link.as_deref(),
                )
            }
            SyncWrite::Entry(market, lot, entry) => put(
                &mut self.tables(tx)?.outbox,
                (tenant, market as u8, lot.0),
                entry.as_deref(),
            ),
            other => apply_rare(tx, tenant, other),
        }
    }
}

impl Tables<'_> {
    fn mark(&mut self, tenant: u32, mark: Mark) -> Result<()> {
        let key = (tenant, mark.market as u8, mark.lot.0);
        let known: Option<Entry> = read(&self.outbox, key)?;
        let entry = match known {
            Some(mut entry) => entry.mark(mark.deed).then_some(entry),
            None if mark.live => Some(Entry::new(mark.deed, mark.at)),
            None => read::<Link>(&self.links, key)?
                .filter(Link::is_linked)
                .map(|_| Entry::new(mark.deed, mark.at)),
        };
        match entry {
            Some(entry) => put(&mut self.outbox, key, Some(&entry)),
            None => Ok(()),
        }
    }
}

fn read<R: Record>(table: &Records<'_>, key: (u32, u8, u64)) -> Result<Option<R>> {
    let found = table.get(key).map_err(|e| disk(&e))?;
    found.map(|guard| unpack(guard.value())).transpose()
}

fn put<R: Record>(table: &mut Records<'_>, key: (u32, u8, u64), record: Option<&R>) -> Result<()> {
    match record {
        Some(record) => table.insert(key, pack(record)?.as_slice()),
        None => table.remove(key),
    }
    .map_err(|e| disk(&e))?;
    Ok(())
}

/// A record under its key, or none any more.
fn keep<K: redb::Key + 'static, R: Record>(
    tx: &WriteTransaction,
    table: &super::tables::Table<K, R>,
    key: K::SelfType<'_>,
    record: Option<&R>,
) -> Result<()> {
    let mut table = tx.open_table(table.definition()).map_err(|e| disk(&e))?;
    match record {
        Some(record) => table.insert(key, pack(record)?.as_slice()),
        None => table.remove(key),
    }
    .map_err(|e| disk(&e))?;
    Ok(())
}

fn apply_rare(tx: &WriteTransaction, tenant: u32, write: SyncWrite) -> Result<()> {
    match write {
        SyncWrite::Sent(seq, record) => {
            keep(tx, &SENT, (tenant, seq), Some(&*record))?;
            tx.open_table(SENT_BY_LOT)
                .map_err(|e| disk(&e))?
                .insert((tenant, record.lot.0, seq), ())
                .map_err(|e| disk(&e))?;
            tx.open_table(SENT_BY_DEED)
                .map_err(|e| disk(&e))?
                .insert((tenant, record.deed.0, seq), ())
                .map_err(|e| disk(&e))?;
            Ok(())
        }
        SyncWrite::NoSent(seq, lot, deed) => {
            keep::<_, SentRecord>(tx, &SENT, (tenant, seq), None)?;
            tx.open_table(SENT_BY_LOT)
                .map_err(|e| disk(&e))?
                .remove((tenant, lot.0, seq))
                .map_err(|e| disk(&e))?;
            tx.open_table(SENT_BY_DEED)
                .map_err(|e| disk(&e))?
                .remove((tenant, deed.0, seq))
                .map_err(|e| disk(&e))?;
            Ok(())
        }
        SyncWrite::Market(market, state) => {
            keep(tx, &SYNC_MARKETS, (tenant, market as u8), Some(&*state))
        }
        SyncWrite::Rules(rules) => keep(tx, &SYNC_RULES, tenant, Some(&*rules)),
        SyncWrite::Run(seq, run) => keep(tx, &SYNC_RUNS, (tenant, seq), Some(&*run)),
        SyncWrite::NoRun(seq) => keep(tx, &SYNC_RUNS, (tenant, seq), None),
        SyncWrite::Conflict(market, lot, conflict) => {
            let key = (tenant, market as u8, lot.0);
            keep(tx, &CONFLICTS, key, conflict.as_deref())
        }
        SyncWrite::Order(order, all) => keep(tx, &MARKET_ORDERS, (tenant, order.0), Some(&*all)),
        SyncWrite::Returns(order, returns) => {
            keep(tx, &RETURNS, (tenant, order.0), returns.as_deref())
        }
        SyncWrite::OrderSeen(seen) => {
            let key = (tenant, seen.head.market as u8, seen.head.number.as_str());
            keep(tx, &ORDERS_SEEN, key, Some(&*seen))
        }
        SyncWrite::OwlName(name) => {
            let folded = name.item.folded();
            let key = (tenant, name.item.kind.index(), folded.as_str());
            keep(tx, &OWL_NAMES, key, Some(&*name))
        }
        // Those that come a thousand times are applied above.
        SyncWrite::Mark(_) | SyncWrite::Link(..) | SyncWrite::Entry(..) => Ok(()),
    }
}
