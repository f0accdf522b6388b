//! Taking the last step of a walk back, with an entry in the ledger that says which one it undoes.

use super::step::{Walk, sold_line_mut};
use crate::domain::rows::PickOutcome;
use crate::domain::{EntryId, PickLine, Reason};
use crate::error::{Error, Result};

/// Takes the last step back.
pub(super) fn take_back(walk: &mut Walk<'_>) -> Result<PickOutcome> {
    let Some(step) = walk.session.steps.pop() else {
        return Err(Error::invalid("There is nothing to take back."));
    };
    let line = walk.line(step.line)?.clone();
    if let Some(entry) = step.entry {
        move_back(walk, &line, step.pieces, entry)?;
    }
    if let Some(line) = walk.session.lines.get_mut(usize::from(step.line)) {
        line.state = step.before;
        line.taken = line.taken.saturating_sub(step.pieces);
    }
    walk.session.position = step.position;
    Ok(PickOutcome::Undone {
        item: line.item,
        pieces: step.pieces,
    })
}

/// Pieces go back to where the entry took them from: promised ones to the promise, others for
/// sale. Of an order that was cancelled meanwhile all are for sale.
fn move_back(walk: &mut Walk<'_>, line: &PickLine, pieces: u32, entry: EntryId) -> Result<()> {
    let taken = walk
        .moves
        .shop()
        .entry(entry)?
        .ok_or_else(|| Error::internal(format!("Entry {entry} of the ledger is missing.")))?;
    let mut order = walk.order(line)?;
    if order.status.has_left() {
        return Err(Error::conflict(format!(
            "Order {} is {} by now; its pieces cannot be put back.",
            order.number,
            order.status.word()
        )));
    }
    let holds = order.status.holds_stock();
    let number = order.number.clone();
    let sold = sold_line_mut(&mut order, line)?;
    let promised = if holds {
        taken.before.reserved.saturating_sub(taken.after.reserved)
    } else {
        0
    };
    sold.picked = sold.picked.checked_sub(pieces).ok_or_else(|| {
        Error::internal(format!("Order {number} has fewer picked than the walk."))
    })?;
    sold.reserved += promised;
    let reason = Reason::PickUndone {
        order: number,
        session: walk.session.id,
    };
    walk.moves.change(taken.lot, reason, Some(entry), |stock| {
        stock.put_back(pieces)?;
        stock.release(pieces - promised)
    })?;
    walk.moves.put_order(order);
    Ok(())
}
