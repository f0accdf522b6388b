//! A cursor over a list of known length, and what of it is visible.
//!
//! Scrolls by page: a line more at the bottom would repaint the whole screen for every key.

use crate::tui::action::Action;

/// Where one is in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The row one is at.
    pub at: usize,
    /// The first visible row.
    pub top: usize,
}

impl Cursor {
    /// Keeps the cursor inside `len` rows and the window of `height` around it.
    pub fn settle(&mut self, len: usize, height: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        let height = height.max(1);
        if self.at < self.top || self.at >= self.top + height {
            // Going down it becomes the first row of a page, going up the last of one.
            self.top = if self.at < self.top {
                (self.at + 1).saturating_sub(height)
            } else {
                self.at
            };
        }
        // The last page is a full one.
        self.top = self.top.min(len.saturating_sub(height.min(len)));
        if self.at >= self.top + height {
            self.top = self.at + 1 - height;
        }
    }

    /// Moves by an action; answers whether it was one of its own.
    pub fn on(&mut self, action: Action, len: usize, height: usize) -> bool {
        let height = height.max(1);
        match action {
            Action::Up => self.at = self.at.saturating_sub(1),
            Action::Down => self.at += 1,
            Action::PageUp => {
                self.at = self.at.saturating_sub(height);
                self.top = self.top.saturating_sub(height);
            }
            Action::PageDown => {
                self.at += height;
                self.top += height;
            }
            Action::First => self.at = 0,
            Action::Last => self.at = len.saturating_sub(1),
            _ => return false,
        }
        self.settle(len, height);
        true
    }

    /// The visible rows.
    pub fn visible(&self, len: usize, height: usize) -> std::ops::Range<usize> {
        let top = self.top.min(len);
        top..(top + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrolls_by_page_and_never_leaves_the_list() {
        let mut cursor = Cursor::default();
        for _ in 0..10 {
            cursor.on(Action::Down, 100, 10);
        }
        assert_eq!((cursor.at, cursor.top), (10, 10));
        cursor.on(Action::Up, 100, 10);
        assert_eq!((cursor.at, cursor.top), (9, 0));
        cursor.on(Action::Last, 100, 10);
        assert_eq!((cursor.at, cursor.top), (99, 90));
        cursor.on(Action::PageDown, 100, 10);
        assert_eq!((cursor.at, cursor.top), (99, 90));
        cursor.on(Action::PageUp, 100, 10);
        assert_eq!((cursor.at, cursor.top), (89, 80));
        cursor.on(Action::First, 100, 10);
        assert_eq!((cursor.at, cursor.top), (0, 0));
    }

    #[test]
    fn every_length_and_height_keeps_the_cursor_visible() {
        let moves = [
            Action::Down,
            Action::PageDown,
            Action::Last,
            Action::Up,
            Action::PageUp,
            Action::First,
        ];
        for len in 0..25 {
            for height in 0..9 {
                let mut cursor = Cursor::default();
                for step in 0..60 {
                    cursor.on(moves[(step * 7 + len) % moves.len()], len, height);
                    let visible = cursor.visible(len, height.max(1));
                    assert!(
                        len == 0 || visible.contains(&cursor.at),
                        "{len} {height} {cursor:?}"
                    );
                }
            }
        }
    }
}
