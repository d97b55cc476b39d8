//! Opens the outbox, and rebuilds it from the sidecars when it is lost.
//!
//! A store that is corrupt is moved aside for a person, never deleted, and its successor jumps past every
//! sequence that may have been used. Records that have a sidecar and were never appended are appended now.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use tracing::{error, warn};

use super::{Outbox, OutboxError, mark::Mark, sidecar::Sidecars, store::SledOutbox};

/// The outbox and what it stands on.
pub struct Opened {
    /// The store.
    pub outbox: SledOutbox,
    /// How far sequences may have gone.
    pub mark: Mark,
    /// Each record once more.
    pub sidecars: Sidecars,
    /// Where a corrupt store was moved, if one was.
    pub moved_aside: Option<PathBuf>,
    /// Records taken from their sidecars.
    pub restored: u64,
    /// Sequences that stay unused because nobody can know whether they were used.
    pub skipped: u64,
}

/// Opens the outbox of `data_dir`.
pub fn open(data_dir: &Path) -> Result<Opened, OutboxError> {
    let disk = |source: io::Error| OutboxError::Disk { doing: "open", source };
    let path = data_dir.join("outbox");
    let mark = Mark::open(&data_dir.join("outbox.mark")).map_err(disk)?;
    let sidecars = Sidecars::open(&data_dir.join("sidecars")).map_err(disk)?;
    let (outbox, moved_aside) = match SledOutbox::open(&path) {
        Ok(outbox) => (outbox, None),
        Err(OutboxError::Corrupt(what)) => {
            let aside =
                (1..).map(|n| data_dir.join(format!("outbox.corrupt-{n}"))).find(|aside| !aside.exists());
            let aside = aside.expect("some number is free");
            error!(what, aside = %aside.display(), "the outbox is corrupt and was moved aside; look at it");
            std::fs::rename(&path, &aside).map_err(disk)?;
            (SledOutbox::open(&path)?, Some(aside))
        }
        Err(other) => return Err(other),
    };
    // A store that was begun after the mark stands in for a lost one, even if nothing corrupt was left to find. One
    // that was begun before it is empty because a power cut came between the first mark and the first record.
    let whole = outbox.is_whole()?;
    let lost = !whole && mark.reached() > 0;
    let head = outbox.head().sequence;
    let mut restored = 0;
    let files: BTreeSet<u64> = outbox.files()?.iter().map(|entry| entry.sequence).collect();
    for sequence in sidecars.sequences().map_err(disk)? {
        if !lost && sequence <= head {
            // The server has everything of it; the head's own stays, because it tells where the chain ends.
            if sequence < head && outbox.record(sequence)?.is_none() && !files.contains(&sequence) {
                sidecars.remove(sequence);
            }
            continue;
        }
        if outbox.record(sequence)?.is_some() {
            continue; // A rebuild before this one was cut short.
        }
        match sidecars.read(sequence) {
            Some(record) => {
                outbox.restore(&record)?;
                restored += 1;
            }
            None => warn!(sequence, "a sidecar is damaged; its record is lost unless the server has it"),
        }
    }
    let mut skipped = 0;
    if lost {
        skipped = mark.reached().saturating_sub(outbox.head().sequence);
        outbox.jump(mark.reached())?;
        warn!(restored, skipped, "the outbox was rebuilt");
    }
    if !whole {
        outbox.call_whole()?;
    }
    Ok(Opened { outbox, mark, sidecars, moved_aside, restored, skipped })
}
