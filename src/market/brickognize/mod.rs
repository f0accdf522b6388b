//! The client of Brickognize, which says what a photo shows. The service is one person's gift to all: one
//! picture for one wish of a person, never in bulk.
//!
//! Every verb is one attempt. Its interface is called old by its own description and may go away; nothing
//! but this folder knows it.

pub mod client;
mod shapes;
#[cfg(test)]
mod tests;

pub use client::{Brickognize, Health, Settings};
