//! Checks of remote-sensing heads with known gases and filters.

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, PassageId, StationId};
use plumewatch_shared::protocol::message::DeviceCheckReport;
use server_core::recheck::device_check::Rechecked;

use super::bulk::{bulk, placeholders, slices};
use super::engine::rows;
use super::records::sequence;
use super::{Reading, Stored, Writing};

/// Checks given at once: two days of one every two hours in each of eight lanes, and some.
pub const CHECKS_MAX: u32 = 200;

/// A check as ingest made it of a record, ready to be stored.
#[derive(Clone, Debug)]
pub struct NewDeviceCheck {
    /// Station and sequence.
    pub id: PassageId,
    /// What was reported.
    pub told: DeviceCheckReport,
    /// What the server makes of it.
    pub seen: Rechecked,
    /// The report's JSON, as it was signed.
    pub report: String,
    /// The whole envelope.
    pub sealed: String,
    /// The link it names as the one before.
    pub prev: FileHash,
    /// Its own link.
    pub link: FileHash,
    /// When it came.
    pub received: Timestamp,
}

/// One check; words and units are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `device_checks`, which the migration documents")]
pub struct DeviceCheckRow {
    pub station: String,
    pub sequence: i64,
    pub received_us: i64,
    pub performed_us: i64,
    pub clock: String,
    pub lane: i64,
    pub device: String,
    pub number: String,
    pub method: String,
    pub speed: Option<i64>,
    pub person: Option<String>,
    pub passed: bool,
    pub edge_passed: bool,
    pub disagrees: bool,
    /// Words of what is wrong apart from the points, comma separated.
    pub faults: String,
}

/// One gas or filter of one check; words and units are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `check_points`, which the migration documents")]
pub struct CheckPointRow {
    pub sequence: i64,
    pub quantity: String,
    pub standard: i64,
    pub measured: i64,
    pub tolerance: i64,
    pub holds: bool,
}

/// Columns of `device_checks`, in the order in which a row is bound.
const COLUMNS: &str = "station, sequence, received_us, performed_us, clock, lane, device, number, method, speed, \
    person, passed, edge_passed, disagrees, faults, report, sealed";
const COLUMN_COUNT: usize = 17;

impl Writing {
    /// Stores checks whose records are new, with their points.
    pub(super) async fn insert_device_checks(&mut self, checks: &[&NewDeviceCheck]) -> Stored<()> {
        for slice in slices(checks) {
            let text = format!(
                "insert into device_checks ({COLUMNS}) values {} returning sequence",
                placeholders(COLUMN_COUNT, slice.len())
            );
            bulk!(self, (i64,), text, slice, |new| [
                new.id.station.to_string(),
                sequence(new.id),
                new.received.as_microsecond(),
                new.seen.performed.micros(),
                new.seen.performed.quality.wire_word(),
                i64::from(new.told.lane),
                &new.told.device,
                &new.told.check,
                &new.told.method,
                new.told.speed_mm_s.map(i64::from),
                &new.told.by,
                new.seen.passed,
                new.told.passed,
                new.seen.disagrees,
                new.told.faults.join(","),
                &new.report,
                &new.sealed,
            ])?;
        }
        let points: Vec<_> = checks
            .iter()
            .flat_map(|new| {
                let points = new.told.points.iter().zip(&new.seen.holds).zip(0i64..);
                points.map(|((point, holds), position)| (new.id, position, point, *holds))
            })
            .collect();
        for slice in slices(&points) {
            let text = format!(
                "insert into check_points (station, sequence, position, quantity, standard, measured, tolerance, \
                 holds) values {} returning position",
                placeholders(8, slice.len())
            );
            bulk!(self, (i64,), text, slice, |one| [
                one.0.station.to_string(),
                sequence(one.0),
                one.1,
                &one.2.quantity,
                one.2.standard,
                one.2.measured,
                one.2.tolerance,
                one.3,
            ])?;
        }
        Ok(())
    }
}

impl Reading {
    /// A station's checks since a moment (microseconds), newest first, at most `limit` and [`CHECKS_MAX`].
    pub async fn device_checks(
        &mut self,
        station: StationId,
        since_us: i64,
        limit: u32,
    ) -> Stored<Vec<DeviceCheckRow>> {
        rows!(
            self,
            DeviceCheckRow,
            "select station, sequence, received_us, performed_us, clock, lane, device, number, method, speed, \
             person, passed, edge_passed, disagrees, faults from device_checks \
             where station = $1 and performed_us >= $2 order by performed_us desc, sequence desc limit $3",
            station.to_string(),
            since_us,
            i64::from(limit.clamp(1, CHECKS_MAX))
        )
    }

    /// The points of those checks, check by check and in order within each.
    pub async fn check_points(
        &mut self,
        station: StationId,
        since_us: i64,
        limit: u32,
    ) -> Stored<Vec<CheckPointRow>> {
        rows!(
            self,
            CheckPointRow,
            "select p.sequence, p.quantity, p.standard, p.measured, p.tolerance, p.holds from \
             (select station, sequence from device_checks where station = $1 and performed_us >= $2 \
             order by performed_us desc, sequence desc limit $3) c \
             join check_points p on p.station = c.station and p.sequence = c.sequence \
             order by p.sequence, p.position",
            station.to_string(),
            since_us,
            i64::from(limit.clamp(1, CHECKS_MAX))
        )
    }
}
