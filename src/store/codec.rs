//! Records as bytes: a version byte, then the record.
//!
//! One of the two places that know bincode; the other is `api::framing`. Golden bytes under
//! `tests/` pin the format, so that another crate can take over without touching data.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// A type that is kept in the store.
pub trait Record: Serialize + DeserializeOwned {
    /// Name for messages.
    const NAME: &'static str;
    /// Changes whenever the fields do; older versions are brought up by a migration.
    const VERSION: u8;
}

/// Longest record in bytes; far above any real one, far below what would hurt.
const MAX_RECORD: usize = 16 * 1024 * 1024;

fn config() -> impl bincode::config::Config {
    bincode::config::standard().with_limit::<MAX_RECORD>()
}

/// A record as bytes.
pub fn pack<R: Record>(record: &R) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(64);
    bytes.push(R::VERSION);
    bincode::serde::encode_into_std_write(record, &mut bytes, config())
        .map_err(|e| Error::internal(format!("A {} could not be packed: {e}.", R::NAME)))?;
    Ok(bytes)
}

/// Bytes as a record.
pub fn unpack<R: Record>(bytes: &[u8]) -> Result<R> {
    let damaged = |why: String| {
        Error::storage(format!(
            "A {} in the database cannot be read ({why}). Restore the latest backup.",
            R::NAME
        ))
    };
    let (version, payload) = bytes
        .split_first()
        .ok_or_else(|| damaged("it is empty".into()))?;
    if *version != R::VERSION {
        return Err(damaged(format!(
            "version {version} instead of {}",
            R::VERSION
        )));
    }
    let (record, used) =
        bincode::serde::decode_from_slice(payload, config()).map_err(|e| damaged(e.to_string()))?;
    if used == payload.len() {
        Ok(record)
    } else {
        Err(damaged(format!("{} bytes too many", payload.len() - used)))
    }
}
