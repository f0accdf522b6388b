//! Writing to the terminal: results to standard output, everything else to standard error.

use std::io::{IsTerminal, Write};

use serde::Serialize;

use super::args::Format;
use crate::domain::report::Progress;
use crate::error::Error;

/// Where a command writes.
#[derive(Debug)]
pub struct Out {
    /// How results are written.
    pub format: Format,
    /// No colours.
    pub no_color: bool,
}

impl Out {
    /// Writes results in this format.
    pub fn new(format: Format, no_color: bool) -> Self {
        Self { format, no_color }
    }

    /// One line of a result. A reader that has gone away (`| head`) wants no more.
    #[expect(clippy::unused_self, reason = "who may print holds an Out")]
    pub fn line(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stdout().lock(), "{}", text.as_ref());
    }

    /// A result that is no text. A reader that has gone away wants no more.
    #[expect(clippy::unused_self, reason = "who may print holds an Out")]
    pub fn bytes(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    }

    /// One JSON document.
    pub fn document(&self, value: &impl Serialize) {
        let text = serde_json::to_string_pretty(value).unwrap_or_else(|e| format!("\"{e}\""));
        self.line(text);
    }

    /// Something to know that is no result.
    #[expect(clippy::unused_self, reason = "who may print holds an Out")]
    pub fn note(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
    }

    /// Why a command failed.
    pub fn error(&self, error: &Error) {
        if self.json() {
            self.document(&super::json::failure(error));
        }
        self.note(format!("brickops: {error}"));
    }

    /// A bar for long work, on a terminal only.
    pub fn bar(&self) -> Bar {
        let visible = std::io::stderr().is_terminal() && !self.json();
        Bar {
            bar: visible.then(|| indicatif::ProgressBar::new(0)),
            step: String::new(),
        }
    }
}

/// A progress bar with count, rate and time left.
#[derive(Debug)]
pub struct Bar {
    bar: Option<indicatif::ProgressBar>,
    step: String,
}

impl Bar {
    /// Shows how far it is.
    pub fn show(&mut self, progress: &Progress) {
        let Some(bar) = &self.bar else {
            return;
        };
        if self.step != progress.step {
            self.step.clone_from(&progress.step);
            let template = format!(
                "{{msg:28!}} {{bar:24}} {{human_pos}}/{{human_len}} {}  {{per_sec}}  {{eta}} left",
                progress.unit
            );
            if let Ok(style) = indicatif::ProgressStyle::with_template(&template) {
                bar.set_style(style);
            }
            bar.set_message(progress.step.clone());
            bar.reset_eta();
        }
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    }

    /// Takes the bar away.
    pub fn done(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
