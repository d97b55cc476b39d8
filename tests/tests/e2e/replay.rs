//! Real pictures through the same edge unit, to the server. They are not in this repository.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use e2e::compare::compare;
use e2e::replay::{Replay, scenes};
use e2e::world::World;

use crate::truck::wait_received;
use crate::turn;

/// Pictures shown in `make test`; `E2E_PICTURES` says another number.
const PICTURES: usize = 12;

#[test]
fn real_pictures_become_passages_and_no_plate_is_made_up() {
    let _turn = turn();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/plates/manifest.csv");
    if !manifest.is_file() {
        println!("SKIPPED: real pictures: {} is not here", manifest.display());
        return;
    }
    let mut all = scenes(&manifest).unwrap();
    let count = std::env::var("E2E_PICTURES").map_or(PICTURES, |text| text.parse().expect("a number"));
    // Spread over the whole manifest, which is sorted by source.
    let step = (all.len() / count.max(1)).max(1);
    all = all.into_iter().step_by(step).take(count).collect();
    let shown = all.len();

    // The replay has head, weather and folders of its own, in the place of the world's.
    let mut world = World::new(5).with_station("A140105001").without_instruments().start();
    let road = world.station().folder().join("road");
    let replay = Replay { folder: road.clone(), scenes: all, every: Duration::from_secs(3) };
    replay.run(&AtomicBool::new(false), |_, _| {}).unwrap();
    wait_received(&mut world, shown as u64);
    let api = world.server.sign_in("reviewer").unwrap();
    let comparison = compare(&road.join("truth.jsonl"), &api).unwrap();
    println!("{comparison}");
    assert_eq!((comparison.once, comparison.altered), (shown, 0));
    let plates = comparison.all_plates();
    assert!(plates.right * 2 >= plates.total(), "half of the real plates are read right: {plates:?}");
    assert!(plates.wrong * 10 <= plates.total(), "hardly a plate is read wrong: {plates:?}");
}
