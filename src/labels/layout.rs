//! Where everything lies on one label: code, large text, small lines, swatch, the code in letters.
//!
//! All lengths are whole dots of the device, so that a module is a whole number of them and what is
//! tested here is what is printed. The code stands at the left of a wide label and at the top of a
//! high one; the text has the rest. Nothing overlaps and everything keeps off the edge.

use super::Label;
use super::area::{Area, Device, Line, count};
use super::font::Face;
use super::size::LabelSize;
use super::symbol::{Modules, Symbol};
use super::texts::{Room, texts};
use crate::domain::Rgb;
use crate::error::{Error, Result};

/// The smallest module in 1/100 mm; smaller ones are not read.
const MODULE: i64 = 33;
/// Text beside or below the code needs this much, in 1/10 mm.
const TEXT: (i64, i64) = (80, 90);
/// The least height of a label's inside, in 1/10 mm.
const LEAST_HEIGHT: i64 = 50;

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
    let edge = (device.tenths(device.edge.0), device.tenths(device.edge.1));
    let inner = Area {
        x: edge.0,
        y: edge.1,
        w: width - 2 * edge.0,
        h: height - 2 * edge.1,
    };
    let Some((code, room, centred)) = split(&modules, inner, device) else {
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
        lines: texts(
            face,
            label,
            &text,
            &Room {
                area: room,
                centred,
            },
            device,
        ),
        modules,
    })
}

/// The square of the code with its quiet zone, what is left for text, and whether that lies below it.
/// `None` where a wide and a high arrangement are both impossible.
fn split(modules: &Modules, inner: Area, device: Device) -> Option<(Area, Area, bool)> {
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
        Some((code, room, false))
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
        Some((code, room, true))
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
    let largest = (device.tenths(10).max(most / 60)).min(device.module);
    let module = (most.min(share) / outer).clamp(least, largest.max(least));
    (module * outer <= most).then_some(module * outer)
}

fn least_module(device: Device) -> i64 {
    (MODULE * device.dpi + 2_539) / 2_540
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
        if other.width <= size.width && other.height <= size.height {
            message.push_str(", or a DataMatrix code, which fits");
        } else {
            message = format!(
                "{message}, or {} with a DataMatrix code",
                Millimetres(other)
            );
        }
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
    let outer = |inner: i64, edge: i64| u16::try_from(inner + 2 * edge + 1).unwrap_or(u16::MAX);
    LabelSize {
        width: outer(sides.0, device.edge.0),
        height: outer(sides.1, device.edge.1),
    }
}

#[cfg(test)]
mod tests;
