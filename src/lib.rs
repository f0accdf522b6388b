//! The terminal of a shop that resells LEGO parts.
//!
//! Layers, each using only what stands above it:
//!
//! | layer | concern |
//! | --- | --- |
//! | [`domain`] | pure values and rules |
//! | [`formats`] | files that sellers use, read and written |
//! | [`labels`] | labels for bins, lots and totes as PDF, ZPL and PNG |
//! | [`store`] | the database file: tables, codec, the single writer |
//! | [`search`] | the full-text index, derived from the store |
//! | [`market`] | clients of BrickLink, BrickOwl and Brickognize; they keep nothing |
//! | [`sandbox`] | the three services played on loopback, faults included |
//! | [`services`] | every verb of the program, one transaction each |
//! | [`sync`] | the engine that calls the marketplaces between two transactions |
//! | [`api`] | requests, replies, events; framing; client and server |
//! | [`web`] | alerts that leave the machine, measurements on loopback |
//! | [`tui`] | the screens; knows nothing but the api |
//! | [`cli`] | the command line; the only place that wires all of them together |
//!
//! `tests/layering.rs` holds these borders.

pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod entropy;
pub mod error;
pub mod formats;
pub mod labels;
pub mod market;
pub mod sandbox;
pub mod search;
pub mod services;
pub mod store;
pub mod sync;
pub mod tui;
pub mod web;
