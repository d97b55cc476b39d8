//! Tables that people upload: any bytes, as a workbook or as text. Nothing panics, and what is read keeps the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumewatch_server::sheets::{MAX_COLUMNS, MAX_ROWS, read};

fuzz_target!(|bytes: &[u8]| {
    match read(bytes, "upload.csv") {
        Ok(sheet) => {
            assert!(sheet.rows.len() <= MAX_ROWS && sheet.header.len() <= MAX_COLUMNS);
            assert!(sheet.rows.iter().all(|row| row.number > 1 && row.cells.len() == sheet.header.len()));
        }
        Err(refused) => assert!(!refused.sentence().zh.is_empty()),
    }
});
