//! Makes guessing slow: after some failures a name must wait, longer each time.
//!
//! Names that no account has are treated alike, so that waiting does not tell which names exist. Failures of
//! accounts are kept by the store and survive a restart; those of other names are kept here, few and for a
//! while.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plumewatch_shared::ids::FileHash;

/// Failures that cost nothing: fingers slip.
pub const FREE_FAILURES: u32 = 5;
/// The wait after the first failure that costs; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait. At four guesses an hour a ten-character password is safe, and an owner locked out by
/// a stranger is back after a tea.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);
/// Unknown names remembered. More than a person types; a flood forgets the oldest.
const STRANGERS_MAX: usize = 4_096;

/// Failures since the last success, and the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the last was.
    pub last: Timestamp,
}

impl Failures {
    /// How long a name must still wait at `now`; `None` if it may try.
    pub fn wait(self, now: Timestamp) -> Option<Duration> {
        let beyond = self.count.checked_sub(FREE_FAILURES)?;
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(beyond)).min(WAIT_MAX);
        let passed = now.duration_since(self.last).max(SignedDuration::ZERO).unsigned_abs();
        wait.checked_sub(passed).filter(|left| !left.is_zero())
    }
}

/// Failures of names that no account has.
#[derive(Default)]
pub struct Strangers(Mutex<VecDeque<(FileHash, Failures)>>);

impl Strangers {
    /// What is remembered of this name.
    pub fn failures(&self, name: &str) -> Option<Failures> {
        let hash = FileHash::of(name.as_bytes());
        let strangers = self.0.lock().expect("nothing panics while it is held");
        strangers.iter().find(|(known, _)| *known == hash).map(|&(_, failures)| failures)
    }

    /// Remembers one more.
    pub fn count(&self, name: &str, now: Timestamp) {
        let hash = FileHash::of(name.as_bytes());
        let mut strangers = self.0.lock().expect("nothing panics while it is held");
        let before =
            strangers.iter().position(|(known, _)| *known == hash).and_then(|at| strangers.remove(at));
        let count = before.map_or(0, |(_, failures)| failures.count).saturating_add(1);
        if strangers.len() >= STRANGERS_MAX {
            strangers.pop_front();
        }
        strangers.push_back((hash, Failures { count, last: now }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        let wait = |count, now| Failures { count, last: at(0) }.wait(at(now)).map(|wait| wait.as_secs());
        assert_eq!(wait(4, 0), None);
        assert_eq!(wait(5, 0), Some(5));
        assert_eq!(wait(6, 0), Some(10));
        assert_eq!(wait(6, 9), Some(1));
        assert_eq!(wait(6, 10), None);
        assert_eq!(wait(u32::MAX, 0), Some(900));
        assert_eq!(wait(u32::MAX, -100), Some(900), "a clock set back does not open the door");
    }

    #[test]
    fn strangers_wait_like_accounts_and_a_flood_of_names_does_not_grow() {
        let strangers = Strangers::default();
        for n in 0..6 {
            strangers.count("nobody", at(n));
        }
        assert_eq!(strangers.failures("nobody"), Some(Failures { count: 6, last: at(5) }));
        for n in 0..STRANGERS_MAX + 10 {
            strangers.count(&format!("name {n}"), at(10));
        }
        assert_eq!(strangers.0.lock().unwrap().len(), STRANGERS_MAX);
        assert_eq!(strangers.failures("nobody"), None);
    }
}
