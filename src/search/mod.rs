//! Search in the catalogue, one keystroke at a time.
//!
//! 153,000 items answer in well under half a millisecond because their order is fixed when the
//! index is built: items are written by rank, so the first documents that fit are the best
//! ones, and the walk stops when the page is full. What makes one item better than another for
//! a given query is which step finds it (number, nickname, name, words, beginnings), never a
//! score per document.
//!
//! The boundary: documents come in as [`SearchDoc`], item ids go out. The index is derived from
//! the store and knows nothing of it.

mod answer;
mod docset;
mod document;
mod error;
mod facets;
mod facts;
mod filter;
mod index;
mod lexicon;
mod nicknames;
mod numbers;
mod query;
mod rank;
mod schema;
mod scribe;
mod segment;
mod similar;
mod spelling;
mod starts;
mod tokens;
mod walk;

pub use answer::Hits;
pub use document::{KINDS, SearchDoc, Stamp};
pub use error::SearchError;
pub use facets::Facets;
pub use filter::{BinFilter, Filter, Known};
pub use index::{CatalogIndex, Opened};
pub use nicknames::Nicknames;
pub use query::{Query, Tier};
pub use rank::{RankKey, rank_key};
pub use spelling::Spelled;
