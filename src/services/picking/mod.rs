//! Picking: walking the shop once for a set of orders.
//!
//! A walk is a record of its own ([`PickSession`](crate::domain::PickSession)): its lines in
//! walking order, what became of each, where the person stands, and every step, so that any number
//! of them can be taken back. Each confirmed step is one transaction over the lot, the ledger, the
//! order, the walk and the operation's number; after a crash the walk goes on where it was.
//!
//! What is decided here, and may surprise:
//! - Taking a line reaches for promised pieces first and then for pieces that are for sale, as an
//!   order that was short may be complete by now.
//! - A line that ends short keeps its promise. The pieces are missing on the shelf, so nobody else
//!   must be sold them; the state of the line says so until a recount settles it. The order stays
//!   open for the next walk.
//! - An order that was cancelled or sent while somebody walks for it gives no more pieces; its lines
//!   can only be ended with nothing found.

mod plan;
mod scan;
mod step;
mod undo;
mod view;

use crate::domain::rows::{PickOutcome, PickView};
use crate::domain::{LineState, OperationId, OrderId, PickState, Scope, SessionId};
use crate::error::{Error, Result};
use crate::store::Decided;

use super::App;
use super::rights::{Right, allow};
use step::{Walk, repeated};

/// What a verb of picking answers.
pub type Picked = (PickView, PickOutcome);

impl App {
    /// Plans a walk for these orders and starts it. Promises what has arrived since the orders came.
    pub fn pick_start(
        &self,
        scope: &Scope,
        orders: Vec<OrderId>,
        op: OperationId,
    ) -> Result<Picked> {
        allow(scope, Right::Pick)?;
        let actor = *scope;
        let session = self
            .store
            .write(move |tx| plan::start(tx, actor, orders, op))?;
        Ok((self.pick_view(scope, session)?, PickOutcome::Nothing))
    }

    /// A walk as it is now.
    pub fn pick_view(&self, scope: &Scope, session: SessionId) -> Result<PickView> {
        allow(scope, Right::ReadPicks)?;
        let names = self.names();
        self.store.read(|tx| {
            let shop = tx.shop(scope);
            let walk = shop.pick(session)?.ok_or_else(|| missing(session))?;
            view::view(&shop, &walk, &names)
        })
    }

    /// Takes pieces of the line the person stands at: `None` all that can be taken. When fewer are
    /// there than wanted, the line ends short; a part of them leaves it open.
    pub fn pick_take(
        &self,
        scope: &Scope,
        session: SessionId,
        line: u16,
        pieces: Option<u32>,
        op: OperationId,
    ) -> Result<Picked> {
        self.step(scope, session, op, move |walk| {
            walk.at(line)?;
            walk.take_some(line, pieces)
        })
    }

    /// A scanned or typed code: the place, the lot, the item or the element takes the line, anything
    /// else moves nothing.
    pub fn pick_scan(
        &self,
        scope: &Scope,
        session: SessionId,
        line: u16,
        code: &str,
        op: OperationId,
    ) -> Result<Picked> {
        let code = code.to_owned();
        self.step(scope, session, op, move |walk| {
            walk.at(line)?;
            match scan::judge(walk, line, &code)? {
                None => walk.take_some(line, None),
                Some(wrong) => Ok(wrong),
            }
        })
    }

    /// Ends a line with what was found of it.
    pub fn pick_short(
        &self,
        scope: &Scope,
        session: SessionId,
        line: u16,
        found: u32,
        op: OperationId,
    ) -> Result<Picked> {
        self.step(scope, session, op, move |walk| {
            walk.at(line)?;
            walk.end_short(line, found)
        })
    }

    /// Puts a line off to the end of the walk.
    pub fn pick_later(
        &self,
        scope: &Scope,
        session: SessionId,
        line: u16,
        op: OperationId,
    ) -> Result<Picked> {
        self.step(scope, session, op, move |walk| {
            walk.at(line)?;
            walk.note(line, LineState::Later, 0, None)?;
            Ok(PickOutcome::Later)
        })
    }

    /// Takes the last step back: pieces, promise, state and position are as they were before it.
    pub fn pick_undo(&self, scope: &Scope, session: SessionId, op: OperationId) -> Result<Picked> {
        self.step(scope, session, op, undo::take_back)
    }

    /// Closes a walk. Open lines stay with their orders for the next one.
    pub fn pick_finish(
        &self,
        scope: &Scope,
        session: SessionId,
        op: OperationId,
    ) -> Result<Picked> {
        self.step(scope, session, op, |walk| {
            walk.session.state = PickState::Finished;
            Ok(PickOutcome::Nothing)
        })
    }

    /// The walks that go on, with lines done and lines in all.
    pub fn open_picks(&self, scope: &Scope) -> Result<Vec<(SessionId, u16, u16)>> {
        allow(scope, Right::ReadPicks)?;
        self.store.read(|tx| {
            let open = tx.shop(scope).open_picks()?;
            Ok(open
                .into_iter()
                .map(|walk| (walk.id, narrow(walk.done()), narrow(walk.lines.len())))
                .collect())
        })
    }

    /// The frame of every step: one transaction, harmless when repeated.
    fn step(
        &self,
        scope: &Scope,
        session: SessionId,
        op: OperationId,
        act: impl FnOnce(&mut Walk<'_>) -> Result<PickOutcome> + Send + 'static,
    ) -> Result<Picked> {
        allow(scope, Right::Pick)?;
        let actor = *scope;
        let outcome = self.store.write(move |tx| {
            if let Some(done) = repeated(&tx.shop(&actor), op, Some(session))? {
                return Ok(Decided::unchanged(done.outcome));
            }
            let mut walk = Walk::load(tx, actor, session)?;
            let outcome = act(&mut walk)?;
            Ok(walk.decided(op, outcome))
        })?;
        Ok((self.pick_view(scope, session)?, outcome))
    }
}

fn missing(session: SessionId) -> Error {
    Error::not_found(format!("There is no walk {session}."))
}

/// A count of lines; plans never hold more than fit.
fn narrow(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
