//! What days that pass do to shares: exceedances age out, fleets change on a day known before, terms end, a new edition of
//! the rule comes into force. It costs as much as there is to do, and a server that was down catches up.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::settle::{bring_to, legal_day, settle};
use crate::jobs::Lease;
use crate::rulebooks::Books;
use crate::store::{Store, Stored};

/// Carriers looked at for one question.
const AT_ONCE: u32 = 200;

/// Why the audit says that a day did it.
const WHY: &str = "日期推移 / a day passed";

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aged {
    /// Carriers looked at.
    pub carriers: u64,
    /// May the watchlist have changed? On a day on which a listing begins or ends it has.
    pub watchlist: bool,
}

/// Brings every share that is due to today, a carrier a transaction. The lease, if there is one, is renewed before each.
pub async fn age(store: &Store, books: &Books, now: Timestamp, lease: Option<&Lease>) -> Stored<Aged> {
    let mut aged = Aged::default();
    // A carrier is looked at once: a clock that went back must not make this run for ever.
    let mut looked_at = BTreeSet::new();
    loop {
        let mut due = due(store, books, now).await?;
        due.retain(|carrier| looked_at.insert(carrier.clone()));
        if due.is_empty() {
            return Ok(aged);
        }
        for carrier in due {
            if let Some(lease) = lease
                && !lease.renew().await?
            {
                return Ok(aged);
            }
            let mut writing = store.writing().await?;
            let share = bring_to(&mut writing, books, &carrier, now).await?;
            let told = settle(&mut writing, books, share, WHY, now).await?;
            aged.watchlist |= !told.entries.is_empty();
            aged.watchlist |= told.write(&mut writing).await?;
            writing.commit().await?;
            aged.carriers += 1;
        }
    }
}

/// Carriers that are due, or whose share was held against an edition that is not in force any more.
async fn due(store: &Store, books: &Books, now: Timestamp) -> Stored<Vec<String>> {
    let today = legal_day(now);
    let mut reading = store.reading().await?;
    let mut due = reading.shares_due(today, AT_ONCE).await?;
    for (region, version) in reading.share_editions().await? {
        if due.len() < AT_ONCE as usize && books.listing_rule(region, today).version != version {
            due.extend(reading.shares_by_edition(region, &version, AT_ONCE).await?);
        }
    }
    Ok(due)
}
