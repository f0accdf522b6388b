//! Everything known about one item, with where each fact comes from and how old it is.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::find::whole;
use crate::domain::market::{FetchedItem, PriceState, Trouble};
use crate::domain::query::Obsolete;
use crate::domain::rows::{FactsRow, ItemColorRow, ItemDetail};
use crate::domain::{ColorId, Facts, Freshness, Item, ItemKey, Scope, Timestamp, Windows};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::freshen::merged;
use crate::services::rights::{NO_SHOP, Right, allow, allowed};

impl App {
    /// Where the catalogue says that a picture of an item is; `None`: it says nothing.
    pub(crate) fn address_of_picture(&self, key: &ItemKey) -> Result<Option<String>> {
        Ok(self.item_record(key)?.and_then(|item| item.image))
    }

    /// An item as the catalogue has it.
    pub(crate) fn item_record(&self, key: &ItemKey) -> Result<Option<Item>> {
        self.store.read(|tx| {
            let found = tx
                .catalog()?
                .map_or(Ok(None), |catalog| whole(&catalog, key))?;
            Ok(merged(
                found.map(|(_, item)| item),
                tx.fetched_item(key)?.as_ref(),
            ))
        })
    }

    /// The worst of an item's ages; `None`: something was never known.
    fn worst(&self, item: &Item, scope: &Scope) -> Option<Freshness> {
        let basics = self.windows.judge(item.basics.at, scope.now);
        let colors = self.windows.judge(item.colors_from?.at, scope.now);
        Some(basics.max(colors))
    }

    /// Has what is due of an item fetched, unless all of that is held back by a trouble, and says whether
    /// it is coming.
    fn expect(&self, scope: &Scope, item: &Item, fetched: Option<&FetchedItem>) -> PriceState {
        let worst = self.worst(item, scope);
        let old = |at: Option<Timestamp>| {
            at.is_none_or(|at| self.windows.judge(at, scope.now) != Freshness::Fresh)
        };
        let parts = [
            (
                old(Some(item.basics.at)),
                fetched.is_none_or(|known| known.facts.may_try(scope.now)),
            ),
            (
                old(item.colors_from.map(|from| from.at)),
                fetched.is_none_or(|known| known.colors.may_try(scope.now)),
            ),
        ];
        let due = parts.iter().any(|(old, _)| *old);
        let held = due && parts.iter().all(|(old, may_try)| !old || !may_try);
        if held {
            self.note_wish(scope, &item.key);
        } else {
            self.wish_fresh(scope, &item.key, None, worst);
        }
        self.fetching(scope, &item.key, due, held)
    }

    /// An item as its screen shows it.
    ///
    /// # Errors
    /// `NotFound` when the catalogue does not know it.
    pub fn item_detail(&self, scope: &Scope, key: &ItemKey) -> Result<ItemDetail> {
        allow(scope, Right::ReadCatalog)?;
        let (found, overlay, fetched) = self.store.read(|tx| {
            let found = tx
                .catalog()?
                .map_or(Ok(None), |catalog| whole(&catalog, key))?;
            Ok((found, tx.shop(scope).overlay(key)?, tx.fetched_item(key)?))
        })?;
        let (id, item) = found.unzip();
        let Some(item) = merged(item, fetched.as_ref()) else {
            return Err(unknown(key));
        };
        let failed = fetched
            .as_ref()
            .is_some_and(|one| one.facts.trouble.is_some() || one.colors.trouble.is_some());
        self.answered(scope, self.worst(&item, scope), failed);
        let fetching = self.expect(scope, &item, fetched.as_ref());
        let lots = if allowed(scope, Right::ReadInventory) {
            self.lots_of_item(scope, &item.key)?
        } else {
            Vec::new()
        };
        let mut stock: HashMap<ColorId, u32> = HashMap::new();
        for lot in &lots {
            *stock.entry(lot.color.id).or_default() += lot.stock.available;
        }
        let prices = if scope.tenant == NO_SHOP {
            None
        } else {
            let most = stock
                .iter()
                .max_by_key(|(id, pieces)| (**pieces, Reverse(**id)));
            let first = item.colors.first().map(|known| known.color);
            let color = most.map(|(id, _)| *id).or(first).unwrap_or(ColorId(0));
            Some(Box::new(self.stored_sheet(
                scope,
                (&item.key, color),
                &lots,
            )?))
        };
        let names = self.names();
        let mut colors: Vec<ItemColorRow> = item
            .colors
            .iter()
            .map(|known| ItemColorRow {
                color: names.color(known.color),
                elements: known.elements.clone(),
                stock: stock.remove(&known.color).unwrap_or(0),
            })
            .collect();
        // Colours that the catalogue does not list and the shop has all the same.
        let mut own: Vec<(ColorId, u32)> = stock.into_iter().collect();
        own.sort_unstable();
        colors.extend(own.into_iter().map(|(color, stock)| ItemColorRow {
            color: names.color(color),
            elements: Vec::new(),
            stock,
        }));
        colors.sort_by(|a, b| a.color.name.cmp(&b.color.name));
        let similar = match self.index().zip(id) {
            Some((index, id)) => {
                let ids = index.similar(id).map_err(|e| super::index::failed(&e))?;
                self.item_rows(scope, &ids)?
            }
            None => Vec::new(),
        };
        Ok(ItemDetail {
            overlay,
            printed: item.printed(),
            obsolete: Obsolete::from(item.obsolete),
            category_path: names
                .tree()
                .path(item.category)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            facts: facts(&item, fetched.as_ref(), self.windows, scope),
            colors,
            lots,
            similar,
            item,
            fetching,
            prices,
        })
    }
}

/// Said of an item that the catalogue does not have.
pub(crate) fn unknown(key: &ItemKey) -> Error {
    Error::not_found(format!(
        "The catalogue does not know {} {}. Check the number, or fetch it from BrickLink.",
        key.kind.word().to_lowercase(),
        key.no
    ))
}

fn facts(
    item: &Item,
    fetched: Option<&FetchedItem>,
    windows: Windows,
    scope: &Scope,
) -> Vec<FactsRow> {
    let row = |what: &str, facts: Option<Facts>, trouble: Option<&Trouble>| FactsRow {
        what: what.to_owned(),
        facts,
        freshness: facts.map(|facts| windows.judge(facts.at, scope.now)),
        trouble: trouble.cloned(),
    };
    let (basics, colors) = match fetched {
        Some(known) => (known.facts.trouble.as_ref(), known.colors.trouble.as_ref()),
        None => (None, None),
    };
    vec![
        row("name, category, year, size", Some(item.basics), basics),
        row("colours and element ids", item.colors_from, colors),
        row("sort bin", item.bin_from, None),
    ]
}
