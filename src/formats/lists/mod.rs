//! Lists of lots in every format that sellers use, both ways.
//!
//! One value stands in the middle, [`ListLot`](super::ListLot): [`read`](mod@read) makes lots of any
//! file, [`write`](mod@write) makes any file of lots, and [`format`](mod@format) says which fields a
//! format cannot carry. Tables go through `rows` and `cells`, so that text tables and spreadsheets
//! cannot differ in what they understand.

mod amount;
mod bricklink;
mod bsx;
mod cells;
pub mod format;
mod guard;
mod head;
mod json;
pub mod lookup;
mod owl;
pub mod read;
mod rows;
mod set_inventory;
mod stream;
mod table_csv;
mod table_xlsx;
pub mod write;
mod xml;

pub use format::ListFormat;
pub use head::table_head;
pub use lookup::{Lookup, NoLookup};
pub use read::{ReadOptions, each_lot, read_list};
pub use set_inventory::read_set_inventory;
pub use write::{ListHead, WriteOptions, Written, write_list};

use super::kind::FileKind;

/// What a text table is that begins with `head`, if it is a list of lots.
pub(super) fn table_kind(head: &str) -> Option<FileKind> {
    if owl::is_table(head) {
        Some(FileKind::OwlCsv)
    } else {
        table_csv::list_delimiter(head).map(|_| FileKind::ListCsv)
    }
}

/// Whether JSON that begins with `head` is a list in our own format.
pub(super) fn is_json_list(head: &str) -> bool {
    head.get(..head.len().min(256))
        .unwrap_or(head)
        .contains(json::FORMAT)
}
