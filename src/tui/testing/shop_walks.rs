//! The shop's walks: they take, end short, put off and take back.

use super::shop::{NOW, State};
use crate::api::{Answer, Reply, Request};
use crate::domain::rows::{PickLineRow, PickOrderRow, PickOutcome, PickView};
use crate::domain::*;
use crate::error::Error;

/// A walk and how to take its steps back.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) view: PickView,
    undo: Vec<(u16, LineState, u32)>,
}

impl State {
    pub(super) fn pick(&mut self, request: Request) -> Answer {
        let conflict = || Error::conflict("Somebody else has picked this line.");
        let (session, line, deed) = match request {
            Request::PickStart { orders, .. } => return Ok(self.start(&orders)),
            Request::PickOpen { session } => (session, None, Deed::Look),
            Request::PickTake {
                session,
                line,
                pieces,
                ..
            } => (session, Some(line), Deed::Take(pieces)),
            Request::PickScan {
                session,
                line,
                code,
                ..
            } => (session, Some(line), Deed::Scan(code)),
            Request::PickShort {
                session,
                line,
                found,
                ..
            } => (session, Some(line), Deed::Short(found)),
            Request::PickLater { session, line, .. } => (session, Some(line), Deed::Later),
            Request::PickUndo { session, .. } => (session, None, Deed::Undo),
            Request::PickFinish { session, .. } => (session, None, Deed::Finish),
            _ => return Ok(Reply::Done),
        };
        let walk = self
            .walks
            .iter_mut()
            .find(|walk| walk.view.id == session)
            .ok_or_else(|| Error::not_found("There is no such pick."))?;
        if line.is_some() && line != walk.view.current {
            return Err(conflict());
        }
        let outcome = walk.on(deed);
        Ok(Reply::Pick {
            view: Box::new(walk.view.clone()),
            outcome,
        })
    }

    fn start(&mut self, orders: &[OrderId]) -> Reply {
        let id = SessionId(self.walks.len() as u64 + 1);
        let mut rows = Vec::new();
        let mut lines = Vec::new();
        for (at, wanted) in orders.iter().enumerate() {
            let Some(order) = self.orders.iter_mut().find(|order| order.row.id == *wanted) else {
                continue;
            };
            order.row.session = Some(id);
            let tote = pick::tote_letters(at);
            rows.push(PickOrderRow {
                id: order.row.id,
                tote: tote.clone(),
                number: order.row.number.clone(),
                party: order.row.party.clone(),
                open: order.row.pieces,
                short: 0,
            });
            lines.extend(order.lines.iter().map(|line| PickLineRow {
                tote: tote.clone(),
                item: line.item.clone(),
                name: line.name.clone(),
                color: line.color.clone(),
                condition: line.condition,
                place: line.place.clone(),
                wanted: line.quantity,
                taken: 0,
                state: LineState::Open,
                remaining: Some(17),
                there: line.quantity + 17,
            }));
        }
        lines.sort_by_key(|line| line.place.key());
        let view = PickView {
            id,
            state: PickState::Open,
            orders: rows,
            current: (!lines.is_empty()).then_some(0),
            lines,
            done: 0,
            undoable: 0,
            started: NOW,
        };
        self.walks.push(Walk {
            view: view.clone(),
            undo: Vec::new(),
        });
        Reply::Pick {
            view: Box::new(view),
            outcome: PickOutcome::Nothing,
        }
    }
}

enum Deed {
    Look,
    Take(Option<u32>),
    Scan(String),
    Short(u32),
    Later,
    Undo,
    Finish,
}

impl Walk {
    fn on(&mut self, deed: Deed) -> PickOutcome {
        let at = self.view.current;
        let outcome = match (deed, at) {
            (Deed::Finish, _) => {
                self.view.state = PickState::Finished;
                PickOutcome::Nothing
            }
            (Deed::Undo, _) => match self.undo.pop() {
                None => PickOutcome::Nothing,
                Some((line, state, pieces)) => {
                    let row = &mut self.view.lines[usize::from(line)];
                    row.state = state;
                    row.taken -= pieces;
                    self.view.current = Some(line);
                    PickOutcome::Undone {
                        item: row.item.clone(),
                        pieces,
                    }
                }
            },
            (Deed::Scan(code), Some(line)) => {
                let row = &self.view.lines[usize::from(line)];
                if place::same_place(&code, row.place.first()) {
                    let wanted = row.wanted;
                    self.end(line, LineState::Picked, wanted)
                } else {
                    PickOutcome::Wrong {
                        expected: row.place.first().to_owned(),
                        scanned: code,
                    }
                }
            }
            (Deed::Take(pieces), Some(line)) => {
                let wanted = self.view.lines[usize::from(line)].wanted;
                self.end(line, LineState::Picked, pieces.unwrap_or(wanted))
            }
            (Deed::Short(found), Some(line)) => self.end(line, LineState::Short, found),
            (Deed::Later, Some(line)) => self.end(line, LineState::Later, 0),
            _ => PickOutcome::Nothing,
        };
        let state = |wanted: LineState| {
            self.view
                .lines
                .iter()
                .position(|line| line.state == wanted)
                .map(|at| at as u16)
        };
        if !matches!(outcome, PickOutcome::Undone { .. }) {
            self.view.current = state(LineState::Open).or_else(|| state(LineState::Later));
        }
        let done = |line: &&PickLineRow| matches!(line.state, LineState::Picked | LineState::Short);
        self.view.done = self.view.lines.iter().filter(done).count() as u16;
        self.view.undoable = self.undo.len() as u32;
        outcome
    }

    fn end(&mut self, line: u16, state: LineState, pieces: u32) -> PickOutcome {
        let row = &mut self.view.lines[usize::from(line)];
        self.undo.push((line, row.state, pieces));
        row.state = state;
        row.taken += pieces;
        match state {
            LineState::Later => PickOutcome::Later,
            LineState::Short => PickOutcome::Short {
                item: row.item.clone(),
                missing: row.wanted - pieces,
            },
            _ => PickOutcome::Taken {
                item: row.item.clone(),
                pieces,
            },
        }
    }
}
