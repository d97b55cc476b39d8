//! The tables' history, in two folders paired by number and name.
//!
//! A migration says why at its head and is never edited after release. A new one is a file in each folder and a
//! line here; a test holds the three together.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One step for one database: number, name, text.
type Step = (i64, &'static str, &'static str);

macro_rules! steps {
    ($folder:literal) => {
        &[
            (1, "stations", include_str!(concat!("../../migrations/", $folder, "/0001_stations.sql"))),
            (2, "passages", include_str!(concat!("../../migrations/", $folder, "/0002_passages.sql"))),
            (3, "counting", include_str!(concat!("../../migrations/", $folder, "/0003_counting.sql"))),
            (4, "people", include_str!(concat!("../../migrations/", $folder, "/0004_people.sql"))),
            (
                5,
                "exhaust_tests_and_checks",
                include_str!(concat!("../../migrations/", $folder, "/0005_exhaust_tests_and_checks.sql")),
            ),
            (6, "rulebooks", include_str!(concat!("../../migrations/", $folder, "/0006_rulebooks.sql"))),
            (
                7,
                "organisations",
                include_str!(concat!("../../migrations/", $folder, "/0007_organisations.sql")),
            ),
            (8, "register", include_str!(concat!("../../migrations/", $folder, "/0008_register.sql"))),
            (9, "cases", include_str!(concat!("../../migrations/", $folder, "/0009_cases.sql"))),
            (10, "inspection", include_str!(concat!("../../migrations/", $folder, "/0010_inspection.sql"))),
            (11, "keys", include_str!(concat!("../../migrations/", $folder, "/0011_keys.sql"))),
            (12, "listings", include_str!(concat!("../../migrations/", $folder, "/0012_listings.sql"))),
            (
                13,
                "passages_by_station",
                include_str!(concat!("../../migrations/", $folder, "/0013_passages_by_station.sql")),
            ),
            (
                14,
                "station_days",
                include_str!(concat!("../../migrations/", $folder, "/0014_station_days.sql")),
            ),
            (
                15,
                "lists_at_size",
                include_str!(concat!("../../migrations/", $folder, "/0015_lists_at_size.sql")),
            ),
        ]
    };
}

const SQLITE: &[Step] = steps!("sqlite");
const POSTGRES: &[Step] = steps!("postgres");

fn migrator(steps: &'static [Step]) -> Migrator {
    let step = |&(number, name, text): &Step| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(steps.iter().map(step).collect())
}

/// The steps of an SQLite database.
pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

/// The steps of a PostgreSQL database.
pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &str) -> Vec<String> {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn both_databases_have_the_same_steps_and_every_file_is_listed() {
        let listed: Vec<_> = SQLITE.iter().map(|(no, name, _)| format!("{no:04}_{name}.sql")).collect();
        assert_eq!(files("sqlite"), listed);
        assert_eq!(files("postgres"), listed);
        assert_eq!(SQLITE.len(), POSTGRES.len());
    }

    /// A passage with its file and its place in the chain, as the steps before the fifth kept it.
    const BEFORE_FIFTH: [&str; 4] = [
        "insert into stations (id, name, region, created_us) values ('A140105001', '太原东', 140105, 0)",
        "insert into passages (station, sequence, received_us, passed_us, clock, lane, region, attributed, outcome, \
         edge_outcome, disagrees, opacity_mean, no_ppm, doubts, report, verdict, sealed, prev, link, chain_ok) \
         values ('A140105001', 1, 2, 1, 'synchronised', 1, 140105, true, 'passed', 'passed', false, 1200, 300, '', \
         '{\"invalid\":[]}', '{}', '{}', 'p', 'l', true)",
        "insert into passages (station, sequence, received_us, passed_us, clock, lane, region, attributed, outcome, \
         edge_outcome, disagrees, doubts, report, verdict, sealed, prev, link) \
         values ('A140105001', 3, 4, 3, 'synchronised', 1, 140105, true, 'not-judged', 'not-judged', false, '', \
         '{\"invalid\":[{\"condition\":\"wind\"}]}', '{}', '{}', 'q', 'm')",
        "insert into evidence (station, sequence, kind, sha256, bytes) values ('A140105001', 1, 'plume', 'ab', 5)",
    ];
    const RECORDS: &str = "select sequence, kind, prev, link, chain_ok from records order by sequence";
    const FIGURES: &str =
        "select sequence, valid, opacity_mean, no_ppm, outcome from passage_figures order by passed_us";
    const DAYS: &str = "select day, passages, valid, conditions, opacity, nitric_oxide from station_days";
    const EVIDENCE: &str = "select sequence, kind, bytes from evidence";

    /// Runs the same upgrade over one kind of pool and says what became of the rows.
    macro_rules! upgrade {
        ($pool:expr, $steps:expr) => {{
            let pool = $pool;
            migrator(&$steps[..4]).run(&pool).await.unwrap();
            for text in BEFORE_FIFTH {
                sqlx::query(text).execute(&pool).await.unwrap();
            }
            migrator($steps).run(&pool).await.unwrap();
            let records: Vec<(i64, String, String, String, Option<bool>)> =
                sqlx::query_as(RECORDS).fetch_all(&pool).await.unwrap();
            let passage = |at, prev: &str, link: &str, ok| {
                (at, "passage".to_owned(), prev.to_owned(), link.to_owned(), ok)
            };
            assert_eq!(records, [passage(1, "p", "l", Some(true)), passage(3, "q", "m", None)]);
            let figures: Vec<(i64, Option<bool>, Option<i64>, Option<i64>, String)> =
                sqlx::query_as(FIGURES).fetch_all(&pool).await.unwrap();
            let not_judged = (3, Some(false), None, None, "not-judged".to_owned());
            assert_eq!(figures, [(1, Some(true), Some(1_200), Some(300), "passed".to_owned()), not_judged]);
            let days: Vec<(i64, i64, i64, String, String, String)> =
                sqlx::query_as(DAYS).fetch_all(&pool).await.unwrap();
            // 1 200 is the upper edge of bin 24, 300 lies in the first.
            let counts = [r#"{"":1}"#, r#"{"24":1}"#, r#"{"1":1}"#].map(str::to_owned);
            let [conditions, opacity, no] = counts;
            assert_eq!(days, [(0, 2, 1, conditions, opacity, no)]);
            let evidence: Vec<(i64, String, i64)> = sqlx::query_as(EVIDENCE).fetch_all(&pool).await.unwrap();
            assert_eq!(evidence, [(1, "plume".to_owned(), 5)]);
            let stray = "insert into evidence (station, sequence, kind, sha256, bytes) \
                         values ('A140105001', 2, 'plume', 'cd', 5)";
            assert!(sqlx::query(stray).execute(&pool).await.is_err(), "a file of no record");
            pool.close().await;
        }};
    }

    #[tokio::test]
    async fn the_fifth_step_keeps_what_was_stored_on_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("old.db"))
            .create_if_missing(true)
            .foreign_keys(true);
        let pool =
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        upgrade!(pool, SQLITE);
    }

    #[tokio::test]
    async fn the_fifth_step_keeps_what_was_stored_on_postgresql() {
        let Some(options) = crate::store::fixture::postgres_database().await else { return };
        let pool = sqlx::PgPool::connect_with(options).await.unwrap();
        upgrade!(pool, POSTGRES);
    }

    /// A case of each state as the steps before the ninth kept it, each with its candidate.
    const BEFORE_NINTH: [&str; 2] = [
        "insert into candidates (id, plate, plate_colour, item, region, opened_us, state, contested, rulebook, \
         rulebook_version, clause, changed_us) \
         select 'c' || n, '晋A12345', 'yellow', 'opacity', 140105, 1, 'confirmed', false, 'HJ 845-2017', \
         '2017-07-27.1', 'x', 1 from (select 1 as n union all select 2 union all select 3 union all select 4) k",
        "insert into cases (id, candidate_id, plate, plate_colour, item, region, state, state_since_us, opened_us, \
         opened_by, updated_us) \
         select 'C' || n, 'c' || n, '晋A12345', 'yellow', 'opacity', 140105, \
         case n when 1 then 'opened' when 2 then 'repaired' when 3 then 'closed' else 'withdrawn' end, 5, 1, 'li', 5 \
         from (select 1 as n union all select 2 union all select 3 union all select 4) k",
    ];

    macro_rules! upgrade_cases {
        ($pool:expr, $steps:expr) => {{
            let pool = $pool;
            let before = $steps.iter().position(|step| step.0 == 9).unwrap();
            migrator(&$steps[..before]).run(&pool).await.unwrap();
            for text in BEFORE_NINTH {
                sqlx::query(text).execute(&pool).await.unwrap();
            }
            migrator($steps).run(&pool).await.unwrap();
            let kept: Vec<(String, String, Option<i64>, String)> =
                sqlx::query_as("select id, state, retested_us, queue from cases order by id")
                    .fetch_all(&pool)
                    .await
                    .unwrap();
            let row = |id: &str, state: &str, retested, queue: &str| {
                (id.to_owned(), state.to_owned(), retested, queue.to_owned())
            };
            assert_eq!(
                kept,
                [
                    row("C1", "opened", None, "2"),
                    row("C2", "opened", None, "2"),
                    row("C3", "closed", Some(5), "9"),
                    row("C4", "withdrawn", None, "9"),
                ]
            );
            let unfounded = "update cases set state = 'closed' where id = 'C1'";
            assert!(sqlx::query(unfounded).execute(&pool).await.is_err(), "closed on no ground");
            pool.close().await;
        }};
    }

    #[tokio::test]
    async fn the_ninth_step_keeps_cases_on_sqlite() {
        let folder = tempfile::tempdir().unwrap();
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("old.db"))
            .create_if_missing(true)
            .foreign_keys(true);
        let pool =
            sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        upgrade_cases!(pool, SQLITE);
    }

    #[tokio::test]
    async fn the_ninth_step_keeps_cases_on_postgresql() {
        let Some(options) = crate::store::fixture::postgres_database().await else { return };
        let pool = sqlx::PgPool::connect_with(options).await.unwrap();
        upgrade_cases!(pool, POSTGRES);
    }

    #[test]
    fn every_step_says_why_at_its_head() {
        for (_, name, text) in SQLITE.iter().chain(POSTGRES) {
            assert!(text.starts_with("-- "), "{name}");
        }
    }
}
