//! The server's own look at what an edge judged: tests of stopped vehicles and checks of instruments.
//!
//! A record is never refused because the edge judged it otherwise. It is stored with both judgements and flagged, for
//! a person to ask how that came.

pub mod device_check;
pub mod exhaust_test;
