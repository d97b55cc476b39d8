//! Applies the core's counting to the store, in the transaction that stored the passages.
//!
//! Only vehicles that ever exceeded are counted: for all others nothing can come of it. What must hold: the
//! plates are [locked](Writing::lock_plates) before anything of them is read, so that two servers on one database
//! never count past each other.

use std::collections::BTreeSet;

use jiff::Timestamp;
use plumewatch_shared::ids::Region;
use plumewatch_shared::plate::Plate;
use server_core::audit::Action;
use server_core::counting::{Change, recount};

use crate::rulebooks::Books;
use crate::store::{Stored, Writing};

/// Who the audit names for what nobody did by hand.
pub const SYSTEM: &str = "system";

/// Why the audit says that late records changed a candidate.
const LATE_RECORDS: &str = "迟到的记录改变了连续性 / late records changed the chain";

/// What counting changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Candidates that wait now.
    pub opened: u64,
    /// Candidates that late records broke.
    pub voided: u64,
    /// Decided candidates that a person must look at again.
    pub contested: u64,
}

/// Counts the vehicles of these plates anew and keeps what changed. Each measurement counts by the rule of its own place
/// and day; a candidate names the edition of its last.
pub async fn count(
    writing: &mut Writing,
    plates: &BTreeSet<Plate>,
    books: &Books,
    now: Timestamp,
) -> Stored<Counted> {
    let mut counted = Counted::default();
    let mut told = Vec::new();
    let plates: Vec<&Plate> = plates.iter().collect();
    for vehicle in writing.vehicles_that_exceeded(&plates).await? {
        let measurements = writing.vehicle_measurements(&vehicle).await?;
        let known = writing.vehicle_candidates(&vehicle).await?;
        let restarts = writing.vehicle_restarts(&vehicle).await?;
        for change in recount(&vehicle, &measurements, &known, &restarts, books) {
            match change {
                Change::Open(candidate) => {
                    let last = candidate.passages.last().map_or(Region::COUNTRY, |id| id.station.region());
                    let book = books.in_force_at(last, candidate.complete);
                    writing.open_candidate(&candidate, &book, now).await?;
                    counted.opened += 1;
                }
                Change::Void(id) if writing.void_candidate(&id, now).await? => {
                    told.push((Action::CandidateVoided, id));
                    counted.voided += 1;
                }
                // A void that came too late finds a candidate that a person decided on meanwhile.
                Change::Void(id) | Change::Contest(id) => {
                    writing.set_contested(&id, true, now).await?;
                    told.push((Action::CandidateContested, id));
                    counted.contested += 1;
                }
                Change::Uphold(id) => {
                    writing.set_contested(&id, false, now).await?;
                    told.push((Action::CandidateUpheld, id));
                }
            }
        }
    }
    // The audit last: whoever holds its end waits for no candidate, so a reviewer and this never wait in a circle.
    for (action, id) in told {
        writing.record(now, SYSTEM, action, id.as_str(), Some(LATE_RECORDS)).await?;
    }
    Ok(counted)
}
