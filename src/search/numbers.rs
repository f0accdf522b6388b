//! Item numbers and element ids of a segment, sorted, so that a prefix is a range.
//!
//! `3069` finds `3069b`, `75105` finds `75105-1`: sellers leave out mould letters and set
//! suffixes. That is a rule on the sorted numbers, not an entry of its own.

use std::ops::Range;

use tantivy::SegmentReader;

use super::docset::Union;
use super::error::SearchError;

/// The sorted numbers of a segment.
#[derive(Debug, Default)]
pub struct Numbers {
    text: String,
    ends: Vec<u32>,
    /// Where the documents of each number begin in `docs`.
    starts: Vec<u32>,
    docs: Vec<u32>,
    /// Element id above, document below, sorted.
    elements: Vec<u64>,
    /// Place of each document's number.
    ords: Vec<u32>,
}

impl Numbers {
    /// Reads the columns.
    pub fn open(reader: &SegmentReader) -> Result<Self, SearchError> {
        let mut out = Self::default();
        let columns = reader.fast_fields();
        let Some(column) = columns.str("no")? else {
            return Err(SearchError::Damaged("no column of numbers".into()));
        };
        let mut stream = column.dictionary().stream()?;
        while stream.advance() {
            let Ok(no) = std::str::from_utf8(stream.key()) else {
                return Err(SearchError::Damaged("a number is not text".into()));
            };
            out.text.push_str(no);
            out.ends.push(out.text.len() as u32);
        }
        let ords: Vec<u32> = (0..reader.max_doc())
            .map(|doc| column.ords().first(doc).unwrap_or(0) as u32)
            .collect();
        out.starts = vec![0; out.ends.len() + 1];
        for &ord in &ords {
            if let Some(count) = out.starts.get_mut(ord as usize + 1) {
                *count += 1;
            }
        }
        for at in 1..out.starts.len() {
            out.starts[at] += out.starts[at - 1];
        }
        let mut next = out.starts.clone();
        out.docs = vec![0; ords.len()];
        for (doc, &ord) in ords.iter().enumerate() {
            if let Some(place) = next.get_mut(ord as usize)
                && let Some(slot) = out.docs.get_mut(*place as usize)
            {
                *slot = doc as u32;
                *place += 1;
            }
        }
        if let Some(column) = columns.column_opt::<u64>("elements")? {
            for doc in 0..reader.max_doc() {
                out.elements.extend(
                    column
                        .values_for_doc(doc)
                        .map(|code| code << 32 | u64::from(doc)),
                );
            }
        }
        out.elements.sort_unstable();
        out.text.shrink_to_fit();
        out.ends.shrink_to_fit();
        out.elements.shrink_to_fit();
        out.ords = ords;
        Ok(out)
    }

    /// The number of a document, folded.
    pub fn of(&self, doc: u32) -> Option<&str> {
        self.ords.get(doc as usize).map(|&at| self.number(at))
    }

    /// How many different numbers there are.
    pub fn count(&self) -> u32 {
        self.ends.len() as u32
    }

    /// The number at a place.
    pub fn number(&self, at: u32) -> &str {
        let at = at as usize;
        let from = at
            .checked_sub(1)
            .and_then(|b| self.ends.get(b))
            .map_or(0, |&e| e as usize);
        let to = self.ends.get(at).map_or(from, |&e| e as usize);
        self.text.get(from..to).unwrap_or("")
    }

    fn split(&self, within: &Range<u32>, before: impl Fn(&str) -> bool) -> u32 {
        let (mut low, mut high) = (within.start, within.end);
        while low < high {
            let middle = low.midpoint(high);
            if before(self.number(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// All numbers that begin so.
    pub fn range(&self, prefix: &str) -> Range<u32> {
        self.range_in(&(0..self.ends.len() as u32), prefix)
    }

    fn range_in(&self, within: &Range<u32>, prefix: &str) -> Range<u32> {
        let from = self.split(within, |there| there < prefix);
        let to = self.split(&(from..within.end), |there| there.starts_with(prefix));
        from..to
    }

    /// The documents of a range of numbers.
    pub fn docs(&self, range: &Range<u32>) -> &[u32] {
        let from = self
            .starts
            .get(range.start as usize)
            .map_or(0, |&s| s as usize);
        let to = self
            .starts
            .get(range.end as usize)
            .map_or(from, |&s| s as usize);
        self.docs.get(from..to).unwrap_or(&[])
    }

    /// The documents with exactly this number.
    pub fn exact(&self, no: &str) -> &[u32] {
        let all = 0..self.ends.len() as u32;
        let at = self.split(&all, |there| there < no);
        if at < all.end && self.number(at) == no {
            self.docs(&(at..at + 1))
        } else {
            &[]
        }
    }

    /// The documents whose number is this one but for a mould letter or a set suffix, sorted.
    pub fn variants(&self, no: &str, out: &mut Vec<u32>) {
        if no.len() < 2 || !no.ends_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let family = self.range(no);
        let is_variant = |there: &str| {
            let rest = there.as_bytes().get(no.len()..).unwrap_or(&[]);
            match rest {
                [letter] => letter.is_ascii_lowercase(),
                [b'-', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
                _ => false,
            }
        };
        let mut check = |range: Range<u32>| {
            for at in range {
                if is_variant(self.number(at)) {
                    out.extend_from_slice(self.docs(&(at..at + 1)));
                }
            }
        };
        if family.len() <= 64 {
            check(family);
        } else {
            let mut longer = String::with_capacity(no.len() + 1);
            for letter in b'a'..=b'z' {
                longer.clear();
                longer.push_str(no);
                longer.push(char::from(letter));
                let at = self.split(&family, |there| there < longer.as_str());
                check(at..(at + 1).min(family.end));
            }
            longer.clear();
            longer.push_str(no);
            longer.push('-');
            check(self.range_in(&family, &longer));
        }
        out.sort_unstable();
        out.dedup();
    }

    /// Adds the documents of all numbers that begin so.
    pub fn gather(&self, prefix: &str, union: &mut Union) {
        let range = self.range(prefix);
        let docs = self.docs(&range);
        if range.len() > 1 {
            // sorted within each number only
            union.list_added();
        }
        union.add_list(docs);
    }

    /// The documents that have this element id, sorted.
    pub fn element(&self, code: u32, out: &mut Vec<u32>) {
        self.elements_between(code, code, out);
    }

    /// The documents with an element id that begins with these digits, sorted.
    pub fn element_prefix(&self, digits: &str, out: &mut Vec<u32>) {
        let Ok(code) = digits.parse::<u32>() else {
            return;
        };
        for more in 0..=8_u32.saturating_sub(digits.len() as u32) {
            let scale = 10_u32.pow(more);
            let (Some(low), Some(high)) = (
                code.checked_mul(scale),
                code.checked_add(1).and_then(|c| c.checked_mul(scale)),
            ) else {
                break;
            };
            self.elements_between(low, high - 1, out);
        }
        out.sort_unstable();
        out.dedup();
    }

    fn elements_between(&self, low: u32, high: u32, out: &mut Vec<u32>) {
        let from = self
            .elements
            .partition_point(|&there| there >> 32 < u64::from(low));
        let hits = self.elements.get(from..).unwrap_or(&[]);
        out.extend(
            hits.iter()
                .take_while(|&&there| there >> 32 <= u64::from(high))
                .map(|&there| there as u32),
        );
    }
}
