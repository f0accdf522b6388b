//! The bin lookup: a JSON list of `["part number", bin, "cabinet"]`.
//!
//! It is taken apart by hand into its small inner lists, so that each keeps its line, a bad one is
//! left out alone, and the whole file never has to be in memory.

use super::catalog::{BinRow, CatalogRow, CatalogSink};
use super::fields::{self, Flaw};
use super::source::Source;
use crate::domain::SortBin;
use crate::error::{Error, Result};

/// Longest inner list, in bytes.
const MAX_ENTRY: usize = 4 * 1024;

/// Reads every entry.
pub(super) fn read(source: &mut Source, sink: &mut dyn CatalogSink) -> Result<u64> {
    let file = source.name().to_owned();
    if next_byte(source)? != Some(b'[') {
        return Err(odd(source));
    }
    let mut rows = 0;
    loop {
        match next_byte(source)? {
            None => return Err(cut_short(source)),
            Some(b',') => {}
            Some(b']') => break,
            Some(b'[') => {
                let line = source.line();
                let entry = read_entry(source)?;
                match bin(&entry) {
                    Ok(row) => {
                        sink.row(line, CatalogRow::Bin(row))?;
                        rows += 1;
                    }
                    Err(flaw) => sink.skip(flaw.at(&file, line))?,
                }
            }
            Some(_) => return Err(odd(source)),
        }
    }
    source.finish()?;
    Ok(rows)
}

/// The next byte that is not blank, taken.
fn next_byte(source: &mut Source) -> Result<Option<u8>> {
    loop {
        let window = source.window();
        let blank = window.len() - window.trim_start_matches(char::is_whitespace).len();
        let next = window.as_bytes().get(blank).copied();
        source.consume(blank);
        match next {
            Some(byte) if byte.is_ascii() => {
                source.consume(1);
                return Ok(Some(byte));
            }
            Some(_) => return Err(odd(source)),
            None if source.grow()? => {}
            None => return Ok(None),
        }
    }
}

/// The text of an inner list, from behind its opening bracket to its closing one.
fn read_entry(source: &mut Source) -> Result<String> {
    loop {
        let window = source.window();
        let mut quoted = false;
        let mut escaped = false;
        let end = window.bytes().position(|byte| {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = quoted,
                b'"' => quoted = !quoted,
                _ => {}
            }
            byte == b']' && !quoted
        });
        if let Some(end) = end {
            let entry = format!("[{}]", &window[..end]);
            source.consume(end + 1);
            return Ok(entry);
        }
        if window.len() > MAX_ENTRY {
            return Err(odd(source));
        }
        if !source.grow()? {
            return Err(cut_short(source));
        }
    }
}

fn bin(entry: &str) -> std::result::Result<BinRow, Flaw> {
    let Ok((no, bin, cabinet)) = serde_json::from_str::<(String, u16, String)>(entry) else {
        return Err(Flaw::new(
            "",
            "an entry is [\"part number\", bin, \"cabinet\"]",
        ));
    };
    Ok(BinRow {
        no: fields::number("part number", &no)?,
        bin: SortBin::parse(&format!("{}{bin}", cabinet.trim())).ok_or_else(|| {
            Flaw::new(
                "bin",
                format!(
                    "{} is not a cabinet and bin",
                    fields::quoted(&format!("{cabinet} {bin}"))
                ),
            )
        })?,
    })
}

fn cut_short(source: &Source) -> Error {
    Error::invalid(format!(
        "{} line {} ends before the list does: the file was cut short. Fetch it again.",
        source.name(),
        source.last_line()
    ))
}

fn odd(source: &mut Source) -> Error {
    let line = source.line();
    Error::invalid(format!(
        "{} line {line} is not part of a list of [\"part number\", bin, \"cabinet\"].",
        source.name()
    ))
}
