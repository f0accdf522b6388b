//! What a shop keeps of items of its own: reached by the item's number, whichever catalogue is there.

use std::ops::ControlFlow;

use super::codec::unpack;
use super::shop::ShopWrite;
use super::tables::OVERLAYS;
use super::{Batch, Shop};
use crate::domain::{ItemKey, Overlay, Scope, Topic};
use crate::error::Result;

impl Shop<'_> {
    /// What the shop keeps of an item.
    pub fn overlay(&self, item: &ItemKey) -> Result<Option<Overlay>> {
        let folded = item.folded();
        self.tx
            .get(&OVERLAYS, (self.tenant, item.kind.index(), folded.as_str()))
    }

    /// Whether the shop keeps anything of any item.
    pub fn has_overlays(&self) -> Result<bool> {
        let mut any = false;
        self.walk_overlays(|_, _, _| {
            any = true;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(any)
    }

    /// Everything the shop keeps of items, by kind and number.
    pub fn each_overlay(&self, mut each: impl FnMut(Overlay) -> Result<()>) -> Result<()> {
        self.each_overlay_by_key(|_, _, overlay| each(overlay))
    }

    /// The same with kind and folded number it is found by.
    pub fn each_overlay_by_key(
        &self,
        mut each: impl FnMut(u8, &str, Overlay) -> Result<()>,
    ) -> Result<()> {
        self.walk_overlays(|kind, no, bytes| {
            each(kind, no, unpack(bytes)?)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    fn walk_overlays(
        &self,
        mut each: impl FnMut(u8, &str, &[u8]) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let tenant = self.tenant;
        self.tx.walk::<(u32, u8, &str), &[u8], (u32, u8, &str)>(
            OVERLAYS.definition(),
            (tenant, 0, "")..,
            |(of, kind, no), bytes| {
                if of != tenant {
                    return Ok(ControlFlow::Break(()));
                }
                each(kind, no, bytes)
            },
        )
    }
}

impl Batch {
    /// Keeps what the shop has of an item; what is empty is not kept.
    pub fn put_overlay(&mut self, scope: &Scope, overlay: Overlay) {
        let tenant = scope.tenant.0;
        self.push(if overlay.is_empty() {
            ShopWrite::NoOverlay(tenant, overlay.item)
        } else {
            ShopWrite::Overlay(tenant, Box::new(overlay))
        });
        self.changed(scope, Topic::Overlays, []);
    }
}
