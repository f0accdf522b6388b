//! Pick sessions: a walk through the shop for a set of orders.

use serde::{Deserialize, Serialize};

use super::{
    ColorId, Condition, EntryId, ItemKey, LotId, OrderId, Place, SessionId, Timestamp, UserId,
};

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LineState {
    /// Still to be picked.
    Open,
    /// Taken off the shelf, all of it.
    Picked,
    /// Put off to the end of the walk.
    Later,
    /// Ended with fewer pieces than ordered.
    Short,
}

/// One line of the walk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickLine {
    /// The order.
    pub order: OrderId,
    /// The position of the line within that order.
    pub order_line: u16,
    /// The lot; a line without one can only be short.
    pub lot: Option<LotId>,
    /// What it is.
    pub item: ItemKey,
    /// Its name when the walk was planned.
    pub name: String,
    /// Its colour.
    pub color: ColorId,
    /// New or used.
    pub condition: Condition,
    /// Where it lies.
    pub place: Place,
    /// Pieces to take.
    pub wanted: u32,
    /// Pieces taken.
    pub taken: u32,
    /// What became of it.
    pub state: LineState,
}

impl PickLine {
    /// Whether somebody still has to go there.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, LineState::Open | LineState::Later)
    }

    /// Pieces that were not taken.
    pub const fn missing(&self) -> u32 {
        self.wanted.saturating_sub(self.taken)
    }
}

/// Something that happened in a walk and can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickStep {
    /// Which line.
    pub line: u16,
    /// Its state before.
    pub before: LineState,
    /// Pieces that were taken in this step.
    pub pieces: u32,
    /// The ledger entry, where pieces moved.
    pub entry: Option<EntryId>,
    /// The position in the walk before.
    pub position: u16,
}

/// Whether a walk goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PickState {
    /// Being walked, or left and to be taken up again.
    Open,
    /// Done.
    Finished,
}

/// A walk through the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickSession {
    /// Its number.
    pub id: SessionId,
    /// Whether it goes on.
    pub state: PickState,
    /// The orders, with the letters of their totes in this order (A, B, ... Z, AA, ...).
    pub orders: Vec<OrderId>,
    /// The lines in the order of the walk.
    pub lines: Vec<PickLine>,
    /// The line where the person is.
    pub position: u16,
    /// What was done, oldest first; undo takes the last.
    pub steps: Vec<PickStep>,
    /// When it was planned.
    pub started: Timestamp,
    /// By whom.
    pub started_by: UserId,
    /// When something last happened.
    pub touched: Timestamp,
}

impl PickSession {
    /// Lines that are done, one way or the other.
    pub fn done(&self) -> usize {
        self.lines
            .iter()
            .filter(|line| matches!(line.state, LineState::Picked | LineState::Short))
            .count()
    }

    /// The next line to walk to: the first open one from `from` on, then open ones before it, then
    /// in the same way those that were put off, so that putting off again goes on to the next of
    /// them. `None` when all is done.
    pub fn next_from(&self, from: u16) -> Option<u16> {
        let count = self.lines.len();
        let start = usize::from(from).min(count);
        let by_state = |state: LineState| {
            (start..count)
                .chain(0..start)
                .find(|at| self.lines[*at].state == state)
        };
        by_state(LineState::Open)
            .or_else(|| by_state(LineState::Later))
            .and_then(|at| u16::try_from(at).ok())
    }

    /// The line where the person is; `None` when all is done.
    pub fn current(&self) -> Option<u16> {
        let here = self.lines.get(usize::from(self.position));
        if here.is_some_and(PickLine::is_open) {
            Some(self.position)
        } else {
            self.next_from(self.position)
        }
    }

    /// The letter of an order's tote.
    pub fn tote(&self, order: OrderId) -> String {
        self.orders
            .iter()
            .position(|id| *id == order)
            .map_or_else(String::new, tote_letters)
    }
}

/// A, B, ... Z, AA, AB, ...: letters never repeat, however many orders are walked.
pub fn tote_letters(index: usize) -> String {
    let mut left = index + 1;
    let mut letters = Vec::new();
    while left > 0 {
        left -= 1;
        // 0..26 always fits.
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or(0)));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totes_beyond_z() {
        let letters: Vec<String> = [0, 25, 26, 27, 701, 702]
            .into_iter()
            .map(tote_letters)
            .collect();
        assert_eq!(letters, ["A", "Z", "AA", "AB", "ZZ", "AAA"]);
    }
}
