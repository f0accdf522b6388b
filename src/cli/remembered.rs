//! Sign-ins that `init` and `login` leave behind, so that commands on the same data directory need no
//! password again until they end.
//!
//! They lie in the data directory where it is one's own, so that they go with it, and else in the
//! person's state directory. A shared station never uses them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::connect::Place;
use crate::domain::Secret;
use crate::error::{Error, Result};

/// Name of the file.
const FILE: &str = "sign-ins.json";

/// A remembered sign-in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Remembered {
    shop: String,
    email: String,
    pass: Secret,
}

/// Where they are kept for this data directory.
fn file(place: &Place) -> Option<PathBuf> {
    let own = fs::metadata(&place.data_dir)
        .is_ok_and(|meta| meta.uid() == rustix::process::geteuid().as_raw());
    if own {
        return Some(place.data_dir.join("run").join(FILE));
    }
    let dirs = directories::ProjectDirs::from("", "", "brickops")?;
    let dir = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir());
    let name: String = place
        .data_dir
        .to_string_lossy()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    Some(dir.join(format!("{name}-{FILE}")))
}

fn read(path: &Path) -> Vec<Remembered> {
    // A file that cannot be read means asking for the password again, nothing worse.
    fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// The latest sign-in on this data directory, of the shop that is meant.
pub fn pass(place: &Place, shop: Option<&str>) -> Option<Secret> {
    let all = read(&file(place)?);
    all.into_iter()
        .find(|one| shop.is_none_or(|shop| one.shop.eq_ignore_ascii_case(shop)))
        .map(|one| one.pass)
}

/// Remembers a sign-in as the latest; an earlier one of the same person and shop goes.
pub fn keep(place: &Place, shop: &str, email: &str, pass: &Secret) -> Result<()> {
    change(place, |all| {
        all.retain(|one| !(one.shop == shop && one.email.eq_ignore_ascii_case(email)));
        all.insert(
            0,
            Remembered {
                shop: shop.to_owned(),
                email: email.to_owned(),
                pass: pass.clone(),
            },
        );
        all.truncate(20);
    })
}

/// Forgets a sign-in.
pub fn forget(place: &Place, pass: &Secret) -> Result<()> {
    change(place, |all| all.retain(|one| one.pass != *pass))
}

fn change(place: &Place, change: impl FnOnce(&mut Vec<Remembered>)) -> Result<()> {
    let failed = |why: &dyn std::fmt::Display| {
        Error::storage(format!(
            "The sign-in could not be remembered ({why}). Give BRICKOPS_TOKEN to commands instead."
        ))
    };
    let path = file(place).ok_or_else(|| failed(&"there is no home directory"))?;
    let mut all = read(&path);
    change(&mut all);
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(|e| failed(&e))?;
    let bytes = serde_json::to_vec(&all).map_err(|e| failed(&e))?;
    // Written beside and moved over, so that a full disk leaves what was there.
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .and_then(|mut out| out.write_all(&bytes))
        .and_then(|()| fs::rename(&fresh, &path));
    if written.is_err() {
        // Nothing more can be done about a leftover on a full disk.
        let _ = fs::remove_file(&fresh);
    }
    written.map_err(|e| failed(&e))
}
