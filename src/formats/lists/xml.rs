//! Text and fields of XML files, escaped so that the readers of this program and of others give
//! back exactly what was meant.

use crate::domain::{RawField, text};

/// Elements around a lot; text of a kept field must not seem to close them.
const AROUND: [&str; 4] = ["item", "inventory", "brickstorexml", "brickstockxml"];

/// A row that is being put together.
#[derive(Debug, Default)]
pub(super) struct Row {
    text: String,
    /// What stands before each field.
    indent: &'static str,
    /// What stands behind each field.
    end: &'static str,
}

impl Row {
    /// Fields on lines of their own with blanks before, or behind each other.
    pub(super) fn new(indent: &'static str, end: &'static str) -> Self {
        Self {
            text: String::new(),
            indent,
            end,
        }
    }

    /// Empties it for the next lot.
    pub(super) fn clear(&mut self) {
        self.text.clear();
    }

    /// What was put together.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Whether nothing was put in.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds text that is markup already.
    pub(super) fn markup(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// A field without content.
    pub(super) fn empty(&mut self, name: &str) {
        for piece in [self.indent, "<", name, "/>", self.end] {
            self.text.push_str(piece);
        }
    }

    /// A field whose content needs no escapes.
    pub(super) fn plain(&mut self, name: &str, content: &str) {
        for piece in [
            self.indent,
            "<",
            name,
            ">",
            content,
            "</",
            name,
            ">",
            self.end,
        ] {
            self.text.push_str(piece);
        }
    }

    /// A note: whoever reads it decodes once.
    pub(super) fn note(&mut self, name: &str, note: &str) {
        self.plain(name, &escape(note));
    }

    /// A name or number: whoever reads it may decode twice, as BrickLink escapes these twice.
    pub(super) fn words(&mut self, name: &str, words: &str) {
        let once = escape(words);
        if once.contains('&') && text::clean(&once) != words {
            self.plain(name, &escape(&once));
        } else {
            self.plain(name, &once);
        }
    }

    /// A field that has no meaning here, as it was written. One that would break the file, which no
    /// file that was read can hold, is made harmless or left out.
    pub(super) fn kept(&mut self, field: &RawField) {
        let named = field.name.starts_with(|c: char| c.is_ascii_alphabetic())
            && field
                .name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'));
        let around = AROUND
            .iter()
            .any(|name| field.name.eq_ignore_ascii_case(name));
        if !named || around || !are_attributes(&field.attributes) {
            return;
        }
        let space = if field.attributes.is_empty() { "" } else { " " };
        for piece in [self.indent, "<", &field.name, space, &field.attributes] {
            self.text.push_str(piece);
        }
        if field.text.is_empty() {
            self.text
                .push_str(if space.is_empty() { "/>" } else { " />" });
        } else {
            self.text.push('>');
            if is_harmless(field) {
                self.text.push_str(&legal(&field.text));
            } else {
                self.text.push_str(&legal(&field.text.replace('<', "&lt;")));
            }
            for piece in ["</", &field.name, ">"] {
                self.text.push_str(piece);
            }
        }
        self.text.push_str(self.end);
    }
}

/// Whether a kept text closes nothing but what it opened.
fn is_harmless(field: &RawField) -> bool {
    !field.text.contains("<!")
        && field.text.match_indices("</").all(|(at, _)| {
            let rest = &field.text[at + 2..];
            let end = rest
                .find(|c: char| c == '>' || c == '<' || c.is_ascii_whitespace())
                .unwrap_or(rest.len());
            let name = &rest[..end];
            !name.eq_ignore_ascii_case(&field.name)
                && AROUND
                    .iter()
                    .all(|around| !name.eq_ignore_ascii_case(around))
        })
}

/// Whether a text is nothing but `name="value"` any number of times.
pub(super) fn are_attributes(text: &str) -> bool {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some((name, after)) = rest.split_once('=') else {
            return false;
        };
        let name = name.trim_end();
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return false;
        };
        let Some((value, behind)) = after[1..].split_once(quote) else {
            return false;
        };
        let named = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':'));
        let safe = !value.contains(['<', '>']) && !value.chars().any(char::is_control);
        if !named || !safe {
            return false;
        }
        rest = behind.trim_start();
    }
    true
}

/// Escaped for the content of a field or attribute, without what XML does not allow.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_legal(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

fn legal(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().all(is_legal) {
        text.into()
    } else {
        text.chars()
            .filter(|c| is_legal(*c))
            .collect::<String>()
            .into()
    }
}

/// Whether XML 1.0 allows it.
fn is_legal(c: char) -> bool {
    !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(name: &str, attributes: &str, text: &str) -> String {
        let mut row = Row::new("", "");
        row.kept(&RawField {
            name: name.to_owned(),
            attributes: attributes.to_owned(),
            text: text.to_owned(),
        });
        row.text
    }

    #[test]
    fn kept_fields_stay_as_they_were() {
        assert_eq!(kept("A", "x=\"1\"", ""), "<A x=\"1\" />");
        assert_eq!(kept("A", "", "b &amp; <b>c</b>"), "<A>b &amp; <b>c</b></A>");
    }

    #[test]
    fn kept_fields_cannot_break_the_file() {
        for text in ["</Item>", "</a>", "<!--", "<![CDATA[", "x</INVENTORY >"] {
            assert!(!kept("A", "", text)[3..].starts_with('<'), "{text}");
        }
        assert_eq!(kept("A", "", "</ITEM>"), "<A>&lt;/ITEM></A>");
        for (name, attributes) in [
            ("", ""),
            ("a b", ""),
            ("A><B", ""),
            ("Item", ""),
            ("A", "x"),
            ("A", "x=\"1"),
            ("A", "x=\"<\""),
            ("A", "><Item"),
        ] {
            assert_eq!(kept(name, attributes, "x"), "", "{name} {attributes}");
        }
    }

    #[test]
    fn words_survive_being_decoded_twice() {
        for words in ["A & B", "A &amp; B", "&#40;", "<x>", "Brick 1 x 1"] {
            let mut row = Row::new("", "");
            row.words("N", words);
            let inner = &row.text[3..row.text.len() - 4];
            assert_eq!(text::clean(inner), words);
        }
    }
}
