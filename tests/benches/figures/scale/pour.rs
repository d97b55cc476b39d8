//! Pours a story into the tables: COPY on PostgreSQL, many rows a statement on SQLite, indexes made afterwards.
//!
//! Tables and columns that a database does not have are left out, so that the story may tell of more than this build keeps;
//! what it has and the story does not fill must have a default.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use plumewatch_shared::protocol::message::PassageReport;
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::sample;
use plumewatch_shared::verdict::judge;
use sqlx::{Connection, Executor, PgConnection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::story::{STATIONS, Story, draw};

/// Rows that go to the database at once.
const CHUNK: usize = 400;

/// One value.
#[derive(Clone)]
pub(super) enum Cell {
    Null,
    Number(i64),
    Text(String),
    Truth(bool),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number as i64)
    }
}
impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<bool> for Cell {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}
impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row: `row![a, b, c]`.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$(Cell::from($value)),*] };
}

type Rows<'a> = Box<dyn Iterator<Item = Vec<Cell>> + 'a>;
type Table<'a> = (&'static str, &'static [&'static str], Rows<'a>);

/// Pours it all; gives how many rows.
pub(super) fn pour(story: &Story, url: &str) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if url.starts_with("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).unwrap();
            let options = options.synchronous(sqlx::sqlite::SqliteSynchronous::Off).foreign_keys(false);
            let on = SqliteConnection::connect_with(&options).await.unwrap();
            Sink::Sqlite(on).pour(story).await
        } else {
            Sink::Postgres(PgConnection::connect(url).await.unwrap()).pour(story).await
        }
    })
}

enum Sink {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Sink {
    async fn pour(mut self, story: &Story) -> u64 {
        let mut poured = 0;
        let indexes = self.drop_indexes().await;
        for (table, columns, rows) in tables(story) {
            let has = self.columns(table).await;
            if has.is_empty() {
                println!("  {table}: not in this build, left out");
                continue;
            }
            let kept: Vec<usize> = (0..columns.len()).filter(|at| has.contains(columns[*at])).collect();
            let names: Vec<&str> = kept.iter().map(|at| columns[*at]).collect();
            let mut rows = rows.map(|row| kept.iter().map(|at| row[*at].clone()).collect::<Vec<Cell>>());
            poured += match &mut self {
                Self::Sqlite(on) => into_sqlite(on, table, &names, &mut rows).await,
                Self::Postgres(on) => into_postgres(on, table, &names, &mut rows).await,
            };
        }
        for index in indexes {
            self.run(&index).await;
        }
        self.run(if matches!(self, Self::Sqlite(_)) { "analyze" } else { "vacuum analyze" }).await;
        poured
    }

    async fn run(&mut self, text: &str) {
        match self {
            Self::Sqlite(on) => drop(on.execute(sqlx::AssertSqlSafe(text)).await.unwrap()),
            Self::Postgres(on) => drop(on.execute(sqlx::AssertSqlSafe(text)).await.unwrap()),
        }
    }

    async fn columns(&mut self, table: &str) -> BTreeSet<String> {
        match self {
            Self::Sqlite(on) => {
                let found =
                    sqlx::query("select name from pragma_table_info($1)").bind(table).fetch_all(on).await;
                found.unwrap().iter().map(|row| row.get(0)).collect()
            }
            Self::Postgres(on) => {
                let text = "select column_name::text from information_schema.columns where table_name = $1";
                let found = sqlx::query(text).bind(table).fetch_all(on).await;
                found.unwrap().iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// Drops every index that is no constraint; gives what makes them again.
    async fn drop_indexes(&mut self) -> Vec<String> {
        let found: Vec<(String, String)> = match self {
            Self::Sqlite(on) => {
                let text = "select name, sql from sqlite_master where type = 'index' and sql is not null";
                sqlx::query_as(text).fetch_all(on).await.unwrap()
            }
            Self::Postgres(on) => {
                let text = "select indexname::text, indexdef from pg_indexes where schemaname = 'public' and indexname not in \
                            (select conname from pg_constraint)";
                sqlx::query_as(text).fetch_all(on).await.unwrap()
            }
        };
        for (name, _) in &found {
            self.run(&format!("drop index {name}")).await;
        }
        found.into_iter().map(|(_, made)| made).collect()
    }
}

async fn into_sqlite(
    on: &mut SqliteConnection,
    table: &str,
    columns: &[&str],
    rows: &mut dyn Iterator<Item = Vec<Cell>>,
) -> u64 {
    let mut writing = on.begin().await.unwrap();
    let mut poured = 0;
    let head = format!("insert into {table} ({}) ", columns.join(", "));
    loop {
        let chunk: Vec<Vec<Cell>> = rows.take(CHUNK).collect();
        if chunk.is_empty() {
            break;
        }
        poured += chunk.len() as u64;
        let mut query = QueryBuilder::<Sqlite>::new(&head);
        query.push_values(chunk, |mut values, row| {
            for cell in row {
                match cell {
                    Cell::Null => values.push_bind(None::<i64>),
                    Cell::Number(number) => values.push_bind(number),
                    Cell::Text(text) => values.push_bind(text),
                    Cell::Truth(truth) => values.push_bind(truth),
                };
            }
        });
        query.build().execute(&mut *writing).await.unwrap();
    }
    writing.commit().await.unwrap();
    poured
}

async fn into_postgres(
    on: &mut PgConnection,
    table: &str,
    columns: &[&str],
    rows: &mut dyn Iterator<Item = Vec<Cell>>,
) -> u64 {
    let text = format!("copy {table} ({}) from stdin", columns.join(", "));
    let mut copy = on.copy_in_raw(&text).await.unwrap();
    let mut lines = String::new();
    let mut poured = 0;
    for row in rows {
        for (at, cell) in row.into_iter().enumerate() {
            if at > 0 {
                lines.push('\t');
            }
            match cell {
                Cell::Null => lines.push_str("\\N"),
                Cell::Number(number) => lines.push_str(&number.to_string()),
                Cell::Truth(truth) => lines.push(if truth { 't' } else { 'f' }),
                Cell::Text(text) => {
                    lines.push_str(&text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"));
                }
            }
        }
        lines.push('\n');
        poured += 1;
        if lines.len() > 1 << 20 {
            copy.send(std::mem::take(&mut lines).into_bytes()).await.unwrap();
        }
    }
    copy.send(lines.into_bytes()).await.unwrap();
    copy.finish().await.unwrap();
    poured
}

/// What stands against one carrier.
#[derive(Default)]
struct Against {
    /// Newest exceedance of each vehicle.
    newest: BTreeMap<u64, jiff::civil::Date>,
}

fn tables(story: &Story) -> Vec<Table<'_>> {
    let us = move |passage: u64| story.passed(passage).as_microsecond();
    let passages = move || 0..story.passages;
    // A whole report where a page opens it, the shortest that reads elsewhere: a look by key costs the same beside either.
    let (report, verdict) = real_report();
    let decided = move |case: u64| us(story.passages_of(case)[1]) + 3_600_000_000;
    let cases = move || (0..story.cases()).filter(move |case| !story.waits(*case));
    let mut against: BTreeMap<u64, Against> = BTreeMap::new();
    let heard = move || cases().filter(move |case| !story.is_unheard(*case));
    for case in heard().filter(|case| story.case_state(*case) != "withdrawn") {
        let vehicle = story.vehicle_of_case(case);
        let Some(carrier) = story.carrier_of(vehicle) else { continue };
        let day = story.day(story.passages_of(case)[1]);
        let newest = against.entry(carrier).or_default().newest.entry(vehicle).or_insert(day);
        *newest = day.max(*newest);
    }
    let shares: Vec<(u64, u64, u64, bool, Option<String>)> = against
        .iter()
        .map(|(carrier, against)| {
            let fleet = story.fleets[*carrier as usize + 1] - story.fleets[*carrier as usize];
            let counting = || against.newest.values().filter(|day| **day >= story.window_start());
            let exceeding = counting().count() as u64;
            let due = counting()
                .min()
                .map(|day| day.checked_add(jiff::Span::new().months(12).days(1)).unwrap().to_string());
            let reaches = exceeding * 10 >= fleet && fleet > 0 && exceeding >= if fleet < 10 { 2 } else { 1 };
            (*carrier, exceeding, fleet, reaches, due)
        })
        .collect();
    let newest: Vec<(u64, u64, String)> = against
        .into_iter()
        .flat_map(|(carrier, against)| {
            against.newest.into_iter().map(move |(vehicle, day)| (carrier, vehicle, day.to_string()))
        })
        .collect();
    let listed: Vec<(u64, u64, u64)> =
        shares.iter().filter(|share| share.3).map(|share| (share.0, share.1, share.2)).collect();
    let long_ago = story.today().checked_sub(jiff::Span::new().months(1)).unwrap().to_string();
    let next_year = story.today().checked_add(jiff::Span::new().months(10)).unwrap().to_string();
    let now = story.now().as_microsecond();
    let edition = "2018-12-30.1";
    let act = "环大气〔2018〕179号";

    vec![
        (
            "stations",
            &["id", "name", "region", "created_us"],
            Box::new(
                (0..STATIONS)
                    .map(|n| row![Story::station(n), format!("测点{n}"), Story::station_region(n), 0i64]),
            ),
        ),
        (
            "station_ledger",
            &["station", "received", "highest"],
            Box::new(
                (0..STATIONS)
                    .map(|n| row![Story::station(n), story.passages / STATIONS, story.passages / STATIONS]),
            ),
        ),
        (
            "records",
            &["station", "sequence", "kind", "prev", "link", "chain_ok"],
            Box::new(passages().map(|n| {
                let (station, sequence) = Story::passage_id(n);
                row![
                    station,
                    sequence,
                    "passage",
                    format!("{:016x}", draw(10, n)),
                    format!("{:016x}", draw(11, n)),
                    true
                ]
            })),
        ),
        (
            "passages",
            &[
                "station",
                "sequence",
                "received_us",
                "passed_us",
                "clock",
                "lane",
                "region",
                "plate",
                "plate_colour",
                "plate_confidence",
                "attributed",
                "outcome",
                "edge_outcome",
                "disagrees",
                "opacity_mean",
                "ringelmann",
                "no_ppm",
                "speed",
                "doubts",
                "report",
                "verdict",
                "sealed",
            ],
            Box::new(passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let exceeds = story.case_of(n).is_some();
                let outcome = if exceeds { "exceeding" } else { "passed" };
                let opacity = if exceeds { 3_100 + draw(12, n) % 4_000 } else { draw(12, n) % 2_900 };
                let (report, verdict) =
                    if exceeds { (report.as_str(), verdict.as_str()) } else { ("{}", "{}") };
                row![
                    station,
                    sequence,
                    us(n) + 2_000_000,
                    us(n),
                    "synchronised",
                    1 + n % 2,
                    Story::station_region(n % STATIONS),
                    Story::plate(story.vehicle_of(n)),
                    "yellow",
                    990i64,
                    true,
                    outcome,
                    outcome,
                    false,
                    opacity,
                    0i64,
                    draw(13, n) % 100_000,
                    12_000 + draw(14, n) % 9_000,
                    "",
                    report,
                    verdict,
                    "{}",
                ]
            })),
        ),
        (
            "passage_figures",
            &["station", "passed_us", "sequence", "outcome", "valid", "conditions", "opacity_mean", "no_ppm"],
            Box::new(passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let exceeds = story.case_of(n).is_some();
                let opacity = if exceeds { 3_100 + draw(12, n) % 4_000 } else { draw(12, n) % 2_900 };
                let outcome = if exceeds { "exceeding" } else { "passed" };
                row![station, us(n), sequence, outcome, true, "", opacity, draw(13, n) % 100_000]
            })),
        ),
        (
            "countings",
            &[
                "plate",
                "plate_colour",
                "passed_us",
                "station",
                "sequence",
                "item",
                "exceeds",
                "measured",
                "at_most",
            ],
            Box::new(passages().map(move |n| {
                let (station, sequence) = Story::passage_id(n);
                let exceeds = story.case_of(n).is_some();
                let measured = if exceeds { 3_100 + draw(12, n) % 4_000 } else { draw(12, n) % 2_900 };
                row![
                    Story::plate(story.vehicle_of(n)),
                    "yellow",
                    us(n),
                    station,
                    sequence,
                    "opacity",
                    exceeds,
                    measured,
                    3_000i64,
                ]
            })),
        ),
        (
            "candidates",
            &[
                "id",
                "plate",
                "plate_colour",
                "item",
                "region",
                "opened_us",
                "state",
                "contested",
                "rulebook",
                "rulebook_version",
                "clause",
                "changed_us",
                "decided_by",
                "reason",
            ],
            Box::new((0..story.cases()).map(move |case| {
                let last = story.passages_of(case)[1];
                let waits = story.waits(case);
                row![
                    Story::candidate_id(case),
                    Story::plate(story.vehicle_of_case(case)),
                    "yellow",
                    "opacity",
                    Story::station_region(last % STATIONS),
                    us(last),
                    if waits { "waiting" } else { "confirmed" },
                    false,
                    "HJ 845-2017",
                    "2017-07-27.1",
                    "HJ 845-2017, 6",
                    us(last),
                    (!waits).then_some("reviewer"),
                    (!waits).then_some("照片清楚"),
                ]
            })),
        ),
        (
            "candidate_passages",
            &["candidate", "position", "station", "sequence"],
            Box::new((0..story.cases()).flat_map(move |case| {
                (0u64..).zip(story.passages_of(case)).map(move |(position, passage)| {
                    let (station, sequence) = Story::passage_id(passage);
                    row![Story::candidate_id(case), position, station, sequence]
                })
            })),
        ),
        (
            "cases",
            &[
                "id",
                "candidate_id",
                "plate",
                "plate_colour",
                "item",
                "region",
                "state",
                "state_since_us",
                "opened_us",
                "opened_by",
                "updated_us",
                "queue",
                "retested_us",
                "order_station",
            ],
            Box::new(cases().map(move |case| {
                let last = story.passages_of(case)[1];
                let state = story.case_state(case);
                let ordered = matches!(state, "repair-ordered" | "repaired");
                row![
                    format!("C{}", Story::candidate_id(case)),
                    Story::candidate_id(case),
                    Story::plate(story.vehicle_of_case(case)),
                    "yellow",
                    "opacity",
                    Story::station_region(last % STATIONS),
                    state,
                    decided(case),
                    decided(case),
                    "reviewer",
                    decided(case),
                    if matches!(state, "closed" | "withdrawn") { "9" } else { "2" },
                    (state == "closed").then(|| decided(case)),
                    ordered.then_some("I-140105-01"),
                ]
            })),
        ),
        (
            "audit",
            &["number", "at_us", "actor", "action", "subject", "reason", "detail", "prev", "hash"],
            Box::new(
                (1u64..)
                    .zip(cases().flat_map(move |case| {
                        let subject = Story::candidate_id(case);
                        let opened = format!("C{subject}");
                        [(case, "candidate-confirmed", subject), (case, "case-opened", opened)]
                    }))
                    .map(move |(number, (case, action, subject))| {
                        let hash = |n: u64| {
                            format!(
                                "{:016x}{:016x}{:016x}{:016x}",
                                draw(20, n),
                                draw(21, n),
                                draw(22, n),
                                draw(23, n)
                            )
                        };
                        // The rows that the server wrote at its start stand before these.
                        row![
                            number + 100,
                            decided(case),
                            "reviewer",
                            action,
                            subject,
                            "照片清楚",
                            "",
                            hash(number),
                            hash(number + 1)
                        ]
                    }),
            ),
        ),
        (
            "carriers",
            &["code", "name", "region"],
            Box::new((0..story.carriers()).map(|n| {
                row![Story::carrier_code(n), format!("第{n}物流有限公司"), Story::region_of_carrier(n)]
            })),
        ),
        (
            "vehicles",
            &["id", "vin", "fuel", "class", "region"],
            Box::new((0..story.vehicles).map(|n| {
                row![
                    Story::vehicle_id(n),
                    format!("LFWSRXRJ{:09}", n),
                    "diesel",
                    "heavy-truck",
                    Story::station_region(n % 10)
                ]
            })),
        ),
        (
            "vehicle_plates",
            &["plate", "plate_colour", "from_day", "vehicle"],
            Box::new(
                (0..story.vehicles)
                    .map(|n| row![Story::plate(n), "yellow", "2015-01-01", Story::vehicle_id(n)]),
            ),
        ),
        (
            "fleet_members",
            &["carrier", "vehicle", "from_day"],
            Box::new((0..story.vehicles).filter_map(|n| {
                let carrier = story.carrier_of(n)?;
                Some(row![Story::carrier_code(carrier), Story::vehicle_id(n), "2020-01-01"])
            })),
        ),
        (
            "listing_exceedances",
            &["case_id", "day", "plate", "plate_colour", "vehicle", "carrier", "standing"],
            Box::new(heard().flat_map(move |case| {
                let vehicle = story.vehicle_of_case(case);
                let days = story.passages_of(case).map(|passage| story.day(passage));
                let mut days = days.to_vec();
                days.dedup();
                days.into_iter().map(move |day| {
                    row![
                        format!("C{}", Story::candidate_id(case)),
                        day.to_string(),
                        Story::plate(vehicle),
                        "yellow",
                        Story::vehicle_id(vehicle),
                        story.carrier_of(vehicle).map(Story::carrier_code),
                        story.case_state(case) != "withdrawn",
                    ]
                })
            })),
        ),
        (
            "listing_vehicles",
            &["carrier", "vehicle", "newest_day"],
            Box::new(newest.into_iter().map(|(carrier, vehicle, day)| {
                row![Story::carrier_code(carrier), Story::vehicle_id(vehicle), day]
            })),
        ),
        (
            "carrier_shares",
            &[
                "carrier",
                "region",
                "day",
                "exceeding",
                "fleet",
                "share_hundredths",
                "reaches",
                "due_day",
                "rulebook",
                "rulebook_version",
                "changed_us",
            ],
            Box::new(shares.into_iter().map(move |(carrier, exceeding, fleet, reaches, due)| {
                row![
                    Story::carrier_code(carrier),
                    Story::region_of_carrier(carrier),
                    story.today().to_string(),
                    exceeding,
                    fleet,
                    exceeding * 10_000 / fleet.max(1),
                    reaches,
                    due,
                    act,
                    edition,
                    now,
                ]
            })),
        ),
        (
            "listings",
            &[
                "id",
                "carrier",
                "region",
                "ordinal",
                "state",
                "proposed_day",
                "proposed_us",
                "exceeding",
                "fleet",
                "rulebook",
                "rulebook_version",
                "from_day",
                "until_day",
                "notice",
                "decided_us",
                "decided_by",
                "reason",
                "changed_us",
            ],
            Box::new(listed.into_iter().map(move |(carrier, exceeding, fleet)| {
                let is_listed = draw(15, carrier) % 2 == 0;
                let when = now - (draw(16, carrier) % 30) as i64 * 86_400_000_000;
                row![
                    format!("L{carrier:020x}"),
                    Story::carrier_code(carrier),
                    Story::region_of_carrier(carrier),
                    1i64,
                    if is_listed { "listed" } else { "proposed" },
                    long_ago.clone(),
                    when,
                    exceeding,
                    fleet,
                    act,
                    edition,
                    is_listed.then(|| long_ago.clone()),
                    is_listed.then(|| next_year.clone()),
                    is_listed.then_some("晋交〔2026〕12号"),
                    is_listed.then_some(when),
                    is_listed.then_some("authority"),
                    is_listed.then_some("超标比例达到标准"),
                    when,
                ]
            })),
        ),
    ]
}

/// The report and the verdict of a passage that exceeds, as an edge tells and a server keeps them.
fn real_report() -> (String, String) {
    let passage = sample::passage(1).with_opacity(3_500).with_evidence(Vec::new()).passage();
    let verdict = judge(&passage, &Rulebook::hj845());
    let report = PassageReport::new(&passage, &verdict);
    let text = serde_json::to_string(&report).unwrap();
    let verdict = serde_json::to_value(&report).unwrap()["verdict"].to_string();
    (text, verdict)
}
