//! What the shop promises to an order: which lot serves a line, and how many pieces of it are kept.

use super::moves::Moves;
use crate::domain::place::PlaceKey;
use crate::domain::{Lot, LotId, Marketplace, Order, OrderLine, Reason};
use crate::error::Result;

/// Pieces that a deed moved for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Kept {
    /// Lines with a lot.
    pub(crate) matched: u64,
    /// Lines without.
    pub(crate) unmatched: u64,
    /// Pieces that were promised now.
    pub(crate) reserved: u64,
    /// Pieces that are not there.
    pub(crate) short: u64,
}

impl Kept {
    /// Takes another deed's pieces to these.
    pub(crate) fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.unmatched += other.unmatched;
        self.reserved += other.reserved;
        self.short += other.short;
    }
}

/// Finds a lot for each line that has none and promises what is there, as far as the order still
/// waits for its pieces.
pub(crate) fn promise(moves: &mut Moves<'_>, order: &mut Order) -> Result<Kept> {
    let market = order.marketplace;
    for line in &mut order.lines {
        if line.reserved == 0 && line.picked == 0 {
            line.lot = serving_lot(moves, market, line)?.or(line.lot);
        }
    }
    promise_matched(moves, order)
}

/// The same where each line has its lot already, or none.
pub(crate) fn promise_matched(moves: &mut Moves<'_>, order: &mut Order) -> Result<Kept> {
    let holds = order.status.holds_stock();
    let mut kept = Kept::default();
    for line in &mut order.lines {
        if line.lot.is_some() {
            kept.matched += 1;
        } else {
            kept.unmatched += 1;
        }
        if holds {
            kept.reserved += u64::from(promise_line(moves, &order.number, line)?);
            kept.short += u64::from(line.short());
        }
    }
    Ok(kept)
}

pub(crate) fn promise_line(
    moves: &mut Moves<'_>,
    order: &str,
    line: &mut OrderLine,
) -> Result<u32> {
    let Some(id) = line.lot.filter(|_| line.short() > 0) else {
        return Ok(0);
    };
    let live = moves.lot(id)?.filter(|lot| lot.is_live());
    let available = live.map_or(0, |lot| lot.stock.available);
    let pieces = line.short().min(available);
    if pieces > 0 {
        let reason = Reason::Reserved {
            order: order.to_owned(),
        };
        moves.change(id, reason, None, |stock| {
            (stock.reserve(pieces) == pieces).then_some(())
        })?;
        line.reserved += pieces;
    }
    Ok(pieces)
}

/// Gives every promised piece of an order back to the shop.
pub(crate) fn release(moves: &mut Moves<'_>, order: &mut Order) -> Result<()> {
    for line in &mut order.lines {
        release_line(moves, &order.number, line, u32::MAX)?;
    }
    Ok(())
}

/// Gives promised pieces of a line back to the shop, at most so many.
pub(crate) fn release_line(
    moves: &mut Moves<'_>,
    order: &str,
    line: &mut OrderLine,
    most: u32,
) -> Result<u32> {
    let pieces = line.reserved.min(most);
    if let Some(id) = line.lot.filter(|_| pieces > 0) {
        let reason = Reason::Released {
            order: order.to_owned(),
        };
        moves.change(id, reason, None, |stock| stock.release(pieces))?;
        line.reserved -= pieces;
    }
    Ok(pieces)
}

/// The order has left the shop without being picked here: its promised pieces are gone.
pub(crate) fn send(moves: &mut Moves<'_>, order: &mut Order) -> Result<()> {
    for line in &mut order.lines {
        send_line(moves, &order.number, line)?;
    }
    Ok(())
}

/// The same for one line.
pub(crate) fn send_line(moves: &mut Moves<'_>, order: &str, line: &mut OrderLine) -> Result<()> {
    if let Some(id) = line.lot.filter(|_| line.reserved > 0) {
        let pieces = line.reserved;
        let reason = Reason::Sent {
            order: order.to_owned(),
        };
        moves.change(id, reason, None, |stock| stock.take(pieces))?;
        line.reserved = 0;
        line.picked += pieces;
    }
    Ok(())
}

/// The lot that the buyer chose, or else the best one of the same item, colour and condition.
fn serving_lot(
    moves: &mut Moves<'_>,
    market: Marketplace,
    line: &OrderLine,
) -> Result<Option<LotId>> {
    match named_lot(moves, market, line)? {
        Some(id) => Ok(Some(id)),
        None => alike(moves, line),
    }
}

/// The lot with the number that the buyer chose.
pub(crate) fn named_lot(
    moves: &mut Moves<'_>,
    market: Marketplace,
    line: &OrderLine,
) -> Result<Option<LotId>> {
    let Some(number) = line.market_lot else {
        return Ok(None);
    };
    if let Some(id) = moves.shop().lot_by_remote(market, number)?
        && moves.lot(id)?.is_some_and(Lot::is_live)
    {
        return Ok(Some(id));
    }
    // A number from another shop's export may by chance be one of ours: look at the lot.
    if market == Marketplace::BrickLink
        && let Some(id) = moves.shop().lot_by_bricklink(number)?
        && moves.lot(id)?.is_some_and(|lot| serves(lot, line))
    {
        return Ok(Some(id));
    }
    Ok(None)
}

/// The best lot of the same item, colour and condition.
pub(crate) fn alike(moves: &mut Moves<'_>, line: &OrderLine) -> Result<Option<LotId>> {
    let mut best: Option<(Choice, LotId)> = None;
    for (id, _) in moves.shop().stock_of(&line.item)? {
        if let Some(lot) = moves.lot(id)?.filter(|lot| serves(lot, line)) {
            let choice = Choice::of(lot, line.quantity);
            if best.as_ref().is_none_or(|(other, _)| choice < *other) {
                best = Some((choice, id));
            }
        }
    }
    Ok(best.map(|(_, id)| id))
}

fn serves(lot: &Lot, line: &OrderLine) -> bool {
    lot.is_live()
        && lot.item.same(&line.item)
        && lot.color == line.color
        && lot.condition == line.condition
}

/// What one lot is preferred by; the least is taken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Choice {
    stockroom: bool,
    /// Pieces that would be missing.
    missing: u32,
    place: PlaceKey,
    lot: LotId,
}

impl Choice {
    fn of(lot: &Lot, wanted: u32) -> Self {
        Self {
            stockroom: lot.stockroom.is_some(),
            missing: wanted.saturating_sub(lot.stock.available),
            place: lot.place.key(),
            lot: lot.id,
        }
    }
}
