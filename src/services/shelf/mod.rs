//! The shop's lots in memory: filtered, sorted and summed up with every key that is typed.
//!
//! Derived from the store and dropped with the process. Built when somebody first looks; then it follows
//! the commits, which say which lots changed, and only those are read again.

mod columns;
mod complete;
mod goods;
mod guides;
mod order;
mod select;
mod words;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::iter::ParallelIterator;

use super::names::Names;
use crate::domain::filter::Expr;
use crate::domain::rows::LotTotals;
use crate::domain::{Committed, LotId, LotShelf, LotSort, Money, Scope, TenantId, Topic};
use crate::error::Result;
use crate::store::{Store, Tx};

use columns::Columns;
use guides::Guides;
use order::{Orders, Ranked};
use select::Bits;

pub(crate) use complete::{Asked, Proposals};

/// Lots that are read again at once.
const PIECE: usize = 1_000;

/// What has changed since a shelf was last right.
#[derive(Debug, Default)]
struct Stale {
    /// Too much to name.
    all: bool,
    lots: HashSet<LotId>,
    /// Names of items, colours or people.
    names: bool,
    /// Prices in the guide.
    guide: bool,
}

/// One shop's lots.
#[derive(Debug)]
struct Shelf {
    columns: Columns,
    orders: Orders,
    ranked: Option<Ranked>,
    people: Vec<(u32, String)>,
    files: Vec<(u32, String)>,
}

impl Shelf {
    fn new() -> Self {
        Self {
            columns: Columns::new(),
            orders: Orders::default(),
            ranked: None,
            people: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Reads the price guide, unless it is known already.
    fn learn_guides(&mut self, store: &Store, scope: &Scope) -> Result<()> {
        let goods = &self.columns.goods;
        let known = self.columns.guides.as_ref();
        if known.is_some_and(|guides| guides.is_of(goods)) {
            return Ok(());
        }
        let read = store.read(|tx| {
            let shop = tx.shop(scope).record()?;
            let currency = shop.map_or_else(String::new, |shop| shop.currency);
            Guides::read(goods, tx, &currency)
        })?;
        self.columns.guides = Some(read);
        self.orders.forget_guide();
        Ok(())
    }
}

/// The lots that fit, in order, with their sums.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Numbers of lots.
    pub(crate) lots: Vec<u32>,
    /// Sums over them.
    pub(crate) totals: LotTotals,
}

/// The lots of all shops that somebody looked at.
#[derive(Debug)]
pub(crate) struct Shelves {
    shelves: Mutex<HashMap<TenantId, Arc<Mutex<Shelf>>>>,
    /// Apart from the shelves: the writer tells its news here and must not wait for a reader.
    stale: Mutex<HashMap<TenantId, Stale>>,
}

impl Shelves {
    /// Empty shelves that hear of every commit from now on.
    pub(crate) fn following(store: &Store) -> Arc<Self> {
        let shelves = Arc::new(Self {
            shelves: Mutex::new(HashMap::new()),
            stale: Mutex::new(HashMap::new()),
        });
        let heard = Arc::downgrade(&shelves);
        store.listen(Box::new(move |committed| match heard.upgrade() {
            None => false,
            Some(shelves) => {
                shelves.hear(committed);
                true
            }
        }));
        shelves
    }

    fn hear(&self, committed: &Committed) {
        let mut all = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, stale) in all.iter_mut() {
            for change in &committed.changes {
                if change.tenant.is_some_and(|of| of != *tenant) {
                    continue;
                }
                let ids = change.ids.iter().copied().map(LotId);
                match change.topic {
                    Topic::Inventory if change.ids.is_empty() => stale.all = true,
                    Topic::Inventory => stale.lots.extend(ids),
                    Topic::Catalog | Topic::People | Topic::Files => stale.names = true,
                    Topic::Fetched | Topic::Shop => stale.guide = true,
                    Topic::Orders
                    | Topic::Picks
                    | Topic::Overlays
                    | Topic::Pictures
                    | Topic::Markets
                    | Topic::Jobs
                    | Topic::Sync => {}
                }
            }
        }
    }

    /// The lots that fit, in order.
    pub(crate) fn select(
        &self,
        store: &Store,
        scope: &Scope,
        names: &Names,
        (shelf, filter, sort): (LotShelf, &Expr, &[LotSort]),
    ) -> Result<Selection> {
        self.with(store, scope, names, |held| {
            if guides::asked(filter, sort) {
                held.learn_guides(store, scope)?;
            }
            let bits = select::fitting(held, names, shelf, filter);
            let Shelf {
                columns,
                orders,
                ranked,
                ..
            } = held;
            let Some(ranked) = ranked.as_ref() else {
                return Ok(Selection::default());
            };
            // By number, as the columns lie in memory: in any other order the sums cost more than the filter.
            let totals = totals(columns, &bits);
            let lots = orders.pick(columns, ranked, sort, &bits);
            Ok(Selection { lots, totals })
        })
    }

    /// Sums over the live stock.
    pub(crate) fn totals(&self, store: &Store, scope: &Scope, names: &Names) -> Result<LotTotals> {
        self.with(store, scope, names, |held| {
            let columns = &held.columns;
            let live = select::fitting(held, names, LotShelf::Live, &Expr::All);
            Ok(totals(columns, &live))
        })
    }

    /// What could stand behind a field of the filter, with how many lots each has.
    pub(crate) fn proposals(
        &self,
        store: &Store,
        scope: &Scope,
        names: &Names,
        asked: &complete::Asked<'_>,
    ) -> Result<Proposals> {
        self.with(store, scope, names, |held| {
            Ok(complete::proposals(held, names, asked))
        })
    }

    /// Pieces and lots of each place of the live stock.
    pub(crate) fn places(
        &self,
        store: &Store,
        scope: &Scope,
        names: &Names,
    ) -> Result<Vec<(String, u32, u64)>> {
        self.with(store, scope, names, |held| {
            let columns = &held.columns;
            let mut count = vec![(0u32, 0u64); columns.places.len()];
            for at in (0..columns.len()).filter(|at| columns.is_live(*at)) {
                let place = &mut count[columns.place[at] as usize];
                place.0 += 1;
                place.1 += u64::from(columns.available[at]) + u64::from(columns.reserved[at]);
            }
            let mut order: Vec<u32> = (1..columns.places.len() as u32).collect();
            order.sort_unstable_by(|a, b| columns.places.compare(*a, *b));
            Ok(order
                .into_iter()
                .map(|place| {
                    let (lots, pieces) = count[place as usize];
                    (columns.places.raw(place).to_owned(), lots, pieces)
                })
                .collect())
        })
    }

    fn with<T>(
        &self,
        store: &Store,
        scope: &Scope,
        names: &Names,
        look: impl FnOnce(&mut Shelf) -> Result<T>,
    ) -> Result<T> {
        let shelf = {
            let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(
                shelves
                    .entry(scope.tenant)
                    .or_insert_with(|| Arc::new(Mutex::new(Shelf::new()))),
            )
        };
        let mut shelf = shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let stale = self.take_stale(scope.tenant);
        if stale.guide {
            shelf.columns.guides = None;
            shelf.orders.forget_guide();
        }
        // What is stale is read from a state that is younger than the news of it.
        let brought = if stale.all || stale.names || !stale.lots.is_empty() {
            store.read(|tx| refresh(&mut shelf, &stale, tx, scope, names))
        } else {
            Ok(())
        };
        let looked = brought.and_then(|()| look(&mut shelf));
        if looked.is_err() {
            // It may be half made: without an entry here it is built anew next time.
            self.stale
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&scope.tenant);
        }
        looked
    }

    /// The news so far; of a shop that nobody looked at before, everything is news.
    fn take_stale(&self, tenant: TenantId) -> Stale {
        let mut all = self.stale.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(tenant, Stale::default()).unwrap_or(Stale {
            all: true,
            ..Stale::default()
        })
    }
}

fn totals(columns: &Columns, lots: &Bits) -> LotTotals {
    let sums = lots
        .runs()
        .map(|(from, words)| Sums::over(columns, from, words))
        .reduce(Sums::default, |one, other| one.and(&other));
    let mut totals = sums.plain;
    // A sum beyond what can be kept is shown as the largest that can.
    let kept = |sum: i128| {
        Money::from_raw(i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX }))
    };
    totals.value = kept(sums.value);
    totals.cost = kept(sums.cost);
    totals
}

/// Sums of some lots, before they are cut to what can be kept.
#[derive(Default)]
struct Sums {
    plain: LotTotals,
    value: i128,
    cost: i128,
}

impl Sums {
    fn over(columns: &Columns, from: usize, words: &[u64]) -> Self {
        let mut sums = Self::default();
        let plain = &mut sums.plain;
        for at in select::set(from, words) {
            let pieces = columns.available[at];
            plain.lots += 1;
            plain.pieces += u64::from(pieces);
            sums.value += i128::from(columns.price[at]) * i128::from(pieces);
            sums.cost += i128::from(columns.cost[at]) * i128::from(pieces);
            match columns.weight(at) {
                Some(weight) => plain.milligrams += u64::from(weight) * u64::from(pieces),
                None => plain.unweighed += u32::from(pieces > 0),
            }
        }
        sums
    }

    fn and(mut self, other: &Self) -> Self {
        self.plain.lots += other.plain.lots;
        self.plain.pieces += other.plain.pieces;
        self.plain.milligrams += other.plain.milligrams;
        self.plain.unweighed += other.plain.unweighed;
        self.value += other.value;
        self.cost += other.cost;
        self
    }
}

/// Brings a shelf up to the state.
fn refresh(
    shelf: &mut Shelf,
    stale: &Stale,
    tx: &Tx<'_>,
    scope: &Scope,
    names: &Names,
) -> Result<()> {
    let shop = tx.shop(scope);
    let catalog = tx.catalog()?;
    if stale.all {
        *shelf = Shelf::new();
        shop.each_lot(|lot| {
            shelf.columns.put(&lot);
            Ok(())
        })?;
    }
    if stale.all || stale.names || shelf.ranked.is_none() {
        if !stale.all {
            shelf.columns.goods.forget_facts();
            shelf.orders.forget_named();
        }
        shelf.people = shop
            .people()?
            .into_iter()
            .map(|person| (person.id.0, person.name))
            .collect();
        shelf.files.clear();
        shop.each_lot_file(|file| {
            shelf.files.push((file.id.0, file.name));
            Ok(())
        })?;
        shelf.ranked = Some(Ranked::of(names, &shelf.people));
    }
    if !stale.all && !stale.lots.is_empty() {
        let mut ids: Vec<LotId> = stale.lots.iter().copied().collect();
        ids.sort_unstable();
        for piece in ids.chunks(PIECE) {
            let mut missing: HashSet<LotId> = piece.iter().copied().collect();
            for lot in shop.lots(piece)? {
                missing.remove(&lot.id);
                shelf.columns.put(&lot);
            }
            for id in missing {
                shelf.columns.remove(id);
            }
        }
    }
    // Names of new items are needed before the new lots find their places.
    shelf.columns.goods.learn(catalog.as_ref())?;
    if !stale.all
        && !stale.lots.is_empty()
        && let Some(ranked) = &shelf.ranked
    {
        let lots: Vec<u32> = stale
            .lots
            .iter()
            .filter_map(|id| u32::try_from(id.0).ok())
            .collect();
        shelf.orders.changed(&shelf.columns, ranked, &lots);
    }
    Ok(())
}
