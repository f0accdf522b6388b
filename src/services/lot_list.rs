//! Every lot of a shop in the natural order of its place, in memory.
//!
//! Derived from the store and dropped with the process. It is built when somebody first looks, and
//! then follows the commits: they say which lots changed, and only those are read again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::names::Names;
use super::names::name_of;
use crate::domain::place::PlaceKey;
use crate::domain::{Committed, ItemKey, Lot, LotId, Money, Scope, TenantId, Topic};
use crate::error::Result;
use crate::store::{Store, Tx};

/// What a list needs of a lot.
struct Entry {
    id: LotId,
    place: PlaceKey,
    item: ItemKey,
    available: u32,
    price: Money,
    /// What words are looked for in; filled when somebody first looks for words.
    text: Option<String>,
}

impl Entry {
    fn of(lot: &Lot) -> Self {
        Self {
            id: lot.id,
            place: lot.place.key(),
            item: lot.item.clone(),
            available: lot.stock.available,
            price: lot.price,
            text: None,
        }
    }

    fn order(&self) -> (&PlaceKey, &ItemKey, LotId) {
        (&self.place, &self.item, self.id)
    }
}

/// What has changed since a list was last right.
#[derive(Default)]
struct Stale {
    /// Too much to name.
    all: bool,
    lots: HashSet<LotId>,
    /// Names of items or colours.
    names: bool,
}

/// Lots, pieces for sale, and what they are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    /// Lots.
    pub(crate) lots: u32,
    /// Pieces for sale.
    pub(crate) pieces: u64,
    /// Their value by price.
    pub(crate) value: Money,
}

/// The lists of all shops that somebody looked at.
pub(crate) struct LotLists {
    lists: Mutex<HashMap<TenantId, Vec<Entry>>>,
    /// Apart from the lists: the writer tells its news here and must not wait for a reader.
    stale: Mutex<HashMap<TenantId, Stale>>,
}

impl LotLists {
    /// Empty lists that hear of every commit from now on.
    pub(crate) fn following(store: &Store) -> Arc<Self> {
        let lists = Arc::new(Self {
            lists: Mutex::new(HashMap::new()),
            stale: Mutex::new(HashMap::new()),
        });
        let heard = Arc::downgrade(&lists);
        store.listen(Box::new(move |committed| match heard.upgrade() {
            None => false,
            Some(lists) => {
                lists.hear(committed);
                true
            }
        }));
        lists
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
                    Topic::Catalog => stale.names = true,
                    Topic::Orders
                    | Topic::Picks
                    | Topic::People
                    | Topic::Overlays
                    | Topic::Files
                    | Topic::Shop => {}
                }
            }
        }
    }

    /// The lots that contain every word, in order.
    pub(crate) fn ids(
        &self,
        store: &Store,
        scope: &Scope,
        names: &Names,
        words: &[String],
    ) -> Result<Vec<LotId>> {
        self.with(store, scope, |tx, list| {
            if words.is_empty() {
                return Ok(list.iter().map(|entry| entry.id).collect());
            }
            fill_texts(tx, scope, names, list)?;
            Ok(list
                .iter()
                .filter(|entry| {
                    let text = entry.text.as_deref().unwrap_or("");
                    words.iter().all(|word| text.contains(word.as_str()))
                })
                .map(|entry| entry.id)
                .collect())
        })
    }

    /// Sums over the whole shop.
    pub(crate) fn totals(&self, store: &Store, scope: &Scope) -> Result<Totals> {
        self.with(store, scope, |_, list| {
            let mut totals = Totals::default();
            for entry in list.iter() {
                totals.lots += 1;
                totals.pieces += u64::from(entry.available);
                // A sum beyond what can be kept is shown as the last one that could.
                totals.value = entry
                    .price
                    .times(i64::from(entry.available))
                    .and_then(|value| totals.value.plus(value))
                    .unwrap_or(totals.value);
            }
            Ok(totals)
        })
    }

    fn with<T>(
        &self,
        store: &Store,
        scope: &Scope,
        look: impl FnOnce(&Tx<'_>, &mut Vec<Entry>) -> Result<T>,
    ) -> Result<T> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.entry(scope.tenant).or_default();
        let stale = self.take_stale(scope.tenant);
        // What is stale is read from a state that is younger than the news of it.
        let looked = store.read(|tx| {
            refresh(list, &stale, tx, scope)?;
            look(tx, list)
        });
        if looked.is_err() {
            // The list may be half made: without an entry here it is built anew next time.
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

/// Brings a list up to the state.
fn refresh(list: &mut Vec<Entry>, stale: &Stale, tx: &Tx<'_>, scope: &Scope) -> Result<()> {
    if stale.all {
        list.clear();
        tx.shop(scope).each_lot(|lot| {
            list.push(Entry::of(&lot));
            Ok(())
        })?;
    } else if !stale.lots.is_empty() {
        let ids: Vec<LotId> = stale.lots.iter().copied().collect();
        let fresh = tx.shop(scope).lots(&ids)?;
        list.retain(|entry| !stale.lots.contains(&entry.id));
        list.extend(fresh.iter().map(Entry::of));
    }
    if stale.all || !stale.lots.is_empty() {
        // Nearly sorted already after a few changes, which this sort makes use of.
        list.sort_by(|a, b| a.order().cmp(&b.order()));
    }
    if stale.names {
        for entry in list {
            entry.text = None;
        }
    }
    Ok(())
}

fn fill_texts(tx: &Tx<'_>, scope: &Scope, names: &Names, entries: &mut [Entry]) -> Result<()> {
    let mut empty: HashMap<LotId, &mut Entry> = entries
        .iter_mut()
        .filter(|entry| entry.text.is_none())
        .map(|entry| (entry.id, entry))
        .collect();
    if empty.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<LotId> = empty.keys().copied().collect();
    ids.sort_unstable();
    let catalog = tx.catalog()?;
    for piece in ids.chunks(1_000) {
        for lot in tx.shop(scope).lots(piece)? {
            let known = name_of(catalog.as_ref(), &lot.item)?;
            if let Some(entry) = empty.get_mut(&lot.id) {
                entry.text = Some(text_of(&lot, known.as_deref(), names));
            }
        }
    }
    Ok(())
}

/// Number, name, colour, place and notes in small letters.
fn text_of(lot: &Lot, known: Option<&str>, names: &Names) -> String {
    let color = names.color(lot.color);
    let mut text = [
        lot.item.no.as_str(),
        known.unwrap_or(&lot.name),
        &color.name,
        &lot.remarks,
        &lot.notes,
        lot.condition.word(),
    ]
    .join("\n");
    if let Some(number) = lot.bricklink_lot {
        text.push('\n');
        text.push_str(&number.to_string());
    }
    text.to_lowercase()
}
