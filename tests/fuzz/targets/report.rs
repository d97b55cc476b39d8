//! Bodies of records, health and watchlists: any JSON, and what it converts to goes out as it came in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumewatch_shared::protocol::message::{HealthReport, PassageReport, WatchlistEdition};
use plumewatch_shared::watchlist::Watchlist;

fuzz_target!(|payload: &[u8]| {
    if let Ok(report) = serde_json::from_slice::<PassageReport>(payload)
        && let Ok((passage, verdict)) = report.passage()
    {
        let again = PassageReport::new(&passage, &verdict);
        assert_eq!(again.passage().expect("what went out comes in"), (passage, verdict));
    }
    let _ = serde_json::from_slice::<HealthReport>(payload);
    if let Ok(edition) = serde_json::from_slice::<WatchlistEdition>(payload) {
        let _ = Watchlist::try_from(&edition);
    }
});
