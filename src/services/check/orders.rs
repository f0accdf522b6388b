//! Orders against their own rules, their index, and the pieces that lots hold for them.

use std::collections::BTreeMap;

use super::{Books, Findings};
use crate::domain::LotId;
use crate::error::Result;
use crate::store::Shop;

/// Lines within their bounds, promises that lots know of, and the index by number.
pub(super) fn check(shop: &Shop<'_>, books: &Books, findings: &mut Findings) -> Result<()> {
    let mut promised: BTreeMap<LotId, u64> = BTreeMap::new();
    for order in books.orders.values() {
        // A cancelled order keeps its pieces until somebody decides what goes back.
        let undecided = shop.returns(order.id)?.is_some();
        for (at, line) in (1..).zip(&order.lines) {
            let said = u64::from(line.picked) + u64::from(line.reserved);
            findings.expect(said <= u64::from(line.quantity), "order", || {
                format!(
                    "Order {} line {at}: {said} pieces are picked or promised, but only {} were bought.",
                    order.number, line.quantity
                )
            });
            findings.expect(
                line.reserved == 0 || order.status.holds_stock() || undecided,
                "order",
                || {
                    format!(
                        "Order {} is {}, but pieces are still promised to it.",
                        order.number,
                        order.status.word()
                    )
                },
            );
            match line.lot {
                Some(lot) => {
                    *promised.entry(lot).or_default() += u64::from(line.reserved);
                    findings.expect(books.lots.contains_key(&lot), "order", || {
                        format!("Order {} line {at}: lot {lot} is not there.", order.number)
                    });
                }
                None => findings.expect(said == 0, "order", || {
                    format!("Order {} line {at}: pieces of no lot.", order.number)
                }),
            }
        }
    }
    for (id, lot) in &books.lots {
        let orders = promised.get(id).copied().unwrap_or(0);
        findings.expect(u64::from(lot.stock.reserved) == orders, "order", || {
            format!(
                "Lot {id} holds {} pieces for orders, but orders were promised {orders}.",
                lot.stock.reserved
            )
        });
    }
    let mut listed = 0usize;
    shop.each_by_number(|market, number, id| {
        listed += 1;
        let right = books
            .orders
            .get(&id)
            .is_some_and(|order| order.marketplace as u8 == market && order.number == number);
        findings.expect(right, "order", || {
            format!("Number {number} is listed as order {id}, which it is not.")
        });
        Ok(())
    })?;
    findings.expect(listed == books.orders.len(), "order", || {
        format!(
            "{} orders, of which {listed} are listed by number.",
            books.orders.len()
        )
    });
    Ok(())
}
