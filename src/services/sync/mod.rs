//! Keeping the marketplaces in step: every verb is one transaction over links, outbox and lots. Nothing is
//! called from here; the engine ([`crate::sync`]) calls between two of these verbs.

mod clients;
mod context;
mod dry_run;
mod journal;
mod names;
mod observe;
mod settle;
mod status;
mod switches;

use crate::domain::Marketplace;

pub use journal::{Allow, Journaled, Need, Queued, Ready};
pub use settle::{DOUBT, SURE, Settled, Told};
pub use switches::Switch;

/// The marketplaces, in the order of screens.
pub const MARKETS: [Marketplace; 2] = [Marketplace::BrickLink, Marketplace::BrickOwl];
