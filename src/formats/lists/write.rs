//! The one way out for lists of lots, whatever format they get.

use std::borrow::Borrow;
use std::io::{self, Write};

use super::super::fields::Flaw;
use super::super::lots::{ListFile, ListLot};
use super::bricklink::LinkWriter;
use super::bsx::BsxWriter;
use super::format::ListFormat;
use super::json::JsonWriter;
use super::lookup::{Lookup, NoLookup};
use super::owl::OwlWriter;
use super::table_csv::CsvWriter;
use super::table_xlsx::XlsxWriter;
use crate::domain::report::SkippedRows;
use crate::domain::{DecimalMark, Delimiter};
use crate::error::{Error, Result};

/// What a list says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListHead {
    /// Currency of all prices, three capital letters.
    pub currency: Option<String>,
    /// What stands behind the name of a BrickStore inventory element.
    pub attributes: String,
}

impl From<&ListFile> for ListHead {
    fn from(file: &ListFile) -> Self {
        Self {
            currency: file.currency.clone(),
            attributes: file.attributes.clone(),
        }
    }
}

/// How a list is written.
#[derive(Clone, Copy)]
pub struct WriteOptions<'a> {
    /// The name of the file in sentences.
    pub name: &'a str,
    /// What stands between the cells of a text table.
    pub delimiter: Delimiter,
    /// How amounts of a text table are written.
    pub decimal: DecimalMark,
    /// For a mass update: the lot with that number as the marketplace has it now. Then only
    /// differences are written; `None`: everything is.
    pub before: Option<&'a dyn Fn(u64) -> Option<ListLot>>,
    /// The number of the wanted list to add to; `None`: the default one.
    pub wanted_list: Option<u64>,
    /// Who knows BrickOwl's numbers.
    pub lookup: &'a dyn Lookup,
}

impl Default for WriteOptions<'_> {
    fn default() -> Self {
        Self {
            name: "the list",
            delimiter: Delimiter::default(),
            decimal: DecimalMark::default(),
            before: None,
            wanted_list: None,
            lookup: &NoLookup,
        }
    }
}

impl std::fmt::Debug for WriteOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WriteOptions")
            .field("name", &self.name)
            .field("delimiter", &self.delimiter)
            .field("decimal", &self.decimal)
            .field("wanted_list", &self.wanted_list)
            .finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Lots that were written.
    pub lots: u64,
    /// Lots of a mass update that the marketplace has like that already.
    pub unchanged: u64,
    /// Lots that have no place in this format, by the line they were read from, and why.
    pub left_out: SkippedRows,
}

/// Writes lots in `format` to `out`, each as soon as it comes; only a spreadsheet is put together
/// first, on disk. The error is one of writing.
pub fn write_list<L: Borrow<ListLot>>(
    format: ListFormat,
    head: &ListHead,
    lots: impl IntoIterator<Item = L>,
    options: &WriteOptions<'_>,
    out: &mut dyn Write,
) -> Result<Written> {
    let failed = |error: io::Error| {
        Error::storage(format!(
            "{} cannot be written: {error}. Make room or choose another place, and try again.",
            options.name
        ))
    };
    let mut written = Written::default();
    let mut writer = Writer::begin(format, head, options, out).map_err(failed)?;
    for lot in lots {
        let lot = lot.borrow();
        match writer.lot(lot).map_err(failed)? {
            Ok(true) => written.lots += 1,
            Ok(false) => written.unchanged += 1,
            Err(flaw) => written.left_out.push(flaw.at(options.name, lot.line)),
        }
    }
    writer.finish().map_err(failed)?;
    Ok(written)
}

/// The writer of a format.
enum Writer<'a> {
    Bsx(BsxWriter<&'a mut dyn Write>),
    Link(LinkWriter<'a, &'a mut dyn Write>),
    Owl(Box<OwlWriter<'a, &'a mut dyn Write>>),
    Csv(Box<CsvWriter<'a, &'a mut dyn Write>>),
    Xlsx(Box<XlsxWriter<'a>>, &'a mut dyn Write),
    Json(JsonWriter<io::BufWriter<&'a mut dyn Write>>),
}

impl<'a> Writer<'a> {
    fn begin(
        format: ListFormat,
        head: &'a ListHead,
        options: &'a WriteOptions<'a>,
        out: &'a mut dyn Write,
    ) -> io::Result<Self> {
        Ok(match format {
            ListFormat::Bsx => Self::Bsx(BsxWriter::begin(out, head)?),
            ListFormat::Xml
            | ListFormat::MassUpload
            | ListFormat::MassUpdate
            | ListFormat::Wanted => Self::Link(LinkWriter::begin(out, format, options)?),
            ListFormat::OwlCsv => Self::Owl(Box::new(OwlWriter::begin(out, options)?)),
            ListFormat::Csv => Self::Csv(Box::new(CsvWriter::begin(out, head, options)?)),
            ListFormat::Xlsx => Self::Xlsx(
                Box::new(XlsxWriter::begin(head).map_err(io::Error::other)?),
                out,
            ),
            ListFormat::Json => Self::Json(JsonWriter::begin(io::BufWriter::new(out), head)?),
        })
    }

    /// `false`: there is nothing to say about the lot.
    fn lot(&mut self, lot: &ListLot) -> io::Result<std::result::Result<bool, Flaw>> {
        match self {
            Self::Bsx(writer) => writer.lot(lot)?,
            Self::Link(writer) => return writer.lot(lot),
            Self::Owl(writer) => writer.lot(lot)?,
            Self::Csv(writer) => writer.lot(lot)?,
            Self::Xlsx(writer, _) => match writer.refusal(lot) {
                Some((field, reason)) => return Ok(Err(Flaw::new(field, reason))),
                None => writer.lot(lot).map_err(io::Error::other)?,
            },
            Self::Json(writer) => writer.lot(lot)?,
        }
        Ok(Ok(true))
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Bsx(writer) => writer.finish(),
            Self::Link(writer) => writer.finish(),
            Self::Owl(writer) => writer.finish(),
            Self::Csv(writer) => writer.finish(),
            Self::Xlsx(writer, out) => writer.finish(out).map_err(io::Error::other),
            Self::Json(writer) => writer.finish(),
        }
    }
}
