//! A disk whose power fails at a chosen moment.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use brickops::error::Error;
use brickops::store::Opener;
use redb::{Database, StorageBackend};

/// A disk that stands still at a chosen sync. Until then it keeps apart what is certain to survive.
#[derive(Debug, Default)]
struct Platter {
    written: Vec<u8>,
    synced: Vec<u8>,
    /// Written since the last sync, in order.
    loose: Vec<(usize, Vec<u8>)>,
    syncs: usize,
    /// The sync that fails, and everything after it.
    fuse: Option<usize>,
    dead: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Disk(Arc<Mutex<Platter>>);

impl Disk {
    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn alive<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
        self.with(|platter| {
            if platter.dead {
                Err(io::Error::other("the power is off"))
            } else {
                Ok(act(platter))
            }
        })
    }

    /// The `nth` sync from now on fails, and everything after it.
    pub fn fails_after(&self, nth: usize) {
        self.with(|platter| platter.fuse = Some(platter.syncs + nth));
    }

    pub fn is_dead(&self) -> bool {
        self.with(|platter| platter.dead)
    }

    /// Syncs so far.
    pub fn syncs(&self) -> usize {
        self.with(|platter| platter.syncs)
    }

    pub fn opener(&self) -> Opener {
        let disk = self.clone();
        Arc::new(move || {
            Database::builder()
                .create_with_backend(disk.clone())
                .map_err(|e| Error::storage(e.to_string()))
        })
    }

    /// The disk as it is found when the power is back: what was synced, and some of what was not.
    pub fn after_the_failure(&self) -> Self {
        self.with(|platter| {
            let mut found = platter.synced.clone();
            let kept = (platter.syncs * 7) % (platter.loose.len() + 1);
            for (at, bytes) in &platter.loose[..kept] {
                let end = at + bytes.len();
                if found.len() < end {
                    found.resize(end, 0);
                }
                found[*at..end].copy_from_slice(bytes);
            }
            found.resize(found.len().max(platter.written.len()), 0);
            Self::holding(found)
        })
    }

    /// One with these bytes on it.
    pub fn holding(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            written: bytes.clone(),
            synced: bytes,
            ..Platter::default()
        })))
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.with(|platter| platter.written.clone())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.alive(|platter| platter.written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        self.alive(|platter| out.copy_from_slice(&platter.written[start..start + out.len()]))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.alive(|platter| platter.written.resize(len, 0))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.with(|platter| {
            platter.syncs += 1;
            platter.dead |= platter.fuse.is_some_and(|fuse| platter.syncs >= fuse);
        });
        self.alive(|platter| {
            platter.synced = platter.written.clone();
            platter.loose.clear();
        })
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).map_err(io::Error::other)?;
        self.alive(|platter| {
            platter.written[start..start + data.len()].copy_from_slice(data);
            platter.loose.push((start, data.to_vec()));
        })
    }
}
