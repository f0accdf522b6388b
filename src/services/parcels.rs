//! Bytes that a client fetches piece by piece: what was exported or drawn, and is too large for one answer.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tempfile::SpooledTempFile;

use super::App;
use super::rights::{Right, allow};
use crate::domain::{Scope, TenantId, UserId};
use crate::error::{Error, Result};

/// Bytes of one piece.
const PIECE: u64 = 1024 * 1024;
/// Bytes of a parcel that stay in memory; a longer one lies in a file without a name.
const IN_MEMORY: usize = 4 * 1024 * 1024;
/// Parcels that are kept; the oldest goes first.
const KEPT: usize = 16;

struct Parcel {
    id: u64,
    owner: (TenantId, UserId),
    bytes: SpooledTempFile,
}

/// Parcels that wait to be fetched.
#[derive(Default)]
pub(crate) struct Parcels {
    kept: Mutex<(u64, VecDeque<Parcel>)>,
}

fn failed(error: &std::io::Error) -> Error {
    Error::storage(format!(
        "There is no room to put the bytes together ({error}). Make room and try again."
    ))
}

impl App {
    /// Something to write a parcel into.
    pub(crate) fn new_parcel(&self) -> SpooledTempFile {
        let dir = if self.data_dir.is_dir() {
            self.data_dir.clone()
        } else {
            std::env::temp_dir()
        };
        tempfile::spooled_tempfile_in(IN_MEMORY, dir)
    }

    /// Keeps a parcel for whoever asked for it; gives its number and length in bytes.
    pub(crate) fn keep_parcel(
        &self,
        scope: &Scope,
        mut bytes: SpooledTempFile,
    ) -> Result<(u64, u64)> {
        let len = bytes.seek(SeekFrom::End(0)).map_err(|e| failed(&e))?;
        let mut kept = self
            .parcels
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.0 += 1;
        let id = kept.0;
        kept.1.push_back(Parcel {
            id,
            owner: (scope.tenant, scope.user),
            bytes,
        });
        if kept.1.len() > KEPT {
            kept.1.pop_front();
        }
        Ok((id, len))
    }

    /// A piece of a parcel from `offset` on, in bytes; an empty one is its end, and then it is dropped.
    ///
    /// # Errors
    /// `NotFound` when it is not kept any more or belongs to somebody else.
    pub fn parcel_piece(&self, scope: &Scope, id: u64, offset: u64) -> Result<Vec<u8>> {
        allow(scope, Right::ReadInventory)?;
        let mut kept = self
            .parcels
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let at = kept
            .1
            .iter()
            .position(|parcel| parcel.id == id && parcel.owner == (scope.tenant, scope.user))
            .ok_or_else(|| Error::not_found("This is not kept any more. Export it again."))?;
        let mut piece = Vec::new();
        if let Some(parcel) = kept.1.get_mut(at) {
            parcel
                .bytes
                .seek(SeekFrom::Start(offset))
                .and_then(|_| (&mut parcel.bytes).take(PIECE).read_to_end(&mut piece))
                .map_err(|e| failed(&e))?;
        }
        if piece.is_empty() {
            kept.1.remove(at);
        }
        Ok(piece)
    }
}

/// Writes a file whole or not at all: beside its place, then renamed. Gives its length in bytes.
///
/// # Errors
/// `Storage` when the folder cannot be written, is full, or is not there.
pub(crate) fn write_whole<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn std::io::Write) -> Result<T>,
) -> Result<(T, u64)> {
    let failed = |error: &std::io::Error| {
        Error::storage(format!(
            "{} cannot be written ({error}). Choose another place.",
            path.display()
        ))
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(dir.unwrap_or(Path::new("."))).map_err(|e| failed(&e))?;
    let done = write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(|e| failed(&e))?;
    let len = file.as_file().metadata().map_err(|e| failed(&e))?.len();
    file.persist(path).map_err(|e| failed(&e.error))?;
    Ok((done, len))
}
