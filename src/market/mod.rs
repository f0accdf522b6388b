//! Everything that crosses the network: clients of BrickLink, BrickOwl and Brickognize.
//!
//! A client signs, sends, reads and maps; it keeps nothing. What it needs from the rest of the program
//! it declares as a trait: somebody who carries calls ([`Transport`]) and somebody who says whether a call
//! may be made now ([`Gate`]). It never sees the store.

pub mod attempt;
pub mod bricklink;
pub mod brickognize;
pub mod brickowl;
pub mod carry;
pub mod gate;
pub mod lenient;
pub mod photo;
#[cfg(test)]
mod photo_tests;
pub mod picture;
pub mod redact;
pub mod retry;
#[cfg(test)]
pub(crate) mod scripted;
pub mod web_photo;
pub mod wire;

pub use carry::{Answer, Body, Broke, Call, Limits, Method, Transport};
pub use gate::{Gate, Open, Outcome, Told};
pub use redact::Redactor;
pub use retry::Patience;
pub use wire::Wire;
