//! The whole: simulator (road, readers, cameras), scenarios, browser test, benches.
