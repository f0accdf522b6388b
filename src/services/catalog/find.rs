//! Finding items: the first rows of a search at once, all of them in order, counts, and help with
//! spelling mistakes. Each is a call of its own, so that nothing delays the first.

use super::index::failed;
use crate::domain::query::{BinFilter, CatalogCounts, CatalogFilter, CatalogQuery, Obsolete};
use crate::domain::rows::ItemRow;
use crate::domain::{ColorId, ItemKind, Overlay, Scope};
use crate::error::Result;
use crate::search::{self, Filter, Known, Query};
use crate::services::App;
use crate::services::names::Names;
use crate::services::rights::{Right, allow, allowed};
use crate::store::Catalog;
use crate::store::tables::ItemRecord;

/// The first items of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Item numbers, best first.
    pub ids: Vec<u32>,
    /// How each was found, as a score: higher is better.
    pub scores: Vec<u32>,
    /// Whether there are further ones.
    pub more: bool,
}

impl App {
    /// The first `limit` items of a search. While the index is not ready only exact numbers and
    /// element ids are found.
    pub fn find_items(&self, scope: &Scope, query: &CatalogQuery, limit: usize) -> Result<Found> {
        allow(scope, Right::ReadCatalog)?;
        let mut beside = self.beside(query)?;
        beside.truncate(limit);
        let limit = limit - beside.len();
        let mut found = self.find_numbered(scope, query, limit)?;
        if !beside.is_empty() {
            let scores = vec![search::Tier::Number.score(); beside.len()];
            found.scores.splice(0..0, scores);
            found.ids.splice(0..0, beside);
        }
        Ok(found)
    }

    /// The same of items that the catalogue numbers.
    fn find_numbered(&self, scope: &Scope, query: &CatalogQuery, limit: usize) -> Result<Found> {
        let own = self.own_items(scope, query.own.as_deref())?;
        let Some(index) = self.index() else {
            return self.find_exactly(query, own.as_deref(), limit);
        };
        let filter = self.filter(&query.filter);
        let hits = index
            .search(&Query {
                text: &query.text,
                filter: &filter,
                only: own.as_deref(),
                limit,
            })
            .map_err(|e| failed(&e))?;
        let scores = hits.tiers.iter().map(|tier| tier.score()).collect();
        Ok(Found {
            ids: hits.ids,
            scores,
            more: hits.more,
        })
    }

    /// All items of a search, in the order of which [`App::find_items`] gives the beginning.
    pub fn find_all(&self, scope: &Scope, query: &CatalogQuery) -> Result<Vec<u32>> {
        allow(scope, Right::ReadCatalog)?;
        let own = self.own_items(scope, query.own.as_deref())?;
        let mut all = self.beside(query)?;
        let Some(index) = self.index() else {
            all.extend(self.find_exactly(query, own.as_deref(), usize::MAX)?.ids);
            return Ok(all);
        };
        let filter = self.filter(&query.filter);
        let numbered = index
            .all(&Query {
                text: &query.text,
                filter: &filter,
                only: own.as_deref(),
                limit: usize::MAX,
            })
            .map_err(|e| failed(&e))?;
        if all.is_empty() {
            return Ok(numbered);
        }
        all.extend(numbered);
        Ok(all)
    }

    fn find_exactly(
        &self,
        query: &CatalogQuery,
        own: Option<&[u32]>,
        limit: usize,
    ) -> Result<Found> {
        let text = query.text.trim();
        let mut ids = self.store.read(|tx| {
            if text.is_empty() {
                return Ok(own.map_or_else(Vec::new, <[u32]>::to_vec));
            }
            let Some(catalog) = tx.catalog()? else {
                return Ok(Vec::new());
            };
            let mut ids = catalog.find_any(text)?;
            for (item, _) in catalog.element(text)? {
                if !ids.contains(&item) {
                    ids.push(item);
                }
            }
            if let Some(own) = own {
                ids.retain(|id| own.binary_search(id).is_ok());
            }
            Ok(ids)
        })?;
        let more = ids.len() > limit;
        ids.truncate(limit);
        let scores = vec![search::Tier::Number.score(); ids.len()];
        Ok(Found { ids, scores, more })
    }

    /// What may have been meant by a query that finds nothing, with its first items.
    pub fn spelled(
        &self,
        scope: &Scope,
        query: &CatalogQuery,
        limit: usize,
    ) -> Result<Option<(String, Found)>> {
        allow(scope, Right::ReadCatalog)?;
        let own = self.own_items(scope, query.own.as_deref())?;
        let Some(index) = self.index() else {
            return Ok(None);
        };
        let filter = self.filter(&query.filter);
        let spelled = index
            .spelled(&Query {
                text: &query.text,
                filter: &filter,
                only: own.as_deref(),
                limit,
            })
            .map_err(|e| failed(&e))?;
        Ok(spelled.map(|spelled| {
            let scores = spelled.hits.tiers.iter().map(|tier| tier.score()).collect();
            let found = Found {
                ids: spelled.hits.ids,
                scores,
                more: spelled.hits.more,
            };
            (spelled.text, found)
        }))
    }

    /// How many items match, and how many each further choice would leave.
    pub fn count_items(&self, scope: &Scope, query: &CatalogQuery) -> Result<CatalogCounts> {
        allow(scope, Right::ReadCatalog)?;
        let own = self.own_items(scope, query.own.as_deref())?;
        let beside = self.beside(query)?.len();
        let of = self
            .store
            .read(|tx| Ok(tx.catalog()?.map_or(0, |catalog| catalog.len())))?;
        let Some(index) = self.index() else {
            let total = self.find_exactly(query, own.as_deref(), usize::MAX)?;
            let total = total.ids.len() + beside;
            return Ok(CatalogCounts {
                total: u32::try_from(total).unwrap_or(u32::MAX),
                of,
                ..CatalogCounts::default()
            });
        };
        let filter = self.filter(&query.filter);
        let facets = index
            .facets(&Query {
                text: &query.text,
                filter: &filter,
                only: own.as_deref(),
                limit: 0,
            })
            .map_err(|e| failed(&e))?;
        let mut counts = counts(facets, of, &self.names());
        counts.total += u32::try_from(beside).unwrap_or(u32::MAX);
        Ok(counts)
    }

    /// Rows for lists, in the order of `ids`.
    pub fn item_rows(&self, scope: &Scope, ids: &[u32]) -> Result<Vec<ItemRow>> {
        allow(scope, Right::ReadCatalog)?;
        let (mut rows, ids) = self.beside_rows(scope, ids)?;
        self.store.read(|tx| {
            let Some(catalog) = tx.catalog()? else {
                return Ok(rows);
            };
            let shop = tx.shop(scope);
            let stocked = allowed(scope, Right::ReadInventory) && shop.has_lots()?;
            let marked = shop.has_overlays()?;
            let names = self.names();
            for record in catalog.records(ids)? {
                let stock = if stocked {
                    shop.stock_of(&record.key)?
                        .iter()
                        .map(|(_, pieces)| *pieces)
                        .sum()
                } else {
                    0
                };
                let category = names.tree().get(record.category);
                let category = category.map_or_else(String::new, |node| node.name.clone());
                let own = if marked {
                    shop.overlay(&record.key)?
                } else {
                    None
                };
                rows.push(row(record, stock, category, own));
            }
            Ok(rows)
        })
    }

    fn filter(&self, filter: &CatalogFilter) -> Filter {
        let names = self.names();
        let categories = filter.category.map_or_else(Vec::new, |id| {
            names
                .tree()
                .with_descendants(id)
                .into_iter()
                .map(|id| names.positions().position(id))
                .collect()
        });
        let years = (filter.year_from.is_some() || filter.year_to.is_some()).then(|| {
            (
                filter.year_from.unwrap_or(0),
                filter.year_to.unwrap_or(u16::MAX),
            )
        });
        Filter {
            kinds: filter
                .kinds
                .iter()
                .filter_map(|kind| u8::try_from(kind.letter()).ok())
                .collect(),
            color: filter.color.map(|color| color.0),
            categories,
            years,
            printed: filter.printed,
            obsolete: filter.obsolete.map(|obsolete| match obsolete {
                Obsolete::Yes => Known::Yes,
                Obsolete::No => Known::No,
                Obsolete::Unknown => Known::Unknown,
            }),
            bin: filter.bin.map(|bin| match bin {
                BinFilter::Cabinet(cabinet) => search::BinFilter { cabinet, bin: None },
                BinFilter::Bin(bin) => search::BinFilter {
                    cabinet: bin.cabinet,
                    bin: Some(bin.bin),
                },
            }),
            vanished: filter.vanished,
        }
    }
}

fn row(record: ItemRecord, stock: u32, category: String, own: Option<Overlay>) -> ItemRow {
    let (own_bin, tags) = own.map_or((None, Vec::new()), |own| (own.bin, own.tags));
    ItemRow {
        printed: crate::domain::printed::is_printed(&record.key, &record.name),
        key: record.key,
        name: record.name,
        colors: record.color_count,
        year: record.year,
        bin: record.bin,
        own_bin,
        tags,
        vanished: record.vanished.is_some(),
        stock,
        category,
        score: 0,
    }
}

/// The index's counts in the words of the shop; a category holds everything below it.
fn counts(facets: search::Facets, of: u32, names: &Names) -> CatalogCounts {
    let kinds = ItemKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let letter = u8::try_from(kind.letter()).ok()?;
            let (_, count) = facets.kinds.iter().find(|(of, _)| *of == letter)?;
            Some((kind, *count))
        })
        .collect();
    let leaves = facets
        .categories
        .iter()
        .filter_map(|(position, count)| Some((names.positions().category(*position)?, *count)));
    let mut years = facets.years;
    years.sort_unstable();
    CatalogCounts {
        total: u32::try_from(facets.total).unwrap_or(u32::MAX),
        of,
        kinds,
        categories: names.roll_up(leaves),
        colors: facets
            .colors
            .into_iter()
            .map(|(color, count)| (ColorId(color), count))
            .collect(),
        years,
        printed: facets.printed,
        plain: facets.unprinted,
        obsolete: [
            (Obsolete::Yes, facets.obsolete),
            (Obsolete::No, facets.current),
            (Obsolete::Unknown, facets.unknown),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect(),
        cabinets: facets.cabinets,
    }
}

/// An item by key: its number in the catalogue and whole record are two look-ups.
pub(super) fn whole(
    catalog: &Catalog<'_>,
    key: &crate::domain::ItemKey,
) -> Result<Option<(u32, crate::domain::Item)>> {
    let Some(id) = catalog.find(key)? else {
        return Ok(None);
    };
    Ok(catalog.item(id)?.map(|item| (id, item)))
}
