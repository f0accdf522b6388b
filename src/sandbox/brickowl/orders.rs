//! Orders at BrickOwl: one way through their states, no additions, stock that goes when they are placed.

use std::sync::Arc;

use super::inventory::no_store;
use super::{Call, Outcome, Refusal, Side, shapes, success};
use crate::domain::ItemKey;
use crate::sandbox::json::Json;
use crate::sandbox::text::{Cash, MOST_PIECES};
use crate::sandbox::world::{Dice, Goods, PEOPLE};

/// Names of the states, by number.
pub const STATES: [&str; 9] = [
    "Pending",
    "Payment Submitted",
    "Payment Received",
    "Processing",
    "Processed",
    "Shipped",
    "Received",
    "On Hold",
    "Cancelled",
];
/// Cancelled.
const CANCELLED: u8 = 8;
/// Longest comment of feedback, in characters.
const COMMENT: usize = 120;

/// What was bought of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// The lot; it may be gone.
    pub lot: i64,
    /// What it is, by BrickLink's number.
    pub key: ItemKey,
    /// BrickOwl's number of it, without colour.
    pub base: u32,
    /// BrickOwl's colour; 0: none.
    pub color: u16,
    /// Code of the condition.
    pub condition: String,
    /// Pieces.
    pub quantity: i64,
    /// Pieces that were paid back.
    pub refunded: i64,
    /// Pieces that were left in the lot.
    pub left: i64,
    /// Price of a piece.
    pub price: Cash,
    /// Hundredths of a gram a piece.
    pub weight: i64,
    /// The lot's notes at that time.
    pub public_note: Option<String>,
    /// The place.
    pub personal_note: Option<String>,
    /// The seller's own number of the lot.
    pub external: Option<String>,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// When it was made.
    pub at: i64,
    /// When anything about it changed.
    pub updated: i64,
    /// When it was processed.
    pub processed: Option<i64>,
    /// Number of its state.
    pub status: u8,
    /// Who bought, by place in the list of people.
    pub person: usize,
    /// What was bought.
    pub lines: Vec<Line>,
    /// Tracking number.
    pub tracking: Option<String>,
    /// The seller's note.
    pub note: Option<String>,
    /// What the buyer wrote.
    pub buyer_note: String,
    /// Whether the seller has rated it.
    pub rated: bool,
    /// Postage.
    pub shipping: Cash,
    /// Paid back.
    pub refund: Cash,
}

impl Order {
    /// Pieces.
    pub fn pieces(&self) -> i64 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// What the pieces cost.
    pub fn subtotal(&self) -> Cash {
        self.lines
            .iter()
            .map(|line| line.price * line.quantity)
            .sum()
    }

    /// Hundredths of a gram.
    pub fn weight(&self) -> i64 {
        self.lines
            .iter()
            .map(|line| line.weight * line.quantity)
            .sum()
    }
}

impl Side {
    pub(super) fn order_call(&mut self, verb: &str, call: Call<'_>) -> Outcome {
        match verb {
            "list" => self.list_orders(call),
            "view" => {
                let order = self.seen_order(call)?;
                Ok(shapes::order(&order))
            }
            "items" => {
                let order = self.seen_order(call)?;
                if self.late_items > 0 {
                    self.late_items -= 1;
                    return Ok(Vec::new().into());
                }
                let lines = order.lines.iter();
                let list: Vec<Json> = lines.map(|line| shapes::line(line, call.goods)).collect();
                Ok(list.into())
            }
            "set_status" => {
                let status = call.number("status_id")?;
                let order = self.order_mut(call)?;
                let wanted = u8::try_from(status).unwrap_or(u8::MAX);
                if !may_become(order.status, wanted) {
                    return Err(Refusal::wrong("Invalid status"));
                }
                order.status = wanted;
                if wanted == 4 {
                    order.processed = Some(call.now);
                }
                Ok(success())
            }
            "tracking" => {
                let tracking = call.needed("tracking_id")?.to_owned();
                self.order_mut(call)?.tracking = Some(tracking);
                Ok(success())
            }
            "note" => {
                let note = call
                    .given("note")
                    .ok_or_else(|| Refusal::wrong("Missing argument note"))?;
                let note = Some(note.to_owned()).filter(|note| !note.is_empty());
                self.order_mut(call)?.note = note;
                Ok(success())
            }
            "feedback" => {
                let rating = call.number("rating")?;
                if !(-1..=1).contains(&rating) {
                    return Err(Refusal::wrong("Invalid rating"));
                }
                if call.needed("comment")?.chars().count() > COMMENT {
                    return Err(Refusal::wrong("Comment is too long"));
                }
                self.order_mut(call)?.rated = true;
                Ok(success())
            }
            "notify" => {
                let ip = call
                    .given("ip")
                    .ok_or_else(|| Refusal::wrong("Missing argument ip"))?;
                if !ip.is_empty() && ip.parse::<std::net::IpAddr>().is_err() {
                    return Err(Refusal::wrong("Invalid ip"));
                }
                ip.clone_into(&mut self.notify_ip);
                Ok(success())
            }
            "tax_schemes" => Ok(Vec::new().into()),
            _ => Err(Refusal::new(404, "Not found")),
        }
    }

    fn seen_order(&mut self, call: Call<'_>) -> Result<Order, Refusal> {
        let id = call.number("order_id")?;
        let orders = self.seen_orders(false);
        orders
            .get(&id)
            .cloned()
            .ok_or_else(|| Refusal::new(404, "Order not found"))
    }

    /// The order that is named; it counts as changed.
    fn order_mut(&mut self, call: Call<'_>) -> Result<&mut Order, Refusal> {
        let id = call.number("order_id")?;
        let order = Arc::make_mut(&mut self.orders).get_mut(&id);
        let order = order.ok_or_else(|| Refusal::new(404, "Order not found"))?;
        order.updated = call.now;
        Ok(order)
    }

    fn list_orders(&mut self, call: Call<'_>) -> Outcome {
        let orders = self.seen_orders(true);
        let missing: Vec<i64> = self.missing.iter().map(|(id, _)| *id).collect();
        for (_, left) in &mut self.missing {
            *left = left.saturating_sub(1);
        }
        self.missing.retain(|(_, left)| *left > 0);
        match call.given("list_type").unwrap_or("store") {
            "customer" => return Ok(Vec::new().into()),
            "store" if !self.switches.no_store => {}
            _ => return Err(no_store()),
        }
        let limit = match call.given("limit").filter(|limit| !limit.is_empty()) {
            Some(_) => usize::try_from(call.number("limit")?)
                .unwrap_or(0)
                .clamp(1, 5_000),
            None => 500,
        };
        let since = match call.given("order_time").filter(|time| !time.is_empty()) {
            Some(_) => call.number("order_time")?.saturating_mul(1_000_000),
            None => i64::MIN,
        };
        let status = match call.given("status").filter(|status| !status.is_empty()) {
            Some(text) => Some(state(text).ok_or_else(|| Refusal::wrong("Invalid status"))?),
            None => None,
        };
        let updated = match call.given("sort_by").unwrap_or("created") {
            "created" => false,
            "updated" => true,
            _ => return Err(Refusal::wrong("Invalid sort_by")),
        };
        let mut found: Vec<_> = orders
            .values()
            .filter(|order| order.at >= since && !missing.contains(&order.id))
            .filter(|order| status.is_none_or(|status| order.status == status))
            .collect();
        let time = |order: &Order| if updated { order.updated } else { order.at };
        found.sort_by_key(|order| std::cmp::Reverse((time(order), order.id)));
        let list: Vec<Json> = found.into_iter().take(limit).map(shapes::header).collect();
        Ok(list.into())
    }

    pub(super) fn take_order(
        &mut self,
        wanted: &[(i64, i64)],
        dice: &mut Dice,
        goods: &Goods,
        now: i64,
    ) -> Option<i64> {
        let id = self.next_order + 1;
        let lots = Arc::make_mut(&mut self.lots);
        let mut lines = Vec::new();
        for (number, quantity) in wanted {
            let Some(lot) = lots.get_mut(number) else {
                continue;
            };
            let quantity = (*quantity).min(lot.quantity);
            if quantity <= 0 {
                continue;
            }
            lot.quantity -= quantity;
            lines.push(Line {
                id: id * 100 + i64::try_from(lines.len()).unwrap_or(0),
                lot: lot.id,
                key: lot.key.clone(),
                base: lot.base,
                color: lot.color,
                condition: lot.condition.clone(),
                quantity,
                refunded: 0,
                left: lot.quantity,
                price: lot.price_for(quantity),
                weight: goods.find(&lot.key).map_or(0, |(_, thing)| thing.weight),
                public_note: lot.public_note.clone(),
                personal_note: lot.personal_note.clone(),
                external: lot.external.clone(),
            });
        }
        if lines.is_empty() {
            return None;
        }
        self.next_order = id;
        let order = Order {
            id,
            at: now,
            updated: now,
            processed: None,
            status: if dice.below(5) == 0 { 1 } else { 2 },
            person: dice.below(PEOPLE.len()),
            lines,
            tracking: None,
            note: None,
            buyer_note: String::new(),
            rated: false,
            shipping: 23_000,
            refund: 0,
        };
        Arc::make_mut(&mut self.orders).insert(id, order);
        Some(id)
    }

    /// The website cancels an order; whether it could be.
    pub fn cancel(&mut self, id: i64, restock: bool, now: i64) -> bool {
        let Some(order) = Arc::make_mut(&mut self.orders).get_mut(&id) else {
            return false;
        };
        if order.status == CANCELLED {
            return false;
        }
        order.status = CANCELLED;
        order.updated = now;
        if restock {
            let lots = Arc::make_mut(&mut self.lots);
            for line in &order.lines {
                if let Some(lot) = lots.get_mut(&line.lot) {
                    lot.quantity = (lot.quantity + line.quantity).min(MOST_PIECES);
                }
            }
        }
        true
    }

    /// The website sets any state, also one that nobody knows; whether there is such an order.
    pub fn force_status(&mut self, id: i64, status: u8, now: i64) -> bool {
        let Some(order) = Arc::make_mut(&mut self.orders).get_mut(&id) else {
            return false;
        };
        order.status = status;
        order.updated = now;
        true
    }

    /// Pieces of a line are paid back; whether there is such a line with so many.
    pub fn refund(&mut self, id: i64, lot: i64, quantity: i64, now: i64) -> bool {
        let Some(order) = Arc::make_mut(&mut self.orders).get_mut(&id) else {
            return false;
        };
        let line = order.lines.iter_mut().find(|line| line.lot == lot);
        let Some(line) =
            line.filter(|line| (1..=line.quantity - line.refunded).contains(&quantity))
        else {
            return false;
        };
        line.refunded += quantity;
        order.refund += line.price * quantity;
        order.updated = now;
        true
    }
}

/// Whether a seller may bring an order from one state to another.
pub fn may_become(from: u8, to: u8) -> bool {
    match (from, to) {
        (1..=5, 7) | (7, 1..=5) => true,
        (1..=6, 1..=6) => to > from,
        _ => false,
    }
}

/// A state by its name or number.
fn state(text: &str) -> Option<u8> {
    let named = STATES
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    match named {
        Some(number) => u8::try_from(number).ok(),
        None => text.parse().ok().filter(|number| *number <= CANCELLED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_forward_only() {
        for from in 0..=8 {
            for to in 0..=9 {
                let hold =
                    (to == 7 && (1..=5).contains(&from)) || (from == 7 && (1..=5).contains(&to));
                let forward = (1..=6).contains(&from) && (1..=6).contains(&to) && to > from;
                assert_eq!(may_become(from, to), hold || forward, "{from} to {to}");
            }
        }
        assert_eq!(state("payment received"), Some(2));
        assert_eq!(state("5"), Some(5));
        assert_eq!(state("9"), None);
    }
}
