//! What the program is started with.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::{Config, ConfigProblem};
use crate::tui::effect::Destination;
use crate::tui::keymap::Keymap;
use crate::tui::text::Numbers;
use crate::tui::theme::Theme;
use crate::tui::widgets::picture;

/// What the program is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Colours and signs.
    pub theme: Theme,
    /// Keys.
    pub keymap: Keymap,
    /// How numbers are written.
    pub numbers: Numbers,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The first screen.
    pub start: Destination,
    /// Something to say at the start, such as mistakes in the configuration.
    pub notices: Vec<String>,
    /// Makes the numbers of this run's operations different from every other run's.
    pub run: u64,
    /// A shared station: nobody's address is offered to the next.
    pub station: bool,
    /// How pictures are shown, if at all.
    pub pictures: Option<picture::Show>,
    /// Prints a slip, where the operator has set a command up.
    pub print: Option<Printer>,
    /// Writes files of the person and prints labels.
    pub deliver: Option<Deliverer>,
}

/// Prints a text.
#[derive(Clone)]
pub struct Printer(pub Arc<Prints>);

/// Brings a text to paper.
pub type Prints = dyn Fn(&str) -> crate::error::Result<()> + Send + Sync;

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printer")
    }
}

/// Brings something into a file, or, without one, onto the printer of labels.
#[derive(Clone)]
pub struct Deliverer(pub Arc<Delivers>);

/// Writes bytes into a file, or prints them.
pub type Delivers = dyn Fn(Option<&str>, &[u8]) -> crate::error::Result<()> + Send + Sync;

impl std::fmt::Debug for Deliverer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deliverer")
    }
}

impl Options {
    /// Defaults for a theme and a clock.
    pub fn new(theme: Theme, clock: Arc<dyn Clock>) -> Self {
        Self {
            theme,
            keymap: Keymap::default(),
            numbers: Numbers::default(),
            clock,
            start: Destination::Home,
            notices: Vec::new(),
            run: 0,
            station: false,
            pictures: None,
            print: None,
            deliver: None,
        }
    }

    /// What the configuration and the environment say. Mistakes in the file become a notice.
    pub fn configured(
        config: &Config,
        problems: &[ConfigProblem],
        env: &dyn Fn(&str) -> Option<String>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (keymap, wrong_keys) = Keymap::with_overrides(&config.keys);
        let (thousands, decimal) = config.numbers;
        let mut all: Vec<&ConfigProblem> = problems.iter().chain(&wrong_keys).collect();
        all.sort_by_key(|problem| problem.line);
        let notices = all
            .iter()
            .map(|problem| format!("Configuration, {problem}"))
            .collect();
        let theme = Theme::detect(env, config);
        // What the system knows of the window; the terminal itself is not asked.
        let cell = crossterm::terminal::window_size().ok().map(|window| {
            let cell = |points: u16, cells: u16| points / cells.max(1);
            (
                cell(window.width, window.columns),
                cell(window.height, window.rows),
            )
        });
        Self {
            pictures: picture::show(config.pictures, theme.depth(), theme.ascii(), env, cell),
            keymap,
            numbers: Numbers { thousands, decimal },
            notices,
            // Seeded anew by the system in every process.
            run: RandomState::new().hash_one(std::process::id()),
            ..Self::new(theme, clock)
        }
    }
}
