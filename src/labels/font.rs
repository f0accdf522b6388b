//! The one font in assets/: how wide its letters are, how they look, which ones it has.
//!
//! DejaVu Sans Condensed has the Latin, Greek, Cyrillic, Armenian and Georgian letters and many signs.
//! It has no Chinese, Japanese, Korean or Indian letters; each of those is drawn as a box. Arabic and
//! Hebrew letters are not joined or turned here: they stand one by one from left to right.

use ab_glyph::{Font, FontRef, Glyph, GlyphId, PxScale, point};

use crate::domain::text::is_unsafe;
use crate::error::{Error, Result};

/// The font file; its licence lies beside it.
pub(super) const FILE: &[u8] = include_bytes!("../../assets/DejaVuSansCondensed.ttf");
/// Its name in a PDF.
pub(super) const NAME: &str = "DejaVuSansCondensed";
/// Stands for a letter that the font lacks.
const BOX: char = '\u{25a1}';
/// Letters of a text that are looked at; no label holds more.
const MOST_LETTERS: usize = 400;

/// The font, opened.
pub(super) struct Face {
    font: FontRef<'static>,
    em: i64,
    usual: Reach,
}

/// How far the letters of a line go up and down from the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    up: i64,
    down: i64,
    em: i64,
}

impl Reach {
    /// From the top of a line to its baseline, in the unit of the size.
    pub fn ascent(self, size: i64) -> i64 {
        (self.up * size).div_ceil_to(self.em)
    }

    /// The height of a line.
    pub fn line(self, size: i64) -> i64 {
        self.ascent(size) + (self.down * size).div_ceil_to(self.em)
    }

    /// The largest size whose line is not higher than this.
    pub fn size_of_line(self, height: i64) -> i64 {
        let mut size = (height * self.em / (self.up + self.down).max(1)).max(0);
        while size > 0 && self.line(size) > height {
            size -= 1;
        }
        size
    }

    /// Ascent and descent in thousandths of the text size.
    pub fn milli(self) -> (i64, i64) {
        (self.up * 1_000 / self.em, self.down * 1_000 / self.em)
    }
}

impl Face {
    pub fn new() -> Result<Self> {
        let broken = || Error::internal("The built-in font cannot be read; please report this.");
        let font = FontRef::try_from_slice(FILE).map_err(|_| broken())?;
        let em = font
            .units_per_em()
            .filter(|em| *em > 0.0)
            .ok_or_else(broken)? as i64;
        let usual = Reach {
            up: font.ascent_unscaled() as i64,
            down: -font.descent_unscaled() as i64,
            em,
        };
        Ok(Self { font, em, usual })
    }

    /// What lines of usual letters need; a text with stacked accents needs more.
    pub const fn usual(&self) -> Reach {
        self.usual
    }

    /// What a line of these letters needs among others: the usual, or more.
    pub fn reach(&self, text: &str) -> Reach {
        let ink = self.ink(text);
        Reach {
            up: self.usual.up.max(ink.up),
            down: self.usual.down.max(ink.down),
            em: self.em,
        }
    }

    /// What these letters need and no more: `A-12` has nothing below the baseline.
    pub fn ink(&self, text: &str) -> Reach {
        let air = self.em / 20;
        let (mut up, mut down) = (air, air);
        for c in text.chars() {
            if let Some(shape) = self.font.outline(GlyphId(self.glyph(c))) {
                // Outlines grow upwards from the baseline.
                let (a, b) = (shape.bounds.min.y, shape.bounds.max.y);
                up = up.max(a.max(b).ceil() as i64 + air);
                down = down.max((-a.min(b)).ceil() as i64 + air);
            }
        }
        Reach {
            up,
            down,
            em: self.em,
        }
    }

    /// One line of letters that can all be drawn.
    pub fn printable(&self, text: &str) -> String {
        let mut clean = String::new();
        let mut letters = 0;
        for c in text.chars() {
            let c = if c.is_whitespace() {
                ' '
            } else if is_unsafe(c) {
                continue;
            } else if self.glyph(c) == 0 {
                BOX
            } else {
                c
            };
            if c == ' ' && (clean.is_empty() || clean.ends_with(' ')) {
                continue;
            }
            clean.push(c);
            letters += 1;
            if letters == MOST_LETTERS {
                break;
            }
        }
        clean.truncate(clean.trim_end().len());
        clean
    }

    /// The number of a letter's shape in the font; 0 where it has none.
    pub fn glyph(&self, c: char) -> u16 {
        self.font.glyph_id(c).0
    }

    /// How far a shape moves on, in thousandths of the text size.
    pub fn advance_milli(&self, glyph: u16) -> i64 {
        self.units(glyph) * 1_000 / self.em
    }

    fn units(&self, glyph: u16) -> i64 {
        self.font.h_advance_unscaled(GlyphId(glyph)).round() as i64
    }

    /// The width of a text at a size, rounded up, in the unit of the size.
    pub fn width(&self, text: &str, size: i64) -> i64 {
        let units: i64 = text.chars().map(|c| self.units(self.glyph(c))).sum();
        (units * size).div_ceil_to(self.em)
    }

    /// Calls `dot` for every dot that a text covers by half or more, around its origin on the baseline.
    pub fn draw(&self, text: &str, size: i64, mut dot: impl FnMut(i64, i64)) {
        // The library scales by the height of a line, not by the size of the letter.
        let height = self.font.height_unscaled() / self.em as f32 * size as f32;
        let mut units = 0;
        for c in text.chars() {
            let id = GlyphId(self.glyph(c));
            let glyph = Glyph {
                id,
                scale: PxScale::from(height),
                position: point((units * size) as f32 / self.em as f32, 0.0),
            };
            if let Some(shape) = self.font.outline_glyph(glyph) {
                let corner = shape.px_bounds().min;
                let (left, top) = (corner.x as i64, corner.y as i64);
                shape.draw(|x, y, cover| {
                    if cover >= 0.5 {
                        dot(left + i64::from(x), top + i64::from(y));
                    }
                });
            }
            units += self.units(id.0);
        }
    }
}

/// Division that rounds up, for lengths.
trait DivCeil {
    fn div_ceil_to(self, by: Self) -> Self;
}

impl DivCeil for i64 {
    fn div_ceil_to(self, by: Self) -> Self {
        (self + by - 1) / by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_europe_are_there() {
        let face = Face::new().expect("the font");
        let ranges = [
            (' ', '~'),
            ('\u{a1}', '\u{24f}'),
            ('\u{391}', '\u{3a1}'),
            ('\u{3a3}', '\u{3ce}'),
            ('\u{400}', '\u{525}'),
            ('\u{1e00}', '\u{1ef9}'),
            ('\u{2190}', '\u{21ff}'),
        ];
        let missing: String = ranges
            .iter()
            .flat_map(|(a, b)| *a..=*b)
            .filter(|c| *c != '\u{ad}' && face.glyph(*c) == 0)
            .collect();
        assert_eq!(missing, "");
        for c in ['…', '€', '□', '–', '№', '×', '•'] {
            assert_ne!(face.glyph(c), 0, "{c}");
        }
        assert_eq!(face.glyph('漢'), 0, "said in the words above");
    }

    #[test]
    fn texts_become_one_line_that_can_be_drawn() {
        let face = Face::new().expect("the font");
        assert_eq!(
            face.printable(" a\r\n\tb\u{7}\u{1b}[2J \u{202e}c "),
            "a b[2J c"
        );
        assert_eq!(face.printable("漢字 A-12"), "□□ A-12");
        assert_eq!(face.printable(&"x".repeat(5_000)).len(), MOST_LETTERS);
        assert_eq!(face.printable("\u{0}\u{200b} "), "");
    }

    #[test]
    fn a_line_holds_its_letters() {
        let face = Face::new().expect("the font");
        for size in [8, 20, 300, 7_000] {
            for reach in [face.usual(), face.ink("A-12"), face.reach("Ẳ")] {
                assert!(reach.size_of_line(reach.line(size)) >= size);
                assert!(reach.line(reach.size_of_line(size)) <= size);
            }
        }
        let size = 100;
        for text in ["ÄĞjgQЙ,A-12", "A-12", "ẲǛ҉ڸ", "…"] {
            let (mut left, mut right, mut top, mut bottom) = (0, 0, 0, 0);
            face.draw(text, size, |x, y| {
                left = left.min(x);
                right = right.max(x);
                top = top.min(y);
                bottom = bottom.max(y);
            });
            assert!(
                left >= -20 && right <= face.width(text, size) + 20,
                "{text} {left} {right}"
            );
            for reach in [face.ink(text), face.reach(text)] {
                let (up, down) = (reach.ascent(size), reach.line(size) - reach.ascent(size));
                assert!(
                    -top <= up && bottom <= down,
                    "{text} {top} {bottom} {reach:?}"
                );
            }
            assert!(
                right > 0 && (text == "…" || -top > size / 2),
                "{text} was drawn"
            );
        }
        assert!(face.ink("A-12").line(size) < face.usual().line(size));
    }
}
