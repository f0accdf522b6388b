//! Names that nearly every row on a screen needs, held in memory: colours and categories, and those of
//! the items that were shown lately.
//!
//! Small (213 colours, some thousand nodes, at most `ITEMS` items) and begun anew whenever the
//! catalogue changes.

use std::collections::{BTreeMap, HashMap};

use std::sync::{Mutex, PoisonError};

use super::catalog::index::CategoryPositions;
use crate::domain::{CategoryId, CategoryTree, Color, ColorId, ItemKey};
use crate::error::Result;
use crate::store::{Catalog, Store};

/// Names of items that are kept; 20,000 take two megabytes.
const ITEMS: usize = 20_000;

/// What rows say of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ItemFacts {
    pub(crate) name: String,
    pub(crate) category: Option<CategoryId>,
    /// Milligrams of a piece.
    pub(crate) weight: Option<u32>,
}

/// The reference tables of the catalogue.
#[derive(Debug, Default)]
pub struct Names {
    colors: HashMap<ColorId, Color>,
    tree: CategoryTree,
    positions: CategoryPositions,
    /// The catalogue all of this is of; `None` before the first import.
    generation: Option<u32>,
    /// Two look-ups and a whole record each in the store, and a page asks for fifty.
    items: Mutex<HashMap<ItemKey, Option<ItemFacts>>>,
}

impl Names {
    /// Reads them from the store; empty before the first import.
    pub fn load(store: &Store) -> Result<Self> {
        store.read(|tx| {
            let Some(catalog) = tx.catalog()? else {
                return Ok(Self::default());
            };
            let tree = CategoryTree::from_nodes(catalog.categories()?);
            let fetched = tx.reference()?.map_or_else(Vec::new, |found| found.colors);
            let mut colors: HashMap<ColorId, Color> =
                fetched.into_iter().map(|c| (c.id, c)).collect();
            colors.extend(catalog.colors()?.into_iter().map(|c| (c.id, c)));
            Ok(Self {
                colors,
                positions: CategoryPositions::of(&tree),
                tree,
                generation: Some(catalog.head().generation),
                items: Mutex::default(),
            })
        })
    }

    /// The name of an item by the catalogue; `None` where it does not know the item.
    pub(crate) fn of_item(
        &self,
        catalog: Option<&Catalog<'_>>,
        item: &ItemKey,
    ) -> Result<Option<String>> {
        Ok(self.facts_of(catalog, item)?.map(|facts| facts.name))
    }

    /// What rows say of an item; `None` where the catalogue does not know it.
    pub(crate) fn facts_of(
        &self,
        catalog: Option<&Catalog<'_>>,
        item: &ItemKey,
    ) -> Result<Option<ItemFacts>> {
        // The catalogue may just be changing.
        if catalog.map(|catalog| catalog.head().generation) != self.generation {
            return facts_of(catalog, item);
        }
        let items = || self.items.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = items().get(item) {
            return Ok(known.clone());
        }
        let facts = facts_of(catalog, item)?;
        let mut items = items();
        if items.len() >= ITEMS {
            items.clear();
        }
        items.insert(item.clone(), facts.clone());
        Ok(facts)
    }

    /// Something else is known of an item from now on.
    pub(crate) fn forget_item(&self, item: &ItemKey) {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.remove(item);
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

    /// The colour of a name, whatever its letters.
    pub fn color_named(&self, name: &str) -> Option<ColorId> {
        let found = self
            .colors
            .values()
            .find(|color| color.name.eq_ignore_ascii_case(name.trim()));
        found.map(|color| color.id)
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

/// The same, read from the store.
fn facts_of(catalog: Option<&Catalog<'_>>, item: &ItemKey) -> Result<Option<ItemFacts>> {
    let Some(catalog) = catalog else {
        return Ok(None);
    };
    let Some(id) = catalog.find(item)? else {
        return Ok(catalog.fetched(item)?.map(|facts| ItemFacts {
            name: facts.name,
            category: Some(facts.category),
            weight: facts.weight.map(|grams| grams.0),
        }));
    };
    Ok(catalog.record(id)?.map(|record| ItemFacts {
        name: record.name,
        category: Some(record.category),
        weight: record.weight.map(|grams| grams.0),
    }))
}

/// The name alone.
pub(crate) fn name_of(catalog: Option<&Catalog<'_>>, item: &ItemKey) -> Result<Option<String>> {
    Ok(facts_of(catalog, item)?.map(|facts| facts.name))
}
