//! The engine of synchronisation: it calls the marketplaces between two transactions of the services, so
//! that an intent is on disk before its call and the answer after it.
//!
//! What is to be done is decided in [`crate::services::sync`] and [`crate::domain::sync`]; nothing is
//! remembered here that cannot be read again from the store.

mod bricklink;
mod brickowl;
mod engine;
pub mod intake;
mod look;
mod lookup;
pub mod reading;
mod round;
mod runner;
pub mod source;
mod unknown;

pub use engine::{Engine, Intake};
pub use look::Orders;
pub use runner::Runner;
