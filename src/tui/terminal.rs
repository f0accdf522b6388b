//! The terminal: taken over at the start, given back on every way out.
//!
//! Raw mode, the other screen, bracketed paste and the cursor are restored when the guard is
//! dropped, and by the panic hook when the program breaks while drawing. Nothing here asks the
//! terminal a question: an answer that never comes would delay the first frame.

use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, style};

use crate::error::{Error, Result};

/// Whether the terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Gives the terminal back when it is dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal over.
    pub fn enter() -> Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(Error::invalid(
                "The full screen needs a terminal; scripts use the subcommands (--help lists them).",
            ));
        }
        // crossterm's own way with NO_COLOR loses reverse and bold; the theme honours it instead.
        style::force_color_output(true);
        hook_panics(std::thread::current().id());
        let guard = Self(());
        take().map_err(|e| Error::storage(format!("The terminal cannot be set up: {e}.")))?;
        Ok(guard)
    }

    /// Gives the terminal back for a while: the program is about to be stopped.
    pub fn suspend(&self) {
        give_back();
    }

    /// Takes it over again.
    pub fn resume(&self) -> Result<()> {
        take().map_err(|e| Error::storage(format!("The terminal cannot be set up: {e}.")))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

fn take() -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste)
}

fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // On the way out there is nobody left to tell of an error.
        let mut out = io::stdout();
        let _ = execute!(out, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}

/// A panic of the drawing thread gives the terminal back before it is reported. A panic of another
/// thread must not: the screen lives on, and a report across it would only garble it.
fn hook_panics(owner: ThreadId) {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == owner || !TAKEN.load(Ordering::SeqCst) {
                give_back();
                before(panic);
            } else {
                tracing::error!("{panic}");
            }
        }));
    });
}
