//! The program and the web: alerts that leave the machine, and measurements that are read on it.
//!
//! Nothing here decides anything; services say what is sent and to whom. Only the command line puts it
//! to use.

pub mod courier;
mod market_figures;
pub mod metrics;
