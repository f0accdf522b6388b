//! Pictures on disk: one file each, checked when it is read, the longest unused given up when there are
//! too many. Everything in here can be thrown away and fetched again.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use crate::domain::Timestamp;

/// Before what is kept stands its fingerprint.
const PRINT: usize = 32;
/// Longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// What is kept under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// The picture.
    Picture(Vec<u8>),
    /// There was none when it was asked for at this time.
    Nothing(Timestamp),
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    bytes: u64,
    used: u64,
}

#[derive(Debug, Default)]
struct Files {
    known: HashMap<String, Entry>,
    bytes: u64,
    turn: u64,
}

/// The folder, and what lies in it.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    limit: u64,
    files: Mutex<Files>,
}

impl Cache {
    /// A folder of at most `limit` bytes; what lies in it already counts, the latest used last.
    pub(super) fn open(folder: &Path, limit: u64) -> Self {
        let mut found: Vec<(SystemTime, String, u64)> = Vec::new();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else {
                continue;
            };
            let name = entry.file_name().to_string_lossy().into_owned();
            if about.is_file() && is_name(&name) {
                let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                found.push((used, name, about.len()));
            } else if about.is_file() {
                // A file that was never finished.
                let _ = fs::remove_file(entry.path());
            }
        }
        found.sort();
        let mut files = Files::default();
        for (_, name, bytes) in found {
            files.note(name, bytes);
        }
        let cache = Self {
            folder: folder.to_owned(),
            limit,
            files: Mutex::new(files),
        };
        cache.shrink();
        cache
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept under a name. A damaged file is dropped, as if it had never been there.
    pub(super) fn get(&self, name: &str, now: Timestamp) -> Option<Kept> {
        let mut files = self.files();
        files.known.get(name)?;
        let path = self.folder.join(name);
        let Some(kept) = read(&path, now) else {
            let _ = fs::remove_file(&path);
            files.forget(name);
            return None;
        };
        files.turn += 1;
        let turn = files.turn;
        if let Some(entry) = files.known.get_mut(name) {
            entry.used = turn;
        }
        Some(kept)
    }

    /// Keeps something; the file is there whole or not at all.
    pub(super) fn put(&self, name: &str, kept: &Kept) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let payload = match kept {
            Kept::Picture(bytes) => [&[1][..], bytes].concat(),
            Kept::Nothing(at) => [&[0][..], &at.micros().to_be_bytes()].concat(),
        };
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&print(&payload))?;
        file.write_all(&payload)?;
        file.persist(self.folder.join(name)).map_err(|e| e.error)?;
        let bytes = (PRINT + payload.len()) as u64;
        self.files().note(name.to_owned(), bytes);
        self.shrink();
        Ok(())
    }

    /// Forgets files that somebody else removed, and gives up what is too much; how many files are left,
    /// and their bytes.
    pub(super) fn tidy(&self) -> (u64, u64) {
        let mut files = self.files();
        let gone: Vec<String> = files
            .known
            .keys()
            .filter(|name| !self.folder.join(name).exists())
            .cloned()
            .collect();
        for name in gone {
            files.forget(&name);
        }
        drop(files);
        self.shrink();
        let files = self.files();
        (files.known.len() as u64, files.bytes)
    }

    /// Bytes of all that is kept.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.files().bytes
    }

    /// Gives up what was not used for longest, a tenth below the limit so that it is not done each time.
    fn shrink(&self) {
        let mut files = self.files();
        if files.bytes <= self.limit {
            return;
        }
        let mut by_use: Vec<(u64, String)> = files
            .known
            .iter()
            .map(|(name, entry)| (entry.used, name.clone()))
            .collect();
        by_use.sort_unstable();
        for (_, name) in by_use {
            if files.bytes <= self.limit / 10 * 9 {
                break;
            }
            let _ = fs::remove_file(self.folder.join(&name));
            files.forget(&name);
        }
    }
}

impl Files {
    fn note(&mut self, name: String, bytes: u64) {
        self.turn += 1;
        let used = self.turn;
        let before = self.known.insert(name, Entry { bytes, used });
        self.bytes += bytes;
        self.bytes -= before.map_or(0, |entry| entry.bytes);
    }

    fn forget(&mut self, name: &str) {
        if let Some(entry) = self.known.remove(name) {
            self.bytes -= entry.bytes;
        }
    }
}

fn print(bytes: &[u8]) -> [u8; PRINT] {
    Sha256::digest(bytes).into()
}

/// The name of the file for something that is named by any text.
pub(super) fn name(of: &str) -> String {
    data_encoding::HEXLOWER.encode(&print(of.as_bytes()))
}

fn is_name(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

fn read(path: &Path, now: Timestamp) -> Option<Kept> {
    let file = File::open(path).ok()?;
    let mut all = Vec::new();
    (&file).take(LONGEST + 1).read_to_end(&mut all).ok()?;
    let (fingerprint, payload) = all.split_at_checked(PRINT)?;
    if all.len() as u64 > LONGEST || *fingerprint != print(payload) {
        return None;
    }
    let micros = u64::try_from(now.micros()).unwrap_or_default();
    // When it was used is remembered beyond this run, where the folder allows it.
    let _ = file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_micros(micros));
    match payload.split_first()? {
        (1, picture) => Some(Kept::Picture(picture.to_vec())),
        (0, at) => {
            let micros = i64::from_be_bytes(at.try_into().ok()?);
            Some(Kept::Nothing(Timestamp::from_micros(micros)))
        }
        _ => None,
    }
}
