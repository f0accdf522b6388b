//! The client of BrickOwl against answers as they really come.
