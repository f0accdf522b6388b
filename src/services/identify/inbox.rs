//! The folder into which photos are sent from a phone: what waits there, and what has been seen to.

use std::collections::HashMap;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use crate::domain::market::{Inbox, InboxPhoto};
use crate::domain::text::clean;
use crate::domain::time::SECOND;
use crate::domain::{TenantId, Timestamp};
use crate::error::{Error, Result};
use crate::market::photo::LARGEST_FILE;

/// A file that nobody has written to for so long has arrived.
const STILL: i64 = 2 * SECOND;
/// One that was last written so long ago has arrived, even when it is seen for the first time.
const OLD: i64 = 10 * SECOND;
/// Most photos that are listed.
const LISTED: usize = 100;
/// Where photos go that have been seen to.
const DONE: &str = "done";
/// Names of photos end like this.
const ENDS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "gif"];

/// How a file looked, and since when it looks so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    bytes: u64,
    written: i64,
    since: Timestamp,
}

/// What is remembered of the inboxes between two looks.
#[derive(Debug, Default)]
pub(super) struct Watch(Mutex<HashMap<PathBuf, Seen>>);

/// A shop's inbox. The first shop of a server has the folder itself, others have folders in it.
pub(super) fn folder(root: &Path, tenant: TenantId) -> PathBuf {
    if tenant == TenantId(1) {
        root.to_owned()
    } else {
        root.join(format!("shop-{}", tenant.0))
    }
}

fn unread(folder: &Path, error: &std::io::Error) -> Error {
    Error::storage(format!(
        "The inbox {} cannot be used ({error}); check the folder and its permissions.",
        folder.display()
    ))
}

impl Watch {
    /// What waits, the newest first. The folder is made when it is missing.
    pub(super) fn look(&self, folder: &Path, now: Timestamp) -> Result<Inbox> {
        fs::create_dir_all(folder).map_err(|e| unread(folder, &e))?;
        let mut photos = Vec::new();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *seen);
        // Other shops' folders are remembered as they were.
        seen.extend(
            before
                .iter()
                .filter(|(path, _)| path.parent() != Some(folder))
                .map(|(path, look)| (path.clone(), *look)),
        );
        for entry in fs::read_dir(folder)
            .map_err(|e| unread(folder, &e))?
            .flatten()
        {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            let Ok(meta) = entry.metadata() else {
                continue;
            };
            if !meta.is_file() || !is_photo(&name) {
                continue;
            }
            let written = meta
                .modified()
                .ok()
                .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
                .and_then(|since| i64::try_from(since.as_micros()).ok())
                .unwrap_or(0);
            let path = entry.path();
            let bytes = meta.len();
            let since = before
                .get(&path)
                .filter(|look| (look.bytes, look.written) == (bytes, written))
                .map_or(now, |look| look.since);
            let at = Timestamp::from_micros(written);
            let still = bytes > 0 && (now.since(since) >= STILL || now.since(at) >= OLD);
            seen.insert(
                path,
                Seen {
                    bytes,
                    written,
                    since,
                },
            );
            photos.push(InboxPhoto {
                name,
                bytes,
                at,
                still,
            });
        }
        drop(seen);
        photos.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.name.cmp(&b.name)));
        let more = photos.len().saturating_sub(LISTED);
        photos.truncate(LISTED);
        Ok(Inbox {
            folder: folder.display().to_string(),
            photos,
            more: u32::try_from(more).unwrap_or(u32::MAX),
        })
    }
}

/// Whether a name is one of a photo: no path, nothing hidden, no upload that is under way.
fn is_photo(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    !name.starts_with('.')
        && !name.contains(['/', '\0'])
        && ENDS.iter().any(|known| known.eq_ignore_ascii_case(end))
}

/// The file of a photo in the inbox.
pub(super) fn file(folder: &Path, name: &str) -> Result<PathBuf> {
    if is_photo(name) {
        Ok(folder.join(name))
    } else {
        Err(Error::invalid("There is no such photo in the inbox."))
    }
}

/// The bytes of a photo; links lead nowhere in the inbox.
pub(super) fn read(path: &Path, links: bool) -> Result<Vec<u8>> {
    let name = path
        .file_name()
        .map_or_else(String::new, |name| clean(&name.to_string_lossy()));
    let failed = |e: &std::io::Error| match e.kind() {
        ErrorKind::NotFound => Error::not_found(format!(
            "There is no file {name}; check the path, or choose a photo from the inbox."
        )),
        _ => Error::storage(format!(
            "{name} cannot be read ({e}); check its permissions."
        )),
    };
    let linked = fs::symlink_metadata(path)
        .map_err(|e| failed(&e))?
        .is_symlink();
    // Opening a pipe would wait for its other end.
    if !fs::metadata(path).map_err(|e| failed(&e))?.is_file() || (linked && !links) {
        return Err(Error::invalid(format!(
            "{name} is no file with a photo; choose another one."
        )));
    }
    let file = fs::File::open(path).map_err(|e| failed(&e))?;
    let mut bytes = Vec::new();
    // One byte more than allowed shows that it is too large.
    let most = LARGEST_FILE as u64 + 1;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| failed(&e))?;
    if bytes.is_empty() {
        return Err(Error::invalid(format!(
            "{name} is empty; wait until it has arrived, or copy it again."
        )));
    }
    Ok(bytes)
}

/// Puts a photo aside; one of the same name stays beside it.
pub(super) fn put_aside(folder: &Path, name: &str) -> Result<()> {
    let from = file(folder, name)?;
    let done = folder.join(DONE);
    fs::create_dir_all(&done).map_err(|e| unread(&done, &e))?;
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let free = (1..1_000)
        .map(|nth| match nth {
            1 => done.join(name),
            nth => done.join(format!("{stem}-{nth}.{end}")),
        })
        .find(|path| fs::symlink_metadata(path).is_err());
    let Some(to) = free else {
        return Err(Error::conflict(
            "The folder of photos that were seen to is full; clear it.",
        ));
    };
    fs::rename(&from, &to).map_err(|e| match e.kind() {
        ErrorKind::NotFound => {
            Error::not_found("The photo is not in the inbox any more; somebody has seen to it.")
        }
        _ => unread(folder, &e),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_photo_that_still_grows_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("inbox");
        let watch = Watch::default();
        // Earlier than every file that is written now.
        let start = 1_000_000;
        assert!(
            watch
                .look(&folder, at(start))
                .expect("made")
                .photos
                .is_empty()
        );
        fs::write(folder.join("a.JPG"), b"ha").expect("written");
        for hidden in [".a.jpg", "a.jpg.part", "notes.txt"] {
            fs::write(folder.join(hidden), b"x").expect("written");
        }
        let still = |now: i64| -> Vec<bool> {
            let look = watch.look(&folder, at(now)).expect("read");
            look.photos.iter().map(|photo| photo.still).collect()
        };
        assert_eq!(still(start), [false]);
        assert_eq!(still(start + 1), [false]);
        fs::write(folder.join("a.JPG"), b"half of it").expect("written");
        assert_eq!(still(start + 2), [false], "it has grown");
        assert_eq!(still(start + 3), [false]);
        assert_eq!(still(start + 4), [true]);
        fs::write(folder.join("b.png"), b"").expect("written");
        still(start + 10);
        assert_eq!(
            still(start + 20).iter().filter(|still| **still).count(),
            1,
            "an empty one has not arrived"
        );
    }

    #[test]
    fn nothing_outside_the_inbox_is_touched() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("inbox");
        fs::create_dir(&folder).expect("made");
        fs::write(dir.path().join("secret.jpg"), b"x").expect("written");
        std::os::unix::fs::symlink(dir.path().join("secret.jpg"), folder.join("link.jpg"))
            .expect("a link");
        for name in ["../secret.jpg", "/etc/passwd", ".hidden.jpg", "", "a/b.jpg"] {
            assert!(file(&folder, name).is_err(), "{name}");
            assert!(put_aside(&folder, name).is_err(), "{name}");
        }
        let link = file(&folder, "link.jpg").expect("a name");
        assert!(read(&link, false).is_err());
        assert!(
            Watch::default()
                .look(&folder, at(0))
                .expect("read")
                .photos
                .is_empty()
        );
    }

    #[test]
    fn photos_of_one_name_lie_side_by_side() {
        let dir = tempfile::tempdir().expect("a folder");
        for text in ["one", "two"] {
            fs::write(dir.path().join("a.jpg"), text).expect("written");
            put_aside(dir.path(), "a.jpg").expect("moved");
        }
        let kept = |name: &str| fs::read_to_string(dir.path().join(DONE).join(name));
        assert_eq!(kept("a.jpg").expect("there"), "one");
        assert_eq!(kept("a-2.jpg").expect("there"), "two");
        assert!(put_aside(dir.path(), "a.jpg").is_err(), "it is gone");
    }

    #[test]
    fn a_pipe_is_no_photo_and_nobody_waits_for_it() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(read(dir.path(), true).is_err(), "a folder");
        let error = read(&dir.path().join("none.jpg"), true).expect_err("none");
        assert!(error.message.contains("none.jpg"), "{error}");
    }
}
