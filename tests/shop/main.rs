//! The shop's verbs from the outside: files come in, people walk, power fails, and the check of the
//! whole store finds nothing wrong after any of it.

mod crash;
mod deeds;
mod disk;
mod imports;
mod picking;
mod random;
mod setup;
mod shared_data;
mod together;
