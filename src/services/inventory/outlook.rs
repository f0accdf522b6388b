//! What bringing rows in would do, without doing it: in bounded memory, however long the list is.
//!
//! It decides like `import`; a test holds both to the same figures.

use std::collections::HashMap;

use super::import::{Equal, equal};
use crate::domain::lot::MAX_QUANTITY;
use crate::domain::review::Outlook;
use crate::domain::{Lot, LotField, LotId, Reason, Scope, Timestamp, UserId, Value};
use crate::error::Result;
use crate::store::{Catalog, Shop, Tx};

/// What would become of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    New,
    Merged,
    Known,
    /// A tombstone comes back.
    Back(LotId),
}

/// Looks at rows one after the other, in the order in which they would come in.
pub(super) struct Looking<'t> {
    shop: Shop<'t>,
    catalog: Option<Catalog<'t>>,
    merge: bool,
    /// Lots of a file that rows can go into.
    known: HashMap<Equal, LotId>,
    /// Pieces of lots that earlier rows would make.
    fresh: HashMap<Equal, u32>,
    /// Pieces that earlier rows would put into a lot.
    raised: HashMap<LotId, u32>,
    pub(super) seen: Outlook,
}

impl<'t> Looking<'t> {
    pub(super) fn new(
        tx: &'t Tx<'_>,
        scope: &Scope,
        merge: bool,
        known: HashMap<Equal, LotId>,
    ) -> Result<Self> {
        Ok(Self {
            shop: tx.shop(scope),
            catalog: tx.catalog()?,
            merge,
            known,
            fresh: HashMap::new(),
            raised: HashMap::new(),
            seen: Outlook::default(),
        })
    }

    /// Counts a row, and says what would become of it.
    pub(super) fn at(&mut self, lot: &Lot, print: Option<(u128, u32)>) -> Result<Fate> {
        let fate = self.fate(lot, print)?;
        let pieces = u64::from(lot.stock.available);
        match fate {
            Fate::Known => {
                self.seen.already += 1;
                return Ok(fate);
            }
            Fate::Merged => {
                self.seen.merged += 1;
                self.seen.pieces += pieces;
                return Ok(fate);
            }
            Fate::Back(id) => {
                self.seen.returned += u64::from(was_put_away(self.shop, id)?.is_some());
            }
            Fate::New => {}
        }
        self.seen.added += 1;
        self.seen.pieces += pieces;
        self.seen.no_place += u64::from(!lot.place.understood());
        self.seen.unknown_items += u64::from(!self.knows(lot)?);
        Ok(fate)
    }

    /// Whether the catalogue knows the lot's item.
    pub(super) fn knows(&self, lot: &Lot) -> Result<bool> {
        Ok(match &self.catalog {
            None => false,
            Some(catalog) => catalog.knows(&lot.item)?,
        })
    }

    fn fate(&mut self, lot: &Lot, print: Option<(u128, u32)>) -> Result<Fate> {
        if lot.file.is_none() {
            let print = print.filter(|_| !self.merge);
            if let Some((id, gone)) = recognised(self.shop, lot, print)? {
                return Ok(if gone { Fate::Back(id) } else { Fate::Known });
            }
        }
        if !self.merge {
            return Ok(Fate::New);
        }
        let pieces = lot.stock.available;
        let fits = |held: u32| held.checked_add(pieces).filter(|sum| *sum <= MAX_QUANTITY);
        let key = equal(lot);
        if let Some(held) = self.fresh.get_mut(&key)
            && let Some(sum) = fits(*held)
        {
            *held = sum;
            return Ok(Fate::Merged);
        }
        let mut candidates: Vec<LotId> = self.known.get(&key).copied().into_iter().collect();
        if lot.file.is_none() {
            candidates.extend(self.shop.stock_of(&lot.item)?.into_iter().map(|(id, _)| id));
        }
        for other in self.shop.lots(&candidates)? {
            let raised = self.raised.get(&other.id).copied().unwrap_or(0);
            let held = other.stock.available.saturating_add(raised);
            let same = !other.gone && other.file == lot.file && equal(&other) == key;
            if same && fits(held).is_some() {
                *self.raised.entry(other.id).or_default() += pieces;
                return Ok(Fate::Merged);
            }
        }
        self.fresh.insert(key, pieces);
        Ok(Fate::New)
    }
}

/// The lot of the shop that a row means by its number or its fingerprint, and whether it is a tombstone.
pub(super) fn recognised(
    shop: Shop<'_>,
    lot: &Lot,
    print: Option<(u128, u32)>,
) -> Result<Option<(LotId, bool)>> {
    let known = match (lot.bricklink_lot, print) {
        (Some(number), _) => shop.lot_by_bricklink(number)?,
        (None, Some((print, nth))) => shop.lot_by_print(print, nth)?,
        (None, None) => None,
    };
    let Some(id) = known else {
        return Ok(None);
    };
    let gone = shop.lot(id)?.is_some_and(|lot| lot.gone);
    Ok(Some((id, gone)))
}

/// How a person put a lot away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PutAway {
    pub(super) at: Timestamp,
    pub(super) by: UserId,
    /// It went into another lot, so its pieces are in the shop already.
    pub(super) merged: bool,
}

/// When and by whom a tombstone was made on purpose: deleted, or merged into another lot. An import that
/// was taken back leaves tombstones too, but nobody is surprised when its file comes again.
pub(super) fn was_put_away(shop: Shop<'_>, id: LotId) -> Result<Option<PutAway>> {
    let mut next = shop.lot(id)?.map(|lot| lot.last);
    while let Some(entry) = next {
        let Some(entry) = shop.entry(entry)? else {
            break;
        };
        let buried = entry
            .changes
            .iter()
            .any(|change| change.field == LotField::Gone && change.after == Value::Flag(true));
        if buried && entry.reason != Reason::TakenBack {
            return Ok(Some(PutAway {
                at: entry.at,
                by: entry.actor,
                merged: entry.reason == Reason::Merged,
            }));
        }
        // What was before the entry that was taken back counts again.
        let undone = if buried { entry.undoes } else { None };
        if let Some(undone) = undone {
            let undone_entry = shop.entry(undone)?;
            next = undone_entry.and_then(|entry| entry.previous);
            continue;
        }
        next = entry.previous.filter(|previous| *previous < entry.id);
    }
    Ok(None)
}
