//! How much at once and how often.

use std::time::Duration;

use plumewatch_shared::protocol::chunk::CHUNK_BYTES_MAX;

/// The bounds of a [`Delivery`](super::Delivery), each with its reason at [`Limits::usual`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Records sent and not yet receipted.
    pub records_in_flight: usize,
    /// Records of the backlog sent in a second, at most.
    pub backlog_per_second: u32,
    /// Bytes of a file in one chunk.
    pub chunk_bytes: u32,
    /// Chunks sent and not yet receipted, over all files.
    pub chunks_in_flight: usize,
    /// Files known at a time.
    pub files_known: usize,
    /// A receipt that does not come for so long will not come.
    pub resend_after: Duration,
    /// The longest wait before something is sent again; each wait is twice the one before.
    pub resend_at_most: Duration,
}

impl Limits {
    /// What a unit on a mobile link uses.
    pub const fn usual() -> Self {
        Self {
            // At 16 KiB each, 1 MiB: what a 10 Mbit/s link takes in a second, so more would only wait longer.
            records_in_flight: 64,
            // A day of a busy lane (20 000 vehicles) in less than four minutes, and a city's hundred units
            // coming back together stay at what one server commits.
            backlog_per_second: 100,
            chunk_bytes: CHUNK_BYTES_MAX as u32,
            // 256 KiB: fills 2 Mbit/s at a second of round trip, and delays a record behind it by a second.
            chunks_in_flight: 4,
            // Their names and sizes take 400 KiB; a thousand passages' pictures.
            files_known: 4_096,
            // Commit and receipt take well under a second; ten leave room for a bad link.
            resend_after: Duration::from_secs(10),
            // A server that is down for long is asked every five minutes per record, not flooded when it returns.
            resend_at_most: Duration::from_secs(300),
        }
    }

    /// The wait before sending again something that was sent `attempts` times.
    pub(super) fn wait(&self, attempts: u32) -> Duration {
        let doubled = 1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        self.resend_after
            .checked_mul(doubled)
            .map_or(self.resend_at_most, |wait| wait.min(self.resend_at_most))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::usual()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_the_longest() {
        let limits = Limits::usual();
        let waits: Vec<u64> = (1..=7).map(|attempts| limits.wait(attempts).as_secs()).collect();
        assert_eq!(waits, [10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(limits.wait(u32::MAX).as_secs(), 300);
    }
}
