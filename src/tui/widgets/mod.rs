//! What screens are built of.

pub mod detail;
pub mod digits;
pub mod field;
pub mod foot;
pub mod form;
pub mod head;
pub mod help;
pub mod list;
pub mod palette;
pub mod picture;
pub mod prices;
pub mod progress;
