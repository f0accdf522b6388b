//! Taking in an order of a marketplace, as often as it is told: its pieces are promised at once, and what
//! the marketplace holds is known to be that much less in the same transaction.
//!
//! What counts is what was bought, never the state alone: states move without pieces, and pieces move under
//! an old date. An order that was over before synchronisation began never counts.

use std::collections::{BTreeMap, BTreeSet};

use super::links::{Links, changed};
use super::order_shape::{headed, lines, same_line};
use super::returns;
use crate::domain::market::{Listing, MarketLine, MarketOrder, OrderHead};
use crate::domain::sync::link::lot_of_external;
use crate::domain::sync::{OrderSeen, TakenIn};
use crate::domain::{
    Lot, LotId, Marketplace, Order, OrderId, OrderLine, OrderStatus, Reason, Scope, SessionId,
    Topic,
};
use crate::error::Result;
use crate::services::App;
use crate::services::moves::Moves;
use crate::services::promises::{self, Kept};
use crate::services::rights::{Right, allow};
use crate::store::{Decided, Tx};

/// An order as it was read.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// What the list said of it.
    pub head: OrderHead,
    /// The whole of it.
    pub order: MarketOrder,
    /// Lots there that were read after the order, as pieces may have gone back to them: their numbers,
    /// and the lots where they are there.
    pub lots: Vec<(u64, Option<Listing>)>,
}

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOrder {
    /// Our number of it, where it is kept.
    pub id: Option<OrderId>,
    /// What became of it.
    pub what: TakenIn,
    /// Pieces that were promised now.
    pub reserved: u64,
    /// Lines without a lot.
    pub unmatched: u64,
    /// Lots of which more was sold than there is, and how many pieces are missing.
    pub oversold: Vec<(LotId, u32)>,
    /// The walk that picks it.
    pub walk: Option<SessionId>,
}

impl TakenOrder {
    const fn of(id: Option<OrderId>, what: TakenIn) -> Self {
        Self {
            id,
            what,
            reserved: 0,
            unmatched: 0,
            oversold: Vec::new(),
            walk: None,
        }
    }
}

impl App {
    /// Takes in an order. Harmless when it is repeated.
    ///
    /// # Errors
    /// `Forbidden` without the right to change orders; `Storage` when the store cannot be written.
    pub fn take_order(&self, scope: &Scope, incoming: Incoming) -> Result<TakenOrder> {
        let taken = self.take_orders(scope, vec![incoming])?.pop();
        Ok(taken.unwrap_or(TakenOrder::of(None, TakenIn::Same)))
    }

    /// The same for orders of one marketplace that were read together: what one has bought and another gave
    /// back is told apart only where all are counted before the lots are looked at.
    ///
    /// # Errors
    /// As [`App::take_order`].
    pub fn take_orders(&self, scope: &Scope, incoming: Vec<Incoming>) -> Result<Vec<TakenOrder>> {
        allow(scope, Right::Orders)?;
        let scope = *scope;
        self.store.write(move |tx| take(tx, scope, incoming))
    }

    /// The lots there from which an order that was known has taken pieces, or may have given some back by now:
    /// they are read before it is taken in.
    ///
    /// # Errors
    /// `Forbidden` without the right to see orders; `Storage` when the store cannot be read.
    pub fn lots_given_back(&self, scope: &Scope, fresh: &MarketOrder) -> Result<Vec<u64>> {
        allow(scope, Right::ReadOrders)?;
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let market = fresh.head.market;
            if shop
                .order_seen(market, &fresh.head.number)?
                .is_some_and(|seen| seen.past)
            {
                return Ok(Vec::new());
            }
            let id = shop.order_by_number(market, &fresh.head.number)?;
            let stored = id.map(|id| shop.order(id)).transpose()?.flatten();
            let known = id.map(|id| shop.market_order(id)).transpose()?.flatten();
            let before = Before::of(stored.as_ref(), known.as_ref(), fresh);
            let mut read: BTreeSet<u64> = freed(&before, fresh).into_keys().collect();
            // What was taken out and what was added may hide each other.
            if stored.is_some() {
                let now = pieces(&fresh.lines);
                let more = now
                    .into_iter()
                    .filter(|(number, now)| *now > before.pieces.get(number).copied().unwrap_or(0));
                read.extend(more.map(|(number, _)| number));
            }
            Ok(read.into_iter().collect())
        })
    }
}

/// What was known of an order.
struct Before {
    /// Pieces by lot there.
    pieces: BTreeMap<u64, u32>,
    cancelled: bool,
}

impl Before {
    fn of(stored: Option<&Order>, known: Option<&MarketOrder>, fresh: &MarketOrder) -> Self {
        let cancelled = |status: &OrderStatus| *status == OrderStatus::Cancelled;
        match (known, stored) {
            // Its content was removed there, and is kept here.
            _ if fresh.head.status == OrderStatus::Purged => Self {
                pieces: pieces(&fresh.lines),
                cancelled: true,
            },
            (Some(known), _) => Self {
                pieces: pieces(&known.lines),
                cancelled: cancelled(&known.head.status),
            },
            (None, Some(stored)) => {
                let mut pieces = BTreeMap::new();
                for line in &stored.lines {
                    if let Some(number) = line.market_lot {
                        *pieces.entry(number).or_default() += line.quantity;
                    }
                }
                Self {
                    pieces,
                    cancelled: cancelled(&stored.status),
                }
            }
            (None, None) => Self {
                pieces: BTreeMap::new(),
                cancelled: false,
            },
        }
    }
}

fn pieces(lines: &[MarketLine]) -> BTreeMap<u64, u32> {
    let mut pieces = BTreeMap::new();
    for line in lines {
        if let Some(number) = line.lot {
            *pieces.entry(number).or_default() += line.quantity;
        }
    }
    pieces
}

/// Pieces by lot there that an order holds no more: the marketplace may have put them back.
fn freed(before: &Before, fresh: &MarketOrder) -> BTreeMap<u64, u32> {
    let now = pieces(&fresh.lines);
    let mut freed = BTreeMap::new();
    for (number, was) in &before.pieces {
        let less = was.saturating_sub(now.get(number).copied().unwrap_or(0));
        if less > 0 {
            freed.insert(*number, less);
        }
    }
    if fresh.head.status == OrderStatus::Cancelled && !before.cancelled {
        for (number, pieces) in now {
            *freed.entry(number).or_default() += pieces;
        }
    }
    freed
}

fn take(tx: &Tx<'_>, scope: Scope, incoming: Vec<Incoming>) -> Result<Decided<Vec<TakenOrder>>> {
    let shop = tx.shop(&scope);
    let Some(market) = incoming.first().map(|first| first.head.market) else {
        return Ok(Decided::unchanged(Vec::new()));
    };
    let first = shop.market_sync(market)?.orders_upto.is_none();
    let mut moves = Moves::new(shop, scope, None);
    let mut intake = Intake {
        links: Links::new(shop, market),
        counted: false,
        bounds: BTreeMap::new(),
        held: BTreeSet::new(),
        market,
    };
    let mut all = Vec::with_capacity(incoming.len());
    let mut lots = BTreeMap::new();
    for Incoming {
        head,
        order,
        lots: read,
    } in incoming
    {
        let seen = shop.order_seen(market, &head.number)?;
        let id = shop.order_by_number(market, &head.number)?;
        let stored = id.map(|id| shop.order(id)).transpose()?.flatten();
        let known = id.map(|id| shop.market_order(id)).transpose()?.flatten();
        let listed = seen.as_ref().is_some_and(|seen| seen.head == head);
        if listed && known.as_ref() == Some(&order) {
            all.push(TakenOrder::of(id, TakenIn::Same));
            continue;
        }
        let over = !order.head.status.holds_stock();
        let over = seen.as_ref().map_or(first && over, |seen| seen.past);
        intake.counted = seen.as_ref().is_some_and(|seen| seen.counted);
        moves.batch().put_order_seen(
            &scope,
            OrderSeen {
                head,
                missing: 0,
                past: over,
                counted: intake.counted,
            },
        );
        if over && stored.is_none() {
            all.push(TakenOrder::of(None, TakenIn::Past));
            continue;
        }
        all.push(intake.take(&mut moves, stored, known.as_ref(), order)?);
        lots.extend(read);
    }
    for (number, there) in lots {
        let bounds = intake.bounds.get(&number).copied().unwrap_or_default();
        intake
            .links
            .follow(number, bounds, there.as_ref(), scope.now)?;
    }
    if intake.agrees(&moves) {
        moves.spare(market);
    }
    // What came back there without being held here is more there than here.
    for lot in intake.links.unexplained(&moves) {
        if !intake.held.contains(&lot) {
            let deed = moves.deed()?;
            moves.batch().mark(&scope, &[market], lot, deed, true);
        }
    }
    intake.links.write(&mut moves);
    Ok(Decided::new(all, moves.finish()))
}

/// Orders on their way in.
struct Intake<'t> {
    links: Links<'t>,
    /// It was open when the lots there were read for the first time: they are less by it already.
    counted: bool,
    /// By lot there: pieces that became free, and pieces that orders hold.
    bounds: BTreeMap<u64, (u32, u32)>,
    /// Lots of which cancelled orders hold pieces.
    held: BTreeSet<LotId>,
    market: Marketplace,
}

impl Intake<'_> {
    fn take(
        &mut self,
        moves: &mut Moves<'_>,
        stored: Option<Order>,
        known: Option<&MarketOrder>,
        fresh: MarketOrder,
    ) -> Result<TakenOrder> {
        let scope = moves.scope();
        let before = Before::of(stored.as_ref(), known, &fresh);
        let purged = fresh.head.status == OrderStatus::Purged;
        if !purged {
            self.count(&before, &fresh, stored.is_none())?;
        }
        let (next, what, kept) = match stored {
            None => self.add(moves, &fresh)?,
            Some(stored) => self.follow(moves, stored, &fresh)?,
        };
        let id = next.id;
        let walks = moves.shop().open_picks()?;
        let walk = walks.iter().find(|walk| walk.orders.contains(&id));
        if let Some(walk) = walk {
            moves.batch().changed(&scope, Topic::Picks, [walk.id.0]);
        }
        let mut taken = TakenOrder::of(Some(id), what);
        taken.walk = walk.map(|walk| walk.id);
        taken.reserved = kept.reserved;
        taken.unmatched = kept.unmatched;
        if next.status.holds_stock() {
            let short = next.lines.iter().filter(|line| line.short() > 0);
            taken.oversold = short
                .filter_map(|line| Some((line.lot?, line.short())))
                .collect();
        }
        let kept_content = match known {
            Some(known) if purged => {
                let mut known = known.clone();
                known.head = fresh.head;
                known
            }
            _ => fresh,
        };
        moves.batch().put_market_order(&scope, id, kept_content);
        moves.put_order(next);
        Ok(taken)
    }

    /// What the marketplace holds is less by what was bought, and more by what it has put back itself.
    fn count(&mut self, before: &Before, fresh: &MarketOrder, new: bool) -> Result<()> {
        for (number, now) in pieces(&fresh.lines) {
            let was = before.pieces.get(&number).copied().unwrap_or(0);
            if now > was && !(new && self.counted) {
                self.links.sold(number, now - was)?;
            }
        }
        for (number, free) in freed(before, fresh) {
            self.bounds.entry(number).or_default().0 += free;
        }
        for (number, holds) in pieces(&fresh.lines) {
            self.bounds.entry(number).or_default().1 += holds;
        }
        Ok(())
    }

    /// A new order.
    fn add(
        &mut self,
        moves: &mut Moves<'_>,
        fresh: &MarketOrder,
    ) -> Result<(Order, TakenIn, Kept)> {
        let shop = moves.shop();
        let id = moves.batch().next_order(&shop)?;
        let mut order = headed(id, fresh);
        for line in lines(fresh) {
            let lot = self.lot_for(moves, fresh, &line)?;
            order.lines.push(known_by(moves, line, lot)?);
        }
        if self.counted && order.status.holds_stock() {
            self.bring(moves, &mut order)?;
        }
        let status = order.status.clone();
        // What has left already took its pieces along.
        if status.has_left() {
            order.status = OrderStatus::Pending;
        }
        let kept = promises::promise_matched(moves, &mut order)?;
        order.status = status;
        if order.status.has_left() {
            promises::send(moves, &mut order)?;
        }
        Ok((order, TakenIn::New, kept))
    }

    /// What the marketplace held was less by this order when its lots were read for the first time, so its
    /// pieces lie on the shelf beside those.
    fn bring(&mut self, moves: &mut Moves<'_>, order: &mut Order) -> Result<()> {
        for line in &mut order.lines {
            let Some(lot) = line.lot else { continue };
            let pieces = line.open();
            let linked = self.links.of(lot)?.agreed.is_some();
            if pieces == 0 || !linked {
                continue;
            }
            let reason = Reason::Adopted {
                market: self.market,
            };
            moves.change(lot, reason, None, |stock| stock.shift(i64::from(pieces)))?;
            promises::promise_line(moves, &order.number, line)?;
        }
        Ok(())
    }

    /// An order that is known.
    fn follow(
        &mut self,
        moves: &mut Moves<'_>,
        stored: Order,
        fresh: &MarketOrder,
    ) -> Result<(Order, TakenIn, Kept)> {
        let scope = moves.scope();
        if fresh.head.status == OrderStatus::Purged {
            let stored_status = stored.status.clone();
            let mut next = stored;
            next.status = OrderStatus::Purged;
            next.status_changed = fresh.head.changed.or(next.status_changed);
            // What a cancelled order held is still to be decided.
            if stored_status != OrderStatus::Cancelled {
                promises::send(moves, &mut next)?;
            }
            return Ok((next, TakenIn::Purged, Kept::default()));
        }
        let was = stored.status.clone();
        let mut next = headed(stored.id, fresh);
        next.lines = stored.lines;
        let (more, less) = self.merge(moves, &mut next, fresh)?;
        let mut kept = Kept::default();
        if next.status == OrderStatus::Cancelled {
            if was != OrderStatus::Cancelled {
                returns::hold(moves, &next, Vec::new())?;
                let kept = next.lines.iter();
                let kept = kept.filter(|line| line.reserved + line.picked > 0);
                self.held.extend(kept.filter_map(|line| line.lot));
            }
        } else {
            if was == OrderStatus::Cancelled {
                moves.batch().put_returns(&scope, next.id, None);
            }
            let status = next.status.clone();
            if status.has_left() && (more || !was.has_left()) {
                next.status = OrderStatus::Pending;
            }
            kept = promises::promise_matched(moves, &mut next)?;
            next.status = status;
            if next.status.has_left() {
                promises::send(moves, &mut next)?;
            }
        }
        let what = match (&next.status, more, less) {
            (OrderStatus::Cancelled, _, _) if was != OrderStatus::Cancelled => TakenIn::Cancelled,
            (_, true, _) => TakenIn::Extended,
            (_, false, true) => TakenIn::Shrunk,
            _ => TakenIn::Changed,
        };
        Ok((next, what, kept))
    }

    /// The lines as they are now. A line that is gone stays with no pieces, as walks count lines; whether
    /// more was bought, and whether less.
    fn merge(
        &mut self,
        moves: &mut Moves<'_>,
        next: &mut Order,
        fresh: &MarketOrder,
    ) -> Result<(bool, bool)> {
        let (mut more, mut less) = (false, false);
        let mut now = lines(fresh);
        let mut freed = Vec::new();
        for (at, line) in (0u32..).zip(&mut next.lines) {
            let found = now.iter().position(|other| same_line(line, other));
            let told = found.map(|at| now.remove(at));
            let bought = told.as_ref().map_or(0, |told| told.quantity);
            if let Some(told) = told {
                line.price = told.price;
                line.description = told.description;
            }
            more |= bought > line.quantity;
            // What was picked and is not wanted any more waits for a person; the line keeps it till then.
            let held = line.picked.saturating_sub(bought);
            less |= bought < line.quantity && line.quantity > line.picked.max(bought);
            if bought < line.quantity {
                let excess = (line.picked + line.reserved).saturating_sub(bought.max(line.picked));
                promises::release_line(moves, &next.number, line, excess)?;
                if let Some(lot) = line.lot.filter(|_| held > 0) {
                    freed.push((at, lot, held));
                }
            }
            line.quantity = bought.max(line.picked);
        }
        for line in now {
            more = true;
            let lot = self.lot_for(moves, fresh, &line)?;
            let line = known_by(moves, line, lot)?;
            next.lines.push(line);
        }
        if !freed.is_empty() && next.status != OrderStatus::Cancelled {
            less = true;
            returns::hold(moves, next, freed)?;
        }
        Ok((more, less))
    }

    /// The lot that a line is of. One whose number was never known here is for a person to say.
    fn lot_for(
        &self,
        moves: &mut Moves<'_>,
        fresh: &MarketOrder,
        line: &OrderLine,
    ) -> Result<Option<LotId>> {
        if let Some(lot) = promises::named_lot(moves, self.market, line)? {
            return Ok(Some(lot));
        }
        let told = fresh.lines.iter().find(|told| told.lot == line.market_lot);
        let external = told.and_then(|told| told.external.as_deref());
        if let Some(external) = external {
            let shop = moves.shop();
            let lot = match external.parse::<u64>() {
                Ok(number) => shop.lot_by_bricklink(number)?,
                Err(_) => lot_of_external(external),
            };
            if let Some(lot) = lot
                && moves.lot(lot)?.is_some_and(Lot::is_live)
            {
                return Ok(Some(lot));
            }
        }
        let was_known = match line.market_lot {
            Some(number) => moves.shop().lot_by_remote(self.market, number)?.is_some(),
            None => true,
        };
        if was_known || self.counted {
            return promises::alike(moves, line);
        }
        Ok(None)
    }

    /// Whether the marketplace knows every change of pieces already.
    fn agrees(&self, moves: &Moves<'_>) -> bool {
        let mut changed = changed(moves).into_iter();
        changed.all(|(lot, by)| self.links.explains(lot, by))
    }
}

/// The line with its lot; where the marketplace names no item of ours, it is what the lot is.
fn known_by(moves: &mut Moves<'_>, mut line: OrderLine, lot: Option<LotId>) -> Result<OrderLine> {
    line.lot = lot;
    if line.item.no.is_empty()
        && let Some(lot) = lot
        && let Some(lot) = moves.lot(lot)?
    {
        line.item = lot.item.clone();
        line.color = lot.color;
    }
    Ok(line)
}
