//! Closes a passage: pictures, judgement, seal, outbox; then, and only then, word of it.
//!
//! The order is the promise. When the head is acknowledged and the page shows the passage, the record is on the
//! disk. Evidence that cannot be written is left out; a record that cannot be written is tried again until it
//! can, and meanwhile everything before it waits: the head keeps what it measured.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ed25519_dalek::SigningKey;
use edge_core::{matching::PassageDraft, retention::Class};
use plumewatch_shared::{
    ids::{LaneNo, PassageId, StationId},
    passage::{EvidenceKind, Passage},
    protocol::{
        message::PassageReport,
        seal::{Purpose, Sealed},
    },
    verdict::{Verdict, judge},
    watchlist::WatchReason,
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::{
    announce::{Announcement, Board},
    backoff::Backoff,
    camera::pictures::Pictures,
    evidence::{
        ballast::Ballast,
        overlay::{self, Lettering},
        shelf::Shelf,
    },
    lane::Acknowledge,
    outbox::{NewRecord, Outbox, OutboxError, mark::Mark, sidecar::Sidecars},
    watchlist::WatchlistShelf,
};

/// Attempts at one record after the unit was told to stop; its head has not been acknowledged and repeats it.
const LAST_ATTEMPTS: u32 = 3;

/// The waits between attempts at a record.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LONGEST: Duration = Duration::from_secs(5);

/// Room made before a passage's pictures are written, bytes: six pictures of half a megabyte.
const PICTURES: u64 = 3 << 20;

/// Everything that closing needs.
pub struct Closing {
    /// Whose passages.
    pub station: StationId,
    /// Its name for people.
    pub name: String,
    /// The key that seals.
    pub key: SigningKey,
    /// The means to write on pictures, if there are any.
    pub lettering: Option<Lettering>,
    /// Pictures that wait.
    pub pictures: Arc<Pictures>,
    /// Where files go.
    pub shelf: Arc<Shelf>,
    /// The last reserve.
    pub ballast: Ballast,
    /// Where records go.
    pub outbox: Arc<dyn Outbox>,
    /// How far sequences have gone.
    pub mark: Mark,
    /// Where records go once more.
    pub sidecars: Sidecars,
    /// Who is watched for.
    pub watchlist: WatchlistShelf,
    /// Where passages are shown.
    pub board: Board,
    /// The heads, by lane.
    pub acknowledge: BTreeMap<LaneNo, Acknowledge>,
    /// Where the uplink hears of a new record.
    pub stored: watch::Sender<u64>,
    /// Can records be written? For health.
    pub writable: Arc<AtomicBool>,
    /// The unit's stop, which ends endless attempts.
    pub stop: CancellationToken,
}

/// A passage that is judged, with its files.
struct Closed {
    passage: Passage,
    verdict: Verdict,
    watch: Option<WatchReason>,
    class: Class,
}

impl Closing {
    /// Closes what comes until nothing comes any more. Blocks; has a thread of its own.
    pub fn run(mut self, mut drafts: mpsc::Receiver<PassageDraft>) {
        while let Some(draft) = drafts.blocking_recv() {
            self.close(draft);
        }
    }

    /// Closes one passage.
    pub fn close(&mut self, draft: PassageDraft) {
        let origin = draft.origin().cloned();
        let lane = draft.lane;
        if !origin.as_ref().is_some_and(|origin| self.outbox.holds(origin)) {
            let closed = self.judge(draft);
            let Some(report) = self.store(closed.passage, &closed.verdict, closed.class) else { return };
            info!(passage.id = report.id, outcome = report.verdict.outcome, "passage stored");
            let reasons = closed.verdict.reasons();
            self.board.announce(Announcement { report, watch: closed.watch, reasons });
            self.stored.send_replace(self.outbox.head().sequence);
        }
        if let (Some(origin), Some(head)) = (origin, self.acknowledge.get(&lane)) {
            head.send(origin);
        }
    }

    /// Judges, then letters and files the pictures.
    fn judge(&self, mut draft: PassageDraft) -> Closed {
        let pictures = std::mem::take(&mut draft.pictures);
        let rulebook = draft.rulebook.clone();
        // The sequence is minted with the record; nothing before that names it.
        let mut passage = draft.into_passage(PassageId { station: self.station, sequence: 0 }, Vec::new());
        let verdict = judge(&passage, &rulebook);
        let watch = self.watchlist.find(&passage);
        let doubted = passage.doubts.iter().any(|doubt| doubt.bars_attribution());
        let class = Class::of(verdict.outcome, doubted, watch.is_some());
        if !pictures.is_empty() {
            self.make_room(PICTURES);
        }
        let lines = overlay::lines(&self.name, &passage, &verdict);
        let alarming = overlay::is_alarming(verdict.outcome);
        for (kind, id) in pictures {
            let Some(picture) = self.pictures.take(id) else { continue }; // Counted there.
            let picture = self.lettered(kind, picture, &lines, alarming);
            match self.shelf.write(kind, &picture) {
                Ok(file) if !passage.evidence.contains(&file) => passage.evidence.push(file),
                Ok(_) => {}
                Err(error) => warn!(
                    error = &error as &dyn std::error::Error,
                    evidence.kind = kind.wire_word(),
                    "a picture cannot be kept; the record goes without it"
                ),
            }
        }
        Closed { passage, verdict, watch, class }
    }

    fn lettered(&self, kind: EvidenceKind, picture: Vec<u8>, lines: &[String; 2], alarming: bool) -> Vec<u8> {
        let whole = match kind {
            EvidenceKind::VehicleFront | EvidenceKind::VehicleRear => true,
            EvidenceKind::PlateFront | EvidenceKind::PlateRear | EvidenceKind::Plume => false,
        };
        let lettered = self.lettering.as_ref().filter(|_| whole).map(|l| l.letter(&picture, lines, alarming));
        match lettered {
            None => picture,
            Some(Ok(lettered)) => lettered,
            Some(Err(error)) => {
                warn!(error = &error as &dyn std::error::Error, "a picture is kept without its overlay");
                picture
            }
        }
    }

    /// Seals and appends, again and again until the record is on the disk; gives the report as stored. `None` if
    /// the unit had to stop before that.
    fn store(&mut self, mut passage: Passage, verdict: &Verdict, class: Class) -> Option<PassageReport> {
        let mut backoff = Backoff::new(RETRY_FIRST, RETRY_LONGEST);
        let mut last_attempts = LAST_ATTEMPTS;
        loop {
            let (report, record) = self.seal(&mut passage, verdict, class);
            match self.append(&record) {
                Ok(()) => {
                    self.writable.store(true, Ordering::Relaxed);
                    self.shelf.hold(record.sequence, &record.files, class);
                    return Some(report);
                }
                Err(OutboxError::OutOfOrder { .. }) => continue, // Reopened with another head: sealed anew.
                Err(OutboxError::TooLarge(bytes)) => {
                    warn!(bytes, "a record is too large; the plates' lesser alternatives are left out");
                    let sightings = [&mut passage.front, &mut passage.rear].into_iter().flatten();
                    sightings.for_each(|sighting| sighting.alternatives.clear());
                    continue;
                }
                Err(
                    error @ (OutboxError::Disk { .. } | OutboxError::Corrupt(_) | OutboxError::NoRoom { .. }),
                ) => {
                    self.relieve(&error);
                }
            }
            if self.stop.is_cancelled() {
                last_attempts -= 1;
                if last_attempts == 0 {
                    error!("a passage could not be stored before the unit stopped; its head repeats it");
                    return None;
                }
            }
            std::thread::sleep(backoff.wait());
        }
    }

    /// Says what is wrong with the disk once, and makes room: evidence first, then the ballast.
    fn relieve(&self, error: &OutboxError) {
        if self.writable.swap(false, Ordering::Relaxed) {
            error!(error = error as &dyn std::error::Error, "a record cannot be stored; trying until it can");
        }
        self.make_room(PICTURES);
        if self.ballast.release() {
            error!("the disk is full: the ballast is given up so that records fit; make room on the disk");
        }
    }

    fn seal(&self, passage: &mut Passage, verdict: &Verdict, class: Class) -> (PassageReport, NewRecord) {
        let head = self.outbox.head();
        passage.id.sequence = head.sequence + 1;
        let report = PassageReport::new(passage, verdict);
        let body = serde_json::to_string(&report).expect("strings and numbers serialise");
        let sealed = Sealed::new(Purpose::Record, head.link, body, &self.key);
        let record = NewRecord {
            sequence: passage.id.sequence,
            payload: sealed.encode(),
            link: sealed.link(),
            origin: passage.reading.as_ref().map(|reading| reading.origin.clone()),
            files: passage.evidence.clone(),
            class,
        };
        (report, record)
    }

    fn append(&mut self, record: &NewRecord) -> Result<(), OutboxError> {
        let failed = |source| OutboxError::Disk { doing: "write to", source };
        self.mark.cover(record.sequence).map_err(failed)?;
        // The record counts more than its second copy. While nothing can be written, that is said already.
        if let Err(error) = self.sidecars.write(record)
            && self.writable.load(Ordering::Relaxed)
        {
            warn!(%error, record.sequence, "a sidecar cannot be written");
        }
        self.outbox.append(record)
    }

    /// Gives up evidence until the limits hold with so many more bytes.
    fn make_room(&self, incoming: u64) {
        let gone = self.shelf.make_room(incoming);
        for file in &gone {
            if let Err(error) = self.outbox.forget(file.sequence, file.hash) {
                // The next start finds that the file is gone.
                warn!(error = &error as &dyn std::error::Error, "a shed file cannot be struck off");
                break;
            }
        }
        let shed = gone.iter().filter(|file| file.class != Class::Delivered).count();
        if shed > 0 {
            warn!(files = shed, "evidence was given up for room before the server had it");
        }
    }
}

#[cfg(test)]
#[path = "closing_tests.rs"]
mod tests;
