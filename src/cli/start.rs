//! Starting a server in the background, once, however many want one at the same time.
//!
//! Whoever finds nobody at the socket takes the start-up lock, looks again, and starts the server. The
//! server keeps its standard error open until it listens; the starter reads that to its end: nothing
//! means that it listens, a text is the reason why it does not.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

use super::connect::Place;
use crate::api::socket;
use crate::error::{Error, Result};
use crate::store::files;

/// How a server in the background is started.
#[derive(Debug, Clone)]
pub struct Starter {
    data_dir: PathBuf,
    config: Option<PathBuf>,
    log_level: Option<String>,
    offline: bool,
    /// Seconds without a client after which it ends; `None`: it stays.
    idle_end: Option<u64>,
}

/// A server that nobody asked for by name ends after so many seconds without a client.
const IDLE_END: u64 = 600;

impl Starter {
    /// A server for whoever needs one now.
    pub fn passing(place: &Place) -> Self {
        Self {
            data_dir: place.data_dir.clone(),
            config: place.named_config.clone(),
            log_level: place.log_level.clone(),
            offline: place.config.offline,
            idle_end: Some(place.idle_end.unwrap_or(IDLE_END)),
        }
    }

    /// A server that stays until it is stopped.
    pub fn staying(place: &Place) -> Self {
        Self {
            idle_end: place.idle_end,
            ..Self::passing(place)
        }
    }

    /// Starts the server unless `there` says that one answers by now, and waits until it listens.
    pub fn start(&self, there: &dyn Fn() -> Result<bool>) -> Result<()> {
        let _one_at_a_time = self.lock()?;
        if there()? {
            return Ok(());
        }
        let failed = |why: &dyn std::fmt::Display| {
            Error::storage(format!(
                "The server could not be started ({why}). Try `brickops serve --foreground`."
            ))
        };
        let program = std::env::current_exe().map_err(|e| failed(&e))?;
        let mut command = Command::new(program);
        command.arg("--data-dir").arg(&self.data_dir);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        if let Some(level) = &self.log_level {
            command.arg("--log-level").arg(level);
        }
        if self.offline {
            command.arg("--offline");
        }
        command.args(["serve", "--detached"]);
        if let Some(seconds) = self.idle_end {
            command.arg("--idle-end").arg(seconds.to_string());
        }
        // It must not inherit what belongs to one person's command.
        for secret in [
            "BRICKOPS_PASSWORD",
            "BRICKOPS_TOKEN",
            "BRICKOPS_CODE",
            "BRICKOPS_SHOP",
        ] {
            command.env_remove(secret);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(&e))?;
        let mut said = String::new();
        if let Some(mut err) = child.stderr.take() {
            err.read_to_string(&mut said).map_err(|e| failed(&e))?;
        }
        let said = said.trim().trim_start_matches("brickops: ");
        if said.is_empty() {
            // Whoever outlives it must take note of its end.
            let waited = std::thread::Builder::new()
                .name("server-process".into())
                .spawn(move || child.wait());
            if let Err(e) = waited {
                tracing::warn!("nobody waits for the server's end: {e}");
            }
            return Ok(());
        }
        let ended = child.wait().map_err(|e| failed(&e))?;
        tracing::warn!("the server did not start ({ended}): {said}");
        Err(Error::storage(said))
    }

    /// One starter at a time for each data directory.
    fn lock(&self) -> Result<File> {
        let own = rustix::process::geteuid();
        let theirs = std::fs::metadata(&self.data_dir)
            .is_ok_and(|meta| !own.is_root() && meta.uid() != own.as_raw());
        if theirs {
            return Err(not_mine(&self.data_dir));
        }
        files::prepare(&self.data_dir)?;
        let dir = self.data_dir.join("run");
        socket::private_dir(&dir)?;
        let path = dir.join("start.lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|e| Error::storage(format!("{} cannot be made ({e}).", path.display())))?;
        flock(&file, FlockOperation::LockExclusive)
            .map_err(|e| Error::storage(format!("{} cannot be locked ({e}).", path.display())))?;
        Ok(file)
    }
}

fn not_mine(data_dir: &Path) -> Error {
    Error::storage(format!(
        "No server works on {}, which belongs to another Unix user. Ask its operator to start one.",
        data_dir.display()
    ))
}
