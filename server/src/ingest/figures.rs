//! What ingest counts for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! figures {
    ($($(#[$meta:meta])* $name:ident: $help:literal,)*) => {
        /// Counters that only grow, but for `connected`.
        #[derive(Debug, Default)]
        pub struct IngestFigures { $($(#[$meta])* pub $name: AtomicU64,)* }

        impl IngestFigures {
            /// Name, help and value of each, in order.
            pub fn all(&self) -> Vec<(&'static str, &'static str, u64)> {
                vec![$((stringify!($name), $help, self.$name.load(Ordering::Relaxed))),*]
            }
        }
    };
}

figures! {
    /// Is the broker there? 1 or 0.
    connected: "1 while the broker is connected",
    /// Connections made to the broker.
    connections: "connections made to the broker",
    /// Messages taken from the broker.
    messages: "messages taken from the broker",
    /// Messages dropped because the queue was full; the sender repeats them.
    dropped: "messages dropped because the queue was full",
    /// Records stored.
    stored: "records stored",
    /// Records that were stored before.
    repeated: "records that were stored before",
    /// Payloads refused and quarantined.
    refused: "payloads refused and quarantined",
    /// Records whose verdict the server does not share.
    disagreements: "records whose verdict the server does not share",
    /// Transactions committed.
    batches: "transactions committed",
    /// Transactions that failed and were tried again.
    retries: "transactions that failed and were tried again",
    /// Candidates that counting opened.
    candidates: "candidates that counting opened",
    /// Evidence chunks taken.
    chunks: "evidence chunks taken",
    /// Evidence files made whole.
    files: "evidence files made whole",
}

impl IngestFigures {
    /// Adds to a counter.
    pub(super) fn add(counter: &AtomicU64, count: u64) {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}
