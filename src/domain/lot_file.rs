//! Files (batch collections): named lists of lots that are not part of the live stock until their owner
//! releases them.

use serde::{Deserialize, Serialize};

use super::{FileId, Timestamp, UserId};

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotFile {
    /// Its number.
    pub id: FileId,
    /// Its name, unique in the shop whatever its letter case.
    pub name: String,
    /// What it is for; may be empty.
    pub note: String,
    /// Its lots are rows of an import that is still being looked at.
    pub review: bool,
    /// When it was made.
    pub created: Timestamp,
    /// By whom.
    pub created_by: UserId,
}

/// A file in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotFileRow {
    /// The file.
    pub file: LotFile,
    /// Lots in it.
    pub lots: u32,
    /// Pieces in it.
    pub pieces: u64,
    /// Who made it.
    pub by: String,
}

/// Longest name, in characters.
pub const MAX_FILE_NAME: usize = 60;
