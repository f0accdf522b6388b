//! The rows of a list under review that are in sight; the rest lies at the server.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Request, ReviewRequest, StockRequest};
use crate::domain::OperationId;
use crate::domain::review::{ReviewFilter, ReviewPage, ReviewRow};
use crate::tui::effect::{Effect, Tag};

/// Rows are asked for in pieces of this many.
const PIECE: usize = 50;
/// Tags of answers with rows: this in the low byte, then piece and generation.
const ROWS_TAG: u64 = 0xE0;

/// Rows of a review.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pieces: BTreeMap<usize, Vec<ReviewRow>>,
    asked: BTreeSet<usize>,
    generation: u64,
    pub(super) total: usize,
}

impl Pages {
    /// What is known may be different by now: it is asked for anew, and shown until the answer is there.
    pub(super) fn renew(&mut self) {
        self.generation = (self.generation + 1) & 0xFF_FFFF;
        self.asked.clear();
    }

    /// Another list: nothing of it is known.
    pub(super) fn clear(&mut self) {
        self.renew();
        self.pieces.clear();
    }

    pub(super) fn row(&self, at: usize) -> Option<&ReviewRow> {
        self.pieces.get(&(at / PIECE))?.get(at % PIECE)
    }

    /// Asks for rows around what is visible that were not asked for since the last change.
    pub(super) fn wanted(
        &mut self,
        visible: &std::ops::Range<usize>,
        (id, filter): (OperationId, ReviewFilter),
    ) -> Vec<Effect> {
        let first = visible.start / PIECE;
        let last = visible.end.max(1).div_ceil(PIECE);
        self.pieces
            .retain(|at, _| *at + 2 >= first && *at <= last + 1);
        let mut effects = Vec::new();
        for at in first..last {
            if self.asked.insert(at) {
                let tag = ROWS_TAG | (at as u64) << 8 | self.generation << 40;
                let request = ReviewRequest::Rows {
                    id,
                    filter,
                    offset: (at * PIECE) as u32,
                    rows: PIECE as u16,
                };
                effects.push(Effect::send(
                    tag,
                    Request::Stock(StockRequest::Review(request)),
                ));
            }
        }
        self.asked.retain(|at| *at + 2 >= first && *at <= last + 1);
        effects
    }

    /// Whether an answer with this tag holds rows.
    pub(super) const fn is_mine(tag: Tag) -> bool {
        tag & 0xFF == ROWS_TAG
    }

    /// Takes rows over; those that were asked for before the latest change are dropped.
    pub(super) fn filled(&mut self, tag: Tag, page: ReviewPage) -> bool {
        if tag >> 40 != self.generation {
            return false;
        }
        self.total = page.total as usize;
        self.pieces.insert(page.offset as usize / PIECE, page.rows);
        true
    }
}
