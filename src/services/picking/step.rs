//! One step of a walk: what it moves, and how it is taken back.

use super::missing;
use crate::domain::pick::PickStep;
use crate::domain::rows::PickOutcome;
use crate::domain::{
    EntryId, LineState, LotId, OperationId, Order, OrderLine, PickLine, PickSession, PickState,
    Reason, Scope, SessionId, Topic,
};
use crate::error::{Error, Result};
use crate::services::moves::Moves;
use crate::store::tables::OperationRecord;
use crate::store::{Decided, Shop, Tx};

/// What an operation did, if this one was done before. Its number must not be used for another walk.
pub(super) fn repeated(
    shop: &Shop<'_>,
    op: OperationId,
    session: Option<SessionId>,
) -> Result<Option<OperationRecord>> {
    let done = shop.operation(op)?;
    if let (Some(done), Some(session)) = (&done, session)
        && done.session != session.0
    {
        return Err(Error::invalid(format!(
            "This operation belongs to walk {}, not to {session}.",
            done.session
        )));
    }
    Ok(done)
}

/// A walk while a step is decided.
pub(super) struct Walk<'t> {
    pub(super) tx: &'t Tx<'t>,
    pub(super) session: PickSession,
    pub(super) moves: Moves<'t>,
    scope: Scope,
}

impl<'t> Walk<'t> {
    /// The walk as it stands; a finished one takes no more steps.
    pub(super) fn load(tx: &'t Tx<'t>, scope: Scope, id: SessionId) -> Result<Self> {
        let shop = tx.shop(&scope);
        let session = shop.pick(id)?.ok_or_else(|| missing(id))?;
        if session.state == PickState::Finished {
            return Err(Error::conflict(format!(
                "Walk {id} is finished. Start another one for what is left."
            )));
        }
        Ok(Self {
            tx,
            session,
            moves: Moves::new(shop, scope, None),
            scope,
        })
    }

    /// The step as a batch. A scan that was wrong has moved nothing and is not remembered.
    pub(super) fn decided(mut self, op: OperationId, outcome: PickOutcome) -> Decided<PickOutcome> {
        if matches!(outcome, PickOutcome::Wrong { .. }) {
            return Decided::unchanged(outcome);
        }
        self.session.touched = self.scope.now;
        let record = OperationRecord {
            at: self.scope.now,
            session: self.session.id.0,
            outcome: outcome.clone(),
        };
        let closed = self.session.state == PickState::Finished;
        let batch = self.moves.batch();
        batch.changed(&self.scope, Topic::Picks, [self.session.id.0]);
        if closed {
            batch.changed(
                &self.scope,
                Topic::Orders,
                self.session.orders.iter().map(|id| id.0),
            );
        }
        batch.put_operation(&self.scope, op, record);
        batch.put_pick(&self.scope, self.session);
        Decided::new(outcome, self.moves.finish())
    }

    /// The line that the person saw must be the one where the walk stands.
    pub(super) fn at(&self, line: u16) -> Result<()> {
        match self.session.current() {
            Some(current) if current == line => Ok(()),
            Some(_) if self.session.lines.get(usize::from(line)).is_some() => Err(Error::conflict(
                "Somebody else picked it; the walk has gone on. Look at the line again.",
            )),
            Some(_) => Err(Error::invalid("This walk has no such line.")),
            None => Err(Error::conflict("Every line of this walk is done.")),
        }
    }

    /// A line of the walk.
    pub(super) fn line(&self, at: u16) -> Result<&PickLine> {
        self.session
            .lines
            .get(usize::from(at))
            .ok_or_else(|| Error::invalid("This walk has no such line."))
    }

    /// The order of a line.
    pub(super) fn order(&self, line: &PickLine) -> Result<Order> {
        self.moves
            .shop()
            .order(line.order)?
            .ok_or_else(|| Error::not_found(format!("Order {} is not there any more.", line.order)))
    }

    /// Pieces of a line that can be taken now: promised ones, then those for sale.
    fn there(&mut self, at: u16) -> Result<u32> {
        let line = self.line(at)?.clone();
        let order = self.order(&line)?;
        if !order.status.can_be_picked() {
            return Err(Error::conflict(format!(
                "Order {} is {} by now. Leave its pieces on the shelf and end the line with nothing found.",
                order.number,
                order.status.word()
            )));
        }
        let reserved = sold_line(&order, &line)?.reserved;
        let available = match line.lot {
            None => 0,
            Some(id) => self
                .moves
                .lot(id)?
                .filter(|lot| lot.is_live())
                .map_or(0, |lot| lot.stock.available),
        };
        Ok(reserved.saturating_add(available).min(line.missing()))
    }

    /// Takes `pieces`, or all that can be taken.
    pub(super) fn take_some(&mut self, at: u16, pieces: Option<u32>) -> Result<PickOutcome> {
        let there = self.there(at)?;
        let missing = self.line(at)?.missing();
        match pieces {
            Some(0) => Err(Error::invalid("Say how many pieces, at least one.")),
            Some(n) if n > missing => Err(Error::invalid(format!(
                "The order wants {missing} more, not {n}."
            ))),
            Some(n) if n > there => Err(too_few(n, there)),
            Some(n) if n < missing => self.take_part(at, n),
            None if there == 0 => Err(Error::conflict(
                "Nothing of it is there. End the line as short, or put it off.",
            )),
            None if there < missing => self.end_short(at, there),
            _ => {
                let item = self.line(at)?.item.clone();
                let entry = self.move_out(at, missing)?;
                self.note(at, LineState::Picked, missing, Some(entry))?;
                Ok(PickOutcome::Taken {
                    item,
                    pieces: missing,
                })
            }
        }
    }

    /// A part is in the tote; the person still stands there.
    fn take_part(&mut self, at: u16, pieces: u32) -> Result<PickOutcome> {
        let line = self.line(at)?;
        let (item, state) = (line.item.clone(), line.state);
        let entry = self.move_out(at, pieces)?;
        self.note(at, state, pieces, Some(entry))?;
        self.session.position = at;
        Ok(PickOutcome::Taken { item, pieces })
    }

    /// Ends a line with `found` pieces. The rest of the promise stays, see the module's beginning.
    pub(super) fn end_short(&mut self, at: u16, found: u32) -> Result<PickOutcome> {
        let line = self.line(at)?;
        let (item, missing) = (line.item.clone(), line.missing());
        if found > missing {
            return Err(Error::invalid(format!(
                "The order wants {missing} more, not {found}."
            )));
        }
        let entry = if found == 0 {
            None
        } else {
            let there = self.there(at)?;
            if found > there {
                return Err(too_few(found, there));
            }
            Some(self.move_out(at, found)?)
        };
        if found == missing {
            self.note(at, LineState::Picked, found, entry)?;
            return Ok(PickOutcome::Taken {
                item,
                pieces: found,
            });
        }
        self.note(at, LineState::Short, found, entry)?;
        Ok(PickOutcome::Short {
            item,
            missing: missing - found,
        })
    }

    /// Moves pieces from the shelf into the tote: one entry, whatever part was promised before.
    fn move_out(&mut self, at: u16, pieces: u32) -> Result<EntryId> {
        let line = self.line(at)?.clone();
        let Some(lot) = line.lot else {
            return Err(Error::conflict("No lot serves this line."));
        };
        let mut order = self.order(&line)?;
        let number = order.number.clone();
        let sold = sold_line_mut(&mut order, &line)?;
        if sold.lot != Some(lot) || sold.open() < pieces {
            return Err(Error::conflict(
                "The order has changed since this walk began. End the walk and start it again.",
            ));
        }
        let promised = sold.reserved.min(pieces);
        sold.reserved -= promised;
        sold.picked += pieces;
        let reason = Reason::Picked {
            order: number,
            session: self.session.id,
        };
        let more = pieces - promised;
        let entry = self.moves.change(lot, reason, None, |stock| {
            (stock.reserve(more) == more).then_some(())?;
            stock.take(pieces)
        })?;
        self.moves.put_order(order);
        Ok(entry)
    }

    /// Writes down what became of a line, and goes on to the next one.
    pub(super) fn note(
        &mut self,
        at: u16,
        state: LineState,
        pieces: u32,
        entry: Option<EntryId>,
    ) -> Result<()> {
        let step = PickStep {
            line: at,
            before: self.line(at)?.state,
            pieces,
            entry,
            position: self.session.position,
        };
        if let Some(line) = self.session.lines.get_mut(usize::from(at)) {
            line.state = state;
            line.taken += pieces;
        }
        self.session.steps.push(step);
        let end = super::narrow(self.session.lines.len());
        self.session.position = self.session.next_from(at.saturating_add(1)).unwrap_or(end);
        Ok(())
    }

    /// The lot of a line as it is now.
    pub(super) fn lot_of(&mut self, at: u16) -> Result<Option<crate::domain::Lot>> {
        let id: Option<LotId> = self.line(at)?.lot;
        match id {
            None => Ok(None),
            Some(id) => Ok(self.moves.lot(id)?.cloned()),
        }
    }
}

fn too_few(wanted: u32, there: u32) -> Error {
    Error::conflict(format!(
        "The book has only {there} of it, not {wanted}. Take those, or correct the lot first."
    ))
}

fn sold_line<'o>(order: &'o Order, line: &PickLine) -> Result<&'o OrderLine> {
    order
        .lines
        .get(usize::from(line.order_line))
        .ok_or_else(|| lost_line(&order.number))
}

pub(super) fn sold_line_mut<'o>(
    order: &'o mut Order,
    line: &PickLine,
) -> Result<&'o mut OrderLine> {
    let number = order.number.clone();
    order
        .lines
        .get_mut(usize::from(line.order_line))
        .ok_or_else(|| lost_line(&number))
}

fn lost_line(number: &str) -> Error {
    Error::conflict(format!(
        "Order {number} has changed since this walk began. End the walk and start it again."
    ))
}
