//! Saved views of the inventory: filter, order and columns under a name.

use serde::{Deserialize, Serialize};

use super::{LotColumn, LotQuery};

/// A view that a person saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotView {
    /// Its name, unique for the person whatever its letter case.
    pub name: String,
    /// Filter and order. The filter is kept as text, so that `added<30d` stays an age.
    pub query: LotQuery,
    /// Columns, from the left.
    pub columns: Vec<LotColumn>,
}

/// Longest name, in characters.
pub const MAX_VIEW_NAME: usize = 40;
/// Most views of one person.
pub const MAX_VIEWS: usize = 50;
