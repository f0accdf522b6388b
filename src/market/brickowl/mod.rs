//! The client of BrickOwl: signs nothing, sends a key, and reads answers that are texts all through.
//!
//! Every verb is one attempt; whoever calls decides about repeating. Shapes are what the wire holds,
//! mapping is pure, errors give a meaning to what comes back, and the client puts them together.

mod batch;
mod catalog;
pub mod client;
pub mod colors;
pub mod condition;
mod errors;
mod inventory;
mod looking;
pub mod mapping;
pub mod order_mapping;
mod orders;
pub mod shapes;
#[cfg(test)]
mod tests;

pub use batch::{Asked, BATCH, Brought, LotQuantity, Quantity};
pub use catalog::Found;
pub use client::{BrickOwl, LotName, Page, Settings};
pub use colors::ColorMap;
pub use mapping::{Habits, Look};
pub use orders::{OrderAsk, Rating};
