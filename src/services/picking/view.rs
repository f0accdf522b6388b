//! A walk as the screen shows it.

use std::collections::{BTreeMap, BTreeSet};

use super::narrow;
use crate::domain::rows::{PickLineRow, PickOrderRow, PickView};
use crate::domain::{
    LineState, Lot, LotId, Order, OrderId, PickLine, PickSession, PickState, Place,
};
use crate::error::Result;
use crate::services::names::Names;
use crate::store::Shop;

/// The walk with what lots and orders say now.
pub(super) fn view(shop: &Shop<'_>, walk: &PickSession, names: &Names) -> Result<PickView> {
    let orders: BTreeMap<OrderId, Order> = shop
        .orders(&walk.orders)?
        .into_iter()
        .map(|order| (order.id, order))
        .collect();
    let lots: BTreeSet<LotId> = walk.lines.iter().filter_map(|line| line.lot).collect();
    let lots: Vec<LotId> = lots.into_iter().collect();
    let lots: BTreeMap<LotId, Lot> = shop
        .lots(&lots)?
        .into_iter()
        .map(|lot| (lot.id, lot))
        .collect();
    let lines = walk
        .lines
        .iter()
        .map(|line| {
            let lot = line.lot.and_then(|id| lots.get(&id));
            row(walk, line, orders.get(&line.order), lot, names)
        })
        .collect();
    Ok(PickView {
        id: walk.id,
        state: walk.state,
        orders: walk
            .orders
            .iter()
            .map(|id| order_row(walk, *id, orders.get(id)))
            .collect(),
        lines,
        current: walk.current().filter(|_| walk.state == PickState::Open),
        done: narrow(walk.done()),
        undoable: u32::try_from(walk.steps.len()).unwrap_or(u32::MAX),
        started: walk.started,
    })
}

fn row(
    walk: &PickSession,
    line: &PickLine,
    order: Option<&Order>,
    lot: Option<&Lot>,
    names: &Names,
) -> PickLineRow {
    let left = if line.is_open() { line.missing() } else { 0 };
    let promised = order
        .filter(|order| order.status.can_be_picked())
        .and_then(|order| order.lines.get(usize::from(line.order_line)))
        .map(|sold| sold.reserved);
    let there = match (promised, lot) {
        (Some(promised), Some(lot)) => promised.saturating_add(lot.stock.available).min(left),
        _ => 0,
    };
    PickLineRow {
        tote: walk.tote(line.order),
        item: line.item.clone(),
        name: line.name.clone(),
        color: names.color(line.color),
        condition: line.condition,
        place: lot.map_or_else(|| line.place.clone(), |lot| Place::clone(&lot.place)),
        wanted: line.wanted,
        taken: line.taken,
        state: line.state,
        remaining: lot.map(|lot| lot.stock.on_shelf().saturating_sub(left)),
        there,
    }
}

fn order_row(walk: &PickSession, id: OrderId, order: Option<&Order>) -> PickOrderRow {
    let pieces = |of: fn(&PickLine) -> bool| {
        walk.lines
            .iter()
            .filter(|line| line.order == id && of(line))
            .map(|line| u64::from(line.missing()))
            .sum()
    };
    PickOrderRow {
        id,
        tote: walk.tote(id),
        number: order.map_or_else(|| id.to_string(), |order| order.number.clone()),
        party: order.map(|order| order.party.clone()).unwrap_or_default(),
        open: pieces(PickLine::is_open),
        short: pieces(|line| line.state == LineState::Short),
    }
}
