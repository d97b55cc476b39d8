//! The vocabulary of Plumewatch: what an edge unit and a server both mean by a word.
//!
//! Read in this order: quantities ([`units`]) and time ([`time`]), who and where ([`ids`],
//! [`plate`]), what was measured ([`reading`]), what belongs together ([`passage`]), what the
//! law says of it ([`rulebook`], [`verdict`]), and how the two programs say it to each other ([`protocol`]).
//!
//! Nothing here does I/O, waits, reads a clock or rolls dice; the manifest shows it and a test proves it.

pub mod units;
pub mod time;
pub mod ids;
pub mod plate;
pub mod reading;
pub mod meter;
pub mod passage;
pub mod plume;
pub mod record_number;
pub mod language;
pub mod rulebook;
pub mod verdict;
pub mod corroboration;
pub mod exhaust_test;
pub mod device_check;
pub mod statistics;
pub mod watchlist;
pub mod protocol;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
