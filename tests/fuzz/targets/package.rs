//! Evidence packages, as anybody hands them to `plumewatch-server verify`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|package: &[u8]| {
    let report = server_package::verify(package, None);
    assert!(!report.lines.is_empty(), "something is said of everything");
    assert!(!report.holds(), "nobody can guess a signature");
});
