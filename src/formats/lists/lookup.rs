//! What the reader or writer of a list must ask somebody who has a catalogue.

use crate::domain::{ColorId, ItemKey};

/// Answers from a catalogue; whoever has none answers nothing.
pub trait Lookup {
    /// The colour that a list names by word (`Red`, `Light Bluish Gray`); `None`: not known.
    fn color(&self, name: &str) -> Option<ColorId> {
        let _ = name;
        None
    }

    /// BrickOwl's number of an item, without colour; `None`: not known.
    fn boid(&self, item: &ItemKey) -> Option<String> {
        let _ = item;
        None
    }

    /// The item and colour behind BrickOwl's number, which may carry a colour (`306255-64`).
    fn by_boid(&self, boid: &str) -> Option<(ItemKey, Option<ColorId>)> {
        let _ = boid;
        None
    }

    /// BrickOwl's number of a colour; `None`: it has none.
    fn owl_color(&self, color: ColorId) -> Option<u32> {
        let _ = color;
        None
    }

    /// The colour that BrickOwl numbers so; `None`: not known.
    fn by_owl_color(&self, color: u32) -> Option<ColorId> {
        let _ = color;
        None
    }
}

/// Knows nothing: lists are read and written by what they hold themselves.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLookup;

impl Lookup for NoLookup {}
