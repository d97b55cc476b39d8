//! Driver `fty-100`; see `decoder.rs`.
#![no_main]

mod decoder;

libfuzzer_sys::fuzz_target!(|input: &[u8]| decoder::check("fty-100", input));
