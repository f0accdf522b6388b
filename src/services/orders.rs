//! Bringing an order export into the shop, and following what the marketplace says of orders later.
//!
//! An order that waits for its pieces has them promised. What is missing stays visible as short; it
//! is looked for again when a walk is planned, not when the same file is imported again. Orders are
//! stored in pieces of some hundred lines; one that was stored is whole, and importing the same file
//! again completes an import that died.

use std::collections::HashSet;
use std::path::Path;

use super::App;
use super::moves::Moves;
use super::promises::{self, Kept};
use super::rights::{Right, allow};
use super::sync::returns;
use crate::domain::report::{OrdersImport, Progress, Skipped};
use crate::domain::{
    CorrelationId, Marketplace, Order, OrderId, OrderLine, OrderStatus, PickSession, Scope, Topic,
};
use crate::error::Result;
use crate::formats::{OrderFile, ParsedOrder, Source, read_orders, sniff};
use crate::store::{Decided, Tx};

/// Lines of orders in one transaction; each may write an order, a lot and an entry.
const PIECE: usize = 500;

/// An order of the file, and where it stands there.
struct Draft {
    line: u64,
    order: Order,
}

/// What one transaction did.
#[derive(Default)]
struct Piece {
    added: u64,
    changed: u64,
    already: u64,
    kept: Kept,
    /// Line and reason of orders that were left as they were.
    refused: Vec<(u64, String)>,
    deed: Option<CorrelationId>,
}

impl App {
    /// Reads BrickLink's order export: new orders are stored and their pieces promised, known ones
    /// follow what the marketplace says now. The same file again changes nothing.
    pub fn import_orders(
        &self,
        scope: &Scope,
        path: &Path,
        progress: &dyn Fn(Progress),
    ) -> Result<OrdersImport> {
        allow(scope, Right::Orders)?;
        let mut source = Source::open(path)?;
        let file = source.name().to_owned();
        progress(Progress {
            step: format!("reading {file}"),
            ..Progress::default()
        });
        let kind = sniff(&mut source)?;
        let list = read_orders(&mut source, &kind)?;
        self.shop_record(scope)?;
        let mut report = OrdersImport {
            file,
            ..OrdersImport::default()
        };
        let drafts = drafts(list, &mut report);
        self.store_orders(scope, drafts, &mut report, progress)?;
        Ok(report)
    }

    fn store_orders(
        &self,
        scope: &Scope,
        drafts: Vec<Draft>,
        report: &mut OrdersImport,
        progress: &dyn Fn(Progress),
    ) -> Result<()> {
        let total = drafts.len() as u64;
        let mut done = 0;
        let mut deed = None;
        let mut rest = drafts.into_iter().peekable();
        while rest.peek().is_some() {
            let mut lines = 0;
            let mut piece = Vec::new();
            while let Some(draft) =
                rest.next_if(|draft| lines == 0 || lines + draft.order.lines.len() <= PIECE)
            {
                lines += draft.order.lines.len().max(1);
                piece.push(draft);
            }
            done += piece.len() as u64;
            let actor = *scope;
            let stored = self
                .store
                .write(move |tx| store_piece(tx, actor, piece, deed))?;
            deed = stored.deed;
            report.added += stored.added;
            report.changed += stored.changed;
            report.already += stored.already;
            report.matched += stored.kept.matched;
            report.unmatched += stored.kept.unmatched;
            report.reserved += stored.kept.reserved;
            report.short += stored.kept.short;
            for (line, reason) in stored.refused {
                report.skipped.push(Skipped {
                    file: report.file.clone(),
                    line,
                    field: String::new(),
                    reason,
                });
            }
            progress(Progress {
                step: "storing orders".into(),
                done,
                total,
                unit: "orders".into(),
            });
        }
        Ok(())
    }
}

fn store_piece(
    tx: &Tx<'_>,
    scope: Scope,
    drafts: Vec<Draft>,
    deed: Option<CorrelationId>,
) -> Result<Decided<Piece>> {
    let shop = tx.shop(&scope);
    let walks = shop.open_picks()?;
    let synced = shop.markets_on()?.contains(&Marketplace::BrickLink);
    let mut moves = Moves::new(shop, scope, deed);
    let mut piece = Piece::default();
    for Draft { line, mut order } in drafts {
        let stored = match shop.order_by_number(order.marketplace, &order.number)? {
            None => None,
            Some(id) => shop.order(id)?,
        };
        let Some(stored) = stored else {
            order.id = moves.batch().next_order(&shop)?;
            piece.kept.add(promises::promise(&mut moves, &mut order)?);
            // An order that the next look at the marketplace would bring: it is counted once.
            if synced && shop.order_seen(order.marketplace, &order.number)?.is_none() {
                returns::count_sold(&mut moves, &order)?;
            }
            moves.put_order(order);
            piece.added += 1;
            continue;
        };
        // It comes in by itself, and what is told there is younger than any file.
        if synced && shop.market_order(stored.id)?.is_some() {
            piece.already += 1;
            continue;
        }
        let walk = walks.iter().find(|walk| walk.orders.contains(&stored.id));
        match follow(&mut moves, &stored, order, walk)? {
            Followed::Same => piece.already += 1,
            Followed::Changed(kept) => {
                piece.changed += 1;
                piece.kept.add(kept);
                if let Some(walk) = walk {
                    moves.batch().changed(&scope, Topic::Picks, [walk.id.0]);
                }
            }
            Followed::Refused(reason) => piece.refused.push((line, reason)),
        }
    }
    piece.deed = moves.deed_so_far();
    Ok(Decided::new(piece, moves.finish()))
}

/// What became of an order that was known.
enum Followed {
    Same,
    Changed(Kept),
    Refused(String),
}

/// Brings a known order to what the marketplace says now.
fn follow(
    moves: &mut Moves<'_>,
    stored: &Order,
    fresh: Order,
    walk: Option<&PickSession>,
) -> Result<Followed> {
    if older(&fresh, stored) {
        return Ok(Followed::Same);
    }
    let mut next = headed(stored, &fresh);
    let resold = resold(stored, &fresh);
    if next == *stored && !resold {
        return Ok(Followed::Same);
    }
    let mut kept = Kept::default();
    if resold {
        if let Some(walk) = walk {
            return Ok(Followed::Refused(format!(
                "the lines of order {} changed while walk {} picks it; finish that and import again",
                stored.number, walk.id
            )));
        }
        if stored.lines.iter().any(|line| line.picked > 0) {
            return Ok(Followed::Refused(format!(
                "the lines of order {} changed after pieces of it were picked; it stays as it was",
                stored.number
            )));
        }
        promises::release(moves, &mut next)?;
        next.lines = fresh.lines;
        // First as before the change of state, so that an order that was sent takes its pieces along.
        let status = std::mem::replace(&mut next.status, stored.status.clone());
        kept = promises::promise(moves, &mut next)?;
        next.status = status;
    }
    if next.status.has_left() {
        promises::send(moves, &mut next)?;
    } else if !next.status.holds_stock() {
        promises::release(moves, &mut next)?;
    } else if !stored.status.holds_stock() {
        kept = promises::promise(moves, &mut next)?;
    }
    moves.put_order(next);
    Ok(Followed::Changed(kept))
}

/// An export that was saved before the one that was imported last says nothing new.
fn older(fresh: &Order, stored: &Order) -> bool {
    match (fresh.status_changed, stored.status_changed) {
        (Some(fresh), Some(stored)) => fresh < stored,
        _ => false,
    }
}

/// The stored order with the head of the fresh one. A purged order has lost its content on the
/// marketplace; here it keeps it.
fn headed(stored: &Order, fresh: &Order) -> Order {
    if fresh.status == OrderStatus::Purged {
        return Order {
            status: OrderStatus::Purged,
            status_changed: fresh.status_changed.or(stored.status_changed),
            ..stored.clone()
        };
    }
    Order {
        id: stored.id,
        lines: stored.lines.clone(),
        ..fresh.clone()
    }
}

/// Whether something else was sold than before.
fn resold(stored: &Order, fresh: &Order) -> bool {
    fresh.status != OrderStatus::Purged
        && (stored.lines.len() != fresh.lines.len()
            || !stored
                .lines
                .iter()
                .zip(&fresh.lines)
                .all(|(a, b)| a.same_sale(b)))
}

/// The orders of the file; one that is in it twice is noted in the report.
fn drafts(list: OrderFile, report: &mut OrdersImport) -> Vec<Draft> {
    report.read = list.orders.len() as u64;
    report.skipped.append(list.skipped);
    let mut numbers = HashSet::new();
    let mut drafts = Vec::with_capacity(list.orders.len());
    for parsed in list.orders {
        if numbers.insert(parsed.number.clone()) {
            drafts.push(Draft {
                line: parsed.line,
                order: order(parsed),
            });
        } else {
            report.skipped.push(Skipped {
                file: report.file.clone(),
                line: parsed.line,
                field: "ORDERID".into(),
                reason: format!(
                    "order {} is in the file already; only the first one counts",
                    parsed.number
                ),
            });
        }
    }
    drafts
}

fn order(parsed: ParsedOrder) -> Order {
    Order {
        id: OrderId(0),
        marketplace: Marketplace::BrickLink,
        number: parsed.number,
        party: parsed.party,
        status: OrderStatus::parse(&parsed.status),
        ordered: parsed.ordered,
        status_changed: parsed.status_changed,
        currency: parsed.currency,
        total: parsed.total,
        shipping: parsed.shipping,
        payment: parsed.payment,
        destination: parsed.destination,
        tracking: parsed.tracking,
        lines: parsed
            .lines
            .into_iter()
            .map(|line| OrderLine {
                market_lot: line.lot_id,
                item: line.item,
                color: line.color,
                condition: line.condition,
                quantity: line.quantity,
                price: line.price,
                description: line.description,
                batch: line.batch,
                lot: None,
                reserved: 0,
                picked: 0,
            })
            .collect(),
    }
}
