//! The schema's version, and the steps that bring an older file up to it.

use redb::{Database, ReadableDatabase, WriteTransaction};

use super::disk;
use super::tables::META;
use super::tx::{Reading, Tx};
use crate::error::{Error, Result};

/// The schema that this program writes. Raised together with a step of the list below and a golden file
/// of the version before under `tests/golden/`.
pub const SCHEMA: u64 = 2;

const KEY: &str = "schema";

/// `STEPS[n]` brings version n + 1 up to n + 2.
const STEPS: [fn(&WriteTransaction) -> Result<()>; 1] = [super::schema1::step];

/// Keeps a copy of the file before a step; told the schema it has.
pub(super) type Keep<'k> = &'k dyn Fn(u64) -> Result<()>;

/// Brings the file up to [`SCHEMA`], or refuses it.
pub(super) fn bring_up(database: &Database, keep: Keep<'_>) -> Result<()> {
    let reading = database.begin_read().map_err(|e| disk(&e))?;
    let found = Tx::Read(&Reading::new(reading)).meta_number(KEY)?;
    match found {
        Some(SCHEMA) => return Ok(()),
        Some(newer) if newer > SCHEMA => {
            return Err(Error::storage(format!(
                "This data was written by a newer brickops (schema {newer}; this one knows {SCHEMA}). Install the newer program; nothing was changed."
            )));
        }
        _ => {}
    }
    // An empty file starts at the present schema; there is nothing to bring up.
    let from = found.unwrap_or(SCHEMA);
    if from < SCHEMA {
        keep(from)?;
    }
    let mut writing = database.begin_write().map_err(|e| disk(&e))?;
    writing
        .set_durability(redb::Durability::Immediate)
        .map_err(|e| disk(&e))?;
    for step in from..SCHEMA {
        let at = usize::try_from(step - 1).unwrap_or(usize::MAX);
        let run = STEPS.get(at).ok_or_else(|| {
            Error::internal(format!("There is no way from schema {step} to {SCHEMA}."))
        })?;
        run(&writing)?;
    }
    {
        let mut meta = writing.open_table(META).map_err(|e| disk(&e))?;
        meta.insert(KEY, SCHEMA.to_le_bytes().as_slice())
            .map_err(|e| disk(&e))?;
    }
    writing.commit().map_err(|e| disk(&e))
}
