//! Keeps the search index in step with the catalogue.
//!
//! The index is derived: a missing, old or damaged one is rebuilt from the store in the background,
//! and until it is ready items are found by exact number only. Each generation of the catalogue has
//! a directory of its own under `DATA/index`, so that a new one can be built beside the old.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crate::domain::report::Progress;
use crate::domain::{CategoryId, CategoryTree, Item};
use crate::error::{Error, Result};
use crate::search::{CatalogIndex, Nicknames, Opened, SearchDoc, SearchError, Stamp};
use crate::services::{App, Notice};

/// The nicknames that come with the program.
const NICKNAMES: &str = include_str!("../../../assets/nicknames.tsv");
/// A shop's own nicknames, in the data directory; same format.
pub const OWN_NICKNAMES: &str = "nicknames.tsv";

/// What search failures mean for the caller: nothing is lost, the index can be rebuilt.
pub(super) fn failed(error: &SearchError) -> Error {
    let text = error.to_string();
    if crate::store::is_full(&text) {
        return Error::storage(crate::store::FULL);
    }
    Error::storage(format!(
        "The search index failed ({text}). It is rebuilt at the next start; nothing is lost."
    ))
}

/// Category numbers are sparse; the index counts by their position in the tree.
#[derive(Debug, Default)]
pub(crate) struct CategoryPositions(Vec<CategoryId>);

impl CategoryPositions {
    pub(crate) fn of(tree: &CategoryTree) -> Self {
        Self(tree.nodes().map(|node| node.id).collect())
    }

    /// Position + 1; 0 stands for a category that the tree does not know.
    pub(crate) fn position(&self, id: CategoryId) -> u32 {
        self.0
            .binary_search(&id)
            .map_or(0, |at| u32::try_from(at + 1).unwrap_or(0))
    }

    pub(crate) fn category(&self, position: u32) -> Option<CategoryId> {
        let at = usize::try_from(position).ok()?.checked_sub(1)?;
        self.0.get(at).copied()
    }
}

/// An item as the index wants it.
pub(crate) fn search_doc(
    id: u32,
    item: &Item,
    tree: &CategoryTree,
    positions: &CategoryPositions,
) -> SearchDoc {
    SearchDoc {
        category: positions.position(item.category),
        category_path: tree.path(item.category).join(" / "),
        alternates: item.alternates.clone(),
        elements: item
            .colors
            .iter()
            .flat_map(|color| color.elements.iter().cloned())
            .collect(),
        ..rank_doc(id, item)
    }
}

/// As much of [`search_doc`] as ranking needs.
pub(super) fn rank_doc(id: u32, item: &Item) -> SearchDoc {
    SearchDoc {
        id,
        kind: u8::try_from(item.key.kind.letter()).unwrap_or(b'U'),
        no: item.key.no.clone(),
        name: item.name.clone(),
        year: item.year,
        colors: item.colors.iter().map(|color| color.color.0).collect(),
        printed: item.printed(),
        obsolete: item.obsolete,
        bin: item.bin.map(|bin| (bin.cabinet, bin.bin)),
        vanished: item.vanished.is_some(),
        ..SearchDoc::default()
    }
}

impl App {
    fn index_root(&self) -> PathBuf {
        self.data_dir.join("index")
    }

    pub(super) fn index_dir(&self, generation: u32) -> PathBuf {
        self.index_root().join(format!("gen-{generation}"))
    }

    /// The generation of the visible catalogue; 0 before the first.
    pub(crate) fn generation(&self) -> Result<u32> {
        self.store
            .read(|tx| Ok(tx.catalog()?.map_or(0, |catalog| catalog.head().generation)))
    }

    /// The index, if it is ready.
    pub(crate) fn index(&self) -> Option<Arc<CatalogIndex>> {
        self.index
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Searches go to this index from now on.
    pub(super) fn use_index(&self, index: CatalogIndex) {
        index.set_nicknames(self.nicknames());
        *self.index.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(index));
        self.announce(&Notice::Index {
            ready: true,
            progress: Progress::default(),
        });
    }

    fn nicknames(&self) -> Nicknames {
        let mut table = Nicknames::parse(NICKNAMES).unwrap_or_default();
        match std::fs::read_to_string(self.data_dir.join(OWN_NICKNAMES)) {
            Ok(own) => match Nicknames::parse(&own) {
                Ok(own) => table.extend(own),
                Err(e) => tracing::warn!("{OWN_NICKNAMES}: {e}"),
            },
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => tracing::warn!("{OWN_NICKNAMES} cannot be read: {e}"),
        }
        table
    }

    /// Opens the index of the visible catalogue. One that is missing, old or damaged is rebuilt; how
    /// far that is, listeners are told.
    pub fn open_index(&self) -> Result<()> {
        let Some((generation, seq)) = self.store.read(|tx| {
            Ok(tx
                .catalog()?
                .map(|catalog| (catalog.head().generation, catalog.head().seq)))
        })?
        else {
            return Ok(());
        };
        let dir = self.index_dir(generation);
        let stamp = Stamp::new(u64::from(generation), seq);
        match CatalogIndex::open(&dir, stamp) {
            Opened::Ready(index) => {
                self.use_index(index);
                self.sweep_index(generation);
                Ok(())
            }
            Opened::Missing => self.rebuild_index(&dir, stamp),
            Opened::Stale { found, .. } => {
                tracing::info!("the search index is of {found:?}, wanted is {stamp:?}");
                self.rebuild_index(&dir, stamp)
            }
            Opened::Unreadable { why } => {
                tracing::warn!("the search index cannot be read and is rebuilt: {why}");
                self.rebuild_index(&dir, stamp)
            }
        }
    }

    fn rebuild_index(&self, dir: &Path, stamp: Stamp) -> Result<()> {
        let names = self.names();
        let positions = CategoryPositions::of(names.tree());
        let mut docs = Vec::new();
        let total = self.store.read(|tx| {
            let Some(catalog) = tx.catalog()? else {
                return Ok(0);
            };
            catalog.each_item(|id, item| {
                docs.push(search_doc(id, &item, names.tree(), &positions));
                Ok(())
            })?;
            Ok(u64::from(catalog.len()))
        })?;
        let tell = |done| {
            self.announce(&Notice::Index {
                ready: false,
                progress: Progress {
                    step: "rebuilding the search index".into(),
                    done,
                    total,
                    unit: "items".into(),
                },
            });
        };
        tell(0);
        let index = CatalogIndex::build(dir, docs, stamp, &mut |done| tell(done))
            .map_err(|e| failed(&e))?;
        self.use_index(index);
        self.sweep_index(u32::try_from(stamp.generation).unwrap_or(0));
        Ok(())
    }

    /// Removes the directories of other generations. One that cannot be removed only takes room.
    pub(super) fn sweep_index(&self, keep: u32) {
        let kept = self.index_dir(keep);
        let Ok(entries) = std::fs::read_dir(self.index_root()) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if path != kept
                && let Err(e) = std::fs::remove_dir_all(&path)
            {
                tracing::warn!("{} cannot be removed: {e}", path.display());
            }
        }
    }
}
