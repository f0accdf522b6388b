//! Looking at orders: lists, windows of lists, and one order as a whole.

use std::collections::HashMap;

use super::App;
use super::lots::words;
use super::rights::{Right, allow};
use crate::domain::rows::{OrderDetail, OrderLineRow, OrderRow};
use crate::domain::{Lot, LotId, Order, OrderId, OrderQuery, Scope, SessionId, Timestamp};
use crate::error::{Error, Result};
use crate::store::Shop;

impl App {
    /// Orders, oldest first.
    pub fn order_ids(&self, scope: &Scope, query: &OrderQuery) -> Result<Vec<OrderId>> {
        allow(scope, Right::ReadOrders)?;
        let words = words(&query.text);
        let mut found: Vec<(Timestamp, OrderId)> = Vec::new();
        self.store.read(|tx| {
            tx.shop(scope).each_order(|order| {
                if wanted(&order, query, &words) {
                    found.push((order.ordered, order.id));
                }
                Ok(())
            })
        })?;
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// These orders as rows; numbers that are not there any more are left out.
    pub fn order_rows(&self, scope: &Scope, ids: &[OrderId]) -> Result<Vec<OrderRow>> {
        allow(scope, Right::ReadOrders)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let walks = walks_by_order(&shop)?;
            Ok(shop
                .orders(ids)?
                .iter()
                .map(|order| row(order, walks.get(&order.id).copied()))
                .collect())
        })
    }

    /// A whole order.
    pub fn order_detail(&self, scope: &Scope, id: OrderId) -> Result<OrderDetail> {
        allow(scope, Right::ReadOrders)?;
        let names = self.names();
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let order = shop
                .order(id)?
                .ok_or_else(|| Error::not_found(format!("There is no order {id}.")))?;
            let walks = walks_by_order(&shop)?;
            let ids: Vec<LotId> = order.lines.iter().filter_map(|line| line.lot).collect();
            let lots: HashMap<LotId, Lot> = shop
                .lots(&ids)?
                .into_iter()
                .map(|lot| (lot.id, lot))
                .collect();
            let catalog = tx.catalog()?;
            let lines = order
                .lines
                .iter()
                .map(|line| {
                    let lot = line.lot.and_then(|id| lots.get(&id));
                    let name = names.of_item(catalog.as_ref(), &line.item)?;
                    Ok(OrderLineRow {
                        item: line.item.clone(),
                        name: name
                            .or_else(|| lot.map(|lot| lot.name.clone()))
                            .unwrap_or_default(),
                        color: names.color(line.color),
                        condition: line.condition,
                        quantity: line.quantity,
                        picked: line.picked,
                        short: missing(&order, line),
                        price: line.price,
                        lot: line.lot,
                        place: lot.map(|lot| lot.place.clone()).unwrap_or_default(),
                    })
                })
                .collect::<Result<Vec<_>>>()?;
            Ok(OrderDetail {
                row: row(&order, walks.get(&order.id).copied()),
                marketplace: order.marketplace,
                shipping: order.shipping,
                payment: order.payment,
                destination: order.destination,
                tracking: order.tracking,
                lines,
            })
        })
    }
}

/// Which open walk picks which order.
fn walks_by_order(shop: &Shop<'_>) -> Result<HashMap<OrderId, SessionId>> {
    let mut found = HashMap::new();
    for walk in shop.open_picks()? {
        for order in walk.orders {
            found.insert(order, walk.id);
        }
    }
    Ok(found)
}

/// An order that is over misses nothing.
fn missing(order: &Order, line: &crate::domain::OrderLine) -> u32 {
    if order.status.holds_stock() {
        line.short()
    } else {
        0
    }
}

fn row(order: &Order, session: Option<SessionId>) -> OrderRow {
    OrderRow {
        id: order.id,
        number: order.number.clone(),
        party: order.party.clone(),
        status: order.status.clone(),
        ordered: order.ordered,
        lines: u32::try_from(order.lines.len()).unwrap_or(u32::MAX),
        pieces: order.pieces(),
        picked: order.lines.iter().map(|line| u64::from(line.picked)).sum(),
        short: order
            .lines
            .iter()
            .map(|line| u64::from(missing(order, line)))
            .sum(),
        total: order.total,
        currency: order.currency.clone(),
        session,
    }
}

fn wanted(order: &Order, query: &OrderQuery, words: &[String]) -> bool {
    if query.to_pick && (!order.status.can_be_picked() || order.fully_picked()) {
        return false;
    }
    if query.status.as_ref().is_some_and(|s| *s != order.status) {
        return false;
    }
    if words.is_empty() {
        return true;
    }
    let mut text = [&order.number, &order.party, order.status.word()].join("\n");
    for line in &order.lines {
        text.push('\n');
        text.push_str(&line.item.no);
        text.push('\n');
        text.push_str(&line.description);
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}
