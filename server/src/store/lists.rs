//! Passages as pages list them, newest first, and one passage in full.

use plumewatch_shared::ids::{PassageId, Region, StationId};
use plumewatch_shared::plate::Plate;
use plumewatch_shared::verdict::Outcome;

use super::counting::codes;
use super::engine::{row, rows};
use super::records::sequence;
use super::{Reading, Stored};

/// The longest page, rows.
pub const PAGE_MAX: u32 = 200;

/// One passage in a list; words and units are the wire's.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `passages`, which the migration documents")]
pub struct PassageRow {
    pub station: String,
    pub station_name: String,
    pub region: i64,
    pub sequence: i64,
    pub lane: i64,
    pub passed_us: i64,
    pub clock: String,
    pub received_us: i64,
    pub plate: Option<String>,
    pub plate_colour: Option<String>,
    pub plate_confidence: Option<i64>,
    pub outcome: String,
    pub edge_outcome: String,
    pub disagrees: bool,
    pub edition: String,
    pub corroboration: String,
    pub opacity_mean: Option<i64>,
    pub ringelmann: Option<i64>,
    pub no_ppm: Option<i64>,
    pub speed: Option<i64>,
    pub doubts: String,
    pub watch: Option<String>,
    pub picture: Option<String>,
    pub plate_picture: Option<String>,
    pub evidence_missing: i64,
    /// 3 confirmed, 2 waiting, 1 rejected, 0 none: the furthest of its candidates.
    pub review: i64,
}

/// One passage in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageFull {
    /// As lists show it.
    pub row: PassageRow,
    /// The report's JSON.
    pub report: String,
    /// The server's verdict, JSON of `WireVerdict`.
    pub verdict: String,
    /// The candidate it belongs to, the newest if several.
    pub candidate: Option<String>,
    /// That candidate's case.
    pub case: Option<String>,
    /// The latest test of the vehicle that was waved out for it.
    pub exhaust_test: Option<PassageId>,
    /// Does it follow the record before it? `None` while that one is missing.
    pub chain_ok: Option<bool>,
}

/// Which passages a list holds.
#[derive(Clone, Debug)]
pub struct PassageFilter {
    /// The account's region.
    pub scope: Region,
    /// Only of this station.
    pub station: Option<StationId>,
    /// Only with this outcome.
    pub outcome: Option<Outcome>,
    /// Only of this plate.
    pub plate: Option<Plate>,
    /// Passed at or after, microseconds.
    pub from_us: Option<i64>,
    /// Passed before, microseconds.
    pub to_us: Option<i64>,
    /// Only older than this row: its passing time and id, as [`PassageRow`] gave them.
    pub older_than: Option<(i64, PassageId)>,
}

impl PassageFilter {
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

/// The select of [`PassageRow`] over `passages p` as the rest finds them.
macro_rules! listed {
    ($rest:literal) => {
        listed!("", "passages p", $rest)
    };
    ($with:expr, $from:literal, $rest:expr) => {
        concat!(
            $with,
            "select p.station, s.name as station_name, p.region, p.sequence, p.lane, p.passed_us, p.clock, \
             p.received_us, p.plate, p.plate_colour, p.plate_confidence, p.outcome, p.edge_outcome, p.disagrees, p.edition, p.corroboration, \
             p.opacity_mean, p.ringelmann, p.no_ppm, p.speed, p.doubts, p.watch, p.picture, p.plate_picture, \
             (select count(*) from evidence e where e.station = p.station and e.sequence = p.sequence \
             and not exists (select 1 from files f where f.sha256 = e.sha256)) as evidence_missing, \
             coalesce((select cast(max(case c.state when 'confirmed' then 3 when 'waiting' then 2 \
             when 'rejected' then 1 else 0 end) as bigint) from candidate_passages cp \
             join candidates c on c.id = cp.candidate \
             where cp.station = p.station and cp.sequence = p.sequence), cast(0 as bigint)) as review \
             from ",
            $from,
            " join stations s on s.id = p.station where ",
            $rest
        )
    };
}

/// A page of passages. `$first` is what an index leads to; the rest is looked at row by row.
macro_rules! page {
    ($self:ident, $filter:ident, $limit:ident, $first:literal) => {
        page!($self, $filter, $limit, "", "passages p", $first)
    };
    ($self:ident, $filter:ident, $limit:ident, $with:expr, $from:literal, $first:literal) => {{
        let (low, high) = codes($filter.scope);
        // One bound from above: of two an index would take either, and walk down to the other.
        let row = $filter.older_than.map(|(at, id)| (at, id.station.to_string(), sequence(id)));
        let end = ($filter.to_us.unwrap_or(i64::MAX), String::new(), 0);
        let (older_us, older_station, older_sequence) = row.map_or(end.clone(), |row| row.min(end));
        rows!(
            $self,
            PassageRow,
            listed!(
                $with,
                $from,
                concat!(
                    $first,
                    " and p.region >= $1 and p.region <= $2 and ($3 = '' or p.station = $3) \
                     and ($4 = '' or p.outcome = $4) and ($5 = '' or p.plate = $5) \
                     and p.passed_us >= $6 and (p.passed_us, p.station, p.sequence) < ($7, $8, $9) \
                     order by p.passed_us desc, p.station desc, p.sequence desc limit $10"
                )
            ),
            low,
            high,
            $filter.station.map(|station| station.to_string()).unwrap_or_default(),
            $filter.outcome.map_or("", Outcome::wire_word),
            $filter.plate.as_ref().map_or("", Plate::as_str),
            $filter.from_us.unwrap_or(i64::MIN),
            older_us,
            &older_station,
            older_sequence,
            i64::from($limit.clamp(1, PAGE_MAX))
        )
    }};
}

/// A page of a region's passages, station by station: each station gives its newest so many, and of these the newest are
/// taken. A county among a thousand costs its own stations, and one without a station nothing; in the order of passing
/// alone its list would look through everybody's to find its own. The last two narrow what each gives.
macro_rules! page_by_station {
    ($self:ident, $filter:ident, $limit:ident, $of_y:literal, $of_q:literal) => {
        page!(
            $self,
            $filter,
            $limit,
            concat!(
                "with near as materialized (select q.station, q.sequence, q.passed_us from stations t \
                 join passages q on q.station = t.id and q.passed_us >= (select min(x.passed_us) from \
                 (select y.passed_us from passages y where y.station = t.id",
                $of_y,
                " and y.passed_us >= $6 and (y.passed_us, y.station, y.sequence) < ($7, $8, $9) \
                 order by y.passed_us desc limit $10) x) and (q.passed_us, q.station, q.sequence) < ($7, $8, $9)",
                $of_q,
                " where t.region >= $1 and t.region <= $2) "
            ),
            "(select station, sequence from near order by passed_us desc, station desc, sequence desc limit $10) k \
             join passages p on p.station = k.station and p.sequence = k.sequence",
            "k.sequence >= 0"
        )
    };
}

impl Reading {
    /// A page of passages, newest first.
    pub async fn passages(&mut self, filter: &PassageFilter, limit: u32) -> Stored<Vec<PassageRow>> {
        if filter.plate.is_some() {
            page!(self, filter, limit, "p.plate = $5")
        } else if filter.station.is_some() && filter.outcome.is_some() {
            page!(self, filter, limit, "p.station = $3 and p.outcome = $4")
        } else if filter.station.is_some() {
            page!(self, filter, limit, "p.station = $3")
        } else if filter.scope != Region::COUNTRY && filter.outcome.is_some() {
            page_by_station!(self, filter, limit, " and y.outcome = $4", " and q.outcome = $4")
        } else if filter.scope != Region::COUNTRY {
            page_by_station!(self, filter, limit, "", "")
        } else if filter.outcome.is_some() {
            page!(self, filter, limit, "p.outcome = $4")
        } else {
            page!(self, filter, limit, "p.passed_us >= $6")
        }
    }

    /// One passage as lists show it.
    pub async fn passage_row(&mut self, id: PassageId) -> Stored<Option<PassageRow>> {
        row!(
            self,
            PassageRow,
            listed!("p.station = $1 and p.sequence = $2"),
            id.station.to_string(),
            sequence(id)
        )
    }

    /// One passage in full.
    pub async fn passage(&mut self, id: PassageId) -> Stored<Option<PassageFull>> {
        let Some(listed) = self.passage_row(id).await? else { return Ok(None) };
        let texts = row!(
            self,
            (String, String, Option<bool>),
            "select p.report, p.verdict, r.chain_ok from passages p \
             join records r on r.station = p.station and r.sequence = p.sequence \
             where p.station = $1 and p.sequence = $2",
            id.station.to_string(),
            sequence(id)
        )?;
        let Some((report, verdict, chain_ok)) = texts else { return Ok(None) };
        let review = row!(
            self,
            (String, Option<String>),
            "select c.id, k.id from candidate_passages cp join candidates c on c.id = cp.candidate \
             left join cases k on k.candidate_id = c.id \
             where cp.station = $1 and cp.sequence = $2 and c.state <> 'void' \
             order by c.opened_us desc, c.id limit 1",
            id.station.to_string(),
            sequence(id)
        )?;
        let (candidate, case) = review.map_or((None, None), |(candidate, case)| (Some(candidate), case));
        let exhaust_test = self.test_of_passage(id).await?;
        Ok(Some(PassageFull { row: listed, report, verdict, candidate, case, exhaust_test, chain_ok }))
    }

    /// The sealed record of a passage, as the station signed it.
    pub async fn sealed_record(&mut self, id: PassageId) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select sealed from passages where station = $1 and sequence = $2",
            id.station.to_string(),
            sequence(id)
        )?;
        Ok(found.map(|(sealed,)| sealed))
    }
}
