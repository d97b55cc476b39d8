//! What the watchlist is made of, and its current edition.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::watchlist::{WatchReason, WatchlistEntry};

use super::counting::{stamp, vehicle};
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// The current edition as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionRow {
    /// Its number.
    pub version: u64,
    /// Hash of its entries.
    pub digest: String,
    /// When it was issued.
    pub issued: Timestamp,
}

impl Reading {
    /// Every plate to look out for on a day: open cases first, then wanted ones, then vehicles of listed carriers; at most
    /// `limit`, the newest of each kind. So what does not fit is of the carriers listed longest.
    pub async fn watchlist_entries(&mut self, limit: usize, today: Date) -> Stored<Vec<WatchlistEntry>> {
        let found = rows!(
            self,
            (String, String, i64),
            "select plate, plate_colour, kind from \
             (select plate, plate_colour, cast(2 as bigint) as kind, added_us as at_us from wanted \
             union all select plate, plate_colour, cast(1 as bigint), max(opened_us) from cases \
             where state in ('opened', 'noticed', 'repair-ordered', 'repaired') group by plate, plate_colour) listed \
             order by kind, at_us desc, plate, plate_colour limit $1",
            i64::try_from(limit).unwrap_or(i64::MAX)
        )?;
        let mut entries = Vec::with_capacity(found.len());
        for (plate, colour, kind) in found {
            let vehicle = vehicle(&plate, &colour)?;
            let reason = if kind == 1 { WatchReason::OpenCase } else { WatchReason::Wanted };
            entries.push(WatchlistEntry { plate: vehicle.plate, colour: vehicle.colour, reason });
        }
        entries.extend(self.listed_vehicles(today, limit - entries.len().min(limit)).await?);
        Ok(entries)
    }

    /// The current edition; `None` before the first.
    pub async fn watchlist_edition(&mut self) -> Stored<Option<EditionRow>> {
        let found =
            row!(self, (i64, String, i64), "select version, digest, issued_us from watchlist_edition")?;
        found
            .map(|(version, digest, issued)| {
                let version =
                    u64::try_from(version).map_err(|_| StoreError::Corrupt("watchlist_edition.version"))?;
                Ok(EditionRow { version, digest, issued: stamp(issued)? })
            })
            .transpose()
    }
}

impl Writing {
    /// Makes a new edition if `digest` differs from the current one's; gives the edition that holds now.
    pub async fn issue_edition(&mut self, digest: &str, now: Timestamp) -> Stored<EditionRow> {
        change!(
            self,
            "insert into watchlist_edition (singleton, version, digest, issued_us) values ($1, $1, $2, $3) \
             on conflict (singleton) do update set version = watchlist_edition.version + 1, \
             digest = excluded.digest, issued_us = excluded.issued_us \
             where watchlist_edition.digest <> excluded.digest",
            1i64,
            digest,
            now.as_microsecond()
        )?;
        self.watchlist_edition().await?.ok_or(StoreError::Corrupt("watchlist_edition"))
    }
}
