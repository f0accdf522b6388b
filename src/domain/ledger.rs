//! The ledger: every change of a lot as an entry that is never overwritten.

use serde::{Deserialize, Serialize};

use super::lot::MAX_QUANTITY;
use super::lot_field::{FieldChange, LotField};
use super::{CorrelationId, EntryId, LotId, Marketplace, SessionId, Timestamp, UserId};

/// Pieces of a lot. Their sum changes only through the ledger, and none is ever negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Stock {
    /// For sale.
    pub available: u32,
    /// On the shelf, but promised to an order.
    pub reserved: u32,
    /// Off the shelf for an order or sold.
    pub sold: u32,
}

impl Stock {
    /// Pieces that lie on the shelf.
    pub const fn on_shelf(&self) -> u32 {
        self.available.saturating_add(self.reserved)
    }

    /// Promises up to `wanted` available pieces; gives how many it could.
    pub fn reserve(&mut self, wanted: u32) -> u32 {
        let got = wanted.min(self.available);
        self.available -= got;
        self.reserved += got;
        got
    }

    /// Takes a promise back.
    pub fn release(&mut self, pieces: u32) -> Option<()> {
        self.reserved = self.reserved.checked_sub(pieces)?;
        self.available = self.available.checked_add(pieces)?;
        Some(())
    }

    /// Takes promised pieces off the shelf.
    pub fn take(&mut self, pieces: u32) -> Option<()> {
        self.reserved = self.reserved.checked_sub(pieces)?;
        self.sold = self.sold.checked_add(pieces)?;
        Some(())
    }

    /// Puts taken pieces back, still promised.
    pub fn put_back(&mut self, pieces: u32) -> Option<()> {
        self.sold = self.sold.checked_sub(pieces)?;
        self.reserved = self.reserved.checked_add(pieces)?;
        Some(())
    }

    /// Changes the pieces for sale by a difference; `None` below nothing or above what a lot may hold.
    pub fn shift(&mut self, by: i64) -> Option<()> {
        let after = u32::try_from(i64::from(self.available).checked_add(by)?).ok()?;
        self.available = (after <= MAX_QUANTITY).then_some(after)?;
        Some(())
    }

    /// Whether nothing ever lay here.
    pub const fn is_empty(&self) -> bool {
        self.available == 0 && self.reserved == 0 && self.sold == 0
    }
}

/// Why a lot changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// It came in with a file.
    Imported {
        /// The file's name, without its folder.
        file: String,
    },
    /// An order promised pieces of it.
    Reserved {
        /// The marketplace's number of the order.
        order: String,
    },
    /// An order was cancelled or shrank.
    Released {
        /// The marketplace's number of the order.
        order: String,
    },
    /// Picked for an order.
    Picked {
        /// The marketplace's number of the order.
        order: String,
        /// The walk it was picked in.
        session: SessionId,
    },
    /// A pick was taken back.
    PickUndone {
        /// The marketplace's number of the order.
        order: String,
        /// The walk it was picked in.
        session: SessionId,
    },
    /// It left the shelf without a walk: the marketplace says that the order was sent.
    Sent {
        /// The marketplace's number of the order.
        order: String,
    },
    /// A person brought it in.
    Added,
    /// A person changed it.
    Edited,
    /// Part of it became a lot of its own, or it is that part.
    Split,
    /// It took another lot in, or went into one.
    Merged,
    /// Counted on the shelf.
    Counted {
        /// Why the count differed, in the person's words; may be empty.
        why: String,
    },
    /// Put somewhere else.
    Moved,
    /// Taken out of a set.
    PartedOut {
        /// The set's number.
        set: String,
    },
    /// It came out of a file (batch collection) into the live stock, or went into one.
    Filed {
        /// Name of the file.
        file: String,
    },
    /// An earlier deed was taken back, or brought back.
    TakenBack,
    /// Places are read from the remarks by another rule.
    Reread,
    /// A marketplace gave it a number.
    Listed {
        /// Which.
        market: Marketplace,
    },
    /// It was changed at a marketplace, and is taken over.
    Adopted {
        /// Which.
        market: Marketplace,
    },
}

impl Reason {
    /// In a few words, for lists.
    pub fn words(&self) -> String {
        match self {
            Self::Imported { file } => format!("imported from {file}"),
            Self::Reserved { order } => format!("promised to order {order}"),
            Self::Released { order } => format!("released from order {order}"),
            Self::Picked { order, .. } => format!("picked for order {order}"),
            Self::PickUndone { order, .. } => format!("put back from order {order}"),
            Self::Sent { order } => format!("sent with order {order}"),
            Self::Added => "added".into(),
            Self::Edited => "changed".into(),
            Self::Split => "split".into(),
            Self::Merged => "merged".into(),
            Self::Counted { why } if why.is_empty() => "counted".into(),
            Self::Counted { why } => format!("counted: {why}"),
            Self::Moved => "moved".into(),
            Self::PartedOut { set } => format!("parted out of {set}"),
            Self::Filed { file } => format!("file {file}"),
            Self::TakenBack => "taken back".into(),
            Self::Reread => "place read anew".into(),
            Self::Listed { market } => format!("listed at {}", market.name()),
            Self::Adopted { market } => format!("changed at {}", market.name()),
        }
    }

    /// The order it belongs to: such a change is taken back where it was made.
    pub fn order(&self) -> Option<&str> {
        match self {
            Self::Reserved { order }
            | Self::Released { order }
            | Self::Picked { order, .. }
            | Self::PickUndone { order, .. }
            | Self::Sent { order } => Some(order),
            _ => None,
        }
    }
}

/// One change of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Rises with time.
    pub id: EntryId,
    /// The lot.
    pub lot: LotId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: UserId,
    /// Why.
    pub reason: Reason,
    /// What else belongs to the same deed.
    pub correlation: CorrelationId,
    /// Pieces before; all zero for a new lot.
    pub before: Stock,
    /// Pieces after.
    pub after: Stock,
    /// Fields that changed. A lot that comes in was a tombstone before.
    pub changes: Vec<FieldChange>,
    /// The entry before this one about the same lot.
    pub previous: Option<EntryId>,
    /// The entry that this one takes back.
    pub undoes: Option<EntryId>,
}

impl LedgerEntry {
    /// How many pieces more are for sale.
    pub fn difference(&self) -> i64 {
        i64::from(self.after.available) - i64::from(self.before.available)
    }

    /// The change of a field, if it was one of those that changed.
    pub fn change(&self, field: LotField) -> Option<&FieldChange> {
        self.changes.iter().find(|change| change.field == field)
    }

    /// Whether pieces moved.
    pub fn moved_pieces(&self) -> bool {
        self.before != self.after
    }

    /// Whether it came to lie elsewhere.
    pub fn moved_place(&self) -> bool {
        self.change(LotField::Place).is_some()
    }
}

/// Something a person did to lots, in one go: what can be taken back as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// Ties its entries together.
    pub id: CorrelationId,
    /// When it began.
    pub at: Timestamp,
    /// Who.
    pub actor: UserId,
    /// In a few words, such as `price *1.05`.
    pub what: String,
    /// Why, in the person's own words; may be empty.
    pub why: String,
    /// Lots it changed.
    pub lots: u32,
    /// Pieces for sale that came or went.
    pub pieces: i64,
    /// Its entries: first and last of each unbroken run.
    pub runs: Vec<(EntryId, EntryId)>,
    /// The deed that this one takes back (or brings back, if that one took back another).
    pub undoes: Option<CorrelationId>,
    /// The deed that took this one back.
    pub undone_by: Option<CorrelationId>,
    /// Still under way; one that died is taken back when the program starts.
    pub open: bool,
}

impl Deed {
    /// Notes an entry as its own.
    pub fn note(&mut self, entry: EntryId) {
        match self.runs.last_mut() {
            Some((_, last)) if last.0 + 1 == entry.0 => *last = entry,
            _ => self.runs.push((entry, entry)),
        }
    }

    /// How many entries it has.
    pub fn entries(&self) -> u64 {
        self.runs.iter().map(|(from, to)| to.0 - from.0 + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_move_and_never_go_below_nothing() {
        let mut stock = Stock {
            available: 5,
            ..Stock::default()
        };
        assert_eq!(stock.reserve(7), 5, "only what is there");
        assert_eq!(stock.on_shelf(), 5);
        assert_eq!(stock.take(3), Some(()));
        assert_eq!(stock.put_back(1), Some(()));
        assert_eq!((stock.available, stock.reserved, stock.sold), (0, 3, 2));
        assert_eq!(stock.release(4), None);
        assert_eq!(stock.take(4), None);
        assert_eq!(stock.put_back(3), None);
    }
}
