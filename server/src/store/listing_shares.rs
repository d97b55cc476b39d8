//! The share that is kept of each carrier, and its fleet: questions whose cost is that of what changed, or of one
//! vehicle, or of one carrier's fleet, never of everything.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use server_core::listing::tally::Leaving;
use server_core::listing::{Share, Tally};

use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// A carrier's share as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRow {
    /// The carrier.
    pub carrier: String,
    /// Where it is registered.
    pub region: Region,
    /// The share, and the day that it holds on.
    pub tally: Tally,
    /// Did it reach the rule when it was last looked at?
    pub reaches: bool,
    /// The first day on which it changes by itself.
    pub due: Option<Date>,
    /// The number of the act it was held against.
    pub rulebook: String,
    /// The edition of the act.
    pub rulebook_version: String,
}

#[derive(sqlx::FromRow)]
struct ShareColumns {
    carrier: String,
    region: i64,
    day: String,
    exceeding: i64,
    fleet: i64,
    reaches: bool,
    due_day: Option<String>,
    rulebook: String,
    rulebook_version: String,
}

/// A legal day from its column.
pub(super) fn day(text: &str) -> Stored<Date> {
    text.parse().map_err(|_| StoreError::Corrupt("a day"))
}

/// A region from its column.
pub(super) fn region(code: i64) -> Stored<Region> {
    format!("{code:06}").parse().map_err(|_| StoreError::Corrupt("region"))
}

/// A count for its column.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn share(columns: ShareColumns) -> Stored<ShareRow> {
    Ok(ShareRow {
        carrier: columns.carrier,
        region: region(columns.region)?,
        tally: Tally {
            day: day(&columns.day)?,
            share: Share { exceeding: columns.exceeding as u64, fleet: columns.fleet as u64 },
        },
        reaches: columns.reaches,
        due: columns.due_day.as_deref().map(day).transpose()?,
        rulebook: columns.rulebook,
        rulebook_version: columns.rulebook_version,
    })
}

impl Reading {
    /// How many vehicles a carrier's fleet has on a day.
    pub async fn fleet_size(&mut self, carrier: &str, day: Date) -> Stored<u64> {
        let found = row!(
            self,
            (i64,),
            "select count(*) from fleet_members where carrier = $1 and from_day <= $2 \
             and (until_day is null or $2 < until_day)",
            carrier,
            day.to_string()
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// How many vehicles a carrier's fleet has from each day on which it changes, oldest first.
    pub async fn fleet_turns(&mut self, carrier: &str) -> Stored<Vec<(Date, u64)>> {
        let found = rows!(
            self,
            (String, i64),
            "select at_day, cast(sum(turn) as bigint) from (\
             select from_day as at_day, cast(1 as bigint) as turn from fleet_members where carrier = $1 union all \
             select until_day, cast(-1 as bigint) from fleet_members where carrier = $1 and until_day is not null\
             ) turns group by at_day order by at_day",
            carrier
        )?;
        let mut size = 0i64;
        found
            .into_iter()
            .map(|(at, turn)| {
                size += turn;
                Ok((day(&at)?, u64::try_from(size).unwrap_or(0)))
            })
            .collect()
    }

    /// The first day after `today` on which a carrier's fleet changes by what is known already.
    pub async fn next_fleet_turn(&mut self, carrier: &str, today: Date) -> Stored<Option<Date>> {
        let found = row!(
            self,
            (Option<String>,),
            "select min(at_day) from (\
             select min(from_day) as at_day from fleet_members where carrier = $1 and $2 < from_day union all \
             select min(until_day) from fleet_members where carrier = $1 and $2 < until_day) turns",
            carrier,
            today.to_string()
        )?;
        found.and_then(|(at,)| at).as_deref().map(day).transpose()
    }

    /// A carrier's name and region in the register.
    pub async fn carrier_name(&mut self, carrier: &str) -> Stored<Option<(String, Region)>> {
        let found = row!(self, (String, i64), "select name, region from carriers where code = $1", carrier)?;
        found.map(|(name, code)| Ok((name, region(code)?))).transpose()
    }

    /// A carrier's share, if anything ever stood against it.
    pub async fn carrier_share(&mut self, carrier: &str) -> Stored<Option<ShareRow>> {
        let found = row!(
            self,
            ShareColumns,
            "select carrier, region, day, exceeding, fleet, reaches, due_day, rulebook, rulebook_version \
             from carrier_shares where carrier = $1",
            carrier
        )?;
        found.map(share).transpose()
    }

    /// Carriers that are registered in another region than their share is kept for.
    pub async fn shares_elsewhere(&mut self) -> Stored<Vec<String>> {
        let found = rows!(
            self,
            (String,),
            "select s.carrier from carrier_shares s join carriers c on c.code = s.carrier where s.region <> c.region \
             order by s.carrier"
        )?;
        Ok(found.into_iter().map(|(carrier,)| carrier).collect())
    }

    /// Carriers whose share changes by itself on or before `today`, the longest due first.
    pub async fn shares_due(&mut self, today: Date, limit: u32) -> Stored<Vec<String>> {
        let found = rows!(
            self,
            (String,),
            "select carrier from carrier_shares where due_day <= $1 order by due_day, carrier limit $2",
            today.to_string(),
            i64::from(limit)
        )?;
        Ok(found.into_iter().map(|(carrier,)| carrier).collect())
    }

    /// Which editions shares were held against, by region: few rows, however many carriers.
    pub async fn share_editions(&mut self) -> Stored<Vec<(Region, String)>> {
        let found = rows!(
            self,
            (i64, String),
            "select region, rulebook_version from carrier_shares group by region, rulebook_version \
             order by region, rulebook_version"
        )?;
        found.into_iter().map(|(code, version)| Ok((region(code)?, version))).collect()
    }

    /// Carriers of a region whose share was held against this edition.
    pub async fn shares_by_edition(
        &mut self,
        scope: Region,
        version: &str,
        limit: u32,
    ) -> Stored<Vec<String>> {
        let found = rows!(
            self,
            (String,),
            "select carrier from carrier_shares where region = $1 and rulebook_version = $2 order by carrier limit $3",
            i64::from(scope.code()),
            version,
            i64::from(limit)
        )?;
        Ok(found.into_iter().map(|(carrier,)| carrier).collect())
    }

    /// The newest standing exceedances of a carrier's vehicles from `start` on, the oldest first, at most `limit`.
    pub async fn newest_exceedances(&mut self, carrier: &str, start: Date, limit: u64) -> Stored<Vec<Date>> {
        let found = rows!(
            self,
            (String,),
            "select newest_day from listing_vehicles where carrier = $1 and $2 <= newest_day \
             order by newest_day limit $3",
            carrier,
            start.to_string(),
            number(limit)
        )?;
        found.into_iter().map(|(at,)| day(&at)).collect()
    }

    /// The newest standing exceedance of a carrier's vehicles.
    pub async fn last_exceedance(&mut self, carrier: &str) -> Stored<Option<Date>> {
        let found = row!(
            self,
            (Option<String>,),
            "select max(newest_day) from listing_vehicles where carrier = $1",
            carrier
        )?;
        found.and_then(|(at,)| at).as_deref().map(day).transpose()
    }

    /// How many of a carrier's vehicles have their newest exceedance within these days.
    pub async fn vehicles_leaving(&mut self, carrier: &str, leaving: Leaving) -> Stored<u64> {
        let found = row!(
            self,
            (i64,),
            "select count(*) from listing_vehicles where carrier = $1 and $2 <= newest_day and newest_day < $3",
            carrier,
            leaving.from.to_string(),
            leaving.before.to_string()
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// How many of a carrier's vehicles have their newest exceedance on `start` or later.
    pub async fn vehicles_counting(&mut self, carrier: &str, start: Date) -> Stored<u64> {
        let found = row!(
            self,
            (i64,),
            "select count(*) from listing_vehicles where carrier = $1 and $2 <= newest_day",
            carrier,
            start.to_string()
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }
}

impl Writing {
    /// Holds a carrier until the transaction ends, and gives its share if there is one. Several are held in the order of
    /// their codes, so that no two transactions wait for each other in a circle.
    pub async fn hold_carrier(&mut self, carrier: &str) -> Stored<Option<ShareRow>> {
        // An update that changes nothing takes the row's lock on PostgreSQL; SQLite has one writer.
        change!(self, "update carrier_shares set carrier = carrier where carrier = $1", carrier)?;
        self.carrier_share(carrier).await
    }

    /// Begins to keep a carrier's share; what is kept already stays.
    pub async fn begin_share(&mut self, share: &ShareRow, now: Timestamp) -> Stored<()> {
        change!(
            self,
            "insert into carrier_shares (carrier, region, day, exceeding, fleet, share_hundredths, reaches, rulebook, \
             rulebook_version, changed_us) values ($1, $2, $3, 0, $4, 0, false, $5, $6, $7) \
             on conflict (carrier) do nothing",
            &share.carrier,
            i64::from(share.region.code()),
            share.tally.day.to_string(),
            number(share.tally.share.fleet),
            &share.rulebook,
            &share.rulebook_version,
            now.as_microsecond()
        )?;
        Ok(())
    }

    /// Keeps a carrier's share.
    pub async fn set_share(&mut self, share: &ShareRow, now: Timestamp) -> Stored<()> {
        change!(
            self,
            "update carrier_shares set region = $2, day = $3, exceeding = $4, fleet = $5, share_hundredths = $6, \
             reaches = $7, due_day = $8, rulebook = $9, rulebook_version = $10, changed_us = $11 where carrier = $1",
            &share.carrier,
            i64::from(share.region.code()),
            share.tally.day.to_string(),
            number(share.tally.share.exceeding),
            number(share.tally.share.fleet),
            number(share.tally.share.hundredths_of_percent().unwrap_or(0)),
            share.reaches,
            share.due.map(|due| due.to_string()),
            &share.rulebook,
            &share.rulebook_version,
            now.as_microsecond()
        )?;
        Ok(())
    }
}
