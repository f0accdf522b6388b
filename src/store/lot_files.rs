//! Files (batch collections) of a shop, and its rule for places.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::tables::{FILES, PLACE_RULES};
use super::{Batch, Shop};
use crate::domain::{FileId, LotFile, PlaceRule, Scope};
use crate::error::Result;

impl Shop<'_> {
    /// A file.
    pub fn lot_file(&self, id: FileId) -> Result<Option<LotFile>> {
        self.tx.get(&FILES, (self.tenant, id.0))
    }

    /// Every file, by number.
    pub fn each_lot_file(&self, mut each: impl FnMut(LotFile) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u32::MAX);
        self.tx
            .walk::<(u32, u32), &[u8], (u32, u32)>(FILES.definition(), all, |_, bytes| {
                each(unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }
}

impl Shop<'_> {
    /// Where the shop writes its places.
    pub fn place_rule(&self) -> Result<PlaceRule> {
        Ok(self.tx.get(&PLACE_RULES, self.tenant)?.unwrap_or_default())
    }
}

impl Batch {
    /// Where the shop writes its places from now on.
    pub fn put_place_rule(&mut self, scope: &Scope, rule: PlaceRule) {
        self.push(ShopWrite::PlaceRule(scope.tenant.0, Box::new(rule)));
    }

    /// A number for a new file.
    pub fn next_lot_file(&mut self, shop: &Shop<'_>) -> Result<FileId> {
        let next = self.next(shop, "file")?;
        Ok(FileId(u32::try_from(next).unwrap_or(u32::MAX)))
    }

    /// Writes a file's head.
    pub fn put_lot_file(&mut self, scope: &Scope, file: LotFile) {
        self.push(ShopWrite::File(scope.tenant.0, Box::new(file)));
    }

    /// Drops a file's head; its lots are the caller's business.
    pub fn drop_lot_file(&mut self, scope: &Scope, file: FileId) {
        self.push(ShopWrite::NoFile(scope.tenant.0, file));
    }
}
