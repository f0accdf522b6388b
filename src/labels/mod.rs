//! Labels for bins, lots and totes: a code that a scanner reads and text that a person reads from
//! two metres away, as sheets (PDF), for label printers (ZPL II) and as a picture (PNG).
//!
//! `symbol` turns a code into modules, `fit` makes a text fit a width, `texts` and `layout` place
//! everything on one label in the dots of the device (`area`), `pdf`, `zpl` and `raster` write what was placed. Nothing here
//! reads a file, a clock or a device.

mod area;
mod fit;
mod font;
mod layout;
mod pdf;
mod raster;
mod sheet;
mod size;
mod symbol;
mod texts;
mod zpl;

pub use sheet::{KnownSheet, LabelSheet, SHEETS};
pub use size::{LabelSize, SIZES};
pub use symbol::Symbol;

use crate::domain::{Code, Rgb};
use crate::error::{Error, Result};

/// More labels in one go are a mistake.
const MOST_LABELS: usize = 10_000;

/// What stands on one label. Texts may be anything: what does not fit is made smaller, wrapped, then
/// cut with an ellipsis; control characters are left out; a letter that the font lacks becomes a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What a scan means; its kind is the label's kind.
    pub code: Code,
    /// How the code is drawn.
    pub symbol: Symbol,
    /// The large text: the place, the number, the letter.
    pub big: String,
    /// Smaller lines below it, the important ones first.
    pub small: Vec<String>,
    /// The colour of the part; only paper that shows colours (PDF) has it.
    pub swatch: Option<Rgb>,
}

impl Label {
    /// A label with a QR code and one large text.
    pub fn new(code: Code, big: impl Into<String>) -> Self {
        Self {
            code,
            symbol: Symbol::Qr,
            big: big.into(),
            small: Vec::new(),
            swatch: None,
        }
    }

    /// The label of a place. Refused, with the reason, where the place cannot have a code.
    pub fn bin(place: &str) -> Result<Self> {
        let code = Code::bin(place).map_err(|why| {
            let start: String = place.chars().take(40).collect();
            Error::invalid(format!("{}: {why}", start.escape_debug()))
        })?;
        Ok(Self::new(code, place.trim()))
    }
}

/// What to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Sheets of labels for an ordinary printer.
    Pdf {
        /// The sheet.
        sheet: LabelSheet,
        /// The first label to use, 1 is top left; a used sheet begins later. Counted by rows.
        start: u16,
    },
    /// Text for a label printer that speaks ZPL II, one `^XA`..`^XZ` for each label.
    Zpl {
        /// The label in the printer.
        size: LabelSize,
        /// Dots an inch: 203, 300 or 600.
        dpi: u16,
    },
    /// A picture in black and white; one label only.
    Png {
        /// The label.
        size: LabelSize,
        /// Dots an inch, 100 to 1,200.
        dpi: u16,
    },
}

/// The bytes of the labels in the given form.
///
/// Refused with a sentence: no labels or too many, a label too small for its code (with the size that
/// would do), a sheet or size that cannot be, more than one label for a picture.
pub fn render(labels: &[Label], output: &Output) -> Result<Vec<u8>> {
    if labels.is_empty() {
        return Err(Error::invalid(
            "There is nothing to print; mark something first.",
        ));
    }
    if labels.len() > MOST_LABELS {
        return Err(Error::invalid(format!(
            "{} labels are more than {MOST_LABELS}; print them in several parts.",
            labels.len()
        )));
    }
    let face = font::Face::new()?;
    match output {
        Output::Pdf { sheet, start } => pdf::write(&face, labels, sheet, *start),
        Output::Zpl { size, dpi } => zpl::write(&face, labels, *size, *dpi),
        Output::Png { size, dpi } => match labels {
            [label] => raster::write(&face, label, *size, *dpi),
            _ => Err(Error::invalid(
                "A picture holds one label; make one picture for each label.",
            )),
        },
    }
}
