//! Pours a story into the tables: COPY on PostgreSQL, many rows a statement on SQLite, indexes made afterwards.
//!
//! Tables and columns that a database does not have are left out, so that the story may tell of more than this build keeps;
//! what it has and the story does not fill must have a default.

use std::collections::BTreeSet;
use std::str::FromStr;

use sqlx::{Connection, Executor, PgConnection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::story::Story;
use super::tables::tables;

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

pub(super) use row;

type Rows<'a> = Box<dyn Iterator<Item = Vec<Cell>> + 'a>;
/// A table's name, columns and rows.
pub(super) type Table<'a> = (&'static str, &'static [&'static str], Rows<'a>);

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
