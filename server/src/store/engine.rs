//! Two databases behind one door: connections, transactions, and the macros that write a query once for both.
//!
//! SQLite has one write connection: with several, read-then-write transactions fail "database is locked"
//! (measured: 2,355 of 2,400; with one: none). Reads have a pool of their own and never wait for a write.

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Executor, Postgres, Sqlite, Transaction};

use super::error::{StoreError, Stored};
use super::migrations;

/// Read connections to SQLite: readers share two or four cores with ingest, more would only queue in the kernel.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL from one server; its default limit is 100 for all of them together.
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long a question waits for a connection before it fails instead of piling up.
const CONNECTION_WAIT: Duration = Duration::from_secs(10);

/// The database. Clones share it.
#[derive(Clone, Debug)]
pub struct Store(Engine);

#[derive(Clone, Debug)]
enum Engine {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// A connection that asks. Questions are methods of it, in the files beside this one.
#[derive(Debug)]
pub struct Reading(Link);

/// A transaction: asks and changes. Nothing is changed until [`commit`](Self::commit); dropped, nothing was.
#[derive(Debug)]
pub struct Writing(Reading);

#[derive(Debug)]
enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

/// A connection by its kind, as the query macros match it.
pub(super) enum On<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Store {
    /// Opens `sqlite:FILE` (made if missing) or `postgres://…` and brings its tables up to date.
    pub async fn open(url: &str) -> Stored<Self> {
        let engine = if url.starts_with("sqlite:") {
            sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            postgres(url).await?
        } else {
            return Err(StoreError::Address(without_password(url)));
        };
        Ok(Self(engine))
    }

    /// Opens a PostgreSQL database that a test made.
    #[cfg(test)]
    pub(super) async fn on_postgres(options: PgConnectOptions) -> Stored<Self> {
        postgres_by(options).await.map(Self)
    }

    /// A connection for questions.
    pub async fn reading(&self) -> Stored<Reading> {
        Ok(Reading(match &self.0 {
            Engine::Sqlite { read, .. } => Link::Sqlite(read.acquire().await?),
            Engine::Postgres(pool) => Link::Postgres(pool.acquire().await?),
        }))
    }

    /// A transaction. Keep it short and never wait for the network inside it.
    pub async fn writing(&self) -> Stored<Writing> {
        Ok(Writing(Reading(match &self.0 {
            Engine::Sqlite { write, .. } => {
                Link::SqliteTransaction(write.begin_with("begin immediate").await?)
            }
            Engine::Postgres(pool) => Link::PostgresTransaction(pool.begin().await?),
        })))
    }

    /// Ends every connection; what is under way ends first.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// An address fit for a message.
fn without_password(url: &str) -> String {
    match url.split_once('@') {
        Some((_, place)) => format!("…@{place}"),
        None => url.chars().take(80).collect(),
    }
}

async fn sqlite(url: &str) -> Stored<Engine> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(StoreError::Open)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .optimize_on_close(true, None);
    let pool = |connections| {
        SqlitePoolOptions::new()
            .max_connections(connections)
            .min_connections(1)
            .acquire_timeout(CONNECTION_WAIT)
    };
    let write = pool(1).connect_with(options.clone()).await.map_err(StoreError::Open)?;
    migrations::sqlite().run(&write).await?;
    let read = pool(SQLITE_READERS)
        .connect_with(options.read_only(true).create_if_missing(false))
        .await
        .map_err(StoreError::Open)?;
    Ok(Engine::Sqlite { write, read })
}

async fn postgres(url: &str) -> Stored<Engine> {
    postgres_by(PgConnectOptions::from_str(url).map_err(StoreError::Open)?).await
}

async fn postgres_by(options: PgConnectOptions) -> Stored<Engine> {
    let options = options.application_name("plumewatch");
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(CONNECTION_WAIT)
        // Lists have filters that are often empty. A plan kept for all their values is made for none of them (measured:
        // 29 ms for 0.7); a plan for these values costs under a millisecond.
        .after_connect(|on, _| {
            Box::pin(async move { on.execute("set plan_cache_mode = force_custom_plan").await.map(drop) })
        })
        .connect_with(options)
        .await
        .map_err(StoreError::Open)?;
    migrations::postgres().run(&pool).await?;
    Ok(Engine::Postgres(pool))
}

impl Reading {
    pub(super) fn on(&mut self) -> On<'_> {
        match &mut self.0 {
            Link::Sqlite(connection) => On::Sqlite(connection),
            Link::Postgres(connection) => On::Postgres(connection),
            Link::SqliteTransaction(transaction) => On::Sqlite(transaction),
            Link::PostgresTransaction(transaction) => On::Postgres(transaction),
        }
    }
}

impl Writing {
    /// Makes the changes, all of them, durably.
    pub async fn commit(self) -> Stored<()> {
        match self.0.0 {
            Link::SqliteTransaction(transaction) => transaction.commit().await?,
            Link::PostgresTransaction(transaction) => transaction.commit().await?,
            Link::Sqlite(_) | Link::Postgres(_) => unreachable!("`Store::writing` only makes transactions"),
        }
        Ok(())
    }
}

impl Deref for Writing {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.0
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Reading {
        &mut self.0
    }
}

/// Every row of a question, as a tuple or a `FromRow` struct: `rows!(self, Type, "select …", a, b)?`.
macro_rules! rows {
    ($link:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        match $link.on() {
            $crate::store::engine::On::Sqlite(on) => {
                sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($value))*.fetch_all(on).await
            }
            $crate::store::engine::On::Postgres(on) => {
                sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($value))*.fetch_all(on).await
            }
        }.map_err($crate::store::StoreError::from)
    };
}

/// The one row of a question, or none: `row!(self, Type, "select …", a, b)?`.
macro_rules! row {
    ($link:expr, $row:ty, $sql:expr $(, $value:expr)* $(,)?) => {
        match $link.on() {
            $crate::store::engine::On::Sqlite(on) => {
                sqlx::query_as::<sqlx::Sqlite, $row>($sql)$(.bind($value))*.fetch_optional(on).await
            }
            $crate::store::engine::On::Postgres(on) => {
                sqlx::query_as::<sqlx::Postgres, $row>($sql)$(.bind($value))*.fetch_optional(on).await
            }
        }.map_err($crate::store::StoreError::from)
    };
}

/// Makes a change and gives how many rows it touched: `change!(self, "update …", a, b)?`.
macro_rules! change {
    ($link:expr, $sql:expr $(, $value:expr)* $(,)?) => {
        match $link.on() {
            $crate::store::engine::On::Sqlite(on) => sqlx::query::<sqlx::Sqlite>($sql)$(.bind($value))*
                .execute(on).await.map(|done| done.rows_affected()),
            $crate::store::engine::On::Postgres(on) => sqlx::query::<sqlx::Postgres>($sql)$(.bind($value))*
                .execute(on).await.map(|done| done.rows_affected()),
        }.map_err($crate::store::StoreError::from)
    };
}

pub(super) use {change, row, rows};
