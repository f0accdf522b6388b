//! What a shop keeps of an item of its own: tags, notes, and a bin of its own sorting grid.
//!
//! It stands beside the global record and is never merged into it.

use serde::{Deserialize, Serialize};

use super::{ItemKey, SortBin, Timestamp, UserId};

/// Most tags of one item.
pub const MAX_TAGS: usize = 20;
/// Longest tag, in characters.
pub const MAX_TAG: usize = 40;
/// Longest notes, in characters.
pub const MAX_NOTES: usize = 2_000;

/// What a shop keeps of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// The item.
    pub item: ItemKey,
    /// Tags, in the order they were given; unique whatever their letter case.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: String,
    /// Square of the shop's own sorting grid.
    pub bin: Option<SortBin>,
    /// When it was last changed.
    pub changed: Timestamp,
    /// By whom.
    pub by: UserId,
}

impl Overlay {
    /// Whether it says nothing and need not be kept.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.notes.is_empty() && self.bin.is_none()
    }
}

/// What a person changes of an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OverlayEdit {
    /// All tags from now on; `None`: as they are.
    pub tags: Option<Vec<String>>,
    /// Notes from now on; `None`: as they are.
    pub notes: Option<String>,
    /// Bin from now on; `Some(None)`: none.
    pub bin: Option<Option<SortBin>>,
}

/// An overlay in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayRow {
    /// The overlay.
    pub overlay: Overlay,
    /// Name of the item, if the catalogue knows it.
    pub name: String,
    /// The global bin.
    pub global_bin: Option<SortBin>,
    /// Who changed it last.
    pub by: String,
}

/// The place that is proposed for an item: the shop's own bin wins.
pub fn proposed_bin(overlay: Option<&Overlay>, global: Option<SortBin>) -> Option<SortBin> {
    overlay.and_then(|overlay| overlay.bin).or(global)
}
