//! The people of a shop from the outside: how they come in, what they may do, what is written down.

mod audit;
mod coming_in;
mod isolation;
mod office;
mod setup;
mod stations;
