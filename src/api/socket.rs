//! Where the server's socket lies, for both ends.
//!
//! It belongs to the data directory, so that cron, SSH and the packing station meet at the same
//! server. A path of a socket may have 107 bytes; a longer one moves to a directory of the user's
//! own under the system's temporary one, named after the data directory.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Longer paths are moved; the system's limit is a little above.
const LONGEST: usize = 100;

/// The path of the socket of a data directory.
pub fn path(data_dir: &Path) -> PathBuf {
    let near = data_dir.join("run").join("sock");
    if near.as_os_str().len() <= LONGEST {
        return near;
    }
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in data_dir.as_os_str().as_encoded_bytes() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    std::env::temp_dir()
        .join(format!("brickops-{hash:016x}"))
        .join("sock")
}

/// Makes the socket's directory, for its owner, and to pass through for the group where there is one;
/// refuses one that belongs to somebody else.
pub fn prepare(socket: &Path, group: Option<u32>) -> Result<()> {
    let dir = socket
        .parent()
        .ok_or_else(|| Error::internal("The socket has no directory."))?;
    own_dir(dir, group, true)
}

/// Makes a directory of one's own, or makes sure that it is. What a running server has opened to its
/// group stays open.
pub fn private_dir(dir: &Path) -> Result<()> {
    own_dir(dir, None, false)
}

fn own_dir(dir: &Path, group: Option<u32>, exactly: bool) -> Result<()> {
    let refuse = |why: &str| {
        Error::storage(format!(
            "The directory {} for the server's socket {why}. Remove it, or use another --data-dir.",
            dir.display()
        ))
    };
    if !dir.is_dir() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|e| refuse(&format!("cannot be made ({e})")))?;
    }
    let meta = fs::symlink_metadata(dir).map_err(|e| refuse(&format!("cannot be read ({e})")))?;
    if meta.file_type().is_symlink() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(refuse("belongs to somebody else"));
    }
    let mode = if group.is_some() { 0o710 } else { 0o700 };
    if let Some(group) = group
        && meta.gid() != group
    {
        std::os::unix::fs::chown(dir, None, Some(group))
            .map_err(|e| refuse(&format!("cannot be given to the group ({e})")))?;
    }
    let now = meta.permissions().mode() & 0o777;
    let wrong = if exactly {
        now != mode
    } else {
        now & 0o067 != 0
    };
    if wrong {
        fs::set_permissions(dir, fs::Permissions::from_mode(mode))
            .map_err(|e| refuse(&format!("cannot be made private ({e})")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_paths_move() {
        let short = Path::new("/srv/shop");
        assert_eq!(path(short), Path::new("/srv/shop/run/sock"));
        let long = PathBuf::from(format!("/srv/{}", "a".repeat(120)));
        let moved = path(&long);
        assert!(moved.as_os_str().len() <= LONGEST, "{}", moved.display());
        assert_eq!(moved, path(&long), "the same for everybody");
        assert_ne!(
            moved,
            path(&PathBuf::from(format!("/srv/{}", "b".repeat(120))))
        );
    }

    #[test]
    fn the_directory_is_private() {
        let dir = tempfile::tempdir().expect("a directory");
        let socket = path(dir.path());
        prepare(&socket, None).expect("made");
        let mode = fs::metadata(socket.parent().expect("has one"))
            .expect("is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
