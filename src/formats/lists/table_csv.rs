//! Text tables with any delimiter, row by row.

use std::io::Write;

use csv::{QuoteStyle, ReaderBuilder, StringRecord, WriterBuilder};

use super::super::lots::{ListFile, ListLot};
use super::super::source::Source;
use super::cells;
use super::read::ReadOptions;
use super::rows::{Each, HEAD_ROWS, Rows, is_header};
use super::stream::Stream;
use super::write::{ListHead, WriteOptions};
use crate::domain::{Delimiter, ListField, Mapping};
use crate::error::{Error, Result};

/// Text that is looked at to find out the delimiter.
const HEAD: usize = 32 * 1024;

/// Reads a text table, lot by lot.
pub(super) fn read(
    source: &mut Source,
    options: &ReadOptions<'_>,
    each: Each<'_>,
) -> Result<ListFile> {
    let name = source.name().to_owned();
    source.ensure(HEAD)?;
    let delimiter = delimiter(source.window(), options.mapping);
    let mut rows = Rows::new(&name, options);
    let broken = text_rows(source, delimiter, &mut |line, cells| {
        rows.row(line, cells, each)
    })?;
    if let Some(line) = broken {
        rows.skip(line, "", NOT_CLOSED);
    }
    rows.finish(each)
}

/// What is wrong with a row that took all rows behind it with it.
pub(super) const NOT_CLOSED: &str = "a quotation mark is opened here and never closed";

/// Gives out the rows of a text table: line and cells. If the last row opens a quotation mark that
/// is never closed, it holds what should be rows of its own; its line is returned instead.
pub(super) fn text_rows(
    source: &mut Source,
    delimiter: Delimiter,
    take: &mut dyn FnMut(u64, &[&str]) -> Result<()>,
) -> Result<Option<u64>> {
    let name = source.name().to_owned();
    let (stream, watch) = Stream::of_lines(source);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .from_reader(stream);
    let mut next = StringRecord::new();
    let mut last = StringRecord::new();
    let mut line = 0;
    loop {
        watch.next_row();
        let begun = reader.position().line();
        let more = reader.read_record(&mut next).map_err(|_| {
            watch.failure().unwrap_or_else(|| {
                let reason = if watch.overrun() {
                    "the row is longer than any row of such a table; perhaps a quotation mark is not closed"
                } else {
                    "the row cannot be read"
                };
                Error::invalid(format!(
                    "{name} line {begun} or below: {reason}. Save the table again."
                ))
            })
        })?;
        if !more {
            break;
        }
        if !last.is_empty() {
            take(line, &last.iter().collect::<Vec<&str>>())?;
        }
        // A record is placed where the blank lines before it begin, so its line is told by its end.
        let inside: usize = next.iter().map(|cell| cell.matches('\n').count()).sum();
        line = reader.position().line().saturating_sub(1 + inside as u64);
        std::mem::swap(&mut next, &mut last);
    }
    let swallowed = watch.quotes() % 2 == 1 && last.iter().any(|cell| cell.contains('\n'));
    if swallowed {
        // Nothing ended this row.
        return Ok(Some(line + 1));
    }
    if !last.is_empty() {
        take(line, &last.iter().collect::<Vec<&str>>())?;
    }
    Ok(None)
}

/// Gives out the rows of a text table as they stand there.
pub(super) fn raw_rows(
    source: &mut Source,
    mapping: Option<&Mapping>,
    take: &mut dyn FnMut(u64, &[&str]) -> Result<()>,
) -> Result<()> {
    source.ensure(HEAD)?;
    let delimiter = delimiter(source.window(), mapping);
    text_rows(source, delimiter, take).map(|_| ())
}

/// The delimiter of a table that begins with `head`.
fn delimiter(head: &str, mapping: Option<&Mapping>) -> Delimiter {
    mapping
        .and_then(|mapping| mapping.delimiter)
        .or_else(|| list_delimiter(head))
        .or_else(|| head.lines().find_map(Delimiter::of_line))
        .unwrap_or_default()
}

/// The delimiter with which `head` has names of columns that make a list; `None`: with none.
pub(super) fn list_delimiter(head: &str) -> Option<Delimiter> {
    delimiter_where(head, is_header)
}

/// The delimiter with which one of the first rows of `head` is what is looked for.
pub(super) fn delimiter_where(head: &str, wanted: fn(&[&str]) -> bool) -> Option<Delimiter> {
    Delimiter::ALL.into_iter().find(|delimiter| {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter.byte())
            .from_reader(head.as_bytes());
        reader
            .records()
            .take(HEAD_ROWS)
            .map_while(std::result::Result::ok)
            .any(|row| row.len() > 1 && wanted(&row.iter().collect::<Vec<&str>>()))
    })
}

/// Writes lots as a text table, row by row.
pub(super) struct CsvWriter<'a, W: Write> {
    writer: csv::Writer<W>,
    head: &'a ListHead,
    options: &'a WriteOptions<'a>,
}

impl<'a, W: Write> CsvWriter<'a, W> {
    /// Begins with the names of the columns. The mark before them makes spreadsheets read UTF-8.
    pub(super) fn begin(
        mut out: W,
        head: &'a ListHead,
        options: &'a WriteOptions<'a>,
    ) -> std::io::Result<Self> {
        out.write_all("\u{feff}".as_bytes())?;
        let mut writer = WriterBuilder::new()
            .delimiter(options.delimiter.byte())
            .quote_style(QuoteStyle::Necessary)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        writer.write_record(ListField::columns().iter().map(|field| field.word()))?;
        Ok(Self {
            writer,
            head,
            options,
        })
    }

    /// Writes a lot.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::io::Result<()> {
        let currency = self.head.currency.as_deref().unwrap_or_default();
        for field in ListField::columns() {
            let cell = cells::cell(lot, currency, *field, self.options.decimal);
            self.writer.write_field(cell.as_bytes())?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}
