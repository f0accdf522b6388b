//! Codes as squares: QR and DataMatrix.

use datamatrix::data::EncodationType;
use datamatrix::{DataMatrixBuilder, SymbolList};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::{Error, Result};

/// How a code is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Symbol {
    /// Every phone and every 2D scanner reads it.
    #[default]
    Qr,
    /// Smaller, for small drawers and curved bins.
    DataMatrix,
}

impl Symbol {
    /// The name in sentences.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Qr => "QR",
            Self::DataMatrix => "DataMatrix",
        }
    }
}

/// A drawn code: a square of modules without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Modules {
    side: usize,
    dark: Vec<bool>,
    /// Light modules that must stay around it.
    pub quiet: usize,
}

impl Modules {
    /// Draws the text. Error correction is M (15 %) or better for QR, ECC 200 for DataMatrix.
    pub fn encode(symbol: Symbol, text: &str) -> Result<Self> {
        match symbol {
            Symbol::Qr => qr(text),
            Symbol::DataMatrix => data_matrix(text),
        }
        .ok_or_else(|| {
            Error::internal(format!(
                "The code {text} cannot be drawn as {}; please report this.",
                symbol.name()
            ))
        })
    }

    /// Modules along one side.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// Modules along one side with the quiet zones.
    pub const fn outer(&self) -> usize {
        self.side + 2 * self.quiet
    }

    /// Dark stretches as column, row and length.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (row, line) in self.dark.chunks(self.side.max(1)).enumerate() {
            let mut column = 0;
            for stretch in line.chunk_by(|a, b| a == b) {
                if stretch.first() == Some(&true) {
                    runs.push((column, row, stretch.len()));
                }
                column += stretch.len();
            }
        }
        runs
    }
}

fn qr(text: &str) -> Option<Modules> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let dark = (0..side)
        .flat_map(|y| (0..side).map(move |x| (x, y)))
        .map(|(x, y)| code.get_module(x, y))
        .collect();
    Some(Modules {
        side: usize::try_from(side).ok()?,
        dark,
        quiet: 4,
    })
}

fn data_matrix(text: &str) -> Option<Modules> {
    // Plain ASCII encoding: a label printer's own encoder never needs a larger square than this.
    let code = DataMatrixBuilder::new()
        .with_encodation_types(EncodationType::Ascii)
        .with_macros(false)
        .with_symbol_list(SymbolList::default().enforce_square())
        .encode(text.as_bytes())
        .ok()?;
    let map = code.bitmap();
    let side = map.width();
    let mut dark = vec![false; side * map.height()];
    for (x, y) in map.pixels() {
        dark[y * side + x] = true;
    }
    // One is enough by the standard; hand scanners at an angle want two.
    Some(Modules {
        side,
        dark,
        quiet: 2,
    })
}
