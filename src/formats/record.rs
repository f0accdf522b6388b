//! One row of an XML file: the fields of an `ITEM` as they were written, not yet decoded.
//!
//! A record is filled again and again while a file is read, so that 30 MB of parts cost one
//! allocation here. It is bounded: a row that is larger than any real one is kept in part and
//! marked.

use std::ops::Range;

use super::fields::Flaw;

/// Most bytes of one field as written; longest notes are 70,000 characters, escaped.
const MAX_VALUE: usize = 512 * 1024;
/// Most bytes of a whole row.
const MAX_RECORD: usize = 2 * 1024 * 1024;
/// Most fields of a row.
const MAX_FIELDS: usize = 256;

/// The fields of a row.
#[derive(Debug, Default)]
pub(super) struct Record {
    line: u64,
    text: String,
    spans: Vec<Span>,
    flaw: Option<Flaw>,
}

#[derive(Debug, Default)]
struct Span {
    name: Range<usize>,
    attributes: Range<usize>,
    value: Range<usize>,
}

/// A field of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// Its name, as written.
    pub(super) name: &'a str,
    /// What stands behind the name in its tag.
    pub(super) attributes: &'a str,
    /// What it holds, still escaped.
    pub(super) raw: &'a str,
}

impl Field<'_> {
    /// Whether it has that name; files differ in letter case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl Record {
    /// Empties it for the row that begins on `line`.
    pub(super) fn start(&mut self, line: u64) {
        self.line = line;
        self.text.clear();
        self.spans.clear();
        self.flaw = None;
    }

    /// The line it begins on.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Begins a field.
    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        if self.spans.len() == MAX_FIELDS || self.text.len() > MAX_RECORD {
            self.spoil("", "the row has more fields than any row of such a file");
            return;
        }
        let start = self.text.len();
        self.text.push_str(name);
        let named = self.text.len();
        self.text.push_str(attributes);
        let end = self.text.len();
        self.spans.push(Span {
            name: start..named,
            attributes: named..end,
            value: end..end,
        });
    }

    /// Adds to the field that was begun last.
    pub(super) fn push(&mut self, piece: &str) {
        let Some(span) = self.spans.last_mut() else {
            return;
        };
        let room = MAX_VALUE.saturating_sub(span.value.len());
        if piece.len() > room || self.text.len() > MAX_RECORD {
            let name = self.text[span.name.clone()].to_owned();
            self.spoil(&name, "the text is longer than any real one");
            return;
        }
        self.text.push_str(piece);
        span.value.end = self.text.len();
    }

    /// Marks the row as one that cannot be used; the first reason stays.
    pub(super) fn spoil(&mut self, field: &str, reason: &str) {
        if self.flaw.is_none() {
            self.flaw = Some(Flaw::new(crate::domain::text::clean(field), reason));
        }
    }

    /// The reason why it cannot be used, if there is one.
    pub(super) fn flaw(&self) -> Option<&Flaw> {
        self.flaw.as_ref()
    }

    /// Whether it has no fields at all.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Its fields in the order of the file.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.spans.iter().map(|span| Field {
            name: &self.text[span.name.clone()],
            attributes: &self.text[span.attributes.clone()],
            raw: &self.text[span.value.clone()],
        })
    }

    /// Whether it has a field of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields().any(|field| field.is(name))
    }

    /// What the first field of that name holds, still escaped; nothing where there is none.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.fields()
            .find(|field| field.is(name))
            .map_or("", |field| field.raw)
    }

    /// What the fields of these names hold, as [`Self::raw`] tells. Looked up in one go: where the
    /// file has them in the same order, each is compared once.
    pub(super) fn pick<const N: usize>(&self, names: [&str; N]) -> [&str; N] {
        let mut found = [""; N];
        let mut next = 0;
        for field in self.fields() {
            let at = (next..N).chain(0..next).find(|at| field.is(names[*at]));
            if let Some(at) = at {
                if found[at].is_empty() {
                    found[at] = field.raw;
                }
                next = at + 1;
            }
        }
        found
    }
}
