//! The verbs of BrickOwl's orders.

use super::client::{BrickOwl, OWL, Page};
use super::errors;
use super::order_mapping as mapping;
use super::shapes::{WireHead, WireItem, WireOrder};
use crate::domain::market::{MarketOrder, OrderHead, Purpose};
use crate::domain::{OrderStatus, Timestamp};
use crate::market::attempt::{Outside, garbled, unsayable};
use crate::market::lenient::Many;

/// Longest comment of a feedback, in characters.
const COMMENT: usize = 120;

/// Which orders are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderAsk {
    /// BrickOwl's number of a state, 0 to 8; `None`: any.
    pub status: Option<u8>,
    /// Placed at this time or later.
    pub since: Option<Timestamp>,
    /// At most this many, up to 5000; 0: as many as the service gives by itself (500).
    pub limit: u16,
    /// The latest change first, instead of the latest order.
    pub by_change: bool,
}

/// What a seller thinks of a buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// 1
    Praise,
    /// 0
    Neutral,
    /// -1
    Complaint,
}

impl BrickOwl {
    /// The shop's orders. The list does not say when an order last changed.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Garbled` when not one row can be read.
    pub fn orders(&self, purpose: Purpose, ask: &OrderAsk) -> Outside<Page<OrderHead>> {
        let mut query = Vec::new();
        if let Some(status) = ask.status {
            query.push(("status", status.to_string()));
        }
        if let Some(since) = ask.since {
            let seconds = since.micros().div_euclid(crate::domain::time::SECOND);
            query.push(("order_time", seconds.to_string()));
        }
        if ask.limit > 0 {
            query.push(("limit", ask.limit.min(5_000).to_string()));
        }
        query.push(("list_type", "store".into()));
        let sort = if ask.by_change { "updated" } else { "created" };
        query.push(("sort_by", sort.into()));
        self.read(purpose, "GET order/list", "order/list", &query, |answer| {
            let mut page = Page {
                rows: Vec::new(),
                unread: Vec::new(),
            };
            errors::each::<WireHead>(answer, &mut |row| page.take(row.as_ref(), mapping::head))?;
            page.sensible()
        })
    }

    /// An order with its lines: two calls.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Garbled` when a field that counts cannot be read, or
    /// the lines are not there yet.
    pub fn order(&self, purpose: Purpose, number: &str) -> Outside<MarketOrder> {
        let query = [("order_id", number.to_owned())];
        let view: WireOrder = self.read(
            purpose,
            "GET order/view",
            "order/view",
            &query,
            errors::object,
        )?;
        let items = self.read(
            purpose,
            "GET order/items",
            "order/items",
            &query,
            errors::object::<Many<WireItem>>,
        )?;
        let order = mapping::order(&view, &items.0, &self.colors)
            .map_err(|why| garbled(OWL, &why, false))?;
        if order.head.number != number {
            return Err(garbled(OWL, "it is another order", false));
        }
        if order.lines.is_empty() && (order.head.lots > 0 || order.head.pieces > 0) {
            return Err(garbled(OWL, "the order has no lines yet", false));
        }
        Ok(order)
    }

    /// Moves an order on. BrickOwl refuses a state that was reached or passed before.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` for states it does not let sellers set.
    pub fn set_status(&self, purpose: Purpose, number: &str, to: &OrderStatus) -> Outside<()> {
        let id = mapping::status_id(to).map_err(|why| unsayable(OWL, why))?;
        self.about_order(
            purpose,
            ("POST order/set_status", "order/set_status"),
            number,
            vec![("status_id", id.to_string())],
        )
    }

    /// Tells the buyer the tracking number, or an address to follow.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn set_tracking(&self, purpose: Purpose, number: &str, tracking: &str) -> Outside<()> {
        self.about_order(
            purpose,
            ("POST order/tracking", "order/tracking"),
            number,
            vec![("tracking_id", tracking.to_owned())],
        )
    }

    /// Replaces the seller's note.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn set_note(&self, purpose: Purpose, number: &str, note: &str) -> Outside<()> {
        self.about_order(
            purpose,
            ("POST order/note", "order/note"),
            number,
            vec![("note", note.to_owned())],
        )
    }

    /// Leaves feedback for the buyer.
    ///
    /// # Errors
    /// What the service, the wire or the gate say; `Refused` for a comment over 120 characters.
    pub fn give_feedback(
        &self,
        purpose: Purpose,
        number: &str,
        rating: Rating,
        comment: &str,
    ) -> Outside<()> {
        if comment.chars().count() > COMMENT {
            return Err(unsayable(
                OWL,
                format!("A comment at BrickOwl has {COMMENT} characters at most; shorten it."),
            ));
        }
        let rating = match rating {
            Rating::Praise => "1",
            Rating::Neutral => "0",
            Rating::Complaint => "-1",
        };
        self.about_order(
            purpose,
            ("POST order/feedback", "order/feedback"),
            number,
            vec![("rating", rating.into()), ("comment", comment.to_owned())],
        )
    }

    /// Names the address that is told of new orders, always on port 42500; `None` tells nobody.
    ///
    /// # Errors
    /// What the service, the wire or the gate say.
    pub fn notify(&self, purpose: Purpose, address: Option<std::net::IpAddr>) -> Outside<()> {
        let ip = address.map_or_else(String::new, |address| address.to_string());
        self.write(
            purpose,
            "POST order/notify",
            "order/notify",
            &vec![("ip", ip)],
        )
        .map(drop)
    }

    fn about_order(
        &self,
        purpose: Purpose,
        (endpoint, path): (&'static str, &str),
        number: &str,
        rest: Vec<(&'static str, String)>,
    ) -> Outside<()> {
        let mut form = vec![("order_id", number.to_owned())];
        form.extend(rest);
        self.write(purpose, endpoint, path, &form).map(drop)
    }
}

impl<T> Page<T> {
    /// Takes a row, or keeps why it cannot be read.
    pub(super) fn take<W>(&mut self, row: Option<&W>, map: impl FnOnce(&W) -> Result<T, String>) {
        let read = row.map_or_else(|| Err("it is no object".to_owned()), map);
        match read {
            Ok(row) => self.rows.push(row),
            Err(why) => self.unread.push(why),
        }
    }

    /// A list of which nothing can be read is no empty list.
    pub(super) fn sensible(self) -> Outside<Self> {
        match self.unread.first() {
            Some(why) if self.rows.is_empty() => Err(garbled(OWL, why, false)),
            _ => Ok(self),
        }
    }
}
