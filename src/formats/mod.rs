//! Files that sellers use, read into values of the domain.
//!
//! Sellers bring whatever their browser saved: downloads cut short, web pages in place of files,
//! three encodings, texts escaped once, twice or never. This layer survives all of it with bounded
//! memory and says in one sentence what is wrong, with file and line. It knows no store and no
//! catalogue; what a row means for the shop is decided above.
//!
//! The way of a file: [`source`] opens, decompresses and decodes it; [`sniff`](mod@sniff) tells by
//! content what it is; [`catalog`], [`lists`], [`wanted`] or [`orders`] read its rows. [`lists`] also
//! writes them.

mod bins;
pub mod catalog;
mod catalog_tables;
mod catalog_xml;
mod encoding;
mod fields;
pub mod inventory;
mod kind;
pub mod lists;
pub mod lots;
mod markup;
mod meaning;
pub mod orders;
mod packing;
mod record;
mod rows;
pub mod sniff;
pub mod source;
pub mod wanted;

pub use catalog::{
    BinRow, CatalogRow, CatalogSink, CategoryRow, CodeRow, Collected, ItemRow, ItemTypeRow,
    read_catalog,
};
pub use inventory::read_inventory;
pub use kind::FileKind;
pub use lists::{
    ListFormat, ListHead, Lookup, NoLookup, ReadOptions, WriteOptions, Written, each_lot,
    read_list, read_set_inventory, table_head, write_list,
};
pub use lots::{ListFile, ListLot};
pub use orders::{OrderFile, ParsedOrder, ParsedOrderLine, read_orders};
pub use sniff::sniff;
pub use source::Source;
pub use wanted::{WantedFile, WantedLot, read_wanted};
