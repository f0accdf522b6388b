//! Walks against their steps, the orders they picked for, and the operations that moved them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Books, Findings};
use crate::domain::{LineState, OrderId, PickSession, PickState, SessionId};
use crate::error::Result;
use crate::store::Shop;

/// Every piece that an order has as picked was taken in a walk, or sent without one.
pub(super) fn check(shop: &Shop<'_>, books: &Books, findings: &mut Findings) -> Result<()> {
    let mut taken: BTreeMap<(OrderId, u16), u64> = BTreeMap::new();
    let mut walked: BTreeMap<OrderId, SessionId> = BTreeMap::new();
    for walk in books.walks.values() {
        one(walk, findings);
        for line in walk.lines.iter().filter(|line| line.taken > 0) {
            *taken.entry((line.order, line.order_line)).or_default() += u64::from(line.taken);
        }
        for order in &walk.orders {
            findings.expect(books.orders.contains_key(order), "walk", || {
                format!("Walk {} is for order {order}, which is not there.", walk.id)
            });
            if walk.state == PickState::Open
                && let Some(other) = walked.insert(*order, walk.id)
            {
                findings.problem(
                    "walk",
                    format!(
                        "Order {order} is picked in walks {other} and {} at once.",
                        walk.id
                    ),
                );
            }
        }
    }
    picked(&taken, books, findings);
    let mut open = BTreeSet::new();
    shop.each_open_pick(|id| {
        open.insert(id);
        Ok(())
    })?;
    let going: BTreeSet<SessionId> = books
        .walks
        .values()
        .filter(|walk| walk.state == PickState::Open)
        .map(|walk| walk.id)
        .collect();
    for id in open.symmetric_difference(&going) {
        findings.problem(
            "walk",
            format!("Walk {id} is open in one place and closed in another."),
        );
    }
    shop.each_operation(|operation| {
        findings.seen();
        let session = SessionId(operation.session);
        findings.expect(books.walks.contains_key(&session), "operation", || {
            format!("An operation belongs to walk {session}, which is not there.")
        });
        Ok(())
    })
}

/// A walk's lines must say what its steps did.
fn one(walk: &PickSession, findings: &mut Findings) {
    let mut steps: BTreeMap<u16, u64> = BTreeMap::new();
    for step in &walk.steps {
        *steps.entry(step.line).or_default() += u64::from(step.pieces);
        findings.expect((step.pieces > 0) == step.entry.is_some(), "walk", || {
            format!("A step of walk {} moved pieces without an entry.", walk.id)
        });
    }
    for (at, line) in (0u16..).zip(&walk.lines) {
        let by_steps = steps.remove(&at).unwrap_or(0);
        findings.expect(u64::from(line.taken) == by_steps, "walk", || {
            format!(
                "Walk {} line {at}: {} pieces taken, but its steps took {by_steps}.",
                walk.id, line.taken
            )
        });
        let fits = match line.state {
            LineState::Picked => line.taken == line.wanted,
            LineState::Short | LineState::Open | LineState::Later => line.taken < line.wanted,
        };
        findings.expect(fits, "walk", || {
            format!(
                "Walk {} line {at}: {} of {} pieces do not fit its state.",
                walk.id, line.taken, line.wanted
            )
        });
    }
    for at in steps.keys() {
        findings.problem(
            "walk",
            format!("Walk {} has no line {at}, but a step of it.", walk.id),
        );
    }
    findings.expect(
        usize::from(walk.position) <= walk.lines.len(),
        "walk",
        || format!("Walk {} stands behind its end.", walk.id),
    );
}

fn picked(taken: &BTreeMap<(OrderId, u16), u64>, books: &Books, findings: &mut Findings) {
    let mut by_order: BTreeMap<OrderId, u64> = BTreeMap::new();
    for ((order, at), pieces) in taken {
        *by_order.entry(*order).or_default() += pieces;
        let picked = books
            .orders
            .get(order)
            .and_then(|order| order.lines.get(usize::from(*at)))
            .map_or(0, |line| u64::from(line.picked));
        let order_of = books.orders.get(order);
        let back = order_of.map_or(0, |order| back(books, &order.number));
        findings.expect(*pieces <= picked + back, "walk", || {
            format!(
                "Order {order} line {}: walks took {pieces} pieces, the order knows of {picked}.",
                at + 1
            )
        });
    }
    for (id, order) in &books.orders {
        let picked: u64 = order.lines.iter().map(|line| u64::from(line.picked)).sum();
        let walks = by_order.get(id).copied().unwrap_or(0);
        let sent = books.sent.get(&order.number).copied().unwrap_or(0);
        let back = back(books, &order.number);
        findings.expect(picked + back == walks + sent, "order", || {
            format!(
                "Order {}: {picked} pieces are picked, but walks took {walks}, {sent} were sent and {back} came back.",
                order.number
            )
        });
    }
}

/// Pieces of an order that were picked and went back to the shelf.
fn back(books: &Books, number: &str) -> u64 {
    books.brought_back.get(number).copied().unwrap_or(0)
}
