//! The screens: a full-screen program that knows nothing but the API.
//!
//! One thread, one channel: keys, answers and signals arrive in one order. Everything that has
//! arrived is taken in before one frame is drawn, and nothing is drawn unless something changed.
//! Without a message or a pane to come there is no timer at all.
//!
//! [`App`] is the program without its terminal; [`run`] gives it one. Screens live in [`screens`],
//! what they are built of in [`widgets`].

pub mod action;
pub mod app;
pub mod canvas;
pub mod effect;
pub mod input;
pub mod key;
pub mod keymap;
pub mod screen;
pub mod screens;
pub mod signals;
pub mod signs;
pub mod swatch;
pub mod terminal;
#[cfg(test)]
mod testing;
pub mod text;
pub mod theme;
pub mod widgets;
pub mod window;

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use self::input::Input;
use self::signals::Signal;
use crate::api::Greeted;
use crate::api::client::{Client, Incoming, Sink};
use crate::error::{Error, Result};

pub use self::app::{App, AppEvent, Deliverer, Options, Printer};
pub use self::keymap::key_table;

/// What reaches the loop.
#[derive(Debug)]
pub enum Happening {
    /// From the person.
    Input(Input),
    /// From the server.
    Incoming(Incoming),
    /// From the system.
    Signal(Signal),
}

/// The loop's channel: make it first, start the transport with its sink, then [`run`].
#[derive(Debug)]
pub struct Inbox {
    sender: Sender<Happening>,
    receiver: Receiver<Happening>,
}

impl Default for Inbox {
    fn default() -> Self {
        let (sender, receiver) = channel();
        Self { sender, receiver }
    }
}

impl Inbox {
    /// Where a transport puts what arrives.
    pub fn sink(&self) -> Sink {
        let sender = self.sender.clone();
        Arc::new(move |incoming| {
            // A loop that has ended wants nothing any more.
            let _ = sender.send(Happening::Incoming(incoming));
        })
    }
}

/// A frame in one write: a terminal that gets half of one shows half of one.
type Screen = Terminal<CrosstermBackend<BufWriter<io::Stdout>>>;

/// Room for a frame of a large terminal.
const FRAME_BYTES: usize = 64 * 1024;

/// Longest that leaving takes.
const LEAVING: Duration = Duration::from_millis(300);

/// Runs the program until the person leaves it.
pub fn run(client: Client, greeted: Greeted, inbox: Inbox, options: Options) -> Result<()> {
    let guard = terminal::Guard::enter()?;
    let Inbox { sender, receiver } = inbox;
    signals::watch_signals(sender.clone())?;
    signals::watch_terminal(sender.clone())?;
    let broken = |e: io::Error| Error::storage(format!("The terminal cannot be written: {e}."));
    let out = BufWriter::with_capacity(FRAME_BYTES, io::stdout());
    let mut screen = Terminal::new(CrosstermBackend::new(out)).map_err(broken)?;
    let size = screen.size().map_err(broken)?;
    let mut app = App::new(client, greeted, options, size.width, size.height);
    signals::watch_keys(sender)?;
    let started = Instant::now();
    while !app.finished() {
        app.elapse(started.elapsed());
        draw(&mut app, &mut screen)?;
        let Some(first) = next(&receiver, app.deadline(), started) else {
            continue;
        };
        take(&mut app, &guard, first?, started)?;
        // All that has arrived meanwhile is taken in before the next frame.
        while let Ok(more) = receiver.try_recv() {
            take(&mut app, &guard, more, started)?;
            if app.finished() {
                break;
            }
        }
    }
    app.leave();
    // What is remembered is on its way; a server that is slow to answer is not waited for.
    let until = Instant::now() + LEAVING;
    while app.waiting() {
        let left = until.saturating_duration_since(Instant::now());
        let Ok(happening) = receiver.recv_timeout(left) else {
            break;
        };
        if take(&mut app, &guard, happening, started).is_err() {
            break;
        }
    }
    Ok(())
}

/// Waits for something to happen; `None` when the deadline came first.
fn next(
    receiver: &Receiver<Happening>,
    deadline: Option<Duration>,
    started: Instant,
) -> Option<Result<Happening>> {
    let ended = || Error::internal("The loop has lost its channel.");
    match deadline {
        None => Some(receiver.recv().map_err(|_| ended())),
        Some(deadline) => {
            let patience = deadline.saturating_sub(started.elapsed());
            match receiver.recv_timeout(patience) {
                Ok(happening) => Some(Ok(happening)),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Err(ended())),
            }
        }
    }
}

fn take(
    app: &mut App,
    guard: &terminal::Guard,
    happening: Happening,
    started: Instant,
) -> Result<()> {
    app.elapse(started.elapsed());
    match happening {
        Happening::Input(input) => app.feed(AppEvent::Input(input)),
        Happening::Incoming(incoming) => app.feed(AppEvent::Incoming(incoming)),
        Happening::Signal(Signal::End) => app.feed(AppEvent::Leave),
        Happening::Signal(Signal::Stop) => {
            guard.suspend();
            signals::stop_now();
            guard.resume()?;
            app.redraw();
        }
        Happening::Signal(Signal::Continue) => {
            // Who stopped us may have changed how the terminal works.
            guard.suspend();
            guard.resume()?;
            app.redraw();
        }
    }
    Ok(())
}

fn draw(app: &mut App, screen: &mut Screen) -> Result<()> {
    if !app.dirty() {
        return Ok(());
    }
    let broken = |e: io::Error| Error::storage(format!("The terminal cannot be written: {e}."));
    queue!(screen.backend_mut(), BeginSynchronizedUpdate).map_err(broken)?;
    app.draw_to(screen)?;
    queue!(screen.backend_mut(), EndSynchronizedUpdate).map_err(broken)?;
    Write::flush(screen.backend_mut()).map_err(broken)
}
