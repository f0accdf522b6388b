//! Everything a person can do with a key, in one list.
//!
//! Key dispatch, footer, `?` help, the palette and the README's key table all read this list; the
//! order of the variants is the order of the help.

use super::keymap::Context;
use crate::domain::Right;

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $label:literal, $about:literal,
        $contexts:expr, [$($chord:literal),*];)*) => {
        /// Something a person can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* #[doc = $about] $variant,)*
        }

        impl Action {
            /// Every action, in the order of the help.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in the configuration file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// One or two words for the footer.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// What it does, for help and palette.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }

            /// Where it works.
            pub const fn contexts(self) -> &'static [Context] {
                match self { $(Self::$variant => $contexts,)* }
            }

            /// Its keys, unless the configuration says otherwise.
            pub const fn chords(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($chord,)*],)* }
            }
        }
    };
}

use Context as C;

/// Screens with rows to walk through.
const ROWS: &[C] = &[
    C::Home,
    C::Catalog,
    C::Filter,
    C::Item,
    C::Browse,
    C::Inventory,
    C::Orders,
    C::Order,
    C::Walks,
    C::You,
    C::People,
    C::Audit,
    C::Settings,
    C::History,
    C::Files,
    C::Places,
    C::Stocktake,
    C::Import,
    C::Compare,
    C::Markets,
    C::Jobs,
    C::Identify,
    C::Machine,
];
/// Screens where Enter opens the row.
const OPENS: &[C] = &[
    C::Home,
    C::Catalog,
    C::Filter,
    C::Item,
    C::Browse,
    C::Inventory,
    C::Orders,
    C::Order,
    C::Walks,
    C::Pick,
    C::You,
    C::People,
    C::Settings,
    C::History,
    C::Files,
    C::Places,
    C::Stocktake,
    C::Import,
    C::PlaceRule,
    C::Compare,
    C::Markets,
    C::Jobs,
    C::Identify,
    C::Machine,
];
/// Screens with two parts.
const PARTS: &[C] = &[
    C::Catalog,
    C::Filter,
    C::Item,
    C::Browse,
    C::Inventory,
    C::People,
    C::Identify,
    C::Machine,
];

actions! {
    Help = "help", "help", "Show the keys of this screen", C::ALL, ["?", "F1"];
    Palette = "palette", "palette", "List every action and find one by typing", C::ALL, ["Ctrl+P", ":"];
    Back = "back", "back", "Go back, or close what lies on top", C::ALL, ["Esc"];
    Search = "search", "search", "Type into the search box", C::ALL, ["/"];
    Home = "home", "home", "Go to the overview", C::ALL, ["g h"];
    Catalog = "catalogue", "catalogue", "Go to the catalogue", C::ALL, ["g c"];
    Browse = "browse", "browse", "Go through categories and colours", C::ALL, ["g b"];
    Inventory = "inventory", "inventory", "Go to the inventory", C::ALL, ["g i"];
    Orders = "orders", "orders", "Go to the orders", C::ALL, ["g o"];
    Walks = "pick", "picks", "Go to the picks", C::ALL, ["g p"];
    Jobs = "jobs", "jobs", "See what runs in the background: imports and jobs", C::ALL, ["g j"];
    You = "you", "you", "See your own account: name, password, PIN, badge", C::ALL, ["g y"];
    People = "people", "people", "See people, invitations and sign-ins", C::ALL, ["g e"];
    Audit = "audit", "audit log", "See the audit log", C::ALL, ["g a"];
    Settings = "settings", "settings", "See the shop's settings and alerts", C::ALL, ["g ,"];
    History = "history", "history", "See who changed what, and take it back", C::ALL, ["g t"];
    Files = "files", "files", "See files: lots that are not for sale yet", C::ALL, ["g f"];
    Places = "places", "places", "See places, and take stock of one", C::ALL, ["g r"];
    Markets = "marketplaces", "marketplaces", "See connections to marketplaces: keys, tests, calls", C::ALL, ["g k"];
    Identify = "photo", "photo", "Identify a part from a photo", C::ALL, ["g x"];
    MachineRoom = "machine-room", "machine room", "See how calls to marketplaces go: budgets, queues, errors", C::ALL, ["g m"];
    SwitchPerson = "switch-person", "who", "Let another person take over, by PIN or badge", C::ALL, ["g w", "Ctrl+T"];
    Lock = "lock", "lock", "Lock the station", C::ALL, ["g l", "Ctrl+O"];
    SignOut = "sign-out", "sign out", "Sign out", &[C::You], ["X"];
    Redraw = "redraw", "redraw", "Draw the screen anew", C::ALL, ["Ctrl+L"];
    Interrupt = "interrupt", "leave", "Leave the program (twice)", C::ALL, ["Ctrl+C"];
    Quit = "quit", "leave", "Leave the program", &[C::Home], ["q"];
    Up = "up", "up", "One row up", ROWS, ["Up", "k"];
    Down = "down", "down", "One row down", ROWS, ["Down", "j"];
    PageUp = "page-up", "page up", "One page up", ROWS, ["PageUp"];
    PageDown = "page-down", "page down", "One page down", ROWS, ["PageDown"];
    First = "first", "first", "To the first row", ROWS, ["Home"];
    Last = "last", "last", "To the last row", ROWS, ["End"];
    Left = "left", "left", "To the left, or close a branch", ROWS, ["Left", "h"];
    Right = "right", "right", "To the right, or open a branch", ROWS, ["Right", "l"];
    Open = "open", "open", "Open what one is at", OPENS, ["Enter"];
    Switch = "switch", "switch", "Switch between the parts of a screen", PARTS, ["Tab"];
    Filters = "filters", "filters", "Narrow by type, colour, category and more", &[C::Catalog], ["f", "Ctrl+F"];
    ClearFilters = "clear-filters", "clear", "Take all filters away", &[C::Catalog, C::Filter], ["x", "Ctrl+X"];
    Mark = "mark", "mark", "Mark the row, or take the mark away", &[C::Orders, C::Inventory, C::Import], ["Space"];
    MarkAll = "mark-all", "mark all", "Mark all orders that can be picked, or none", &[C::Orders], ["a"];
    ToPick = "to-pick", "all or to pick", "Show all orders, or only those to pick", &[C::Orders], ["t"];
    StartPick = "start-pick", "pick", "Pick the marked orders, or this one", &[C::Orders, C::Order], ["p"];
    Take = "take", "taken", "Take all pieces of this stop", &[C::Pick], ["Space"];
    Short = "short", "short", "End this stop with fewer pieces", &[C::Pick], ["s"];
    Later = "later", "later", "Come back to this stop at the end", &[C::Pick], ["l"];
    Undo = "undo", "undo", "Take the last step back", &[C::Pick, C::Catalog, C::Item, C::Inventory, C::Import], ["u"];
    Redo = "redo", "redo", "Bring back what was taken back", &[C::Inventory], ["U", "Ctrl+Y"];
    AddLot = "add-lot", "add", "Add a lot", &[C::Inventory], ["a"];
    EditLot = "edit-lot", "edit", "Edit the lot, or change the marked ones", &[C::Inventory, C::Import], ["e"];
    SetQuantity = "set-quantity", "quantity", "Change the quantity of the marked lots, or this one", &[C::Inventory, C::Import], ["="];
    SetPrice = "set-price", "price", "Change the price of the marked lots, or this one", &[C::Inventory, C::Import], ["$"];
    MoveLot = "move-lot", "move", "Move the marked lots, or this one, to another place", &[C::Inventory], ["m"];
    ChangeAll = "change-all", "change all", "Change all lots that match the filter", &[C::Inventory], ["E"];
    SplitLot = "split-lot", "split", "Split pieces off into a lot of their own", &[C::Inventory], ["x"];
    MergeLots = "merge-lots", "merge", "Merge the marked lots into this one", &[C::Inventory], ["M"];
    DeleteLot = "delete-lot", "delete", "Delete the marked lots, or this one; among deleted lots: bring them back", &[C::Inventory], ["d"];
    Deleted = "deleted", "deleted", "Show deleted lots, or the live stock again", &[C::Inventory], ["D"];
    LotHistory = "lot-history", "its history", "See what happened to the lot", &[C::Inventory], ["H"];
    Export = "export", "export", "Write what the filter matches, or the marked lots, into a file", &[C::Inventory], ["X"];
    PartOut = "part-out", "part out", "Part a set out into lots, with its contents from a list", &[C::Inventory], ["P"];
    CopyValues = "copy-values", "copy", "Copy prices and other values from a list onto equal lots", &[C::Inventory], ["C"];
    Subtract = "subtract", "subtract", "Take the pieces of a list off equal lots", &[C::Inventory], ["-"];
    Labels = "labels", "labels", "Make labels, into a file or on the printer", &[C::Inventory, C::Places, C::Stocktake, C::Orders, C::Order], ["L", "F6"];
    ImportList = "import", "import", "Look at a list and bring its lots in", &[C::Inventory, C::Files], ["I"];
    NextOdd = "next-odd", "next odd", "To the next row with something odd", &[C::Import], ["n"];
    PreviousOdd = "previous-odd", "odd before", "To the row with something odd before this one", &[C::Import], ["N"];
    OnlyOdd = "only-odd", "only odd", "Show only rows with something odd, or all again", &[C::Import], ["f"];
    BookList = "book-list", "book", "Bring the rows into the shop as one change", &[C::Import], ["b"];
    ViewOptions = "view", "view", "Choose the order and the columns", &[C::Inventory], ["v"];
    Views = "views", "views", "See saved views: use, save, rename or forget one", &[C::Inventory], ["V"];
    FileLots = "into-file", "into file", "Put the marked lots, or this one, into a file, or out of it", &[C::Inventory], ["f"];
    Notes = "notes", "notes and bin", "Change the shop's own tags, notes and bin of the item", &[C::Catalog, C::Item], ["o"];
    Refresh = "refresh", "refresh", "Fetch the item from BrickLink now, also one that the catalogue does not know", &[C::Catalog, C::Item, C::Import, C::Identify], ["r", "F5"];
    Invite = "invite", "invite", "Invite a person", &[C::People], ["i"];
    ChangeRole = "role", "role", "Change the person's role", &[C::People], ["r"];
    NewPassword = "new-password", "new password", "Make a one-time code for a new password", &[C::People], ["n"];
    Badge = "badge", "badge", "Make a new badge", &[C::People, C::You], ["b"];
    Token = "token", "token", "Make a token for scripts", &[C::People], ["t"];
    MapUnix = "unix", "unix user", "Let scripts of a Unix user come in as the person", &[C::People], ["m"];
    Remove = "remove", "remove", "Remove the person, end the sign-in, revoke the code", &[C::People], ["d"];
    Print = "print", "print", "Print the slip", &[C::People], ["p"];
    TestAlert = "test-alert", "test alert", "Send a test alert", &[C::Settings], ["t"];
    Pause = "pause", "pause", "Leave the walk; everything is kept", &[C::Pick], ["q"];
    Finish = "finish", "finish", "End the walk", &[C::Pick], ["f"];
    NextKind = "next-kind", "kind", "Show only the next kind", &[C::History, C::Compare, C::Identify], ["f"];
    OnlyLot = "only-lot", "this lot", "Show only what happened to this lot, or everything again", &[C::History], ["t"];
    OnlyDeed = "only-change", "this change", "Show only the lots of this change, or everything again", &[C::History], ["d"];
    When = "when", "who and when", "Show only the changes of a person, or of some days", &[C::History], ["w"];
    ShowAll = "show-all", "everything", "Show everything again", &[C::History], ["x"];
    TakeBack = "take-back", "take back", "Take a change back, or bring it back", &[C::History, C::Files, C::Places, C::Stocktake], ["u"];
    NewFile = "new-file", "new", "Make a file", &[C::Files], ["n"];
    RenameFile = "rename-file", "rename", "Change name and note of the file", &[C::Files], ["r"];
    DropFile = "drop-file", "drop", "Drop the file; it must be empty", &[C::Files], ["d"];
    Release = "release", "release", "Put all lots of the file up for sale", &[C::Files], ["s"];
    Compare = "compare", "compare", "Hold the file against the live stock or another file", &[C::Files], ["c"];
    PlaceRule = "place-rule", "rule", "See and change how places are read from remarks", &[C::Places, C::Settings], ["r"];
    AllThere = "all-there", "all there", "Count the lot as expected", &[C::Stocktake], ["Space"];
    Uncount = "uncount", "not counted", "Take the count of the lot away", &[C::Stocktake], ["x"];
    Book = "book", "book", "Book all counts as one change", &[C::Stocktake], ["b"];
    MovePlace = "move-place", "move", "Move all lots of the place to another one", &[C::Places, C::Stocktake], ["m", "F7"];
    ForgetPlace = "forget-place", "forget", "Offer an empty place no more", &[C::Places], ["d", "F8"];
    TestKeys = "test-keys", "test", "Try the keys at the marketplace", &[C::Markets], ["t"];
    SwitchKeys = "switch-keys", "on or off", "Switch the keys off, or on again", &[C::Markets], ["s"];
    RemoveKeys = "remove-keys", "remove", "Remove the keys for good", &[C::Markets], ["d"];
    RunJob = "run-job", "run now", "Run the job now", &[C::Jobs], ["r"];
    CancelJob = "cancel-job", "stop", "Stop the job that runs", &[C::Jobs], ["x"];
    PutAside = "put-aside", "put aside", "Put a photo of the inbox aside: it has been seen to", &[C::Identify], ["d"];
}

impl Action {
    /// The words of the footer on this screen.
    pub const fn label_in(self, context: Context) -> &'static str {
        match (self, context) {
            (Self::Refresh, C::Import | C::Identify) => "fetch it",
            (Self::Open, C::Filter) => "choose",
            (Self::Open, C::Browse) => "show items",
            (Self::Open, C::Pick | C::Stocktake) => "enter it",
            (Self::Switch, C::Catalog | C::Inventory) => "commands",
            (Self::Switch, C::Browse) => "colours",
            (Self::Switch, C::Filter | C::Item) => "next part",
            (Self::Right, C::Browse) => "unfold",
            (Self::Left, C::Browse) => "fold",
            (Self::Open, C::History) => "all of it",
            (Self::Open, C::Places) => "take stock",
            (Self::Open, C::Import) => "change",
            (Self::Mark, C::Import) => "in or out",
            (Self::Open, C::PlaceRule) => "set it",
            (Self::Open, C::Compare) => "its lots",
            (Self::Open, C::Markets) => "enter keys",
            (Self::Open, C::Jobs) => "its runs",
            (Self::Open, C::Identify) => "go on",
            (Self::Open, C::Machine) => "the answer",
            (Self::Switch, C::Machine) => "errors or calls",
            (Self::Switch, C::Identify) => "list or path",
            (Self::NextKind, C::Identify) => "look for",
            (Self::Back, C::Filter) => "done",
            (Self::Back, C::Pick) => "clear",
            _ => self.label(),
        }
    }

    /// What one must be allowed to do for it.
    pub const fn right(self) -> Option<Right> {
        match self {
            Self::Search | Self::Catalog | Self::Browse | Self::Refresh => Some(Right::ReadCatalog),
            Self::Inventory
            | Self::History
            | Self::Files
            | Self::Places
            | Self::Labels
            | Self::Identify => Some(Right::ReadInventory),
            Self::Orders => Some(Right::ReadOrders),
            Self::Walks => Some(Right::ReadPicks),
            Self::StartPick | Self::Take | Self::Short | Self::Later | Self::Finish => {
                Some(Right::Pick)
            }
            Self::TakeBack
            | Self::NewFile
            | Self::RenameFile
            | Self::DropFile
            | Self::Release
            | Self::Book
            | Self::MovePlace
            | Self::ForgetPlace
            | Self::PartOut
            | Self::CopyValues
            | Self::Subtract
            | Self::AddLot
            | Self::EditLot
            | Self::SetQuantity
            | Self::SetPrice
            | Self::MoveLot
            | Self::ChangeAll
            | Self::SplitLot
            | Self::MergeLots
            | Self::DeleteLot
            | Self::ImportList
            | Self::BookList
            | Self::FileLots
            | Self::PutAside
            | Self::Redo => Some(Right::Inventory),
            Self::Notes => Some(Right::Overlays),
            Self::People
            | Self::Invite
            | Self::ChangeRole
            | Self::NewPassword
            | Self::MapUnix
            | Self::Remove => Some(Right::People),
            Self::Token | Self::Markets | Self::TestKeys | Self::SwitchKeys | Self::RemoveKeys => {
                Some(Right::Credentials)
            }
            Self::RunJob | Self::CancelJob | Self::MachineRoom => Some(Right::Jobs),
            Self::Audit => Some(Right::Audit),
            Self::Settings | Self::TestAlert => Some(Right::Settings),
            Self::You | Self::Badge => Some(Right::OwnAccount),
            _ => None,
        }
    }

    /// From its name in the configuration file.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.name() == name)
    }
}
