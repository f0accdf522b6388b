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

    /// The marketplace was read after an order had changed: what it holds of a lot is followed, as far as the
    /// order explains it. `up`: pieces that are free now, which it may have put back itself; `down`: pieces
    /// that the order holds now, of which some may have gone while others came back. `there`: the lot as it
    /// was read; `None`: it is gone.
    pub(crate) fn follow(
        &mut self,
        remote: u64,
        (up, down): (u32, u32),
        there: Option<&Listing>,
        now: Timestamp,
    ) -> Result<()> {
        let Some(lot) = self.shop.lot_by_remote(self.market, remote)? else {
            return Ok(());
        };
        let drops_empty = self.market == Marketplace::BrickLink;
        let pieces = there.map_or(0, |there| there.quantity);
        let link = self.of(lot)?;
        let by = match (&mut link.agreed, link.remote, there) {
            (Some(agreed), Some(number), _) if number == remote => {
                let was = agreed.quantity;
                let to = pieces.clamp(was.saturating_sub(down), was.saturating_add(up));
                if to < was {
                    link.sold(was - to, drops_empty);
                } else {
                    agreed.quantity = to;
                }
                i64::from(to) - i64::from(was)
            }
            // It was empty and gone, and has come back under its number.
            (_, None, Some(there)) => {
                link.remote = Some(remote);
                link.article = there.item.clone().zip(there.color);
                link.agreed = Some(Face::of_listing(there));
                link.missing = 0;
                link.seen = now;
                i64::from(pieces)
            }
            _ => 0,
        };
        if by != 0 {
            *self.moved.entry(lot).or_default() += by;
        }
        Ok(())
    }

    /// Whether a lot differs here by exactly what its marketplace knows already.
    pub(crate) fn explains(&self, lot: LotId, pieces: i64) -> bool {
        self.moved.get(&lot).copied() == Some(pieces)
    }

    /// Lots that changed at the marketplace by other pieces than here.
    pub(crate) fn unexplained(&self, moves: &Moves<'_>) -> Vec<LotId> {
        let here = changed(moves);
        let moved = self.moved.iter();
        moved
            .filter(|(lot, by)| here.get(lot).copied().unwrap_or(0) != **by)
            .map(|(lot, _)| *lot)
            .collect()
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

/// Pieces for sale by which this verb has changed each lot.
pub(crate) fn changed(moves: &Moves<'_>) -> BTreeMap<LotId, i64> {
    let mut changed = BTreeMap::new();
    for entry in moves.entered() {
        *changed.entry(entry.lot).or_default() += entry.difference();
    }
    changed
}
