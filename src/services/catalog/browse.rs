//! Browsing without typing: the category tree and the colours, with how much each holds.

use crate::domain::Scope;
use crate::domain::query::CatalogQuery;
use crate::domain::rows::{CategoryRow, ColorRow};
use crate::error::Result;
use crate::services::App;

impl App {
    /// The category tree; nodes without items are left out.
    pub fn categories(&self, scope: &Scope) -> Result<Vec<CategoryRow>> {
        let names = self.names();
        let counts = self.count_items(scope, &CatalogQuery::default())?;
        Ok(counts
            .categories
            .into_iter()
            .filter_map(|(id, items)| {
                let node = names.tree().get(id)?;
                Some(CategoryRow {
                    id,
                    name: node.name.clone(),
                    parent: node.parent,
                    items,
                })
            })
            .collect())
    }

    /// Every colour by name, also those no item is known in.
    pub fn colors(&self, scope: &Scope) -> Result<Vec<ColorRow>> {
        let counts = self.count_items(scope, &CatalogQuery::default())?;
        Ok(self
            .names()
            .colors()
            .into_iter()
            .map(|color| {
                let of = counts.colors.iter().find(|(id, _)| *id == color.id);
                ColorRow {
                    items: of.map_or(0, |(_, items)| *items),
                    color,
                }
            })
            .collect())
    }
}
