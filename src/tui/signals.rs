//! What reaches the program beside keys: signals, and the end of the terminal.

use std::sync::mpsc::Sender;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::Happening;
use crate::error::{Error, Result};

/// How long the loop has to end by itself once the terminal is gone.
const GRACE: Duration = Duration::from_secs(3);
/// What a shell reports of a program that ended by a hang-up.
const HUNG_UP: i32 = 129;

/// A signal, as the loop sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End now.
    End,
    /// Stop, to be continued.
    Stop,
    /// Continued.
    Continue,
}

/// Starts the thread that passes signals on.
pub fn watch_signals(to: Sender<Happening>) -> Result<()> {
    let broken = |e: std::io::Error| Error::internal(format!("Signals cannot be caught: {e}."));
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]).map_err(broken)?;
    spawn("signals", move || {
        for signal in signals.forever() {
            let signal = match signal {
                SIGTSTP => Signal::Stop,
                SIGCONT => Signal::Continue,
                _ => Signal::End,
            };
            if to.send(Happening::Signal(signal)).is_err() {
                return;
            }
        }
    })
}

/// Stops this process the way Ctrl+Z would, until somebody continues it.
pub fn stop_now() {
    // Without this the signal would only reach our own handler.
    if let Err(e) = signal_hook::low_level::emulate_default_handler(SIGTSTP) {
        tracing::warn!("the program could not be stopped: {e}");
    }
}

/// Starts the thread that notices when the terminal hangs up. crossterm reads from a dead terminal
/// in a circle, so the end must come from here.
pub fn watch_terminal(to: Sender<Happening>) -> Result<()> {
    spawn("hang-up", move || {
        let stdin = std::io::stdin();
        loop {
            let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
            match poll(&mut watched, None) {
                Ok(_) => {
                    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
                    if watched[0].revents().intersects(gone) {
                        break;
                    }
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
        if to.send(Happening::Signal(Signal::End)).is_ok() {
            std::thread::sleep(GRACE);
            // The loop hangs in a write to a terminal that is gone.
            std::process::exit(HUNG_UP);
        }
    })
}

/// Starts the thread that reads the terminal. It ends with the process.
pub fn watch_keys(to: Sender<Happening>) -> Result<()> {
    spawn("keys", move || {
        let mut reader = super::input::Reader::default();
        while let Ok(event) = crossterm::event::read() {
            if let Some(input) = reader.read(event)
                && to.send(Happening::Input(input)).is_err()
            {
                return;
            }
        }
    })
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(|e| Error::internal(format!("The thread {name} cannot be started: {e}.")))
}
