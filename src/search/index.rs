//! The index on disk: built, opened, changed, thrown away.
//!
//! It is derived from the store. Whatever is wrong with it, the answer is to build it again, so
//! opening never fails for damage: it says what it found. A build writes one segment in rank
//! order; a change of single items adds a small segment.

use std::borrow::Borrow;
use std::fs;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::directory::MmapDirectory;
use tantivy::indexer::NoMergePolicy;
use tantivy::query::RangeQuery;
use tantivy::{Index, IndexBuilder, IndexWriter, SegmentReader, TantivyDocument, Term};

use super::docset::Bits;
use super::document::{SearchDoc, Stamp};
use super::error::SearchError;
use super::filter::Filter;
use super::nicknames::Nicknames;
use super::schema::{self, Fields};
use super::scribe::Scribe;
use super::segment::Segment;

/// Memory of the build's term table; it grows when needed.
const BUILD_MEMORY: usize = 64 << 20;
/// The least that the library takes for a small change.
const UPDATE_MEMORY: usize = 15 << 20;
/// Small segments that may stand beside the main one.
const SMALL_SEGMENTS: usize = 8;
/// Filters kept as bits.
const FILTERS: usize = 12;
/// Documents between two calls of `progress`.
const PROGRESS: u64 = 4096;

/// The catalogue's full-text index.
pub struct CatalogIndex {
    index: Index,
    fields: Fields,
    snapshot: RwLock<Arc<Snapshot>>,
    nicknames: RwLock<Arc<Nicknames>>,
    writing: Mutex<()>,
}

impl std::fmt::Debug for CatalogIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CatalogIndex({} items, {:?})", self.len(), self.stamp())
    }
}

/// What opening found.
#[derive(Debug)]
pub enum Opened {
    /// The index is what was expected.
    Ready(CatalogIndex),
    /// There is none.
    Missing,
    /// It belongs to another state of the catalogue. With the same layout it can be asked all
    /// the same, and caught up by [`CatalogIndex::update`].
    Stale {
        /// What it was made from.
        found: Stamp,
        /// The index, if its layout is today's.
        index: Option<Box<CatalogIndex>>,
    },
    /// Damaged or not ours.
    Unreadable {
        /// For the log.
        why: String,
    },
}

/// Filters with their bits, one set per segment.
type FilterCache = Mutex<Vec<(Filter, Arc<[Arc<Bits>]>)>>;

/// One committed state.
pub(super) struct Snapshot {
    pub(super) stamp: Stamp,
    pub(super) segments: Vec<Segment>,
    filters: FilterCache,
}

impl Snapshot {
    fn load(index: &Index, fields: &Fields) -> Result<Self, SearchError> {
        let metas = index.load_metas()?;
        let stamp = match metas.payload.as_deref() {
            Some(payload) => serde_json::from_str(payload)?,
            None => return Err(SearchError::Damaged("the commit has no payload".into())),
        };
        let mut segments = Vec::new();
        for segment in index.searchable_segments()? {
            let reader = SegmentReader::open(&segment)?;
            if reader.num_docs() > 0 {
                segments.push(Segment::open(&reader, fields)?);
            }
        }
        segments.sort_by_key(|segment| std::cmp::Reverse(segment.len));
        Ok(Self {
            stamp,
            segments,
            filters: Mutex::default(),
        })
    }

    /// The documents that pass a filter, for each segment.
    pub(super) fn allowed(&self, filter: &Filter) -> Arc<[Arc<Bits>]> {
        let mut cache = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = cache.iter().position(|(known, _)| known == filter) {
            if at > 0 {
                cache[..=at].rotate_right(1);
            }
            return Arc::clone(&cache[0].1);
        }
        let bits: Arc<[Arc<Bits>]> = self
            .segments
            .iter()
            .map(|s| Arc::new(filter.allowed(s)))
            .collect();
        cache.truncate(FILTERS - 1);
        cache.insert(0, (filter.clone(), Arc::clone(&bits)));
        bits
    }
}

impl CatalogIndex {
    /// Builds a new index from items in rank order, in place of what is in `dir`.
    pub fn build<D: Borrow<SearchDoc>>(
        dir: &Path,
        docs: impl IntoIterator<Item = D>,
        stamp: Stamp,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, SearchError> {
        match fs::symlink_metadata(dir) {
            Ok(there) if there.is_dir() => fs::remove_dir_all(dir)?,
            Ok(_) => fs::remove_file(dir)?,
            Err(_) => {}
        }
        fs::create_dir_all(dir)?;
        let (schema, fields) = schema::schema();
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        let mut writer = IndexBuilder::new()
            .schema(schema)
            .tokenizers(schema::tokenizers())
            .single_segment_index_writer::<TantivyDocument>(directory, BUILD_MEMORY)?;
        let mut scribe = Scribe::new(fields.clone());
        let mut done = 0;
        for doc in docs {
            writer.add_document(scribe.document(doc.borrow())?)?;
            done += 1;
            if done % PROGRESS == 0 {
                progress(done);
            }
        }
        let index = writer.finalize()?;
        let mut writer: IndexWriter = index.writer_with_num_threads(1, UPDATE_MEMORY)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        commit(&mut writer, stamp)?;
        drop(writer);
        progress(done);
        Self::over(index, fields)
    }

    /// Opens what is in `dir`.
    pub fn open(dir: &Path, expected: Stamp) -> Opened {
        let entries: Vec<_> = fs::read_dir(dir)
            .map(|list| list.filter_map(Result::ok).map(|e| e.file_name()).collect())
            .unwrap_or_default();
        if entries.is_empty() {
            return Opened::Missing;
        }
        match Self::inspect(dir) {
            Ok((found, None)) => Opened::Stale { found, index: None },
            Ok((found, Some(index))) if found == expected => Opened::Ready(index),
            Ok((found, Some(index))) => Opened::Stale {
                found,
                index: Some(Box::new(index)),
            },
            Err(error) => Opened::Unreadable {
                why: error.to_string(),
            },
        }
    }

    /// Reads the payload, then, if the layout is ours, checks and loads everything.
    fn inspect(dir: &Path) -> Result<(Stamp, Option<Self>), SearchError> {
        let directory = MmapDirectory::open(dir).map_err(tantivy::TantivyError::from)?;
        for needed in [".managed.json", "meta.json"] {
            if !dir.join(needed).is_file() {
                return Err(SearchError::Damaged(format!("{needed} is missing")));
            }
        }
        let mut index = Index::open(directory)?;
        let metas = index.load_metas()?;
        let Some(payload) = metas.payload.as_deref() else {
            return Err(SearchError::Damaged("the commit has no payload".into()));
        };
        let stamp: Stamp = serde_json::from_str(payload)?;
        if stamp.schema != schema::VERSION {
            return Ok((stamp, None));
        }
        let (schema, fields) = schema::schema();
        if index.schema() != schema {
            return Err(SearchError::Damaged(
                "other fields under our version".into(),
            ));
        }
        if let Some(file) = index.validate_checksum()?.iter().next() {
            return Err(SearchError::Damaged(format!(
                "{} is damaged",
                file.display()
            )));
        }
        index.set_tokenizers(schema::tokenizers());
        Ok((stamp, Some(Self::over(index, fields)?)))
    }

    fn over(index: Index, fields: Fields) -> Result<Self, SearchError> {
        let snapshot = Snapshot::load(&index, &fields)?;
        Ok(Self {
            index,
            fields,
            snapshot: RwLock::new(Arc::new(snapshot)),
            nicknames: RwLock::default(),
            writing: Mutex::default(),
        })
    }

    /// Adds items, or replaces those with the same ids; visible when this returns.
    pub fn update<D: Borrow<SearchDoc>>(
        &self,
        docs: impl IntoIterator<Item = D>,
        seq: u64,
    ) -> Result<(), SearchError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer: IndexWriter = self.index.writer_with_num_threads(1, UPDATE_MEMORY)?;
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let mut scribe = Scribe::new(self.fields.clone());
        let snapshot = self.snapshot();
        for doc in docs {
            let doc = doc.borrow();
            let document = scribe.document(doc)?;
            if snapshot.segments.iter().any(|s| s.doc(doc.id).is_some()) {
                let id = Term::from_field_u64(self.fields.id, u64::from(doc.id));
                let same = RangeQuery::new(Bound::Included(id.clone()), Bound::Included(id));
                writer.delete_query(Box::new(same))?;
            }
            writer.add_document(document)?;
        }
        let stamp = Stamp {
            seq,
            ..snapshot.stamp
        };
        commit(&mut writer, stamp)?;
        let mut metas = self.index.searchable_segment_metas()?;
        if metas.len() > SMALL_SEGMENTS {
            metas.sort_by_key(|meta| std::cmp::Reverse(meta.max_doc()));
            let small: Vec<_> = metas.iter().skip(1).map(tantivy::SegmentMeta::id).collect();
            writer.merge(&small).wait()?;
        }
        drop(writer);
        let next = Snapshot::load(&self.index, &self.fields)?;
        *self
            .snapshot
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    /// Which state of the catalogue this is.
    pub fn stamp(&self) -> Stamp {
        self.snapshot().stamp
    }

    /// Items in the index, vanished ones included.
    pub fn len(&self) -> usize {
        self.snapshot()
            .segments
            .iter()
            .map(|s| s.alive.count())
            .sum()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes a table of nicknames for all queries from now on.
    pub fn set_nicknames(&self, table: Nicknames) {
        *self
            .nicknames
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(table);
    }

    pub(super) fn nicknames(&self) -> Arc<Nicknames> {
        Arc::clone(
            &self
                .nicknames
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn commit(writer: &mut IndexWriter, stamp: Stamp) -> Result<(), SearchError> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&serde_json::to_string(&stamp)?);
    prepared.commit()?;
    Ok(())
}
