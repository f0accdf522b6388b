//! The last line: the most important keys of this screen.

use ratatui::layout::Rect;

use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::keymap::Context;
use crate::tui::screen::Cx;
use crate::tui::text::width;
use crate::tui::theme::Role;

/// More than this nobody reads.
const MOST: usize = 8;

/// Draws the keys, as many as there is room for; help and palette are always among them.
pub fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    context: Context,
    hints: &[Action],
    typing: bool,
    cx: &Cx<'_>,
) {
    let entry = |action: Action| {
        let key = cx.keymap.shown(action, typing)?;
        Some((key, action.label_in(context)))
    };
    let last = if typing {
        Action::Palette
    } else {
        Action::Help
    };
    let last = entry(last);
    let reserved = last
        .as_ref()
        .map_or(0, |(key, label)| width(key) + width(label) + 3);
    let mut pen = canvas.pen(area, 0);
    pen.skip(1);
    for (key, label) in hints
        .iter()
        .filter(|action| cx.session.may(action.right()))
        .take(MOST - 1)
        .filter_map(|action| entry(*action))
    {
        let wide = width(&key) + 1 + width(label);
        if pen.room() < wide + reserved {
            break;
        }
        pen.put(&key, Role::Accent);
        pen.skip(1);
        pen.put(label, Role::Dim);
        pen.skip(3);
    }
    if let Some((key, label)) = last {
        let wide = width(&key) + 1 + width(label) + 1;
        if pen.room() >= wide {
            pen.skip(pen.room() - wide);
            pen.put(&key, Role::Accent);
            pen.skip(1);
            pen.put(label, Role::Dim);
        }
    }
}
