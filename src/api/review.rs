//! What is asked about a list that is looked at before its lots come in.

use serde::{Deserialize, Serialize};

use crate::domain::review::{ReviewFilter, RowChange};
use crate::domain::{ListInto, ListSource, OperationId};

/// A request about a list under review. A review belongs to whoever opened it, and is forgotten when that
/// client leaves or looks elsewhere for an hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewRequest {
    /// Files and folders that begin so -> [`Reply::Paths`](super::Reply::Paths).
    Paths {
        /// Beginning of an absolute path.
        begin: String,
    },
    /// What a file is -> [`Reply::ListLook`](super::Reply::ListLook).
    Look {
        /// Absolute path.
        path: String,
    },
    /// Reads a list -> progress events, then [`Reply::Review`](super::Reply::Review) without rows.
    Open {
        /// The list.
        source: Box<ListSource>,
        /// Names the review from now on, and this request for
        /// [`StockRequest::Cancel`](super::StockRequest::Cancel).
        op: OperationId,
    },
    /// Some of its rows -> [`Reply::Review`](super::Reply::Review).
    Rows {
        /// Which review.
        id: OperationId,
        /// Which rows are shown.
        filter: ReviewFilter,
        /// From which of them on.
        offset: u32,
        /// How many.
        rows: u16,
    },
    /// Changes a row -> [`Reply::ReviewStep`](super::Reply::ReviewStep) with its place.
    Change {
        /// Which review.
        id: OperationId,
        /// Place of the row in the list.
        row: u32,
        /// What becomes different.
        change: Box<RowChange>,
    },
    /// The next odd row -> [`Reply::ReviewStep`](super::Reply::ReviewStep) with its place, or `None`.
    Next {
        /// Which review.
        id: OperationId,
        /// From which row of the list, which does not count.
        from: u32,
        /// Towards the beginning.
        back: bool,
    },
    /// Takes the latest change back -> [`Reply::ReviewStep`](super::Reply::ReviewStep).
    Undo {
        /// Which review.
        id: OperationId,
    },
    /// What booking it would do -> progress events, then [`Reply::Outlook`](super::Reply::Outlook).
    Outlook {
        /// Which review.
        id: OperationId,
        /// Where the lots would go.
        into: ListInto,
        /// Pieces would go into equal lots.
        merge: bool,
        /// Names it for [`StockRequest::Cancel`](super::StockRequest::Cancel).
        op: OperationId,
    },
    /// Brings its rows in -> progress events, then
    /// [`Reply::InventoryImported`](super::Reply::InventoryImported).
    Book {
        /// Which review.
        id: OperationId,
        /// Where the lots go.
        into: ListInto,
        /// Pieces go into equal lots, where there are any.
        merge: bool,
        /// Makes a repetition harmless; names it for
        /// [`StockRequest::Cancel`](super::StockRequest::Cancel).
        op: OperationId,
    },
    /// Forgets it -> [`Reply::Done`](super::Reply::Done).
    Drop {
        /// Which review.
        id: OperationId,
    },
}

impl ReviewRequest {
    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Paths { .. } => "list-paths",
            Self::Look { .. } => "list-look",
            Self::Open { .. } => "review-open",
            Self::Rows { .. } => "review-rows",
            Self::Change { .. } => "review-change",
            Self::Next { .. } => "review-next",
            Self::Undo { .. } => "review-undo",
            Self::Outlook { .. } => "review-outlook",
            Self::Book { .. } => "review-book",
            Self::Drop { .. } => "review-drop",
        }
    }

    /// Whether it goes through the whole list.
    pub const fn is_long(&self) -> bool {
        matches!(
            self,
            Self::Open { .. } | Self::Outlook { .. } | Self::Book { .. }
        )
    }

    /// The path of the server's that it names.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Paths { begin } => Some(begin.rsplit_once('/').map_or("", |(dir, _)| dir)),
            Self::Look { path } => Some(path),
            Self::Open { source, .. } => Some(&source.path),
            _ => None,
        }
    }
}
