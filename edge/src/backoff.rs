//! Waits between attempts: doubling from the first to the longest, each with jitter, so that a county's units do
//! not all knock at once after a power cut.

use std::time::Duration;

/// The waits of one thing that keeps failing.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// Waits from `first` to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The next wait: between half and the whole of its step.
    pub fn wait(&mut self) -> Duration {
        let step = self.next.min(self.longest);
        self.next = (step * 2).min(self.longest);
        // Without randomness the wait is still right, only not spread.
        let share = getrandom::u32().unwrap_or(u32::MAX);
        step / 2 + (step / 2).mul_f64(f64::from(share) / f64::from(u32::MAX))
    }

    /// It worked: begin with the first wait again.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_begin_anew_after_a_success() {
        let (first, longest) = (Duration::from_secs(1), Duration::from_secs(5));
        let mut backoff = Backoff::new(first, longest);
        for step in [1, 2, 4, 5, 5] {
            let (wait, step) = (backoff.wait(), Duration::from_secs(step));
            assert!(step / 2 <= wait && wait <= step, "{wait:?} for {step:?}");
        }
        backoff.reset();
        assert!(backoff.wait() <= first);
    }
}
