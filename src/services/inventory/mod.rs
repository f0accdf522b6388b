//! What is done to lots: bringing them in, changing, splitting, merging, moving them, and taking all of
//! that back.
//!
//! Everything goes through `deeds`: a deed is what a person did in one go, with its entries in the
//! ledger, and what can be taken back as one.

mod add;
mod against;
mod ahead;
mod change;
mod compare;
mod deeds;
mod export;
mod guide;
mod history;
mod import;
mod list_rows;
mod lot_files;
mod merge;
mod open_list;
mod outlook;
mod part_out;
mod paths;
mod places;
mod review;
mod review_book;
mod review_sheet;
mod split;
mod take_back;
#[cfg(test)]
mod tests;
mod told;
mod views;

pub use deeds::Task;
pub(crate) use review::Reviews;
