//! The server's end: requests become verbs of the services, commits become events.

pub mod desk;
pub mod socket;

pub use desk::Desk;
