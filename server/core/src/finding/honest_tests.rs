//! How often each detector accuses an honest station. `cargo test -p server-core honest -- --nocapture` prints it.

use super::honest::{Chance, Station, facts};
use super::*;
use crate::finding::curve::equal_curves;
use crate::finding::engine::impossibilities;
use crate::finding::identity::{shared_calibrations, two_identities};
use crate::finding::pace::{crowds, too_short};
use crate::finding::rate::{SeenAfter, Tests, apart, passes_then_exceeds};
use crate::finding::rules::{DetectorRules, detectors};
use plumewatch_shared::exhaust_test::TestOutcome;
use plumewatch_shared::ids::Region;

const STATIONS: u32 = 40;
const TESTS: usize = 500;

fn rules() -> &'static DetectorRules {
    &detectors().in_force(Region::COUNTRY, "2026-11-27".parse().unwrap()).rules
}

/// The figure of each detector on 40 honest stations with 500 tests each: at most so many findings in 20,000 tests.
#[test]
#[expect(clippy::print_stdout, reason = "it prints the figure that README quotes")]
fn honest_stations_are_hardly_ever_accused() {
    let rules = rules();
    let mut found = [0_usize; 7];
    let mut own = Vec::new();
    for number in 0..STATIONS {
        let inspections = Station::new(number).tests(TESTS);
        let (facts, curves) = facts(&inspections);
        let all: Vec<_> = facts.iter().collect();
        for (at, curve) in curves.iter().enumerate() {
            let before = &curves[at.saturating_sub(rules.equal_curves.tests_before)..at];
            found[0] += equal_curves(curve, before, &rules.equal_curves).len();
        }
        found[1] +=
            inspections.iter().filter(|one| !impossibilities(one, &rules.impossible).is_empty()).count();
        found[2] += facts.iter().filter(|one| too_short(one, &rules.pace).is_some()).count();
        found[3] += crowds(&all, &rules.pace).len();
        found[4] += two_identities(&all, &rules.identity).len();
        found[5] += shared_calibrations(&all, &rules.identity).len();
        let passed = inspections.iter().filter(|one| one.told.outcome == TestOutcome::Passed).count() as u64;
        own.push(Tests { tests: TESTS as u64, passed });
    }
    for (at, tests) in own.iter().enumerate() {
        let peers: Vec<Tests> =
            own.iter().enumerate().filter(|(peer, _)| *peer != at).map(|(_, t)| *t).collect();
        found[6] += usize::from(apart(*tests, &peers, &rules.rate).is_some());
    }
    let names = [
        FindingKind::EqualCurves,
        FindingKind::ImpossibleResult,
        FindingKind::TestTooShort,
        FindingKind::TooManyTests,
        FindingKind::TwoIdentities,
        FindingKind::SharedCalibration,
        FindingKind::PassRate,
    ];
    let tests = STATIONS as usize * TESTS;
    for (name, count) in names.iter().zip(found) {
        println!("{:<22} {count} false in {tests} honest tests at {STATIONS} stations", name.word());
    }
    // A vehicle that is re-plated, or mistyped, between a failed test and its retest is honest and does have two
    // identities: some are expected.
    assert!((1..=40).contains(&found[4]), "{found:?}");
    for at in [0, 1, 2, 3, 5, 6] {
        assert_eq!(found[at], 0, "{}", names[at].word());
    }
}

/// 4,000 honest station-quarters: of 60 to 400 passed vehicles that were seen beside the road within 15 days, 1 to 5 %
/// exceed there.
#[test]
#[expect(clippy::print_stdout, reason = "it prints the figure that README quotes")]
fn honest_stations_whose_vehicles_are_seen_beside_the_road_are_hardly_ever_accused() {
    let mut chance = Chance::new(7);
    let quarters = 4_000;
    let accused = (0..quarters).filter(|_| {
        let seen = chance.of(60..400);
        let per_mille = chance.of(10..50);
        let exceeded = (0..seen).filter(|_| chance.of(0..1_000) < per_mille).count() as u64;
        passes_then_exceeds(SeenAfter { seen: seen as u64, exceeded }, &rules().passes_then_exceeds).is_some()
    });
    let accused = accused.count();
    println!(
        "{:<22} {accused} false in {quarters} honest station-quarters",
        FindingKind::PassesThenExceeds.word()
    );
    assert_eq!(accused, 0);
}
