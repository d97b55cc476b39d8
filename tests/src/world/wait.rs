//! Waiting for what a test needs to be so, with a name and an end.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `condition` gives something. Panics with `what` and the last state told when `limit` is over.
#[track_caller]
pub fn wait_for<T>(what: &str, limit: Duration, condition: impl FnMut() -> Result<T, String>) -> T {
    match wait_up_to(limit, condition) {
        Ok(found) => found,
        Err(state) => panic!("waited {limit:?} in vain for {what}; last: {state}"),
    }
}

/// Looks until `condition` gives something, or the last state told when `limit` is over.
pub fn wait_up_to<T>(limit: Duration, mut condition: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let until = Instant::now() + limit;
    loop {
        match condition() {
            Err(_) if Instant::now() < until => std::thread::sleep(LOOK),
            done => return done,
        }
    }
}
