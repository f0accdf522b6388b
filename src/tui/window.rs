//! A list that lies at the server: only what is visible, and a page either way, is kept here.
//!
//! Answers carry the generation of the list they were asked for, so that rows of an older question
//! never show up in a newer list.

use std::collections::{BTreeMap, BTreeSet};

use super::action::Action;
use super::effect::{Effect, Tag};
use super::widgets::list::Cursor;
use crate::api::{Answer, Opened, Reply, Request, Rows};
use crate::domain::ViewId;
use crate::domain::rows::{ItemRow, LotRow, OrderRow};

/// Rows are asked for in pieces of this many.
pub const PIECE: usize = 50;

/// Tags of a list: kind in the low byte, then the piece, then the generation.
const WINDOW_TAG: u64 = 0xF0;

/// Rows that a list can be made of.
pub trait RowsOf: Clone {
    /// The rows of an answer; none if they are of another kind.
    fn of(rows: Rows) -> Vec<Self>;
}

macro_rules! rows_of {
    ($($row:ty: $variant:ident),*) => {
        $(impl RowsOf for $row {
            fn of(rows: Rows) -> Vec<Self> {
                match rows {
                    Rows::$variant(rows) => rows,
                    _ => Vec::new(),
                }
            }
        })*
    };
}

rows_of!(ItemRow: Items, LotRow: Lots, OrderRow: Orders);

/// A list that is seen through a window.
#[derive(Debug, Clone)]
pub struct Window<R> {
    view: Option<ViewId>,
    generation: u32,
    pieces: BTreeMap<usize, Vec<R>>,
    asked: BTreeSet<usize>,
    /// Pieces of the list before it was opened again: shown until the new ones come.
    stale: BTreeSet<usize>,
    total: Option<usize>,
    /// Rows that are known to exist, as long as the total is not known.
    known: usize,
    /// Where one is.
    pub cursor: Cursor,
    to_the_end: bool,
}

impl<R> Default for Window<R> {
    fn default() -> Self {
        Self {
            view: None,
            generation: 0,
            pieces: BTreeMap::new(),
            asked: BTreeSet::new(),
            stale: BTreeSet::new(),
            total: None,
            known: 0,
            cursor: Cursor::default(),
            to_the_end: false,
        }
    }
}

impl<R: Clone> Window<R> {
    /// How many rows to ask for when a list is opened: a screenful in whole pieces.
    pub fn first_rows(height: usize) -> u16 {
        (height.div_ceil(PIECE).clamp(1, 8) * PIECE) as u16
    }

    /// Takes over a list that was opened. The cursor stays where it is only if `keep` says so.
    pub fn open(&mut self, opened: &Opened, rows: Vec<R>, keep: bool, height: usize) {
        self.view = Some(opened.view);
        self.generation = self.generation.wrapping_add(1);
        self.asked.clear();
        self.stale = self.pieces.keys().copied().collect();
        if !keep {
            self.pieces.clear();
            self.stale.clear();
        }
        self.known = rows.len() + usize::from(opened.more);
        self.total = match opened.total {
            Some(total) => Some(total as usize),
            None if !opened.more => Some(rows.len()),
            None => None,
        };
        let len = self.len();
        self.pieces.retain(|at, _| at * PIECE < len);
        self.keep_rows(0, rows);
        if !keep {
            self.cursor = Cursor::default();
        }
        self.to_the_end = false;
        self.cursor.settle(self.len(), height);
    }

    /// Nothing is known of the list any more; what is shown stays until it is opened again.
    pub fn forget(&mut self) {
        self.view = None;
        self.asked.clear();
    }

    /// Rows have changed where they stand: those that can be seen are read again, and shown until then.
    pub fn again(&mut self, height: usize) -> Vec<Effect> {
        self.stale = self.pieces.keys().copied().collect();
        self.asked.clear();
        self.wanted(height)
    }

    fn keep_rows(&mut self, offset: usize, rows: Vec<R>) {
        let mut rows = rows.into_iter();
        let mut at = offset / PIECE;
        loop {
            let piece: Vec<R> = rows.by_ref().take(PIECE).collect();
            if piece.is_empty() {
                break;
            }
            // A list that goes on fills its pieces; a short one in between was cut by the server.
            let complete = piece.len() == PIECE
                || self
                    .total
                    .is_some_and(|total| at * PIECE + piece.len() >= total);
            let known = self.pieces.contains_key(&at) && !self.stale.remove(&at);
            if complete || !known {
                self.pieces.insert(at, piece);
            }
            at += 1;
        }
    }

    /// Rows that can be walked to.
    pub fn len(&self) -> usize {
        self.total.unwrap_or(self.known)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows, once that is known.
    pub const fn total(&self) -> Option<usize> {
        self.total
    }

    /// The list is known to have this many rows (counted apart from it).
    pub fn set_total(&mut self, total: usize, height: usize) {
        if self.total.is_none() {
            self.total = Some(total);
            if self.to_the_end {
                self.to_the_end = false;
                self.cursor.on(Action::Last, total, height);
            }
        }
    }

    /// The row at a place; `None` while it is on its way.
    pub fn row(&self, at: usize) -> Option<&R> {
        self.pieces.get(&(at / PIECE))?.get(at % PIECE)
    }

    /// The row one is at.
    pub fn current(&self) -> Option<&R> {
        self.row(self.cursor.at)
    }

    /// Every row that is kept.
    pub fn kept(&self) -> impl Iterator<Item = &R> {
        self.pieces.values().flatten()
    }

    /// Moves; answers whether the action was a movement.
    pub fn on(&mut self, action: Action, height: usize) -> bool {
        if action == Action::Last && self.total.is_none() {
            self.to_the_end = true;
        }
        self.cursor.on(action, self.len(), height)
    }

    /// Requests for rows that are needed and have not been asked for.
    pub fn wanted(&mut self, height: usize) -> Vec<Effect> {
        let Some(view) = self.view else {
            return Vec::new();
        };
        let visible = self.cursor.visible(self.len(), height.max(1));
        if visible.is_empty() {
            return Vec::new();
        }
        let (first, last) = (visible.start / PIECE, (visible.end - 1) / PIECE);
        let end = self.len().div_ceil(PIECE);
        let near = first.saturating_sub(1)..(last + 2).min(end);
        self.pieces
            .retain(|at, _| *at + 2 >= first && *at <= last + 2);
        let mut effects = Vec::new();
        for at in near {
            let short = self.pieces.get(&at).is_none_or(|piece| {
                piece.len() < PIECE
                    && self
                        .total
                        .is_none_or(|total| at * PIECE + piece.len() < total)
            });
            // While the total is unknown only what is visible is asked for, to learn it.
            let missing = short || self.stale.contains(&at);
            let needed = missing && (self.total.is_some() || (first..=last).contains(&at));
            if needed && self.asked.insert(at) {
                let tag = WINDOW_TAG | (at as u64) << 8 | u64::from(self.generation) << 40;
                effects.push(Effect::send(
                    tag,
                    Request::Window {
                        view,
                        offset: (at * PIECE) as u32,
                        len: PIECE as u16,
                    },
                ));
            }
        }
        effects
    }

    /// Whether an answer with this tag belongs to a list like this.
    pub const fn is_mine(tag: Tag) -> bool {
        tag & 0xFF == WINDOW_TAG
    }

    /// Takes over rows; those of another generation are dropped.
    pub fn filled(&mut self, tag: Tag, offset: u32, total: u32, rows: Vec<R>, height: usize) {
        if (tag >> 40) as u32 & 0xFF_FFFF != self.generation & 0xFF_FFFF {
            return;
        }
        self.asked.remove(&(offset as usize / PIECE));
        self.total = Some(total as usize);
        self.keep_rows(offset as usize, rows);
        if self.to_the_end {
            self.to_the_end = false;
            self.cursor.on(Action::Last, self.len(), height);
        }
        self.cursor.settle(self.len(), height);
    }

    /// A request for rows failed: they may be asked for again.
    pub fn failed(&mut self, tag: Tag) {
        self.asked.remove(&((tag >> 8) as u32 as usize));
    }
}

impl<R: RowsOf> Window<R> {
    /// Takes over the answer to a request for rows and asks for what is still missing. `None`: the
    /// server has let go of the list; open it again.
    pub fn answered(&mut self, tag: Tag, answer: Answer, height: usize) -> Option<Vec<Effect>> {
        match answer {
            Ok(Reply::Window {
                offset,
                total,
                rows,
                ..
            }) => {
                self.filled(tag, offset, total, R::of(rows), height);
                Some(self.wanted(height))
            }
            Ok(_) => Some(Vec::new()),
            Err(_) => {
                self.failed(tag);
                self.forget();
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Rows;

    fn opened(total: Option<u32>, more: bool) -> Opened {
        Opened {
            view: ViewId(7),
            rows: Rows::Items(Vec::new()),
            total,
            more,
            totals: None,
        }
    }

    fn sent(effects: &[Effect]) -> Vec<(Tag, u32)> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Send(tag, request) => match **request {
                    Request::Window { offset, .. } => Some((*tag, offset)),
                    _ => None,
                },
                _ => None,
            })
            .collect()
    }

    #[test]
    fn asks_only_for_what_is_near_and_only_once() {
        let mut window: Window<u32> = Window::default();
        window.open(&opened(Some(10_000), true), (0..50).collect(), false, 20);
        let first = sent(&window.wanted(20));
        assert_eq!(first.iter().map(|(_, at)| *at).collect::<Vec<_>>(), [50]);
        assert!(window.wanted(20).is_empty(), "it is on its way");
        window.on(Action::Last, 20);
        let offsets: Vec<u32> = sent(&window.wanted(20)).iter().map(|(_, at)| *at).collect();
        assert_eq!(offsets, [9_900, 9_950]);
        assert!(window.current().is_none(), "waiting");
    }

    #[test]
    fn rows_of_an_older_list_are_dropped() {
        let mut window: Window<u32> = Window::default();
        window.open(&opened(Some(100), true), (0..50).collect(), false, 20);
        let asked = sent(&window.wanted(20));
        window.open(&opened(Some(3), false), vec![1, 2, 3], false, 20);
        window.filled(asked[0].0, 50, 100, vec![9; 50], 20);
        assert_eq!(window.len(), 3);
    }

    #[test]
    fn opened_again_it_shows_the_old_rows_until_the_new_ones_come() {
        let mut window: Window<u32> = Window::default();
        window.open(&opened(Some(200), true), (0..50).collect(), false, 20);
        window.cursor.at = 120;
        window.cursor.settle(200, 20);
        for (tag, offset) in sent(&window.wanted(20)) {
            window.filled(tag, offset, 200, (offset..offset + 50).collect(), 20);
        }
        window.open(&opened(Some(200), true), (1_000..1_050).collect(), true, 20);
        assert_eq!(window.current(), Some(&120), "still the old one");
        let asked = sent(&window.wanted(20));
        assert!(asked.iter().any(|(_, offset)| *offset == 100), "{asked:?}");
        for (tag, offset) in asked {
            window.filled(
                tag,
                offset,
                200,
                (offset + 1_000..offset + 1_050).collect(),
                20,
            );
        }
        assert_eq!(window.current(), Some(&1_120));
        assert!(window.wanted(20).is_empty());
    }

    #[test]
    fn the_end_of_a_list_of_unknown_length() {
        let mut window: Window<u32> = Window::default();
        window.open(&opened(None, true), (0..50).collect(), false, 20);
        window.on(Action::Last, 20);
        let asked = sent(&window.wanted(20));
        assert_eq!(asked.len(), 1);
        window.filled(asked[0].0, 50, 70, (50..70).collect(), 20);
        assert_eq!(window.cursor.at, 69);
        assert_eq!(window.current(), Some(&69));
    }

    #[test]
    fn memory_stays_small_while_paging_through_everything() {
        let mut window: Window<u32> = Window::default();
        window.open(&opened(Some(100_000), true), (0..50).collect(), false, 40);
        for _ in 0..2_500 {
            window.on(Action::PageDown, 40);
            for (tag, offset) in sent(&window.wanted(40)) {
                let rows = (offset..(offset + 50).min(100_000)).collect();
                window.filled(tag, offset, 100_000, rows, 40);
            }
            assert_eq!(window.current().copied(), Some(window.cursor.at as u32));
            assert!(window.pieces.len() <= 7);
        }
        assert_eq!(window.cursor.at, 99_999);
    }
}
