//! The plain peer of ingest: the same rows, read from its table, inserted many to a statement into a table with the
//! same columns and key, by a program that does nothing else.

use std::time::{Duration, Instant};

use sqlx::{Column, Connection, QueryBuilder, Row, TypeInfo, ValueRef};

/// Rows a statement and rows a transaction: what ingest does.
const STATEMENT: usize = 64;
const TRANSACTION: usize = 200;

/// One value of a row.
#[derive(Clone)]
enum Cell {
    Text(Option<String>),
    Number(Option<i64>),
    Truth(Option<bool>),
}

macro_rules! bare_on {
    ($name:ident, $database:ty, $connection:ty) => {
        /// How long the rows take, and how many there are.
        pub(crate) async fn $name(mut on: $connection) -> (Duration, usize) {
            let kept = sqlx::query("select * from passages").fetch_all(&mut on).await.unwrap();
            let rows: Vec<Vec<Cell>> = kept
                .iter()
                .map(|row| {
                    let cell = |at: usize| match row.column(at).type_info().name() {
                        "TEXT" => Cell::Text(row.get(at)),
                        "BOOL" | "BOOLEAN" => Cell::Truth(row.get(at)),
                        _ if row.try_get_raw(at).unwrap().is_null() => Cell::Number(None),
                        _ => Cell::Number(row.get(at)),
                    };
                    (0..row.len()).map(cell).collect()
                })
                .collect();
            sqlx::query("create table bare as select * from passages where 1 = 0")
                .execute(&mut on)
                .await
                .unwrap();
            sqlx::query("create unique index bare_key on bare (station, sequence)")
                .execute(&mut on)
                .await
                .unwrap();
            let begun = Instant::now();
            for transaction in rows.chunks(TRANSACTION) {
                let mut writing = on.begin().await.unwrap();
                for statement in transaction.chunks(STATEMENT) {
                    let mut query = QueryBuilder::<$database>::new("insert into bare ");
                    query.push_values(statement, |mut values, row| {
                        for cell in row {
                            match cell {
                                Cell::Text(text) => values.push_bind(text.clone()),
                                Cell::Number(number) => values.push_bind(*number),
                                Cell::Truth(truth) => values.push_bind(*truth),
                            };
                        }
                    });
                    query.build().execute(&mut *writing).await.unwrap();
                }
                writing.commit().await.unwrap();
            }
            (begun.elapsed(), rows.len())
        }
    };
}

bare_on!(on_sqlite, sqlx::Sqlite, sqlx::SqliteConnection);
bare_on!(on_postgresql, sqlx::Postgres, sqlx::PgConnection);
