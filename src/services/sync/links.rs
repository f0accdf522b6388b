//! Links of one marketplace within one verb: what orders take there, and what goes back there.

use std::collections::BTreeMap;

use crate::domain::market::Listing;
use crate::domain::sync::{Face, Link};
use crate::domain::{LotId, Marketplace, Timestamp};
use crate::error::Result;
use crate::services::moves::Moves;
use crate::store::Shop;

/// The links that a verb has looked at, and which of them it changed.
pub(crate) struct Links<'t> {
    shop: Shop<'t>,
    market: Marketplace,
    known: BTreeMap<LotId, Link>,
    /// Pieces that each changed by at the marketplace.
    moved: BTreeMap<LotId, i64>,
}

impl<'t> Links<'t> {
    pub(crate) const fn new(shop: Shop<'t>, market: Marketplace) -> Self {
        Self {
            shop,
            market,
            known: BTreeMap::new(),
            moved: BTreeMap::new(),
        }
    }

    /// The link of a lot as this verb has left it.
    pub(crate) fn of(&mut self, lot: LotId) -> Result<&mut Link> {
        Ok(match self.known.entry(lot) {
            std::collections::btree_map::Entry::Occupied(slot) => slot.into_mut(),
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(self.shop.link(self.market, lot)?)
            }
        })
    }

    /// The marketplace has sold pieces of the lot with this number; which lot here that is.
    pub(crate) fn sold(&mut self, remote: u64, pieces: u32) -> Result<Option<LotId>> {
        let Some(lot) = self.shop.lot_by_remote(self.market, remote)? else {
            return Ok(None);
        };
        let drops_empty = self.market == Marketplace::BrickLink;
        let link = self.of(lot)?;
        if link.remote == Some(remote) && link.agreed.is_some() {
            link.sold(pieces, drops_empty);
            *self.moved.entry(lot).or_default() -= i64::from(pieces);
        }
        Ok(Some(lot))
    }

    /// The marketplace was read after pieces of an order became free there: how many of them, at most
    /// `most`, it has put back itself. `there`: the lot as it was read; `None`: it is gone.
    pub(crate) fn put_back(
        &mut self,
        remote: u64,
        most: u32,
        there: Option<&Listing>,
        now: Timestamp,
    ) -> Result<u32> {
        let Some(lot) = self.shop.lot_by_remote(self.market, remote)? else {
            return Ok(0);
        };
        let Some(there) = there else {
            return Ok(0);
        };
        let link = self.of(lot)?;
        let back = match (&mut link.agreed, link.remote) {
            (Some(agreed), Some(number)) if number == remote => {
                let back = there.quantity.saturating_sub(agreed.quantity).min(most);
                agreed.quantity += back;
                back
            }
            // It was empty and gone, and has come back under its number.
            (_, None) => {
                link.remote = Some(remote);
                link.article = there.item.clone().zip(there.color);
                link.agreed = Some(Face::of_listing(there));
                link.missing = 0;
                link.seen = now;
                there.quantity.min(most)
            }
            _ => 0,
        };
        if back > 0 {
            *self.moved.entry(lot).or_default() += i64::from(back);
        }
        Ok(back)
    }

    /// Whether a lot differs here by exactly what its marketplace knows already.
    pub(crate) fn explains(&self, lot: LotId, pieces: i64) -> bool {
        self.moved.get(&lot).copied() == Some(pieces)
    }

    /// Writes what changed.
    pub(crate) fn write(self, moves: &mut Moves<'_>) {
        let scope = moves.scope();
        for (lot, link) in self.known {
            if self.moved.contains_key(&lot) {
                moves.batch().put_link(&scope, self.market, lot, link);
            }
        }
    }
}
