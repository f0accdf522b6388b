//! Putting a shop's records into their tables, and keeping the index tables true to them.
//!
//! A batch may hold thousands of lots and entries, so their tables are opened once for all of it.

use std::collections::BTreeMap;

use redb::{ReadableTable, Table, WriteTransaction};

use super::codec::{pack, unpack};
use super::disk;
use super::shop::ShopWrite;
use super::tables::{
    ALERTS, COUNTERS, DEEDS, DEEDS_BY_OPERATION, FILES, LEDGER, LEFT_PLACES, LOT_VIEWS, LOTS,
    LOTS_BY_BRICKLINK, LOTS_BY_ITEM, LOTS_BY_PRINT, MAPPINGS, OPEN_DEEDS, OPEN_PICKS, OPERATIONS,
    ORDERS, ORDERS_BY_NUMBER, OVERLAYS, PICKS, PLACE_RULES, PRICE_WISHES, SETTINGS, SHOPS,
};
use super::writer::{Batch, Write};
use crate::domain::{Deed, Lot, Order, PickSession, PickState};
use crate::error::Result;

/// Remembers the numbers that were given last.
pub(super) fn apply_counters(
    tx: &WriteTransaction,
    counters: &BTreeMap<(u32, &'static str), u64>,
) -> Result<()> {
    if counters.is_empty() {
        return Ok(());
    }
    let mut table = tx.open_table(COUNTERS).map_err(|e| disk(&e))?;
    for ((tenant, what), last) in counters {
        table
            .insert((*tenant, *what), *last)
            .map_err(|e| disk(&e))?;
    }
    Ok(())
}

macro_rules! insert {
    ($tx:expr, $table:expr, $key:expr, $value:expr) => {
        $tx.open_table($table)
            .map_err(|e| disk(&e))?
            .insert($key, $value)
            .map_err(|e| disk(&e))
            .map(|_| ())?
    };
}

/// Like inserting, but leaves a table alone that says so already: a page that is touched is written
/// anew with all above it, and most changes of a record leave its indexes as they are.
macro_rules! keep {
    ($table:expr, $key:expr, $value:expr) => {{
        let mut table = $table.map_err(|e| disk(&e))?;
        keep!(&mut table => $key, $value);
    }};
    ($table:expr => $key:expr, $value:expr) => {{
        let table = $table;
        let known = table.get($key).map_err(|e| disk(&e))?;
        let same = known.is_some_and(|known| known.value() == $value);
        if !same {
            table.insert($key, $value).map_err(|e| disk(&e))?;
        }
    }};
}

impl Batch {
    /// Packs what there are many of, so that the writer need not.
    pub fn pack(&mut self) -> Result<()> {
        for write in &mut self.writes {
            let packed = match write {
                Write::Shop(ShopWrite::LotAlike(tenant, lot)) => {
                    ShopWrite::PackedLot(*tenant, lot.id, pack(&**lot)?)
                }
                Write::Shop(ShopWrite::Ledger(tenant, entry)) => {
                    ShopWrite::PackedEntry(*tenant, entry.id, pack(&**entry)?)
                }
                _ => continue,
            };
            *write = Write::Shop(packed);
        }
        Ok(())
    }
}

/// Takes the writes of one batch. Must be gone before the next verb decides: that one reads the
/// same tables.
pub(super) struct ShopWriter<'t> {
    tx: &'t WriteTransaction,
    lots: Option<LotTables<'t>>,
    ledger: Option<Table<'t, (u32, u64), &'static [u8]>>,
    sync: super::sync_writes::SyncWriter<'t>,
}

impl<'t> ShopWriter<'t> {
    /// Opens nothing yet.
    pub(super) fn new(tx: &'t WriteTransaction) -> Self {
        Self {
            tx,
            lots: None,
            ledger: None,
            sync: super::sync_writes::SyncWriter::default(),
        }
    }

    fn lots(&mut self) -> Result<&mut LotTables<'t>> {
        Ok(match &mut self.lots {
            Some(tables) => tables,
            none => none.insert(LotTables::open(self.tx)?),
        })
    }

    fn enter(&mut self, key: (u32, u64), entry: &[u8]) -> Result<()> {
        let ledger = match &mut self.ledger {
            Some(ledger) => ledger,
            none => {
                let table = self.tx.open_table(LEDGER.definition());
                none.insert(table.map_err(|e| disk(&e))?)
            }
        };
        ledger.insert(key, entry).map_err(|e| disk(&e))?;
        Ok(())
    }

    /// A record under its key.
    fn keep<K: redb::Key + 'static, R: super::codec::Record>(
        &self,
        table: &super::tables::Table<K, R>,
        key: K::SelfType<'_>,
        record: &R,
    ) -> Result<()> {
        let bytes = pack(record)?;
        insert!(self.tx, table.definition(), key, bytes.as_slice());
        Ok(())
    }

    /// Applies one write.
    pub(super) fn apply(&mut self, write: ShopWrite) -> Result<()> {
        let tx = self.tx;
        match write {
            ShopWrite::Lot(tenant, lot) => {
                self.lots()?.put(tenant, &lot)?;
            }
            ShopWrite::LotAlike(tenant, lot) => {
                self.lots()?.put_alike(tenant, &lot)?;
            }
            ShopWrite::Ledger(tenant, entry) => {
                self.enter((tenant, entry.id.0), &pack(&*entry)?)?;
            }
            ShopWrite::PackedLot(tenant, lot, bytes) => {
                self.lots()?.put_packed((tenant, lot.0), &bytes)?;
            }
            ShopWrite::PackedEntry(tenant, entry, bytes) => {
                self.enter((tenant, entry.0), &bytes)?;
            }
            ShopWrite::Deed(tenant, deed) => put_deed(tx, tenant, &deed)?,
            ShopWrite::DeedOf(tenant, op, deed) => {
                insert!(tx, DEEDS_BY_OPERATION, (tenant, op.0), deed.0);
            }
            ShopWrite::File(tenant, file) => {
                self.keep(&FILES, (tenant, file.id.0), &*file)?;
            }
            ShopWrite::View(tenant, person, view) => {
                let folded = view.name.to_lowercase();
                self.keep(&LOT_VIEWS, (tenant, person.0, folded.as_str()), &*view)?;
            }
            ShopWrite::NoView(tenant, person, name) => {
                tx.open_table(LOT_VIEWS.definition())
                    .map_err(|e| disk(&e))?
                    .remove((tenant, person.0, name.to_lowercase().as_str()))
                    .map_err(|e| disk(&e))?;
            }
            ShopWrite::PlaceRule(tenant, rule) => {
                self.keep(&PLACE_RULES, tenant, &*rule)?;
            }
            ShopWrite::NoFile(tenant, file) => {
                tx.open_table(FILES.definition())
                    .map_err(|e| disk(&e))?
                    .remove((tenant, file.0))
                    .map_err(|e| disk(&e))?;
            }
            ShopWrite::LeftPlace(tenant, place) => {
                keep!(tx.open_table(LEFT_PLACES), (tenant, place.as_str()), ());
            }
            ShopWrite::NoLeftPlace(tenant, place) => {
                tx.open_table(LEFT_PLACES)
                    .map_err(|e| disk(&e))?
                    .remove((tenant, place.as_str()))
                    .map_err(|e| disk(&e))?;
            }
            ShopWrite::Mapping(tenant, name, mapping) => {
                self.keep(&MAPPINGS, (tenant, name.as_str()), &*mapping)?;
            }
            ShopWrite::Shop(tenant, shop) => {
                insert!(tx, SHOPS.definition(), tenant, pack(&*shop)?.as_slice());
            }
            ShopWrite::Order(tenant, order) => put_order(tx, tenant, &order)?,
            ShopWrite::Pick(tenant, pick) => put_pick(tx, tenant, &pick)?,
            ShopWrite::Print(tenant, print, nth, lot) => {
                insert!(tx, LOTS_BY_PRINT, (tenant, print, nth), lot.0);
            }
            ShopWrite::Operation(tenant, op, record) => {
                self.keep(&OPERATIONS, (tenant, op.0), &*record)?;
            }
            ShopWrite::PriceWishes(tenant, wishes) => {
                self.keep(&PRICE_WISHES, tenant, &wishes)?;
            }
            ShopWrite::Settings(tenant, settings) => {
                self.keep(&SETTINGS, tenant, &*settings)?;
            }
            ShopWrite::Overlay(tenant, overlay) => {
                let folded = overlay.item.folded();
                let key = (tenant, overlay.item.kind.index(), folded.as_str());
                self.keep(&OVERLAYS, key, &*overlay)?;
            }
            ShopWrite::NoOverlay(tenant, item) => {
                let folded = item.folded();
                let key = (tenant, item.kind.index(), folded.as_str());
                tx.open_table(OVERLAYS.definition())
                    .map_err(|e| disk(&e))?
                    .remove(key)
                    .map_err(|e| disk(&e))?;
            }
            ShopWrite::Alert(tenant, kind, record) => {
                self.keep(&ALERTS, (tenant, kind), &record)?;
            }
            ShopWrite::People(tenant, write) => super::people_writes::apply(tx, tenant, write)?,
            ShopWrite::Market(tenant, write) => super::market_keys::apply(tx, tenant, write)?,
            ShopWrite::Job(tenant, write) => super::jobs::apply(tx, tenant, &write)?,
            ShopWrite::Fetched(write) => super::fetched::apply(tx, write)?,
            ShopWrite::Sync(tenant, write) => self.sync.apply(tx, tenant, write)?,
        }
        Ok(())
    }
}

fn put_order(tx: &WriteTransaction, tenant: u32, order: &Order) -> Result<()> {
    let bytes = pack(order)?;
    let key = (tenant, order.id.0);
    insert!(tx, ORDERS.definition(), key, bytes.as_slice());
    let key = (tenant, order.marketplace as u8, order.number.as_str());
    keep!(tx.open_table(ORDERS_BY_NUMBER), key, order.id.0);
    Ok(())
}

fn put_pick(tx: &WriteTransaction, tenant: u32, pick: &PickSession) -> Result<()> {
    let key = (tenant, pick.id.0);
    insert!(tx, PICKS.definition(), key, pack(pick)?.as_slice());
    match pick.state {
        PickState::Open => keep!(tx.open_table(OPEN_PICKS), key, ()),
        PickState::Finished => {
            let mut open = tx.open_table(OPEN_PICKS).map_err(|e| disk(&e))?;
            open.remove(key).map_err(|e| disk(&e))?;
        }
    }
    Ok(())
}

fn put_deed(tx: &WriteTransaction, tenant: u32, deed: &Deed) -> Result<()> {
    let key = (tenant, deed.id.0);
    insert!(tx, DEEDS.definition(), key, pack(deed)?.as_slice());
    if deed.open {
        keep!(tx.open_table(OPEN_DEEDS), key, ());
    } else {
        let mut open = tx.open_table(OPEN_DEEDS).map_err(|e| disk(&e))?;
        open.remove(key).map_err(|e| disk(&e))?;
    }
    Ok(())
}

/// The number by which a lot is found. A lot of a file has the number of a lot that is sold, perhaps; only
/// that one counts.
fn numbered(lot: &Lot) -> Option<u64> {
    lot.bricklink_lot.filter(|_| lot.file.is_none())
}

/// Whether every index leads to both as they are: then only the record itself is to be written.
pub fn found_alike(before: &Lot, after: &Lot) -> bool {
    before.id == after.id
        && before.item == after.item
        && before.is_live() == after.is_live()
        && before.stock.available == after.stock.available
        && numbered(before) == numbered(after)
}

struct LotTables<'t> {
    lots: Table<'t, (u32, u64), &'static [u8]>,
    by_item: Table<'t, (u32, u8, &'static str, u64), u32>,
    by_number: Table<'t, (u32, u64), u64>,
}

impl<'t> LotTables<'t> {
    fn open(tx: &'t WriteTransaction) -> Result<Self> {
        Ok(Self {
            lots: tx.open_table(LOTS.definition()).map_err(|e| disk(&e))?,
            by_item: tx.open_table(LOTS_BY_ITEM).map_err(|e| disk(&e))?,
            by_number: tx.open_table(LOTS_BY_BRICKLINK).map_err(|e| disk(&e))?,
        })
    }

    /// Writes a lot; what the stored one stood under is removed first.
    fn put(&mut self, tenant: u32, lot: &Lot) -> Result<()> {
        let key = (tenant, lot.id.0);
        let before: Option<Lot> = self
            .lots
            .get(key)
            .map_err(|e| disk(&e))?
            .map(|guard| unpack(guard.value()))
            .transpose()?;
        if let Some(before) = before {
            self.forget(tenant, &before, lot)?;
        }
        let folded = lot.item.folded();
        let kind = lot.item.kind.index();
        if lot.is_live() {
            let by_item = (tenant, kind, folded.as_str(), lot.id.0);
            keep!(&mut self.by_item => by_item, lot.stock.available);
        }
        if let Some(number) = numbered(lot) {
            keep!(&mut self.by_number => (tenant, number), lot.id.0);
        }
        self.put_alike(tenant, lot)
    }

    /// Writes the record only.
    fn put_alike(&mut self, tenant: u32, lot: &Lot) -> Result<()> {
        self.put_packed((tenant, lot.id.0), &pack(lot)?)
    }

    fn put_packed(&mut self, key: (u32, u64), lot: &[u8]) -> Result<()> {
        self.lots.insert(key, lot).map_err(|e| disk(&e))?;
        Ok(())
    }

    fn forget(&mut self, tenant: u32, before: &Lot, lot: &Lot) -> Result<()> {
        if before.is_live() && (before.item != lot.item || !lot.is_live()) {
            let folded = before.item.folded();
            self.by_item
                .remove((tenant, before.item.kind.index(), folded.as_str(), lot.id.0))
                .map_err(|e| disk(&e))?;
        }
        if let Some(number) = numbered(before).filter(|number| numbered(lot) != Some(*number)) {
            self.by_number
                .remove((tenant, number))
                .map_err(|e| disk(&e))?;
        }
        Ok(())
    }
}
