//! Reading a shop's audit log, newest first. It is added to by [`super::Batch::add_audit`] and changed by
//! nobody.

use std::ops::ControlFlow;

use super::Shop;
use super::codec::unpack;
use super::tables::AUDIT;
use crate::domain::AuditEntry;
use crate::error::Result;

/// Entries read in one go.
const PIECE: u64 = 256;

impl Shop<'_> {
    /// An entry.
    pub fn audit_entry(&self, id: u64) -> Result<Option<AuditEntry>> {
        self.tx.get(&AUDIT, (self.tenant, id))
    }

    /// Entries older than number `before`, newest first, until `each` breaks off.
    pub fn each_audit_back(
        &self,
        before: u64,
        mut each: impl FnMut(AuditEntry) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut end = before.min(self.last_given("audit")?.saturating_add(1));
        while end > 0 {
            let start = end.saturating_sub(PIECE);
            let mut piece: Vec<AuditEntry> = Vec::new();
            let range = (self.tenant, start)..(self.tenant, end);
            self.tx.walk::<(u32, u64), &[u8], (u32, u64)>(
                AUDIT.definition(),
                range,
                |_, bytes| {
                    piece.push(unpack(bytes)?);
                    Ok(ControlFlow::Continue(()))
                },
            )?;
            for entry in piece.into_iter().rev() {
                if each(entry).is_break() {
                    return Ok(());
                }
            }
            end = start;
        }
        Ok(())
    }

    /// Every entry, oldest first, with the number it stands under.
    pub fn each_audit(&self, mut each: impl FnMut(u64, AuditEntry) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u64::MAX);
        self.tx
            .walk::<(u32, u64), &[u8], (u32, u64)>(AUDIT.definition(), all, |(_, id), bytes| {
                each(id, unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }
}
