//! Rows and fields on top of the tags of a file.
//!
//! A field ends at its own closing tag, or where its row ends; so a field that is not closed costs
//! its row, and a row that is not closed costs itself, but never the rows behind it.

use std::ops::Range;

use super::markup::{Markup, Tag, find_byte};
use super::record::Record;
use crate::error::Result;

impl Markup<'_> {
    /// Reads the row whose tag was read last, up to and with its closing tag.
    pub(super) fn record(&mut self, record: &mut Record) -> Result<()> {
        record.start(self.source.line());
        if self.kind == Tag::Empty {
            return Ok(());
        }
        self.enter();
        let outcome = self.record_fields(record);
        self.open.pop();
        outcome
    }

    fn record_fields(&mut self, record: &mut Record) -> Result<()> {
        loop {
            while self.plain_field(record) {}
            let Some(kind) = self.next()? else {
                return Err(self.cut_short());
            };
            let depth = self.open.iter().rposition(|open| self.is(open));
            match (kind, depth) {
                (Tag::Close, Some(depth)) if depth + 1 == self.open.len() => return Ok(()),
                // The tag of something around: the row was never closed.
                (_, Some(_)) => {
                    record.spoil("", "the row is not closed");
                    self.again = true;
                    return Ok(());
                }
                (Tag::Close, None) => {}
                (Tag::Empty, None) => record.open(self.name(), self.attributes()),
                (Tag::Open, None) => {
                    record.open(self.name(), self.attributes());
                    self.value(record)?;
                }
            }
        }
    }

    /// Goes on to the next row called `row` within the element that was entered last; `false`
    /// when that element ends. Everything else in it is walked over.
    pub(super) fn next_record(&mut self, row: &str, record: &mut Record) -> Result<bool> {
        while let Some(kind) = self.next_child()? {
            if self.is(row) {
                self.record(record)?;
                return Ok(true);
            }
            if kind == Tag::Open {
                self.skip_element()?;
            }
        }
        Ok(false)
    }

    /// Takes the next field in one go if it is `<NAME>text</NAME>` and loaded as a whole, as nearly
    /// all are; this is what makes big downloads fast. Everything else is left where it is.
    fn plain_field(&mut self, record: &mut Record) -> bool {
        if self.again {
            return false;
        }
        let window = self.source.window();
        let Some(parts) = plain_parts(window) else {
            return false;
        };
        let name = &window[parts.name.clone()];
        if self.open.iter().any(|open| open.eq_ignore_ascii_case(name)) {
            return false;
        }
        record.open(name, "");
        record.push(&window[parts.text]);
        self.source.consume(parts.end);
        true
    }

    /// Reads a single field whose tag was read last into `record`.
    pub(super) fn field(&mut self, record: &mut Record) -> Result<()> {
        record.open(self.name(), self.attributes());
        if self.kind == Tag::Open {
            self.value(record)?;
        }
        Ok(())
    }

    /// Reads text up to the closing tag of the field whose tag was read last.
    fn value(&mut self, record: &mut Record) -> Result<()> {
        loop {
            let window = self.source.window();
            let at = find_byte(window, b'<');
            let (text, rest) = window.split_at(at.unwrap_or(window.len()));
            record.push(text);
            let used = text.len();
            if at.is_some() && closes(rest, &self.tag[..self.name_len]) {
                self.source.consume(used + self.name_len + 3);
                return Ok(());
            }
            self.source.consume(used);
            if at.is_none() {
                if !self.source.grow()? {
                    return Err(self.cut_short());
                }
            } else if self.value_markup(record)? {
                return Ok(());
            }
        }
    }

    /// Deals with a `<` inside a field that is not exactly its closing tag; `true` when the field
    /// is over.
    fn value_markup(&mut self, record: &mut Record) -> Result<bool> {
        // Long enough for any closing tag that matters.
        self.source.ensure(256.max(self.name_len + 3))?;
        let window = self.source.window();
        if let Some(after) = window.strip_prefix("</") {
            let name_len = after
                .bytes()
                .position(|byte| matches!(byte, b'>' | b'<') || byte.is_ascii_whitespace())
                .unwrap_or(after.len());
            let name = &after[..name_len];
            if name.eq_ignore_ascii_case(&self.tag[..self.name_len]) {
                self.source.consume(2 + name_len);
                return if self.skip_past(">")? {
                    Ok(true)
                } else {
                    Err(self.cut_short())
                };
            }
            if self.open.iter().any(|open| open.eq_ignore_ascii_case(name)) {
                // The row ends before the field does; the next tag says so.
                let field = self.name().to_owned();
                record.spoil(&field, "the field is not closed");
                return Ok(true);
            }
        } else if window.starts_with("<!--") {
            return self.skip_past("-->").map(|_| false);
        } else if window.starts_with("<![CDATA[") {
            self.source.consume(9);
            self.character_data(record)?;
            return Ok(false);
        }
        record.push("<");
        self.source.consume(1);
        Ok(false)
    }

    /// Adds a CDATA section to a field, escaped like all its other text.
    fn character_data(&mut self, record: &mut Record) -> Result<()> {
        loop {
            let window = self.source.window();
            let end = window.find("]]>");
            let mut upto = end.unwrap_or(window.len().saturating_sub(2));
            while !window.is_char_boundary(upto) {
                upto -= 1;
            }
            record.push(&window[..upto].replace('&', "&amp;"));
            self.source.consume(upto);
            if end.is_some() {
                self.source.consume(3);
                return Ok(());
            }
            if !self.source.grow()? {
                return Err(self.cut_short());
            }
        }
    }
}

/// Whether `text` begins with exactly `</name>`.
fn closes(text: &str, name: &str) -> bool {
    text.strip_prefix("</")
        .and_then(|text| text.strip_prefix(name))
        .is_some_and(|text| text.starts_with('>'))
}

/// Where a plain field stands in a text.
struct PlainParts {
    name: Range<usize>,
    text: Range<usize>,
    end: usize,
}

fn plain_parts(window: &str) -> Option<PlainParts> {
    let bytes = window.as_bytes();
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace())? + 1;
    if bytes[start - 1] != b'<' || !bytes.get(start)?.is_ascii_alphabetic() {
        return None;
    }
    let length = bytes[start..]
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = start..start + length;
    let text = name.end + 1;
    if bytes[name.end] != b'>' {
        return None;
    }
    let text = text..text + find_byte(&window[text..], b'<')?;
    closes(&window[text.end..], &window[name.clone()]).then(|| PlainParts {
        end: text.end + length + 3,
        name,
        text,
    })
}
