//! The shop's concepts as pure values and rules: no files, no clock, no network, no screen.
//!
//! Every other layer may use this one; it uses none of them.

pub mod audit;
pub mod category;
pub mod changes;
pub mod code;
pub mod color;
pub mod day;
pub mod deed_rows;
pub mod edit;
pub mod filter;
pub mod freshness;
pub mod ids;
pub mod item;
pub mod job;
pub mod label_job;
pub mod ledger;
pub mod list_field;
pub mod list_job;
pub mod listed;
pub mod lot;
pub mod lot_column;
pub mod lot_compare;
pub mod lot_draft;
pub mod lot_field;
pub mod lot_file;
pub mod lot_view;
pub mod mapping;
pub mod market;
pub mod money;
pub mod order;
pub mod overlay;
pub mod part_out;
pub mod person;
pub mod pick;
pub mod place;
pub mod place_rule;
pub mod printed;
pub mod query;
pub mod report;
pub mod review;
pub mod rights;
pub mod rows;
pub mod scope;
pub mod secret;
pub mod settings;
pub mod sync;
pub mod text;
pub mod time;

pub use audit::{AuditEntry, AuditKind, AuditPage, AuditQuery};
pub use category::{Category, CategoryId, CategoryTree};
pub use changes::{Change, Committed, Topic};
pub use code::{BinCode, Code, CodeError, CodeKind};
pub use color::{Color, ColorFamily, ColorId, Rgb};
pub use filter::Filter;
pub use freshness::{Facts, Freshness, Source, Windows};
pub use ids::{
    CorrelationId, EntryId, FileId, LotId, OperationId, OrderId, SessionId, TenantId, UserId,
    ViewId,
};
pub use item::{Dimensions, Grams, Item, ItemColor, ItemKey, ItemKind, SortBin};
pub use ledger::{Deed, LedgerEntry, Reason, Stock};
pub use list_field::ListField;
pub use list_job::{Against, AgainstReport, ListExport, ListImport, ListInto, ListSource};
pub use listed::{ListStatus, RawField};
pub use lot::{Completeness, Condition, Lot, Tier};
pub use lot_compare::{ComparePage, CompareQuery, ReleasePreview};
pub use lot_field::{FieldChange, LotField, Value};
pub use lot_file::{LotFile, LotFileRow};
pub use lot_view::LotView;
pub use mapping::{Column, ColumnAt, DecimalMark, Delimiter, Mapping};
pub use money::Money;
pub use order::{Marketplace, Order, OrderLine, OrderStatus};
pub use overlay::{Overlay, OverlayEdit, OverlayRow};
pub use part_out::{PartOut, PartOutReport, PartRow};
pub use person::{
    AccountRow, Entrance, Face, InvitationRow, Me, People, Person, PersonRow, SignInRow, Standing,
    Whereabouts,
};
pub use pick::{LineState, PickLine, PickSession, PickState};
pub use place::Place;
pub use place_rule::{PlaceRule, PlaceRuleFit};
pub use query::{
    BinFilter, CatalogCounts, CatalogFilter, CatalogQuery, LotColumn, LotQuery, LotShelf, LotSort,
    Obsolete, OrderQuery, ViewSpec, Which,
};
pub use rights::{Grants, Right};
pub use scope::{Role, Scope};
pub use secret::Secret;
pub use settings::{Alert, AlertKind, ShopSettings};
pub use time::Timestamp;
