//! Keeping the marketplaces in step: every verb is one transaction over links, outbox and lots. Nothing is
//! called from here; the engine ([`crate::sync`]) calls between two of these verbs.

mod switches;

pub use switches::Switch;
