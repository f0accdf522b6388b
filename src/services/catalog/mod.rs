//! The global catalogue: importing it, finding items, showing them, narrowing by counts.

mod browse;
mod detail;
mod find;
pub mod gather;
mod import;
pub mod index;
pub mod merge;
mod starter;
