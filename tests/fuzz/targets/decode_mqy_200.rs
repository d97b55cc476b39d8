//! Driver `mqy-200`; see `decoder.rs`.
#![no_main]

mod decoder;

libfuzzer_sys::fuzz_target!(|input: &[u8]| decoder::check("mqy-200", input));
