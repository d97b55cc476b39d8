//! Closes a passage: pictures, judgement, record; then, and only then, word of it.
//!
//! The order is the promise. When the head is acknowledged and the page shows the passage, the record is on the
//! disk (see [`record`](crate::record)). Evidence that cannot be written is left out; a record that cannot be written is
//! tried again until it can, and meanwhile everything before it waits: the head keeps what it measured.

use std::{collections::BTreeMap, sync::Arc};

use edge_core::{matching::PassageDraft, retention::Class};
use plumewatch_shared::{
    ids::{LaneNo, PassageId},
    passage::{EvidenceFile, EvidenceKind, Passage},
    protocol::{message::PassageReport, record::RecordReport},
    reading::ReadingOrigin,
    verdict::{Verdict, judge},
    watchlist::WatchReason,
};
use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::{
    announce::{Announcement, Board},
    camera::pictures::Pictures,
    evidence::overlay::{self, Lettering},
    lane::Acknowledge,
    record::{Entry, PICTURES, Scribe},
    watchlist::WatchlistShelf,
};

/// Everything that closing needs.
pub struct Closing {
    /// The station's name for people.
    pub name: String,
    /// The means to write on pictures, if there are any.
    pub lettering: Option<Lettering>,
    /// Pictures that wait.
    pub pictures: Arc<Pictures>,
    /// Writes the records.
    pub scribe: Arc<Scribe>,
    /// Who is watched for.
    pub watchlist: WatchlistShelf,
    /// Where passages are shown.
    pub board: Board,
    /// The heads, by lane.
    pub acknowledge: BTreeMap<LaneNo, Acknowledge>,
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
        if !origin.as_ref().is_some_and(|origin| self.scribe.outbox.holds(origin)) {
            let mut closed = self.judge(draft);
            let mut entry =
                PassageEntry { passage: &mut closed.passage, verdict: &closed.verdict, class: closed.class };
            let report = match self.scribe.write(&mut entry) {
                Ok(RecordReport::Passage(report)) => *report,
                Ok(RecordReport::ExhaustTest(_) | RecordReport::DeviceCheck(_)) => {
                    unreachable!("the entry gives a passage's report")
                }
                Err(_) => return, // Said there; the head has not been acknowledged and repeats the measurement.
            };
            info!(passage.id = report.id, outcome = report.verdict.outcome, "passage stored");
            let reasons = closed.verdict.reasons();
            self.board.announce(Announcement { report, watch: closed.watch, reasons });
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
        let mut passage =
            draft.into_passage(PassageId { station: self.scribe.station, sequence: 0 }, Vec::new());
        let verdict = judge(&passage, &rulebook);
        let watch = self.watchlist.find(&passage);
        let doubted = passage.doubts.iter().any(|doubt| doubt.bars_attribution());
        let class = Class::of(verdict.outcome, doubted, watch.is_some());
        if !pictures.is_empty() {
            self.scribe.make_room(PICTURES);
        }
        let lines = overlay::lines(&self.name, &passage, &verdict);
        let alarming = overlay::is_alarming(verdict.outcome);
        for (kind, id) in pictures {
            let Some(picture) = self.pictures.take(id) else { continue }; // Counted there.
            let picture = self.lettered(kind, picture, &lines, alarming);
            match self.scribe.shelf.write(kind, &picture) {
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
            EvidenceKind::PlateFront
            | EvidenceKind::PlateRear
            | EvidenceKind::Plume
            | EvidenceKind::PlumeClip => false,
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
}

/// A passage as the scribe writes it.
struct PassageEntry<'a> {
    passage: &'a mut Passage,
    verdict: &'a Verdict,
    class: Class,
}

impl Entry for PassageEntry<'_> {
    fn report(&mut self, id: PassageId) -> RecordReport {
        self.passage.id = id;
        RecordReport::Passage(Box::new(PassageReport::new(self.passage, self.verdict)))
    }

    fn origin(&self) -> Option<ReadingOrigin> {
        self.passage.reading.as_ref().map(|reading| reading.origin.clone())
    }

    fn files(&self) -> &[EvidenceFile] {
        &self.passage.evidence
    }

    fn class(&self) -> Class {
        self.class
    }

    /// The plates' lesser alternatives are what a passage can do without.
    fn shrink(&mut self) -> bool {
        let passage = &mut *self.passage;
        let mut shrunk = false;
        for sighting in [&mut passage.front, &mut passage.rear].into_iter().flatten() {
            shrunk |= !sighting.alternatives.is_empty();
            sighting.alternatives.clear();
        }
        shrunk
    }
}

#[cfg(test)]
#[path = "closing_tests.rs"]
mod tests;
