//! The engine of synchronisation: it calls the marketplaces between two transactions of the services, so
//! that an intent is on disk before its call and the answer after it.
//!
//! What is to be done is decided in [`crate::services::sync`] and [`crate::domain::sync`]; nothing is
//! remembered here that cannot be read again from the store.

pub mod intake;
pub mod reading;
pub mod source;
