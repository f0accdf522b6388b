//! Looking at lots: lists, windows of lists, and what the shop has of an item.

use super::App;
use super::lot_list::Totals;
use super::names::Names;
use super::rights::{Right, allow, allowed};
use crate::domain::rows::LotRow;
use crate::domain::{ItemKey, Lot, LotId, LotQuery, Money, Scope, Timestamp};
use crate::error::Result;
use crate::store::Tx;

/// What the start screen says about the shop's work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShopFigures {
    /// Lots.
    pub lots: u32,
    /// Pieces for sale.
    pub pieces: u64,
    /// Value of what is for sale, by price.
    pub value: Money,
    /// Orders that can be picked and have something left to pick.
    pub orders_to_pick: u32,
    /// When the oldest of them was placed.
    pub oldest_order: Option<Timestamp>,
    /// Lines of orders without a lot or without enough pieces.
    pub short_lines: u32,
    /// Open walks, with lines done and lines in all.
    pub walks: Vec<(crate::domain::SessionId, u16, u16)>,
}

impl App {
    /// Lots in natural order of place, then by item.
    pub fn lot_ids(&self, scope: &Scope, query: &LotQuery) -> Result<Vec<LotId>> {
        allow(scope, Right::ReadInventory)?;
        let words = words(&query.text);
        self.lot_lists
            .ids(&self.store, scope, &self.names(), &words)
    }

    /// These lots as rows; numbers that are not there any more are left out.
    pub fn lot_rows(&self, scope: &Scope, ids: &[LotId]) -> Result<Vec<LotRow>> {
        allow(scope, Right::ReadInventory)?;
        let names = self.names();
        self.store
            .read(|tx| rows(tx, &names, tx.shop(scope).lots(ids)?))
    }

    /// The shop's lots of an item, in natural order of place.
    pub fn lots_of_item(&self, scope: &Scope, item: &ItemKey) -> Result<Vec<LotRow>> {
        allow(scope, Right::ReadInventory)?;
        let names = self.names();
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let ids: Vec<LotId> = shop.stock_of(item)?.into_iter().map(|(id, _)| id).collect();
            let mut lots = shop.lots(&ids)?;
            lots.sort_by_cached_key(|lot| (lot.place.key(), lot.color, lot.id));
            rows(tx, &names, lots)
        })
    }

    /// Pieces for sale of each of these items, all colours together.
    pub fn stock_of_items(&self, scope: &Scope, items: &[ItemKey]) -> Result<Vec<u32>> {
        allow(scope, Right::ReadInventory)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            items
                .iter()
                .map(|item| {
                    let lots = shop.stock_of(item)?;
                    Ok(lots
                        .iter()
                        .fold(0u32, |sum, (_, available)| sum.saturating_add(*available)))
                })
                .collect()
        })
    }

    /// What the start screen says about the shop's work; what the person may not see stays empty.
    pub fn overview_figures(&self, scope: &Scope) -> Result<ShopFigures> {
        allow(scope, Right::ReadCatalog)?;
        let mut figures = ShopFigures::default();
        if allowed(scope, Right::ReadInventory) {
            let Totals {
                lots,
                pieces,
                value,
            } = self.lot_lists.totals(&self.store, scope)?;
            figures = ShopFigures {
                lots,
                pieces,
                value,
                ..figures
            };
        }
        if allowed(scope, Right::ReadPicks) {
            figures.walks = self.open_picks(scope)?;
        }
        if !allowed(scope, Right::ReadOrders) {
            return Ok(figures);
        }
        self.store.read(|tx| {
            tx.shop(scope).each_order(|order| {
                if order.status.can_be_picked() && !order.fully_picked() {
                    figures.orders_to_pick += 1;
                    let oldest = figures.oldest_order.unwrap_or(order.ordered);
                    figures.oldest_order = Some(oldest.min(order.ordered));
                }
                if order.status.holds_stock() {
                    let short = order.lines.iter().filter(|line| line.short() > 0).count();
                    figures.short_lines += u32::try_from(short).unwrap_or(u32::MAX);
                }
                Ok(())
            })
        })?;
        Ok(figures)
    }
}

/// The words of a question, in small letters; all of them must occur.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

fn rows(tx: &Tx<'_>, names: &Names, lots: Vec<Lot>) -> Result<Vec<LotRow>> {
    let catalog = tx.catalog()?;
    lots.into_iter()
        .map(|lot| {
            let name = names.of_item(catalog.as_ref(), &lot.item)?;
            Ok(LotRow {
                id: lot.id,
                known: name.is_some(),
                name: name.unwrap_or(lot.name),
                item: lot.item,
                color: names.color(lot.color),
                condition: lot.condition,
                stock: lot.stock,
                price: lot.price,
                place: lot.place,
                remarks: lot.remarks,
                created: lot.created,
            })
        })
        .collect()
}
