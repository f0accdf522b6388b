//! The rows of a list under review, kept in a file without a name: of a row only its place there and what
//! is odd about it stay in memory. A change writes the row anew, so that taking it back is going to where
//! it was before.

use std::io::{Read, Seek, SeekFrom, Write};

use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use crate::domain::Lot;
use crate::domain::review::{ReviewCounts, ReviewFilter};
use crate::error::{Error, Result};
use crate::store::codec::{Record, pack, unpack};

/// Bytes that are read or written at once.
const CHUNK: usize = 256 * 1024;
/// Most rows of a list.
const MAX_ROWS: usize = 4_000_000;
/// Changes that can be taken back.
const STEPS: usize = 1_000;

/// A row as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) line: u64,
    /// `None`: the row could not be read.
    pub(super) lot: Option<Lot>,
    /// What the file says of it, as a number, and which one of equal ones.
    pub(super) print: Option<(u128, u32)>,
    /// What the file did wrong: field and reason.
    pub(super) flaw: Option<(String, String)>,
    /// How its lot was put away, in words.
    pub(super) away: Option<String>,
}

impl Record for Kept {
    const NAME: &'static str = "row under review";
    const VERSION: u8 = 1;
}

/// What is odd about a row, and what a person decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Marks(u16);

impl Marks {
    /// The row could not be read.
    pub(super) const UNREAD: Self = Self(1);
    /// More pieces than a lot holds.
    pub(super) const PIECES: Self = Self(1 << 1);
    /// A price that no marketplace takes.
    pub(super) const PRICE: Self = Self(1 << 2);
    /// The file marks it as excluded.
    pub(super) const EXCLUDED: Self = Self(1 << 3);
    /// Its lot number stands in an earlier row.
    pub(super) const TWICE: Self = Self(1 << 4);
    /// The catalogue does not know its item.
    pub(super) const ITEM: Self = Self(1 << 5);
    /// Nobody knows its colour.
    pub(super) const COLOR: Self = Self(1 << 6);
    /// Its remarks do not read like a place.
    pub(super) const PLACE: Self = Self(1 << 7);
    /// Its lot was put away by a person and comes back.
    pub(super) const AWAY: Self = Self(1 << 8);
    /// The shop knows its lot.
    pub(super) const KNOWN: Self = Self(1 << 9);
    /// A person leaves it out.
    pub(super) const OUT: Self = Self(1 << 10);
    /// A person takes it although the file does not.
    pub(super) const IN: Self = Self(1 << 11);
    /// A person changed it.
    pub(super) const EDITED: Self = Self(1 << 12);

    const ODD: Self = Self(0x01FF);
    const STOPS: Self = Self(0b111);

    pub(super) const fn has(self, mark: Self) -> bool {
        self.0 & mark.0 != 0
    }

    pub(super) const fn set(&mut self, mark: Self, on: bool) {
        if on {
            self.0 |= mark.0;
        } else {
            self.0 &= !mark.0;
        }
    }

    /// Whether the row cannot come in as it is.
    pub(super) const fn stopped(self) -> bool {
        self.has(Self::STOPS)
    }

    pub(super) const fn odd(self) -> bool {
        self.has(Self::ODD)
    }

    /// Whether the row comes in.
    pub(super) const fn taken(self) -> bool {
        let refused = self.has(Self::EXCLUDED) || self.has(Self::TWICE);
        !self.stopped() && !self.has(Self::OUT) && (!refused || self.has(Self::IN))
    }
}

/// Where a row was before a change.
struct Step {
    at: u32,
    offset: u64,
    marks: Marks,
}

/// The rows.
pub(super) struct Sheet {
    file: SpooledTempFile,
    /// Bytes that are not in the file yet, and where they will begin.
    pending: Vec<u8>,
    end: u64,
    /// Bytes that were read last, and where they began.
    near: (u64, Vec<u8>),
    offsets: Vec<u64>,
    marks: Vec<Marks>,
    steps: Vec<Step>,
}

fn failed(error: &std::io::Error) -> Error {
    Error::storage(format!(
        "There is no room to keep the list while it is reviewed ({error}). Make room and try again."
    ))
}

impl Sheet {
    pub(super) fn new(file: SpooledTempFile) -> Self {
        Self {
            file,
            pending: Vec::new(),
            end: 0,
            near: (0, Vec::new()),
            offsets: Vec::new(),
            marks: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn write(&mut self, row: &Kept) -> Result<u64> {
        let bytes = pack(row)?;
        let len = u32::try_from(bytes.len())
            .map_err(|_| Error::invalid(format!("Line {} is too long.", row.line)))?;
        let at = self.end + self.pending.len() as u64;
        self.pending.extend(len.to_le_bytes());
        self.pending.extend(bytes);
        if self.pending.len() >= CHUNK {
            self.flush()?;
        }
        Ok(at)
    }

    fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(&self.pending))
            .map_err(|e| failed(&e))?;
        self.end += self.pending.len() as u64;
        self.pending = Vec::new();
        Ok(())
    }

    /// Adds a row behind the others.
    pub(super) fn push(&mut self, row: &Kept, marks: Marks) -> Result<()> {
        if self.offsets.len() >= MAX_ROWS {
            return Err(Error::invalid(format!(
                "The list has more than {MAX_ROWS} rows. Split it into several files."
            )));
        }
        let at = self.write(row)?;
        self.offsets.push(at);
        self.marks.push(marks);
        Ok(())
    }

    /// Puts rows that came last (their number, by line) where they stand in the file.
    pub(super) fn sort_in(&mut self, lines: &[u64], last: usize) {
        let first = lines.len().saturating_sub(last);
        let mut order: Vec<usize> = (0..lines.len()).collect();
        // Lists are read in the order of their lines, so only those at the end have to move.
        let (read, moved) = order.split_at_mut(first);
        moved.sort_by_key(|at| lines[*at]);
        let mut merged = Vec::with_capacity(lines.len());
        let mut moved = moved.iter().copied().peekable();
        for at in read.iter().copied() {
            while let Some(next) = moved.next_if(|next| lines[*next] < lines[at]) {
                merged.push(next);
            }
            merged.push(at);
        }
        merged.extend(moved);
        self.offsets = merged.iter().map(|at| self.offsets[*at]).collect();
        self.marks = merged.iter().map(|at| self.marks[*at]).collect();
    }

    pub(super) const fn len(&self) -> usize {
        self.offsets.len()
    }

    pub(super) fn marks(&self, at: usize) -> Option<Marks> {
        self.marks.get(at).copied()
    }

    /// Changes that can be taken back.
    pub(super) const fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Reads a row.
    pub(super) fn row(&mut self, at: usize) -> Result<Kept> {
        let offset = *self
            .offsets
            .get(at)
            .ok_or_else(|| Error::not_found("There is no such row in the list."))?;
        self.flush()?;
        let len = self.bytes(offset, 4)?;
        let len = len.try_into().map_or(0, u32::from_le_bytes) as usize;
        unpack(self.bytes(offset + 4, len)?)
    }

    fn bytes(&mut self, offset: u64, len: usize) -> Result<&[u8]> {
        let inside = |(start, near): &(u64, Vec<u8>)| {
            let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
            let to = from.checked_add(len)?;
            (to <= near.len()).then_some(from..to)
        };
        if inside(&self.near).is_none() {
            let mut near = std::mem::take(&mut self.near.1);
            near.clear();
            let wanted = len.max(CHUNK) as u64;
            self.file
                .seek(SeekFrom::Start(offset))
                .and_then(|_| (&mut self.file).take(wanted).read_to_end(&mut near))
                .map_err(|e| failed(&e))?;
            self.near = (offset, near);
        }
        let range = inside(&self.near)
            .ok_or_else(|| Error::internal("A row of the list under review is cut off."))?;
        Ok(&self.near.1[range])
    }

    /// Puts another row in the place of one; `row` is `None` where only its marks change.
    pub(super) fn replace(&mut self, at: usize, row: Option<&Kept>, marks: Marks) -> Result<()> {
        let (Some(offset), Some(before)) = (self.offsets.get(at).copied(), self.marks(at)) else {
            return Err(Error::not_found("There is no such row in the list."));
        };
        let fresh = match row {
            Some(row) => self.write(row)?,
            None => offset,
        };
        // What was read ahead may end before the new row.
        self.near = (0, Vec::new());
        if self.steps.len() >= STEPS {
            self.steps.remove(0);
        }
        self.steps.push(Step {
            at: at as u32,
            offset,
            marks: before,
        });
        self.offsets[at] = fresh;
        self.marks[at] = marks;
        Ok(())
    }

    /// The catalogue knows a row's item by now. That is no change of the row.
    pub(super) fn item_is_known(&mut self, at: usize) {
        if let Some(marks) = self.marks.get_mut(at) {
            marks.set(Marks::ITEM, false);
        }
    }

    /// Takes the latest change back; gives the row's place, or `None` where nothing was changed.
    pub(super) fn undo(&mut self) -> Option<usize> {
        let step = self.steps.pop()?;
        let at = step.at as usize;
        self.offsets[at] = step.offset;
        self.marks[at] = step.marks;
        Some(at)
    }

    pub(super) fn counts(&self) -> ReviewCounts {
        let mut counts = ReviewCounts::default();
        for marks in &self.marks {
            let taken = marks.taken();
            counts.read += 1;
            counts.taken += u32::from(taken);
            counts.left_out += u32::from(!taken);
            counts.stopped += u32::from(marks.stopped());
            counts.odd += u32::from(marks.odd());
            counts.warned += u32::from(taken && marks.odd());
        }
        counts
    }

    /// Which rows a window of a filter shows, and how many the filter shows in all.
    pub(super) fn window(
        &self,
        filter: ReviewFilter,
        offset: usize,
        len: usize,
    ) -> (Vec<usize>, usize) {
        let shown = |at: &usize| filter == ReviewFilter::All || self.marks[*at].odd();
        if filter == ReviewFilter::All {
            let end = offset.saturating_add(len).min(self.len());
            return ((offset.min(end)..end).collect(), self.len());
        }
        let all = (0..self.len()).filter(shown);
        let total = all.clone().count();
        (all.skip(offset).take(len).collect(), total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64) -> Kept {
        Kept {
            line,
            flaw: (line.is_multiple_of(3)).then(|| ("Qty".into(), "x".repeat(line as usize % 97))),
            ..Kept::default()
        }
    }

    #[test]
    fn rows_come_back_as_they_were_kept_and_changes_are_taken_back() {
        let mut sheet = Sheet::new(tempfile::spooled_tempfile(16));
        for line in 0..20_000 {
            sheet.push(&row(line), Marks::default()).expect("room");
        }
        for at in [0, 19_999, 7, 12_345, 12_346, 3] {
            assert_eq!(sheet.row(at).expect("there"), row(at as u64));
        }
        sheet
            .replace(7, Some(&row(70_000)), Marks::EDITED)
            .expect("there");
        sheet.replace(7, None, Marks::OUT).expect("there");
        assert_eq!(sheet.row(7).expect("there"), row(70_000));
        assert_eq!(sheet.row(8).expect("there"), row(8));
        assert_eq!(sheet.counts().left_out, 1);
        assert_eq!(
            (sheet.undo(), sheet.undo(), sheet.undo()),
            (Some(7), Some(7), None)
        );
        assert_eq!(sheet.row(7).expect("there"), row(7));
        assert!(sheet.row(20_000).is_err());
    }

    #[test]
    fn unread_rows_stand_where_they_stand_in_the_file() {
        let mut sheet = Sheet::new(tempfile::spooled_tempfile(16));
        let lines = [2, 4, 6, 9, 5, 0, 7];
        for line in lines {
            sheet.push(&row(line), Marks::default()).expect("room");
        }
        sheet.sort_in(&lines, 3);
        let sorted: Vec<u64> = (0..7)
            .map(|at| sheet.row(at).expect("there").line)
            .collect();
        assert_eq!(sorted, [0, 2, 4, 5, 6, 7, 9]);
    }

    #[test]
    fn what_is_taken() {
        let mut marks = Marks::EXCLUDED;
        assert!(marks.odd() && !marks.taken() && !marks.stopped());
        marks.set(Marks::IN, true);
        assert!(marks.taken());
        marks.set(Marks::PRICE, true);
        assert!(!marks.taken() && marks.stopped());
        assert!(Marks::KNOWN.taken() && !Marks::KNOWN.odd());
    }
}
