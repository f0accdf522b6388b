//! The database file: the only truth of the program.
//!
//! Nobody else opens a transaction. Reading goes through [`Store::read`], changing through
//! [`Store::write`]; both hand out a [`Tx`]. What cannot be rebuilt from here does not exist.

mod audit;
mod audit_log;
pub mod catalog;
pub mod codec;
pub mod fetched;
pub mod files;
pub mod jobs;
mod ledger;
mod left_places;
mod lot_files;
mod lot_views;
mod mappings;
pub mod market_keys;
mod migrate;
mod overlays;
pub mod people;
mod people_audit;
mod people_writes;
mod schema1;
mod settings;
pub mod shop;
mod shop_writes;
mod sync;
mod sync_writes;
pub mod tables;
mod tx;
mod writer;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use redb::{Database, ReadableDatabase};

use crate::domain::Committed;
use crate::error::{Error, Kind, Result};

pub use catalog::{Catalog, NewCatalog};
pub use migrate::SCHEMA;
pub use shop::Shop;
pub use shop_writes::found_alike;
pub use tx::Tx;
pub use writer::{Batch, Decided};

/// Memory that redb may use for pages, in bytes.
const CACHE: usize = 32 * 1024 * 1024;

/// Opens the database; called again after an I/O error.
pub type Opener = Arc<dyn Fn() -> Result<Database> + Send + Sync>;

/// Told of every durable commit; answers `false` to be told no more.
pub type Listener = Box<dyn Fn(&Committed) -> bool + Send + Sync>;

/// What all handles of one store share.
pub(crate) struct Shared {
    /// `None` only while it is being reopened after an I/O error.
    database: RwLock<Option<Arc<Database>>>,
    opener: Opener,
    listeners: Mutex<Vec<Listener>>,
    /// How the file is called in sentences.
    shown: String,
}

impl Shared {
    fn database(&self) -> Result<Arc<Database>> {
        let open = self
            .database
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match open {
            Some(database) => Ok(database),
            // The last attempt after an I/O error failed; perhaps there is room by now.
            None => self.reopen(),
        }
    }

    /// After an I/O error redb refuses all writes: close the file and open it again. What was
    /// confirmed is on disk; what was not is gone, and its caller was told so.
    fn reopen(&self) -> Result<Arc<Database>> {
        let mut slot = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *slot = None;
        let database = Arc::new((self.opener)()?);
        *slot = Some(Arc::clone(&database));
        Ok(database)
    }

    fn tell(&self, committed: &Committed) {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|listener| listener(committed));
    }
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    writer: Arc<writer::Writer>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store through `opener`, and brings older files up to [`SCHEMA`].
    ///
    /// # Errors
    /// `Conflict` when another process has it, `Storage` when the file is damaged, newer than this
    /// program, or cannot be read or written.
    pub fn open(opener: Opener) -> Result<Self> {
        Self::open_shown(opener, "The database".into(), &|_| Ok(()))
    }

    fn open_shown(opener: Opener, shown: String, keep: migrate::Keep<'_>) -> Result<Self> {
        let database = opener()?;
        migrate::bring_up(&database, keep)?;
        let shared = Arc::new(Shared {
            database: RwLock::new(Some(Arc::new(database))),
            opener,
            listeners: Mutex::new(Vec::new()),
            shown,
        });
        let writer = Arc::new(writer::Writer::new(Arc::clone(&shared)));
        let store = Self { shared, writer };
        store.drop_abandoned_catalogs()?;
        Ok(store)
    }

    /// Opens `DATA/shop.redb`, made if it is not there; see [`files`] for what can go wrong.
    pub fn open_dir(dir: &std::path::Path) -> Result<Self> {
        let path = files::prepare(dir)?;
        let shown = path.display().to_string();
        files::intact(&shown.clone(), move || {
            let file = path.clone();
            let opener = Arc::new(move || files::open(&path, CACHE));
            Self::open_shown(opener, shown, &|schema| {
                files::keep_before_step(&file, schema)
            })
        })
    }

    /// Reads from one consistent state.
    pub fn read<T>(&self, look: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let database = self.shared.database()?;
        let transaction = database.begin_read().map_err(|e| disk(&e))?;
        look(&Tx::Read(&tx::Reading::new(transaction)))
    }

    /// Like [`Store::read`], for looking at everything: a page that is damaged is an error, too.
    pub fn read_all<T>(&self, look: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        files::intact(&self.shared.shown, || self.read(look))
    }

    /// The number of the latest commit.
    pub fn seq(&self) -> Result<u64> {
        self.read(|tx| Ok(tx.meta_number(writer::SEQ)?.unwrap_or(0)))
    }

    /// Decides inside the open write transaction, applies the batch, and answers when it is on disk.
    ///
    /// `decide` sees every batch before it. When it fails, nothing of it was written.
    pub fn write<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Tx<'_>) -> Result<Decided<T>> + Send + 'static,
    ) -> Result<T> {
        self.writer.write(decide)
    }

    /// Whether anybody had to wait for another's commit since this was last asked: whoever writes much then
    /// does it in smaller pieces.
    pub fn somebody_waited(&self) -> bool {
        self.writer.somebody_waited()
    }

    /// Writes past every rule, so that tests can see damage reported.
    #[cfg(test)]
    pub(crate) fn damage(&self, write: impl FnOnce(&redb::WriteTransaction)) {
        let database = self.shared.database().expect("an open database");
        let transaction = database.begin_write().expect("a transaction");
        write(&transaction);
        transaction.commit().expect("a commit");
    }

    /// From now on `listener` is told of every commit.
    pub fn listen(&self, listener: Listener) {
        self.shared
            .listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(listener);
    }
}

/// The sentence for a disk without room.
pub(crate) const FULL: &str = "The disk is full. Nothing was changed; make room and try again.";

/// Whether an I/O error means that there is no room: on the disk, in a quota, below a limit.
pub(crate) fn is_full(text: &str) -> bool {
    const SAID: [&str; 6] = [
        "No space left",
        "os error 28)",
        "Disk quota exceeded",
        "os error 122)",
        "File too large",
        "os error 27)",
    ];
    SAID.iter().any(|said| text.contains(said))
}

/// A failure of disk or file, in one sentence.
pub(crate) fn disk(error: &dyn std::fmt::Display) -> Error {
    let text = error.to_string();
    let message = if is_full(&text) {
        FULL.to_owned()
    } else {
        format!("The database could not be read or written ({text}). Nothing was changed.")
    };
    Error::new(Kind::Storage, message)
}
