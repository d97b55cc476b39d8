//! Multi-row inserts: the texts and the sizes.
//!
//! Row by row an insert runs at a tenth of the speed (MEASURED.md). A batch is cut into few sizes, so that both
//! databases keep a handful of prepared statements instead of one for every length.

/// Rows in one statement. 64 rows of 29 columns are 1,856 values: far below what either database binds.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Cuts rows into slices of the sizes above.
pub(super) fn slices<T>(mut rows: &[T]) -> Vec<&[T]> {
    let mut cut = Vec::new();
    for size in SIZES {
        while rows.len() >= size {
            let (head, rest) = rows.split_at(size);
            cut.push(head);
            rows = rest;
        }
    }
    cut
}

/// `($1,$2),($3,$4)` for two rows of two columns.
pub(super) fn placeholders(columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 1..=columns {
            if column > 1 {
                text.push(',');
            }
            text.push('$');
            text.push_str(&(row * columns + column).to_string());
        }
        text.push(')');
    }
    text
}

/// Runs one statement over the values of many rows: `bulk!(self, (String, i64), text, rows, |row| [row.a, row.b])`.
macro_rules! bulk {
    ($link:expr, $out:ty, $text:expr, $rows:expr, |$row:ident| [$($value:expr),* $(,)?]) => {
        match $link.on() {
            $crate::store::engine::On::Sqlite(on) => {
                let mut query = sqlx::query_as::<sqlx::Sqlite, $out>(sqlx::AssertSqlSafe($text));
                for $row in $rows { query = query$(.bind($value))*; }
                query.fetch_all(on).await
            }
            $crate::store::engine::On::Postgres(on) => {
                let mut query = sqlx::query_as::<sqlx::Postgres, $out>(sqlx::AssertSqlSafe($text));
                for $row in $rows { query = query$(.bind($value))*; }
                query.fetch_all(on).await
            }
        }.map_err($crate::store::StoreError::from)
    };
}

pub(super) use bulk;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_hold_every_row_once_in_order() {
        for length in 0..300 {
            let rows: Vec<usize> = (0..length).collect();
            let joined: Vec<usize> = slices(&rows).concat();
            assert_eq!(joined, rows);
            assert!(slices(&rows).len() <= length / 64 + 9, "{length}");
        }
    }

    #[test]
    fn placeholders_count_through_the_rows() {
        assert_eq!(placeholders(2, 2), "($1,$2),($3,$4)");
    }
}
