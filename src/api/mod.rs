//! What a screen or a script may ask, and what it is told.
//!
//! One set of enums for every way in: in one process (`demo`, tests) and over the socket. Types here
//! are plain: what crosses must be the same on both sides, byte for byte.

pub mod client;
mod door;
pub mod framing;
mod fresh;
mod identify;
mod jobs;
mod keys;
mod machine;
mod office;
mod review;
pub mod server;
pub mod socket;
mod stock;

use serde::{Deserialize, Serialize};

pub use crate::domain::Topic;
pub use door::{DoorRequest, Greeted, Greeting, NewAccount, SignedIn};
pub use fresh::FreshRequest;
pub use identify::IdentifyRequest;
pub use jobs::JobsRequest;
pub use keys::KeysRequest;
pub use machine::MachineRequest;
pub use office::{Invited, OfficeRequest};
pub use review::ReviewRequest;
pub use stock::StockRequest;

use crate::domain::job::{JobRow, JobRun};
use crate::domain::lot_draft::{PlaceProposal, PlaceRow};
use crate::domain::market::{
    FreshnessReport, Identified, Inbox, KeyTest, MachineRoom, MarketRow, PictureKey, PictureLook,
    PriceSheet, PricesFetched, Refreshed, Walked,
};
use crate::domain::query::{CatalogCounts, CatalogQuery, ViewSpec};
use crate::domain::report::{CatalogImport, CheckReport, InventoryImport, OrdersImport, Progress};
use crate::domain::review::{ListLook, Outlook, ReviewPage};
use crate::domain::rows::{
    CategoryRow, ColorRow, DeedReport, EditPreview, HistoryPage, ItemDetail, ItemRow, LotRow,
    LotTotals, OrderDetail, OrderRow, Overview, PickOutcome, PickView, UndoPreview,
};
use crate::domain::{
    AccountRow, AgainstReport, AuditPage, ComparePage, Face, ItemKey, ListExport, LotFile,
    LotFileRow, LotId, LotView, OperationId, OrderId, OverlayEdit, OverlayRow, PartOutReport,
    People, PlaceRuleFit, ReleasePreview, Secret, SessionId, ShopSettings, Standing, ViewId,
};
use crate::error::Error;

/// Changes with every change of a type that crosses the socket.
pub const PROTOCOL: u32 = 6;

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The start screen's figures -> [`Reply::Overview`].
    Overview,
    /// Opens a list; the answer carries its first rows at once -> [`Reply::Opened`].
    Open {
        /// What is asked.
        spec: ViewSpec,
        /// How many rows are wanted at once.
        rows: u16,
    },
    /// Rows of an open list -> [`Reply::Window`], or `NotFound` when the server has let go of the
    /// list: open it again.
    Window {
        /// Which list.
        view: ViewId,
        /// First row, from 0.
        offset: u32,
        /// How many.
        len: u16,
    },
    /// How many items match, and what each further choice would leave -> [`Reply::Counts`].
    Count {
        /// What is asked.
        query: CatalogQuery,
    },
    /// Help with a spelling mistake, for a query without results -> [`Reply::Spelled`].
    Spell {
        /// What was asked.
        query: CatalogQuery,
        /// How many rows are wanted at once.
        rows: u16,
    },
    /// Everything known about an item -> [`Reply::Item`].
    Item {
        /// Which.
        key: ItemKey,
    },
    /// The category tree -> [`Reply::Categories`].
    Categories,
    /// All colours -> [`Reply::Colors`].
    Colors,
    /// One order -> [`Reply::Order`].
    Order {
        /// Which.
        id: OrderId,
    },
    /// Starts a walk for these orders -> [`Reply::Pick`].
    PickStart {
        /// The orders, in the order of their totes.
        orders: Vec<OrderId>,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// A walk as it is now -> [`Reply::Pick`].
    PickOpen {
        /// Which.
        session: SessionId,
    },
    /// Takes the pieces of a line -> [`Reply::Pick`].
    PickTake {
        /// The walk.
        session: SessionId,
        /// The line the person saw; another one by now is a conflict.
        line: u16,
        /// How many; `None`: all of them.
        pieces: Option<u32>,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// A scan or typed code at a line: the right place or lot takes it -> [`Reply::Pick`].
    PickScan {
        /// The walk.
        session: SessionId,
        /// The line the person saw.
        line: u16,
        /// What was scanned.
        code: String,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Ends a line with what there is -> [`Reply::Pick`].
    PickShort {
        /// The walk.
        session: SessionId,
        /// The line.
        line: u16,
        /// Pieces that were found and taken.
        found: u32,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Puts a line off to the end -> [`Reply::Pick`].
    PickLater {
        /// The walk.
        session: SessionId,
        /// The line.
        line: u16,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Takes the last step back -> [`Reply::Pick`].
    PickUndo {
        /// The walk.
        session: SessionId,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Ends a walk; open lines are given back to their orders -> [`Reply::Pick`].
    PickFinish {
        /// The walk.
        session: SessionId,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Imports catalogue downloads -> progress events, then [`Reply::CatalogImported`].
    ImportCatalog {
        /// Absolute paths of files and directories.
        paths: Vec<String>,
        /// The run holds everything: what is missing has vanished.
        complete: bool,
    },
    /// Imports an inventory file -> [`Reply::InventoryImported`].
    ImportInventory {
        /// Absolute path.
        path: String,
    },
    /// Imports an order export -> [`Reply::OrdersImported`].
    ImportOrders {
        /// Absolute path.
        path: String,
    },
    /// What the shop keeps of an item -> [`Reply::Overlay`].
    Overlay {
        /// Which.
        key: ItemKey,
    },
    /// Changes that -> [`Reply::Overlay`], as it is now.
    SetOverlay {
        /// Which.
        key: ItemKey,
        /// What changes.
        edit: Box<OverlayEdit>,
    },
    /// What the shop keeps of items, by number -> [`Reply::Overlays`].
    Overlays {
        /// Words that all must occur in number, name, tags, notes or bin.
        text: String,
        /// How many at the most.
        rows: u16,
    },
    /// Verifies every invariant: of all shops for the operator, of the own one for an owner
    /// -> [`Reply::Checked`].
    Check,
    /// Coming in, switching, leaving.
    Door(DoorRequest),
    /// People, settings, audit log.
    Office(OfficeRequest),
    /// Keys of marketplaces.
    Keys(KeysRequest),
    /// Lots, their history, files.
    Stock(StockRequest),
    /// Photos of parts.
    Identify(IdentifyRequest),
    /// The picture of an item -> [`Reply::Picture`]. It is never waited for.
    Picture {
        /// Which.
        key: PictureKey,
    },
    /// Whether the server answers, and since when -> [`Reply::Status`].
    Status,
    /// Ends the server after what is under way -> [`Reply::Done`].
    Stop,
    /// Jobs that run by themselves.
    Jobs(JobsRequest),
    /// How the services outside are called.
    Machine(MachineRequest),
    /// Facts and prices that are fetched.
    Fresh(FreshRequest),
}

impl Request {
    /// Whether it may take a while: what cancels it must not wait behind it, and it may tell how far it is.
    pub fn is_long(&self) -> bool {
        match self {
            Self::ImportCatalog { .. }
            | Self::ImportInventory { .. }
            | Self::ImportOrders { .. }
            | Self::Check
            | Self::Keys(KeysRequest::Test { .. })
            | Self::Identify(IdentifyRequest::Photo(_)) => true,
            Self::Stock(asked) => asked.is_long(),
            Self::Fresh(asked) => asked.is_long(),
            _ => false,
        }
    }

    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Open { .. } => "open",
            Self::Window { .. } => "window",
            Self::Count { .. } => "count",
            Self::Spell { .. } => "spell",
            Self::Item { .. } => "item",
            Self::Categories => "categories",
            Self::Colors => "colors",
            Self::Order { .. } => "order",
            Self::PickStart { .. } => "pick-start",
            Self::PickOpen { .. } => "pick-open",
            Self::PickTake { .. } => "pick-take",
            Self::PickScan { .. } => "pick-scan",
            Self::PickShort { .. } => "pick-short",
            Self::PickLater { .. } => "pick-later",
            Self::PickUndo { .. } => "pick-undo",
            Self::PickFinish { .. } => "pick-finish",
            Self::ImportCatalog { .. } => "import-catalog",
            Self::ImportInventory { .. } => "import-inventory",
            Self::ImportOrders { .. } => "import-orders",
            Self::Overlay { .. } => "overlay",
            Self::SetOverlay { .. } => "set-overlay",
            Self::Overlays { .. } => "overlays",
            Self::Check => "check",
            Self::Door(request) => request.name(),
            Self::Office(request) => request.name(),
            Self::Keys(request) => request.name(),
            Self::Stock(request) => request.name(),
            Self::Identify(request) => request.name(),
            Self::Picture { .. } => "picture",
            Self::Status => "status",
            Self::Stop => "stop",
            Self::Jobs(request) => request.name(),
            Self::Machine(request) => request.name(),
            Self::Fresh(request) => request.name(),
        }
    }
}

/// Rows of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rows {
    /// Of the catalogue.
    Items(Vec<ItemRow>),
    /// Of the inventory.
    Lots(Vec<LotRow>),
    /// Of the orders.
    Orders(Vec<OrderRow>),
}

impl Rows {
    /// How many.
    pub fn len(&self) -> usize {
        match self {
            Self::Items(rows) => rows.len(),
            Self::Lots(rows) => rows.len(),
            Self::Orders(rows) => rows.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A list that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Asks for more of it.
    pub view: ViewId,
    /// Its first rows.
    pub rows: Rows,
    /// All rows, where that is known at once; a search counts later ([`Request::Count`]).
    pub total: Option<u32>,
    /// The first rows are not all.
    pub more: bool,
    /// Sums over all of it, where it is a list of lots.
    pub totals: Option<LotTotals>,
}

/// A correction of what was typed, with its results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelled {
    /// The corrected text.
    pub text: String,
    /// The list for it.
    pub opened: Opened,
}

/// How the server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerStatus {
    /// The program's version.
    pub version: String,
    /// Process id.
    pub pid: u32,
    /// Microseconds since it started.
    pub up_micros: i64,
    /// Open connections.
    pub clients: u32,
    /// The data directory.
    pub data_dir: String,
}

/// What a client is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Done, nothing to tell.
    Done,
    /// The start screen's figures.
    Overview(Box<Overview>),
    /// An opened list.
    Opened(Opened),
    /// Rows of a list.
    Window {
        /// Which list.
        view: ViewId,
        /// First row.
        offset: u32,
        /// All rows of the list.
        total: u32,
        /// The rows.
        rows: Rows,
    },
    /// Counts of a search.
    Counts(Box<CatalogCounts>),
    /// A correction, where there is one.
    Spelled(Option<Box<Spelled>>),
    /// An item.
    Item(Box<ItemDetail>),
    /// The category tree.
    Categories(Vec<CategoryRow>),
    /// All colours.
    Colors(Vec<ColorRow>),
    /// An order.
    Order(Box<OrderDetail>),
    /// A walk, and what just happened in it.
    Pick {
        /// The walk.
        view: Box<PickView>,
        /// What happened.
        outcome: PickOutcome,
    },
    /// An import of the catalogue.
    CatalogImported(Box<CatalogImport>),
    /// An import of lots.
    InventoryImported(Box<InventoryImport>),
    /// Files and folders.
    Paths(Vec<String>),
    /// What a file is.
    ListLook(Box<ListLook>),
    /// A list under review, and some of its rows.
    Review(Box<ReviewPage>),
    /// A row of a list under review is different now; `None`: there was nothing to take back.
    ReviewStep(Option<u32>),
    /// What bringing a list in would do.
    Outlook(Outlook),
    /// An import of orders.
    OrdersImported(Box<OrdersImport>),
    /// A check.
    Checked(Box<CheckReport>),
    /// How the server is.
    Status(ServerStatus),
    /// What the shop keeps of an item, if anything.
    Overlay(Option<Box<OverlayRow>>),
    /// What the shop keeps of items.
    Overlays(Vec<OverlayRow>),
    /// How the connection stands.
    Standing(Box<Standing>),
    /// Somebody came in.
    SignedIn(Box<SignedIn>),
    /// Who can be switched to.
    Faces(Vec<Face>),
    /// Everybody of the shop.
    People(Box<People>),
    /// A one-time code.
    Invited(Box<Invited>),
    /// A secret that is shown once.
    Secret(Secret),
    /// The shop's name and settings.
    Settings {
        /// Name of the shop.
        name: String,
        /// Its settings.
        settings: Box<ShopSettings>,
    },
    /// Entries of the audit log.
    Audit(Box<AuditPage>),
    /// All shops of the server.
    Accounts(Vec<AccountRow>),
    /// A sentence.
    Text(String),
    /// A lot.
    Lot(Box<LotRow>),
    /// What a deed did.
    Deed(Box<DeedReport>),
    /// What a change would do.
    EditPreview(Box<EditPreview>),
    /// What became of prices that were to be fetched.
    PricesFetched(Box<PricesFetched>),
    /// What taking back would do.
    UndoPreview(Box<UndoPreview>),
    /// Every place.
    Places(Vec<PlaceRow>),
    /// Where a new lot could lie.
    PlaceProposals(Vec<PlaceProposal>),
    /// How well a rule for places fits.
    PlaceRule(Box<PlaceRuleFit>),
    /// Saved views.
    LotViews(Vec<LotView>),
    /// A page of the history.
    History(Box<HistoryPage>),
    /// Files (batch collections).
    Files(Vec<LotFileRow>),
    /// A file.
    File(Box<LotFile>),
    /// What a release would do.
    ReleasePreview(Box<ReleasePreview>),
    /// Two lists of lots side by side.
    Compared(Box<ComparePage>),
    /// Values with how many lots have each.
    Values(Vec<(String, u32)>),
    /// What was written.
    Exported(Box<ListExport>),
    /// What a list did to lots.
    Against(Box<AgainstReport>),
    /// What became of sets that were parted out.
    PartedOut(Box<PartOutReport>),
    /// A piece of what was written.
    Piece(Vec<u8>),
    /// A picture, or when it comes.
    Picture(PictureLook),
    /// Every marketplace as it stands.
    Markets(Vec<MarketRow>),
    /// What came of trying keys.
    KeyTest(Box<KeyTest>),
    /// Every job as it stands.
    Jobs(Vec<JobRow>),
    /// Runs of a job.
    JobRuns(Vec<JobRun>),
    /// What a photo may show.
    Identified(Box<Identified>),
    /// Photos that wait.
    Inbox(Box<Inbox>),
    /// How the services outside are called.
    Machine(Box<MachineRoom>),
    /// The price guide of an item in a colour.
    Prices(Box<PriceSheet>),
    /// What a refresh brought.
    Refreshed(Box<Refreshed>),
    /// An item that was fetched, or was known all the time.
    Found(ItemKey),
    /// What a walk over old items did.
    Walked(Box<Walked>),
    /// How fresh everything is.
    Freshness(Box<FreshnessReport>),
}

/// What a client is told without having asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Something was changed and is on disk.
    Changed {
        /// Rises with every commit.
        seq: u64,
        /// What about.
        topic: Topic,
        /// Which records; empty means: too many to name, read again.
        ids: Vec<u64>,
    },
    /// Too much happened: read everything again.
    Resync,
    /// This connection stands differently, and not because it asked: a role was changed, a sign-in
    /// was ended or has run out.
    Standing(Box<Standing>),
    /// How far a long deed of this client has come.
    Progress(Progress),
    /// The search index is being rebuilt, or is ready again.
    Index {
        /// Whether it answers.
        ready: bool,
        /// How far a rebuild has come.
        progress: Progress,
    },
}

impl Event {
    /// Lots that changed, for lists that show stock.
    pub fn lots(ids: &[LotId], seq: u64) -> Self {
        Self::Changed {
            seq,
            topic: Topic::Inventory,
            ids: ids.iter().map(|id| id.0).collect(),
        }
    }
}

/// The outcome of a request.
pub type Answer = std::result::Result<Reply, Error>;
