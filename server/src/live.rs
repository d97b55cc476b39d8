//! Tells open pages what has just been stored.
//!
//! A slow page loses the oldest news and is told how many; nothing here ever waits for a page.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::store::PassageRow;

/// News kept for the slowest page: at a busy checkpoint's one passage a second, four minutes.
const KEPT: usize = 256;

/// The news. Clones share it.
#[derive(Clone, Debug)]
pub struct Live(broadcast::Sender<Arc<PassageRow>>);

impl Live {
    /// News that nobody hears yet.
    pub fn new() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }

    /// Everything told from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<PassageRow>> {
        self.0.subscribe()
    }

    /// Does anyone listen? If not, nobody need read the row.
    pub fn has_listeners(&self) -> bool {
        self.0.receiver_count() > 0
    }

    /// Tells of a passage: new, or changed by a file that came.
    pub fn tell(&self, passage: PassageRow) {
        // Without a listener there is nobody to miss it.
        let _ = self.0.send(Arc::new(passage));
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}
