//! The serial line and the cameras go wrong: what can be known is known, the rest is said.

use std::time::{Duration, Instant};

use e2e::camera::Role;
use e2e::instrument::{CheckResult, LineFault};
use e2e::road::{Traffic, TrafficPlan, Truth};
use e2e::world::{World, wait_for};
use plumewatch_shared::device_check::CheckMethod;

use crate::truck::wait_received;
use crate::{PATIENCE, seeds, turn};

/// Measures `count` vehicles, one every 150 ms.
fn measure(world: &mut World, seed: u64, count: usize) {
    let traffic = Traffic::new(TrafficPlan::new(seed, Duration::from_secs(8)));
    for passing in traffic.take(count) {
        world.station().head().measure(&passing, Instant::now());
        std::thread::sleep(Duration::from_millis(150));
    }
}

/// The state and words that the server has of one part of the station.
fn part(world: &mut World, name: &str, wanted: impl Fn(&str) -> bool) -> String {
    let api = world.server.sign_in("admin").unwrap();
    let id = world.station().id.clone();
    wait_for(&format!("{name} to say so"), PATIENCE, || {
        let station = api.station(&id).map_err(|error| format!("{error:#}"))?;
        let parts = station["health"]["parts"].as_array().cloned().unwrap_or_default();
        let part = parts
            .iter()
            .find(|part| part["part"] == name)
            .ok_or_else(|| format!("no {name} in {parts:?}"))?;
        let state = part["state"].as_str().unwrap_or_default();
        if wanted(state) { Ok(part["en"].to_string()) } else { Err(part.to_string()) }
    })
}

#[test]
fn noise_splits_and_wrong_bytes_on_the_line_lose_no_measurement() {
    let _turn = turn();
    seeds().into_iter().for_each(broken_lines);
}

fn broken_lines(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").start();
    for fault in [LineFault::Noise, LineFault::Split, LineFault::Corrupt] {
        world.station().head().set_fault(fault, true);
    }
    measure(&mut world, seed, 30);
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    wait_received(&mut world, 30);
    let repeated = world.station().head().tally().repeated;
    assert!(repeated > 0, "some lines were broken, and came again");
}

/// Such a head leaves gases, opacity, strength and validity to the edge, from a hundred samples a second of its beams.
#[test]
fn a_head_that_sends_samples_gives_the_passages_that_one_of_results_gives() {
    let _turn = turn();
    let mut world = World::new(7).with_station("A140105001").with_a_head_of_samples().start();
    let passings: Vec<_> = Traffic::new(TrafficPlan::new(7, Duration::from_secs(8))).take(30).collect();
    let mut truths = Vec::new();
    for passing in &passings {
        let origin = world.station().head().measure(passing, Instant::now());
        truths.push(Truth::of(passing, &origin, 0));
        // The headway that a reading must have to count.
        std::thread::sleep(Duration::from_millis(1_200));
    }
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    wait_received(&mut world, 30);
    let seen = world.server.sign_in("reviewer").unwrap().passages().unwrap();
    let (mut compared, mut exceeding) = (0, 0);
    for truth in &truths {
        let of_it: Vec<_> = seen.iter().filter(|one| one.origin.as_ref() == Some(&truth.origin)).collect();
        let [one] = of_it[..] else { panic!("vehicle {} is there {} times", truth.number, of_it.len()) };
        let Some(no) = truth.no_ppm_hundredths else {
            // No exhaust, no ratio to CO2: kept, and never counted.
            assert_eq!(one.outcome, "not-judged", "vehicle {}", truth.number);
            continue;
        };
        if one.outcome == "not-judged" {
            continue;
        }
        compared += 1;
        let found = one.no_ppm_hundredths.expect("gases of a valid reading");
        assert!((found - no).abs() <= (no / 100).max(500), "vehicle {}: NO {found}, not {no}", truth.number);
        let opacity = one.opacity_hundredths.expect("the opacity of a valid reading");
        assert!(opacity.abs_diff(truth.opacity_hundredths) <= 100, "vehicle {}: {opacity}", truth.number);
        if truth.opacity_hundredths.abs_diff(3_000) > 100 {
            assert_eq!(
                one.outcome == "exceeding",
                truth.opacity_hundredths > 3_000,
                "vehicle {}",
                truth.number
            );
        }
        exceeding += usize::from(one.outcome == "exceeding");
    }
    println!("{compared} of {} judged from samples, {exceeding} exceeding", truths.len());
    assert!(compared >= 15 && exceeding >= 2, "{compared} judged, {exceeding} exceeding");
}

#[test]
fn an_unplugged_port_is_said_and_a_replugged_one_brings_what_was_missed() {
    let _turn = turn();
    seeds().into_iter().for_each(replug);
}

fn replug(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").start();
    measure(&mut world, seed, 5);
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    world.station().head().set_fault(LineFault::Unplugged, true);
    measure(&mut world, seed + 1_000, 5);
    part(&mut world, "head-1", |state| state != "good");
    world.station().head().set_fault(LineFault::Unplugged, false);
    assert!(world.station().head().wait_acknowledged(PATIENCE), "what was measured meanwhile comes");
    wait_received(&mut world, 10);
    part(&mut world, "head-1", |state| state == "good");
}

#[test]
fn a_head_that_fails_its_check_is_red_by_the_edges_own_judgement_until_it_passes_one() {
    let _turn = turn();
    seeds().into_iter().for_each(failed_check);
}

fn failed_check(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").start();
    let good = part(&mut world, "head-1", |state| state == "good");
    assert!(good.contains("passed its automatic audit") || good.contains("works"), "{good}");
    // The head takes it for passed; the edge holds it against the rulebook.
    world.station().head().check(CheckMethod::Audit, CheckResult::FailsUnnoticed);
    let words = part(&mut world, "head-1", |state| state == "down");
    assert!(words.contains("failed its automatic audit") && words.contains("check it again"), "{words}");
    measure(&mut world, seed, 3);
    assert!(world.station().head().wait_acknowledged(PATIENCE), "what does not count is kept all the same");
    world.station().head().check(CheckMethod::Audit, CheckResult::Passes);
    let words = part(&mut world, "head-1", |state| state == "good");
    assert!(words.contains("passed its automatic audit"), "{words}");
}

#[test]
fn a_frozen_camera_is_said() {
    let _turn = turn();
    seeds().into_iter().for_each(freeze);
}

fn freeze(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").with_cameras().start();
    part(&mut world, "camera-rear-1", |state| state == "good");
    world.station().cameras.as_ref().unwrap().0.freeze(Role::Rear, true);
    part(&mut world, "camera-rear-1", |state| state != "good");
    world.station().cameras.as_ref().unwrap().0.freeze(Role::Rear, false);
    part(&mut world, "camera-rear-1", |state| state == "good");
}

#[test]
fn two_clocks_that_differ_are_said_whichever_is_wrong() {
    let _turn = turn();
    seeds().into_iter().for_each(jumping_clocks);
}

fn jumping_clocks(seed: u64) {
    let mut world = World::new(seed).with_station("A140105001").with_wild_clock().start();
    part(&mut world, "head-1", |state| state == "good");
    world.station().head().set_fault(LineFault::ClockJump, true);
    part(&mut world, "head-1", |state| state == "degraded");
    world.station().head().set_fault(LineFault::ClockJump, false);
    part(&mut world, "head-1", |state| state == "good");
    let hours = e2e::dice::Dice::new(seed).between(1, 20);
    world.station().jump_clock(hours * 3_600);
    measure(&mut world, seed, 5);
    let words = part(&mut world, "head-1", |state| state == "degraded");
    assert!(words.contains(" h apart") || words.contains(" min apart"), "{words}");
    world.station().jump_clock(0);
    part(&mut world, "head-1", |state| state == "good");
    assert!(world.station().head().wait_acknowledged(PATIENCE));
    wait_received(&mut world, 5);
}
