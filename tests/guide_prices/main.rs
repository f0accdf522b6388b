//! Prices from the price guide: fetched for many lots within the budget, then set; in the services, by
//! commands and with keys, against the played BrickLink.

#[path = "../common/mod.rs"]
mod common;
mod program;
mod services;
