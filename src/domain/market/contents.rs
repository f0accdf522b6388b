//! What is in a set, and in which sets an item is.

use serde::{Deserialize, Serialize};

use crate::domain::{ColorId, ItemKey};

/// An item within a set or another assembly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contained {
    /// Items of the same group above 0 stand for each other.
    pub group: u32,
    /// What.
    pub item: ItemKey,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: ColorId,
    /// Pieces that the set needs.
    pub quantity: u32,
    /// Pieces that come beside those.
    pub extra: u32,
    /// Found instead of another; not counted when a set is parted out.
    pub alternate: bool,
    /// Made of parts that are counted already; not counted when a set is parted out.
    pub counterpart: bool,
}

/// How an item is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Appears {
    /// As one of its parts.
    Regular,
    /// Beside its parts.
    Extra,
    /// Instead of another.
    Alternate,
    /// As an assembly of its parts.
    Counterpart,
}

/// A set or another assembly that holds an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Containing {
    /// The colour in which the item is there.
    pub color: ColorId,
    /// What holds it.
    pub item: ItemKey,
    /// Its name.
    pub name: String,
    /// Pieces in it.
    pub quantity: u32,
    /// How.
    pub appears: Appears,
}
