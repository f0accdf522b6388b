//! A line of text that can be edited, with the keys of readline.

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::canvas::Canvas;
use crate::tui::key::{Code, Key};
use crate::tui::text::{harmless, width};
use crate::tui::theme::Role;

/// Longest text, in characters; a paste of a whole file is a mistake.
const MAX_CHARS: usize = 400;

/// A line of text with a cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// What a person sees as one character each.
    clusters: Vec<String>,
    cursor: usize,
}

impl Field {
    /// A field that holds this text, with the cursor at its end.
    pub fn with(text: &str) -> Self {
        let mut field = Self::default();
        field.insert(text);
        field
    }

    /// What it holds.
    pub fn text(&self) -> String {
        self.clusters.concat()
    }

    /// Whether it holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.clusters.is_empty()
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor_byte(&self) -> usize {
        self.clusters[..self.cursor].iter().map(String::len).sum()
    }

    /// Puts the cursor before the character that holds this byte.
    pub fn go_to_byte(&mut self, byte: usize) {
        let mut sum = 0;
        self.cursor = self
            .clusters
            .iter()
            .position(|cluster| {
                sum += cluster.len();
                sum > byte
            })
            .unwrap_or(self.clusters.len());
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.clusters.clear();
        self.cursor = 0;
    }

    /// Empties it and answers what it held.
    pub fn take(&mut self) -> String {
        let text = self.text();
        self.clear();
        text
    }

    /// Puts text in at the cursor; line ends become blanks.
    pub fn insert(&mut self, text: &str) {
        let text = text.replace(['\r', '\n', '\t'], " ");
        let room = MAX_CHARS.saturating_sub(self.clusters.len());
        let added: String = harmless(&text).graphemes(true).take(room).collect();
        // What is typed may join with what stands before it (accents), so all is read anew.
        let before = self.clusters[..self.cursor].concat() + &added;
        let after = self.clusters[self.cursor..].concat();
        self.clusters = before.graphemes(true).map(str::to_owned).collect();
        self.cursor = self.clusters.len();
        self.clusters
            .extend(after.graphemes(true).map(str::to_owned));
    }

    /// Takes an editing key; answers whether the text changed.
    pub fn on(&mut self, key: Key) -> bool {
        if let Some(c) = key.text() {
            self.insert(c.encode_utf8(&mut [0; 4]));
            return true;
        }
        let before = self.clusters.len();
        match (key.code, key.ctrl, key.alt) {
            (Code::Left, false, false) => self.cursor = self.cursor.saturating_sub(1),
            (Code::Right, false, false) => self.cursor = (self.cursor + 1).min(before),
            (Code::Home, ..) | (Code::Char('a'), true, _) => self.cursor = 0,
            (Code::End, ..) | (Code::Char('e'), true, _) => self.cursor = before,
            (Code::Left, true, _) | (Code::Char('b'), _, true) => self.cursor = self.word_left(),
            (Code::Right, true, _) | (Code::Char('f'), _, true) => self.cursor = self.word_right(),
            (Code::Backspace, false, false) => self.cut(self.cursor.saturating_sub(1), self.cursor),
            (Code::Backspace, ..) | (Code::Char('w'), true, _) => {
                self.cut(self.word_left(), self.cursor);
            }
            (Code::Delete, ..) | (Code::Char('d'), true, _) => {
                self.cut(self.cursor, self.cursor + 1);
            }
            (Code::Char('d'), _, true) => self.cut(self.cursor, self.word_right()),
            (Code::Char('u'), true, _) => self.cut(0, self.cursor),
            (Code::Char('k'), true, _) => self.cut(self.cursor, before),
            _ => {}
        }
        self.clusters.len() != before
    }

    fn cut(&mut self, from: usize, to: usize) {
        let to = to.min(self.clusters.len());
        self.clusters.drain(from.min(to)..to);
        self.cursor = from.min(self.clusters.len());
    }

    fn blank(&self, at: usize) -> bool {
        self.clusters[at].trim().is_empty()
    }

    fn word_left(&self) -> usize {
        let mut at = self.cursor;
        while at > 0 && self.blank(at - 1) {
            at -= 1;
        }
        while at > 0 && !self.blank(at - 1) {
            at -= 1;
        }
        at
    }

    fn word_right(&self) -> usize {
        let mut at = self.cursor;
        while at < self.clusters.len() && self.blank(at) {
            at += 1;
        }
        while at < self.clusters.len() && !self.blank(at) {
            at += 1;
        }
        at
    }

    /// Draws it into a line of `area`; the part around the cursor where it is too long.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, focused: bool, role: Role) {
        let room = usize::from(area.width).saturating_sub(1);
        let mut start = 0;
        let columns = |from: usize, to: usize| {
            self.clusters[from..to]
                .iter()
                .map(|c| width(c))
                .sum::<usize>()
        };
        while columns(start, self.cursor) > room {
            start += 1;
        }
        let before = self.clusters[start..self.cursor].concat();
        let after = self.clusters[self.cursor..].concat();
        let mut pen = canvas.pen(area, 0);
        pen.put(&before, role);
        if focused {
            pen.place_cursor();
        }
        pen.put(&after, role);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, keys: &[&str]) -> (String, usize) {
        let mut field = Field::with(text);
        for key in keys {
            field.on(Key::parse(key).expect(key));
        }
        (field.text(), field.cursor)
    }

    #[test]
    fn readline_keys() {
        assert_eq!(typed("plate 1x2", &["Ctrl+W"]), ("plate ".into(), 6));
        assert_eq!(typed("plate 1x2", &["Ctrl+U"]), (String::new(), 0));
        assert_eq!(typed("plate", &["Ctrl+A", "Ctrl+K"]), (String::new(), 0));
        assert_eq!(
            typed("plate", &["Home", "Delete", "P"]),
            ("Plate".into(), 1)
        );
        assert_eq!(typed("a b", &["Alt+b", "Alt+b", "Alt+d"]), (" b".into(), 0));
        assert_eq!(typed("ab", &["Left", "Backspace"]), ("b".into(), 0));
        assert_eq!(
            typed("", &["Backspace", "Delete", "Left", "Ctrl+W"]),
            (String::new(), 0)
        );
    }

    #[test]
    fn one_backspace_takes_what_one_sees_as_one() {
        assert_eq!(typed("e\u{301}", &["Backspace"]).0, "");
        let mut field = Field::with("e");
        field.insert("\u{301}");
        assert_eq!(field.clusters.len(), 1);
    }

    #[test]
    fn pasted_lines_become_one_and_nothing_moves_the_cursor() {
        let mut field = Field::default();
        field.insert("plate\r\n1x2\u{1b}[2J");
        assert_eq!(field.text(), "plate  1x2[2J");
        field.insert(&"x".repeat(10_000));
        assert!(field.clusters.len() <= MAX_CHARS);
    }
}
