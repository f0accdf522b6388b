//! What BrickLink says of an item when it is asked for one.

use serde::{Deserialize, Serialize};

use crate::domain::{CategoryId, ColorId, Dimensions, Grams, ItemKey};

/// An item as the service describes it. Texts are decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogFacts {
    /// Type and number.
    pub key: ItemKey,
    /// Name.
    pub name: String,
    /// Numbers it is also known by.
    pub alternates: Vec<String>,
    /// Category.
    pub category: CategoryId,
    /// First year; `None`: not said.
    pub year: Option<u16>,
    /// Weight; `None`: unknown.
    pub weight: Option<Grams>,
    /// Size; `None`: unknown.
    pub dimensions: Option<Dimensions>,
    /// Address of its picture, with `https:`; may be empty.
    pub image: String,
    /// No longer made under this number.
    pub obsolete: bool,
}

/// A number printed on packaging, and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementLink {
    /// Item.
    pub item: ItemKey,
    /// Colour.
    pub color: ColorId,
    /// The element id.
    pub element: String,
}
