//! Orders at BrickLink: what the seller reads and changes through the service.

use serde_json::Value;

use super::shapes::Shape;
use super::{Call, Done, Outcome, Refusal, Side, id, invalid_uri};
use crate::domain::ItemKey;
use crate::sandbox::json::{Json, map};
use crate::sandbox::text::{Cash, iso_millis};
use crate::sandbox::world::PEOPLE;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;
/// States a seller may leave and set.
const OPEN: [&str; 6] = [
    "PENDING",
    "PROCESSING",
    "READY",
    "PAID",
    "PACKED",
    "SHIPPED",
];
/// Words of payment states.
const PAYMENTS: [&str; 7] = [
    "None",
    "Sent",
    "Received",
    "Clearing",
    "Returned",
    "Bounced",
    "Completed",
];
/// All states the service names.
const STATES: [&str; 17] = [
    "PENDING",
    "UPDATED",
    "PROCESSING",
    "READY",
    "PAID",
    "PAID-PENDING",
    "PACKED",
    "SHIPPED",
    "RECEIVED",
    "COMPLETED",
    "OCR",
    "NPB",
    "NPX",
    "NRS",
    "NSS",
    "CANCELLED",
    "PURGED",
];

/// What was bought of a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The lot; it may be gone.
    pub lot: i64,
    /// What it is.
    pub key: ItemKey,
    /// Colour.
    pub color: u16,
    /// Pieces.
    pub quantity: i64,
    /// Used, or new.
    pub used: bool,
    /// `C`, `B`, `S`.
    pub completeness: Option<char>,
    /// List price of a piece.
    pub price: Cash,
    /// What was charged for it.
    pub paid: Cash,
    /// The lot's private note at that time.
    pub remarks: String,
    /// Its public note at that time.
    pub description: String,
    /// Hundredths of a gram a piece; 0: unknown.
    pub weight: i64,
}

/// What comes on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Postage.
    pub shipping: Cash,
    /// Insurance.
    pub insurance: Cash,
    /// Anything.
    pub etc1: Cash,
    /// Anything else.
    pub etc2: Cash,
    /// Taken off.
    pub credit: Cash,
}

/// A message of the buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// May be missing.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// When.
    pub at: i64,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub id: i64,
    /// When it was made or last added to.
    pub ordered: i64,
    /// When its state changed.
    pub changed: i64,
    /// Its state.
    pub status: String,
    /// Who bought, by place in the list of people.
    pub person: usize,
    /// How often they have bought.
    pub times: i64,
    /// Put away.
    pub filed: bool,
    /// Invoiced.
    pub invoiced: bool,
    /// The mail about its way was sent.
    pub drive_thru: bool,
    /// The seller's note.
    pub remarks: String,
    /// When it was paid.
    pub paid: Option<i64>,
    /// State of the payment.
    pub payment: String,
    /// How it is paid.
    pub method: String,
    /// Shipping method.
    pub method_id: i64,
    /// Tracking number.
    pub tracking_no: String,
    /// Where to look it up.
    pub tracking_link: String,
    /// When it was sent.
    pub shipped: Option<i64>,
    /// What comes on top.
    pub costs: Costs,
    /// What was bought, batch by batch.
    pub batches: Vec<Vec<Line>>,
    /// What the buyer wrote.
    pub messages: Vec<Message>,
    /// Three letters.
    pub currency: String,
}

impl Order {
    /// All lines.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.batches.iter().flatten()
    }

    /// Pieces.
    pub fn pieces(&self) -> i64 {
        self.lines().map(|line| line.quantity).sum()
    }

    /// Lots.
    pub fn lots(&self) -> usize {
        let mut lots: Vec<i64> = self.lines().map(|line| line.lot).collect();
        lots.sort_unstable();
        lots.dedup();
        lots.len()
    }

    /// What the pieces cost.
    pub fn subtotal(&self) -> Cash {
        self.lines().map(|line| line.paid * line.quantity).sum()
    }

    /// What everything costs.
    pub fn total(&self) -> Cash {
        let costs = self.costs;
        self.subtotal() + costs.shipping + costs.insurance + costs.etc1 + costs.etc2 - costs.credit
    }

    /// Hundredths of a gram; 0 if any is unknown.
    pub fn weight(&self) -> i64 {
        if self.lines().any(|line| line.weight == 0) {
            return 0;
        }
        self.lines().map(|line| line.weight * line.quantity).sum()
    }

    fn purged(&self, now: i64, days: i64) -> bool {
        self.status == "PURGED" || now.saturating_sub(self.changed) > days.saturating_mul(DAY)
    }
}

impl Side {
    pub(super) fn orders_call(&mut self, method: &str, path: &[&str], call: Call<'_>) -> Outcome {
        match (method, path) {
            ("GET", []) => Ok(self.list_orders(call)),
            ("GET", [number]) => {
                let order = self.seen_order(id(number)?)?;
                Ok(Done::data(self.shape().order(&order)))
            }
            ("GET", [number, "items"]) => self.items(id(number)?, call),
            ("GET", [number, "messages"]) => {
                let order = self.seen_order(id(number)?)?;
                let list: Vec<Json> = order.messages.iter().map(|m| message(m, &order)).collect();
                Ok(Done::data(list.into()))
            }
            ("GET", [number, "feedback"]) => {
                let order = self.seen_order(id(number)?)?;
                Ok(Done::data(self.members.of_order(order.id).into()))
            }
            ("PUT", [number]) => self.change(id(number)?, call),
            ("PUT", [number, "status"]) => self.set_status(id(number)?, call),
            ("PUT", [number, "payment_status"]) => self.set_payment(id(number)?, call),
            ("POST", [number, "drive_thru"]) => {
                let order = self.order_mut(id(number)?)?;
                order.drive_thru = true;
                Ok(Done::nothing(Some(map! {})))
            }
            (
                _,
                []
                | [_]
                | [
                    _,
                    "items" | "messages" | "feedback" | "status" | "payment_status" | "drive_thru",
                ],
            ) => Err(Refusal::method()),
            _ => Err(invalid_uri()),
        }
    }

    fn seen_order(&mut self, id: i64) -> Result<Order, Refusal> {
        let orders = self.seen_orders(false);
        orders.get(&id).cloned().ok_or_else(Refusal::not_found)
    }

    fn order_mut(&mut self, id: i64) -> Result<&mut Order, Refusal> {
        self.orders_mut()
            .get_mut(&id)
            .ok_or_else(Refusal::not_found)
    }

    fn list_orders(&mut self, call: Call<'_>) -> Done {
        let orders = self.seen_orders(true);
        let missing: Vec<i64> = self.missing.iter().map(|(id, _)| *id).collect();
        for (_, left) in &mut self.missing {
            *left = left.saturating_sub(1);
        }
        self.missing.retain(|(_, left)| *left > 0);
        if call
            .query("direction")
            .is_some_and(|way| way.eq_ignore_ascii_case("out"))
        {
            return Done::data(Vec::new().into());
        }
        let filed = call.flag("filed");
        let mut list: Vec<Json> = orders
            .values()
            .filter(|order| order.filed == filed && !missing.contains(&order.id))
            .filter(|order| super::inventory::listed(call.query("status"), &order.status))
            .map(Shape::summary)
            .collect();
        self.dice.shuffle(&mut list);
        Done::data(list.into())
    }

    fn items(&mut self, id: i64, call: Call<'_>) -> Outcome {
        let order = self.seen_order(id)?;
        if self.late_items > 0 {
            self.late_items -= 1;
            return Ok(Done::data(Vec::new().into()));
        }
        if order.purged(call.now, self.switches.purge_days) {
            return Err(Refusal::not_found());
        }
        let shape = self.shape();
        let batches: Vec<Json> = order
            .batches
            .iter()
            .map(|batch| {
                let lines = batch.iter();
                let lines: Vec<Json> = lines
                    .map(|line| shape.line(line, call.goods, &order.currency))
                    .collect();
                lines.into()
            })
            .collect();
        Ok(Done::data(batches.into()))
    }

    fn change(&mut self, id: i64, call: Call<'_>) -> Outcome {
        let body = call.body()?;
        let mut order = self.order_mut(id)?.clone();
        let wrong = || Refusal::parameter("Unparseable value or field: []");
        if !body.is_object() {
            return Err(wrong());
        }
        let unpaid = order.paid.is_none();
        if let Some(costs) = body.get("cost") {
            for (name, cost) in [
                ("credit", &mut order.costs.credit),
                ("insurance", &mut order.costs.insurance),
                ("etc1", &mut order.costs.etc1),
                ("etc2", &mut order.costs.etc2),
                ("shipping", &mut order.costs.shipping),
            ] {
                if let Some(value) = costs.get(name) {
                    let value = super::money(value).ok_or_else(wrong)?;
                    if unpaid {
                        *cost = value;
                    }
                }
            }
        }
        if let Some(shipping) = body.get("shipping") {
            for (name, text) in [
                ("tracking_no", &mut order.tracking_no),
                ("tracking_link", &mut order.tracking_link),
            ] {
                if let Some(value) = shipping.get(name) {
                    value.as_str().ok_or_else(wrong)?.clone_into(text);
                }
            }
            if let Some(at) = shipping.get("date_shipped") {
                let at = at
                    .as_str()
                    .and_then(|at| at.parse::<jiff::Timestamp>().ok());
                order.shipped = Some(at.ok_or_else(wrong)?.as_microsecond());
            }
            if let Some(method) = shipping.get("method_id") {
                order.method_id = method.as_i64().ok_or_else(wrong)?;
            }
        }
        if let Some(remarks) = body.get("remarks") {
            remarks
                .as_str()
                .ok_or_else(wrong)?
                .clone_into(&mut order.remarks);
        }
        if let Some(filed) = body.get("is_filed") {
            order.filed = filed.as_bool().ok_or_else(wrong)?;
        }
        let json = self.shape().order(&order);
        self.orders_mut().insert(id, order);
        Ok(Done::data(json))
    }

    fn set_status(&mut self, id: i64, call: Call<'_>) -> Outcome {
        let wanted = value_of(&call.body()?, "status")?.to_ascii_uppercase();
        if !STATES.contains(&wanted.as_str()) {
            return Err(Refusal::parameter("Invalid order status"));
        }
        let order = self.order_mut(id)?;
        if order.status != wanted {
            if !may_become(
                &order.status,
                &wanted,
                call.now.saturating_sub(order.changed),
            ) {
                return Err(Refusal::new(
                    422,
                    "RESOURCE_UPDATE_NOT_ALLOWED",
                    "NOT_IN_UPDATABLE_STATUS",
                ));
            }
            order.status = wanted;
            order.changed = call.now;
        }
        Ok(Done::nothing(Some(map! {})))
    }

    fn set_payment(&mut self, id: i64, call: Call<'_>) -> Outcome {
        let wanted = value_of(&call.body()?, "payment_status")?;
        let known = PAYMENTS
            .iter()
            .find(|word| word.eq_ignore_ascii_case(&wanted))
            .ok_or_else(|| Refusal::parameter("Invalid payment status"))?;
        let order = self.order_mut(id)?;
        (*known).clone_into(&mut order.payment);
        order.paid = match *known {
            "Received" | "Completed" => Some(order.paid.unwrap_or(call.now)),
            _ => None,
        };
        Ok(Done::nothing(Some(map! {})))
    }
}

/// The value of a body that names one field.
fn value_of(body: &Value, field: &str) -> Result<String, Refusal> {
    let named = body.get("field").and_then(Value::as_str);
    let value = body.get("value").and_then(Value::as_str);
    match (named, value) {
        (Some(named), Some(value)) if named == field => Ok(value.to_owned()),
        _ => Err(Refusal::parameter("Unparseable value or field: []")),
    }
}

/// Whether a seller may bring an order from one state to another; `age` since its last change.
pub fn may_become(from: &str, to: &str, age: i64) -> bool {
    let week = age <= 7 * DAY;
    match (from, to) {
        ("RECEIVED" | "COMPLETED", "SHIPPED") => week,
        ("SHIPPED" | "RECEIVED", "COMPLETED") => true,
        (from, to) => (OPEN.contains(&from) || from == "UPDATED") && OPEN.contains(&to),
    }
}

fn message(message: &Message, order: &Order) -> Json {
    map! {
        "subject" => message.subject.as_ref(),
        "body" => message.body.as_str(),
        "from" => PEOPLE[order.person % PEOPLE.len()].user,
        "to" => "brickseller",
        "dateSent" => iso_millis(message.at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_moves_orders_only_where_the_service_lets_them() {
        for from in OPEN {
            for to in OPEN {
                assert!(may_become(from, to, 0), "{from} to {to}");
            }
        }
        assert!(may_become("UPDATED", "PROCESSING", 0));
        assert!(!may_become("PENDING", "UPDATED", 0));
        assert!(may_become("SHIPPED", "COMPLETED", 0));
        assert!(!may_become("PACKED", "COMPLETED", 0));
        assert!(may_become("COMPLETED", "SHIPPED", 7 * DAY));
        assert!(!may_become("COMPLETED", "SHIPPED", 7 * DAY + 1));
        for closed in ["OCR", "NPB", "NPX", "NRS", "NSS", "CANCELLED", "PURGED"] {
            assert!(!may_become(closed, "SHIPPED", 0), "{closed}");
            assert!(!may_become("PENDING", closed, 0), "{closed}");
        }
    }
}
