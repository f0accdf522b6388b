//! What a label is measured in: the dots of its device, rectangles of them, lines of text.

/// From the edge of a label to everything on it, in 1/10 mm: printers are not exact.
pub(super) const EDGE: i64 = 10;
/// What the device can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    /// Dots an inch.
    pub dpi: i64,
    /// Whether it shows colours.
    pub colours: bool,
    /// Most dots along the side of a module.
    pub module: i64,
    /// What stays white at the left and right edge and at the upper and lower one, in 1/10 mm.
    pub edge: (i64, i64),
}

impl Device {
    /// 1/10 mm in dots, rounded down.
    pub const fn tenths(self, length: i64) -> i64 {
        length * self.dpi / 254
    }
}

/// A rectangle in dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub x: i64,
    pub y: i64,
    pub w: i64,
    pub h: i64,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The letters; all of them are in the font.
    pub text: String,
    /// Text size in dots.
    pub size: i64,
    /// What it takes: its width, and the height of a line.
    pub area: Area,
    /// The baseline.
    pub baseline: i64,
}

/// A number of things as a factor of lengths.
pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX / 1_000_000)
}
