//! The engine of synchronisation: it calls the marketplaces between two transactions of the services, so
//! that an intent is on disk before its call and the answer after it.
//!
//! What is to be done is decided in [`crate::services::sync`] and [`crate::domain::sync`]; nothing is
//! remembered here that cannot be read again from the store.

mod bricklink;
mod brickowl;
mod engine;
mod lookup;
mod round;
mod runner;
mod unknown;

pub use engine::{Engine, Intake};
pub use runner::Runner;
