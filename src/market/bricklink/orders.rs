//! What a shop does with its orders at BrickLink.

use serde_json::json;

use crate::domain::OrderStatus;
use crate::domain::market::{
    Feedback, MarketLine, MarketOrder, OrderChange, OrderHead, OrderMessage, Purpose,
};
use crate::market::Method;
use crate::market::redact::encode;

use super::client::refused;
use super::line::{BrickLink, Told, Wish};
use super::mapping::{Batches, FromWire, Mapped, Object};
use super::shapes;
use super::writing::order_body;

impl BrickLink {
    /// Received orders, in no particular order: those that are not filed away, or those that are.
    /// `statuses`: words with commas, a leading `-` excludes; empty: all. An order may be missing once and
    /// be there again.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn orders(&self, filed: bool, statuses: &str, purpose: Purpose) -> Told<Vec<OrderHead>> {
        let mut wish = Wish::get("GET orders", "/orders", purpose)
            .with("direction", "in")
            .with("filed", filed.to_string())
            .large();
        if !statuses.is_empty() {
            wish = wish.with("status", statuses);
        }
        self.list(&wish)
    }

    /// All received orders, filed or not. Two calls; one that is filed between them is there once.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn all_orders(&self, statuses: &str, purpose: Purpose) -> Told<Vec<OrderHead>> {
        let mut orders = self.orders(false, statuses, purpose)?;
        for filed in self.orders(true, statuses, purpose)? {
            match orders.iter_mut().find(|order| order.number == filed.number) {
                Some(open) => *open = filed,
                None => orders.push(filed),
            }
        }
        Ok(orders)
    }

    /// An order without its lines.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn order(&self, number: &str, purpose: Purpose) -> Told<MarketOrder> {
        let wish = Wish::get("GET orders/{id}", order_path(number, ""), purpose);
        self.order_of(&wish, number)
    }

    /// The lines of an order, batch by batch. A lot may be in several.
    ///
    /// # Errors
    /// `NotFound` for an order whose content was removed; see [`crate::domain::market::Failure`].
    pub fn order_lines(&self, number: &str, purpose: Purpose) -> Told<Vec<MarketLine>> {
        let wish = Wish::get(
            "GET orders/{id}/items",
            order_path(number, "/items"),
            purpose,
        )
        .large();
        self.ask(&wish, |asked, answer| {
            let batches = asked.data::<Batches>(answer)?;
            Ok(batches.map(|batches| batches.0).unwrap_or_default())
        })
    }

    /// An order with its lines. Two calls.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn whole_order(&self, number: &str, purpose: Purpose) -> Told<MarketOrder> {
        let mut order = self.order(number, purpose)?;
        order.lines = self.order_lines(number, purpose)?;
        Ok(order)
    }

    /// The buyer's messages about an order.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn order_messages(&self, number: &str, purpose: Purpose) -> Told<Vec<OrderMessage>> {
        let path = order_path(number, "/messages");
        self.list(&Wish::get("GET orders/{id}/messages", path, purpose))
    }

    /// What both sides said of an order.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn order_feedback(&self, number: &str, purpose: Purpose) -> Told<Vec<Feedback>> {
        let path = order_path(number, "/feedback");
        self.list(&Wish::get("GET orders/{id}/feedback", path, purpose))
    }

    /// Changes tracking, costs, notes or filing of an order; answers with the order as it is now. Safe to
    /// repeat.
    ///
    /// # Errors
    /// `Refused` when nothing is to be changed; see [`crate::domain::market::Failure`].
    pub fn change_order(
        &self,
        number: &str,
        change: &OrderChange,
        purpose: Purpose,
    ) -> Told<MarketOrder> {
        const ENDPOINT: &str = "PUT orders/{id}";
        let body = order_body(change).ok_or_else(|| {
            refused(
                ENDPOINT,
                "Nothing of the order was changed; say what is to be changed.",
            )
        })?;
        let wish = Wish::write(Method::Put, ENDPOINT, order_path(number, ""), purpose)
            .body(body)
            .repeatable(true);
        self.order_of(&wish, number)
    }

    /// Moves an order to another state. Safe to repeat.
    ///
    /// # Errors
    /// `Refused` when the order is not in a state from which this is possible; see
    /// [`crate::domain::market::Failure`].
    pub fn set_order_status(
        &self,
        number: &str,
        status: &OrderStatus,
        purpose: Purpose,
    ) -> Told<()> {
        let value = status.word().to_ascii_uppercase();
        let wish = Wish::write(
            Method::Put,
            "PUT orders/{id}/status",
            order_path(number, "/status"),
            purpose,
        )
        .body(json!({"field": "status", "value": value}))
        .repeatable(true);
        self.tell(&wish)
    }

    /// Says how the payment stands: `None Sent Received Clearing Returned Bounced Completed`. Safe to
    /// repeat.
    ///
    /// # Errors
    /// See [`crate::domain::market::Failure`].
    pub fn set_payment_status(&self, number: &str, status: &str, purpose: Purpose) -> Told<()> {
        let wish = Wish::write(
            Method::Put,
            "PUT orders/{id}/payment_status",
            order_path(number, "/payment_status"),
            purpose,
        )
        .body(json!({"field": "payment_status", "value": status}))
        .repeatable(true);
        self.tell(&wish)
    }

    /// Sends the thank-you message to the buyer, with a copy to the shop if wanted. Never repeated by
    /// itself.
    ///
    /// # Errors
    /// With `Done::Unknown` it may have gone out; `drive_thru_sent` of the order tells. See
    /// [`crate::domain::market::Failure`].
    pub fn drive_thru(&self, number: &str, mail_me: bool, purpose: Purpose) -> Told<()> {
        let wish = Wish::write(
            Method::Post,
            "POST orders/{id}/drive_thru",
            order_path(number, "/drive_thru"),
            purpose,
        )
        .with("mail_me", mail_me.to_string());
        self.tell(&wish)
    }

    fn order_of(&self, wish: &Wish, number: &str) -> Told<MarketOrder> {
        self.ask(wish, |asked, answer| {
            let data = asked.data::<Object<shapes::Order>>(answer)?;
            let wrong = |why: &str| {
                asked.odd(
                    answer,
                    &format!(
                        "BrickLink answered without a proper order ({why}); it is read again."
                    ),
                )
            };
            let order = data.ok_or_else(|| wrong("it sent nothing"))?.0;
            let order = MarketOrder::from_wire(order).map_err(|why| wrong(&why))?;
            if order.head.number != number {
                return Err(wrong("it sent another one"));
            }
            Ok(order)
        })
    }

    /// A list that is empty when nothing comes.
    pub(super) fn list<T: FromWire>(&self, wish: &Wish) -> Told<Vec<T>> {
        self.ask(wish, |asked, answer| {
            let list = asked.data::<Mapped<T>>(answer)?;
            Ok(list.map(|list| list.0).unwrap_or_default())
        })
    }
}

fn order_path(number: &str, rest: &str) -> String {
    format!("/orders/{}{rest}", encode(number))
}
