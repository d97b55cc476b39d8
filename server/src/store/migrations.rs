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

    #[test]
    fn every_step_says_why_at_its_head() {
        for (_, name, text) in SQLITE.iter().chain(POSTGRES) {
            assert!(text.starts_with("-- "), "{name}");
        }
    }
}
