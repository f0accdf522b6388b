//! Photos of parts against the played Brickognize, through the service that screens and commands use: what
//! is found, and every way to go wrong.

#[path = "../common/mod.rs"]
mod common;
#[path = "../market_sandbox/direct.rs"]
mod direct;

mod bench;
mod commands;
mod faults;
mod files;
mod right;
