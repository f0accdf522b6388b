//! Colours and categories by number, held in memory: nearly every row on a screen needs them.
//!
//! Small (213 colours, some thousand nodes) and rebuilt from the store whenever the catalogue changes.

use std::collections::{BTreeMap, HashMap};

use super::catalog::index::CategoryPositions;
use crate::domain::{CategoryId, CategoryTree, Color, ColorId};
use crate::error::Result;
use crate::store::Store;

/// The reference tables of the catalogue.
#[derive(Debug, Default)]
pub struct Names {
    colors: HashMap<ColorId, Color>,
    tree: CategoryTree,
    positions: CategoryPositions,
}

impl Names {
    /// Reads them from the store; empty before the first import.
    pub fn load(store: &Store) -> Result<Self> {
        store.read(|tx| {
            let Some(catalog) = tx.catalog()? else {
                return Ok(Self::default());
            };
            let tree = CategoryTree::from_nodes(catalog.categories()?);
            Ok(Self {
                colors: catalog.colors()?.into_iter().map(|c| (c.id, c)).collect(),
                positions: CategoryPositions::of(&tree),
                tree,
            })
        })
    }

    /// A colour; one the catalogue does not know is shown by its number.
    pub fn color(&self, id: ColorId) -> Color {
        self.colors
            .get(&id)
            .cloned()
            .unwrap_or_else(|| Color::unknown(id))
    }

    /// Whether the catalogue knows the colour.
    pub fn knows_color(&self, id: ColorId) -> bool {
        self.colors.contains_key(&id)
    }

    /// Every colour, by name.
    pub fn colors(&self) -> Vec<Color> {
        let mut all: Vec<Color> = self.colors.values().cloned().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        all
    }

    /// Category numbers as the index counts them.
    pub(crate) fn positions(&self) -> &CategoryPositions {
        &self.positions
    }

    /// Counts of single nodes as counts of whole branches; nodes without any are left out.
    pub fn roll_up(
        &self,
        counts: impl Iterator<Item = (CategoryId, u32)>,
    ) -> Vec<(CategoryId, u32)> {
        let mut sums: BTreeMap<CategoryId, u32> = BTreeMap::new();
        for (leaf, count) in counts {
            let mut at = Some(leaf);
            while let Some(node) = at.and_then(|id| self.tree.get(id)) {
                *sums.entry(node.id).or_default() += count;
                at = node.parent;
            }
        }
        sums.into_iter().collect()
    }

    /// The category tree.
    pub fn tree(&self) -> &CategoryTree {
        &self.tree
    }
}
