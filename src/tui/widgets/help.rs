//! The keys of the screen one is on; of the inventory the language of its filter and changes, too.

use ratatui::layout::Rect;

use crate::domain::{edit, filter};
use crate::tui::canvas::Canvas;
use crate::tui::keymap::{Context, Keymap};
use crate::tui::screen::{Cx, Session};
use crate::tui::text::width;
use crate::tui::theme::Role;

/// Lines that fit.
pub const fn page(size: Rect) -> usize {
    (size.height as usize).saturating_sub(4)
}

/// Keys and what they do: first those of this screen alone, then those that work everywhere.
pub fn lines(context: Context, keymap: &Keymap, session: &Session) -> Vec<(String, &'static str)> {
    let everywhere = |contexts: &[Context]| contexts.len() == Context::ALL.len();
    let mut found = Vec::new();
    for general in [false, true] {
        if general {
            found.push((String::new(), ""));
        }
        for action in Keymap::actions(context) {
            if everywhere(action.contexts()) == general && session.may(action.right()) {
                let keys = keymap.keys(action).join("  ");
                if !keys.is_empty() {
                    found.push((keys, action.about()));
                }
            }
        }
    }
    if context == Context::Inventory {
        found.push((String::new(), ""));
        found.push((
            "Filter".into(),
            "words that all must occur, and questions to fields:",
        ));
        for line in filter::help() {
            if let Some(example) = line.examples.first() {
                found.push(((*example).to_string(), line.about));
            }
        }
        found.push((String::new(), ""));
        found.push((
            "Changes".into(),
            "of the chosen lots, or of all that match; ; between several:",
        ));
        for (example, about) in edit::HELP {
            found.push((example.to_owned(), about));
        }
    }
    found
}

/// Draws the help from line `top` on.
pub fn draw(canvas: &mut Canvas<'_>, size: Rect, context: Context, cx: &Cx<'_>, top: usize) {
    let lines = lines(context, cx.keymap, cx.session);
    let wide = size.width.min(72);
    let height = size.height.saturating_sub(2).min(lines.len() as u16 + 2);
    let area = Rect {
        x: size.x + (size.width - wide) / 2,
        y: size.y + (size.height - height) / 2,
        width: wide,
        height,
    };
    canvas.hide_cursor();
    let below = lines.len() > top + page(size);
    let title = if top > 0 || below {
        format!(
            "{}: keys ({} to {} of {})",
            context.name(),
            top + 1,
            (top + page(size)).min(lines.len()),
            lines.len()
        )
    } else {
        format!("{}: keys", context.name())
    };
    let inner = canvas.frame(area, &title);
    for (line, (left, about)) in lines.iter().skip(top).take(inner.height.into()).enumerate() {
        let mut pen = canvas.pen(inner, line as u16);
        // An example is longer than keys are, and takes the room it needs.
        pen.column(left, width(left).clamp(16, 28), Role::Accent);
        pen.skip(1);
        pen.fit(about, Role::Text);
    }
}
