//! Spreadsheets in Excel's format. Texts are written as texts, never as formulas; of a formula that
//! is read only its last result counts.

use std::io::{self, Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx};
use rust_xlsxwriter::{Workbook, XlsxError};

use super::super::lots::{ListFile, ListLot};
use super::super::source::Source;
use super::cells;
use super::read::ReadOptions;
use super::rows::{Each, MAX_COLUMNS, Rows};
use super::write::ListHead;
use crate::domain::{DecimalMark, ListField};
use crate::error::{Error, Result};

/// Most bytes that one part of the file may unpack to: a million rows of all columns stay below.
const MAX_PART: u64 = 1024 * 1024 * 1024;
/// Most bytes of the parts that must be in memory as a whole.
const MAX_HELD: u64 = 256 * 1024 * 1024;
/// Most characters that a cell may hold by the format.
const MAX_CELL: usize = 32_767;
/// Most rows that a sheet may have by the format, the names of the columns among them.
pub(super) const MAX_ROWS: u32 = 1_048_576;

/// Reads the first sheet that holds anything, lot by lot.
pub(super) fn read(
    source: &mut Source,
    options: &ReadOptions<'_>,
    each: Each<'_>,
) -> Result<ListFile> {
    let name = source.name().to_owned();
    let bytes = source.archive()?;
    check_size(&name, &bytes)?;
    sheet(&name, bytes, options, each)
}

/// Gives out the rows of the first sheet that holds anything, as they stand there.
pub(super) fn raw_rows(
    source: &mut Source,
    take: &mut dyn FnMut(u64, &[&str]) -> Result<()>,
) -> Result<()> {
    let name = source.name().to_owned();
    let bytes = source.archive()?;
    check_size(&name, &bytes)?;
    let mut book: Xlsx<_> =
        undamaged(|| Xlsx::new(Cursor::new(bytes))).ok_or_else(|| damaged(&name))?;
    for sheet in book.sheet_names() {
        if sheet_rows(&name, &mut book, &sheet, &ReadOptions::default(), take)? {
            break;
        }
    }
    Ok(())
}

/// What the library reads; nothing where it refuses, or stops at damage that it does not expect.
fn undamaged<T, E>(work: impl FnOnce() -> std::result::Result<T, E>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()?.ok()
}

fn damaged(name: &str) -> Error {
    Error::invalid(format!(
        "{name} is damaged or no spreadsheet; save it again as .xlsx or as CSV."
    ))
}

/// Unpacks everything once without keeping it, as sizes that a file tells of itself may be wrong.
fn check_size(name: &str, bytes: &[u8]) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged(name))?;
    let mut held = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| damaged(name))?;
        let is_sheet = part
            .name()
            .map_err(|_| damaged(name))?
            .contains("worksheets/");
        let size =
            io::copy(&mut part.take(MAX_PART + 1), &mut io::sink()).map_err(|_| damaged(name))?;
        held += if is_sheet { 0 } else { size };
        if size > MAX_PART || held > MAX_HELD {
            return Err(Error::invalid(format!(
                "{name} unpacks to more than any list of lots does; save it as CSV."
            )));
        }
    }
    Ok(())
}

fn sheet(
    name: &str,
    bytes: Vec<u8>,
    options: &ReadOptions<'_>,
    each: Each<'_>,
) -> Result<ListFile> {
    let mut book: Xlsx<_> =
        undamaged(|| Xlsx::new(Cursor::new(bytes))).ok_or_else(|| damaged(name))?;
    for sheet in book.sheet_names() {
        let mut rows = Rows::new(name, options);
        if sheet_rows(name, &mut book, &sheet, options, &mut |line, cells| {
            rows.row(line, cells, each)
        })? {
            return rows.finish(each);
        }
    }
    Err(Error::invalid(format!("{name} holds no rows.")))
}

/// Gives out the rows of a sheet; `false` if it has none.
fn sheet_rows(
    name: &str,
    book: &mut Xlsx<Cursor<Vec<u8>>>,
    sheet: &str,
    options: &ReadOptions<'_>,
    take: &mut dyn FnMut(u64, &[&str]) -> Result<()>,
) -> Result<bool> {
    let mark = options
        .mapping
        .and_then(|mapping| mapping.decimal)
        .unwrap_or_default();
    let mut found = false;
    let mut line = None;
    let mut row: Vec<String> = Vec::new();
    let mut reader =
        undamaged(|| book.worksheet_cells_reader(sheet)).ok_or_else(|| damaged(name))?;
    loop {
        let cell = undamaged(|| reader.next_cell()).ok_or_else(|| {
            Error::invalid(format!(
                "{name} row {} or below cannot be read; save it again as .xlsx or as CSV.",
                line.unwrap_or(0) + 1
            ))
        })?;
        let at = cell.as_ref().map(calamine::Cell::get_position);
        if let Some(line) = line
            && at.is_none_or(|(below, _)| below != line)
        {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            take(u64::from(line) + 1, &cells)?;
            row.clear();
        }
        let (Some(cell), Some((below, column))) = (cell, at) else {
            return Ok(found);
        };
        line = Some(below);
        let column = column as usize;
        let text = text(cell.get_value(), mark);
        if column < MAX_COLUMNS && !text.is_empty() {
            found = true;
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
}

/// What a cell shows, numbers with the decimal mark that the mapping expects.
fn text(value: &DataRef<'_>, mark: DecimalMark) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // The shortest decimal text of a number is the one that was typed.
        DataRef::Float(number) => match mark {
            DecimalMark::Point => number.to_string(),
            DecimalMark::Comma => number.to_string().replace('.', ","),
        },
        DataRef::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
        }
        // No number and no word: whatever field it stands in says so.
        DataRef::Error(error) => format!("#{error:?}"),
    }
}

/// Writes lots as a spreadsheet.
pub(super) struct XlsxWriter<'a> {
    book: Workbook,
    head: &'a ListHead,
    row: u32,
}

impl<'a> XlsxWriter<'a> {
    /// Begins with the names of the columns.
    pub(super) fn begin(head: &'a ListHead) -> std::result::Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, field) in (0..).zip(ListField::columns()) {
            sheet.write_string(0, column, field.word())?;
        }
        Ok(Self { book, head, row: 0 })
    }

    /// Why a lot cannot be a row: field and reason.
    pub(super) fn refusal(&self, lot: &ListLot) -> Option<(&'static str, String)> {
        let too_long =
            |text: &str| text.len() >= MAX_CELL && text.encode_utf16().count() >= MAX_CELL;
        for (field, text) in [
            ("comments", &lot.comments),
            ("remarks", &lot.remarks),
            ("name", &lot.name),
        ] {
            if too_long(text) {
                return Some((
                    field,
                    format!(
                        "the text is longer than {MAX_CELL} characters, which no cell of a spreadsheet holds"
                    ),
                ));
            }
        }
        (self.row + 1 >= MAX_ROWS).then(|| {
            (
                "",
                format!("a spreadsheet has no more than {MAX_ROWS} rows"),
            )
        })
    }

    /// Writes a lot.
    pub(super) fn lot(&mut self, lot: &ListLot) -> std::result::Result<(), XlsxError> {
        self.row += 1;
        let currency = self.head.currency.as_deref().unwrap_or_default();
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, field) in (0..).zip(ListField::columns()) {
            let cell = cells::cell(lot, currency, *field, DecimalMark::Point);
            if cell.is_empty() {
                continue;
            }
            match number(*field, &cell) {
                Some(number) => sheet.write_number(self.row, column, number)?,
                None => sheet.write_string(self.row, column, cell.as_ref())?,
            };
        }
        Ok(())
    }

    /// Packs everything into `out`.
    pub(super) fn finish(mut self, out: &mut dyn Write) -> std::result::Result<(), XlsxError> {
        let bytes = self.book.save_to_buffer()?;
        out.write_all(&bytes)?;
        Ok(())
    }
}

/// The number for a cell, if a spreadsheet keeps all its digits.
fn number(field: ListField, cell: &str) -> Option<f64> {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let numeric = field.is_money() || field.is_whole();
    if numeric && digits <= 15 {
        cell.parse().ok()
    } else {
        None
    }
}
