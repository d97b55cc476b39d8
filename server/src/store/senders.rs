//! Who may send, and what each station last said of itself.

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::ids::StationId;
use plumewatch_shared::protocol::message::{HealthReport, StateReport};
use server_core::ledger::{Gap, Received};

use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Gaps told of one station at once: a page shows no more, and the count says how many records are missing.
const GAPS_MAX: i64 = 1_000;

impl Reading {
    /// The key that an enrolled station signs with; `None` if it is not known or not enrolled.
    pub async fn signing_key(&mut self, station: StationId) -> Stored<Option<VerifyingKey>> {
        let found = row!(
            self,
            (Option<Vec<u8>>,),
            "select signing_key from stations where id = $1",
            station.to_string()
        )?;
        let Some((Some(bytes),)) = found else { return Ok(None) };
        let bytes = bytes.try_into().map_err(|_| StoreError::Corrupt("stations.signing_key"))?;
        VerifyingKey::from_bytes(&bytes).map(Some).map_err(|_| StoreError::Corrupt("stations.signing_key"))
    }

    /// Every enrolled station: to whom a watchlist goes.
    pub async fn enrolled_stations(&mut self) -> Stored<Vec<StationId>> {
        let found =
            rows!(self, (String,), "select id from stations where enrolled_us is not null order by id")?;
        found.into_iter().map(|(id,)| id.parse().map_err(|_| StoreError::Corrupt("stations.id"))).collect()
    }

    /// What has come from a station.
    pub async fn received(&mut self, station: StationId) -> Stored<Option<Received>> {
        let found = row!(
            self,
            (i64, i64, Option<i64>),
            "select received, highest, (select min(sequence) from records where station = $1) \
             from station_ledger where station = $1",
            station.to_string()
        )?;
        Ok(found.and_then(|(count, highest, lowest)| {
            Some(Received { lowest: lowest? as u64, highest: highest as u64, count: count as u64 })
        }))
    }

    /// The last sequence that the station said it minted; 0 before its first health report.
    pub async fn announced_sequence(&mut self, station: StationId) -> Stored<u64> {
        let found = row!(
            self,
            (i64,),
            "select last_sequence from station_health where station = $1",
            station.to_string()
        )?;
        Ok(found.map_or(0, |(last,)| last as u64))
    }

    /// The holes between a station's stored records, lowest first, at most a thousand.
    pub async fn holes(&mut self, station: StationId) -> Stored<Vec<Gap>> {
        // As many as there are places: nothing to look for among them.
        if self.received(station).await?.is_some_and(|all| all.highest - all.lowest + 1 == all.count) {
            return Ok(Vec::new());
        }
        let holes = rows!(
            self,
            (i64, i64),
            "select sequence + 1, following - 1 from \
             (select sequence, lead(sequence) over (order by sequence) as following \
             from records where station = $1) pairs \
             where following > sequence + 1 order by sequence limit $2",
            station.to_string(),
            GAPS_MAX
        )?;
        Ok(holes.into_iter().map(|(from, to)| Gap { from: from as u64, to: to as u64 }).collect())
    }

    /// How many of a station's records stand in quarantine.
    pub async fn refused(&mut self, station: StationId) -> Stored<u64> {
        let found =
            row!(self, (i64,), "select count(*) from quarantine where station = $1", station.to_string())?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }
}

impl Writing {
    /// Keeps what a station said of its presence. An old boot's last will never overrides a newer boot's word.
    pub async fn set_station_state(
        &mut self,
        station: StationId,
        state: &StateReport,
        at: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into station_state (station, online, boot, at_us) values ($1, $2, $3, $4) \
             on conflict (station) do update set online = excluded.online, boot = excluded.boot, \
             at_us = excluded.at_us where excluded.boot >= station_state.boot",
            station.to_string(),
            state.online,
            i64::try_from(state.boot).unwrap_or(i64::MAX),
            at.as_microsecond()
        )?;
        Ok(())
    }

    /// Keeps a station's latest health report. The last sequence only grows: reports may overtake each other.
    pub async fn set_station_health(
        &mut self,
        station: StationId,
        report: &HealthReport,
        at: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into station_health (station, received_us, last_sequence, report) values ($1, $2, $3, $4) \
             on conflict (station) do update set received_us = excluded.received_us, report = excluded.report, \
             last_sequence = case when excluded.last_sequence > station_health.last_sequence \
             then excluded.last_sequence else station_health.last_sequence end",
            station.to_string(),
            at.as_microsecond(),
            i64::try_from(report.last_sequence).unwrap_or(i64::MAX),
            serde_json::to_string(report).expect("strings and numbers serialise")
        )?;
        Ok(())
    }
}
