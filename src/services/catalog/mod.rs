//! The global catalogue: importing it, finding items, showing them, narrowing by counts.

mod browse;
pub(crate) mod detail;
mod find;
pub mod gather;
mod import;
pub mod index;
pub mod merge;
mod starter;

pub use starter::STARTER;
