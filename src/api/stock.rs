//! What is asked about lots, done to them, and taken back.

use serde::{Deserialize, Serialize};

use super::ReviewRequest;
use crate::domain::edit::Edits;
use crate::domain::filter::Field;
use crate::domain::label_job::LabelJob;
use crate::domain::lot_draft::{Counted, LotDraft, MergeRules};
use crate::domain::rows::HistoryQuery;
use crate::domain::{
    Against, ColorId, CompareQuery, CorrelationId, EntryId, FileId, ItemKey, ListImport,
    ListSource, LotId, LotShelf, LotView, OperationId, PartOut, PlaceRule, Which,
};

/// A request about lots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StockRequest {
    /// One lot -> [`Reply::Lot`](super::Reply::Lot).
    Lot {
        /// Which.
        id: LotId,
    },
    /// Brings a lot in -> [`Reply::Deed`](super::Reply::Deed).
    Add {
        /// What it is.
        draft: Box<LotDraft>,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// What a change would do -> [`Reply::EditPreview`](super::Reply::EditPreview).
    Preview {
        /// To which lots.
        which: Which,
        /// The change.
        edits: Edits,
    },
    /// Makes a change -> progress events, then [`Reply::Deed`](super::Reply::Deed).
    Change {
        /// Of which lots.
        which: Which,
        /// The change.
        edits: Edits,
        /// In the person's own words; may be empty.
        why: String,
        /// Makes a repetition harmless; names it for [`StockRequest::Cancel`].
        op: OperationId,
    },
    /// Fetches what a change needs of the price guide -> progress events, then
    /// [`Reply::PricesFetched`](super::Reply::PricesFetched).
    FetchPrices {
        /// For which lots.
        which: Which,
        /// The change.
        edits: Edits,
        /// Names it for [`StockRequest::Cancel`]; what has come by then is kept.
        op: OperationId,
    },
    /// Changes one lot as the person saw it -> [`Reply::Deed`](super::Reply::Deed), or `Conflict`.
    Edit {
        /// Which.
        lot: LotId,
        /// The lot's newest entry when the person looked.
        seen: EntryId,
        /// The change.
        edits: Edits,
        /// In the person's own words; may be empty.
        why: String,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Part of a lot becomes a lot of its own -> [`Reply::Deed`](super::Reply::Deed).
    Split {
        /// Which.
        lot: LotId,
        /// How many pieces go.
        pieces: u32,
        /// What is different of the new lot.
        edits: Edits,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Lots become one -> [`Reply::Deed`](super::Reply::Deed).
    Merge {
        /// The one that stays.
        into: LotId,
        /// Those that go.
        from: Vec<LotId>,
        /// What becomes of prices and texts.
        rules: MergeRules,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Books what lies on the shelf -> [`Reply::Deed`](super::Reply::Deed).
    Count {
        /// What was counted.
        counted: Vec<Counted>,
        /// Why it differed; may be empty.
        why: String,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Every place -> [`Reply::Places`](super::Reply::Places).
    Places,
    /// An empty place is offered no more -> [`Reply::Done`](super::Reply::Done).
    ForgetPlace {
        /// Which.
        place: String,
    },
    /// How well a rule for places fits -> [`Reply::PlaceRule`](super::Reply::PlaceRule).
    PlaceRule {
        /// Which; `None`: the rule of today.
        rule: Option<PlaceRule>,
    },
    /// Reads every place by this rule from now on -> [`Reply::Deed`](super::Reply::Deed).
    SetPlaceRule {
        /// Which.
        rule: PlaceRule,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Where a new lot could lie -> [`Reply::PlaceProposals`](super::Reply::PlaceProposals).
    ProposePlaces {
        /// What it is.
        item: ItemKey,
        /// In which colour.
        color: ColorId,
    },
    /// A page of the history -> [`Reply::History`](super::Reply::History).
    History {
        /// What is asked.
        query: Box<HistoryQuery>,
        /// Where the page before ended.
        before: Option<EntryId>,
        /// How many entries.
        rows: u16,
    },
    /// What taking a deed back would do -> [`Reply::UndoPreview`](super::Reply::UndoPreview).
    PreviewUndo {
        /// Which.
        deed: CorrelationId,
    },
    /// Takes a deed back, or brings it back -> [`Reply::Deed`](super::Reply::Deed).
    Undo {
        /// Which.
        deed: CorrelationId,
        /// In the person's own words; may be empty.
        why: String,
        /// Also when it cannot be done for every lot.
        partly: bool,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// Files (batch collections) -> [`Reply::Files`](super::Reply::Files).
    Files,
    /// Makes or renames a file -> [`Reply::File`](super::Reply::File).
    PutFile {
        /// Which; `None`: a new one.
        id: Option<FileId>,
        /// Its name.
        name: String,
        /// What it is for; may be empty.
        note: String,
    },
    /// Drops an empty file -> [`Reply::Done`](super::Reply::Done).
    DropFile {
        /// Which.
        id: FileId,
    },
    /// Lots of a file come into the live stock -> [`Reply::Deed`](super::Reply::Deed).
    Release {
        /// Which file.
        file: FileId,
        /// Which lots; `None`: all.
        lots: Option<Vec<LotId>>,
        /// Into equal lots, where there are any.
        merge: bool,
        /// Makes a repetition harmless.
        op: OperationId,
    },
    /// What a release would do -> [`Reply::ReleasePreview`](super::Reply::ReleasePreview).
    PreviewRelease {
        /// Which file.
        file: FileId,
        /// Which lots; `None`: all.
        lots: Option<Vec<LotId>>,
    },
    /// Two lists of lots side by side -> [`Reply::Compared`](super::Reply::Compared).
    Compare {
        /// Which, and what of them.
        query: CompareQuery,
        /// The first article, from 0.
        offset: u32,
        /// How many articles.
        rows: u16,
    },
    /// Values behind a field of the filter -> [`Reply::Values`](super::Reply::Values).
    Values {
        /// Which field.
        field: Field,
        /// What was typed of the value.
        prefix: String,
        /// Among which lots.
        shelf: LotShelf,
    },
    /// The person's saved views -> [`Reply::LotViews`](super::Reply::LotViews).
    Views,
    /// Saves a view -> [`Reply::Done`](super::Reply::Done).
    SaveView {
        /// Which.
        view: Box<LotView>,
    },
    /// Gives a view another name -> [`Reply::Done`](super::Reply::Done).
    RenameView {
        /// Its name.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Forgets a view -> [`Reply::Done`](super::Reply::Done).
    DropView {
        /// Its name.
        name: String,
    },
    /// Brings a list in -> progress events, then
    /// [`Reply::InventoryImported`](super::Reply::InventoryImported).
    Import {
        /// Which list, and how.
        order: Box<ListImport>,
        /// Makes a repetition harmless; names it for [`StockRequest::Cancel`].
        op: OperationId,
    },
    /// Writes lots as a list -> progress events, then [`Reply::Exported`](super::Reply::Exported).
    Export {
        /// Which lots.
        which: Which,
        /// Name of the format (`bsx`, `csv`, ...).
        format: String,
        /// Absolute path; `None`: the client fetches it by [`StockRequest::Parcel`].
        path: Option<String>,
        /// Names it for [`StockRequest::Cancel`].
        op: OperationId,
    },
    /// Something about a list that is looked at before it comes in.
    Review(ReviewRequest),
    /// Does something to equal lots by a list -> [`Reply::Against`](super::Reply::Against).
    Against {
        /// The list.
        source: Box<ListSource>,
        /// What.
        what: Against,
        /// Only say what would happen.
        dry_run: bool,
        /// Makes a repetition harmless; names it for [`StockRequest::Cancel`].
        op: OperationId,
    },
    /// Parts sets out -> progress events, then [`Reply::PartedOut`](super::Reply::PartedOut).
    PartOut {
        /// Which, and into what.
        order: Box<PartOut>,
        /// Makes a repetition harmless; names it for [`StockRequest::Cancel`].
        op: OperationId,
    },
    /// Draws labels -> [`Reply::Exported`](super::Reply::Exported); the client fetches them by
    /// [`StockRequest::Parcel`].
    Labels {
        /// Of what, and on what.
        job: Box<LabelJob>,
    },
    /// A piece of what was exported -> [`Reply::Piece`](super::Reply::Piece); an empty one is its end.
    Parcel {
        /// Which.
        id: u64,
        /// From which byte on.
        offset: u64,
    },
    /// Stops what is under way and takes it back -> [`Reply::Done`](super::Reply::Done).
    Cancel {
        /// The number it was asked for with.
        op: OperationId,
    },
}

impl StockRequest {
    /// Whether it may take a while.
    pub fn is_long(&self) -> bool {
        match self {
            Self::Change { .. }
            | Self::FetchPrices { .. }
            | Self::Count { .. }
            | Self::Undo { .. }
            | Self::Release { .. }
            | Self::SetPlaceRule { .. }
            | Self::Import { .. }
            | Self::Export { .. }
            | Self::Against { .. }
            | Self::PartOut { .. }
            | Self::Labels { .. } => true,
            Self::Review(asked) => asked.is_long(),
            _ => false,
        }
    }

    /// Its name, for the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Lot { .. } => "lot",
            Self::Add { .. } => "lot-add",
            Self::Preview { .. } => "lots-preview",
            Self::Change { .. } => "lots-change",
            Self::FetchPrices { .. } => "prices-fetch",
            Self::Edit { .. } => "lot-edit",
            Self::Split { .. } => "lot-split",
            Self::Merge { .. } => "lots-merge",
            Self::Count { .. } => "lots-count",
            Self::Places => "places",
            Self::ForgetPlace { .. } => "place-forget",
            Self::PlaceRule { .. } => "place-rule",
            Self::SetPlaceRule { .. } => "place-rule-set",
            Self::ProposePlaces { .. } => "places-propose",
            Self::History { .. } => "history",
            Self::PreviewUndo { .. } => "undo-preview",
            Self::Undo { .. } => "undo",
            Self::Files => "files",
            Self::PutFile { .. } => "file-put",
            Self::DropFile { .. } => "file-drop",
            Self::Release { .. } => "file-release",
            Self::PreviewRelease { .. } => "file-release-preview",
            Self::Compare { .. } => "lots-compare",
            Self::Values { .. } => "filter-values",
            Self::Views => "lot-views",
            Self::SaveView { .. } => "lot-view-save",
            Self::RenameView { .. } => "lot-view-rename",
            Self::DropView { .. } => "lot-view-drop",
            Self::Import { .. } => "list-import",
            Self::Export { .. } => "list-export",
            Self::Review(request) => request.name(),
            Self::Against { .. } => "list-against",
            Self::PartOut { .. } => "part-out",
            Self::Labels { .. } => "labels",
            Self::Parcel { .. } => "parcel",
            Self::Cancel { .. } => "cancel",
        }
    }
}
