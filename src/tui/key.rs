//! Keys as this program sees them, independent of the terminal library, and how they are written.

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A character.
    Char(char),
    /// Return, or the end of a scan.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1 and so on.
    F(u8),
}

/// A key with its modifiers. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The key.
    pub code: Code,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

impl Key {
    /// A key alone.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
        }
    }

    /// The character that typing this key writes.
    pub const fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// Reads `Ctrl+P`, `Alt+x`, `F1`, `Space`, `g`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let (mut ctrl, mut alt) = (false, false);
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl+").filter(|after| !after.is_empty()) {
                ctrl = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("Alt+").filter(|after| !after.is_empty())
            {
                alt = true;
                rest = after;
            } else {
                break;
            }
        }
        let code = match rest {
            "Enter" => Code::Enter,
            "Esc" => Code::Esc,
            "Tab" => Code::Tab,
            "Shift+Tab" => Code::BackTab,
            "Backspace" => Code::Backspace,
            "Delete" => Code::Delete,
            "Up" => Code::Up,
            "Down" => Code::Down,
            "Left" => Code::Left,
            "Right" => Code::Right,
            "Home" => Code::Home,
            "End" => Code::End,
            "PageUp" => Code::PageUp,
            "PageDown" => Code::PageDown,
            "Space" => Code::Char(' '),
            _ => {
                let mut chars = rest.chars();
                let first = chars.next()?;
                if chars.as_str().is_empty() {
                    Code::Char(if ctrl {
                        first.to_ascii_lowercase()
                    } else {
                        first
                    })
                } else {
                    let number = rest.strip_prefix('F')?.parse().ok()?;
                    Code::F(Some(number).filter(|number| (1..=24).contains(number))?)
                }
            }
        };
        Some(Self { code, ctrl, alt })
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl+")?;
        }
        if self.alt {
            f.write_str("Alt+")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("Space"),
            Code::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::Enter => f.write_str("Enter"),
            Code::Esc => f.write_str("Esc"),
            Code::Tab => f.write_str("Tab"),
            Code::BackTab => f.write_str("Shift+Tab"),
            Code::Backspace => f.write_str("Backspace"),
            Code::Delete => f.write_str("Delete"),
            Code::Up => f.write_str("Up"),
            Code::Down => f.write_str("Down"),
            Code::Left => f.write_str("Left"),
            Code::Right => f.write_str("Right"),
            Code::Home => f.write_str("Home"),
            Code::End => f.write_str("End"),
            Code::PageUp => f.write_str("PageUp"),
            Code::PageDown => f.write_str("PageDown"),
            Code::F(number) => write!(f, "F{number}"),
        }
    }
}

/// One key, or two after each other such as `g c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord {
    /// The first key.
    pub first: Key,
    /// The one that must follow.
    pub then: Option<Key>,
}

impl Chord {
    /// Reads `Ctrl+P` or `g c`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut keys = text.split_whitespace();
        let first = Key::parse(keys.next()?)?;
        let then = match keys.next() {
            Some(key) => Some(Key::parse(key)?),
            None => None,
        };
        keys.next().is_none().then_some(Self { first, then })
    }

    /// Keys that terminals or shells use for something else, or that are the same byte as another
    /// key: Ctrl with J and M are Enter, I is Tab, H is Backspace, S and Q stop the line, Z stops
    /// the program, B and G are what tmux and others listen to.
    pub fn banned(self) -> bool {
        [Some(self.first), self.then]
            .into_iter()
            .flatten()
            .any(|key| {
                key.ctrl
                    && matches!(
                        key.code,
                        Code::Char('j' | 'm' | 'i' | 'h' | 's' | 'q' | 'z' | 'b' | 'g')
                    )
            })
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.first)?;
        match self.then {
            Some(key) => write!(f, " {key}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "a",
            "A",
            "?",
            ":",
            "Space",
            "Enter",
            "Esc",
            "Ctrl+P",
            "Alt+x",
            "F12",
            "g c",
            "g $",
            "Shift+Tab",
            "PageDown",
            "+",
            "Ctrl++",
        ] {
            let chord = Chord::parse(text).expect(text);
            assert_eq!(chord.to_string(), text);
        }
        for text in ["", "Hyper+x", "F99", "abc", "g c d", "Ctrl+"] {
            assert_eq!(Chord::parse(text), None, "{text}");
        }
    }

    #[test]
    fn keys_that_are_other_keys_are_banned() {
        assert!(Chord::parse("Ctrl+J").expect("a chord").banned());
        assert!(Chord::parse("g Ctrl+s").expect("a chord").banned());
        assert!(!Chord::parse("Ctrl+P").expect("a chord").banned());
    }
}
