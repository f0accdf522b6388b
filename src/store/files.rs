//! Where the database file lies, and what can be wrong with it: each case gets one sentence.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, StorageError};

use crate::error::{Error, Result};

/// Name of the database within the data directory.
pub const DATABASE: &str = "shop.redb";

/// Makes the data directory if it is not there, and gives the path of the database within.
pub fn prepare(dir: &Path) -> Result<PathBuf> {
    if !dir.is_dir() {
        fs::create_dir_all(dir).map_err(|e| {
            Error::storage(format!(
                "The data directory {} cannot be made ({}). Choose another one with --data-dir.",
                dir.display(),
                plain(&e)
            ))
        })?;
        restrict(dir, 0o700)?;
    }
    Ok(dir.join(DATABASE))
}

/// A shop's figures are nobody else's business on a shared server.
fn restrict(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| {
        Error::storage(format!(
            "{} cannot be made private ({}).",
            path.display(),
            plain(&e)
        ))
    })
}

/// Opens the database with `cache` bytes of memory for pages.
pub fn open(path: &Path, cache: usize) -> Result<Database> {
    // A file that is not a database must never be overwritten, whatever redb would make of it.
    refuse_foreign(path)?;
    let shown = path.display();
    let fresh = !path.exists();
    let database = Database::builder()
        .set_cache_size(cache)
        .create(path)
        .map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => Error::conflict(format!(
                "Another brickops already works on {shown}. Use that one, or another --data-dir."
            )),
            DatabaseError::UpgradeRequired(_) | DatabaseError::RepairAborted => Error::storage(
                format!("{shown} was written by another version of the database. Restore a backup, or use the program that wrote it."),
            ),
            DatabaseError::Storage(StorageError::Io(e)) => io_sentence(path, &e),
            DatabaseError::Storage(StorageError::Corrupted(why)) => {
                damaged(&shown.to_string(), &why)
            }
            other => Error::storage(format!("{shown} cannot be opened ({other}).")),
        })?;
    if fresh {
        restrict(path, 0o600)?;
    }
    Ok(database)
}

/// Copies the database before a step of the schema changes it: `shop.redb.schema-N`, complete or not at all.
pub(super) fn keep_before_step(path: &Path, schema: u64) -> Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".schema-{schema}"));
    let copy = PathBuf::from(name);
    let mut part = copy.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    let copied = fs::copy(path, &part)
        .and_then(|_| fs::File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, &copy));
    copied.map_err(|e| {
        // What was written so far is of no use, and there may be no room for it.
        let _ = fs::remove_file(&part);
        Error::storage(format!(
            "{} must be copied before this version changes it, and that failed ({}). Make room in its directory and start again; nothing was changed.",
            path.display(),
            plain(&e)
        ))
    })
}

/// Turns a panic of redb into an error: that is how it meets pages that make no sense.
pub(super) fn intact<T>(shown: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let why = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("a page cannot be read");
        Err(damaged(shown, why))
    })
}

fn damaged(shown: &str, why: &str) -> Error {
    Error::storage(format!(
        "{shown} is damaged ({why}). Restore the latest backup, or move it away to start anew."
    ))
}

/// The first bytes of every redb file.
const MAGIC: [u8; 4] = *b"redb";

fn refuse_foreign(path: &Path) -> Result<()> {
    use io::Read;
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(io_sentence(path, &e)),
    };
    let mut head = [0; 4];
    match file.read_exact(&mut head) {
        Ok(()) if head == MAGIC => Ok(()),
        // An empty file is what a crash between creating and first writing leaves.
        Err(_) if file.metadata().is_ok_and(|meta| meta.len() == 0) => Ok(()),
        _ => Err(Error::storage(format!(
            "{} is not a database of this program, or its beginning is damaged. Restore the latest backup, or move it away to start anew.",
            path.display()
        ))),
    }
}

fn io_sentence(path: &Path, e: &io::Error) -> Error {
    let shown = path.display();
    match e.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::storage(format!(
                "There is no permission to write {shown}. Ask the server's operator, or use another --data-dir."
            ))
        }
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            damaged(&shown.to_string(), &plain(e))
        }
        _ => super::disk(e),
    }
}

/// An I/O error without Rust's number in brackets.
fn plain(e: &io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}
