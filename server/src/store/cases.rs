//! Cases as they stand, and their lists in the order of what is most pressing.

use jiff::Timestamp;
use jiff::civil::Date;
use plumewatch_shared::ids::Region;
use plumewatch_shared::rulebook::casework::{Count, ServiceMethod};
use server_core::access::OrganisationCode;
use server_core::case::{
    Appeal, Case, CaseId, CaseState, Closing, Deadline, Exception, ExceptionGround, Notice, Order, Paper,
    PersonName,
};
use server_core::counting::CandidateId;

use super::counting::{codes, colour_word, item, stamp, vehicle};
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};

/// Cases given at once.
pub const CASES_MAX: u32 = 200;

/// A case as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// What the core knows of it.
    pub case: Case,
    /// The candidate that opened it.
    pub candidate: CandidateId,
    /// Where it is handled: its rules are this region's.
    pub region: Region,
    /// By whom it was opened.
    pub opened_by: String,
    /// When something last happened to it.
    pub updated: Timestamp,
    /// Its place in the list.
    pub queue: String,
}

/// Which cases a list holds.
#[derive(Clone, Debug)]
pub struct CaseFilter {
    /// The account's region.
    pub scope: Region,
    /// Only in this state, by word.
    pub state: Option<&'static str>,
    /// Only those whose deadline has passed by this day.
    pub overdue_on: Option<Date>,
    /// Only those with an appeal that waits for its decision.
    pub appealed: bool,
    /// Only those that are with the traffic police.
    pub referred: bool,
    /// Only after this row: its place and id, as [`CaseRow`] gave them.
    pub after: Option<(String, CaseId)>,
    /// At most so many, and [`CASES_MAX`].
    pub limit: u32,
}

impl CaseFilter {
    /// Everything in a region.
    pub fn all(scope: Region) -> Self {
        Self {
            scope,
            state: None,
            overdue_on: None,
            appealed: false,
            referred: false,
            after: None,
            limit: CASES_MAX,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CaseColumns {
    id: String,
    candidate_id: String,
    plate: String,
    plate_colour: String,
    item: String,
    region: i64,
    state: String,
    state_since_us: i64,
    opened_us: i64,
    opened_by: String,
    updated_us: i64,
    queue: String,
    notice_method: Option<String>,
    notice_received_day: Option<String>,
    notice_served_day: Option<String>,
    notice_paper: Option<String>,
    due_day: Option<String>,
    due_count: Option<String>,
    due_provisional: bool,
    appeal_day: Option<String>,
    appeal_left: Option<i64>,
    overdue_day: Option<String>,
    referred_us: Option<i64>,
    retested_us: Option<i64>,
    order_station: Option<String>,
    taken_us: Option<i64>,
    exception_ground: Option<String>,
    exception_by: Option<String>,
}

/// The select of [`CaseColumns`] where the text says.
macro_rules! cases_where {
    ($which:literal) => {
        concat!(
            "select id, candidate_id, plate, plate_colour, item, region, state, state_since_us, opened_us, opened_by, \
             updated_us, queue, notice_method, notice_received_day, notice_served_day, notice_paper, due_day, \
             due_count, due_provisional, appeal_day, appeal_left, overdue_day, referred_us, retested_us, \
             order_station, taken_us, exception_ground, exception_by from cases where ",
            $which
        )
    };
}

/// A page of cases. What the text before the rest says is what an index leads to; the rest is looked at row by row, and
/// in a wide region the region is, too: `+ 0` keeps the database from gathering all of it to put it in order, and
/// written in two ways it is not taken for a span that few rows fall into.
macro_rules! cases_page {
    ($self:ident, $first:literal, $filter:ident) => {
        if $self.is_wide($filter.scope).await? {
            cases_page!($self, $first, " and region + 0 >= $1 and 0 + region <= $2", $filter)
        } else {
            cases_page!($self, $first, " and region >= $1 and region <= $2", $filter)
        }
    };
    ($self:ident, $first:literal, $region:literal, $filter:ident) => {{
        let (low, high) = codes($filter.scope);
        let after = $filter.after.as_ref();
        rows!(
            $self,
            CaseColumns,
            concat!(
                cases_where!($first),
                $region,
                " and ($3 = '' or state = $3) and ($4 = '' or queue < $4) \
                 and ($5 = false or appeal_day is not null) and ($6 = false or referred_us is not null) \
                 and (queue, id) > ($7, $8) order by queue, id limit $9"
            ),
            low,
            high,
            $filter.state.unwrap_or_default(),
            $filter.overdue_on.map(overdue_before).unwrap_or_default(),
            $filter.appealed,
            $filter.referred,
            after.map_or("", |(queue, _)| queue.as_str()),
            after.map_or("", |(_, id)| id.as_str()),
            i64::from($filter.limit.clamp(1, CASES_MAX))
        )?
    }};
}

/// What overdue cases' places lie before ([`Case::queue`]).
fn overdue_before(day: Date) -> String {
    format!("1{day}")
}

impl Reading {
    /// Cases of a region, the most pressing first ([`Case::queue`]).
    pub async fn cases(&mut self, filter: &CaseFilter) -> Stored<Vec<CaseRow>> {
        let found = if filter.appealed {
            cases_page!(self, "appeal_day is not null", filter)
        } else if filter.referred {
            cases_page!(self, "referred_us is not null", filter)
        } else if filter.overdue_on.is_some() {
            cases_page!(self, "queue < $4", filter)
        } else if filter.state.is_some() {
            cases_page!(self, "state = $3", filter)
        } else {
            cases_page!(self, "queue >= ''", filter)
        };
        found.into_iter().map(case).collect()
    }

    /// One case of a region.
    pub async fn case(&mut self, id: &CaseId, scope: Region) -> Stored<Option<CaseRow>> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            CaseColumns,
            cases_where!("id = $1 and region >= $2 and region <= $3"),
            id.as_str(),
            low,
            high
        )?;
        found.map(case).transpose()
    }

    /// How many cases of a region are open.
    pub async fn open_case_count(&mut self, scope: Region) -> Stored<u64> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64,),
            "select count(*) from cases where queue < '4' and region >= $1 and region <= $2",
            low,
            high
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// How many cases of a region are past their deadline on this day.
    pub async fn overdue_case_count(&mut self, scope: Region, today: Date) -> Stored<u64> {
        let (low, high) = codes(scope);
        let found = row!(
            self,
            (i64,),
            "select count(*) from cases where queue < $1 and region >= $2 and region <= $3",
            overdue_before(today),
            low,
            high
        )?;
        Ok(found.map_or(0, |(count,)| count as u64))
    }

    /// Cases that are past their deadline on this day and not marked so yet, at most `limit`.
    pub async fn newly_overdue(&mut self, today: Date, limit: u32) -> Stored<Vec<CaseId>> {
        let found = rows!(
            self,
            (String,),
            "select id from cases where queue < $1 and (overdue_day is null or overdue_day <> due_day) \
             order by queue, id limit $2",
            overdue_before(today),
            i64::from(limit)
        )?;
        found.into_iter().map(|(id,)| CaseId::parse(&id).ok_or(StoreError::Corrupt("cases.id"))).collect()
    }
}

impl Writing {
    /// Keeps a new case.
    pub async fn insert_case(
        &mut self,
        case: &Case,
        candidate: &CandidateId,
        by: &str,
        now: Timestamp,
    ) -> Stored<()> {
        change!(
            self,
            "insert into cases (id, candidate_id, plate, plate_colour, item, region, state, state_since_us, \
             opened_us, opened_by, updated_us, queue, due_provisional) \
             select $1, c.id, $3, $4, $5, c.region, $6, $7, $8, $9, $8, $10, false from candidates c where c.id = $2",
            case.id.as_str(),
            candidate.as_str(),
            case.vehicle.plate.as_str(),
            colour_word(case.vehicle.colour),
            case.item.word(),
            case.state.word(),
            case.state.since().as_microsecond(),
            now.as_microsecond(),
            by,
            case.queue()
        )?;
        Ok(())
    }

    /// Locks a case's row and gives it: between this and the commit nobody else moves it.
    pub async fn case_to_move(&mut self, id: &CaseId, scope: Region) -> Stored<Option<CaseRow>> {
        // An update that changes nothing takes the row's lock on PostgreSQL; SQLite has one writer.
        change!(self, "update cases set updated_us = updated_us where id = $1", id.as_str())?;
        self.case(id, scope).await
    }

    /// Keeps a case as it stands now.
    pub async fn set_case(&mut self, case: &Case, now: Timestamp) -> Stored<()> {
        let notice = case.notice.as_ref();
        let order = case.state.order();
        let exception = match &case.state {
            CaseState::Closed { by: Closing::Exception(exception), .. } => Some(exception),
            CaseState::Opened { .. }
            | CaseState::Noticed { .. }
            | CaseState::RepairOrdered { .. }
            | CaseState::Repaired { .. }
            | CaseState::Closed { by: Closing::Retest, .. }
            | CaseState::Withdrawn { .. }
            | CaseState::Won { .. } => None,
        };
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        change!(
            self,
            "update cases set state = $2, state_since_us = $3, updated_us = $4, queue = $5, notice_method = $6, \
             notice_received_day = $7, notice_served_day = $8, notice_paper = $9, due_day = $10, due_count = $11, \
             due_provisional = $12, appeal_day = $13, appeal_left = $14, overdue_day = $15, referred_us = $16, \
             retested_us = $17, order_station = $18, taken_us = $19, exception_ground = $20, exception_by = $21 \
             where id = $1",
            case.id.as_str(),
            case.state.word(),
            case.state.since().as_microsecond(),
            now.as_microsecond(),
            case.queue(),
            notice.map(|notice| notice.method.word()),
            day(notice.map(|notice| notice.received)),
            day(notice.map(|notice| notice.served)),
            notice.map(|notice| notice.paper.as_str().to_owned()),
            day(case.deadline.map(|deadline| deadline.due)),
            case.deadline.map(|deadline| deadline.count.word()),
            case.deadline.is_some_and(|deadline| deadline.provisional),
            day(case.appeal.map(|appeal| appeal.received)),
            case.appeal.and_then(|appeal| appeal.left).map(i64::from),
            day(case.overdue),
            case.referred.map(Timestamp::as_microsecond),
            case.retested.map(Timestamp::as_microsecond),
            order.map(|order| order.station.as_str().to_owned()),
            order.and_then(|order| order.taken).map(Timestamp::as_microsecond),
            exception.map(|exception| exception.ground.word()),
            exception.map(|exception| exception.approved_by.as_str().to_owned())
        )?;
        Ok(())
    }
}

fn case(columns: CaseColumns) -> Stored<CaseRow> {
    let region = format!("{:06}", columns.region);
    Ok(CaseRow {
        candidate: CandidateId::parse(&columns.candidate_id)
            .ok_or(StoreError::Corrupt("cases.candidate_id"))?,
        region: region.parse().map_err(|_| StoreError::Corrupt("cases.region"))?,
        opened_by: columns.opened_by.clone(),
        updated: stamp(columns.updated_us)?,
        queue: columns.queue.clone(),
        case: Case {
            id: CaseId::parse(&columns.id).ok_or(StoreError::Corrupt("cases.id"))?,
            vehicle: vehicle(&columns.plate, &columns.plate_colour)?,
            item: item(&columns.item)?,
            opened: stamp(columns.opened_us)?,
            state: state(&columns)?,
            notice: notice(&columns)?,
            deadline: deadline(&columns)?,
            appeal: columns
                .appeal_day
                .as_deref()
                .map(|received| {
                    Ok::<_, StoreError>(Appeal { received: day(received)?, left: left(&columns)? })
                })
                .transpose()?,
            overdue: columns.overdue_day.as_deref().map(day).transpose()?,
            referred: columns.referred_us.map(stamp).transpose()?,
            retested: columns.retested_us.map(stamp).transpose()?,
        },
    })
}

fn state(columns: &CaseColumns) -> Stored<CaseState> {
    let at = stamp(columns.state_since_us)?;
    Ok(match columns.state.as_str() {
        "opened" => CaseState::Opened { at },
        "noticed" => CaseState::Noticed { at },
        "repair-ordered" => CaseState::RepairOrdered { at, order: order(columns)? },
        "repaired" => CaseState::Repaired { at, order: order(columns)? },
        "closed" => CaseState::Closed { at, by: closing(columns)? },
        "withdrawn" => CaseState::Withdrawn { at },
        "won" => CaseState::Won { at },
        _ => return Err(StoreError::Corrupt("cases.state")),
    })
}

fn order(columns: &CaseColumns) -> Stored<Order> {
    let station = columns.order_station.as_deref().and_then(OrganisationCode::parse);
    Ok(Order {
        station: station.ok_or(StoreError::Corrupt("cases.order_station"))?,
        taken: columns.taken_us.map(stamp).transpose()?,
    })
}

fn closing(columns: &CaseColumns) -> Stored<Closing> {
    let Some(ground) = &columns.exception_ground else { return Ok(Closing::Retest) };
    let approved_by = columns.exception_by.as_deref().and_then(PersonName::new);
    Ok(Closing::Exception(Exception {
        ground: ExceptionGround::from_word(ground).ok_or(StoreError::Corrupt("cases.exception_ground"))?,
        approved_by: approved_by.ok_or(StoreError::Corrupt("cases.exception_by"))?,
    }))
}

fn notice(columns: &CaseColumns) -> Stored<Option<Notice>> {
    let Some(method) = &columns.notice_method else { return Ok(None) };
    let of = |text: &Option<String>| day(text.as_deref().unwrap_or_default());
    let paper = columns.notice_paper.as_deref().and_then(Paper::new);
    Ok(Some(Notice {
        method: ServiceMethod::from_word(method).ok_or(StoreError::Corrupt("cases.notice_method"))?,
        received: of(&columns.notice_received_day)?,
        served: of(&columns.notice_served_day)?,
        paper: paper.ok_or(StoreError::Corrupt("cases.notice_paper"))?,
    }))
}

fn deadline(columns: &CaseColumns) -> Stored<Option<Deadline>> {
    let Some(due) = &columns.due_day else { return Ok(None) };
    let count = columns.due_count.as_deref().and_then(Count::from_word);
    Ok(Some(Deadline {
        due: day(due)?,
        count: count.ok_or(StoreError::Corrupt("cases.due_count"))?,
        provisional: columns.due_provisional,
    }))
}

fn left(columns: &CaseColumns) -> Stored<Option<u32>> {
    let read = |left: i64| u32::try_from(left).map_err(|_| StoreError::Corrupt("cases.appeal_left"));
    columns.appeal_left.map(read).transpose()
}

/// A civil day from its column.
fn day(text: &str) -> Stored<Date> {
    text.parse().map_err(|_| StoreError::Corrupt("a day"))
}
