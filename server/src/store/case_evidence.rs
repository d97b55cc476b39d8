//! What an evidence package takes from the store: sealed records of any kind, the checks that readings name, every key
//! that a station ever signed with.

use plumewatch_shared::ids::{PassageId, StationId};
use server_core::audit::{Action, AuditRow};
use server_core::case::CaseId;
use server_core::counting::CandidateId;

use super::audit::{Columns, audit_row};
use super::counting::passage_id;
use super::engine::{change, row, rows};
use super::records::sequence;
use super::{Reading, StoreError, Stored, Writing};

/// Audit rows of one case: each step has one, and no case has so many.
const AUDIT_MAX: i64 = 2_000;

/// A station and the keys that it signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationKeys {
    /// Its name for people.
    pub name: String,
    /// Ed25519, the newest first.
    pub keys: Vec<[u8; 32]>,
}

impl Reading {
    /// The envelope of a record of any kind, as its station signed it.
    pub async fn sealed_of_any_kind(&mut self, id: PassageId) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select sealed from passages where station = $1 and sequence = $2 \
             union all select sealed from exhaust_tests where station = $1 and sequence = $2 \
             union all select sealed from device_checks where station = $1 and sequence = $2",
            id.station.to_string(),
            sequence(id)
        )?;
        Ok(found.map(|(sealed,)| sealed))
    }

    /// The check of this number of this head that was passed last before a moment (microseconds).
    pub async fn check_of_reading(
        &mut self,
        station: StationId,
        device: &str,
        number: &str,
        before_us: i64,
    ) -> Stored<Option<PassageId>> {
        let found = row!(
            self,
            (String, i64),
            "select station, sequence from device_checks where station = $1 and device = $2 and number = $3 \
             and performed_us <= $4 and edge_passed = true order by performed_us desc, sequence desc limit 1",
            station.to_string(),
            device,
            number,
            before_us
        )?;
        found.map(|(station, at)| passage_id(&station, at)).transpose()
    }

    /// A station's name and every key that it was ever enrolled with.
    pub async fn station_keys(&mut self, station: StationId) -> Stored<Option<StationKeys>> {
        let name = row!(self, (String,), "select name from stations where id = $1", station.to_string())?;
        let Some((name,)) = name else { return Ok(None) };
        let found = rows!(
            self,
            (Vec<u8>,),
            "select signing_key from station_keys where station = $1 order by since_us desc",
            station.to_string()
        )?;
        let key = |(bytes,): (Vec<u8>,)| {
            bytes.try_into().map_err(|_| StoreError::Corrupt("station_keys.signing_key"))
        };
        Ok(Some(StationKeys { name, keys: found.into_iter().map(key).collect::<Stored<_>>()? }))
    }
}

impl Reading {
    /// What was done to a case and its candidate, oldest first: every row about them except that somebody looked.
    pub async fn audit_of_case(&mut self, candidate: &CandidateId, case: &CaseId) -> Stored<Vec<AuditRow>> {
        let found = rows!(
            self,
            Columns,
            "select number, at_us, actor, action, subject, reason, detail, prev, hash from audit \
             where subject in ($1, $2) and action <> $3 order by number limit $4",
            candidate.as_str(),
            case.as_str(),
            Action::CaseViewed.word(),
            AUDIT_MAX
        )?;
        found.into_iter().map(audit_row).collect()
    }
}

impl Writing {
    /// Keeps a key with which a station signs from now on; old ones stay.
    pub(super) async fn keep_station_key(
        &mut self,
        station: StationId,
        key: [u8; 32],
        now_us: i64,
    ) -> Stored<()> {
        change!(
            self,
            "insert into station_keys (station, signing_key, since_us) values ($1, $2, $3) \
             on conflict (station, signing_key) do nothing",
            station.to_string(),
            key.to_vec(),
            now_us
        )?;
        Ok(())
    }
}
