//! Two lists of lots held against each other, article by article; and what a release would do.

use std::collections::HashMap;

use super::told::LIVE;
use crate::domain::lot_compare::{CompareKind, CompareRow, CompareSide, is_of};
use crate::domain::{
    ColorId, ComparePage, CompareQuery, Completeness, Condition, FileId, ItemKey, ItemKind, Lot,
    LotId, LotQuery, LotShelf, Money, Place, ReleasePreview, Scope, Stock, Which,
};
use crate::error::{Error, Result};
use crate::services::App;
use crate::services::rights::{Right, allow};

/// Lots that are read at once.
const READ: usize = 1_000;
/// Most articles of one page.
const PAGE: usize = 1_000;

/// Lots that would be one lot on a marketplace.
type Article = (ItemKind, String, ColorId, Condition, Option<Completeness>);

fn article(lot: &Lot) -> Article {
    (
        lot.item.kind,
        lot.item.folded(),
        lot.color,
        lot.condition,
        lot.completeness,
    )
}

/// An article in both lists, as it is written in one of them.
struct Pair {
    item: ItemKey,
    sides: [CompareSide; 2],
}

impl App {
    /// Articles of two lists side by side: which pieces and prices differ, and what only one of them has.
    pub fn compare_lots(
        &self,
        scope: &Scope,
        query: &CompareQuery,
        (offset, rows): (usize, usize),
    ) -> Result<ComparePage> {
        allow(scope, Right::ReadInventory)?;
        if query.first == query.second {
            return Err(Error::invalid("Choose two different lists to compare."));
        }
        let mut page = ComparePage {
            first: self.shelf_name(scope, query.first)?,
            second: self.shelf_name(scope, query.second)?,
            ..ComparePage::default()
        };
        let mut pairs: HashMap<Article, Pair> = HashMap::new();
        for (at, shelf) in [query.first, query.second].into_iter().enumerate() {
            self.gather(scope, shelf, at, &mut pairs)?;
        }
        let mut found = Vec::new();
        for (article, pair) in pairs {
            let [first, second] = &pair.sides;
            let kinds = CompareKind::ALL.map(|kind| is_of(first, second, kind));
            for (count, is) in page.counts.iter_mut().zip(kinds) {
                *count += u32::from(is);
            }
            let at = CompareKind::ALL
                .iter()
                .position(|kind| Some(*kind) == query.only);
            let wanted = match at {
                Some(at) => kinds[at],
                // What only the live stock has would bury the rest.
                None if query.second == LotShelf::Live => kinds[0] || kinds[2] || kinds[3],
                None => !kinds[4],
            };
            if wanted {
                found.push((article, pair));
            }
        }
        page.total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        found.sort_by_cached_key(|((kind, no, color, condition, sub), _)| {
            (*kind, Place(no.clone()).key(), *color, *condition, *sub)
        });
        let found = found.into_iter().skip(offset).take(rows.min(PAGE));
        let names = self.names();
        self.store.read(|tx| {
            let catalog = tx.catalog()?;
            for ((_, _, color, condition, completeness), pair) in found {
                let name = names.of_item(catalog.as_ref(), &pair.item)?;
                let [first, second] = pair.sides;
                page.rows.push(CompareRow {
                    name: name.unwrap_or_default(),
                    item: pair.item,
                    color: names.color(color),
                    condition,
                    completeness,
                    first,
                    second,
                });
            }
            Ok(page)
        })
    }

    fn shelf_name(&self, scope: &Scope, shelf: LotShelf) -> Result<String> {
        Ok(match shelf {
            LotShelf::Live => LIVE.to_owned(),
            LotShelf::Gone => "deleted lots".to_owned(),
            LotShelf::File(id) => {
                let file = self.store.read(|tx| tx.shop(scope).lot_file(id))?;
                file.ok_or_else(|| Error::not_found("That file is not there any more."))?
                    .name
            }
        })
    }

    fn gather(
        &self,
        scope: &Scope,
        shelf: LotShelf,
        at: usize,
        pairs: &mut HashMap<Article, Pair>,
    ) -> Result<()> {
        let query = LotQuery {
            shelf,
            ..LotQuery::default()
        };
        let mut ids = self.lot_ids(scope, &query)?;
        ids.sort_unstable();
        for piece in ids.chunks(READ) {
            for lot in self.store.read(|tx| tx.shop(scope).lots(piece))? {
                let pair = pairs.entry(article(&lot)).or_insert_with(|| Pair {
                    item: lot.item.clone(),
                    sides: [CompareSide::default(); 2],
                });
                pair.sides[at].add(lot.stock.available, lot.price);
            }
        }
        Ok(())
    }

    /// What releasing a file would do, into equal lots where there are any.
    pub fn preview_release(
        &self,
        scope: &Scope,
        file: FileId,
        which: Option<Vec<LotId>>,
    ) -> Result<ReleasePreview> {
        allow(scope, Right::Inventory)?;
        let head = self.store.read(|tx| tx.shop(scope).lot_file(file))?;
        head.ok_or_else(|| Error::not_found("That file is not there any more."))?;
        let which = which.map_or_else(|| all_of(file), Which::Lots);
        let ids = self.meant(scope, &which)?;
        let mut seen = ReleasePreview::default();
        // Lots that are released first take in those that are equal to them.
        let mut equal: HashMap<(Article, Money, Place), Vec<Stock>> = HashMap::new();
        for piece in ids.chunks(READ) {
            self.store.read(|tx| {
                let shop = tx.shop(scope);
                for lot in shop.lots(piece)? {
                    if lot.gone || lot.file != Some(file) {
                        seen.refused += 1;
                        continue;
                    }
                    seen.lots += 1;
                    seen.pieces += u64::from(lot.stock.available);
                    let key = (article(&lot), lot.price, lot.place.clone());
                    if !equal.contains_key(&key) {
                        let known = shop.stock_of(&lot.item)?;
                        let known: Vec<LotId> = known.into_iter().map(|(id, _)| id).collect();
                        let mut fits = shop.lots(&known)?;
                        fits.retain(|other| {
                            other.is_live()
                                && other.same_article(&lot)
                                && (other.price, &other.place) == (lot.price, &lot.place)
                        });
                        let stocks = fits.into_iter().map(|other| other.stock).collect();
                        equal.insert(key.clone(), stocks);
                    }
                    let stocks = equal.entry(key).or_default();
                    let pieces = i64::from(lot.stock.available);
                    if stocks.iter_mut().any(|held| held.shift(pieces).is_some()) {
                        seen.merged += 1;
                    } else {
                        stocks.push(lot.stock);
                        seen.added += 1;
                    }
                }
                Ok(())
            })?;
        }
        let asked = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        seen.refused = asked.saturating_sub(seen.lots);
        Ok(seen)
    }
}

/// Every lot of a file.
pub(super) fn all_of(file: FileId) -> Which {
    Which::Matching(LotQuery {
        shelf: LotShelf::File(file),
        ..LotQuery::default()
    })
}
