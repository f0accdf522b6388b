//! The words of a shop's own tags, notes and bins, item by item, in memory: a filter is asked with every
//! key that is typed.
//!
//! Derived from the store and dropped with the process. Made when somebody first asks, and again after
//! the shop's own words or the catalogue have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Committed, Overlay, Scope, TenantId, Topic};
use crate::error::Result;
use crate::store::{Store, Tx};

/// Item number, and its words in small letters.
type Entries = Arc<Vec<(u32, String)>>;

/// How often something changed: for all shops, for one.
type Epoch = (u64, u64);

#[derive(Debug, Default)]
struct Heard {
    all: u64,
    each: HashMap<TenantId, u64>,
}

/// A list and what it was made from.
#[derive(Debug)]
struct Kept {
    epoch: Epoch,
    generation: u32,
    entries: Entries,
}

/// The lists of all shops that somebody asked for.
#[derive(Debug, Default)]
pub(crate) struct OwnLists {
    kept: Mutex<HashMap<TenantId, Kept>>,
    /// Apart from the lists: the writer tells its news here and must not wait for a reader.
    heard: Mutex<Heard>,
}

impl OwnLists {
    /// No lists, that hear of every commit from now on.
    pub(crate) fn following(store: &Store) -> Arc<Self> {
        let lists = Arc::new(Self::default());
        let held = Arc::downgrade(&lists);
        store.listen(Box::new(move |committed| match held.upgrade() {
            None => false,
            Some(lists) => {
                lists.hear(committed);
                true
            }
        }));
        lists
    }

    fn hear(&self, committed: &Committed) {
        for change in &committed.changes {
            if matches!(change.topic, Topic::Overlays | Topic::Catalog) {
                let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
                match change.tenant {
                    None => heard.all += 1,
                    Some(tenant) => *heard.each.entry(tenant).or_default() += 1,
                }
            }
        }
    }

    fn epoch(&self, tenant: TenantId) -> Epoch {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        (heard.all, heard.each.get(&tenant).copied().unwrap_or(0))
    }

    /// The items whose own words contain each of `words`, sorted.
    pub(crate) fn ids(&self, store: &Store, scope: &Scope, words: &[String]) -> Result<Vec<u32>> {
        let entries = self.entries(store, scope)?;
        Ok(entries
            .iter()
            .filter(|(_, text)| words.iter().all(|word| text.contains(word.as_str())))
            .map(|(id, _)| *id)
            .collect())
    }

    fn entries(&self, store: &Store, scope: &Scope) -> Result<Entries> {
        // First the news, then the state: what is read is at least as young as the news.
        let epoch = self.epoch(scope.tenant);
        store.read(|tx| {
            let generation = tx.catalog()?.map_or(0, |catalog| catalog.head().generation);
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.get(&scope.tenant)
                && kept.epoch == epoch
                && kept.generation == generation
            {
                return Ok(Arc::clone(&kept.entries));
            }
            drop(kept);
            let entries = Arc::new(read(tx, scope)?);
            let fresh = Kept {
                epoch,
                generation,
                entries: Arc::clone(&entries),
            };
            self.kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(scope.tenant, fresh);
            Ok(entries)
        })
    }
}

fn read(tx: &Tx<'_>, scope: &Scope) -> Result<Vec<(u32, String)>> {
    let Some(catalog) = tx.catalog()? else {
        return Ok(Vec::new());
    };
    let mut entries = Vec::new();
    tx.shop(scope).each_overlay(|overlay| {
        if let Some(id) = catalog.find(&overlay.item)? {
            entries.push((id, own_text(&overlay)));
        }
        Ok(())
    })?;
    entries.sort_unstable_by_key(|(id, _)| *id);
    Ok(entries)
}

/// What is looked at for own words: tags, notes and bin, in small letters.
pub(crate) fn own_text(overlay: &Overlay) -> String {
    let mut text = overlay.tags.join("\n");
    text.push('\n');
    text.push_str(&overlay.notes);
    if let Some(bin) = overlay.bin {
        text.push('\n');
        text.push_str(&bin.to_string());
    }
    text.to_lowercase()
}
