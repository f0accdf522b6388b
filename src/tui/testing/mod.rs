//! A small shop to test screens against, and a way to press keys and look at the screen.

mod draw;
mod harness;
mod shop;
mod shop_answers;
mod shop_fresh;
mod shop_identify;
mod shop_jobs;
mod shop_keys;
mod shop_lists;
mod shop_machine;
mod shop_people;
mod shop_prices;
mod shop_review;
mod shop_stock;
mod shop_views;
mod shop_walks;

pub(super) use draw::{plain, styled};
pub(super) use harness::Harness;
pub(super) use shop::Shop;
pub(super) use shop_people::ana;

mod bytes;
mod flows;
mod fresh_flows;
mod identify_flows;
mod import_flows;
mod keys_flows;
mod list_flows;
mod lists_flows;
mod lists_looks;
mod looks;
mod machine_flows;
mod people_flows;
mod picture_flows;
mod price_looks;
mod pty;
mod stock_flows;
mod stock_looks;
