//! The program's own clients against the services that the program plays: every call in every way to go
//! wrong, in process, and once over real sockets. A disagreement is a mistake of one of the two.

mod direct;
mod eye_verbs;
mod later;
mod link_verbs;
mod matrix;
mod modes;
mod owl_verbs;
mod sockets;
mod table;
mod verb;
mod world;
