//! The server's end: requests become verbs of the services, commits become events.

mod conversation;
pub mod desk;
mod fresh;
mod identify;
mod jobs;
mod keys;
mod lists;
mod machine;
mod office;
mod outbox;
mod review;
pub mod socket;
mod stock;

pub use desk::Desk;
