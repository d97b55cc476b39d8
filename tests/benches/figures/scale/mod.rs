//! The enforcement record at the size of a province: every page's question over ten million passages, a million vehicles,
//! twenty thousand carriers and half a million cases, and the growth from a tenth of that.
//!
//! A seeded [`story`] is poured into the tables ([`pour`]), a server runs over it, and each page's question is asked by HTTP as
//! a browser asks it ([`pages`]); what one more exceedance costs is measured in the server's own code ([`counting`]).
//! `SCALE` is the number of passages (ten million unless told; a hundredth runs in a minute or two). SQLite gets a tenth.

mod counting;
mod pages;
mod pour;
mod story;
mod tables;

use std::time::Instant;

use e2e::world::Server;

use crate::postgres::Cluster;
use crate::times::ms;
use pages::Measured;
use story::Story;

/// Passages unless `SCALE` says otherwise.
const PASSAGES: u64 = 10_000_000;

/// A page's question stays within so much, 95 of 100 times.
const PAGE_MS: f64 = 100.0;
/// A plate's history does.
const HISTORY_MS: f64 = 20.0;
/// What one more exceedance costs does.
const EXCEEDANCE_MS: f64 = 5.0;
/// From a tenth of the size to all of it a question may take so many times as long.
const GROWTH: f64 = 2.0;
/// Below this a question's time is the machine's noise, and its growth says nothing.
const NOISE_MS: f64 = 3.0;

fn size() -> u64 {
    let told = std::env::var("SCALE").ok().map(|text| text.parse().expect("SCALE is a number of passages"));
    told.unwrap_or(PASSAGES)
}

/// On PostgreSQL at a tenth of the size and at all of it, with the growth between the two.
pub(crate) fn on_postgresql() {
    let tenth = run(size() / 10, true);
    let whole = run(size(), true);
    println!("growth from {} to {} passages, of the times within which 95 % stay:", size() / 10, size());
    for now in &whole {
        let Some(before) = tenth.iter().find(|before| before.name == now.name) else { continue };
        let (before, now_ms) = (ms(before.times.percentile(95)), ms(now.times.percentile(95)));
        let growth = now_ms / before.max(0.001);
        let word = match (now_ms < NOISE_MS, growth <= GROWTH) {
            (true, _) => "(below noise)",
            (false, true) => "",
            (false, false) => "ABOVE ITS BAR",
        };
        println!("  {:<34} {before:>8.1} ms → {now_ms:>8.1} ms  ×{growth:.2} {word}", now.name);
    }
}

/// On SQLite at a tenth of the size.
pub(crate) fn on_sqlite() {
    run(size() / 10, false);
}

fn run(passages: u64, postgres: bool) -> Vec<Measured> {
    let story = Story::new(passages);
    let folder = tempfile::tempdir_in("/var/tmp").unwrap();
    // What an operator sets for a machine of this size; PostgreSQL's defaults are for a tenth of a gigabyte.
    let settings = [
        "shared_buffers=1GB",
        "effective_cache_size=6GB",
        "work_mem=32MB",
        "maintenance_work_mem=512MB",
        "max_wal_size=8GB",
        "random_page_cost=1.1",
    ];
    let cluster = postgres.then(|| Cluster::start_with(&settings));
    // The bench asks faster than people do.
    let mut lines = String::from(
        "[http.rates]\nper_address = 1000000\nsign_ins_per_address = 1000\nper_account = 1000000\nper_key = 600\n\
         trusted_proxies = []\n",
    );
    if let Some(cluster) = &cluster {
        lines.push_str(&format!("[database]\nurl = {:?}\n", cluster.url()));
    }
    let mut server = Server::start_configured(folder.path(), &lines).unwrap();
    server.stop();
    let url = match &cluster {
        Some(cluster) => cluster.url(),
        None => format!("sqlite:{}", server.data().join("plumewatch.sqlite").display()),
    };
    let kind = if postgres { "PostgreSQL" } else { "SQLite" };
    println!(
        "{kind}: {passages} passages, {} vehicles, {} carriers, {} cases",
        story.vehicles,
        story.carriers(),
        story.cases()
    );
    let begun = Instant::now();
    let rows = pour::pour(&story, &url);
    println!("  {rows} rows poured in {:.0} s", begun.elapsed().as_secs_f64());
    server.run().unwrap();
    let mut measured = pages::measure(&server, &story);
    server.stop();
    measured.extend(counting::measure(&url, &story));
    for one in &measured {
        let bar = if one.history {
            HISTORY_MS
        } else if one.counting {
            EXCEEDANCE_MS
        } else {
            PAGE_MS
        };
        let word = if ms(one.times.percentile(95)) <= bar { "" } else { "ABOVE ITS BAR" };
        println!("  {:<34} {} (bar {bar:.0} ms) {word}", one.name, one.times);
    }
    measured
}
