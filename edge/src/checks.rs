//! The checks of heads: judged at once, kept as records, remembered across restarts.
//!
//! A lane's task notes a check as it comes ([`CheckShelf::note`]), so that the next passage is held against it. Its record
//! and what is remembered are made durable by [`Checking`], and only then is the head acknowledged: until then it
//! repeats the check, so that a power cut loses none.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use edge_core::{calibration::Checks, health::CheckFacts, retention::Class};
use plumewatch_shared::{
    device_check::{CheckReading, DeviceCheck},
    ids::{LaneNo, PassageId},
    protocol::{message::DeviceCheckReport, record::RecordReport},
    reading::{Condition, ReadingOrigin},
    rulebook::{Rulebook, Schedule},
    time::Moment,
};
use tokio::sync::{mpsc, watch};
use tracing::{error, info, warn};

use crate::{
    durable,
    lane::Acknowledge,
    record::{Entry, Scribe},
};

/// Checks that wait for the disk, over all lanes: a head makes one in two hours, and after an outage repeats those it
/// kept, at most twenty a second; then its line waits.
pub const CHECKS: usize = 32;

/// What is remembered of checks, in memory and in a file. Clones are the same shelf.
#[derive(Clone, Debug)]
pub struct CheckShelf {
    path: Arc<Path>,
    known: watch::Sender<Checks>,
}

impl CheckShelf {
    /// Opens `checks.json` of the data folder. One that cannot be read is as good as none: readings that name a check
    /// which is not known do not count until the head's next one.
    pub fn open(data: &Path) -> Self {
        let path: PathBuf = data.join("checks.json");
        let known = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                error!(%error, path = %path.display(), "the checks of heads cannot be read; heads must be checked again");
                Checks::default()
            }),
            Err(_) => Checks::default(), // The first start.
        };
        Self { path: path.into(), known: watch::Sender::new(known) }
    }

    /// Remembers a check, in memory.
    pub fn note(&self, check: &DeviceCheck, rulebook: &Rulebook) {
        self.known.send_modify(|known| known.insert(check, &rulebook.checks));
    }

    /// Makes what is remembered durable.
    fn keep(&self) -> std::io::Result<()> {
        let text = serde_json::to_vec(&*self.known.borrow()).map_err(std::io::Error::other)?;
        durable::write(&self.path, &text)
    }

    /// What is remembered, now and whenever it changes.
    pub fn follow(&self) -> watch::Receiver<Checks> {
        self.known.subscribe()
    }

    /// How the head of a lane was checked last, for health.
    pub fn facts(&self, lane: LaneNo, now: Moment, counts_for: Option<Duration>) -> Option<CheckFacts> {
        let known = self.known.borrow();
        let (last, audit) = known.last(lane)?;
        let ago =
            |at: jiff::Timestamp| Duration::try_from(now.stamp.utc.duration_since(at)).unwrap_or_default();
        Some(CheckFacts {
            kind: last.kind,
            passed: last.passed,
            ago: ago(last.performed),
            audit_ago: audit.map(ago),
            counts_for,
        })
    }
}

/// How long a passed audit counts, by the rulebook.
pub fn counts_for(rulebook: &Rulebook) -> Option<Duration> {
    let rule = rulebook.conditions.iter().find(|rule| rule.condition == Condition::Audit)?;
    u64::try_from(rule.above?).ok().map(Duration::from_secs)
}

/// Stores checks.
pub struct Checking {
    /// The rulebooks that hold.
    pub rulebooks: watch::Receiver<Schedule<Rulebook>>,
    /// Writes the records.
    pub scribe: Arc<Scribe>,
    /// What is remembered.
    pub shelf: CheckShelf,
    /// The heads, by lane.
    pub acknowledge: BTreeMap<LaneNo, Acknowledge>,
}

impl Checking {
    /// Stores what comes until nothing comes any more. Blocks; has a thread of its own.
    pub fn run(self, mut checks: mpsc::Receiver<Box<CheckReading>>) {
        while let Some(check) = checks.blocking_recv() {
            self.store(*check);
        }
    }

    /// Stores one check and acknowledges it; a repeat of one that is stored is acknowledged alone.
    pub fn store(&self, check: CheckReading) {
        let (origin, lane) = (check.origin.clone(), check.lane);
        if !self.scribe.outbox.holds(&origin) {
            let day = check.performed.stamp.legal_day();
            let mut entry = CheckEntry { rulebook: self.rulebooks.borrow().on(day).clone(), check };
            match self.scribe.write(&mut entry) {
                Ok(RecordReport::DeviceCheck(report)) => {
                    info!(check.id = report.id, report.passed, report.method, "check of a head stored");
                }
                Ok(RecordReport::Passage(_) | RecordReport::ExhaustTest(_)) => {
                    unreachable!("the entry gives a check's report")
                }
                Err(_) => return, // Said there; the head has not been acknowledged and repeats the check.
            }
        }
        if let Err(error) = self.shelf.keep() {
            warn!(%error, "the checks of heads cannot be remembered; the head repeats its check");
            return;
        }
        if let Some(head) = self.acknowledge.get(&lane) {
            head.send(origin);
        }
    }
}

/// A check as the scribe writes it.
struct CheckEntry {
    rulebook: Arc<Rulebook>,
    check: CheckReading,
}

impl Entry for CheckEntry {
    fn report(&mut self, id: PassageId) -> RecordReport {
        let check = self.rulebook.judge_check(self.check.clone(), id);
        RecordReport::DeviceCheck(Box::new(DeviceCheckReport::new(&check)))
    }

    fn origin(&self) -> Option<ReadingOrigin> {
        Some(self.check.origin.clone())
    }

    fn class(&self) -> Class {
        Class::Remarkable // It has no files.
    }

    fn shrink(&mut self) -> bool {
        false // Ten points are half a kilobyte.
    }
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
