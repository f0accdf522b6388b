//! Keeping the marketplaces in step: every verb is one transaction over links, outbox and lots. Nothing is
//! called from here; the engine ([`crate::sync`]) calls between two of these verbs.

mod adopt;
mod begin;
mod compare;
mod conflicts;
mod links;
mod order_lists;
mod orders;
pub(crate) mod returns;
mod switches;
mod verify;

pub use order_lists::OrdersRead;
pub use orders::{Incoming, TakenOrder};
pub use switches::Switch;
