//! The log: to a file in the data directory, never to the screen.

use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// A log larger than this is put aside at the next start; one older file is kept.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Starts logging. A log that cannot be written must not keep the shop from working.
pub fn start(data_dir: &Path, level: Option<&str>) {
    let dir = data_dir.join("logs");
    let path = dir.join("brickops.log");
    if !data_dir.is_dir() || fs::create_dir_all(&dir).is_err() {
        return;
    }
    if fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGEST) {
        // Losing an old log is better than not starting.
        let _ = fs::rename(&path, dir.join("brickops.log.1"));
    }
    let Ok(file) = OpenOptions::new().create(true).append(true).open(&path) else {
        return;
    };
    let filter = EnvFilter::try_new(level.unwrap_or("info"))
        .unwrap_or_else(|_| EnvFilter::new("info"))
        .add_directive(tracing_subscriber::filter::LevelFilter::WARN.into());
    let filter = level.map_or(filter, EnvFilter::new);
    // A second start within one process (tests) keeps the first log.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init();
}
