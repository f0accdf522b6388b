//! Items that no import brought: they were fetched by their number, and are found by it.
//!
//! The catalogue numbers its items; these get numbers of their own above all of those, for as long as the
//! program runs.

use std::sync::{Mutex, PoisonError};

use crate::domain::query::CatalogQuery;
use crate::domain::rows::ItemRow;
use crate::domain::{Item, ItemKey, ItemKind, Scope};
use crate::error::Result;
use crate::services::App;
use crate::services::freshen::merged;
use crate::services::rights::{Right, allowed};

/// The first number that no item of the catalogue has.
const FIRST: u32 = 1 << 31;

/// Numbers of items that only were fetched.
#[derive(Debug, Default)]
pub(crate) struct Beside(Mutex<Vec<ItemKey>>);

impl Beside {
    fn number(&self, key: ItemKey) -> u32 {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = keys.iter().position(|known| *known == key);
        let at = at.unwrap_or_else(|| {
            keys.push(key);
            keys.len() - 1
        });
        FIRST.saturating_add(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn key(&self, number: u32) -> Option<ItemKey> {
        let at = usize::try_from(number.checked_sub(FIRST)?).ok()?;
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(at).cloned()
    }
}

impl App {
    /// An item that only was fetched.
    pub(super) fn fetched_only(&self, key: &ItemKey) -> Result<Option<Item>> {
        self.store.read(|tx| {
            let fetched = tx.fetched_item(key)?;
            let imported = match tx.catalog()? {
                Some(catalog) => catalog.find(key)?.is_some(),
                None => false,
            };
            Ok(merged(None, fetched.as_ref()).filter(|_| !imported))
        })
    }

    /// Numbers of the items that bear exactly the number that is asked for and only were fetched.
    pub(super) fn beside(&self, query: &CatalogQuery) -> Result<Vec<u32>> {
        let no = query.text.trim();
        let mut other = query.filter.clone();
        let kinds = std::mem::take(&mut other.kinds);
        if no.is_empty() || query.own.is_some() || other.active() > 0 {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for kind in ItemKind::ALL {
            if !kinds.is_empty() && !kinds.contains(&kind) {
                continue;
            }
            if let Some(item) = self.fetched_only(&ItemKey::new(kind, no))? {
                found.push(self.beside.number(item.key));
            }
        }
        Ok(found)
    }

    /// Splits numbers of a list into rows of what only was fetched, which comes first in every list, and
    /// the numbers of the catalogue.
    pub(super) fn beside_rows<'i>(
        &self,
        scope: &Scope,
        ids: &'i [u32],
    ) -> Result<(Vec<ItemRow>, &'i [u32])> {
        let split = ids.iter().take_while(|id| **id >= FIRST).count();
        let (beside, ids) = ids.split_at(split);
        let mut rows = Vec::with_capacity(ids.len() + split);
        for id in beside {
            let Some(key) = self.beside.key(*id) else {
                continue;
            };
            if let Some(item) = self.fetched_only(&key)? {
                rows.push(self.beside_row(scope, item)?);
            }
        }
        Ok((rows, ids))
    }

    fn beside_row(&self, scope: &Scope, item: Item) -> Result<ItemRow> {
        let stocked = allowed(scope, Right::ReadInventory);
        let (stock, own) = self.store.read(|tx| {
            let shop = tx.shop(scope);
            let lots = if stocked {
                shop.stock_of(&item.key)?
            } else {
                Vec::new()
            };
            let stock = lots.into_iter().map(|(_, pieces)| pieces).sum();
            Ok((stock, shop.overlay(&item.key)?))
        })?;
        let names = self.names();
        let category = names.tree().get(item.category);
        let (own_bin, tags) = own.map_or((None, Vec::new()), |own| (own.bin, own.tags));
        Ok(ItemRow {
            printed: item.printed(),
            colors: u16::try_from(item.colors.len()).unwrap_or(u16::MAX),
            year: item.year,
            bin: item.bin,
            own_bin,
            tags,
            vanished: false,
            stock,
            category: category.map_or_else(String::new, |node| node.name.clone()),
            score: 0,
            key: item.key,
            name: item.name,
        })
    }
}
