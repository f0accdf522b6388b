//! What screens ask for. They do nothing themselves: effects are data, and the loop performs them.

use std::time::Duration;

use super::theme::Role;
use crate::api::Request;
use crate::domain::rows::HistoryQuery;
use crate::domain::{
    CatalogQuery, CompareQuery, ItemKey, LotQuery, OrderId, OrderQuery, SessionId,
};

/// Chosen by a screen for a request or a timer, given back with the answer.
pub type Tag = u64;

/// A screen that can be gone to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The overview.
    Home,
    /// The catalogue as it was left.
    Catalog,
    /// The catalogue, asked this.
    Search(Box<CatalogQuery>),
    /// Categories and colours.
    Browse,
    /// An item.
    Item(ItemKey),
    /// The inventory.
    Inventory,
    /// The orders.
    Orders,
    /// An order.
    Order(OrderId),
    /// Walks to take up again.
    Walks,
    /// A new walk for these orders.
    StartPick(Vec<OrderId>),
    /// A walk that was left.
    ResumePick(SessionId),
    /// What runs in the background.
    Jobs,
    /// The inventory, asked this.
    InventoryOf(Box<LotQuery>),
    /// The orders, asked this.
    OrdersOf(Box<OrderQuery>),
    /// The person's own account.
    You,
    /// People of the shop.
    People,
    /// The audit log.
    Audit,
    /// Settings of the shop.
    Settings,
    /// Who changed what: everything, or what is asked of one lot or one change.
    History(Box<HistoryQuery>),
    /// Files: lots that are not for sale yet.
    Files,
    /// Places of the shop.
    Places,
    /// A list that comes in: into the live stock, or into the file of this name.
    Import(Option<String>),
    /// The shop's rule for places.
    PlaceRule,
    /// Two lists of lots side by side.
    Compare(Box<CompareQuery>),
    /// Connections to marketplaces.
    Markets,
    /// A part from a photo.
    Identify,
    /// How the services outside are called.
    Machine,
    /// A new lot of this item.
    AddLot(ItemKey),
}

/// Something that was made for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it is, in words.
    pub what: String,
    /// The file; `None`: the printer of labels.
    pub path: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a screen asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the server; the answer comes back with the tag.
    Send(Tag, Box<Request>),
    /// Go to another screen.
    Go(Destination),
    /// Leave this screen.
    Back,
    /// One line for the person, for a while.
    Say(Role, String),
    /// Wake this screen with the tag after this long. A later one with the same tag replaces it.
    After(Duration, Tag),
    /// Throw away what was scanned since; the screen is told how many codes that were.
    DropHeld,
    /// Leave the program.
    Quit,
    /// End the sign-in.
    SignOut,
    /// Lock the station.
    Lock,
    /// Print a slip.
    Print(String),
    /// Write something into a file of the person, or print it.
    Deliver(Box<Delivery>),
}

impl Effect {
    /// Ask the server.
    pub fn send(tag: Tag, request: Request) -> Self {
        Self::Send(tag, Box::new(request))
    }

    /// Tell the person of an error.
    pub fn fail(error: &crate::error::Error) -> Self {
        Self::Say(Role::Bad, error.message.clone())
    }
}
