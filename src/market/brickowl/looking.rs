//! In which order BrickOwl is asked for an item, for whoever asks for many at once.

use super::client::BrickOwl;
use super::mapping::{self, Look};
use crate::domain::ItemKey;

impl BrickOwl {
    /// The ways of asking for an item, the likeliest first; empty: it does not sell such things. `name` tells
    /// stickers from parts and may be empty.
    pub fn looks(&self, item: &ItemKey, name: &str) -> Vec<Look> {
        mapping::looks(item, name, self.settings.habits)
    }
}
