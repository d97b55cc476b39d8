//! The main job: trucks pass, and the server has them with plate, values, verdict and pictures.

use std::time::{Duration, Instant};

use e2e::compare::Comparison;
use e2e::drive::MEASURING;
use e2e::road::{Passing, Traffic, TrafficPlan, Truth};
use e2e::world::{World, wait_for};

use crate::{PATIENCE, turn};

/// Drives `count` vehicles of a seed past the first station's cameras and head; gives the truth.
pub(crate) fn drive(world: &mut World, seed: u64, count: usize, every: Duration) -> Vec<Truth> {
    let station = world.station();
    let (cameras, zero) = station.cameras.as_ref().expect("a station with cameras");
    // The first vehicle is in view long before its beam time, and the road must be learnt before that.
    let lead = zero.elapsed() + e2e::camera::LEAD + Duration::from_secs(3);
    let passings: Vec<Passing> = Traffic::new(TrafficPlan::new(seed, every))
        .take(count)
        .map(|passing| Passing { at: passing.at + lead, ..passing })
        .collect();
    for passing in &passings {
        cameras.watch(passing);
    }
    passings
        .iter()
        .map(|passing| {
            let left = *zero + passing.at;
            std::thread::sleep((left + MEASURING).saturating_duration_since(Instant::now()));
            let origin = station.head().measure(passing, left);
            Truth::of(passing, &origin, 0)
        })
        .collect()
}

/// Waits until the server has `count` passages of the first station and nothing is on its way.
pub(crate) fn wait_received(world: &mut World, count: u64) {
    let api = world.server.sign_in("admin").unwrap();
    let id = world.station().id.clone();
    wait_for("every passage on the server", PATIENCE, || {
        let station = api.station(&id).map_err(|error| format!("{error:#}"))?;
        let (received, missing) = (station["received"].as_u64(), station["missing"].as_u64());
        let backlog = station["health"]["backlog_records"].as_u64();
        if received >= Some(count) && missing == Some(0) && backlog == Some(0) {
            Ok(())
        } else {
            Err(format!("received {received:?} of {count}, missing {missing:?}, backlog {backlog:?}"))
        }
    });
}

#[test]
fn a_truck_passes_and_the_server_has_its_plate_values_verdict_and_pictures() {
    let _turn = turn();
    let mut world = World::new(1).with_station("A140105001").with_cameras().start();
    let truths = drive(&mut world, 1, 8, Duration::from_secs(8));
    assert!(world.station().head().wait_acknowledged(PATIENCE), "the edge did not take every measurement");
    wait_received(&mut world, truths.len() as u64);

    let api = world.server.sign_in("reviewer").unwrap();
    let comparison = Comparison::of(&truths, &api.passages().unwrap());
    println!("{comparison}");
    assert_eq!((comparison.once, comparison.missing.len(), comparison.double.len()), (truths.len(), 0, 0));
    assert_eq!(comparison.altered, 0, "opacity, speed and NO arrive as the head measured them");
    let plates = comparison.all_plates();
    assert!(plates.right * 4 >= plates.total() * 3, "three plates of four are read right: {plates:?}");
    assert_eq!(plates.wrong + plates.doubted, 0, "a plate that is not sure is not said");

    // Whoever exceeded by far is said to exceed, whoever is clean is not.
    for truth in &truths {
        let seen = api.passages().unwrap();
        let passage = seen.iter().find(|passage| passage.origin.as_ref() == Some(&truth.origin)).unwrap();
        let exceeds = truth.opacity_hundredths > 3_000;
        let electric = truth.colour.as_deref().is_some_and(|colour| colour.contains("green"));
        if !electric {
            assert_eq!(passage.outcome == "exceeding", exceeds, "vehicle {}", truth.number);
        }
    }

    // Pictures come after their record, over the same wire.
    let whole = wait_for("a passage's pictures", PATIENCE, || {
        let summaries = api.summaries().map_err(|error| format!("{error:#}"))?;
        let missing: u64 = summaries.iter().filter_map(|summary| summary["evidence_missing"].as_u64()).sum();
        if missing == 0 { Ok(summaries) } else { Err(format!("{missing} files missing")) }
    });
    let picture =
        whole.iter().find_map(|summary| summary["picture"].as_str()).expect("a passage with a picture");
    let bytes = api.get_bytes(&format!("/evidence/{picture}")).unwrap();
    let image = image::load_from_memory(&bytes).expect("evidence is a picture");
    assert!(image.width() >= 640, "{}", image.width());

    // Two exceedances of one vehicle wait for a person; the person's word opens the case.
    let mut reviewer = world.server.sign_in("reviewer").unwrap();
    let queue = reviewer.get("/review").unwrap();
    let candidate =
        queue["candidates"][0]["id"].as_str().expect("a repeat offender is a candidate").to_owned();
    let decision = serde_json::json!({ "decision": "confirm", "reason": "黑烟清晰可见" });
    let decided = reviewer.post(&format!("/review/{candidate}/decision"), &decision).unwrap();
    let case = decided["case_id"].as_str().expect("a confirmed candidate opens a case");
    let authority = world.server.sign_in("authority").unwrap();
    assert_eq!(authority.get(&format!("/cases/{case}")).unwrap()["case"]["state"], "opened");
    assert!(world.station().stop() && world.server.stop(), "both programs stop cleanly when asked");
}
