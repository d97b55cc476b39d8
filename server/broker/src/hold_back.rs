//! Holds publishers back while the ingest is behind, so that no queue here overflows or grows.
//!
//! One permit per message from an edge: taken when it is published, given back when the ingest has
//! acknowledged it, or the broker dropped it, or nobody listened. The library loses the odd message without
//! saying so when a connection breaks, and would leak its permit; so all permits come back when the ingest
//! connects anew. That may let in twice [`HELD_MAX`] for a moment, which the queue has room for.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;

use crate::limits::HELD_MAX;

pub(crate) struct HoldBack {
    held: Mutex<u32>,
    given_back: Notify,
}

impl HoldBack {
    pub(crate) fn new() -> Self {
        Self { held: Mutex::new(0), given_back: Notify::new() }
    }

    fn try_take(&self) -> bool {
        let mut held = self.held.lock().expect("nothing panics while it is held");
        let room = *held < HELD_MAX;
        *held += u32::from(room);
        room
    }

    /// Waits for a permit, at most `wait`; false if there was none.
    pub(crate) async fn take(&self, wait: Duration) -> bool {
        let taken = async {
            loop {
                // Registered before the look, so that a permit given back between the two is not missed.
                let notified = self.given_back.notified();
                if self.try_take() {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(wait, taken).await.is_ok()
    }

    /// One message is done with. More of these than of `take` do no harm.
    pub(crate) fn give_back(&self) {
        let mut held = self.held.lock().expect("nothing panics while it is held");
        *held = held.saturating_sub(1);
        drop(held);
        self.given_back.notify_one();
    }

    /// The ingest begins anew: whatever was out is queued for it again or gone.
    pub(crate) fn begin_anew(&self) {
        *self.held.lock().expect("nothing panics while it is held") = 0;
        self.given_back.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_WAIT: Duration = Duration::ZERO;

    async fn fill(hold_back: &HoldBack) {
        for _ in 0..HELD_MAX {
            assert!(hold_back.take(NO_WAIT).await);
        }
    }

    #[tokio::test]
    async fn a_publisher_waits_when_all_permits_are_out_and_goes_on_when_one_is_back() {
        let hold_back = HoldBack::new();
        fill(&hold_back).await;
        assert!(!hold_back.take(NO_WAIT).await);
        let waiting = hold_back.take(Duration::from_secs(60));
        tokio::pin!(waiting);
        assert!(futures_pending(&mut waiting).await);
        hold_back.give_back();
        assert!(waiting.await);
    }

    #[tokio::test]
    async fn permits_that_leaked_come_back_when_the_ingest_connects_anew() {
        let hold_back = HoldBack::new();
        fill(&hold_back).await;
        hold_back.begin_anew();
        fill(&hold_back).await;
        assert!(!hold_back.take(NO_WAIT).await);
    }

    #[tokio::test]
    async fn giving_back_too_often_never_makes_more_permits_than_there_are() {
        let hold_back = HoldBack::new();
        hold_back.give_back();
        hold_back.give_back();
        fill(&hold_back).await;
        assert!(!hold_back.take(NO_WAIT).await);
    }

    /// Polls once; true if it is not done.
    async fn futures_pending<F: Future<Output = bool> + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
