//! What was fetched of items and prices from outside: facts of the world, of no shop.
//!
//! They lie beside the generations of the catalogue, so that an import neither loses nor overrules
//! what is younger than its files.

use std::ops::ControlFlow;

use redb::WriteTransaction;

use super::codec::{pack, unpack};
use super::shop::ShopWrite;
use super::tables::{FETCHED_ITEMS, FETCHED_PRICES, OPENED_ITEMS, REFERENCE};
use super::{Batch, Tx, disk};
use crate::domain::market::{
    FetchedItem, FetchedPrice, Guide, OpenedItem, PriceKey, Reference, Region,
};
use crate::domain::{ColorId, ItemKey, Topic};
use crate::error::Result;

/// A write about what was fetched.
#[derive(Debug)]
pub(super) enum FetchedWrite {
    Item(Box<FetchedItem>),
    Price(Box<FetchedPrice>),
    Opened(Box<OpenedItem>),
    Reference(Box<Reference>),
}

fn region(region: &Region) -> String {
    match region {
        Region::World => String::new(),
        Region::Area(area) => format!("area {area}"),
        Region::Country(country) => format!("country {country}"),
    }
}

fn color_key(color: Option<ColorId>) -> u32 {
    color.map_or(0, |color| u32::from(color.0) + 1)
}

/// Applies one write.
pub(super) fn apply(tx: &WriteTransaction, write: FetchedWrite) -> Result<()> {
    match write {
        FetchedWrite::Item(item) => {
            let folded = item.key.folded();
            tx.open_table(FETCHED_ITEMS.definition())
                .map_err(|e| disk(&e))?
                .insert(
                    (item.key.kind.index(), folded.as_str()),
                    pack(&*item)?.as_slice(),
                )
                .map_err(|e| disk(&e))?;
        }
        FetchedWrite::Price(price) => {
            let (folded, region) = (price.key.item.folded(), region(&price.key.region));
            let key = (
                price.key.item.kind.index(),
                folded.as_str(),
                price.key.color.0,
                price.key.condition as u8,
                price.key.guide as u8,
                price.key.currency.as_str(),
                region.as_str(),
            );
            tx.open_table(FETCHED_PRICES.definition())
                .map_err(|e| disk(&e))?
                .insert(key, pack(&*price)?.as_slice())
                .map_err(|e| disk(&e))?;
        }
        FetchedWrite::Opened(opened) => {
            let folded = opened.key.folded();
            let key = (
                opened.key.kind.index(),
                folded.as_str(),
                color_key(opened.color),
            );
            tx.open_table(OPENED_ITEMS.definition())
                .map_err(|e| disk(&e))?
                .insert(key, pack(&*opened)?.as_slice())
                .map_err(|e| disk(&e))?;
        }
        FetchedWrite::Reference(reference) => {
            tx.open_table(REFERENCE.definition())
                .map_err(|e| disk(&e))?
                .insert(0, pack(&*reference)?.as_slice())
                .map_err(|e| disk(&e))?;
        }
    }
    Ok(())
}

impl Tx<'_> {
    /// What was fetched of an item.
    pub fn fetched_item(&self, key: &ItemKey) -> Result<Option<FetchedItem>> {
        let folded = key.folded();
        let bytes = FETCHED_ITEMS.definition();
        self.look::<(u8, &str), &[u8], _>(bytes, (key.kind.index(), folded.as_str()), unpack)
    }

    /// Everything that was fetched of items.
    pub fn each_fetched_item(&self, mut each: impl FnMut(FetchedItem) -> Result<()>) -> Result<()> {
        self.walk::<(u8, &str), &[u8], (u8, &str)>(FETCHED_ITEMS.definition(), .., |_, bytes| {
            each(unpack(bytes)?)?;
            Ok(ControlFlow::Continue(()))
        })
    }

    /// What was fetched of a price.
    pub fn fetched_price(&self, key: &PriceKey) -> Result<Option<FetchedPrice>> {
        let (folded, region) = (key.item.folded(), region(&key.region));
        let row = (
            key.item.kind.index(),
            folded.as_str(),
            key.color.0,
            key.condition as u8,
            key.guide as u8,
            key.currency.as_str(),
            region.as_str(),
        );
        self.look::<(u8, &str, u16, u8, u8, &str, &str), &[u8], _>(
            FETCHED_PRICES.definition(),
            row,
            unpack,
        )
    }

    /// Every price of the pieces sold that is known in a currency, all over the world.
    pub fn each_price_sold(
        &self,
        currency: &str,
        mut each: impl FnMut(FetchedPrice) -> Result<()>,
    ) -> Result<()> {
        let world = region(&Region::World);
        self.walk::<(u8, &str, u16, u8, u8, &str, &str), &[u8], (u8, &str, u16, u8, u8, &str, &str)>(
            FETCHED_PRICES.definition(),
            ..,
            |(_, _, _, _, guide, of, place), bytes| {
                if guide == Guide::Sold as u8 && of == currency && place == world {
                    each(unpack(bytes)?)?;
                }
                Ok(ControlFlow::Continue(()))
            },
        )
    }

    /// Colours and categories as they were fetched last.
    pub fn reference(&self) -> Result<Option<Reference>> {
        self.look(REFERENCE.definition(), 0, unpack)
    }

    /// What was looked at, and when, in the order of numbers.
    pub fn opened_items(&self) -> Result<Vec<OpenedItem>> {
        let mut found = Vec::new();
        self.walk::<(u8, &str, u32), &[u8], (u8, &str, u32)>(
            OPENED_ITEMS.definition(),
            ..,
            |_, bytes| {
                found.push(unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }

    /// The same of one item.
    pub fn opened_of(&self, key: &ItemKey) -> Result<Vec<OpenedItem>> {
        let (kind, folded) = (key.kind.index(), key.folded());
        let mut found = Vec::new();
        let range = (kind, folded.as_str(), 0)..=(kind, folded.as_str(), u32::MAX);
        self.walk::<(u8, &str, u32), &[u8], (u8, &str, u32)>(
            OPENED_ITEMS.definition(),
            range,
            |_, bytes| {
                found.push(unpack(bytes)?);
                Ok(ControlFlow::Continue(()))
            },
        )?;
        Ok(found)
    }
}

impl Batch {
    /// Keeps what was fetched of an item and of its prices, and tells everybody.
    pub fn put_fetched(&mut self, item: FetchedItem, prices: Vec<FetchedPrice>) {
        self.push(ShopWrite::Fetched(FetchedWrite::Item(Box::new(item))));
        for price in prices {
            self.push(ShopWrite::Fetched(FetchedWrite::Price(Box::new(price))));
        }
        self.changed_for_all(Topic::Fetched);
    }

    /// Keeps what was fetched of prices, and tells everybody.
    pub fn put_fetched_prices(&mut self, prices: Vec<FetchedPrice>) {
        for price in prices {
            self.push(ShopWrite::Fetched(FetchedWrite::Price(Box::new(price))));
        }
        self.changed_for_all(Topic::Fetched);
    }

    /// Keeps colours and categories as they were fetched, and tells everybody.
    pub fn put_reference(&mut self, reference: Reference) {
        self.push(ShopWrite::Fetched(FetchedWrite::Reference(Box::new(
            reference,
        ))));
        self.changed_for_all(Topic::Fetched);
    }

    /// Remembers that somebody looked at an item. Nobody is told.
    pub fn put_opened(&mut self, opened: OpenedItem) {
        self.push(ShopWrite::Fetched(FetchedWrite::Opened(Box::new(opened))));
    }
}
