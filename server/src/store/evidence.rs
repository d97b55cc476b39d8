//! Which files records announced, and which are here.

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId, Region, StationId};

use super::counting::codes;
use super::engine::{change, row, rows};
use super::records::sequence;
use super::{Reading, Stored, Writing};

/// A file of a passage or a test.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EvidenceRow {
    /// What it shows, by wire word.
    pub kind: String,
    /// Its name, hex.
    pub sha256: String,
    /// Its announced size in bytes.
    pub bytes: i64,
    /// Is it here, whole and checked?
    pub stored: bool,
}

impl Reading {
    /// The size that the station's records announced for this file; `None` if none announced it.
    pub async fn announced_bytes(&mut self, station: StationId, file: FileHash) -> Stored<Option<u32>> {
        let found = row!(
            self,
            (i64,),
            "select bytes from evidence where sha256 = $1 and station = $2 order by sequence limit 1",
            file.to_string(),
            station.to_string()
        )?;
        Ok(found.and_then(|(bytes,)| u32::try_from(bytes).ok()))
    }

    /// The size of a file that is here, whole and checked.
    pub async fn stored_bytes(&mut self, file: FileHash) -> Stored<Option<u32>> {
        let found = row!(self, (i64,), "select bytes from files where sha256 = $1", file.to_string())?;
        Ok(found.and_then(|(bytes,)| u32::try_from(bytes).ok()))
    }

    /// The files of a passage or a test in the order of their kinds.
    pub async fn record_evidence(&mut self, id: PassageId) -> Stored<Vec<EvidenceRow>> {
        rows!(
            self,
            EvidenceRow,
            "select e.kind, e.sha256, e.bytes, f.sha256 is not null as stored from evidence e \
             left join files f on f.sha256 = e.sha256 \
             where e.station = $1 and e.sequence = $2 order by e.kind",
            id.station.to_string(),
            sequence(id)
        )
    }

    /// May an account of this region see this file? Only as evidence of a record that it sees.
    pub async fn file_is_visible(&mut self, file: FileHash, scope: Region) -> Stored<bool> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64,),
            "select e.sequence from evidence e join files f on f.sha256 = e.sha256 \
             join stations s on s.id = e.station \
             where e.sha256 = $1 and s.region >= $2 and s.region <= $3 limit 1",
            file.to_string(),
            low,
            high
        )?;
        Ok(found.is_some())
    }

    /// The records that rest on this file, at most 100: their pages change when it comes.
    pub async fn records_with_file(&mut self, file: FileHash) -> Stored<Vec<PassageId>> {
        let found = rows!(
            self,
            (String, i64),
            "select station, sequence from evidence where sha256 = $1 order by station, sequence limit 100",
            file.to_string()
        )?;
        found.into_iter().map(|(station, at)| super::counting::passage_id(&station, at)).collect()
    }
}

impl Writing {
    /// A file is here, whole and checked.
    pub async fn insert_file(&mut self, file: FileHash, bytes: u32, at: Timestamp) -> Stored<()> {
        change!(
            self,
            "insert into files (sha256, bytes, stored_us) values ($1, $2, $3) on conflict (sha256) do nothing",
            file.to_string(),
            i64::from(bytes),
            at.as_microsecond()
        )?;
        Ok(())
    }
}
