//! The ledger: every change of a lot as an entry that is never overwritten.

use serde::{Deserialize, Serialize};

use super::{CorrelationId, EntryId, LotId, Place, SessionId, Timestamp, UserId};

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
    /// Place before and after, where it changed.
    pub moved: Option<(Place, Place)>,
    /// The entry that this one takes back.
    pub undoes: Option<EntryId>,
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
