//! The global catalogue: importing it, finding items, showing them, narrowing by counts.

mod beside;
mod browse;
pub(crate) mod detail;
mod find;
pub mod gather;
mod import;
pub mod index;
pub mod merge;
mod starter;

pub(crate) use beside::Beside;
pub use starter::STARTER;
