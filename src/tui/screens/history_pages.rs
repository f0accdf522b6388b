//! Pages of the history: each begins where the one before ended, and only those near are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::domain::EntryId;
use crate::domain::rows::{EntryRow, HistoryPage};

/// Entries that are asked for at once.
pub(super) const PAGE: u16 = 100;
/// Pages that are kept on either side of what is visible.
const NEAR: usize = 3;

/// What is known of a page, kept or not.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Where the page before ended: asked for again from here it holds the same entries.
    before: Option<EntryId>,
    /// Rows up to its end.
    end: usize,
}

/// A page that is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) page: usize,
    pub(super) before: Option<EntryId>,
}

/// The pages so far.
#[derive(Debug, Default)]
pub(super) struct Pages {
    known: Vec<Known>,
    kept: BTreeMap<usize, Vec<EntryRow>>,
    asked: BTreeSet<usize>,
    next: Option<EntryId>,
    /// How far back has been looked, where that is further than the last row.
    pub(super) searched: Option<crate::domain::Timestamp>,
}

impl Pages {
    /// A list that begins with this page.
    pub(super) fn begin(page: HistoryPage) -> Self {
        let mut pages = Self::default();
        // What comes in later stands before this page, and never moves it.
        let before = page.entries.first().map(|entry| EntryId(entry.id.0 + 1));
        pages.push(before, page);
        pages
    }

    fn push(&mut self, before: Option<EntryId>, page: HistoryPage) {
        let end = self.len() + page.entries.len();
        self.kept.insert(self.known.len(), page.entries);
        self.known.push(Known { before, end });
        self.next = page.next;
        self.searched = page.searched;
    }

    /// Rows that are known to exist.
    pub(super) fn len(&self) -> usize {
        self.known.last().map_or(0, |known| known.end)
    }

    /// Whether the oldest entry is among them.
    pub(super) const fn complete(&self) -> bool {
        self.next.is_none()
    }

    /// The newest entry.
    pub(super) fn newest(&self) -> Option<EntryId> {
        let before = self.known.first()?.before?;
        Some(EntryId(before.0 - 1))
    }

    fn place(&self, at: usize) -> Option<(usize, usize)> {
        let page = self.known.partition_point(|known| known.end <= at);
        let known = self.known.get(page)?;
        let start = page.checked_sub(1).map_or(0, |one| self.known[one].end);
        (at < known.end).then_some((page, at - start))
    }

    /// The entry at a row; `None` while it is on its way.
    pub(super) fn row(&self, at: usize) -> Option<&EntryRow> {
        let (page, nth) = self.place(at)?;
        self.kept.get(&page)?.get(nth)
    }

    /// Pages that are needed for these rows and not asked for yet; far ones are let go. With `again` those
    /// that are there are asked for once more.
    pub(super) fn wanted(&mut self, visible: &Range<usize>, again: bool) -> Vec<Wanted> {
        let first = self.place(visible.start).map_or(0, |(page, _)| page);
        let last = match visible.end.checked_sub(1).and_then(|at| self.place(at)) {
            Some((page, _)) => page,
            None => self.known.len().saturating_sub(1),
        };
        self.kept
            .retain(|page, _| *page + NEAR >= first && *page <= last + NEAR);
        let mut wanted = Vec::new();
        for page in first..=last {
            let missing = again || !self.kept.contains_key(&page);
            let Some(known) = self.known.get(page).filter(|_| missing) else {
                continue;
            };
            let before = known.before;
            if self.asked.insert(page) {
                wanted.push(Wanted { page, before });
            }
        }
        let page = self.known.len();
        let near = visible.end + usize::from(PAGE) / 2 >= self.len();
        if near && self.next.is_some() && self.asked.insert(page) {
            let before = self.next;
            wanted.push(Wanted { page, before });
        }
        wanted
    }

    /// Takes over an answer.
    pub(super) fn filled(&mut self, page: usize, answer: HistoryPage) {
        self.asked.remove(&page);
        if page == self.known.len() {
            let before = self.next;
            self.push(before, answer);
        } else if let Some(known) = self.known.get(page).copied() {
            let start = page.checked_sub(1).map_or(0, |one| self.known[one].end);
            // A page whose entries are not found by the same words any more keeps what it had.
            if known.end - start == answer.entries.len() {
                self.kept.insert(page, answer.entries);
            }
        }
    }

    /// A question failed; it may be asked again.
    pub(super) fn failed(&mut self, page: usize) {
        self.asked.remove(&page);
    }

    /// Questions under way are lost.
    pub(super) fn forget(&mut self) {
        self.asked.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rows::DeedState;
    use crate::domain::*;

    fn entry(id: u64) -> EntryRow {
        EntryRow {
            id: EntryId(id),
            deed: CorrelationId(id),
            what: String::new(),
            why: String::new(),
            state: DeedState::Stands,
            undoes: None,
            lots: 1,
            lot: LotId(1),
            item: ItemKey::part("3001"),
            name: String::new(),
            color: Color::unknown(ColorId(1)),
            condition: Condition::New,
            at: Timestamp::default(),
            by: String::new(),
            reason: Reason::Edited,
            before: Stock::default(),
            after: Stock::default(),
            changes: Vec::new(),
        }
    }

    /// What a server with entries 1 to `newest` answers.
    fn served(newest: u64, before: Option<EntryId>) -> HistoryPage {
        let from = before.map_or(newest, |before| before.0 - 1);
        let to = from.saturating_sub(u64::from(PAGE));
        HistoryPage {
            entries: (to + 1..=from).rev().map(entry).collect(),
            next: (to > 0).then_some(EntryId(to + 1)),
            searched: None,
        }
    }

    #[test]
    fn down_to_the_first_entry_and_up_again_with_few_pages_in_memory() {
        let newest = 10_030;
        let mut pages = Pages::begin(served(newest, None));
        let mut at = 0;
        while !pages.complete() || at + 20 < pages.len() {
            at = (at + 20).min(pages.len() - 1);
            // Entries come in meanwhile; rows stay where they are.
            for wanted in pages.wanted(&(at..at + 20), false) {
                pages.filled(wanted.page, served(newest + at as u64, wanted.before));
            }
            assert_eq!(pages.row(at).map(|row| row.id.0), Some(newest - at as u64));
            assert!(pages.kept.len() <= 2 * NEAR + 3);
        }
        assert_eq!(pages.len() as u64, newest);
        assert!(pages.row(0).is_none(), "let go");
        for wanted in pages.wanted(&(0..20), false) {
            pages.filled(wanted.page, served(newest + 500, wanted.before));
        }
        assert_eq!(pages.row(0).map(|row| row.id.0), Some(newest));
        assert_eq!(pages.newest(), Some(EntryId(newest)));
    }

    #[test]
    fn nothing_is_asked_twice_until_it_failed() {
        let mut pages = Pages::begin(served(300, None));
        let asked = pages.wanted(&(60..90), false);
        assert_eq!(asked.len(), 1);
        assert!(pages.wanted(&(60..90), false).is_empty());
        pages.failed(asked[0].page);
        assert_eq!(pages.wanted(&(60..90), false), asked);
        assert_eq!(pages.wanted(&(0..10), true).len(), 1, "those shown, again");
    }
}
