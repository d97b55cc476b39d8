//! What the unit announces beside the road: every passage as it is stored, and how the instruments are.
//!
//! The roadside page reads this board and nothing else of the unit; it works with the uplink down. A passage
//! comes twice: as an *early word* within a second of the beam, while the rear camera still follows the vehicle,
//! and, once its record is durable (see `unit`), as itself. An early word is kept nowhere; what stays on a page is
//! what a power cut cannot undo. The board keeps the last [`RECENT`] passages for a page that opens, and data only, in no language;
//! texts that are sentences carry both.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use plumewatch_shared::{
    ids::FileHash,
    language::Bilingual,
    protocol::message::{HealthReport, PassageReport},
    watchlist::WatchReason,
};
use tokio::sync::{broadcast, watch};

/// Passages kept for a page that opens: about ten minutes of one busy lane, and what one screen can list.
/// At no more than 20 KiB each this is 4 MB.
pub const RECENT: usize = 200;

/// Announcements a slow page may lag behind before it is told that it missed some and must reload: it is one
/// shared ring, so a stuck tablet costs nothing more.
pub const FOLLOW_LAG: usize = 64;

/// One passage, stored, with what the unit says of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Announcement {
    /// The record as stored.
    pub report: PassageReport,
    /// Why this plate is watched for, if it is on the watchlist; by its wire word.
    #[serde(serialize_with = "watch_word")]
    pub watch: Option<WatchReason>,
    /// Why the verdict is what it is, sentence by sentence.
    pub reasons: Vec<Bilingual>,
}

fn watch_word<S: serde::Serializer>(watch: &Option<WatchReason>, to: S) -> Result<S::Ok, S::Error> {
    match watch {
        Some(reason) => to.serialize_some(reason.wire_word()),
        None => to.serialize_none(),
    }
}

/// What followers hear.
#[derive(Clone, Debug)]
pub enum News {
    /// What is known so far of a vehicle that still passes. Its report has sequence 0 and no pictures; the
    /// passage that follows it rests on the same measurement.
    Early(Arc<Announcement>),
    /// A passage, stored.
    Stored(Arc<Announcement>),
}

/// The board: the unit writes on it, pages read it. Clones are the same board.
#[derive(Clone, Debug)]
pub struct Board {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    recent: Mutex<VecDeque<Arc<Announcement>>>,
    followers: broadcast::Sender<News>,
    health: watch::Sender<HealthReport>,
    evidence: PathBuf,
}

impl Board {
    /// An empty board; `evidence` is the folder that holds the evidence files (see `evidence::place`).
    pub fn new(health: HealthReport, evidence: PathBuf) -> Self {
        let shared = Shared {
            recent: Mutex::new(VecDeque::with_capacity(RECENT)),
            followers: broadcast::Sender::new(FOLLOW_LAG),
            health: watch::Sender::new(health),
            evidence,
        };
        Self { shared: Arc::new(shared) }
    }

    /// Puts a passage on the board, newest first, and tells everyone who follows.
    pub fn announce(&self, announcement: Announcement) {
        let announcement = Arc::new(announcement);
        let mut recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.truncate(RECENT - 1);
        recent.push_front(announcement.clone());
        // Sent under the lock, so that `open` sees each passage exactly once. No follower is no error.
        let _ = self.shared.followers.send(News::Stored(announcement));
    }

    /// Tells everyone who follows what is known so far of a vehicle.
    pub fn announce_early(&self, announcement: Announcement) {
        let _ = self.shared.followers.send(News::Early(Arc::new(announcement)));
    }

    /// The last `n` passages (at most [`RECENT`]), newest first.
    pub fn recent(&self, n: usize) -> Vec<Arc<Announcement>> {
        self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner).iter().take(n).cloned().collect()
    }

    /// The last `n` passages, newest first, and everything that comes after them, none missing and none twice.
    pub fn open(&self, n: usize) -> (Vec<Arc<Announcement>>, broadcast::Receiver<News>) {
        let recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        (recent.iter().take(n).cloned().collect(), self.shared.followers.subscribe())
    }

    /// How the station is, now and whenever it changes.
    pub fn health(&self) -> watch::Receiver<HealthReport> {
        self.shared.health.subscribe()
    }

    /// Says how the station is.
    pub fn set_health(&self, health: HealthReport) {
        self.shared.health.send_replace(health);
    }

    /// Where the evidence file of this hash lies on the disk, if it is still here. Files are JPEG, PNG or MP4.
    pub fn evidence_file(&self, hash: FileHash) -> Option<PathBuf> {
        let path = crate::evidence::place(&self.shared.evidence, hash);
        path.is_file().then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::{rulebook::Rulebook, sample, verdict::judge};

    fn announcement(sequence: u64) -> Announcement {
        let passage = sample::passage(sequence).passage();
        let verdict = judge(&passage, &Rulebook::hj845());
        Announcement {
            report: PassageReport::new(&passage, &verdict),
            watch: Some(WatchReason::OpenCase),
            reasons: verdict.reasons(),
        }
    }

    fn board() -> Board {
        Board::new(crate::health::starting(), PathBuf::from("nowhere"))
    }

    #[test]
    fn a_page_that_opens_sees_each_passage_once_newest_first() {
        let board = board();
        for sequence in 1..=3 {
            board.announce(announcement(sequence));
        }
        let (recent, mut coming) = board.open(2);
        board.announce(announcement(4));
        let ids: Vec<_> = recent.iter().map(|a| a.report.id.as_str()).collect();
        assert_eq!(ids, ["A140105001-0000000003", "A140105001-0000000002"]);
        let Ok(News::Stored(next)) = coming.try_recv() else { panic!("a stored passage was announced") };
        assert_eq!(next.report.id, "A140105001-0000000004");
    }

    #[test]
    fn an_early_word_is_heard_and_not_kept() {
        let board = board();
        let (_, mut coming) = board.open(1);
        board.announce_early(announcement(0));
        assert!(matches!(coming.try_recv(), Ok(News::Early(_))));
        assert!(board.recent(usize::MAX).is_empty());
    }

    #[test]
    fn the_board_keeps_no_more_than_its_limit() {
        let board = board();
        for sequence in 1..=(RECENT as u64 + 5) {
            board.announce(announcement(sequence));
        }
        assert_eq!(board.recent(usize::MAX).len(), RECENT);
    }

    #[test]
    fn the_reason_for_watching_travels_as_its_wire_word() {
        let json = serde_json::to_value(announcement(1)).unwrap();
        assert_eq!(json["watch"], "open-case");
    }
}
