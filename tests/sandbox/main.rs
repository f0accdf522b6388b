//! The played services against what is known of the real ones: every quirk, every way to go wrong. The
//! client here is this test's own, so that nothing of the program's clients can hide a mistake.

mod bricklink;
mod brickognize;
mod brickowl;
mod doors;
mod faults;
mod link_orders;
mod owl_orders;
mod play;
mod random;
mod sockets;
