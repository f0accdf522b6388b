//! Every verb of the program and every permission check. One verb is one transaction.
//!
//! Services know the store and the search index, never a screen or a socket. A verb gets a
//! [`Scope`]: who, for which shop, when.

pub mod alerts;
pub mod audit;
pub mod catalog;
pub mod check;
pub mod freshen;
pub mod gates;
pub mod identify;
pub mod inventory;
pub mod jobs;
pub mod keys;
mod labelling;
pub mod lots;
pub mod machine_room;
mod moves;
pub mod names;
pub mod order_lists;
pub mod orders;
pub mod overlays;
mod overview;
mod own_list;
mod parcels;
pub mod people;
pub mod picking;
pub mod pictures;
mod promises;
mod rights;
mod running;
pub mod settings;
mod shelf;
pub mod sync;
pub mod views;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::report::Progress;
use crate::domain::{Committed, Scope, TenantId, UserId, Windows};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::Result;
use crate::search::CatalogIndex;
use crate::store::tables::ShopRecord;
use crate::store::{Batch, Decided, Store};

use names::Names;
use own_list::OwnLists;
pub use people::Hashing;
use people::Reception;
use shelf::Shelves;
use views::Views;

/// What listeners are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something is on disk.
    Committed(Committed),
    /// A picture has come, or is known not to exist; its number.
    Picture(u64),
    /// Something was to be fetched for this shop, and nothing came that could be stored.
    NothingFetched(TenantId),
    /// The search index is being rebuilt, or ready.
    Index {
        /// Whether it answers.
        ready: bool,
        /// How far a rebuild has come.
        progress: Progress,
    },
}

/// Told of notices; answers `false` to be told no more.
pub type Listener = Box<dyn Fn(&Notice) -> bool + Send + Sync>;

/// How the program is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the index and a shop's own files lie.
    pub data_dir: PathBuf,
    /// When facts grow old.
    pub windows: Windows,
    /// Brings alerts to absent people; without one they are only logged.
    pub courier: Option<Arc<dyn alerts::Courier>>,
    /// Who fetches pictures; without one there are those that were fetched before.
    pub pictures: Option<Arc<dyn crate::market::Transport>>,
    /// Where codes, secrets and salts come from.
    pub entropy: Arc<dyn Entropy>,
    /// What hashing a password costs.
    pub hashing: Hashing,
    /// What the services outside are called with.
    pub outside: Outside,
}

/// What the services outside are called with.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Where the master key comes from.
    pub master: keys::MasterSource,
    /// How long opened keys stay in memory.
    pub kept: Duration,
    /// Asks marketplaces who somebody is; without one they are not asked.
    pub connector: Option<Arc<dyn keys::Connector>>,
    /// Refuse every call.
    pub offline: bool,
    /// The services are played on this machine: whatever shop is looked at, nothing of it is real.
    pub practice: bool,
    /// How many calls the services take.
    pub limits: gates::CallLimits,
    /// How callers wait for their turn.
    pub patience: Arc<dyn gates::Patience>,
    /// Another host of pictures, without a slash at its end.
    pub pictures: Option<String>,
    /// How photos are identified.
    pub sight: identify::Sight,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            master: keys::MasterSource::default(),
            kept: keys::KEPT,
            connector: None,
            offline: false,
            practice: false,
            limits: gates::CallLimits::default(),
            patience: Arc::new(gates::RealPatience),
            pictures: None,
            sight: identify::Sight::default(),
        }
    }
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::new(),
            windows: Windows::default(),
            courier: None,
            pictures: None,
            entropy: Arc::new(SystemEntropy),
            hashing: Hashing::default(),
            outside: Outside::default(),
        }
    }
}

/// The program behind the screens.
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    data_dir: PathBuf,
    windows: Windows,
    names: RwLock<Arc<Names>>,
    index: RwLock<Option<Arc<CatalogIndex>>>,
    views: Views,
    /// Held for writing while another catalogue takes the place of the one before: item numbers of
    /// one mean other items in the other.
    swapping: RwLock<()>,
    /// Held by the import that is under way.
    importing: Mutex<()>,
    listeners: Arc<Mutex<Vec<Listener>>>,
    shelves: Arc<Shelves>,
    running: running::Running,
    parcels: parcels::Parcels,
    pub(crate) reviews: inventory::Reviews,
    own_lists: Arc<OwnLists>,
    jobs: Arc<jobs::Jobs>,
    practice: bool,
    offline: bool,
    machines: machine_room::Machines,
    keys: keys::Keys,
    gates: gates::Gates,
    freshener: Arc<freshen::Freshener>,
    beside: catalog::Beside,
    // Dropped after the gates, which tell it things.
    alerts: Arc<alerts::Alerts>,
    reception: Reception,
    pictures: Option<pictures::Pictures>,
    identify: identify::Identify,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.freshener.end();
    }
}

impl App {
    /// The program over an open store. The index is opened by [`App::open_index`].
    pub fn new(store: Store, clock: Arc<dyn Clock>, setup: Setup) -> Result<Self> {
        let names = Arc::new(Names::load(&store)?);
        // These hear of a commit first: who is told of it may ask them at once.
        let shelves = Shelves::following(&store);
        let own_lists = OwnLists::following(&store);
        let listeners: Arc<Mutex<Vec<Listener>>> = Arc::default();
        let told = Arc::downgrade(&listeners);
        store.listen(Box::new(move |committed| {
            let Some(listeners) = told.upgrade() else {
                return false;
            };
            tell(&listeners, &Notice::Committed(committed.clone()));
            true
        }));
        let alerts = Arc::new(alerts::Alerts::start(&store, setup.courier)?);
        let outside = setup.outside;
        let mut sight = outside.sight;
        sight
            .inbox
            .get_or_insert_with(|| setup.data_dir.join("inbox"));
        let meter = machine_room::Meter::new(Arc::clone(&clock));
        let gates = gates::Gates::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&setup.entropy),
            gates::GateSetup {
                patience: outside.patience,
                alarm: alerts::alarm(&alerts, &clock),
                offline: outside.offline,
                limits: outside.limits,
                meter: Arc::clone(&meter),
            },
        );
        let keys = keys::Keys::new(
            outside.master,
            Arc::clone(&setup.entropy),
            outside.kept,
            outside.connector.filter(|_| !outside.offline),
        );
        let told = Arc::downgrade(&listeners);
        let pictures = pictures::Pictures::start(
            &setup.data_dir,
            (
                setup.pictures.filter(|_| !outside.offline),
                pictures::Host(outside.pictures),
            ),
            Arc::clone(&meter),
            Arc::clone(&clock),
            Box::new(move |id| {
                if let Some(listeners) = told.upgrade() {
                    tell(&listeners, &Notice::Picture(id));
                }
            }),
        );
        let entropy = Arc::clone(&setup.entropy);
        let app = Self {
            store,
            clock,
            data_dir: setup.data_dir,
            windows: setup.windows,
            names: RwLock::new(names),
            index: RwLock::new(None),
            views: Views::default(),
            swapping: RwLock::default(),
            importing: Mutex::new(()),
            listeners,
            shelves,
            running: running::Running::default(),
            parcels: parcels::Parcels::default(),
            reviews: inventory::Reviews::default(),
            own_lists,
            jobs: Arc::default(),
            practice: outside.practice,
            offline: outside.offline,
            machines: machine_room::Machines::new(meter),
            keys,
            gates,
            freshener: freshen::Freshener::new(),
            beside: catalog::Beside::default(),
            alerts,
            identify: identify::Identify::new(sight, &entropy),
            reception: Reception::new(setup.entropy, setup.hashing),
            pictures,
        };
        // Nobody works on the data yet: a deed that is still open died with the program before.
        if let Err(error) = app.finish_open_deeds() {
            tracing::error!("what did not come to its end could not be taken back: {error}");
        }
        if let Err(error) = app.settle_jobs() {
            tracing::error!("jobs that died could not be marked: {error}");
        }
        Ok(app)
    }

    /// The number of the latest commit; fails when the store cannot be read.
    pub fn seq(&self) -> Result<u64> {
        self.store.seq()
    }

    /// What time it is.
    pub fn now(&self) -> crate::domain::Timestamp {
        self.clock.now()
    }

    /// Where files pass between the server and people without a shell.
    pub fn exchange(&self) -> PathBuf {
        self.data_dir.join("exchange")
    }

    /// The first shop's owner, for tests and benchmarks: nobody comes in like this.
    pub fn solo(&self) -> Scope {
        Scope::owner(TenantId(1), UserId(1), self.clock.now())
    }

    /// The shop of the scope, opened under a plain name on the first look.
    pub fn shop_record(&self, scope: &Scope) -> Result<ShopRecord> {
        if scope.tenant == rights::NO_SHOP {
            return Ok(ShopRecord {
                name: String::new(),
                currency: String::new(),
                practice: false,
                created: scope.now,
            });
        }
        if let Some(record) = self.store.read(|tx| tx.shop(scope).record())? {
            return Ok(record);
        }
        let scope = *scope;
        self.store.write(move |tx| {
            // Somebody may have opened it a moment ago.
            if let Some(record) = tx.shop(&scope).record()? {
                return Ok(Decided::unchanged(record));
            }
            let record = ShopRecord {
                name: "My shop".into(),
                currency: "EUR".into(),
                practice: false,
                created: scope.now,
            };
            let mut batch = Batch::new();
            batch.put_shop(&scope, record.clone());
            Ok(Decided::new(record, batch))
        })
    }

    /// Opens the shop of the scope, or gives it another head.
    pub fn open_shop(&self, scope: &Scope, record: ShopRecord) -> Result<()> {
        rights::allow(scope, rights::Right::Settings)?;
        let scope = *scope;
        self.store.write(move |_| {
            let mut batch = Batch::new();
            batch.put_shop(&scope, record);
            Ok(Decided::new((), batch))
        })
    }

    /// While it is held, tables, names and index are those of one catalogue. Not to be taken twice.
    pub fn one_catalog(&self) -> RwLockReadGuard<'_, ()> {
        self.swapping.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on `listener` is told of commits and of the index.
    pub fn listen(&self, listener: Listener) {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(listener);
    }

    pub(crate) fn announce(&self, notice: &Notice) {
        tell(&self.listeners, notice);
    }

    /// Colours and categories by number, as of the latest catalogue.
    pub(crate) fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads colours and categories again, after the catalogue has changed.
    pub(crate) fn reload_names(&self) -> Result<()> {
        let fresh = Arc::new(Names::load(&self.store)?);
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

fn tell(listeners: &Mutex<Vec<Listener>>, notice: &Notice) {
    listeners
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .retain(|listener| listener(notice));
}
