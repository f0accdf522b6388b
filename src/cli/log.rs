//! The log: lines of JSON in files of the data directory, a new one every day, never on the screen.
//!
//! Server and clients write files of their own; the request id in both finds what belongs together.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use crate::clock::{Clock, SystemClock};

/// Files that are kept of each.
const KEPT: usize = 14;
/// Bytes that one process writes in a day; a flood must not fill the disk.
const MOST: u64 = 64 * 1024 * 1024;
/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The server.
    Server,
    /// A screen or a command.
    Client,
}

/// Starts logging. A log that cannot be written must not keep the shop from working.
pub fn start(data_dir: &Path, who: Who, level: Option<&str>) {
    let Some(file) = dirs(data_dir).iter().find_map(|dir| open(dir, who)) else {
        return;
    };
    let filter =
        EnvFilter::try_new(level.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    // A second start within one process (tests) keeps the first log.
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(Mutex::new(Capped::new(file, &SystemClock)))
        .try_init();
}

/// The data directory's own, else the person's: not everybody may write into a server's data.
fn dirs(data_dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if data_dir.is_dir() {
        found.push(data_dir.join("logs"));
    }
    if let Some(dirs) = directories::ProjectDirs::from("", "", "brickops")
        && let Some(state) = dirs.state_dir()
        && state.parent().is_some_and(Path::is_dir)
    {
        found.push(state.join("logs"));
    }
    found
}

fn open(dir: &Path, who: Who) -> Option<RollingFileAppender> {
    fs::create_dir_all(dir).ok()?;
    let name = match who {
        Who::Server => "server",
        Who::Client => "client",
    };
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(name)
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(dir)
        .ok()
}

/// Stops writing for the rest of a day in which too much was written.
struct Capped<W> {
    inner: W,
    clock: &'static dyn Clock,
    day: i64,
    left: Option<u64>,
}

impl<W: Write> Capped<W> {
    fn new(inner: W, clock: &'static dyn Clock) -> Self {
        Self {
            inner,
            clock,
            day: clock.now().micros() / DAY,
            left: Some(MOST),
        }
    }
}

impl<W: Write> Write for Capped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = self.clock.now().micros() / DAY;
        if today != self.day {
            self.day = today;
            self.left = Some(MOST);
        }
        let Some(left) = self.left else {
            return Ok(bytes.len());
        };
        self.left = left.checked_sub(bytes.len() as u64);
        if self.left.is_some() {
            self.inner.write_all(bytes)?;
        } else {
            self.inner.write_all(
                b"{\"level\":\"WARN\",\"message\":\"too much was written today; the rest is left out\"}\n",
            )?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_off_and_says_so() {
        let mut capped = Capped::new(Vec::new(), &SystemClock);
        let line = vec![b'x'; 1024 * 1024];
        for _ in 0..100 {
            capped.write_all(&line).expect("written or left out");
        }
        assert!(capped.inner.len() as u64 <= MOST + 200);
        assert!(capped.inner.ends_with(b"left out\"}\n"));
        capped.day -= 1;
        capped.write_all(&line).expect("a new day");
        assert!(capped.inner.ends_with(b"xxx"));
    }
}
