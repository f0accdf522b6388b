//! From the terminal's events to keys, made for scanners that type.
//!
//! A scan ends with its terminator and never after some time: bytes of a slow line arrive bunched or
//! torn apart. Carriage return, line feed and both together are one end.

use crossterm::event::{Event as TermEvent, KeyCode, KeyEventKind, KeyModifiers};

use super::key::{Code, Key};

/// What a person or a scanner gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text: never keys.
    Paste(String),
    /// The terminal has another size.
    Resize(u16, u16),
}

/// Turns the terminal's events into [`Input`].
#[derive(Debug, Default)]
pub struct Reader {
    after_return: bool,
}

impl Reader {
    /// What an event means; key releases, focus and mouse mean nothing.
    pub fn read(&mut self, event: TermEvent) -> Option<Input> {
        match event {
            TermEvent::Key(key) if key.kind != KeyEventKind::Release => {
                let read = translate(key.code, key.modifiers)?;
                self.one_end(read).map(Input::Key)
            }
            TermEvent::Paste(text) => {
                self.after_return = false;
                Some(Input::Paste(text))
            }
            TermEvent::Resize(width, height) => Some(Input::Resize(width, height)),
            _ => None,
        }
    }

    /// A line feed arrives as Ctrl+J. Right after a return it belongs to the same end.
    fn one_end(&mut self, key: Key) -> Option<Key> {
        let line_feed = key == Key::ctrl('j');
        if line_feed && self.after_return {
            self.after_return = false;
            return None;
        }
        self.after_return = key.code == Code::Enter;
        Some(if line_feed {
            Key::plain(Code::Enter)
        } else {
            key
        })
    }
}

fn translate(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    let ctrl = modifiers.contains(KeyModifiers::CONTROL);
    let alt = modifiers.contains(KeyModifiers::ALT);
    let code = match code {
        // The same bytes as these keys, whatever the terminal calls them.
        KeyCode::Char('m') if ctrl => return Some(Key::plain(Code::Enter)),
        KeyCode::Char('i') if ctrl => return Some(Key::plain(Code::Tab)),
        KeyCode::Char('h') if ctrl => return Some(Key::plain(Code::Backspace)),
        KeyCode::Char(c) if c.is_control() => return None,
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        // Terminals with the newer protocol report the letter and Shift apart.
        KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) && c.is_ascii_lowercase() => {
            Code::Char(c.to_ascii_uppercase())
        }
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    let plain = matches!(code, Code::Enter | Code::Esc | Code::Tab | Code::BackTab);
    Some(Key {
        code,
        ctrl: ctrl && !plain,
        alt: alt && !plain,
    })
}

/// Whether a key is text on a scan line. While it is empty, small letters and signs are commands;
/// digits and capitals begin a code, and once one has begun everything printable belongs to it.
pub fn is_scan_text(line_is_empty: bool, key: Key) -> bool {
    match key.text() {
        None => false,
        Some(c) if line_is_empty => c.is_ascii_digit() || c.is_uppercase() || c == '~' || c == '#',
        Some(_) => true,
    }
}

/// Splits pasted text into codes that were ended and the begun rest.
pub fn split_paste(text: &str) -> (Vec<String>, String) {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut parts: Vec<String> = unified
        .split('\n')
        .map(|part| super::text::harmless(part).trim().to_owned())
        .collect();
    let rest = parts.pop().unwrap_or_default();
    parts.retain(|part| !part.is_empty());
    (parts, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyEvent, KeyEventState};

    fn press(code: KeyCode, modifiers: KeyModifiers) -> TermEvent {
        TermEvent::Key(KeyEvent::new(code, modifiers))
    }

    fn read_all(events: impl IntoIterator<Item = TermEvent>) -> Vec<Input> {
        let mut reader = Reader::default();
        events
            .into_iter()
            .filter_map(|event| reader.read(event))
            .collect()
    }

    fn plain(c: char) -> TermEvent {
        press(KeyCode::Char(c), KeyModifiers::NONE)
    }

    #[test]
    fn every_line_end_is_one_enter() {
        let cr = press(KeyCode::Enter, KeyModifiers::NONE);
        let lf = press(KeyCode::Char('j'), KeyModifiers::CONTROL);
        let enter = Input::Key(Key::plain(Code::Enter));
        for end in [
            vec![cr.clone()],
            vec![lf.clone()],
            vec![cr.clone(), lf.clone()],
        ] {
            assert_eq!(read_all(end), std::slice::from_ref(&enter));
        }
        assert_eq!(read_all([cr.clone(), lf.clone(), lf.clone()]).len(), 2);
        assert_eq!(read_all([cr.clone(), cr.clone()]).len(), 2);
        assert_eq!(read_all([cr, plain('3'), lf]).len(), 3, "not the same end");
    }

    #[test]
    fn ten_thousand_scans_lose_no_key() {
        let code = "C303";
        let events = (0..10_000).flat_map(|_| {
            code.chars()
                .map(plain)
                .chain([press(KeyCode::Enter, KeyModifiers::NONE)])
        });
        assert_eq!(read_all(events).len(), 50_000);
    }

    #[test]
    fn releases_say_nothing_and_repeats_count() {
        let with_kind = |kind| {
            TermEvent::Key(KeyEvent {
                code: KeyCode::Down,
                modifiers: KeyModifiers::NONE,
                kind,
                state: KeyEventState::NONE,
            })
        };
        assert_eq!(read_all([with_kind(KeyEventKind::Release)]), []);
        assert_eq!(read_all([with_kind(KeyEventKind::Repeat)]).len(), 1);
    }

    #[test]
    fn shifted_letters_are_capitals_on_every_terminal() {
        let expected = [Input::Key(Key::char('C'))];
        assert_eq!(
            read_all([press(KeyCode::Char('C'), KeyModifiers::SHIFT)]),
            expected
        );
        assert_eq!(
            read_all([press(KeyCode::Char('c'), KeyModifiers::SHIFT)]),
            expected
        );
    }

    #[test]
    fn commands_only_before_a_code_has_begun() {
        assert!(!is_scan_text(true, Key::char('l')));
        assert!(!is_scan_text(true, Key::char(' ')));
        assert!(is_scan_text(true, Key::char('C')));
        assert!(is_scan_text(true, Key::char('3')));
        assert!(is_scan_text(false, Key::char('b')), "3794b");
        assert!(is_scan_text(false, Key::char('-')));
        assert!(!is_scan_text(false, Key::ctrl('c')));
    }

    #[test]
    fn pasted_codes_are_split_at_their_ends() {
        assert_eq!(
            split_paste("C303\r\nC305\rA-1"),
            (vec!["C303".to_owned(), "C305".to_owned()], "A-1".to_owned())
        );
        assert_eq!(split_paste("\n\n"), (vec![], String::new()));
        assert_eq!(split_paste("a\u{1b}[2J"), (vec![], "a[2J".to_owned()));
    }
}
