//! Every table and its key layout.
//!
//! Tables of a shop begin their keys with the tenant and are reached through
//! [`super::shop::Shop`] only. Catalogue tables are global; each generation of the catalogue has
//! tables of its own, so that a new one can be filled beside the old and dropped as a whole.

use std::marker::PhantomData;

use redb::{Key, TableDefinition};
use serde::{Deserialize, Serialize};

use super::codec::Record;
use super::jobs::JobRecord;
use super::market_keys::{MasterHead, SealedKeys};
use super::people::{Credentials, Invitation, SignIn, Unlocked};
use crate::domain::market::{
    FetchedItem, FetchedPrice, MarketOrder, OpenedItem, PriceWishes, Reference, Spent,
};
use crate::domain::rows::PickOutcome;
use crate::domain::sync::{
    Conflict, Entry, Link, MarketSync, OrderSeen, OwlName, Returns, RunReport, SentRecord,
    SyncRules,
};
use crate::domain::{
    AuditEntry, Category, CategoryId, Color, Deed, Dimensions, Facts, Grams, ItemColor, ItemKey,
    LedgerEntry, Lot, LotFile, LotView, Mapping, Order, Overlay, Person, PickSession, PlaceRule,
    ShopSettings, SortBin, Timestamp, Whereabouts,
};

/// A table of records.
#[derive(Debug)]
pub struct Table<K, R> {
    /// Its name in the file.
    pub name: &'static str,
    kinds: PhantomData<fn() -> (K, R)>,
}

impl<K: Key + 'static, R> Table<K, R> {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            kinds: PhantomData,
        }
    }

    /// As redb wants it.
    pub const fn definition(&self) -> TableDefinition<'static, K, &'static [u8]> {
        TableDefinition::new(self.name)
    }
}

/// Facts about the store itself: schema, sequence number, the current catalogue.
pub const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

/// tenant, name -> the number given last.
pub const COUNTERS: TableDefinition<(u32, &str), u64> = TableDefinition::new("counters");

/// tenant -> the shop.
pub const SHOPS: Table<u32, ShopRecord> = Table::new("shops");
/// tenant, lot.
pub const LOTS: Table<(u32, u64), Lot> = Table::new("lots");
/// tenant, kind, folded number, lot -> pieces for sale, so that lists need not decode lots. Only lots of
/// the live stock: neither tombstones nor lots of files.
pub const LOTS_BY_ITEM: TableDefinition<(u32, u8, &str, u64), u32> =
    TableDefinition::new("lots_by_item");
/// tenant, BrickLink's lot number -> lot.
pub const LOTS_BY_BRICKLINK: TableDefinition<(u32, u64), u64> =
    TableDefinition::new("lots_by_bricklink");
/// tenant, fingerprint of a lot without a number, which one of several equal ones -> lot. Written
/// once by the import that brought the lot; later changes of the lot do not touch it.
pub const LOTS_BY_PRINT: TableDefinition<(u32, u128, u32), u64> =
    TableDefinition::new("lots_by_print");
/// tenant, entry.
pub const LEDGER: Table<(u32, u64), LedgerEntry> = Table::new("ledger");
/// tenant, deed -> what it was and which entries are its own.
pub const DEEDS: Table<(u32, u64), Deed> = Table::new("deeds");
/// tenant, deed: only those still under way.
pub const OPEN_DEEDS: TableDefinition<(u32, u64), ()> = TableDefinition::new("open_deeds");
/// tenant, file (batch collection).
pub const FILES: Table<(u32, u32), LotFile> = Table::new("files");
/// tenant, person, folded name -> a saved view of the inventory.
pub const LOT_VIEWS: Table<(u32, u32, &'static str), LotView> = Table::new("lot_views");
/// tenant -> where it writes its places; absent: the remarks.
pub const PLACE_RULES: Table<u32, PlaceRule> = Table::new("place_rules");
/// tenant, place: those that a lot has left, so that empty ones are offered again.
pub const LEFT_PLACES: TableDefinition<(u32, &str), ()> = TableDefinition::new("left_places");
/// tenant, name -> which columns of the shop's own tables hold what.
pub const MAPPINGS: Table<(u32, &'static str), Mapping> = Table::new("mappings");
/// tenant, operation -> the deed it made; makes a repetition harmless.
pub const DEEDS_BY_OPERATION: TableDefinition<(u32, u128), u64> =
    TableDefinition::new("deeds_by_operation");
/// tenant, order.
pub const ORDERS: Table<(u32, u64), Order> = Table::new("orders");
/// tenant, marketplace, its number -> order.
pub const ORDERS_BY_NUMBER: TableDefinition<(u32, u8, &str), u64> =
    TableDefinition::new("orders_by_number");
/// tenant, walk.
pub const PICKS: Table<(u32, u64), PickSession> = Table::new("picks");
/// tenant, walk: only those that go on.
pub const OPEN_PICKS: TableDefinition<(u32, u64), ()> = TableDefinition::new("open_picks");
/// tenant, operation -> what it did; makes a repetition harmless.
pub const OPERATIONS: Table<(u32, u128), OperationRecord> = Table::new("operations");
/// tenant -> what its owner has set; absent: nothing yet.
pub const SETTINGS: Table<u32, ShopSettings> = Table::new("settings");
/// tenant, kind, folded number -> what the shop keeps of the item. By number, so that another
/// generation of the catalogue changes nothing.
pub const OVERLAYS: Table<(u32, u8, &'static str), Overlay> = Table::new("overlays");
/// tenant, kind of alert -> when it was sent last.
pub const ALERTS: Table<(u32, u8), AlertRecord> = Table::new("alerts");

/// tenant, person.
pub const PEOPLE: Table<(u32, u32), Person> = Table::new("people");
/// tenant, person -> hashes of what the person comes in with.
pub const CREDENTIALS: Table<(u32, u32), Credentials> = Table::new("credentials");
/// folded e-mail address, tenant -> person; only people who have not left.
pub const PEOPLE_BY_EMAIL: TableDefinition<(&str, u32), u32> =
    TableDefinition::new("people_by_email");
/// Unix user, tenant -> person.
pub const PEOPLE_BY_UNIX: TableDefinition<(u32, u32), u32> = TableDefinition::new("people_by_unix");
/// fingerprint of a badge -> tenant, person.
pub const BADGES: TableDefinition<&[u8; 32], (u32, u32)> = TableDefinition::new("badges");
/// fingerprint of the secret -> sign-in or token; the value names tenant and person.
pub const SIGN_INS: Table<&[u8; 32], SignIn> = Table::new("sign_ins");
/// tenant, sign-in -> fingerprint of its secret.
pub const SIGN_INS_BY_ID: TableDefinition<(u32, u64), &[u8; 32]> =
    TableDefinition::new("sign_ins_by_id");
/// fingerprint of a station's key, tenant -> when a password of the shop was given there last.
pub const UNLOCKED: Table<(&[u8; 32], u32), Unlocked> = Table::new("unlocked");
/// tenant, invitation.
pub const INVITATIONS: Table<(u32, u64), Invitation> = Table::new("invitations");
/// fingerprint of a code -> tenant, invitation.
pub const INVITATIONS_BY_CODE: TableDefinition<&[u8; 32], (u32, u64)> =
    TableDefinition::new("invitations_by_code");
/// tenant, person -> where the person was.
pub const WHEREABOUTS: Table<(u32, u32), Whereabouts> = Table::new("whereabouts");
/// tenant, entry; tenant 0 holds what belongs to no shop. Entries are added, never changed.
pub const AUDIT: Table<(u32, u64), AuditEntry> = Table::new("audit");

/// tenant, marketplace -> its keys, sealed.
pub const MARKET_KEYS: Table<(u32, u8), SealedKeys> = Table::new("market_keys");
/// 0 -> which master key everything is sealed with.
pub const MASTER: Table<u8, MasterHead> = Table::new("master");
/// tenant, lane, fingerprint of the account -> the calls of its last span.
pub const BUDGETS: Table<(u32, u8, u64), Spent> = Table::new("budgets");

/// tenant, marketplace, lot -> what synchronisation knows of it there.
pub const LINKS: Table<(u32, u8, u64), Link> = Table::new("links");
/// tenant, marketplace, its number of a lot -> the lot that has it, or had it: late orders name it.
pub const LINKS_BY_REMOTE: TableDefinition<(u32, u8, u64), u64> =
    TableDefinition::new("links_by_remote");
/// tenant, marketplace, lot: only lots that may differ.
pub const OUTBOX: Table<(u32, u8, u64), Entry> = Table::new("outbox");
/// tenant, number -> an answer of a marketplace.
pub const SENT: Table<(u32, u64), SentRecord> = Table::new("sent");
/// tenant, lot, number of an answer.
pub const SENT_BY_LOT: TableDefinition<(u32, u64, u64), ()> = TableDefinition::new("sent_by_lot");
/// tenant, deed, number of an answer.
pub const SENT_BY_DEED: TableDefinition<(u32, u64, u64), ()> = TableDefinition::new("sent_by_deed");
/// tenant, marketplace -> how synchronisation stands there.
pub const SYNC_MARKETS: Table<(u32, u8), MarketSync> = Table::new("sync_markets");
/// tenant -> what the shop has decided about synchronisation; absent: nothing yet.
pub const SYNC_RULES: Table<u32, SyncRules> = Table::new("sync_rules");
/// tenant, number -> how a run went.
pub const SYNC_RUNS: Table<(u32, u64), RunReport> = Table::new("sync_runs");
/// tenant, marketplace, lot: only lots in conflict.
pub const CONFLICTS: Table<(u32, u8, u64), Conflict> = Table::new("conflicts");
/// tenant, order -> everything the marketplace tells of it.
pub const MARKET_ORDERS: Table<(u32, u64), MarketOrder> = Table::new("market_orders");
/// tenant, order -> what it may bring back, while that is not decided.
pub const RETURNS: Table<(u32, u64), Returns> = Table::new("returns");
/// tenant, marketplace, its number -> what its list last said of the order.
pub const ORDERS_SEEN: Table<(u32, u8, &'static str), OrderSeen> = Table::new("orders_seen");
/// tenant, kind, folded number -> what BrickOwl calls the item.
pub const OWL_NAMES: Table<(u32, u8, &'static str), OwlName> = Table::new("owl_names");

/// tenant, name -> how a job stands; tenant 0 holds the jobs of the server.
pub const JOBS: Table<(u32, &'static str), JobRecord> = Table::new("jobs");
/// kind, folded number -> what was fetched of the item. Of no shop and of no generation: an import
/// changes nothing here, and the younger facts count.
pub const FETCHED_ITEMS: Table<(u8, &'static str), FetchedItem> = Table::new("fetched_items");
/// kind, folded number, colour, condition, guide, currency, region -> what was fetched of the price.
pub const FETCHED_PRICES: Table<PriceRow, FetchedPrice> = Table::new("fetched_prices");
/// kind, folded number, colour + 1 (0: without one) -> when somebody looked at it.
pub const OPENED_ITEMS: Table<(u8, &'static str, u32), OpenedItem> = Table::new("opened_items");

/// tenant -> prices that are still wanted.
pub const PRICE_WISHES: Table<u32, PriceWishes> = Table::new("price_wishes");
/// 0 -> colours and categories as they were fetched last.
pub const REFERENCE: Table<u8, Reference> = Table::new("fetched_reference");

/// The key of a price: its letters and words as they are.
pub type PriceRow = (u8, &'static str, u16, u8, u8, &'static str, &'static str);

/// Names of the tables of one generation of the catalogue.
#[derive(Debug, Clone)]
pub struct CatalogTables {
    /// item -> [`ItemRecord`]. Item numbers follow the static rank: 0 comes first in every search.
    pub items: String,
    /// item -> its colours; only items with known ones.
    pub colors_of: String,
    /// kind, folded number -> item.
    pub ids: String,
    /// element id -> (item, colour) pairs.
    pub elements: String,
    /// colour -> [`Color`].
    pub colors: String,
    /// category -> [`Category`].
    pub categories: String,
}

impl CatalogTables {
    /// The tables of a generation.
    pub fn of(generation: u32) -> Self {
        let name = |what: &str| format!("catalog.{generation}.{what}");
        Self {
            items: name("items"),
            colors_of: name("colors_of"),
            ids: name("ids"),
            elements: name("elements"),
            colors: name("colors"),
            categories: name("categories"),
        }
    }

    /// The generation a table belongs to, if it is one of the catalogue's.
    pub fn generation_of(table: &str) -> Option<u32> {
        table
            .strip_prefix("catalog.")?
            .split('.')
            .next()?
            .parse()
            .ok()
    }
}

/// An item without its colours, so that lists need not decode those.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRecord {
    /// Kind and number.
    pub key: ItemKey,
    /// Name.
    pub name: String,
    /// Other numbers.
    pub alternates: Vec<String>,
    /// Deepest node of the category tree.
    pub category: CategoryId,
    /// Year of release.
    pub year: Option<u16>,
    /// Weight.
    pub weight: Option<Grams>,
    /// Size.
    pub dimensions: Option<Dimensions>,
    /// How many colours it is known in.
    pub color_count: u16,
    /// Where a picture is.
    pub image: Option<String>,
    /// Made no more.
    pub obsolete: Option<bool>,
    /// Square of the sorting grid.
    pub bin: Option<SortBin>,
    /// When it vanished.
    pub vanished: Option<Timestamp>,
    /// Source of name, category, year, weight, size.
    pub basics: Facts,
    /// Source of colours and element ids.
    pub colors_from: Option<Facts>,
    /// Source of the sort bin.
    pub bin_from: Option<Facts>,
}

/// The colours of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemColors(pub Vec<ItemColor>);

/// The pairs of item and colour that an element id means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementPairs(pub Vec<(u32, u16)>);

/// A shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopRecord {
    /// Its name.
    pub name: String,
    /// Currency of its prices.
    pub currency: String,
    /// For practice; nothing here is real.
    pub practice: bool,
    /// When it was opened.
    pub created: Timestamp,
}

/// What an operation did, for whoever asks again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// When.
    pub at: Timestamp,
    /// The walk it belonged to.
    pub session: u64,
    /// What happened.
    pub outcome: PickOutcome,
}

/// When an alert of a kind was sent last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertRecord {
    /// When.
    pub last: Timestamp,
    /// How many were held back since.
    pub held_back: u32,
}

/// The catalogue that readers see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogMeta {
    /// Its tables' generation.
    pub generation: u32,
    /// Rises with every change within the generation.
    pub seq: u64,
    /// When it was published.
    pub at: Timestamp,
    /// Only the starter catalogue.
    pub starter: bool,
    /// Items by kind, in display order.
    pub counts: Vec<u32>,
    /// Element ids.
    pub elements: u32,
}

macro_rules! record {
    ($($kind:ty => $name:literal, $version:literal;)*) => {
        $(impl Record for $kind {
            const NAME: &'static str = $name;
            const VERSION: u8 = $version;
        })*
    };
}

record! {
    ItemRecord => "catalogue item", 1;
    ItemColors => "list of colours", 1;
    ElementPairs => "element id", 1;
    Color => "colour", 1;
    Category => "category", 1;
    ShopRecord => "shop", 1;
    Lot => "lot", 2;
    LedgerEntry => "ledger entry", 2;
    Deed => "deed", 1;
    LotFile => "file", 1;
    PlaceRule => "rule for places", 1;
    LotView => "saved view", 1;
    Mapping => "columns of a table", 1;
    Order => "order", 1;
    PickSession => "pick session", 1;
    OperationRecord => "operation", 1;
    CatalogMeta => "catalogue head", 1;
    ShopSettings => "shop's settings", 1;
    Overlay => "overlay", 1;
    AlertRecord => "alert", 1;
    Person => "person", 1;
    Credentials => "person's credentials", 1;
    SignIn => "sign-in", 1;
    Unlocked => "station", 1;
    Invitation => "invitation", 1;
    Whereabouts => "person's whereabouts", 2;
    AuditEntry => "audit entry", 1;
    SealedKeys => "marketplace's keys", 1;
    MasterHead => "head of the master key", 1;
    Spent => "budget of calls", 1;
    JobRecord => "job", 1;
    FetchedItem => "fetched item", 1;
    FetchedPrice => "fetched price", 1;
    OpenedItem => "opened item", 1;
    PriceWishes => "prices that are wanted", 1;
    Reference => "fetched colours", 1;
    Link => "link to a marketplace", 1;
    Entry => "entry of the outbox", 1;
    SentRecord => "marketplace's answer", 1;
    MarketSync => "state of synchronisation", 1;
    SyncRules => "rules of synchronisation", 1;
    RunReport => "run of synchronisation", 1;
    Conflict => "conflict", 1;
    MarketOrder => "marketplace's order", 1;
    Returns => "cancelled order", 1;
    OrderSeen => "order in a list", 1;
    OwlName => "BrickOwl's number", 1;
}
