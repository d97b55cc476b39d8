//! The serial line and the cameras go wrong: what can be known is known, the rest is said.

use std::time::{Duration, Instant};

use e2e::camera::Role;
use e2e::instrument::{CheckResult, LineFault};
use e2e::road::{Traffic, TrafficPlan};
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
