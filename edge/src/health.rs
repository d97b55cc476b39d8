//! How the station is: gathers what the rims know and says it in the wire's words.

use plumewatch_shared::protocol::{VERSION, message::{HealthReport, WireStamp}};

/// What is said before anything is known.
pub fn starting() -> HealthReport {
    HealthReport {
        v: VERSION,
        at: WireStamp { utc_us: 0, clock: "unsynchronised".to_owned() },
        software: env!("CARGO_PKG_VERSION").to_owned(),
        last_sequence: 0,
        backlog_records: 0,
        backlog_files: 0,
        disk_free_bytes: 0,
        shed_files: 0,
        watchlist_version: None,
        parts: Vec::new(),
    }
}
