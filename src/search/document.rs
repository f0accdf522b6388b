//! What the catalogue hands to the search engine: one flat record per item.
//!
//! The store's own item type stays out of here, so that the index can be built, tested and
//! measured without it.

use serde::{Deserialize, Serialize};

/// Item types in the order in which results show them.
pub const KINDS: [u8; 9] = *b"PMSGBCIOU";

/// One item as the index sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchDoc {
    /// The caller's identity of the item; in a fresh build its position by [`super::rank_key`].
    pub id: u32,
    /// Type letter: one of [`KINDS`].
    pub kind: u8,
    /// Item number as printed.
    pub no: String,
    /// Other numbers of the same item.
    pub alternates: Vec<String>,
    /// Name, decoded.
    pub name: String,
    /// Category id.
    pub category: u32,
    /// Names of the category path, e.g. `Star Wars / Star Wars Episode 3`.
    pub category_path: String,
    /// Year of release.
    pub year: Option<u16>,
    /// Known colours.
    pub colors: Vec<u16>,
    /// Element ids in any colour.
    pub elements: Vec<String>,
    /// Has a pattern, print or sticker on it.
    pub printed: bool,
    /// No longer made; `None` when nobody knows.
    pub obsolete: Option<bool>,
    /// Cabinet and bin where the part is kept.
    pub bin: Option<(char, u16)>,
    /// Gone from the marketplace's catalogue.
    pub vanished: bool,
    /// Further words that should find it.
    pub keywords: Vec<String>,
}

/// Which state of the catalogue an index was made from; kept in the commit's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Layout of the index; another one means rebuild.
    pub schema: u32,
    /// Generation of the catalogue.
    pub generation: u64,
    /// Last change of the catalogue that is in the index.
    pub seq: u64,
}

impl Stamp {
    /// A stamp in today's layout.
    pub fn new(generation: u64, seq: u64) -> Self {
        Self {
            schema: super::schema::VERSION,
            generation,
            seq,
        }
    }
}
