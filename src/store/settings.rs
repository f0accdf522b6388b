//! What an owner has set for the shop, and when absent people were told something last.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::tables::{ALERTS, AlertRecord, SETTINGS};
use super::{Batch, Shop};
use crate::domain::{AlertKind, Scope, ShopSettings, Topic};
use crate::error::Result;

impl Shop<'_> {
    /// What the owner has set; the defaults where nothing was set yet.
    pub fn settings(&self) -> Result<ShopSettings> {
        Ok(self.tx.get(&SETTINGS, self.tenant)?.unwrap_or_default())
    }

    /// When an alert of this kind was sent last.
    pub fn alerted(&self, kind: AlertKind) -> Result<Option<AlertRecord>> {
        self.tx.get(&ALERTS, (self.tenant, kind as u8))
    }

    /// Every kind of alert that was ever sent.
    pub fn each_alerted(&self, mut each: impl FnMut(u8, AlertRecord) -> Result<()>) -> Result<()> {
        let all = (self.tenant, 0)..=(self.tenant, u8::MAX);
        self.tx
            .walk::<(u32, u8), &[u8], (u32, u8)>(ALERTS.definition(), all, |(_, kind), bytes| {
                each(kind, unpack(bytes)?)?;
                Ok(ControlFlow::Continue(()))
            })
    }
}

impl Batch {
    /// Changes what the owner has set.
    pub fn put_settings(&mut self, scope: &Scope, settings: ShopSettings) {
        self.push(ShopWrite::Settings(scope.tenant.0, Box::new(settings)));
        self.changed(scope, Topic::Shop, []);
    }

    /// Remembers that an alert was sent, or held back.
    pub fn put_alerted(&mut self, scope: &Scope, kind: AlertKind, record: AlertRecord) {
        self.push(ShopWrite::Alert(scope.tenant.0, kind as u8, record));
    }
}
