//! What could not be taken, kept aside for a person: cut, counted, bounded.

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, StationId};

use super::engine::{change, rows};
use super::{Reading, Stored, Writing};

/// Bytes kept of a payload: enough to see what it was. The largest record is 16 KiB.
pub const QUARANTINED_BYTES_MAX: usize = 16 * 1024;
/// Characters kept of a topic; ours have under 100.
const TOPIC_MAX: usize = 200;
/// Payloads kept of one station; a broken unit must not fill the disk: 1,000 of 16 KiB are 16 MB.
pub const QUARANTINED_MAX: i64 = 1_000;

/// A payload that was refused.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// Whose topic it came on, if the topic was one of ours and the station is known.
    pub station: Option<StationId>,
    /// The topic.
    pub topic: String,
    /// Why it was refused.
    pub reason: String,
    /// Hash of the whole payload.
    pub sha256: FileHash,
    /// Its size in bytes.
    pub bytes: usize,
    /// Its head.
    pub head: Vec<u8>,
}

impl Quarantined {
    /// Keeps the head of a payload.
    pub fn new(station: Option<StationId>, topic: &str, reason: String, payload: &[u8]) -> Self {
        Self {
            station,
            // PostgreSQL keeps no NUL in a text, and no control character belongs on a page.
            topic: topic.chars().filter(|c| !c.is_control()).take(TOPIC_MAX).collect(),
            reason,
            sha256: FileHash::of(payload),
            bytes: payload.len(),
            head: payload[..payload.len().min(QUARANTINED_BYTES_MAX)].to_vec(),
        }
    }
}

/// A row of the quarantine for a page.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct QuarantineRow {
    /// The topic.
    pub topic: String,
    /// Hash of the payload, hex.
    pub payload_sha256: String,
    /// Why it was refused.
    pub reason: String,
    /// Its size in bytes.
    pub payload_bytes: i64,
    /// When it came first, microseconds.
    pub first_us: i64,
    /// When it came last, microseconds.
    pub last_us: i64,
    /// How often it came.
    pub times: i64,
}

impl Writing {
    /// Keeps a refused payload aside; the same one again only counts. The oldest of a station give way.
    pub async fn quarantine(&mut self, refused: &Quarantined, at: Timestamp) -> Stored<()> {
        let station = refused.station.map(|station| station.to_string());
        change!(
            self,
            "insert into quarantine (topic, payload_sha256, station, reason, payload, payload_bytes, first_us, \
             last_us, times) values ($1, $2, $3, $4, $5, $6, $7, $7, $8) \
             on conflict (topic, payload_sha256) do update set last_us = excluded.last_us, \
             times = quarantine.times + 1, reason = excluded.reason",
            &refused.topic,
            refused.sha256.to_string(),
            &station,
            &refused.reason,
            &refused.head,
            i64::try_from(refused.bytes).unwrap_or(i64::MAX),
            at.as_microsecond(),
            1i64
        )?;
        // Those without a known station share one bound.
        change!(
            self,
            "delete from quarantine where station is not distinct from $1 and last_us < \
             (select q.last_us from quarantine q where q.station is not distinct from $1 \
             order by q.last_us desc limit 1 offset $2)",
            &station,
            QUARANTINED_MAX - 1
        )?;
        Ok(())
    }
}

impl Reading {
    /// What stands in quarantine, newest first, at most 200; of one station, or of all.
    pub async fn quarantined(&mut self, station: Option<StationId>) -> Stored<Vec<QuarantineRow>> {
        rows!(
            self,
            QuarantineRow,
            "select topic, payload_sha256, reason, payload_bytes, first_us, last_us, times from quarantine \
             where $1 = '' or station = $1 order by last_us desc, topic, payload_sha256 limit 200",
            station.map(|station| station.to_string()).unwrap_or_default()
        )
    }
}
