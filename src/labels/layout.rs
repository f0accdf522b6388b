//! Where everything lies on one label: code, large text, small lines, swatch, the code in letters.
//!
//! All lengths are whole dots of the device, so that a module is a whole number of them and what is
//! tested here is what is printed. The code stands at the left of a wide label and at the top of a
//! high one; the text has the rest. Nothing overlaps and everything keeps 1 mm from the edge.

use super::Label;
use super::fit::{Fitted, Frame, fit, with_ellipsis};
use super::font::Face;
use super::size::LabelSize;
use super::symbol::{Modules, Symbol};
use crate::domain::Rgb;
use crate::error::{Error, Result};

/// From the edge to everything, in 1/10 mm: printers are not exact.
const EDGE: i64 = 10;
/// The smallest and the largest module in 1/100 mm: smaller ones are not read, larger ones waste paper.
const MODULE: (i64, i64) = (33, 100);
/// Text beside or below the code needs this much, in 1/10 mm.
const TEXT: (i64, i64) = (80, 90);
/// The least height of a label's inside, in 1/10 mm.
const LEAST_HEIGHT: i64 = 50;

/// What the device can do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    /// Dots an inch.
    pub dpi: i64,
    /// Whether it shows colours.
    pub colours: bool,
    /// Most dots along the side of a module.
    pub module: i64,
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

/// A label, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawing {
    /// The whole label, from 0, 0.
    pub size: (i64, i64),
    /// The code's modules.
    pub modules: Modules,
    /// Where they lie, without the quiet zone.
    pub code: Area,
    /// Dots along one module.
    pub module: i64,
    /// Where the colour lies.
    pub swatch: Option<(Area, Rgb)>,
    /// The texts.
    pub lines: Vec<Line>,
}

/// Places a label, or says what size it needs.
pub(super) fn lay_out(
    face: &Face,
    label: &Label,
    size: LabelSize,
    device: Device,
) -> Result<Drawing> {
    let text = label.code.to_string();
    let modules = Modules::encode(label.symbol, &text)?;
    let whole = |length: u16| device.tenths(i64::from(length));
    let (width, height) = (whole(size.width), whole(size.height));
    let edge = device.tenths(EDGE);
    let inner = Area {
        x: edge,
        y: edge,
        w: width - 2 * edge,
        h: height - 2 * edge,
    };
    let Some((code, room)) = split(&modules, inner, device) else {
        return Err(too_small(label, &text, &modules, size, device));
    };
    let module = code.w / count(modules.outer());
    let quiet = module * count(modules.quiet);
    let (room, swatch) = colour(label, room, device);
    Ok(Drawing {
        size: (width, height),
        code: Area {
            x: code.x + quiet,
            y: code.y + quiet,
            w: module * count(modules.side()),
            h: module * count(modules.side()),
        },
        module,
        swatch,
        lines: texts(face, label, &text, room, device),
        modules,
    })
}

/// The square of the code with its quiet zone, and what is left for text. `None` where a wide and a
/// high arrangement are both impossible.
fn split(modules: &Modules, inner: Area, device: Device) -> Option<(Area, Area)> {
    let wide = || {
        let most = inner.h.min(inner.w - device.tenths(TEXT.0));
        let side = code_side(modules, most, inner.w * 45 / 100, device)?;
        let code = Area {
            x: inner.x,
            y: inner.y + (inner.h - side) / 2,
            w: side,
            h: side,
        };
        let left = side + device.tenths(5);
        let room = Area {
            x: inner.x + left,
            w: inner.w - left,
            ..inner
        };
        Some((code, room))
    };
    let high = || {
        let most = inner.w.min(inner.h - device.tenths(TEXT.1));
        let side = code_side(modules, most, inner.h * 55 / 100, device)?;
        let code = Area {
            x: inner.x + (inner.w - side) / 2,
            y: inner.y,
            w: side,
            h: side,
        };
        let room = Area {
            y: inner.y + side,
            h: inner.h - side,
            ..inner
        };
        Some((code, room))
    };
    if inner.h < device.tenths(LEAST_HEIGHT) {
        None
    } else if inner.w >= inner.h {
        wide().or_else(high)
    } else {
        high().or_else(wide)
    }
}

/// The side of a code with whole modules: at most `most`, not more than `share` where modules stay
/// large enough, `None` where they would be too small.
fn code_side(modules: &Modules, most: i64, share: i64, device: Device) -> Option<i64> {
    let outer = count(modules.outer());
    let least = least_module(device);
    let largest = (MODULE.1 * device.dpi / 2_540).min(device.module);
    let module = (most.min(share) / outer).clamp(least, largest.max(least));
    (module * outer <= most).then_some(module * outer)
}

fn least_module(device: Device) -> i64 {
    (MODULE.0 * device.dpi + 2_539) / 2_540
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX / 1_000_000)
}

/// A strip at the right edge in the colour of the part.
fn colour(label: &Label, room: Area, device: Device) -> (Area, Option<(Area, Rgb)>) {
    let Some(rgb) = label.swatch.filter(|_| device.colours) else {
        return (room, None);
    };
    let width = device.tenths(30).min(room.w / 6);
    let strip = Area {
        x: room.x + room.w - width,
        w: width,
        ..room
    };
    let room = Area {
        w: room.w - width - device.tenths(5),
        ..room
    };
    (room, Some((strip, rgb)))
}

/// The large text at the top, the small lines below it, the code in letters at the bottom.
fn texts(face: &Face, label: &Label, code: &str, room: Area, device: Device) -> Vec<Line> {
    let at_least = |tenths: i64| device.tenths(tenths).max(1);
    let mut lines = Vec::new();
    let mut bottom = room.y + room.h;

    // Whoever has no scanner types the code; a part of it would be of no use.
    let spelled = fit(
        face,
        code,
        Frame {
            width: room.w,
            height: room.h / 3,
            largest: at_least(22),
            smallest: at_least(14),
            lines: 2,
        },
    );
    if spelled.whole {
        bottom -= height(face, &spelled);
        place(face, &spelled, room.x, bottom, &mut lines);
    }

    let small: Vec<String> = label
        .small
        .iter()
        .map(|text| face.printable(text))
        .filter(|text| !text.is_empty())
        .collect();
    let free = bottom - room.y;
    let kept = (face.line(at_least(30)) * count(small.len())).min(free * 45 / 100);
    let share = if small.is_empty() { free } else { free - kept };
    let big = fit(
        face,
        &face.printable(&label.big),
        Frame {
            width: room.w,
            height: share,
            largest: at_least(300),
            smallest: at_least(30).min(face.size_of_line(share)),
            lines: 3,
        },
    );
    let mut top = room.y;
    if small.is_empty() {
        top += (free - height(face, &big)) / 2;
    }
    place(face, &big, room.x, top, &mut lines);
    top += height(face, &big);
    small_lines(
        face,
        &small,
        Area {
            y: top,
            h: bottom - top,
            ..room
        },
        device,
        &mut lines,
    );
    lines
}

/// Every small text has a line if there is room; what is left over goes to those that are too long.
fn small_lines(face: &Face, texts: &[String], room: Area, device: Device, lines: &mut Vec<Line>) {
    let smallest = device.tenths(18).max(1);
    if texts.is_empty() {
        return;
    }
    let even = face.size_of_line(room.h / count(texts.len()));
    let largest = even.clamp(smallest, device.tenths(40).max(smallest));
    let fits = usize::try_from(room.h / face.line(smallest)).unwrap_or(0);
    let shown = texts.len().min(fits);
    let mut top = room.y;
    for (at, text) in texts.iter().take(shown).enumerate() {
        let later = face.line(smallest) * count(shown - at - 1);
        let frame = Frame {
            width: room.w,
            height: room.y + room.h - top - later,
            largest,
            smallest,
            lines: 3,
        };
        let mut fitted = fit(face, text, frame);
        if at + 1 == shown && shown < texts.len() {
            // More follows that has no room.
            if let Some(last) = fitted.lines.last_mut().filter(|last| !last.ends_with('…')) {
                *last = with_ellipsis(face, last, room.w, fitted.size);
            }
        }
        place(face, &fitted, room.x, top, lines);
        top += height(face, &fitted);
    }
}

fn height(face: &Face, fitted: &Fitted) -> i64 {
    face.line(fitted.size) * count(fitted.lines.len())
}

fn place(face: &Face, fitted: &Fitted, x: i64, top: i64, lines: &mut Vec<Line>) {
    let line_height = face.line(fitted.size);
    for (at, text) in fitted.lines.iter().enumerate() {
        let y = top + line_height * count(at);
        lines.push(Line {
            text: text.clone(),
            size: fitted.size,
            area: Area {
                x,
                y,
                w: face.width(text, fitted.size),
                h: line_height,
            },
            baseline: y + face.ascent(fitted.size),
        });
    }
}

/// The sentence that says which size would do.
fn too_small(
    label: &Label,
    text: &str,
    modules: &Modules,
    size: LabelSize,
    device: Device,
) -> Error {
    let mut message = format!(
        "{} is too small for the {} code {text}: use at least {}",
        Millimetres(size),
        label.symbol.name(),
        Millimetres(needed(modules, size, device))
    );
    if label.symbol == Symbol::Qr
        && let Ok(smaller) = Modules::encode(Symbol::DataMatrix, text)
    {
        let other = needed(&smaller, size, device);
        message.push_str(
            &if other.width <= size.width && other.height <= size.height {
                ", or a DataMatrix code, which fits".to_owned()
            } else {
                format!(", or {} with a DataMatrix code", Millimetres(other))
            },
        );
    }
    message.push('.');
    Error::invalid(message)
}

struct Millimetres(LabelSize);

impl std::fmt::Display for Millimetres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} mm", self.0)
    }
}

/// The smallest label in the arrangement that this one would have.
fn needed(modules: &Modules, size: LabelSize, device: Device) -> LabelSize {
    // In 1/10 mm, rounded up, and one more because the device rounds lengths down.
    let side =
        (least_module(device) * count(modules.outer()) * 254 + device.dpi - 1) / device.dpi + 1;
    let (beside, below) = TEXT;
    let sides = if size.width >= size.height {
        (side + beside + 1, side.max(LEAST_HEIGHT + 1))
    } else {
        (side, side + below + 1)
    };
    let outer = |inner: i64| u16::try_from(inner + 2 * EDGE + 1).unwrap_or(u16::MAX);
    LabelSize {
        width: outer(sides.0),
        height: outer(sides.1),
    }
}

#[cfg(test)]
mod tests;
