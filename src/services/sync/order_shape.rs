//! A marketplace's order in the form the shop keeps orders in.

use crate::domain::market::{MarketLine, MarketOrder};
use crate::domain::{ColorId, ItemKey, Order, OrderId, OrderLine};

/// Whether both are the same line of an order.
pub(super) fn same_line(one: &OrderLine, other: &OrderLine) -> bool {
    one.batch == other.batch
        && one.market_lot == other.market_lot
        && (one.market_lot.is_some() || (one.item.same(&other.item) && one.color == other.color))
        && one.condition == other.condition
}

/// The lines by lot and batch: a marketplace may tell one lot several times.
pub(super) fn lines(fresh: &MarketOrder) -> Vec<OrderLine> {
    let mut lines: Vec<OrderLine> = Vec::with_capacity(fresh.lines.len());
    for told in &fresh.lines {
        let line = line(told);
        match lines.iter_mut().find(|other| same_line(other, &line)) {
            Some(other) => other.quantity = other.quantity.saturating_add(line.quantity),
            None => lines.push(line),
        }
    }
    lines
}

fn line(told: &MarketLine) -> OrderLine {
    let description = match (&told.item, told.notes.is_empty()) {
        // Without a number its name is all there is.
        (None, _) => told.name.clone(),
        (Some(_), _) => told.notes.clone(),
    };
    OrderLine {
        market_lot: told.lot,
        item: told.item.clone().unwrap_or_else(|| ItemKey::part("")),
        color: told.color.unwrap_or(ColorId(0)),
        condition: told.condition,
        quantity: told.quantity,
        price: told.price,
        description,
        batch: told.batch.max(1),
        lot: None,
        reserved: 0,
        picked: 0,
    }
}

/// The order without its lines.
pub(super) fn headed(id: OrderId, fresh: &MarketOrder) -> Order {
    let head = &fresh.head;
    Order {
        id,
        marketplace: head.market,
        number: head.number.clone(),
        party: head.buyer.clone(),
        status: head.status.clone(),
        ordered: head.ordered,
        status_changed: head.changed,
        currency: head.currency.clone(),
        total: head.total,
        shipping: fresh.shipping,
        payment: fresh.payment.clone(),
        destination: fresh.address.country.clone(),
        tracking: fresh.tracking.clone(),
        lines: Vec::new(),
    }
}
