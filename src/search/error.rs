//! What can go wrong while building, opening or asking the index.
//!
//! Nothing here is fatal for the shop: the index is derived from the store, so the
//! owner's answer to every one of these is to rebuild it.

use std::io;

/// Every failure of the search engine.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The index library refused.
    #[error("search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// A file of the index could not be read or written.
    #[error("search index files: {0}")]
    Io(#[from] io::Error),
    /// The commit's payload is not ours.
    #[error("search index payload: {0}")]
    Payload(#[from] serde_json::Error),
    /// The files are there but do not hold what this version writes.
    #[error("search index is unusable: {0}")]
    Damaged(String),
    /// A document cannot be indexed.
    #[error("item {no}: {reason}")]
    Document {
        /// The item's number.
        no: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A line of a nickname table is not `nickname<TAB>target`.
    #[error("nickname table, line {line}: {reason}")]
    Nickname {
        /// Counted from one.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}
