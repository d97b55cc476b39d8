//! What one more exceedance costs, in the server's own code and without the link: counting the vehicle anew, and the share
//! of its carrier when the case is confirmed.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Instant;

use plumewatch_server::listings::{confirmed, voided};
use plumewatch_server::rulebooks::Books;
use plumewatch_server::store::Store;
use server_core::case::CaseId;
use sqlx::Connection;

use super::pages::Measured;
use super::story::{Story, draw};
use crate::times::Times;

/// Exceedances of each kind.
const TIMES: u64 = 100;

/// Measures both.
pub(super) fn measure(url: &str, story: &Story) -> Vec<Measured> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(url).await.unwrap();
        let books = Books::shipped();
        let (mut counting, mut share) = (Times::default(), Times::default());
        for n in 0..TIMES {
            // An exceedance of a vehicle with a past comes in, late or not: the vehicle is counted anew.
            let vehicle = story.vehicle_of_case(story.some_case(n));
            exceed(url, story, vehicle, n).await;
            let plates = BTreeSet::from([Story::plate(vehicle).parse().unwrap()]);
            let begun = Instant::now();
            let mut writing = store.writing().await.unwrap();
            writing.lock_plates(&plates).await.unwrap();
            plumewatch_server::counting::count(&mut writing, &plates, &books, story.now()).await.unwrap();
            writing.commit().await.unwrap();
            counting.add(begun.elapsed());
        }
        // A case is confirmed, or falls away: the carrier's share takes its step, proposals and audit with it.
        let fresh: Vec<u64> =
            (0..story.cases()).filter(|case| story.is_unheard(*case)).take(TIMES as usize).collect();
        for (n, case) in fresh.into_iter().enumerate() {
            let gone = story.some_case(draw(40, n as u64));
            for (case, confirms) in [(case, true), (gone, false)] {
                let id = CaseId::parse(&format!("C{}", Story::candidate_id(case))).unwrap();
                let begun = Instant::now();
                let mut writing = store.writing().await.unwrap();
                let told = if confirms {
                    confirmed(&mut writing, &books, &id, story.now()).await.unwrap()
                } else {
                    voided(&mut writing, &books, &id, story.now()).await.unwrap()
                };
                told.write(&mut writing).await.unwrap();
                writing.commit().await.unwrap();
                share.add(begun.elapsed());
            }
        }
        store.close().await;
        let one = |name, times| Measured { name, times, history: false, counting: true };
        vec![one("one more exceedance: counting", counting), one("one more case: the carrier's share", share)]
    })
}

/// A row that ingest writes for an exceedance, before it counts.
async fn exceed(url: &str, story: &Story, vehicle: u64, n: u64) {
    let text = "insert into countings (plate, plate_colour, passed_us, station, sequence, item, exceeds, measured, at_most) \
                values ($1, 'yellow', $2, $3, $4, 'opacity', true, 3500, 3000)";
    let (plate, at) = (Story::plate(vehicle), story.now().as_microsecond() - 1_000_000 * n as i64);
    let (station, sequence) = (Story::station(n % 10), (1i64 << 40) + n as i64);
    if url.starts_with("sqlite:") {
        let options = sqlx::sqlite::SqliteConnectOptions::from_str(url).unwrap();
        let mut on = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(text).bind(plate).bind(at).bind(station).bind(sequence).execute(&mut on).await.unwrap();
        on.close().await.unwrap();
    } else {
        let mut on = sqlx::PgConnection::connect(url).await.unwrap();
        sqlx::query(text).bind(plate).bind(at).bind(station).bind(sequence).execute(&mut on).await.unwrap();
        on.close().await.unwrap();
    }
}
