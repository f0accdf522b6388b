//! The texts of a label: the large one, the small ones below it, the code in letters at the bottom.

use super::Label;
use super::area::{Area, Device, Line, count};
use super::fit::{Fitted, Frame, fit, with_ellipsis};
use super::font::Face;

/// Where texts may stand.
pub(super) struct Room {
    /// The rectangle.
    pub area: Area,
    /// Below the code, in the middle, instead of beside it.
    pub centred: bool,
}

impl Room {
    /// Adds lines from `top` down and returns where they end.
    fn place(&self, face: &Face, fitted: &Fitted, top: i64, lines: &mut Vec<Line>) -> i64 {
        let high = fitted.reach.line(fitted.size);
        for (at, text) in fitted.lines.iter().enumerate() {
            let y = top + high * count(at);
            let wide = face.width(text, fitted.size);
            let left = if self.centred {
                (self.area.w - wide) / 2
            } else {
                0
            };
            lines.push(Line {
                text: text.clone(),
                size: fitted.size,
                area: Area {
                    x: self.area.x + left,
                    y,
                    w: wide,
                    h: high,
                },
                baseline: y + fitted.reach.ascent(fitted.size),
            });
        }
        top + high * count(fitted.lines.len())
    }
}

/// All lines of a label. What is left of the height is shared above and below.
pub(super) fn texts(
    face: &Face,
    label: &Label,
    code: &str,
    room: &Room,
    device: Device,
) -> Vec<Line> {
    let at_least = |tenths: i64| device.tenths(tenths).max(1);
    let area = room.area;
    let mut bottom = area.y + area.h;

    // Whoever has no scanner types the code; a part of it would be of no use.
    let frame = Frame {
        width: area.w,
        height: area.h / 3,
        largest: at_least(22).max(area.h / 30),
        smallest: at_least(14),
        lines: 2,
        reach: face.usual(),
    };
    let mut spelled = Vec::new();
    let fitted = fit(face, code, frame);
    if fitted.whole {
        bottom -= fitted.reach.line(fitted.size) * count(fitted.lines.len());
        room.place(face, &fitted, bottom, &mut spelled);
    }

    let small: Vec<String> = label
        .small
        .iter()
        .map(|text| face.printable(text))
        .filter(|text| !text.is_empty())
        .collect();
    let free = bottom - area.y;
    let wanted = face.usual().line(at_least(30).max(area.h / 14)) * count(small.len());
    let big = face.printable(&label.big);
    let reach = face.ink(&big);
    let share = free - wanted.min(free * 45 / 100);
    let frame = Frame {
        width: area.w,
        height: share,
        largest: at_least(800),
        smallest: at_least(30).min(reach.size_of_line(share)),
        lines: 3,
        reach,
    };
    let mut lines = Vec::new();
    let big = fit(face, &big, frame);
    let top = room.place(face, &big, area.y, &mut lines);
    let end = small_lines(face, &small, room, (top, bottom), device, &mut lines);
    for line in &mut lines {
        line.area.y += (bottom - end) / 2;
        line.baseline += (bottom - end) / 2;
    }
    lines.append(&mut spelled);
    lines
}

/// Every small text has a line if there is room; what is left over goes to those that are too long.
/// Returns where they end.
fn small_lines(
    face: &Face,
    texts: &[String],
    room: &Room,
    (mut top, bottom): (i64, i64),
    device: Device,
    lines: &mut Vec<Line>,
) -> i64 {
    if texts.is_empty() {
        return top;
    }
    let smallest = device.tenths(18).max(1);
    let even = face
        .usual()
        .size_of_line((bottom - top) / count(texts.len()));
    let most = device.tenths(40).max(room.area.h / 10).max(smallest);
    let fits = usize::try_from((bottom - top) / face.usual().line(smallest)).unwrap_or(0);
    let shown = texts.len().min(fits);
    for (at, text) in texts.iter().take(shown).enumerate() {
        let later = face.usual().line(smallest) * count(shown - at - 1);
        let frame = Frame {
            width: room.area.w,
            height: bottom - top - later,
            largest: even.clamp(smallest, most),
            smallest,
            lines: 3,
            reach: face.reach(text),
        };
        let mut fitted = fit(face, text, frame);
        if at + 1 == shown
            && shown < texts.len()
            && let Some(last) = fitted.lines.last_mut().filter(|last| !last.ends_with('…'))
        {
            // More follows that has no room.
            *last = with_ellipsis(face, last, room.area.w, fitted.size);
        }
        top = room.place(face, &fitted, top, lines);
    }
    top
}
