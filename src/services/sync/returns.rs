//! What a cancelled or smaller order brings back: a person says which pieces go back to the shelf; and
//! lines of orders that no lot was found for.

use super::links::Links;
use crate::domain::sync::Returns;
use crate::domain::sync::returns::Held;
use crate::domain::{LotId, Order, OrderId, Reason, Scope};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::promises;
use crate::services::rights::{Right, allow};
use crate::store::Decided;

/// Keeps what an order holds until somebody decides. `only`: lines with lot and picked pieces that are not
/// wanted any more; empty: everything.
pub(crate) fn hold(
    moves: &mut Moves<'_>,
    order: &Order,
    only: Vec<(u32, LotId, u32)>,
) -> Result<()> {
    let scope = moves.scope();
    let held: Vec<Held> = if only.is_empty() {
        (0u32..)
            .zip(&order.lines)
            .filter_map(|(line, sold)| {
                let lot = sold.lot?;
                (sold.reserved + sold.picked > 0).then_some(Held {
                    line,
                    lot,
                    promised: sold.reserved,
                    picked: sold.picked,
                })
            })
            .collect()
    } else {
        only.into_iter()
            .map(|(line, lot, picked)| Held {
                line,
                lot,
                promised: 0,
                picked,
            })
            .collect()
    };
    let returns = (!held.is_empty()).then_some(Returns {
        at: scope.now,
        held,
    });
    if returns.is_some() || moves.shop().returns(order.id)?.is_some() {
        moves.batch().put_returns(&scope, order.id, returns);
    }
    Ok(())
}

impl App {
    /// What cancelled orders may bring back, while nobody has decided.
    ///
    /// # Errors
    /// `Forbidden` without the right to see orders.
    pub fn returns(&self, scope: &Scope) -> Result<Vec<(OrderId, Returns)>> {
        allow(scope, Right::ReadOrders)?;
        let mut found = Vec::new();
        self.store.read(|tx| {
            tx.shop(scope).each_returns(|order, returns| {
                found.push((order, returns));
                Ok(std::ops::ControlFlow::Continue(()))
            })
        })?;
        Ok(found)
    }

    /// Decides about a cancelled order: of each line so many pieces go back to the shelf, and with it to
    /// the marketplaces as far as they have not put them back themselves. What is not named is gone.
    ///
    /// # Errors
    /// `NotFound` when nothing is to be decided; `Invalid` for more pieces than the line held; `Forbidden`
    /// without the right to change orders.
    pub fn decide_return(
        &self,
        scope: &Scope,
        order: OrderId,
        lines: &[(u32, u32)],
    ) -> Result<u32> {
        allow(scope, Right::Orders)?;
        let (scope, lines) = (*scope, lines.to_vec());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let (Some(returns), Some(mut sold)) = (shop.returns(order)?, shop.order(order)?) else {
                return Err(Error::not_found(format!(
                    "Nothing of order {order} is to be decided. Look at the list of cancelled orders."
                )));
            };
            let mut moves = Moves::new(shop, scope, None);
            let mut back = 0;
            for held in &returns.held {
                let named = lines.iter().filter(|(line, _)| *line == held.line);
                let wanted = named.map(|(_, pieces)| *pieces).sum::<u32>();
                if wanted > held.promised.saturating_add(held.picked) {
                    return Err(Error::invalid(format!(
                        "Line {} of order {} held {} pieces, not {wanted}.",
                        held.line + 1,
                        sold.number,
                        held.promised + held.picked
                    )));
                }
                back += bring_back(&mut moves, &mut sold, *held, wanted)?;
            }
            moves.batch().put_returns(&scope, order, None);
            moves.put_order(sold);
            Ok(Decided::new(back, moves.finish()))
        })
    }

    /// Says which lot a line of an order is of, where none was found.
    ///
    /// # Errors
    /// `NotFound` for an order, line or lot that is not there; `Conflict` for a line whose pieces are
    /// promised or picked; `Forbidden` without the right to change orders.
    pub fn match_line(&self, scope: &Scope, order: OrderId, line: u32, lot: LotId) -> Result<u32> {
        allow(scope, Right::Orders)?;
        let scope = *scope;
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut moves = Moves::new(shop, scope, None);
            let mut sold = shop
                .order(order)?
                .ok_or_else(|| Error::not_found(format!("There is no order {order}.")))?;
            let live = moves.lot(lot)?.filter(|lot| lot.is_live()).cloned();
            let live = live.ok_or_else(|| {
                Error::not_found(format!("Lot {lot} is not there any more. Choose another."))
            })?;
            let (number, holds) = (sold.number.clone(), sold.status.holds_stock());
            let at = usize::try_from(line).unwrap_or(usize::MAX);
            let found = sold.lines.get_mut(at).ok_or_else(|| {
                Error::not_found(format!("Order {number} has no line {}.", line + 1))
            })?;
            if found.reserved > 0 || found.picked > 0 {
                return Err(Error::conflict(format!(
                    "Pieces of lot {} are kept for this line already.",
                    found.lot.map_or_else(String::new, |lot| lot.to_string())
                )));
            }
            found.lot = Some(lot);
            if found.item.no.is_empty() {
                found.item = live.item.clone();
                found.color = live.color;
            }
            let pieces = if holds {
                promises::promise_line(&mut moves, &number, found)?
            } else {
                0
            };
            moves.put_order(sold);
            Ok(Decided::new(pieces, moves.finish()))
        })
    }
}

/// Pieces of a line go back to the shelf, first those that never left it; the rest is gone.
fn bring_back(moves: &mut Moves<'_>, order: &mut Order, held: Held, wanted: u32) -> Result<u32> {
    let number = order.number.clone();
    let over = !order.status.holds_stock();
    let at = usize::try_from(held.line).unwrap_or(usize::MAX);
    let Some(line) = order.lines.get_mut(at) else {
        return Ok(0);
    };
    let most = held.promised.min(wanted);
    let promised = promises::release_line(moves, &number, line, most)?;
    let picked = (wanted - promised).min(held.picked).min(line.picked);
    if picked > 0 {
        let reason = Reason::Released {
            order: number.clone(),
        };
        moves.change(held.lot, reason, None, |stock| {
            stock.put_back(picked)?;
            stock.release(picked)
        })?;
        line.picked -= picked;
    }
    if over {
        promises::send_line(moves, &number, line)?;
    } else {
        line.quantity = line.quantity.saturating_sub(held.picked).max(line.picked);
    }
    Ok(promised + picked)
}

/// A file told of orders that synchronisation takes in by itself: what the marketplace holds is less by
/// them, too.
pub(crate) fn count_sold(moves: &mut Moves<'_>, order: &Order) -> Result<()> {
    let mut links = Links::new(moves.shop(), order.marketplace);
    for line in &order.lines {
        if let Some(number) = line.market_lot {
            links.sold(number, line.quantity)?;
        }
    }
    links.write(moves);
    Ok(())
}
