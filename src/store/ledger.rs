//! The ledger and its deeds: entries are added, never changed; each names the one before it about the same
//! lot, so that a lot's history is a chain and needs no index.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::tables::{DEEDS, DEEDS_BY_OPERATION, LEDGER, OPEN_DEEDS};
use super::{Batch, Shop};
use crate::domain::{CorrelationId, Deed, EntryId, LedgerEntry, Lot, LotId, OperationId, Scope};
use crate::error::Result;

impl Shop<'_> {
    /// Every ledger entry, oldest first.
    pub fn each_entry(&self, mut each: impl FnMut(LedgerEntry) -> Result<()>) -> Result<()> {
        self.entries_between((EntryId(0), EntryId(u64::MAX)), |entry| {
            each(entry)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// Entries from the first to the last number, oldest first, until `each` breaks off.
    pub fn entries_between(
        &self,
        (first, last): (EntryId, EntryId),
        mut each: impl FnMut(LedgerEntry) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = (self.tenant, first.0)..=(self.tenant, last.0);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(LEDGER.definition(), range, |_, bytes| {
                each(unpack(bytes)?)
            })
    }

    /// Entries below a number, newest first, until `each` breaks off.
    pub fn entries_before(
        &self,
        before: EntryId,
        mut each: impl FnMut(LedgerEntry) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = (self.tenant, 0)..(self.tenant, before.0);
        self.tx.walk_back::<(u32, u64), &[u8], (u32, u64)>(
            LEDGER.definition(),
            range,
            |_, bytes| each(unpack(bytes)?),
        )
    }

    /// An entry of the ledger.
    pub fn entry(&self, id: EntryId) -> Result<Option<LedgerEntry>> {
        self.tx.get(&LEDGER, (self.tenant, id.0))
    }

    /// The history of a lot, newest first, until `each` breaks off.
    pub fn history(
        &self,
        lot: &Lot,
        mut each: impl FnMut(LedgerEntry) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let mut next = Some(lot.last);
        while let Some(id) = next {
            let Some(entry) = self.entry(id)? else {
                return Ok(());
            };
            // A chain only leads backwards, whatever the file holds.
            next = entry.previous.filter(|previous| *previous < id);
            if each(entry)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The history of a lot, oldest first.
    pub fn entries_of(&self, lot: LotId) -> Result<Vec<LedgerEntry>> {
        let mut found = Vec::new();
        if let Some(lot) = self.lot(lot)? {
            self.history(&lot, |entry| {
                found.push(entry);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        found.reverse();
        Ok(found)
    }

    /// A deed.
    pub fn deed(&self, id: CorrelationId) -> Result<Option<Deed>> {
        self.tx.get(&DEEDS, (self.tenant, id.0))
    }

    /// Every deed, oldest first.
    pub fn each_deed(&self, mut each: impl FnMut(Deed) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(DEEDS.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }

    /// Deeds below a number, newest first, until `each` breaks off.
    pub fn deeds_before(
        &self,
        before: CorrelationId,
        mut each: impl FnMut(Deed) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let range = (self.tenant, 0)..(self.tenant, before.0);
        self.tx
            .walk_back::<(u32, u64), &[u8], (u32, u64)>(DEEDS.definition(), range, |_, bytes| {
                each(unpack(bytes)?)
            })
    }

    /// Deeds that are under way, or died.
    pub fn open_deeds(&self) -> Result<Vec<CorrelationId>> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        let mut found = Vec::new();
        self.tx
            .walk::<(u32, u64), (), (u32, u64)>(OPEN_DEEDS, all, |(_, id), ()| {
                found.push(CorrelationId(id));
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(found)
    }

    /// The deed that an operation made, if it was done already.
    pub fn deed_of(&self, op: OperationId) -> Result<Option<CorrelationId>> {
        self.tx.look(DEEDS_BY_OPERATION, (self.tenant, op.0), |id| {
            Ok(CorrelationId(id))
        })
    }
}

impl Batch {
    /// Adds a ledger entry.
    pub fn put_entry(&mut self, scope: &Scope, entry: LedgerEntry) {
        self.push(ShopWrite::Ledger(scope.tenant.0, Box::new(entry)));
    }

    /// Writes a deed.
    pub fn put_deed(&mut self, scope: &Scope, deed: Deed) {
        self.push(ShopWrite::Deed(scope.tenant.0, Box::new(deed)));
    }

    /// Remembers which deed an operation made.
    pub fn put_deed_of(&mut self, scope: &Scope, op: OperationId, deed: CorrelationId) {
        self.push(ShopWrite::DeedOf(scope.tenant.0, op, deed));
    }
}
