//! From schema 1 to 2: lots and ledger entries get their new fields, and entries of a lot become a chain.

use std::collections::HashMap;

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::codec::{Record, pack, unpack};
use super::disk;
use super::tables::{LEDGER, LOTS};
use crate::domain::{
    ColorId, Completeness, Condition, CorrelationId, EntryId, FieldChange, ItemKey, LedgerEntry,
    Lot, LotField, LotId, Money, Place, Reason, Stock, Tier, Timestamp, UserId, Value,
};
use crate::error::Result;

#[derive(Serialize, Deserialize)]
struct Lot1 {
    id: LotId,
    item: ItemKey,
    name: String,
    color: ColorId,
    condition: Condition,
    completeness: Option<Completeness>,
    stock: Stock,
    price: Money,
    cost: Money,
    notes: String,
    remarks: String,
    place: Place,
    bulk: u32,
    tiers: [Tier; 3],
    sale: i8,
    stockroom: Option<char>,
    retain: bool,
    bricklink_lot: Option<u64>,
    created: Timestamp,
    created_by: UserId,
    changed: Timestamp,
    changed_by: UserId,
}

impl Record for Lot1 {
    const NAME: &'static str = "lot";
    const VERSION: u8 = 1;
}

#[derive(Serialize, Deserialize)]
struct Entry1 {
    id: EntryId,
    lot: LotId,
    at: Timestamp,
    actor: UserId,
    /// Reasons were only added since.
    reason: Reason,
    correlation: CorrelationId,
    before: Stock,
    after: Stock,
    moved: Option<(Place, Place)>,
    undoes: Option<EntryId>,
}

impl Record for Entry1 {
    const NAME: &'static str = "ledger entry";
    const VERSION: u8 = 1;
}

/// Rewrites every lot and every entry in one transaction.
pub(super) fn step(tx: &WriteTransaction) -> Result<()> {
    let last = entries(tx)?;
    lots(tx, &last)?;
    tx.delete_table(TableDefinition::<(u32, u64, u64), ()>::new("ledger_by_lot"))
        .map_err(|e| disk(&e))?;
    // Where people were has another shape; it is not worth more than a fresh start there.
    tx.delete_table(super::tables::WHEREABOUTS.definition())
        .map_err(|e| disk(&e))?;
    Ok(())
}

/// The newest entry of each lot of each shop.
fn entries(tx: &WriteTransaction) -> Result<HashMap<(u32, u64), EntryId>> {
    let mut table = tx.open_table(LEDGER.definition()).map_err(|e| disk(&e))?;
    let mut last: HashMap<(u32, u64), EntryId> = HashMap::new();
    rewrite(&mut table, |(tenant, _), bytes| {
        let old: Entry1 = unpack(bytes)?;
        let previous = last.insert((tenant, old.lot.0), old.id);
        let mut changes = Vec::new();
        if previous.is_none() {
            changes.push(FieldChange {
                field: LotField::Gone,
                before: Value::Flag(true),
                after: Value::Flag(false),
            });
        }
        if let Some((before, after)) = old.moved {
            changes.push(FieldChange {
                field: LotField::Place,
                before: Value::Text(before.0),
                after: Value::Text(after.0),
            });
        }
        pack(&LedgerEntry {
            id: old.id,
            lot: old.lot,
            at: old.at,
            actor: old.actor,
            reason: old.reason,
            correlation: old.correlation,
            before: old.before,
            after: old.after,
            changes,
            previous,
            undoes: old.undoes,
        })
    })?;
    Ok(last)
}

fn lots(tx: &WriteTransaction, last: &HashMap<(u32, u64), EntryId>) -> Result<()> {
    let mut table = tx.open_table(LOTS.definition()).map_err(|e| disk(&e))?;
    rewrite(&mut table, |(tenant, _), bytes| {
        let old: Lot1 = unpack(bytes)?;
        let fresh = Lot::new(old.item, old.created, old.created_by);
        pack(&Lot {
            id: old.id,
            name: old.name,
            color: old.color,
            condition: old.condition,
            completeness: old.completeness,
            stock: old.stock,
            price: old.price,
            cost: old.cost,
            notes: old.notes,
            remarks: old.remarks,
            place: old.place,
            bulk: old.bulk,
            tiers: old.tiers,
            sale: old.sale,
            stockroom: old.stockroom,
            retain: old.retain,
            bricklink_lot: old.bricklink_lot,
            last: last.get(&(tenant, old.id.0)).copied().unwrap_or_default(),
            changed: old.changed,
            changed_by: old.changed_by,
            ..fresh
        })
    })
}

type Table<'t> = redb::Table<'t, (u32, u64), &'static [u8]>;

/// Each record anew, a few thousand at a time.
fn rewrite(
    table: &mut Table<'_>,
    mut anew: impl FnMut((u32, u64), &[u8]) -> Result<Vec<u8>>,
) -> Result<()> {
    const PIECE: usize = 4_096;
    let mut from = (0, 0);
    loop {
        let mut piece = Vec::new();
        for pair in table.range(from..).map_err(|e| disk(&e))?.take(PIECE) {
            let (key, value) = pair.map_err(|e| disk(&e))?;
            piece.push((key.value(), anew(key.value(), value.value())?));
        }
        let Some(((tenant, id), _)) = piece.last() else {
            return Ok(());
        };
        from = (*tenant, id.saturating_add(1));
        for (key, bytes) in piece {
            table.insert(key, bytes.as_slice()).map_err(|e| disk(&e))?;
        }
    }
}
