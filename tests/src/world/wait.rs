//! Waiting for what a test needs to be so, with a name and an end.

use std::time::{Duration, Instant};

/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `condition` gives something. Panics with `what` and the last state told when `limit` is over.
#[track_caller]
pub fn wait_for<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<T, String>) -> T {
    let until = Instant::now() + limit;
    loop {
        match condition() {
            Ok(found) => return found,
            Err(state) if Instant::now() >= until => {
                panic!("waited {limit:?} in vain for {what}; last: {state}")
            }
            Err(_) => std::thread::sleep(LOOK),
        }
    }
}
