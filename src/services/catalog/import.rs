//! Importing catalogue downloads: many files become one new generation, seen all at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::UNIX_EPOCH;

use super::gather::Gathered;
use super::index::{CategoryPositions, failed, rank_doc, search_doc};
use super::merge::{Merged, Stored, Terms, Vanishing, merge};
use crate::domain::report::{CatalogImport, FileReport, Progress, Skipped};
use crate::domain::{CategoryTree, Item, Timestamp};
use crate::error::{Error, Result};
use crate::formats::{FileKind, Source, read_catalog, sniff};
use crate::search::{CatalogIndex, RankKey, Stamp, rank_key};
use crate::services::App;
use crate::store::NewCatalog;
use crate::store::catalog::Staged;

/// A file of the run, opened and recognised.
struct Opened {
    source: Source,
    kind: FileKind,
    at: Timestamp,
}

impl App {
    /// Imports BrickLink's downloads. Until everything is stored and searchable, readers see the
    /// catalogue as it was; a run that fails changes nothing.
    ///
    /// # Errors
    /// `Invalid` when no file is known, or one is cut short or not what it should be; `Conflict` when
    /// another import is under way; `Storage` when the disk fails.
    pub fn import_catalog(
        &self,
        paths: &[PathBuf],
        complete: bool,
        progress: &dyn Fn(Progress),
    ) -> Result<CatalogImport> {
        let now = self.clock.now();
        let mut report = CatalogImport::default();
        let mut files = Vec::new();
        for path in paths {
            if path.is_dir() {
                for inside in files_in(path)? {
                    match recognise(&inside, now) {
                        Ok(Ok(file)) => files.push(file),
                        Ok(Err(why)) => report.unknown.push(why),
                        Err(e) => report.unknown.push(unknown(&inside, e.message)),
                    }
                }
            } else {
                match recognise(path, now)? {
                    Ok(file) => files.push(file),
                    Err(why) => report.unknown.push(why),
                }
            }
        }
        if files.is_empty() {
            return Err(nothing_known(paths, &report.unknown));
        }
        let terms = Terms {
            source: crate::domain::Source::Download,
            vanishing: if complete {
                Vanishing::Complete
            } else {
                Vanishing::MostlyComplete
            },
            now,
        };
        let run = gather(files, &mut report, progress)?;
        self.take_over(run, terms, report, progress)
    }

    /// Merges a run into the catalogue, stores and indexes the outcome, makes it visible.
    pub(super) fn take_over(
        &self,
        run: Gathered,
        terms: Terms,
        mut report: CatalogImport,
        progress: &dyn Fn(Progress),
    ) -> Result<CatalogImport> {
        let Ok(_alone) = self.importing.try_lock() else {
            return Err(Error::conflict(
                "Another import is under way. Wait until it is done.",
            ));
        };
        let stored = self.stored()?;
        let first = stored.items.is_empty();
        let merged = merge(stored, run, terms, &mut report);
        let same = report.nothing_changed() && !merged.confirmed && !first;
        if !same {
            self.publish(merged, terms.now, &mut report, progress)?;
        }
        let micros = self.clock.now().since(terms.now);
        report.millis = u64::try_from(micros / 1_000).unwrap_or(0);
        Ok(report)
    }

    fn stored(&self) -> Result<Stored> {
        self.store.read(|tx| {
            let Some(catalog) = tx.catalog()? else {
                return Ok(Stored::default());
            };
            let mut items = Vec::with_capacity(catalog.len() as usize);
            catalog.each_item(|_, item| {
                items.push(item);
                Ok(())
            })?;
            Ok(Stored {
                items,
                colors: catalog.colors()?,
                tree: CategoryTree::from_nodes(catalog.categories()?),
            })
        })
    }

    fn publish(
        &self,
        merged: Merged,
        now: Timestamp,
        report: &mut CatalogImport,
        progress: &dyn Fn(Progress),
    ) -> Result<()> {
        let starter = merged
            .items
            .iter()
            .all(|item| item.basics.source == crate::domain::Source::Starter);
        let tree = merged.tree;
        let new = Arc::new(NewCatalog {
            colors: merged.colors,
            categories: tree.nodes().cloned().collect(),
            items: ranked(merged.items)?,
        });
        let generation = self.store.next_generation()?;
        let dir = self.index_dir(generation);
        let stamp = Stamp::new(u64::from(generation), 0);
        let total = new.items.len() as u64;
        let docs = Arc::clone(&new);
        // The index takes as long as the store; each gets a core.
        let (staged, index) = std::thread::scope(|scope| {
            let indexing = scope.spawn(|| {
                let positions = CategoryPositions::of(&tree);
                let docs = (0u32..)
                    .zip(&docs.items)
                    .map(|(id, item)| search_doc(id, item, &tree, &positions));
                CatalogIndex::build(&dir, docs, stamp, &mut |_| {}).map_err(|e| failed(&e))
            });
            let staged = self.store.stage_catalog(&new, starter, now, |done| {
                progress(Progress {
                    step: "storing and indexing".into(),
                    done: done as u64,
                    total,
                    unit: "items".into(),
                });
            });
            let index = indexing
                .join()
                .unwrap_or_else(|_| Err(Error::internal("The search index could not be built.")));
            (staged, index)
        });
        let elements = match index.and_then(|index| self.swap(staged?, index)) {
            Ok(elements) => elements,
            Err(e) => {
                // What was built belongs to no catalogue; the tables go with the next start or import.
                if let Ok(visible) = self.generation() {
                    self.sweep_index(visible);
                }
                return Err(e);
            }
        };
        self.sweep_index(generation);
        // The new catalogue is complete and visible; the old one only takes room until the next start.
        if let Err(e) = self.store.drop_abandoned_catalogs() {
            tracing::warn!("the catalogue before could not be removed: {e}");
        }
        report.items = total;
        report.elements = u64::from(elements);
        Ok(())
    }

    /// Makes tables, names and index of a new catalogue visible together; answers how many element
    /// ids it holds.
    fn swap(&self, staged: Staged, index: CatalogIndex) -> Result<u32> {
        let _nobody_looks = self
            .swapping
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let generation = staged.generation();
        let head = match self.store.publish_catalog(staged) {
            Ok(head) => head,
            // A commit may fail after it has reached the file; what readers see from now on decides.
            Err(e) => self
                .store
                .read(|tx| Ok(tx.catalog()?.map(|catalog| catalog.head().clone())))
                .ok()
                .flatten()
                .filter(|head| head.generation == generation)
                .ok_or(e)?,
        };
        self.reload_names()?;
        self.use_index(index);
        Ok(head.elements)
    }
}

/// In the order in which searches show them.
fn ranked(items: Vec<Item>) -> Result<Vec<Item>> {
    let keyed = |items: Vec<Item>| -> Vec<(RankKey, Item)> {
        items
            .into_iter()
            .map(|item| (rank_key(&rank_doc(0, &item)), item))
            .collect()
    };
    let mut first = items;
    let second = first.split_off(first.len() / 2);
    let (mut all, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| keyed(second));
        (keyed(first), second.join())
    });
    all.extend(second.map_err(|_| Error::internal("The items could not be ranked."))?);
    all.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(all.into_iter().map(|(_, item)| item).collect())
}

/// The files of a directory by name; what lies deeper is left alone.
fn files_in(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).map_err(|e| {
        Error::invalid(format!(
            "The directory {} cannot be read ({e}).",
            dir.display()
        ))
    })?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn short_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| crate::domain::text::clean(&name.to_string_lossy()),
    )
}

fn unknown(path: &Path, reason: String) -> Skipped {
    Skipped {
        file: short_name(path),
        line: 0,
        field: String::new(),
        reason,
    }
}

/// Opens a file and tells by its content what it is; `Err` within: no file of the catalogue.
fn recognise(path: &Path, now: Timestamp) -> Result<std::result::Result<Opened, Skipped>> {
    let mut source = Source::open(path)?;
    let kind = sniff(&mut source)?;
    if !kind.is_catalog() {
        let why = kind.refusal(source.name(), "a file of the catalogue");
        return Ok(Err(unknown(path, why.message)));
    }
    Ok(Ok(Opened {
        source,
        kind,
        at: modified(path).map_or(now, |at| at.min(now)),
    }))
}

/// The age of a download is that of its file; a time to come is a broken clock's.
fn modified(path: &Path) -> Option<Timestamp> {
    let since = fs::metadata(path)
        .ok()?
        .modified()
        .ok()?
        .duration_since(UNIX_EPOCH)
        .ok()?;
    Some(Timestamp::from_micros(
        i64::try_from(since.as_micros()).ok()?,
    ))
}

fn nothing_known(paths: &[PathBuf], unknown: &[Skipped]) -> Error {
    match (paths, unknown) {
        ([path], [only]) if path.is_file() => Error::invalid(only.reason.clone()),
        ([path], _) => Error::invalid(format!(
            "{} holds no file of BrickLink's catalogue downloads. Download them from bricklink.com (Catalog, Download) and try again.",
            path.display()
        )),
        _ => Error::invalid(
            "None of these files is one of BrickLink's catalogue downloads. Download them from bricklink.com (Catalog, Download) and try again.",
        ),
    }
}

/// Files by where they stood on the command line, with what was read from them.
type Read = Result<(Gathered, Vec<(usize, FileReport)>)>;

/// Reads all files. Element ids and bins name no items of their own, so they are read on another
/// core; everything else in order, as of two files that name the same item the later one counts.
fn gather(
    files: Vec<Opened>,
    report: &mut CatalogImport,
    progress: &dyn Fn(Progress),
) -> Result<Gathered> {
    let total: u64 = files.iter().map(|file| file.source.size()).sum();
    let done = AtomicU64::new(0);
    let (aside, main): (Vec<_>, Vec<_>) = files.into_iter().enumerate().partition(|(_, file)| {
        matches!(
            file.kind,
            FileKind::CodesXml | FileKind::CodesTxt | FileKind::BinLookup
        )
    });
    let (main, aside) = std::thread::scope(|scope| {
        let aside = scope.spawn(|| read(aside, &done, &|_| {}));
        let main = read(main, &done, &|name| {
            progress(Progress {
                step: format!("reading {name}"),
                done: done.load(Ordering::Relaxed) / 1024,
                total: total / 1024,
                unit: "KB".into(),
            });
        });
        let aside = aside
            .join()
            .unwrap_or_else(|_| Err(Error::internal("A file could not be read.")));
        (main, aside)
    });
    let ((mut run, mut read), (other, others)) = (main?, aside?);
    run.absorb(other);
    read.extend(others);
    read.sort_by_key(|(at, _)| *at);
    report.files = read.into_iter().map(|(_, file)| file).collect();
    Ok(run)
}

fn read(files: Vec<(usize, Opened)>, done: &AtomicU64, begins: &dyn Fn(&str)) -> Read {
    let mut run = Gathered::default();
    let mut reports = Vec::new();
    for (at, mut file) in files {
        let name = file.source.name().to_owned();
        begins(&name);
        let mut rows = run.file(&name, file.at);
        let read = read_catalog(&mut file.source, &file.kind, &mut rows)?;
        let skipped = rows.skipped;
        done.fetch_add(file.source.size(), Ordering::Relaxed);
        reports.push((
            at,
            FileReport {
                file: name,
                what: file.kind.words(),
                rows: read,
                skipped,
            },
        ));
    }
    Ok((run, reports))
}
