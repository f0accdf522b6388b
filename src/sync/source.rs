//! Reading a marketplace: the one form in which orders and lots of both come in.

use crate::domain::Marketplace;
use crate::domain::market::{Class, Failure, Listing, MarketOrder, OrderHead, Purpose};
use crate::error::Error;
use crate::market::bricklink::{BrickLink, InventoryFilter};
use crate::market::brickowl::{BrickOwl, LotName, OrderAsk};

/// Most orders that BrickOwl names at once.
const OWL_ORDERS: u16 = 5_000;

/// Why work with a marketplace ended early.
#[derive(Debug)]
pub enum Halt {
    /// A call failed.
    Outside(Box<Failure>),
    /// The store did.
    Inside(Error),
}

impl From<Box<Failure>> for Halt {
    fn from(failure: Box<Failure>) -> Self {
        Self::Outside(failure)
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Inside(error)
    }
}

impl std::fmt::Display for Halt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Outside(failure) => f.write_str(&failure.text),
            Self::Inside(error) => error.fmt(f),
        }
    }
}

/// A list of orders or lots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// What was read.
    pub rows: Vec<T>,
    /// It names everything there is; what is not in a list that is not whole says nothing.
    pub whole: bool,
}

/// What a call ends with.
pub type Told<T> = Result<T, Box<Failure>>;

/// A marketplace that is read.
pub trait Source {
    /// Which.
    fn market(&self) -> Marketplace;

    /// Every order of the shop, filed or not.
    ///
    /// # Errors
    /// What the client says.
    fn orders(&self) -> Told<Listed<OrderHead>>;

    /// An order with its lines.
    ///
    /// # Errors
    /// What the client says.
    fn order(&self, number: &str) -> Told<MarketOrder>;

    /// Every lot of the shop, sold out or not.
    ///
    /// # Errors
    /// What the client says.
    fn lots(&self) -> Told<Listed<Listing>>;

    /// One lot; `None`: it is not there.
    ///
    /// # Errors
    /// What the client says.
    fn lot(&self, number: u64) -> Told<Option<Listing>>;
}

impl Source for BrickLink {
    fn market(&self) -> Marketplace {
        Marketplace::BrickLink
    }

    fn orders(&self) -> Told<Listed<OrderHead>> {
        let rows = self.all_orders("", Purpose::Orders)?;
        Ok(Listed { rows, whole: true })
    }

    fn order(&self, number: &str) -> Told<MarketOrder> {
        self.whole_order(number, Purpose::Orders)
    }

    fn lots(&self) -> Told<Listed<Listing>> {
        let rows = self.inventory(&InventoryFilter::default(), Purpose::Orders)?;
        Ok(Listed { rows, whole: true })
    }

    fn lot(&self, number: u64) -> Told<Option<Listing>> {
        match Self::lot(self, number, Purpose::Orders) {
            Ok(lot) => Ok(Some(lot)),
            Err(failure) if failure.class == Class::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

impl Source for BrickOwl {
    fn market(&self) -> Marketplace {
        Marketplace::BrickOwl
    }

    fn orders(&self) -> Told<Listed<OrderHead>> {
        let ask = OrderAsk {
            limit: OWL_ORDERS,
            by_change: true,
            ..OrderAsk::default()
        };
        let page = Self::orders(self, Purpose::Orders, &ask)?;
        let whole = page.unread.is_empty() && page.rows.len() < usize::from(OWL_ORDERS);
        Ok(Listed {
            rows: page.rows,
            whole,
        })
    }

    fn order(&self, number: &str) -> Told<MarketOrder> {
        Self::order(self, Purpose::Orders, number)
    }

    fn lots(&self) -> Told<Listed<Listing>> {
        let page = Self::lots(self, Purpose::Orders, false)?;
        Ok(Listed {
            whole: page.unread.is_empty(),
            rows: page.rows,
        })
    }

    fn lot(&self, number: u64) -> Told<Option<Listing>> {
        let page = self.lots_named(Purpose::Orders, &LotName::Number(number))?;
        Ok(page.rows.into_iter().find(|lot| lot.id == number))
    }
}
