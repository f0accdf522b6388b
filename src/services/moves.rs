//! Moving pieces: the only place where the stock of a lot changes, so that no change can be made
//! without its entry in the ledger.
//!
//! One [`Moves`] lives as long as one verb decides. It remembers what the verb has moved already,
//! as the transaction shows that only to the next verb.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    CorrelationId, EntryId, FieldChange, LedgerEntry, Lot, LotField, LotId, Marketplace, Order,
    Place, Reason, Scope, Stock, Topic, Value,
};
use crate::error::{Error, Result};
use crate::store::{Batch, Shop, found_alike};

/// What a verb adds to its deed.
pub(crate) struct Share {
    /// Lots that were changed.
    pub(crate) lots: u32,
    /// Pieces more or fewer.
    pub(crate) pieces: i64,
    /// Its entries, in order.
    pub(crate) entries: Vec<EntryId>,
}

/// The lots a verb has looked at or moved, and what it writes.
pub(crate) struct Moves<'t> {
    shop: Shop<'t>,
    scope: Scope,
    lots: BTreeMap<LotId, Lot>,
    /// Those that were moved, and whether they are found in another way since.
    moved: BTreeMap<LotId, bool>,
    /// What this verb has entered: the transaction does not show it yet.
    entered: BTreeMap<EntryId, LedgerEntry>,
    orders: Vec<u64>,
    /// Places that lots have left.
    left: BTreeSet<String>,
    deed: Option<CorrelationId>,
    /// The marketplaces that get marks; looked up with the first change.
    marked: Option<Vec<Marketplace>>,
    /// The marketplaces that get none: to them it is no news.
    spared: Vec<Marketplace>,
    batch: Batch,
}

impl<'t> Moves<'t> {
    /// Nothing moved yet. With `deed` the entries belong to a deed that began earlier.
    pub(crate) fn new(shop: Shop<'t>, scope: Scope, deed: Option<CorrelationId>) -> Self {
        Self {
            shop,
            scope,
            lots: BTreeMap::new(),
            moved: BTreeMap::new(),
            entered: BTreeMap::new(),
            orders: Vec::new(),
            left: BTreeSet::new(),
            deed,
            marked: None,
            spared: Vec::new(),
            batch: Batch::new(),
        }
    }

    /// The same before its turn: no deed of the shop comes in between but those that end with this entry.
    pub(crate) fn ahead(shop: Shop<'t>, scope: Scope, deed: CorrelationId, last: u64) -> Self {
        let mut moves = Self::new(shop, scope, Some(deed));
        moves.batch.count_entries_from(&scope, last);
        moves
    }

    /// What this verb changes is no news to a marketplace, as its link changes with it: that one gets no
    /// mark.
    pub(crate) fn spare(&mut self, market: Marketplace) {
        self.spared.push(market);
    }

    /// The shop's records as they were before this verb.
    pub(crate) fn shop(&self) -> Shop<'t> {
        self.shop
    }

    /// In whose name it writes.
    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// Whatever else the verb writes.
    pub(crate) fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// The number that ties the entries of this deed together; given when first needed.
    pub(crate) fn deed(&mut self) -> Result<CorrelationId> {
        if let Some(deed) = self.deed {
            return Ok(deed);
        }
        let deed = self.batch.next_correlation(&self.shop)?;
        self.deed = Some(deed);
        Ok(deed)
    }

    /// The deed's number, if anything needed one.
    pub(crate) fn deed_so_far(&self) -> Option<CorrelationId> {
        self.deed
    }

    /// Reads lots that the verb is about to look at, all in one go.
    pub(crate) fn load(&mut self, ids: &[LotId]) -> Result<()> {
        for lot in self.shop.lots(ids)? {
            self.lots.entry(lot.id).or_insert(lot);
        }
        Ok(())
    }

    /// A lot as this verb has left it.
    pub(crate) fn lot(&mut self, id: LotId) -> Result<Option<&Lot>> {
        if let Entry::Vacant(slot) = self.lots.entry(id)
            && let Some(lot) = self.shop.lot(id)?
        {
            slot.insert(lot);
        }
        Ok(self.lots.get(&id))
    }

    /// Brings a lot in that was not there before. Its number is set here.
    pub(crate) fn bring_in(&mut self, mut lot: Lot, reason: Reason) -> Result<LotId> {
        lot.id = self.batch.next_lot(&self.shop)?;
        let id = lot.id;
        let after = lot.stock;
        // A lot that comes in was a tombstone before; so taking it back makes it one.
        let changes = vec![FieldChange {
            field: LotField::Gone,
            before: Value::Flag(true),
            after: Value::Flag(false),
        }];
        self.lots.insert(id, lot);
        self.moved.insert(id, true);
        self.enter(id, (reason, None), (Stock::default(), after), changes)?;
        Ok(id)
    }

    /// Changes the pieces of a lot, with its entry. `change` answers `None` when the pieces are not
    /// there; then nothing happens but an error, as callers look before they move.
    pub(crate) fn change(
        &mut self,
        id: LotId,
        reason: Reason,
        undoes: Option<EntryId>,
        change: impl FnOnce(&mut Stock) -> Option<()>,
    ) -> Result<EntryId> {
        let Some(lot) = self.lot(id)? else {
            return Err(Error::not_found(format!("Lot {id} is not there any more.")));
        };
        let before = lot.stock;
        let mut after = before;
        if change(&mut after).is_none() {
            return Err(Error::conflict(format!(
                "The pieces of lot {id} are not there any more. Look at the lot and try again."
            )));
        }
        self.put_stock(id, after);
        self.enter(id, (reason, undoes), (before, after), Vec::new())
    }

    /// Changes a lot in any way, with one entry that says what became different; without an entry
    /// when nothing did.
    pub(crate) fn edit(
        &mut self,
        id: LotId,
        reason: Reason,
        undoes: Option<EntryId>,
        edit: impl FnOnce(&mut Lot) -> Result<()>,
    ) -> Result<Option<EntryId>> {
        let Some(lot) = self.lot(id)? else {
            return Err(Error::not_found(format!("Lot {id} is not there any more.")));
        };
        let mut after = lot.clone();
        edit(&mut after)?;
        self.replace(id, reason, undoes, after)
    }

    /// The same with what becomes of the lot, worked out by the caller.
    pub(crate) fn replace(
        &mut self,
        id: LotId,
        reason: Reason,
        undoes: Option<EntryId>,
        mut after: Lot,
    ) -> Result<Option<EntryId>> {
        let Some(before) = self.lot(id)? else {
            return Err(Error::not_found(format!("Lot {id} is not there any more.")));
        };
        let changes = before.changes_to(&after);
        if changes.is_empty() && before.stock == after.stock && undoes.is_none() {
            return Ok(None);
        }
        let stocks = (before.stock, after.stock);
        let alike = found_alike(before, &after);
        // What is taken back was a mistake perhaps, and its places never were any.
        if undoes.is_none() && before.is_live() {
            let left = left(before, &after);
            self.left.extend(left);
        }
        after.changed = self.scope.now;
        after.changed_by = self.scope.user;
        self.lots.insert(id, after);
        *self.moved.entry(id).or_default() |= !alike;
        self.enter(id, (reason, undoes), stocks, changes).map(Some)
    }

    fn put_stock(&mut self, id: LotId, stock: Stock) {
        if let Some(lot) = self.lots.get_mut(&id) {
            lot.stock = stock;
            lot.changed = self.scope.now;
            lot.changed_by = self.scope.user;
        }
        self.moved.insert(id, true);
    }

    fn enter(
        &mut self,
        lot: LotId,
        (reason, undoes): (Reason, Option<EntryId>),
        (before, after): (Stock, Stock),
        changes: Vec<FieldChange>,
    ) -> Result<EntryId> {
        let correlation = self.deed()?;
        if self.marked.is_none() {
            self.marked = Some(self.shop.markets_on()?);
        }
        let id = self.batch.next_entry(&self.shop)?;
        let previous = self.lots.get_mut(&lot).and_then(|lot| {
            let before = std::mem::replace(&mut lot.last, id);
            (before.0 > 0).then_some(before)
        });
        self.entered.insert(
            id,
            LedgerEntry {
                id,
                lot,
                at: self.scope.now,
                actor: self.scope.user,
                reason,
                correlation,
                before,
                after,
                changes,
                previous,
                undoes,
            },
        );
        Ok(id)
    }

    /// The entries so far, in order.
    pub(crate) fn entered(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.entered.values()
    }

    /// The history of a lot with what this verb has entered, newest first.
    pub(crate) fn history(&mut self, id: LotId) -> Result<Vec<LedgerEntry>> {
        let mut found = Vec::new();
        let mut next = self.lot(id)?.map(|lot| lot.last);
        while let Some(id) = next {
            let entry = match self.entered.get(&id) {
                Some(entry) => Some(entry.clone()),
                None => self.shop.entry(id)?,
            };
            let Some(entry) = entry else { break };
            next = entry.previous.filter(|previous| *previous < id);
            found.push(entry);
        }
        Ok(found)
    }

    /// How many lots were changed so far.
    pub(crate) fn touched(&self) -> usize {
        self.moved.len()
    }

    /// What was done so far, as its deed counts it.
    pub(crate) fn share(&self) -> Share {
        Share {
            lots: u32::try_from(self.touched()).unwrap_or(u32::MAX),
            pieces: self.entered.values().map(LedgerEntry::difference).sum(),
            entries: self.entered.keys().copied().collect(),
        }
    }

    /// Writes an order.
    pub(crate) fn put_order(&mut self, order: Order) {
        self.orders.push(order.id.0);
        self.batch.put_order(&self.scope, order);
    }

    /// Everything as one batch.
    pub(crate) fn finish(mut self) -> Batch {
        for entry in std::mem::take(&mut self.entered).into_values() {
            self.batch.put_entry(&self.scope, entry);
        }
        self.mark();
        for (id, found_anew) in &self.moved {
            match self.lots.remove(id) {
                Some(lot) if *found_anew => self.batch.put_lot(&self.scope, lot),
                Some(lot) => self.batch.put_lot_found_alike(&self.scope, lot),
                None => {}
            }
        }
        for place in std::mem::take(&mut self.left) {
            self.batch.leave_place(&self.scope, place);
        }
        if !self.moved.is_empty() {
            self.batch.changed(
                &self.scope,
                Topic::Inventory,
                self.moved.keys().map(|id| id.0),
            );
        }
        if !self.orders.is_empty() {
            self.batch.changed(&self.scope, Topic::Orders, self.orders);
        }
        self.batch
    }
}

impl Moves<'_> {
    /// Whatever was moved may differ from what the marketplaces hold.
    fn mark(&mut self) {
        let mut markets = self.marked.take().unwrap_or_default();
        markets.retain(|market| !self.spared.contains(market));
        let Some(deed) = self.deed.filter(|_| !markets.is_empty()) else {
            return;
        };
        for id in self.moved.keys() {
            let live = self.lots.get(id).is_some_and(Lot::is_live);
            self.batch.mark(&self.scope, &markets, *id, deed, live);
        }
        let ids = self.moved.keys().map(|id| id.0);
        self.batch.changed(&self.scope, Topic::Sync, ids);
    }
}

/// The places that a lot lies at no more.
fn left(before: &Lot, after: &Lot) -> Vec<String> {
    if before.place == after.place && after.is_live() {
        return Vec::new();
    }
    let stays = |one: &str| after.is_live() && after.place.each().any(|other| other == one);
    let places = before.place.each().filter(|one| !stays(one));
    places
        .map(str::to_owned)
        .filter(|one| Place(one.clone()).understood())
        .collect()
}
