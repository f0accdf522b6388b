//! Keeping the marketplaces in step: every verb is one transaction over links, outbox and lots. Nothing is
//! called from here; the engine ([`crate::sync`]) calls between two of these verbs.

mod adopt;
mod begin;
mod clients;
mod compare;
mod conflicts;
mod context;
mod dry_run;
mod journal;
mod links;
mod names;
mod observe;
mod order_lists;
mod order_shape;
mod orders;
pub(crate) mod returns;
mod settle;
mod status;
mod switches;
mod verify;

use crate::domain::Marketplace;

pub use compare::Agreed;
pub use journal::{Allow, Journaled, Need, Queued, Ready};
pub use order_lists::OrdersRead;
pub use orders::{Incoming, TakenOrder};
pub use settle::{DOUBT, SURE, Settled, Told};
pub use switches::Switch;

/// The marketplaces, in the order of screens.
pub const MARKETS: [Marketplace; 2] = [Marketplace::BrickLink, Marketplace::BrickOwl];
