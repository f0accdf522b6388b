//! What buyers and the website do to BrickLink's orders, beside the service: the seller reads of it later.

use std::sync::Arc;

use super::Side;
use super::inventory::Lot;
use super::orders::{Costs, Line, Message, Order};
use crate::sandbox::text;
use crate::sandbox::world::{Dice, Goods, PEOPLE, StockRow};

/// Where the pieces of a cancelled order go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// Nowhere.
    Keep,
    /// Back to their lots; a lot that is gone comes back under its number.
    Restock,
    /// Each to a lot of its own with a new number.
    NewLots,
}

impl Side {
    /// Lots that buyers see, with what is left.
    pub fn offered(&self) -> Vec<(i64, i64, i64)> {
        self.lots
            .values()
            .filter(|lot| lot.quantity >= lot.bulk && !lot.stock_room && lot.price > 0)
            .map(|lot| (lot.id, lot.quantity, lot.bulk))
            .collect()
    }

    /// Takes pieces out of lots for an order; lots that are gone and pieces that are not there are left out.
    fn take_out(&mut self, wanted: &[(i64, i64)], goods: &Goods) -> Vec<Line> {
        let lots = Arc::make_mut(&mut self.lots);
        let mut lines = Vec::new();
        for (id, quantity) in wanted {
            let Some(lot) = lots.get_mut(id) else {
                continue;
            };
            let quantity = (*quantity).min(lot.quantity);
            if quantity <= 0 {
                continue;
            }
            lot.quantity -= quantity;
            let weight = goods.find(&lot.key).map_or(0, |(_, thing)| thing.weight);
            lines.push(line(lot, quantity, weight));
            if lot.quantity == 0 && !lot.retain {
                lots.remove(id);
            }
        }
        lines
    }

    /// A new order for these lots; its number, or nothing where none of them is there.
    pub fn place(
        &mut self,
        wanted: &[(i64, i64)],
        dice: &mut Dice,
        goods: &Goods,
        now: i64,
    ) -> Option<i64> {
        let batch = self.take_out(wanted, goods);
        if batch.is_empty() {
            return None;
        }
        self.next_order += 1;
        let person = dice.below(PEOPLE.len());
        let instant = dice.below(2) == 0;
        let times = self
            .orders
            .values()
            .filter(|order| order.person == person)
            .count();
        let order = Order {
            id: self.next_order,
            ordered: now,
            changed: now,
            status: if instant { "PAID" } else { "PENDING" }.to_owned(),
            person,
            times: i64::try_from(times).unwrap_or(0) + 1,
            filed: false,
            invoiced: instant,
            drive_thru: false,
            remarks: String::new(),
            paid: instant.then_some(now),
            payment: if instant { "Received" } else { "None" }.to_owned(),
            method: if instant { "PayPal (Onsite)" } else { "IBAN" }.to_owned(),
            method_id: 17_862,
            tracking_no: String::new(),
            tracking_link: String::new(),
            shipped: None,
            costs: Costs {
                shipping: 21_300,
                ..Costs::default()
            },
            batches: vec![batch],
            messages: Vec::new(),
            currency: "EUR".to_owned(),
        };
        let id = order.id;
        self.orders_mut().insert(id, order);
        self.notify("Order", id, now);
        Some(id)
    }

    /// The buyer adds to an order; whether that could be done.
    pub fn extend(&mut self, id: i64, wanted: &[(i64, i64)], goods: &Goods, now: i64) -> bool {
        let open = ["PENDING", "UPDATED", "PROCESSING", "READY"];
        let may = self
            .orders
            .get(&id)
            .is_some_and(|order| open.contains(&order.status.as_str()));
        if !may {
            return false;
        }
        let batch = self.take_out(wanted, goods);
        if batch.is_empty() {
            return false;
        }
        if let Some(order) = self.orders_mut().get_mut(&id) {
            order.batches.push(batch);
            begin_again(order, now);
        }
        self.notify("Order", id, now);
        true
    }

    /// Lines of a lot are taken out of an order; whether there were any.
    pub fn remove_lines(&mut self, id: i64, lot: i64, restock: bool, now: i64) -> bool {
        let Some(order) = self.orders_mut().get_mut(&id) else {
            return false;
        };
        let mut removed = Vec::new();
        for batch in &mut order.batches {
            let (out, left) = batch.drain(..).partition(|line| line.lot == lot);
            *batch = left;
            removed.extend::<Vec<Line>>(out);
        }
        if removed.is_empty() {
            return false;
        }
        order.batches.retain(|batch| !batch.is_empty());
        begin_again(order, now);
        if restock {
            self.put_back(&removed, false, now);
        }
        self.notify("Order", id, now);
        true
    }

    /// An order is cancelled on the website; whether it could be.
    pub fn cancel(&mut self, id: i64, how: Cancel, now: i64) -> bool {
        let Some(order) = self.orders_mut().get_mut(&id) else {
            return false;
        };
        if matches!(order.status.as_str(), "CANCELLED" | "PURGED") {
            return false;
        }
        "CANCELLED".clone_into(&mut order.status);
        order.changed = now;
        let lines: Vec<Line> = order.lines().cloned().collect();
        if how != Cancel::Keep {
            self.put_back(&lines, how == Cancel::NewLots, now);
        }
        self.notify("Order", id, now);
        true
    }

    fn put_back(&mut self, lines: &[Line], new_lots: bool, now: i64) {
        for line in lines {
            let there = !new_lots && self.lots.contains_key(&line.lot);
            if !there && new_lots {
                self.next_lot += 1;
            }
            let id = if new_lots { self.next_lot } else { line.lot };
            let lots = Arc::make_mut(&mut self.lots);
            let lot = lots.entry(id).or_insert_with(|| empty_lot(id, line, now));
            lot.quantity = (lot.quantity + line.quantity).min(text::MOST_PIECES);
        }
    }

    /// The website sets any state, also one that nobody knows; whether there is such an order.
    pub fn force_status(&mut self, id: i64, status: &str, now: i64) -> bool {
        let Some(order) = self.orders_mut().get_mut(&id) else {
            return false;
        };
        status.clone_into(&mut order.status);
        order.changed = now;
        self.notify("Order", id, now);
        true
    }

    /// The buyer writes; whether there is such an order.
    pub fn write(&mut self, id: i64, subject: Option<String>, body: String, now: i64) -> bool {
        let Some(order) = self.orders_mut().get_mut(&id) else {
            return false;
        };
        order.messages.push(Message {
            subject,
            body,
            at: now,
        });
        self.notify("Message", id, now);
        true
    }

    /// The buyer rates an order; whether there is such an order.
    pub fn rate(&mut self, id: i64, rating: i64, comment: &str, now: i64) -> bool {
        let Some(order) = self.orders.get(&id) else {
            return false;
        };
        let buyer = PEOPLE[order.person % PEOPLE.len()].user;
        let entry = self.members.rated(id, buyer, rating, comment, now);
        self.notify("Feedback", entry, now);
        true
    }
}

fn line(lot: &Lot, quantity: i64, weight: i64) -> Line {
    Line {
        lot: lot.id,
        key: lot.key.clone(),
        color: lot.color,
        quantity,
        used: lot.used,
        completeness: lot.completeness,
        price: lot.price,
        paid: lot.price_for(quantity),
        remarks: lot.remarks.clone(),
        description: lot.description.clone(),
        weight,
    }
}

fn empty_lot(id: i64, line: &Line, now: i64) -> Lot {
    let mut row = StockRow::new(line.key.clone(), line.color, 0, line.price);
    row.used = line.used;
    row.completeness = line.completeness;
    row.remarks.clone_from(&line.remarks);
    row.description.clone_from(&line.description);
    Lot::of(id, &row, now)
}

/// What was bought has changed: it is unpaid, not invoiced, and as new.
fn begin_again(order: &mut Order, now: i64) {
    "UPDATED".clone_into(&mut order.status);
    "None".clone_into(&mut order.payment);
    order.paid = None;
    order.ordered = now;
    order.changed = now;
    order.invoiced = false;
    order.drive_thru = false;
}
