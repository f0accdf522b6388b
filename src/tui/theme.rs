//! What things look like, by what they mean. Widgets ask for a role and never for a colour.
//!
//! `NO_COLOR` is honoured here and nowhere below: crossterm's own handling of it also takes away
//! reverse and bold, so that the selected row disappears.

use ratatui::style::{Color as Ink, Modifier, Style};

use super::signs::{ASCII, Signs, UNICODE};
use crate::config::{Colors, Config, Shade};
use crate::domain::{ColorFamily, Rgb};

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Plain text.
    Text,
    /// Less important.
    Dim,
    /// What one is at.
    Accent,
    /// Done, right.
    Good,
    /// Look here soon.
    Warning,
    /// Wrong.
    Bad,
    /// News.
    Info,
    /// The row one is on.
    Selected,
    /// Large words of the head and headings.
    Strong,
    /// A whole line that is wrong.
    Alarm,
}

impl Role {
    /// Every role, for tests that read a screen back.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Dim,
        Self::Accent,
        Self::Good,
        Self::Warning,
        Self::Bad,
        Self::Info,
        Self::Selected,
        Self::Strong,
        Self::Alarm,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Accent => "accent",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
            Self::Info => "info",
            Self::Selected => "selected",
            Self::Strong => "strong",
            Self::Alarm => "alarm",
        }
    }
}

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: only reverse, bold and faint.
    Mono,
    /// The terminal's own 16.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// All.
    Rgb,
}

/// Colours, signs and depth of one terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    depth: Depth,
    light: bool,
    accent: Option<Rgb>,
    ascii: bool,
}

impl Theme {
    /// A theme for a terminal of this depth.
    pub const fn new(depth: Depth) -> Self {
        Self {
            depth,
            light: false,
            accent: None,
            ascii: false,
        }
    }

    /// The same with signs of plain ASCII.
    #[must_use]
    pub const fn with_ascii(mut self, ascii: bool) -> Self {
        self.ascii = ascii;
        self
    }

    /// The same for a light background.
    #[must_use]
    pub const fn with_light(mut self, light: bool) -> Self {
        self.light = light;
        self
    }

    /// What the environment says, unless the configuration says otherwise.
    pub fn detect(env: &dyn Fn(&str) -> Option<String>, config: &Config) -> Self {
        let light = match config.theme {
            Shade::Light => true,
            Shade::Dark => false,
            Shade::Auto => light_background(env),
        };
        Self {
            depth: depth(env, config.colors),
            light,
            accent: config.accent,
            ascii: config.ascii.unwrap_or_else(|| !speaks_utf8(env)),
        }
    }

    /// How many colours there are.
    pub const fn depth(&self) -> Depth {
        self.depth
    }

    /// Whether only ASCII may be shown.
    pub const fn ascii(&self) -> bool {
        self.ascii
    }

    /// The signs of this terminal.
    pub const fn signs(&self) -> &'static Signs {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    /// What a role looks like. The background is always the terminal's own.
    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        match role {
            Role::Text => return plain,
            Role::Selected => return plain.add_modifier(Modifier::REVERSED),
            Role::Strong => return plain.add_modifier(Modifier::BOLD),
            _ => {}
        }
        if self.depth == Depth::Mono {
            return match role {
                Role::Dim => plain.add_modifier(Modifier::DIM),
                Role::Alarm => plain.add_modifier(Modifier::REVERSED.union(Modifier::BOLD)),
                Role::Good | Role::Warning | Role::Accent | Role::Bad => {
                    plain.add_modifier(Modifier::BOLD)
                }
                _ => plain,
            };
        }
        let plain = match role {
            Role::Bad => plain.add_modifier(Modifier::BOLD),
            Role::Alarm => plain.add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            _ => plain,
        };
        plain.fg(self.ink(role))
    }

    fn ink(self, role: Role) -> Ink {
        if let (Role::Accent, Some(rgb)) = (role, self.accent) {
            return self.nearest(rgb);
        }
        if self.depth == Depth::Ansi {
            return match (role, self.light) {
                (Role::Dim, _) => Ink::DarkGray,
                (Role::Accent, false) => Ink::LightCyan,
                (Role::Accent, true) => Ink::Blue,
                (Role::Good, _) => Ink::Green,
                (Role::Warning, false) => Ink::Yellow,
                (Role::Warning, true) | (Role::Info, false) => Ink::Magenta,
                (Role::Info, true) => Ink::Cyan,
                _ => Ink::Red,
            };
        }
        // Of the 256 colours, so that a change of colour costs few bytes on a slow line.
        Ink::Indexed(match (role, self.light) {
            (Role::Dim, false) => 245,
            (Role::Dim, true) => 242,
            (Role::Accent, false) => 81,
            (Role::Accent, true) => 25,
            (Role::Good, false) => 114,
            (Role::Good, true) => 28,
            (Role::Warning, false) => 221,
            (Role::Warning, true) => 130,
            (Role::Info, false) => 147,
            (Role::Info, true) => 55,
            (_, false) => 203,
            (_, true) => 160,
        })
    }

    /// A sample of a part's colour, or `None` where colours cannot be shown.
    pub fn swatch(&self, rgb: Option<Rgb>, family: ColorFamily) -> Option<(char, Style)> {
        if self.depth == Depth::Mono {
            return None;
        }
        let rgb = rgb?;
        let hatched = family == ColorFamily::Transparent;
        let sign = match (hatched, self.ascii) {
            (false, false) => '█',
            (true, false) => '▒',
            (false, true) => '#',
            (true, true) => '%',
        };
        Some((sign, Style::new().fg(self.nearest(rgb))))
    }

    fn nearest(self, rgb: Rgb) -> Ink {
        match self.depth {
            Depth::Rgb => Ink::Rgb(rgb.0, rgb.1, rgb.2),
            Depth::Indexed => Ink::Indexed(super::swatch::nearest_indexed(rgb)),
            Depth::Ansi | Depth::Mono => super::swatch::nearest_ansi(rgb),
        }
    }
}

fn depth(env: &dyn Fn(&str) -> Option<String>, wanted: Colors) -> Depth {
    match wanted {
        Colors::None => return Depth::Mono,
        Colors::Ansi => return Depth::Ansi,
        Colors::Indexed => return Depth::Indexed,
        Colors::Rgb => return Depth::Rgb,
        Colors::Auto => {}
    }
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return Depth::Mono;
    }
    let term = set("TERM").unwrap_or_default();
    if term == "dumb" || term.starts_with("vt") {
        return Depth::Mono;
    }
    if set("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit")
        || term.ends_with("-direct")
    {
        return Depth::Rgb;
    }
    if term.contains("256color") {
        Depth::Indexed
    } else {
        Depth::Ansi
    }
}

/// Some terminals say what their background is as `15;0`: light figures on the dark number 0.
fn light_background(env: &dyn Fn(&str) -> Option<String>) -> bool {
    env("COLORFGBG")
        .and_then(|value| {
            value
                .rsplit(';')
                .next()
                .and_then(|bg| bg.parse::<u8>().ok())
        })
        .is_some_and(|bg| bg == 7 || bg == 15)
}

/// The first of these that is set decides, as for every program. A terminal that says nothing at
/// all is taken for a modern one.
fn speaks_utf8(env: &dyn Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| env(name).filter(|value| !value.is_empty()));
    match locale {
        None => true,
        Some(locale) => {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(vars: &[(&str, &str)]) -> Theme {
        let env = |name: &str| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Theme::detect(&env, &Config::default())
    }

    #[test]
    fn the_environment_decides_the_depth() {
        let depth = |vars: &[(&str, &str)]| detect(vars).depth();
        assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
        assert_eq!(
            depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]),
            Depth::Rgb
        );
        assert_eq!(depth(&[("TERM", "screen")]), Depth::Ansi);
        assert_eq!(depth(&[("TERM", "dumb")]), Depth::Mono);
        assert_eq!(
            depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]),
            Depth::Mono
        );
        assert_eq!(
            depth(&[("TERM", "screen"), ("NO_COLOR", "")]),
            Depth::Ansi,
            "an empty NO_COLOR says nothing"
        );
    }

    #[test]
    fn a_locale_without_unicode_gets_ascii() {
        assert!(detect(&[("LANG", "C")]).ascii());
        assert!(detect(&[("LC_ALL", "de_DE.ISO-8859-1"), ("LANG", "de_DE.UTF-8")]).ascii());
        assert!(!detect(&[("LANG", "de_DE.UTF-8")]).ascii());
        assert!(!detect(&[]).ascii());
    }

    #[test]
    fn mono_never_carries_a_colour() {
        let theme = Theme::new(Depth::Mono);
        for role in Role::ALL {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{}", role.name());
        }
        assert!(
            theme
                .swatch(Some(Rgb(1, 2, 3)), ColorFamily::Solid)
                .is_none()
        );
    }

    #[test]
    fn roles_can_be_told_apart_where_there_are_colours() {
        for depth in [Depth::Ansi, Depth::Indexed, Depth::Rgb] {
            for light in [false, true] {
                let theme = Theme::new(depth).with_light(light);
                let mut styles: Vec<Style> = Vec::new();
                for role in Role::ALL {
                    let style = theme.style(role);
                    assert!(!styles.contains(&style), "{depth:?} {}", role.name());
                    styles.push(style);
                }
            }
        }
    }
}
