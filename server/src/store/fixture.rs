//! Databases for tests: an SQLite file each, and on PostgreSQL a database each in a cluster that the tests start
//! themselves and that ends with them.
//!
//! `TEST_POSTGRES_URL` names a server to use instead. Where PostgreSQL is installed, or in CI, its tests run or
//! fail; they are never silently left out.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use plumewatch_shared::exhaust_test::TestRulebook;
use plumewatch_shared::ids::{FileHash, Region, StationId};
use plumewatch_shared::protocol::message::{
    DeviceCheckReport, ExhaustTestReport, PassageReport, WireCheckPoint, WireFreeAcceleration, WireMeter,
    WireRun, WireSampleTaken, WireStamp, WireTestFinding, WireTestVerdict, WireTestedVehicle,
};
use plumewatch_shared::protocol::record::{DEVICE_CHECK, EXHAUST_TEST, RecordReport};
use plumewatch_shared::protocol::seal::{CHAIN_START, Purpose, Sealed};
use plumewatch_shared::rulebook::Rulebook;
use plumewatch_shared::rulebook::casework::ServiceMethod;
use plumewatch_shared::sample::{self, SamplePassage};
use plumewatch_shared::verdict::judge;
use server_core::access::OrganisationCode;
use server_core::access::Scope;
use server_core::case::{Event, Paper};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;

use super::engine::change;
use super::{AuditFilter, Insertion, NewPassage, NewRecord, Store, Stored, Writing};
use crate::ingest::examine;
use crate::rulebooks::Books;

/// Debian's place of PostgreSQL 15.
const BINARIES: &str = "/usr/lib/postgresql/15/bin";

/// Makes a cluster, says where its socket is, and removes it when its standard input closes: when the tests have
/// ended, however they ended.
const CLUSTER: &str = r#"
set -e
home=$(mktemp -d /tmp/plumewatch-postgres.XXXXXX)
trap 'rm -rf "$home"' EXIT
cd "$home"
"$0/initdb" -D "$home/data" -U plumewatch --auth=trust --no-sync -E UTF8 --locale=C >"$home/log" 2>&1
"$0/postgres" -D "$home/data" -k "$home" -c listen_addresses= -c fsync=off -c max_connections=400 >>"$home/log" 2>&1 </dev/null &
server=$!
until "$0/pg_isready" -q -h "$home" -U plumewatch; do kill -0 $server; sleep 0.1; done
echo "$home"
read -r _ || true
kill -INT $server
wait $server || true
"#;

/// The cluster's options, and the process whose input keeps it alive.
struct Cluster {
    options: PgConnectOptions,
    _keeper: Option<Child>,
}

/// The cluster of this test run; `None` where there is no PostgreSQL.
fn cluster() -> Option<&'static Cluster> {
    static STARTED: OnceLock<Option<Cluster>> = OnceLock::new();
    STARTED
        .get_or_init(|| {
            if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
                let options = PgConnectOptions::from_str(&url).expect("TEST_POSTGRES_URL is an address");
                return Some(Cluster { options, _keeper: None });
            }
            let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
            if !in_ci && !Path::new(BINARIES).join("postgres").exists() {
                eprintln!("PostgreSQL is not installed: its half of the contract is not tested here");
                return None;
            }
            Some(start_cluster())
        })
        .as_ref()
}

fn start_cluster() -> Cluster {
    let am_root = Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout == b"0\n");
    // PostgreSQL refuses to run as root.
    let mut command = if am_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut keeper = command
        .args(["-c", CLUSTER, BINARIES])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let mut home = String::new();
    let out = keeper.stdout.take().expect("it is piped");
    BufReader::new(out).read_line(&mut home).expect("the shell speaks");
    assert!(!home.trim().is_empty(), "the PostgreSQL cluster did not start");
    let options = PgConnectOptions::new_without_pgpass()
        .socket(home.trim())
        .username("plumewatch")
        .database("postgres");
    Cluster { options, _keeper: Some(keeper) }
}

/// An empty SQLite store, and the folder that lives as long as it must.
pub(crate) async fn sqlite() -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/plumewatch.db", folder.path().display());
    (Store::open(&url).await.unwrap(), folder)
}

/// An empty PostgreSQL store of its own; `None` where there is no PostgreSQL.
pub(crate) async fn postgres() -> Option<Store> {
    let options = postgres_database().await?;
    Some(Store::on_postgres(options).await.unwrap())
}

/// The options of an empty PostgreSQL database, for tests that open several stores on one.
pub(crate) async fn postgres_database() -> Option<PgConnectOptions> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster()?;
    let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut admin = cluster.options.connect().await.unwrap();
    let create = format!("create database {name}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut admin).await.unwrap();
    Some(cluster.options.clone().database(&name))
}

/// Writes a test once for both engines: `on_both! { async fn it_holds(store: Store) { … } }`.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: Store) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn holds($store: $crate::store::Store) $body

            #[tokio::test]
            async fn on_sqlite() {
                let (store, _folder) = $crate::store::fixture::sqlite().await;
                holds(store).await;
            }

            #[tokio::test]
            async fn on_postgresql() {
                if let Some(store) = $crate::store::fixture::postgres().await {
                    holds(store.clone()).await;
                    store.close().await;
                }
            }
        }
    )*};
}

pub(crate) use on_both;

/// The station of the samples.
pub(crate) const STATION: &str = "A140105001";

/// The key of every station in tests.
pub(crate) fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A station id of a literal.
pub(crate) fn station(text: &str) -> StationId {
    text.parse().unwrap()
}

/// When tests happen.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T02:00:01Z".parse().unwrap()
}

/// Adds an enrolled station that signs with [`key`].
pub(crate) async fn enrol(store: &Store, id: &str) {
    let mut writing = store.writing().await.unwrap();
    change!(
        writing,
        "insert into stations (id, name, region, signing_key, enrolled_us, created_us) \
         values ($1, $2, $3, $4, $5, $5)",
        id,
        "太原东",
        i64::from(station(id).region().code()),
        key().verifying_key().to_bytes().to_vec(),
        now().as_microsecond()
    )
    .unwrap();
    writing
        .keep_station_key(station(id), key().verifying_key().to_bytes(), now().as_microsecond())
        .await
        .unwrap();
    // Where `order` sends a case's vehicle for its retest.
    writing.test_station(INSPECTION_STATION, 140_105, None).await.unwrap();
    writing.commit().await.unwrap();
}

/// The sealed payload of a sample that follows `prev`.
pub(crate) fn sealed_after(prev: FileHash, sample: SamplePassage) -> Vec<u8> {
    let passage = sample.passage();
    let report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
    let body = serde_json::to_string(&report).unwrap();
    Sealed::new(Purpose::Record, prev, body, &key()).encode()
}

/// The sealed payload of a sample that follows nothing.
pub(crate) fn sealed(sample: SamplePassage) -> Vec<u8> {
    sealed_after(CHAIN_START, sample)
}

/// What ingest makes of a sample that follows `prev`.
pub(crate) fn record_after(prev: FileHash, sample: SamplePassage) -> NewPassage {
    let station = sample.clone().passage().id.station;
    let payload = sealed_after(prev, sample);
    let books = Books::shipped();
    let (record, _) = examine(station, Some(&key().verifying_key()), &payload, &books, now()).unwrap();
    record.passage().expect("the sample is a passage").clone()
}

/// What ingest makes of a sample that follows nothing.
pub(crate) fn record(sample: SamplePassage) -> NewPassage {
    record_after(CHAIN_START, sample)
}

impl Writing {
    /// Stores passages alone.
    pub(crate) async fn insert_passages(&mut self, passages: &[NewPassage]) -> Stored<Vec<Insertion>> {
        let records: Vec<NewRecord> =
            passages.iter().map(|new| NewRecord::Passage(Box::new(new.clone()))).collect();
        self.insert_records(&records).await
    }
}

/// The report of a free acceleration of 晋A12345 at the sample's station, failed at 1.51 1/m, as its edge tells it.
pub(crate) fn test_report(sequence: u64) -> ExhaustTestReport {
    let stamp = |utc_us| WireStamp { utc_us, clock: "synchronised".to_owned() };
    let begun = now().as_microsecond() + sequence as i64 * 60_000_000;
    let run = |highest: u16| WireRun {
        highest_per_m_hundredths: highest,
        highest_rpm: Some(2_400),
        curve: (0..8).map(|at| [at * 250, u32::from(highest) * at / 7, 800 + at * 200]).collect(),
    };
    ExhaustTestReport {
        v: 1,
        kind: EXHAUST_TEST.to_owned(),
        id: format!("{STATION}-{sequence:010}"),
        started: stamp(begun),
        ended: stamp(begun + 300_000_000),
        passage: None,
        vehicle: WireTestedVehicle {
            plate: Some("晋A12345".to_owned()),
            colour: Some("yellow".to_owned()),
            vin: Some("LFWSRXRJ8L1E00001".to_owned()),
            limit_class: "a".to_owned(),
            rated_power_w: None,
            altitude_m: None,
        },
        meter: Some(WireMeter {
            driver: "nht-1l".to_owned(),
            device: "NHT-0042".to_owned(),
            calibrated_utc_us: Some(begun - 3_600_000_000),
        }),
        free_acceleration: Some(WireFreeAcceleration {
            purges: 3,
            runs: [150, 151, 152].map(run).into(),
            mean_per_m_hundredths: Some(151),
        }),
        by_eye: vec![],
        samples: vec![
            WireSampleTaken { substance: "urea".to_owned(), seal: "U-0001".to_owned(), taken: stamp(begun) },
            WireSampleTaken { substance: "fuel".to_owned(), seal: "F-0001".to_owned(), taken: stamp(begun) },
        ],
        officers: vec!["王检".to_owned(), "李查".to_owned()],
        weather: None,
        verdict: Some(WireTestVerdict {
            outcome: "failed".to_owned(),
            rulebook: "GB 3847-2018".to_owned(),
            rulebook_version: TestRulebook::gb3847().version,
            findings: vec![WireTestFinding {
                item: "free_acceleration_k".to_owned(),
                measured: 151,
                limit: 120,
                bound: "at-most".to_owned(),
                holds: false,
                clause: "GB 3847-2018, 8, 表2".to_owned(),
            }],
            without_limit: vec![],
        }),
        note: None,
        evidence: vec![],
    }
}

/// The report of a span check of NO, in which the head read so many hundredths of 10⁻⁶ too much.
pub(crate) fn check_report(sequence: u64, too_much: i64) -> DeviceCheckReport {
    let performed = now().as_microsecond() + sequence as i64 * 60_000_000;
    DeviceCheckReport {
        v: 1,
        kind: DEVICE_CHECK.to_owned(),
        id: format!("{STATION}-{sequence:010}"),
        device: "RSD-7".to_owned(),
        lane: 1,
        check: format!("C-{sequence}"),
        method: "span".to_owned(),
        performed: WireStamp { utc_us: performed, clock: "synchronised".to_owned() },
        speed_mm_s: None,
        by: None,
        points: vec![WireCheckPoint {
            quantity: "no".to_owned(),
            standard: 100_000,
            measured: 100_000 + too_much,
            tolerance: 5_000,
        }],
        passed: too_much.abs() <= 5_000,
        faults: vec![],
        rulebook: String::new(),
        rulebook_version: String::new(),
    }
}

/// The sealed payload of any report that follows `prev`.
pub(crate) fn sealed_report(prev: FileHash, report: &RecordReport) -> Vec<u8> {
    Sealed::new(Purpose::Record, prev, report.body(), &key()).encode()
}

/// What ingest makes of any report that follows `prev`.
pub(crate) fn new_record(prev: FileHash, report: RecordReport) -> NewRecord {
    let payload = sealed_report(prev, &report);
    examine(station(STATION), Some(&key().verifying_key()), &payload, &Books::shipped(), now()).unwrap().0
}

/// What ingest makes of a test of a stopped vehicle that follows nothing.
pub(crate) fn new_test(report: ExhaustTestReport) -> NewRecord {
    new_record(CHAIN_START, RecordReport::ExhaustTest(Box::new(report)))
}

/// What ingest makes of a check that follows nothing.
pub(crate) fn new_check(report: DeviceCheckReport) -> NewRecord {
    new_record(CHAIN_START, RecordReport::DeviceCheck(Box::new(report)))
}

/// Stores records and gives what became of them.
pub(crate) async fn insert_records(store: &Store, records: &[NewRecord]) -> Vec<Insertion> {
    let mut writing = store.writing().await.unwrap();
    let insertions = writing.insert_records(records).await.unwrap();
    writing.commit().await.unwrap();
    insertions
}

/// The whole country, as an account of the ministry sees it.
pub(crate) fn china() -> Region {
    "000000".parse().unwrap()
}

/// Every row of the audit.
pub(crate) fn whole_audit() -> AuditFilter {
    AuditFilter::all(Scope(china()))
}

/// A passage on a day, with so much opacity.
pub(crate) fn shot(sequence: u64, day: &str, opacity: u16) -> SamplePassage {
    sample::passage(sequence).at(&format!("{day}T02:00:00Z")).with_opacity(opacity)
}

/// A notice by letter, received on the day that tests happen.
pub(crate) fn notice() -> Event {
    Event::ServeNotice {
        method: ServiceMethod::Letter,
        received: "2026-11-23".parse().unwrap(),
        paper: Paper::new("并环改〔2026〕118号").unwrap(),
    }
}

/// The inspection station that [`order`] names; [`enrol`] puts it into the register.
pub(crate) const INSPECTION_STATION: &str = "I-140105-01";

/// An order to repair, for as long as the rule says.
pub(crate) fn order() -> Event {
    Event::OrderRepair { station: OrganisationCode::parse(INSPECTION_STATION).unwrap(), within: None }
}

/// The events that lead from an opened case to one closed by a passed retest.
pub(crate) fn way_to_the_end() -> [Event; 5] {
    [notice(), order(), Event::Taken, Event::Repaired, Event::RetestPassed]
}

/// Does to the database what nobody should.
pub(crate) async fn tamper(store: &Store, sql: &'static str) {
    let mut writing = store.writing().await.unwrap();
    change!(writing, sql).unwrap();
    writing.commit().await.unwrap();
}

impl Writing {
    /// A station in the register, open since 2020.
    pub(crate) async fn test_station(&mut self, code: &str, region: i64, closed: Option<&str>) -> Stored<()> {
        change!(
            self,
            "insert into inspection_stations (code, name, region, address, phone, opened_on, closed_on) \
             values ($1, $2, $3, '', '', '2020-01-01', $4) on conflict (code) do nothing",
            code,
            format!("检测站 {code}"),
            region,
            closed
        )?;
        Ok(())
    }

    /// A shop in the register with a certificate since 2020.
    pub(crate) async fn test_shop(&mut self, code: &str, region: i64, until: Option<&str>) -> Stored<()> {
        change!(
            self,
            "insert into repair_shops (code, name, region, address, phone) values ($1, $2, $3, '', '')",
            code,
            format!("维修厂 {code}"),
            region
        )?;
        change!(
            self,
            "insert into shop_qualifications (shop, certificate, from_day, until_day) \
             values ($1, $2, '2020-01-01', $3)",
            code,
            format!("Q-{code}"),
            until
        )?;
        Ok(())
    }
}
