//! Sizes of single labels, as label printers take them.

use crate::error::{Error, Result};

/// Shortest and longest side, in 1/10 mm.
const SIDES: std::ops::RangeInclusive<u16> = 50..=3_050;

/// The size of one label in 1/10 mm, as it lies before the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelSize {
    /// From left to right, in 1/10 mm.
    pub width: u16,
    /// From top to bottom, in 1/10 mm.
    pub height: u16,
}

const fn size(width: u16, height: u16) -> LabelSize {
    LabelSize { width, height }
}

/// Usual sizes and the names they are asked for by. Inches are rounded to 1/10 mm.
pub const SIZES: [(&str, LabelSize); 12] = [
    ("62x29", size(620, 290)),
    ("57x32", size(570, 320)),
    ("90x29", size(900, 290)),
    ("89x36", size(890, 360)),
    ("54x25", size(540, 250)),
    ("50x25", size(500, 250)),
    ("40x30", size(400, 300)),
    ("38x25", size(380, 250)),
    ("100x50", size(1_000, 500)),
    ("100x150", size(1_000, 1_500)),
    ("4x6in", size(1_016, 1_524)),
    ("2x1in", size(508, 254)),
];

impl LabelSize {
    /// A size by its name in [`SIZES`], or any `WIDTHxHEIGHT` in whole or tenths of millimetres
    /// (`62x29`, `50.8x25.4`).
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        if let Some((_, size)) = SIZES.iter().find(|(known, _)| *known == name) {
            return Ok(*size);
        }
        let sides = name.trim_end_matches("mm").split_once('x');
        let parsed = sides.and_then(|(w, h)| Some(size(tenths(w)?, tenths(h)?)));
        let Some(parsed) = parsed else {
            return Err(Error::invalid(format!(
                "{} is not a label size; write width x height in millimetres, such as 62x29.",
                text.escape_debug()
            )));
        };
        parsed.checked()
    }

    /// Itself, where a label of that size can be.
    pub(super) fn checked(self) -> Result<Self> {
        if SIDES.contains(&self.width) && SIDES.contains(&self.height) {
            return Ok(self);
        }
        Err(Error::invalid(format!(
            "A label of {self} mm cannot be printed; its sides must be 5 to 305 mm."
        )))
    }
}

impl std::fmt::Display for LabelSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} x {}", Mm(self.width), Mm(self.height))
    }
}

/// Tenths of millimetres as a person writes them.
struct Mm(u16);

impl std::fmt::Display for Mm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_multiple_of(10) {
            write!(f, "{}", self.0 / 10)
        } else {
            write!(f, "{}.{}", self.0 / 10, self.0 % 10)
        }
    }
}

fn tenths(text: &str) -> Option<u16> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() != 1 {
        return None;
    }
    let whole: u16 = whole.parse().ok()?;
    whole.checked_mul(10)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(LabelSize::parse("62x29"), Ok(size(620, 290)));
        assert_eq!(LabelSize::parse(" 50.8 x 25,4 mm"), Ok(size(508, 254)));
        assert_eq!(LabelSize::parse("4x6IN"), Ok(size(1_016, 1_524)));
        for wrong in [
            "", "62", "x", "62x", "62x-9", "1x1", "400x30", "99999x3", "62.55x3", "62x²",
        ] {
            assert!(LabelSize::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_usual_ones_are_what_their_names_say() {
        for (name, size) in SIZES {
            assert_eq!(LabelSize::parse(name), Ok(size));
            if !name.ends_with("in") {
                assert_eq!(size.to_string().replace(' ', ""), name);
            }
        }
    }
}
