//! A table that somebody made in a spreadsheet, as the rules read it: cells, known columns, and refusals that say row,
//! column, rule and remedy in both languages.
//!
//! [`cell`] is what stands in a table, [`column`] finds the columns that a table must have, [`field`] reads one row of
//! it field by field and gathers what is wrong, [`civil`] reads days as people write them. Nothing here guesses: what
//! is not clear is refused and told, and what is empty changes nothing.
//!
//! Files become tables in the server's `sheets`; programs send the same rows as JSON.

mod cell;
mod civil;
mod column;
mod field;
mod refusal;

pub use cell::{Cell, Row, Sheet};
pub use civil::{EARLIEST, WrongDay, day_of_text, time_of_text};
pub use column::{Column, Columns, HeaderRefusal, normal};
pub use field::{Days, Field, Fields, Told};
pub use refusal::{RowRefusal, Wrong};
