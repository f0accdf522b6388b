//! Planning a walk: which lines, in which order.

use std::collections::HashSet;

use super::step::repeated;
use crate::domain::place::PlaceKey;
use crate::domain::rows::PickOutcome;
use crate::domain::{
    ColorId, ItemKey, LineState, OperationId, Order, OrderId, OrderLine, PickLine, PickSession,
    PickState, Place, Scope, SessionId, Topic,
};
use crate::error::{Error, Result};
use crate::services::moves::Moves;
use crate::services::names::name_of;
use crate::services::promises;
use crate::store::tables::OperationRecord;
use crate::store::{Decided, Tx};

/// Most lines of one walk: a whole day of a large shop, and far below what a line number holds.
const MAX_LINES: usize = 10_000;

/// Decides a new walk.
pub(super) fn start(
    tx: &Tx<'_>,
    scope: Scope,
    wanted: Vec<OrderId>,
    op: OperationId,
) -> Result<Decided<SessionId>> {
    let shop = tx.shop(&scope);
    if let Some(done) = repeated(&shop, op, None)? {
        return Ok(Decided::unchanged(SessionId(done.session)));
    }
    let mut seen = HashSet::new();
    let ids: Vec<OrderId> = wanted.into_iter().filter(|id| seen.insert(*id)).collect();
    if ids.is_empty() {
        return Err(Error::invalid("Mark at least one order to pick."));
    }
    refuse_taken(&shop.open_picks()?, &ids, &shop)?;
    let mut moves = Moves::new(shop, scope, None);
    let mut lines = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let Some(mut order) = shop.order(*id)? else {
            return Err(Error::not_found(format!("There is no order {id}.")));
        };
        if !order.status.can_be_picked() {
            return Err(Error::conflict(format!(
                "Order {} is {} and cannot be picked.",
                order.number,
                order.status.word()
            )));
        }
        let before = order.clone();
        promises::promise(&mut moves, &mut order)?;
        for (index, line) in order.lines.iter().enumerate() {
            if line.open() > 0 {
                lines.push(planned(tx, &mut moves, &order, (at, index), line)?);
            }
        }
        if order != before {
            moves.put_order(order);
        }
    }
    if lines.is_empty() {
        return Err(Error::invalid(
            "Nothing is left to pick in these orders. Choose others.",
        ));
    }
    if lines.len() > MAX_LINES {
        return Err(Error::invalid(format!(
            "That are {} lines; a walk holds at most {MAX_LINES}. Choose fewer orders.",
            lines.len()
        )));
    }
    lines.sort_by(|(a, _), (b, _)| a.cmp(b));
    let id = moves.batch().next_session(&shop)?;
    let session = PickSession {
        id,
        state: PickState::Open,
        orders: ids,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        position: 0,
        steps: Vec::new(),
        started: scope.now,
        started_by: scope.user,
        touched: scope.now,
    };
    let batch = moves.batch();
    batch.changed(&scope, Topic::Picks, [id.0]);
    // The lists of orders show who picks them.
    batch.changed(
        &scope,
        Topic::Orders,
        session.orders.iter().map(|order| order.0),
    );
    batch.put_pick(&scope, session);
    batch.put_operation(
        &scope,
        op,
        OperationRecord {
            at: scope.now,
            session: id.0,
            outcome: PickOutcome::Nothing,
        },
    );
    Ok(Decided::new(id, moves.finish()))
}

/// An order is walked for by one walk at a time.
fn refuse_taken(
    open: &[PickSession],
    ids: &[OrderId],
    shop: &crate::store::Shop<'_>,
) -> Result<()> {
    for walk in open {
        if let Some(id) = ids.iter().find(|id| walk.orders.contains(id)) {
            let number = shop
                .order(*id)?
                .map_or_else(|| id.to_string(), |order| order.number);
            return Err(Error::conflict(format!(
                "Order {number} is being picked in walk {}. Open that one, or leave the order out.",
                walk.id
            )));
        }
    }
    Ok(())
}

/// What a line is sorted by: natural order of place; places nobody can read, then lines without a
/// lot, come last. Equal lots stay together, and so each of them is one stop.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Stop {
    no_lot: bool,
    place: PlaceKey,
    item: ItemKey,
    color: ColorId,
    lot: Option<crate::domain::LotId>,
    /// Position of the order, then of the line within it.
    from: (usize, usize),
}

fn planned(
    tx: &Tx<'_>,
    moves: &mut Moves<'_>,
    order: &Order,
    from: (usize, usize),
    line: &OrderLine,
) -> Result<(Stop, PickLine)> {
    let lot = match line.lot {
        None => None,
        Some(id) => moves.lot(id)?.cloned(),
    };
    let place = lot
        .as_ref()
        .map_or_else(Place::default, |lot| lot.place.clone());
    let known = name_of(tx.catalog()?.as_ref(), &line.item)?;
    let name = known
        .or_else(|| lot.as_ref().map(|lot| lot.name.clone()))
        .unwrap_or_default();
    let order_line = u16::try_from(from.1)
        .map_err(|_| Error::invalid(format!("Order {} has too many lines.", order.number)))?;
    let stop = Stop {
        no_lot: lot.is_none(),
        place: place.key(),
        item: line.item.clone(),
        color: line.color,
        lot: line.lot,
        from,
    };
    let line = PickLine {
        order: order.id,
        order_line,
        lot: line.lot,
        item: line.item.clone(),
        name,
        color: line.color,
        condition: line.condition,
        place,
        wanted: line.open(),
        taken: 0,
        state: LineState::Open,
    };
    Ok((stop, line))
}
