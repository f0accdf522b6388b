//! Files that a person may mean by the beginning of a path.

use std::path::Path;

use crate::domain::Scope;
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};

/// Most paths that are named.
const NAMED: usize = 50;

impl App {
    /// Files and folders (with a `/` behind them) whose paths begin so, by name; hidden ones only where
    /// the beginning names them.
    ///
    /// # Errors
    /// `Storage` when the folder cannot be read.
    pub fn list_paths(&self, scope: &Scope, begin: &str) -> Result<Vec<String>> {
        allow(scope, Right::Inventory)?;
        let Some((dir, name)) = begin.rsplit_once('/').filter(|_| begin.starts_with('/')) else {
            return Err(Error::invalid(
                "Write the whole path, such as /home/ana/lots.bsx.",
            ));
        };
        let folder = Path::new(if dir.is_empty() { "/" } else { dir });
        let unread = |error: std::io::Error| {
            Error::storage(format!(
                "The folder {} cannot be read ({error}). Correct the path.",
                folder.display()
            ))
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unread)?.flatten() {
            let file = entry.file_name();
            let Some(file) = file.to_str().filter(|file| file.starts_with(name)) else {
                continue;
            };
            if file.starts_with('.') && name.is_empty() {
                continue;
            }
            let end = if entry.path().is_dir() { "/" } else { "" };
            found.push(format!("{dir}/{file}{end}"));
        }
        found.sort();
        found.truncate(NAMED);
        Ok(found)
    }
}
