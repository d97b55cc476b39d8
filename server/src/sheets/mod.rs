//! Reads the tables that people upload: `.xlsx` and `.csv`, by what is in the file and not by its name.
//!
//! [`read`] gives a [`Sheet`] or says in both languages why the file is none. It never guesses: a file that was cut
//! off, has two meanings or is larger than the limits below is refused whole, so that nothing is half read. Cells that
//! cannot be data (formulas, merged areas, errors) stay visible as such, for the row's reader to refuse with its place.
//!
//! All of it is a pure function of bytes; it may take a second of one core, so handlers call [`read_aside`].
//! calamine and zip are named in `xlsx` alone, csv and `encoding_rs` in `csv` and `encoding`. [`write`] is the way back:
//! lists as workbooks.

mod csv;
mod encoding;
mod error;
mod header;
pub mod write;
mod xlsx;

#[cfg(test)]
mod tests;

pub use error::SheetError;
pub use server_core::sheet::{Cell, Column, Columns, Field, Fields, Row, RowRefusal, Sheet, Wrong};

/// The largest file. A hundred thousand vehicles with every column filled have 9 MB as xlsx and 21 MB as CSV.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// Rows of data in one file: a city's trucks. A province sends one file a city; a preview of more than this cannot be
/// looked through by a person.
pub const MAX_ROWS: usize = 100_000;

/// Columns, known or not: no register of ours has more than 20, and a table of machine readings is no register.
pub const MAX_COLUMNS: usize = 64;

/// Characters in one cell: an address has 200 at most.
pub const MAX_CELL_CHARACTERS: usize = 2_000;

/// Bytes that an xlsx may unpack to, all parts together: four times the largest honest file seen (48 MB for the
/// hundred thousand vehicles above).
pub const MAX_UNPACKED_BYTES: u64 = 192 * 1024 * 1024;

/// The table in a file; `file_name` only names it.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Sheet, SheetError> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetError::TooLarge { bytes: bytes.len() });
    }
    match bytes {
        [] => Err(SheetError::Empty),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => xlsx::read(bytes),
        // OLE2: an .xls of before 2007, or an .xlsx behind a password.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(SheetError::OldFormat),
        _ => csv::read(bytes, file_name),
    }
}

/// [`read`] on a thread of its own, so that it keeps nobody waiting.
pub async fn read_aside(bytes: bytes::Bytes, file_name: String) -> Result<Sheet, SheetError> {
    let reading = tokio::task::spawn_blocking(move || read(&bytes, &file_name));
    // A panic in a library that reads a stranger's file is that file's fault, as far as the person is concerned.
    reading.await.unwrap_or(Err(SheetError::Damaged))
}
