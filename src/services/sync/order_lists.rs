//! What marketplaces' lists of orders say: which orders are to be read, which are missing, and up to where
//! everything is known.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::market::OrderHead;
use crate::domain::sync::OrderSeen;
use crate::domain::{Marketplace, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::rights::{Right, allow};
use crate::store::{Batch, Decided};

/// What came of reading a list to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrdersRead {
    /// Orders that have been missing from two lists in a row for the first time. They are not gone.
    pub missing: Vec<String>,
}

impl App {
    /// The orders of a list that must be read, as the list says something else of them than before. When a
    /// list is read for the first time, what is over already is only remembered.
    ///
    /// # Errors
    /// `Forbidden` without the right to change orders; `Storage` when the store cannot be written.
    pub fn orders_to_read(
        &self,
        scope: &Scope,
        market: Marketplace,
        heads: &[OrderHead],
    ) -> Result<Vec<OrderHead>> {
        allow(scope, Right::Orders)?;
        let (scope, heads) = (*scope, heads.to_vec());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let first = shop.market_sync(market)?.orders_upto.is_none();
            let mut batch = Batch::new();
            let mut due = Vec::new();
            for head in heads {
                let seen = shop.order_seen(market, &head.number)?;
                let past = seen.as_ref().is_some_and(|seen| seen.past);
                let over = !head.status.holds_stock();
                let kept = shop.order_by_number(market, &head.number)?.is_some();
                let same = seen.as_ref().is_some_and(|seen| seen.head == head);
                if same && (past || kept) {
                    continue;
                }
                if (first && over && seen.is_none()) || (past && !kept) {
                    batch.put_order_seen(
                        &scope,
                        OrderSeen {
                            head,
                            missing: 0,
                            past: true,
                            counted: false,
                        },
                    );
                } else {
                    due.push(head);
                }
            }
            due.sort_by(|a, b| {
                (a.changed, a.ordered, &a.number).cmp(&(b.changed, b.ordered, &b.number))
            });
            Ok(Decided::new(due, batch))
        })
    }

    /// The orders that there are when a marketplace's lots are read for the first time: those that are over
    /// never count, and of the others the lots are less already.
    ///
    /// # Errors
    /// `Forbidden` without the right to change orders; `Storage` when the store cannot be written.
    pub fn orders_at_begin(
        &self,
        scope: &Scope,
        market: Marketplace,
        heads: &[OrderHead],
    ) -> Result<()> {
        allow(scope, Right::Orders)?;
        let (scope, heads) = (*scope, heads.to_vec());
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            for head in heads {
                if shop.order_seen(market, &head.number)?.is_none() {
                    let over = !head.status.holds_stock();
                    batch.put_order_seen(
                        &scope,
                        OrderSeen {
                            head,
                            missing: 0,
                            past: over,
                            counted: !over,
                        },
                    );
                }
            }
            Ok(Decided::new((), batch))
        })
    }

    /// A list was read and every order in it is taken in but those in `left`. `whole`: the list names every
    /// order there is.
    ///
    /// # Errors
    /// `Forbidden` without the right to change orders; `Storage` when the store cannot be written.
    pub fn orders_are_read(
        &self,
        scope: &Scope,
        market: Marketplace,
        heads: &[OrderHead],
        left: &[String],
        whole: bool,
    ) -> Result<OrdersRead> {
        allow(scope, Right::Orders)?;
        let (scope, left) = (*scope, left.to_vec());
        let named: BTreeSet<String> = heads.iter().map(|head| head.number.clone()).collect();
        let mut at: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for head in heads.iter().filter(|head| !left.contains(&head.number)) {
            let when = head.changed.unwrap_or(head.ordered);
            at.entry(when).or_default().push(head.number.clone());
        }
        self.store.write(move |tx| {
            let shop = tx.shop(&scope);
            let mut batch = Batch::new();
            let mut read = OrdersRead::default();
            if whole {
                shop.each_order_seen(market, |mut seen| {
                    let missing = !named.contains(&seen.head.number);
                    if missing && seen.missing < 2 {
                        seen.missing += 1;
                        if seen.missing == 2 {
                            read.missing.push(seen.head.number.clone());
                        }
                        batch.put_order_seen(&scope, seen);
                    } else if !missing && seen.missing > 0 {
                        seen.missing = 0;
                        batch.put_order_seen(&scope, seen);
                    }
                    Ok(())
                })?;
            }
            let mut state = shop.market_sync(market)?;
            if let Some((upto, mut numbers)) = at.into_iter().next_back() {
                numbers.sort();
                state.orders_upto = Some(upto.max(state.orders_upto.unwrap_or(upto)));
                state.orders_at = numbers;
            } else {
                // Nobody has ordered yet: whatever comes from now on counts.
                state.orders_upto = state.orders_upto.or(Some(scope.now));
            }
            state.polled = Some(scope.now);
            batch.put_market_sync(&scope, market, state);
            Ok(Decided::new(read, batch))
        })
    }

    /// Orders that were missing from the last two lists or more.
    ///
    /// # Errors
    /// `Forbidden` without the right to see orders; `Storage` when the store cannot be read.
    pub fn orders_missing(&self, scope: &Scope, market: Marketplace) -> Result<Vec<OrderHead>> {
        allow(scope, Right::ReadOrders)?;
        let mut found = Vec::new();
        self.store.read(|tx| {
            tx.shop(scope).each_order_seen(market, |seen| {
                if seen.missing >= 2 {
                    found.push(seen.head);
                }
                Ok(())
            })
        })?;
        Ok(found)
    }
}
