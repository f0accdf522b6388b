//! Labels for printers that speak ZPL II: codes as the printer's own commands, so that they are sharp.
//!
//! Field data is a letter, a digit or a `^FH` escape, so that no text can begin a command. Letters up
//! to Latin-1 use the printer's own scalable font; a line with any other letter is sent as a small
//! picture, because what a printer's fonts hold beyond that differs.

use std::fmt::Write;

use super::Label;
use super::area::{Device, EDGE, Line};
use super::font::Face;
use super::layout::{Drawing, lay_out};
use super::raster::Canvas;
use super::size::LabelSize;
use super::symbol::Symbol;
use crate::error::{Error, Result};

/// The largest magnification of `^BQ` that every printer knows.
const MOST_MODULE: i64 = 10;
/// A `^FO` QR code sinks by the height that `^BY` set last; it is set, and taken off.
const SINK: i64 = 10;

/// The commands for all labels.
pub(super) fn write(face: &Face, labels: &[Label], size: LabelSize, dpi: u16) -> Result<Vec<u8>> {
    if ![203, 300, 600].contains(&dpi) {
        return Err(Error::invalid(format!(
            "Label printers have 203, 300 or 600 dots an inch, not {dpi}; look at the printer's type plate."
        )));
    }
    let size = size.checked()?;
    let device = Device {
        dpi: i64::from(dpi),
        colours: false,
        module: MOST_MODULE,
        edge: (EDGE, EDGE),
    };
    let mut commands = String::new();
    for label in labels {
        let drawing = lay_out(face, label, size, device)?;
        one(face, label, &drawing, &mut commands)
            .map_err(|_| Error::internal("The label could not be written; please report this."))?;
    }
    Ok(commands.into_bytes())
}

fn one(face: &Face, label: &Label, drawing: &Drawing, out: &mut String) -> std::fmt::Result {
    let (width, height) = drawing.size;
    // Everything is said on each label: printers keep what another program set.
    writeln!(out, "^XA^CI28^PON^FWN^LH0,0^LS0^PW{width}^LL{height}")?;
    let (x, y, module) = (drawing.code.x, drawing.code.y, drawing.module);
    let code = &label.code;
    match label.symbol {
        Symbol::Qr => writeln!(
            out,
            "^BY2,3,{SINK}^FO{x},{}^BQN,2,{module}^FDMA,{code}^FS",
            y - SINK
        )?,
        Symbol::DataMatrix => writeln!(out, "^FO{x},{y}^BXN,{module},200^FD{code}^FS")?,
    }
    for line in &drawing.lines {
        if line
            .text
            .chars()
            .all(|c| matches!(c, ' '..='~' | '\u{a1}'..='\u{ff}'))
        {
            text(line, out)?;
        } else {
            picture(face, line, out)?;
        }
    }
    writeln!(out, "^PQ1^XZ")
}

fn text(line: &Line, out: &mut String) -> std::fmt::Result {
    write!(
        out,
        "^FT{},{}^A0N,{},{}^FH_^FD",
        line.area.x, line.baseline, line.size, line.size
    )?;
    for byte in line.text.bytes() {
        if byte.is_ascii_alphanumeric() || b" -.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "_{byte:02X}")?;
        }
    }
    writeln!(out, "^FS")
}

fn picture(face: &Face, line: &Line, out: &mut String) -> std::fmt::Result {
    let mut canvas = Canvas::new(line.area.w, line.area.h);
    canvas.line(face, line, 0, 0);
    let row = canvas.row_bytes();
    let all = canvas.rows().len() * row;
    write!(
        out,
        "^FO{},{}^GFA,{all},{all},{row},",
        line.area.x, line.area.y
    )?;
    for bytes in canvas.rows() {
        let ink = bytes
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |at| at + 1);
        for byte in &bytes[..ink] {
            write!(out, "{byte:02X}")?;
        }
        if ink < row {
            // The rest of the row is white.
            out.push(',');
        }
    }
    writeln!(out, "^FS")
}
