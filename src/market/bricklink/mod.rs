//! The client of BrickLink's store interface.
//!
//! `oauth` signs, `line` sends and tries again, `envelope` says what an answer means, `shapes` are the
//! wire's types, `mapping`, `facts` and `writing` translate
//! them purely; `client`, `orders`, `catalog` and `members` hold the verbs.

mod catalog;
mod client;
mod envelope;
mod facts;
mod help;
mod line;
mod mapping;
mod members;
pub mod oauth;
mod orders;
mod shapes;
mod writing;

pub use catalog::PartOut;
pub use client::InventoryFilter;
pub use line::{BrickLink, Manner, Parts};
pub use mapping::read_inventory;
pub use oauth::{Keys, Stamps};
pub use writing::{is_this, new_lot_body};
