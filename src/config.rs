//! The configuration file: what it may say, and what is wrong with it, line by line.
//!
//! A mistake never keeps the program from starting: the line is reported and the rest counts.
//! Where the file lies is the command line's business; this module only reads its text.

mod market;

use std::net::SocketAddr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::market::PictureMode;
use crate::domain::{Rgb, Windows};
pub use market::{MarketConfig, MasterKey};

/// Dark or light background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shade {
    /// What the terminal says, else dark.
    #[default]
    Auto,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// How many colours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colors {
    /// What the terminal says.
    #[default]
    Auto,
    /// None.
    None,
    /// 16.
    Ansi,
    /// 256.
    Indexed,
    /// All.
    Rgb,
}

/// Other keys for an action, from the file's `[keys]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOverride {
    /// Line of the file, for a message about it.
    pub line: usize,
    /// Name of the action.
    pub action: String,
    /// Its keys; none takes the action off the keyboard.
    pub chords: Vec<String>,
}

/// What a person has set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Dark or light.
    pub theme: Shade,
    /// How many colours.
    pub colors: Colors,
    /// Plain ASCII instead of lines and signs; `None`: as the locale says.
    pub ascii: Option<bool>,
    /// The colour of what one is at.
    pub accent: Option<Rgb>,
    /// Between groups of three digits, and before decimals.
    pub numbers: (char, char),
    /// When facts count as stale and expired.
    pub freshness: Windows,
    /// Other keys.
    pub keys: Vec<KeyOverride>,
    /// Program and arguments that are run for an alert; empty: none. It gets the alert as JSON on its
    /// standard input.
    pub alert_command: Vec<String>,
    /// A program, with its whole path, and its arguments, that prints slips: text on standard input.
    pub print_command: Vec<String>,
    /// The same for labels, which it gets as they were asked for: PDF, ZPL or PNG.
    pub label_command: Vec<String>,
    /// Where `/metrics` and `/health` are answered, on this machine only; `None`: nowhere.
    pub listen: Option<SocketAddr>,
    /// The Unix group whose members may talk to the server.
    pub group: Option<String>,
    /// Nothing outside this machine is called.
    pub offline: bool,
    /// How pictures are shown.
    pub pictures: PictureMode,
    /// The services outside, and the master key.
    pub market: MarketConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: Shade::Auto,
            colors: Colors::Auto,
            ascii: None,
            accent: None,
            numbers: (',', '.'),
            freshness: Windows::default(),
            keys: Vec::new(),
            alert_command: Vec::new(),
            print_command: Vec::new(),
            label_command: Vec::new(),
            listen: None,
            group: None,
            offline: false,
            pictures: PictureMode::Auto,
            market: MarketConfig::default(),
        }
    }
}

/// A line of the file that does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// From 1.
    pub line: usize,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Config {
    /// Reads a configuration. Lines that are wrong keep their defaults and are reported.
    pub fn parse(text: &str) -> (Self, Vec<ConfigProblem>) {
        let mut reader = Reader {
            text,
            config: Self::default(),
            problems: Vec::new(),
        };
        let (document, errors) = DeTable::parse_recoverable(text);
        let mut broken_lines = Vec::new();
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            broken_lines.push(reader.line(at));
            reader.complain(at, &format!("{}.", error.message()));
        }
        for (key, value) in document.get_ref() {
            // A line that could not be read has been reported; its remains say nothing.
            if !broken_lines.contains(&reader.line(key.span().start)) {
                reader.top(key, value);
            }
        }
        reader.problems.sort_by_key(|problem| problem.line);
        reader.problems.dedup();
        (reader.config, reader.problems)
    }
}

struct Reader<'t> {
    text: &'t str,
    config: Config,
    problems: Vec<ConfigProblem>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        let upto = self.text.as_bytes().get(..at).unwrap_or_default();
        upto.split(|b| *b == b'\n').count()
    }

    fn complain(&mut self, at: usize, message: &str) {
        let line = self.line(at);
        self.problems.push(ConfigProblem {
            line,
            message: message.to_owned(),
        });
    }

    fn top(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Value<'_>) {
        let name = key.get_ref().as_ref();
        match name {
            "theme" => {
                let choices = [
                    ("auto", Shade::Auto),
                    ("dark", Shade::Dark),
                    ("light", Shade::Light),
                ];
                if let Some(shade) = self.choice(name, value, &choices) {
                    self.config.theme = shade;
                }
            }
            "colors" => {
                let choices = [
                    ("auto", Colors::Auto),
                    ("none", Colors::None),
                    ("16", Colors::Ansi),
                    ("256", Colors::Indexed),
                    ("rgb", Colors::Rgb),
                ];
                if let Some(colors) = self.choice(name, value, &choices) {
                    self.config.colors = colors;
                }
            }
            "numbers" => {
                let choices = [
                    ("1,234.5", (',', '.')),
                    ("1.234,5", ('.', ',')),
                    ("1 234,5", (' ', ',')),
                    ("1'234.5", ('\'', '.')),
                ];
                if let Some(numbers) = self.choice(name, value, &choices) {
                    self.config.numbers = numbers;
                }
            }
            "ascii" => match value.get_ref() {
                DeValue::Boolean(ascii) => self.config.ascii = Some(*ascii),
                _ => self.complain(value.span().start, "`ascii` is true or false."),
            },
            "pictures" => {
                let choices = [
                    ("auto", PictureMode::Auto),
                    ("kitty", PictureMode::Kitty),
                    ("iterm2", PictureMode::Iterm2),
                    ("sixel", PictureMode::Sixel),
                    ("halfblocks", PictureMode::HalfBlocks),
                    ("none", PictureMode::None),
                ];
                if let Some(mode) = self.choice(name, value, &choices) {
                    self.config.pictures = mode;
                }
            }
            "accent" => self.accent(value),
            "freshness" => self.freshness(value),
            "keys" => self.keys(value),
            "offline" => match value.get_ref() {
                DeValue::Boolean(offline) => self.config.offline = *offline,
                _ => self.complain(value.span().start, "`offline` is true or false."),
            },
            "alerts" => self.alerts(value),
            "print" => self.print(value),
            "labels" => {
                if let Some(command) = self.command("labels", "/usr/bin/lp", value) {
                    self.config.label_command = command;
                }
            }
            "web" => self.web(value),
            "server" => self.server(value),
            "market" => self.market(value),
            _ => self.complain(
                key.span().start,
                &format!(
                    "`{name}` is not known. Known are theme, colors, ascii, accent, numbers, \
                     pictures, offline, [freshness], [keys], [alerts], [print], [labels], [web], \
                     [server] and [market]."
                ),
            ),
        }
    }

    fn choice<T: Copy>(
        &mut self,
        name: &str,
        value: &Value<'_>,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(number) => number.to_string(),
            _ => String::new(),
        };
        let found = choices.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words: Vec<String> = choices
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            self.complain(
                value.span().start,
                &format!("`{name}` is one of {}.", words.join(", ")),
            );
        }
        found.map(|(_, choice)| *choice)
    }

    fn accent(&mut self, value: &Value<'_>) {
        let parsed = match value.get_ref() {
            DeValue::String(text) => text.strip_prefix('#').and_then(Rgb::parse),
            _ => None,
        };
        match parsed {
            Some(rgb) => self.config.accent = Some(rgb),
            None => self.complain(
                value.span().start,
                "`accent` is a colour such as \"#3fa9f5\".",
            ),
        }
    }

    fn freshness(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            self.complain(value.span().start, "[freshness] is a section.");
            return;
        };
        let mut windows = self.config.freshness;
        for (key, value) in table {
            let days = match value.get_ref() {
                DeValue::Integer(number) => number
                    .to_string()
                    .parse::<u16>()
                    .ok()
                    .filter(|days| *days > 0),
                _ => None,
            };
            match (key.get_ref().as_ref(), days) {
                ("stale_days", Some(days)) => windows.stale_days = days,
                ("expired_days", Some(days)) => windows.expired_days = days,
                ("stale_days" | "expired_days", None) => self.complain(
                    value.span().start,
                    &format!("`{}` is a number of days, from 1.", key.get_ref()),
                ),
                (name, _) => self.complain(
                    key.span().start,
                    &format!("`{name}` is not known. Known are stale_days and expired_days."),
                ),
            }
        }
        if windows.stale_days > windows.expired_days {
            self.complain(
                value.span().start,
                "`stale_days` must not be more than `expired_days`; both keep their defaults.",
            );
        } else {
            self.config.freshness = windows;
        }
    }

    /// The only key of a section.
    fn single<'v, 'i>(
        &mut self,
        section: &str,
        known: &str,
        value: &'v Value<'i>,
    ) -> Option<&'v Value<'i>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.complain(value.span().start, &format!("[{section}] is a section."));
            return None;
        };
        let mut found = None;
        for (key, value) in table {
            if key.get_ref() == known {
                found = Some(value);
            } else {
                let message = format!("`{}` is not known. Known is {known}.", key.get_ref());
                self.complain(key.span().start, &message);
            }
        }
        found
    }

    fn alerts(&mut self, value: &Value<'_>) {
        if let Some(command) = self.command("alerts", "/usr/local/bin/notify-shop", value) {
            self.config.alert_command = command;
        }
    }

    fn print(&mut self, value: &Value<'_>) {
        if let Some(command) = self.command("print", "/usr/bin/lp", value) {
            self.config.print_command = command;
        }
    }

    /// The only setting `command` of a table: a program and its arguments.
    fn command(
        &mut self,
        table: &'static str,
        example: &str,
        value: &Value<'_>,
    ) -> Option<Vec<String>> {
        let value = self.single(table, "command", value)?;
        let words: Option<Vec<String>> = match value.get_ref() {
            DeValue::Array(list) => list
                .iter()
                .map(|entry| match entry.get_ref() {
                    DeValue::String(text) if !text.contains('\0') => Some(text.to_string()),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        // Found by its place, not by whatever PATH the program happens to have.
        let found = words.filter(|words| words.first().is_some_and(|first| first.starts_with('/')));
        if found.is_none() {
            let message = format!(
                "`command` is a list of a program, with its whole path, and its arguments, such as \
                 [\"{example}\"]."
            );
            self.complain(value.span().start, &message);
        }
        found
    }

    fn web(&mut self, value: &Value<'_>) {
        let Some(value) = self.single("web", "listen", value) else {
            return;
        };
        let address = match value.get_ref() {
            DeValue::String(text) => text.parse::<SocketAddr>().ok(),
            _ => None,
        };
        match address {
            Some(address) if address.ip().is_loopback() => self.config.listen = Some(address),
            _ => self.complain(
                value.span().start,
                "`listen` is an address of this machine alone with a port, such as \
                 \"127.0.0.1:9187\".",
            ),
        }
    }

    fn server(&mut self, value: &Value<'_>) {
        let Some(value) = self.single("server", "group", value) else {
            return;
        };
        let fits = |name: &str| {
            !name.is_empty()
                && name.len() <= 64
                && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
        };
        match value.get_ref() {
            DeValue::String(name) if fits(name) => self.config.group = Some(name.to_string()),
            _ => self.complain(value.span().start, "`group` is the name of a Unix group."),
        }
    }

    fn keys(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            self.complain(value.span().start, "[keys] is a section.");
            return;
        };
        for (key, value) in table {
            let chords = match value.get_ref() {
                DeValue::String(text) => Some(vec![text.to_string()]),
                DeValue::Array(list) => list
                    .iter()
                    .map(|entry| match entry.get_ref() {
                        DeValue::String(text) => Some(text.to_string()),
                        _ => None,
                    })
                    .collect(),
                _ => None,
            };
            match chords {
                Some(chords) => {
                    let line = self.line(key.span().start);
                    self.config.keys.push(KeyOverride {
                        line,
                        action: key.get_ref().to_string(),
                        chords,
                    });
                }
                None => self.complain(
                    value.span().start,
                    &format!(
                        "the keys of `{}` are a text such as \"g i\", or a list of such texts.",
                        key.get_ref()
                    ),
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(problems: &[ConfigProblem]) -> Vec<usize> {
        problems.iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn everything_that_can_be_set() {
        let text = "theme = \"light\"\ncolors = 256\nascii = true\naccent = \"#3fa9f5\"\n\
                    numbers = \"1.234,5\"\n\n[freshness]\nstale_days = 7\n\n\
                    [keys]\ninventory = \"g v\"\nmark = [\"Space\", \"v\"]\nredraw = []\n";
        let (config, problems) = Config::parse(text);
        assert_eq!(problems, []);
        assert_eq!(config.theme, Shade::Light);
        assert_eq!(config.colors, Colors::Indexed);
        assert_eq!(config.ascii, Some(true));
        assert_eq!(config.accent, Some(Rgb(0x3f, 0xa9, 0xf5)));
        assert_eq!(config.numbers, ('.', ','));
        assert_eq!(config.freshness.stale_days, 7);
        let mut keys: Vec<(usize, &str, usize)> = config
            .keys
            .iter()
            .map(|key| (key.line, key.action.as_str(), key.chords.len()))
            .collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [(11, "inventory", 1), (12, "mark", 2), (13, "redraw", 0)]
        );
    }

    #[test]
    fn wrong_lines_are_named_and_the_rest_counts() {
        let text = "theme = \"pink\"\nascii = true\nbogus = 1\n[freshness]\nstale_days = -3\n\
                    [keys]\nmark = 7\n";
        let (config, problems) = Config::parse(text);
        assert_eq!(lines(&problems), [1, 3, 5, 7]);
        assert_eq!(config.theme, Shade::Auto);
        assert_eq!(config.ascii, Some(true), "the good line counts");
        assert!(
            problems[0].message.contains("\"light\""),
            "says what would be right"
        );
    }

    #[test]
    fn a_line_that_is_not_toml_does_not_spoil_the_others() {
        let (config, problems) = Config::parse("ascii = true\ntheme = = =\ncolors = \"none\"\n");
        assert!(lines(&problems).contains(&2));
        assert_eq!(config.ascii, Some(true));
        assert_eq!(config.colors, Colors::None);
    }

    #[test]
    fn what_the_operator_sets() {
        let text = "pictures = \"sixel\"\noffline = true\n[alerts]\ncommand = [\"/usr/local/bin/notify-shop\", \"--all\"]\n\
                    [web]\nlisten = \"127.0.0.1:9187\"\n[server]\ngroup = \"bricks\"\n";
        let (config, problems) = Config::parse(text);
        assert_eq!(problems, []);
        assert!(config.offline);
        assert_eq!(config.pictures, PictureMode::Sixel);
        assert_eq!(
            config.alert_command,
            ["/usr/local/bin/notify-shop", "--all"]
        );
        assert_eq!(config.listen, "127.0.0.1:9187".parse().ok());
        assert_eq!(config.group.as_deref(), Some("bricks"));
        let (config, problems) = Config::parse("[web]\nlisten = \"[::1]:0\"\n");
        assert_eq!((config.listen.is_some(), problems.len()), (true, 0));
        let (config, problems) = Config::parse("");
        assert_eq!(problems, []);
        assert!(!config.offline && config.listen.is_none() && config.group.is_none());
        assert!(config.alert_command.is_empty());
    }

    #[test]
    fn what_the_operator_gets_wrong() {
        for (text, line, word) in [
            ("offline = 1\n", 1, "true or false"),
            ("pictures = true\n", 1, "halfblocks"),
            ("[web]\nlisten = \"0.0.0.0:9187\"\n", 2, "127.0.0.1:9187"),
            ("[web]\nlisten = \"192.168.1.5:80\"\n", 2, "127.0.0.1:9187"),
            ("[web]\nlisten = \"localhost\"\n", 2, "127.0.0.1:9187"),
            ("[web]\n\nport = 3\n", 3, "Known is listen"),
            ("[alerts]\ncommand = \"notify\"\n", 2, "whole path"),
            ("[alerts]\ncommand = [\"notify\"]\n", 2, "whole path"),
            ("[alerts]\ncommand = []\n", 2, "whole path"),
            ("[alerts]\ncommand = [\"/bin/x\", 3]\n", 2, "whole path"),
            ("alerts = 3\n", 1, "[alerts] is a section"),
            ("[server]\ngroup = \"\"\n", 2, "Unix group"),
            ("[server]\ngroup = \"a b\"\n", 2, "Unix group"),
        ] {
            let (config, problems) = Config::parse(text);
            assert_eq!(lines(&problems), [line], "{text}");
            assert!(
                problems[0].message.contains(word),
                "{}",
                problems[0].message
            );
            assert_eq!(config, Config::default(), "{text}");
        }
    }

    #[test]
    fn windows_the_wrong_way_round_keep_their_defaults() {
        let (config, problems) = Config::parse("[freshness]\nstale_days = 60\nexpired_days = 30\n");
        assert_eq!(problems.len(), 1);
        assert_eq!(config.freshness, Windows::default());
    }

    #[test]
    fn nonsense_never_panics() {
        for text in [
            "\u{0}",
            "[",
            "[keys",
            "a",
            "=",
            "\"",
            "[[keys]]\n",
            "keys = 3\n",
            "é = 1",
        ] {
            let _ = Config::parse(text);
        }
    }
}
