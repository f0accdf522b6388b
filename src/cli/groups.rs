//! The Unix group whose members may come to the server.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use crate::error::{Error, Result};

/// The number of a group, by name or number.
pub fn number(name: &str) -> Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let known = fs::read_to_string("/etc/group").unwrap_or_default();
    let line = known
        .lines()
        .find(|line| line.split(':').next() == Some(name));
    line.and_then(|line| line.split(':').nth(2)?.parse().ok())
        .ok_or_else(|| {
            Error::invalid(format!(
                "This machine knows no Unix group {name}. Correct [server] group in the configuration."
            ))
        })
}

/// Lets the group pass through the data directory to the socket, and gives it the exchange folder.
/// The data themselves stay closed to it.
pub fn open_to(data_dir: &Path, group: u32) -> Result<()> {
    let failed = |path: &Path, e: &std::io::Error| {
        Error::storage(format!(
            "{} cannot be opened to the group ({e}).",
            path.display()
        ))
    };
    give(data_dir, group, 0o710).map_err(|e| failed(data_dir, &e))?;
    let exchange = data_dir.join("exchange");
    fs::create_dir_all(&exchange).map_err(|e| failed(&exchange, &e))?;
    give(&exchange, group, 0o2770).map_err(|e| failed(&exchange, &e))
}

fn give(dir: &Path, group: u32, mode: u32) -> std::io::Result<()> {
    let meta = fs::metadata(dir)?;
    if meta.gid() != group {
        chown(dir, None, Some(group))?;
    }
    if meta.permissions().mode() & 0o7777 != mode {
        fs::set_permissions(dir, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}
