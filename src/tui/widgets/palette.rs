//! Every action in a list that is narrowed by typing.

use ratatui::layout::Rect;

use super::field::Field;
use super::list::Cursor;
use crate::tui::action::Action;
use crate::tui::canvas::Canvas;
use crate::tui::key::{Code, Key};
use crate::tui::keymap::{Context, Keymap};
use crate::tui::screen::{Cx, Session};
use crate::tui::theme::Role;

/// Rows that are shown at most.
const ROWS: u16 = 14;

/// What a key in the palette did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// It stays open.
    Nothing,
    /// It is to be closed.
    Closed,
    /// Do this.
    Action(Action),
}

/// The palette while it is open.
#[derive(Debug)]
pub struct Palette {
    context: Context,
    field: Field,
    cursor: Cursor,
    /// Actions with their keys, those of this screen first.
    all: Vec<(Action, String)>,
}

impl Palette {
    /// A palette for a screen.
    pub fn new(context: Context, keymap: &Keymap, session: &Session) -> Self {
        let here = |action: &Action| action.contexts().contains(&context);
        let entry = |action: &Action| (*action, keymap.keys(*action).join("  "));
        let useful = |action: &&Action| {
            !matches!(action, Action::Palette | Action::Back) && session.may(action.right())
        };
        let mut all: Vec<(Action, String)> = Action::ALL
            .iter()
            .filter(useful)
            .filter(|a| here(a))
            .map(entry)
            .collect();
        all.extend(
            Action::ALL
                .iter()
                .filter(useful)
                .filter(|a| !here(a))
                .map(entry),
        );
        Self {
            context,
            field: Field::default(),
            cursor: Cursor::default(),
            all,
        }
    }

    fn matching(&self) -> Vec<&(Action, String)> {
        let typed = self.field.text().to_lowercase();
        let mut found: Vec<(u32, &(Action, String))> = self
            .all
            .iter()
            .filter_map(|entry| {
                let text = format!("{} {}", entry.0.about(), entry.0.name()).to_lowercase();
                let away = u32::from(!entry.0.contexts().contains(&self.context)) * 1_000;
                fuzzy(&typed, &text).map(|distance| (distance + away, entry))
            })
            .collect();
        // A stable sort: what fits equally well stays in the order of the help.
        found.sort_by_key(|(distance, _)| *distance);
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.field.insert(text);
        self.cursor = Cursor::default();
    }

    /// Takes a key.
    pub fn on(&mut self, key: Key) -> Picked {
        let matching = self.matching();
        let len = matching.len();
        let action = match key.code {
            Code::Up => Action::Up,
            Code::Down => Action::Down,
            Code::PageUp => Action::PageUp,
            Code::PageDown => Action::PageDown,
            Code::Esc => return Picked::Closed,
            Code::Enter => {
                return match matching.get(self.cursor.at) {
                    Some((action, _)) if action.contexts().contains(&self.context) => {
                        Picked::Action(*action)
                    }
                    _ => Picked::Nothing,
                };
            }
            Code::Char('p') if key.ctrl => return Picked::Closed,
            _ => {
                if self.field.on(key) {
                    self.cursor = Cursor::default();
                }
                return Picked::Nothing;
            }
        };
        self.cursor.on(action, len, ROWS.into());
        Picked::Nothing
    }

    /// Draws it over the screen.
    pub fn draw(&self, canvas: &mut Canvas<'_>, size: Rect, cx: &Cx<'_>) {
        let rows = ROWS.min(size.height.saturating_sub(5));
        let width = size.width.min(70);
        let area = Rect {
            x: size.x + (size.width - width) / 2,
            y: size.y + size.height.saturating_sub(rows + 4) / 3,
            width,
            height: (rows + 3).min(size.height),
        };
        canvas.hide_cursor();
        let inner = canvas.frame(area, "What to do");
        let prompt = Rect { height: 1, ..inner };
        canvas.pen(prompt, 0).put(canvas_cursor(cx), Role::Accent);
        let field = Rect {
            x: inner.x + 2,
            width: inner.width.saturating_sub(2),
            ..prompt
        };
        self.field.draw(canvas, field, true, Role::Text);
        let matching = self.matching();
        if matching.is_empty() {
            canvas.pen(inner, 1).fit("Nothing of that name.", Role::Dim);
        }
        let mut cursor = self.cursor;
        cursor.settle(matching.len(), rows.into());
        let visible = cursor.visible(matching.len(), rows.into());
        for (line, at) in visible.enumerate() {
            let (action, keys) = matching[at];
            let here = action.contexts().contains(&self.context);
            let mut pen = canvas.pen(inner, line as u16 + 1);
            if at == cursor.at {
                pen.put(cx.theme.signs().cursor, Role::Accent);
                pen.skip(1);
                pen.select();
            } else {
                pen.skip(2);
            }
            let role = if here { Role::Text } else { Role::Dim };
            let about = if here {
                action.about().to_owned()
            } else {
                let place = action.contexts().first().map_or("", |c| c.name());
                format!("{} (in {place})", action.about())
            };
            let room = pen.room().saturating_sub(14);
            pen.column(&about, room, role);
            pen.at_end(keys, Role::Dim);
        }
    }
}

const fn canvas_cursor(cx: &Cx<'_>) -> &'static str {
    cx.theme.signs().cursor
}

/// How badly a text fits what was typed: all its characters in order, gaps and a late start count.
fn fuzzy(typed: &str, text: &str) -> Option<u32> {
    if let Some(at) = text.find(typed) {
        // As a whole, best at the start of a word.
        let inside = at > 0 && !text[..at].ends_with(' ');
        return Some(u32::from(inside) * 10);
    }
    let mut distance = 20;
    let mut rest = text.chars();
    for wanted in typed.chars().filter(|c| !c.is_whitespace()) {
        let gap = rest.by_ref().position(|c| c == wanted)?;
        distance += gap as u32;
    }
    Some(distance.min(900))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Session {
        Session {
            me: Some(crate::tui::testing::ana()),
            ..Session::default()
        }
    }

    fn palette(typed: &str) -> Palette {
        let mut palette = Palette::new(Context::Home, &Keymap::default(), &everything());
        palette.paste(typed);
        palette
    }

    #[test]
    fn typing_narrows_and_enter_picks() {
        let mut found = palette("inven");
        assert_eq!(
            found.on(Key::plain(Code::Enter)),
            Picked::Action(Action::Inventory)
        );
        let mut fuzzy = palette("gtctlg");
        assert_eq!(
            fuzzy.on(Key::plain(Code::Enter)),
            Picked::Action(Action::Catalog)
        );
        assert_eq!(palette("zzz").on(Key::plain(Code::Enter)), Picked::Nothing);
    }

    #[test]
    fn actions_of_other_screens_are_listed_but_not_done() {
        let mut found = palette("all pieces of this stop");
        assert_eq!(found.matching().len(), 1);
        assert_eq!(found.on(Key::plain(Code::Enter)), Picked::Nothing);
    }

    #[test]
    fn every_action_can_be_found() {
        assert_eq!(palette("").matching().len(), Action::ALL.len() - 2);
    }
}
