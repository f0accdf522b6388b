//! Looking at lots: lists, windows of lists, and what the shop has of an item.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::App;
use super::names::Names;
use super::rights::{Right, allow, allowed};
use super::shelf::{Proposals, Selection};
use crate::domain::filter::{Field, Filter};
use crate::domain::market::{Guide, PriceKey, Region, percent_of_guide};
use crate::domain::rows::LotRow;
use crate::domain::{ItemKey, Lot, LotId, LotQuery, LotShelf, Money, Scope, Timestamp, UserId};
use crate::error::{Error, Result};
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
    /// The lots that match, in their order.
    pub fn lot_ids(&self, scope: &Scope, query: &LotQuery) -> Result<Vec<LotId>> {
        let selected = self.selected(scope, query)?;
        Ok(selected
            .lots
            .into_iter()
            .map(|at| LotId(u64::from(at)))
            .collect())
    }

    /// The lots that match, with their sums. A filter that is not understood is `Invalid`.
    pub(crate) fn selected(&self, scope: &Scope, query: &LotQuery) -> Result<Selection> {
        allow(scope, Right::ReadInventory)?;
        let zone = self.shop_zone(scope)?;
        let filter = Filter::parse(&query.text, scope.now, &zone)
            .map_err(|mistake| Error::invalid(mistake.to_string()))?;
        let asked = (query.shelf, &filter.expr, query.sort.as_slice());
        self.shelves
            .select(&self.store, scope, &self.names(), asked)
    }

    /// Days begin as the shop counts them.
    fn shop_zone(&self, scope: &Scope) -> Result<TimeZone> {
        let settings = self.store.read(|tx| tx.shop(scope).settings())?;
        Ok(TimeZone::get(&settings.time_zone).unwrap_or(TimeZone::UTC))
    }

    /// What could stand behind a field of the filter, with how many lots have it.
    pub fn filter_values(
        &self,
        scope: &Scope,
        (field, prefix, shelf): (Field, &str, LotShelf),
    ) -> Result<Proposals> {
        allow(scope, Right::ReadInventory)?;
        let asked = crate::services::shelf::Asked {
            field,
            prefix,
            shelf,
        };
        self.shelves
            .proposals(&self.store, scope, &self.names(), &asked)
    }

    /// These lots as rows; numbers that are not there any more are left out.
    pub fn lot_rows(&self, scope: &Scope, ids: &[LotId]) -> Result<Vec<LotRow>> {
        allow(scope, Right::ReadInventory)?;
        let names = self.names();
        self.store
            .read(|tx| rows(tx, scope, &names, tx.shop(scope).lots(ids)?))
    }

    /// The same rows, each price beside what the price guide says.
    pub(crate) fn guided(&self, scope: &Scope, mut rows: Vec<LotRow>) -> Result<Vec<LotRow>> {
        let currency = self.shop_record(scope)?.currency;
        self.store.read(|tx| {
            for row in &mut rows {
                let price = tx.fetched_price(&PriceKey {
                    item: row.item.clone(),
                    color: row.color.id,
                    condition: row.condition,
                    guide: Guide::Sold,
                    currency: currency.clone(),
                    region: Region::World,
                })?;
                let known = price.and_then(|price| price.guide.known);
                row.guide = known
                    .filter(|(guide, _)| !guide.is_empty())
                    .and_then(|(guide, _)| percent_of_guide(row.price, guide.quantity_average));
            }
            Ok(rows)
        })
    }

    /// One lot as a row.
    pub fn lot_row(&self, scope: &Scope, id: LotId) -> Result<LotRow> {
        let mut rows = self.guided(scope, self.lot_rows(scope, &[id])?)?;
        rows.pop()
            .ok_or_else(|| Error::not_found(format!("There is no lot {id}.")))
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
            rows(tx, scope, &names, lots)
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
            let totals = self.shelves.totals(&self.store, scope, &self.names())?;
            figures = ShopFigures {
                lots: totals.lots,
                pieces: totals.pieces,
                value: totals.value,
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

fn rows(tx: &Tx<'_>, scope: &Scope, names: &Names, lots: Vec<Lot>) -> Result<Vec<LotRow>> {
    let catalog = tx.catalog()?;
    let shop = tx.shop(scope);
    let mut people: HashMap<UserId, String> = HashMap::new();
    lots.into_iter()
        .map(|lot| {
            let by = if let Some(name) = people.get(&lot.changed_by) {
                name.clone()
            } else {
                let person = shop.person(lot.changed_by)?;
                let name = person.map_or_else(String::new, |person| person.name);
                people.insert(lot.changed_by, name.clone());
                name
            };
            let facts = names.facts_of(catalog.as_ref(), &lot.item)?;
            let known = facts.is_some();
            let facts = facts.unwrap_or_default();
            Ok(LotRow {
                id: lot.id,
                known,
                name: if known { facts.name } else { lot.name },
                category: facts
                    .category
                    .and_then(|id| names.tree().get(id))
                    .map_or_else(String::new, |node| node.name.clone()),
                weight: facts.weight,
                item: lot.item,
                color: names.color(lot.color),
                condition: lot.condition,
                stock: lot.stock,
                price: lot.price,
                place: lot.place,
                remarks: lot.remarks,
                created: lot.created,
                cost: lot.cost,
                comments: lot.notes,
                completeness: lot.completeness,
                tags: lot.tags,
                bulk: lot.bulk,
                sale: lot.sale,
                tiers: lot.tiers,
                stockroom: lot.stockroom,
                retain: lot.retain,
                reserved_for: lot.reserved_for,
                bricklink_lot: lot.bricklink_lot,
                changed: lot.changed,
                changed_by: by,
                gone: lot.gone,
                last: lot.last,
                guide: None,
            })
        })
        .collect()
}
