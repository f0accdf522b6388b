//! A list that is looked at before its lots come in: its rows with what is odd about them, what a person
//! changed, and what bringing it in would do.

use serde::{Deserialize, Serialize};

use super::edit::Edits;
use super::{Color, Completeness, Condition, ItemKey, Mapping, Money, OperationId};

/// Something odd about a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The field, where one is to blame.
    pub field: String,
    /// What is odd, in a few words.
    pub reason: String,
    /// The row cannot come in like this.
    pub stops: bool,
}

/// What a row of the list says of its lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowLot {
    /// What it is.
    pub item: ItemKey,
    /// Its name, by the catalogue or by the list.
    pub name: String,
    /// Colour.
    pub color: Color,
    /// New or used.
    pub condition: Condition,
    /// For sets only.
    pub completeness: Option<Completeness>,
    /// Pieces.
    pub pieces: u32,
    /// Price of a piece.
    pub price: Money,
    /// Cost of a piece.
    pub cost: Money,
    /// Private note, cut where it is long.
    pub remarks: String,
    /// Public note, cut where it is long.
    pub comments: String,
}

/// A row of a list under review.
#[expect(
    clippy::struct_excessive_bools,
    reason = "marks that do not depend on each other"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRow {
    /// Its place in the list, from 0.
    pub at: u32,
    /// Its line in the file; 0 where the whole file is meant.
    pub line: u64,
    /// Its lot; `None`: the row could not be read.
    pub lot: Option<RowLot>,
    /// It comes in.
    pub taken: bool,
    /// A person changed it here.
    pub edited: bool,
    /// The shop knows its lot, which stays as it is unless it is merged by its looks.
    pub known: bool,
    /// What is odd about it.
    pub problems: Vec<RowProblem>,
    /// The catalogue does not know its item.
    pub unknown_item: bool,
}

/// Rows of a list, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReviewCounts {
    /// All rows.
    pub read: u32,
    /// Rows that come in.
    pub taken: u32,
    /// Rows that do not: the file or a person left them out, or they cannot.
    pub left_out: u32,
    /// Rows that cannot come in as they are.
    pub stopped: u32,
    /// Rows that come in although something is odd about them.
    pub warned: u32,
    /// Rows with anything odd.
    pub odd: u32,
}

/// Which rows of a review are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReviewFilter {
    /// All.
    #[default]
    All,
    /// Those with something odd.
    Odd,
}

/// Rows of a review and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPage {
    /// Names the review: the operation by which it was opened.
    pub id: OperationId,
    /// Name of the file without its folder.
    pub file: String,
    /// What it was taken for.
    pub what: String,
    /// The name under which its columns are kept, where they are.
    pub columns: Option<String>,
    /// All of it, counted.
    pub counts: ReviewCounts,
    /// Changes that can be taken back.
    pub steps: u32,
    /// Which rows these are.
    pub filter: ReviewFilter,
    /// Place of the first of these rows among all that are shown.
    pub offset: u32,
    /// How many are shown in all.
    pub total: u32,
    /// The rows.
    pub rows: Vec<ReviewRow>,
}

/// What a person does to a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowChange {
    /// Fields become others.
    Edit(Edits),
    /// It comes in, or stays out.
    Take(bool),
}

/// What bringing the rows in would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outlook {
    /// Lots that would be new.
    pub added: u64,
    /// Rows whose pieces would go into a lot that is there.
    pub merged: u64,
    /// Lots that are there already and would stay as they are.
    pub already: u64,
    /// Deleted lots that would come back.
    pub returned: u64,
    /// Pieces that would come in.
    pub pieces: u64,
    /// Lots whose item the catalogue does not know.
    pub unknown_items: u64,
    /// Lots whose place could not be understood.
    pub no_place: u64,
}

/// What a file is, before it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListLook {
    /// Name of the file without its folder.
    pub file: String,
    /// What it is taken for.
    pub what: String,
    /// The first rows of a table, names of columns among them; empty where columns mean nothing.
    pub head: Vec<Vec<String>>,
    /// By which columns it would be read: those that are kept, or what their names tell.
    pub mapping: Option<Mapping>,
    /// The name under which its columns are kept.
    pub known_as: String,
    /// Whether columns are kept under it already.
    pub kept: bool,
}
