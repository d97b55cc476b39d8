//! Scenarios: real programs on loopback, a simulated road, and what must be true at the end.
//!
//! One binary, because the programs share two cores: the scenarios take turns (`turn`).

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a scenario prints its figures")]

mod browser;
mod chaos;
mod contract;
mod disk;
mod enforcement;
mod hostile;
mod repairs;
mod replay;
mod roadside_test;
mod serial;
mod truck;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

static TURN: Mutex<()> = Mutex::new(());

/// Scenarios run one after another: each starts a broker, a database and camera workers of its own.
fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every scenario of faults runs once for each of these: `E2E_SEEDS` is `1,2,3`, or `10` for 1 to 10; one if unset.
fn seeds() -> Vec<u64> {
    let text = std::env::var("E2E_SEEDS").unwrap_or_else(|_| "1".to_owned());
    match text.parse::<u64>() {
        Ok(count) => (1..=count).collect(),
        Err(_) => text.split(',').map(|seed| seed.trim().parse().expect("E2E_SEEDS holds numbers")).collect(),
    }
}

/// Long enough for anything that works, on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_secs(90);
