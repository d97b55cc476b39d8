//! Tests of stopped vehicles, the bottles taken from them, and what the laboratory found.

use jiff::Timestamp;
use plumewatch_shared::exhaust_test::form::ExhaustTest;
use plumewatch_shared::exhaust_test::{TestItem, TestOutcome};
use plumewatch_shared::ids::{FileHash, PassageId, Region, StationId};
use plumewatch_shared::plate::{Plate, PlateColour};
use plumewatch_shared::protocol::message::WireTestVerdict;
use server_core::recheck::exhaust_test::{Rejudged, TestMethod};

use super::bulk::{bulk, placeholders, slices};
use super::counting::{codes, passage_id};
use super::engine::{change, row, rows};
use super::records::sequence;
use super::{PAGE_MAX, Reading, Stored, Writing};

/// A test as ingest made it of a record, ready to be stored.
#[derive(Clone, Debug)]
pub struct NewExhaustTest {
    /// What was reported.
    pub test: ExhaustTest,
    /// What the server makes of it.
    pub seen: Rejudged,
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

/// One test in a list; words and units are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `exhaust_tests`, which the migration documents")]
pub struct ExhaustTestRow {
    pub station: String,
    pub station_name: String,
    pub sequence: i64,
    pub received_us: i64,
    pub started_us: i64,
    pub ended_us: i64,
    pub clock: String,
    pub passage_station: Option<String>,
    pub passage_sequence: Option<i64>,
    pub plate: Option<String>,
    pub plate_colour: Option<String>,
    pub vin: Option<String>,
    pub method: String,
    pub k_mean: Option<i64>,
    pub ringelmann: Option<i64>,
    pub outcome: String,
    pub edge_outcome: Option<String>,
    pub disagrees: bool,
    /// Bottles taken.
    pub samples: i64,
    /// Of these, how many the laboratory has answered for.
    pub results: i64,
}

/// One test in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExhaustTestFull {
    /// As lists show it.
    pub row: ExhaustTestRow,
    /// The report's JSON.
    pub report: String,
    /// The server's verdict, JSON of `WireTestVerdict`.
    pub verdict: Option<String>,
    /// Its samples, in order.
    pub samples: Vec<SampleRow>,
    /// Does it follow the station's record before it? `None` while that one is missing.
    pub chain_ok: Option<bool>,
}

/// A sample, and what the laboratory found if it has answered.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    missing_docs,
    reason = "the columns of `test_samples` and `sample_results`, which the migration documents"
)]
pub struct SampleRow {
    pub number: i64,
    pub substance: String,
    pub seal: String,
    pub taken_us: i64,
    pub passed: Option<bool>,
    pub found: Option<String>,
    pub laboratory: Option<String>,
    pub report_number: Option<String>,
    pub entered_by: Option<String>,
    pub entered_us: Option<i64>,
}

/// What a laboratory found in one sample, as a person enters it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleResult {
    /// Is the sample as it must be?
    pub passed: bool,
    /// What was found, in the laboratory's words.
    pub found: String,
    /// Which laboratory.
    pub laboratory: String,
    /// Number of its report.
    pub report_number: String,
}

/// Which tests a list holds.
#[derive(Clone, Debug)]
pub struct ExhaustTestFilter {
    /// The account's region.
    pub scope: Region,
    /// Only of this station.
    pub station: Option<StationId>,
    /// Only with this outcome.
    pub outcome: Option<TestOutcome>,
    /// Only of this plate.
    pub plate: Option<Plate>,
    /// Begun at or after, microseconds.
    pub from_us: Option<i64>,
    /// Begun before, microseconds.
    pub to_us: Option<i64>,
    /// Only older than this row: when it began and its id, as [`ExhaustTestRow`] gave them.
    pub older_than: Option<(i64, PassageId)>,
}

impl ExhaustTestFilter {
    /// Everything in a region.
    pub fn all(scope: Region) -> Self {
        Self {
            scope,
            station: None,
            outcome: None,
            plate: None,
            from_us: None,
            to_us: None,
            older_than: None,
        }
    }
}

/// Columns of `exhaust_tests`, in the order in which a row is bound.
const COLUMNS: &str = "station, sequence, received_us, started_us, ended_us, clock, region, passage_station, \
    passage_sequence, plate, plate_colour, vin, method, k_mean, ringelmann, outcome, edge_outcome, disagrees, \
    report, verdict, sealed";
const COLUMN_COUNT: usize = 21;

/// The select list of [`ExhaustTestRow`] over `exhaust_tests t join stations s`.
macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "select t.station, s.name as station_name, t.sequence, t.received_us, t.started_us, t.ended_us, \
             t.clock, t.passage_station, t.passage_sequence, t.plate, t.plate_colour, t.vin, t.method, t.k_mean, \
             t.ringelmann, t.outcome, t.edge_outcome, t.disagrees, \
             (select count(*) from test_samples x where x.station = t.station and x.sequence = t.sequence) \
             as samples, \
             (select count(*) from sample_results x where x.station = t.station and x.sequence = t.sequence) \
             as results \
             from exhaust_tests t join stations s on s.id = t.station where ",
            $rest
        )
    };
}

impl Writing {
    /// Stores tests whose records are new, with their samples.
    pub(super) async fn insert_exhaust_tests(&mut self, tests: &[&NewExhaustTest]) -> Stored<()> {
        let verdict = |new: &NewExhaustTest| {
            let wire = new.seen.verdict.as_ref().map(WireTestVerdict::from)?;
            Some(serde_json::to_string(&wire).expect("strings and numbers serialise"))
        };
        for slice in slices(tests) {
            let text = format!(
                "insert into exhaust_tests ({COLUMNS}) values {} returning sequence",
                placeholders(COLUMN_COUNT, slice.len())
            );
            bulk!(self, (i64,), text, slice, |new| [
                new.test.id.station.to_string(),
                sequence(new.test.id),
                new.received.as_microsecond(),
                new.test.started.micros(),
                new.test.ended.micros(),
                new.test.started.quality.wire_word(),
                i64::from(new.test.id.station.region().code()),
                new.test.passage.map(|passage| passage.station.to_string()),
                new.test.passage.map(sequence),
                new.test.vehicle.plate.as_ref().map(|plate| plate.as_str().to_owned()),
                new.test.vehicle.colour.map(PlateColour::word),
                new.test.vehicle.code.as_ref().map(|code| code.as_str().to_owned()),
                TestMethod::of(&new.test).word(),
                new.seen.value(TestItem::FreeAccelerationK),
                new.seen.value(TestItem::Ringelmann),
                new.seen.outcome.wire_word(),
                new.seen.edge_outcome.map(TestOutcome::wire_word),
                new.seen.disagrees,
                &new.report,
                verdict(new),
                &new.sealed,
            ])?;
        }
        let samples: Vec<_> = tests
            .iter()
            .flat_map(|new| {
                new.test.samples.iter().zip(1i64..).map(|(sample, number)| (new.test.id, number, sample))
            })
            .collect();
        for slice in slices(&samples) {
            let text = format!(
                "insert into test_samples (station, sequence, number, substance, seal, taken_us) values {} \
                 returning number",
                placeholders(6, slice.len())
            );
            bulk!(self, (i64,), text, slice, |one| [
                one.0.station.to_string(),
                sequence(one.0),
                one.1,
                one.2.substance.wire_word(),
                one.2.seal.as_str().to_owned(),
                one.2.taken.micros(),
            ])?;
        }
        Ok(())
    }

    /// Keeps what the laboratory found in a sample, once; false if there is such a result already.
    pub async fn insert_sample_result(
        &mut self,
        test: PassageId,
        number: u32,
        result: &SampleResult,
        by: &str,
        now: Timestamp,
    ) -> Stored<bool> {
        let written = change!(
            self,
            "insert into sample_results (station, sequence, number, passed, found, laboratory, report_number, \
             entered_by, entered_us) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             on conflict (station, sequence, number) do nothing",
            test.station.to_string(),
            sequence(test),
            i64::from(number),
            result.passed,
            &result.found,
            &result.laboratory,
            &result.report_number,
            by,
            now.as_microsecond()
        )?;
        Ok(written == 1)
    }
}

impl Reading {
    /// A page of tests, newest first.
    pub async fn exhaust_tests(
        &mut self,
        filter: &ExhaustTestFilter,
        limit: u32,
    ) -> Stored<Vec<ExhaustTestRow>> {
        let (low, high) = codes(filter.scope);
        let (older_us, older_station, older_sequence) = filter
            .older_than
            .map_or((i64::MAX, String::new(), 0), |(at, id)| (at, id.station.to_string(), sequence(id)));
        rows!(
            self,
            ExhaustTestRow,
            listed!(
                "t.region >= $1 and t.region <= $2 and ($3 = '' or t.station = $3) \
                 and ($4 = '' or t.outcome = $4) and ($5 = '' or t.plate = $5) \
                 and t.started_us >= $6 and t.started_us < $7 \
                 and (t.started_us, t.station, t.sequence) < ($8, $9, $10) \
                 order by t.started_us desc, t.station desc, t.sequence desc limit $11"
            ),
            low,
            high,
            filter.station.map(|station| station.to_string()).unwrap_or_default(),
            filter.outcome.map_or("", TestOutcome::wire_word),
            filter.plate.as_ref().map_or("", Plate::as_str),
            filter.from_us.unwrap_or(i64::MIN),
            filter.to_us.unwrap_or(i64::MAX),
            older_us,
            &older_station,
            older_sequence,
            i64::from(limit.clamp(1, PAGE_MAX))
        )
    }

    /// One test in full.
    pub async fn exhaust_test(&mut self, id: PassageId) -> Stored<Option<ExhaustTestFull>> {
        let (station, at) = (id.station.to_string(), sequence(id));
        let listed = row!(self, ExhaustTestRow, listed!("t.station = $1 and t.sequence = $2"), &station, at)?;
        let texts = row!(
            self,
            (String, Option<String>, Option<bool>),
            "select t.report, t.verdict, r.chain_ok from exhaust_tests t \
             join records r on r.station = t.station and r.sequence = t.sequence \
             where t.station = $1 and t.sequence = $2",
            &station,
            at
        )?;
        let (Some(row), Some((report, verdict, chain_ok))) = (listed, texts) else { return Ok(None) };
        let samples = self.test_samples(id).await?;
        Ok(Some(ExhaustTestFull { row, report, verdict, samples, chain_ok }))
    }

    /// The samples of a test, in order, with what the laboratory found.
    pub async fn test_samples(&mut self, id: PassageId) -> Stored<Vec<SampleRow>> {
        rows!(
            self,
            SampleRow,
            "select t.number, t.substance, t.seal, t.taken_us, r.passed, r.found, r.laboratory, r.report_number, \
             r.entered_by, r.entered_us from test_samples t left join sample_results r \
             on r.station = t.station and r.sequence = t.sequence and r.number = t.number \
             where t.station = $1 and t.sequence = $2 order by t.number",
            id.station.to_string(),
            sequence(id)
        )
    }

    /// The latest test of the vehicle that was waved out for a passage.
    pub async fn test_of_passage(&mut self, passage: PassageId) -> Stored<Option<PassageId>> {
        let found = row!(
            self,
            (String, i64),
            "select station, sequence from exhaust_tests where passage_station = $1 and passage_sequence = $2 \
             order by started_us desc, station, sequence desc limit 1",
            passage.station.to_string(),
            sequence(passage)
        )?;
        found.map(|(station, at)| passage_id(&station, at)).transpose()
    }
}
