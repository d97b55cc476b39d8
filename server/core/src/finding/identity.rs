//! One vehicle under two identities, and one engine's calibration in many vehicles (an OBD simulator).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::fact::TestFact;
use super::rules::IdentityRule;
use crate::register::Vin;

/// Two identities of one vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TwoIdentities<'a> {
    /// One identification number under two plates within the rule's days.
    OneVinTwoPlates {
        /// The number.
        vin: &'a Vin,
        /// The two tests.
        tests: [&'a TestFact; 2],
    },
    /// One plate on two identification numbers within the rule's days.
    OnePlateTwoVins {
        /// The plate.
        plate: &'a str,
        /// The two tests.
        tests: [&'a TestFact; 2],
    },
    /// The engine's computer tells another number than the papers.
    ObdTellsAnother {
        /// The test.
        test: &'a TestFact,
    },
}

/// Two identities among tests, which may be of several stations and in any order. The nearest pair of each number and
/// plate is told.
pub fn two_identities<'a>(tests: &[&'a TestFact], rule: &IdentityRule) -> Vec<TwoIdentities<'a>> {
    let mut by_vin: BTreeMap<&Vin, Vec<&TestFact>> = BTreeMap::new();
    let mut by_plate: BTreeMap<&str, Vec<&TestFact>> = BTreeMap::new();
    for &test in tests {
        if let Some(vin) = &test.vin {
            by_vin.entry(vin).or_default().push(test);
            by_plate.entry(&test.plate).or_default().push(test);
        }
    }
    let mut found = Vec::new();
    for (vin, own) in by_vin {
        if let Some(tests) = nearest(own, rule.days, |a, b| a.plate != b.plate) {
            found.push(TwoIdentities::OneVinTwoPlates { vin, tests });
        }
    }
    for (plate, own) in by_plate {
        if let Some(tests) = nearest(own, rule.days, |a, b| a.vin != b.vin) {
            found.push(TwoIdentities::OnePlateTwoVins { plate, tests });
        }
    }
    let another =
        |test: &&&TestFact| test.vin.is_some() && test.obd_vin.is_some() && test.vin != test.obd_vin;
    found.extend(tests.iter().filter(another).map(|test| TwoIdentities::ObdTellsAnother { test }));
    found
}

/// The two neighbours in time that differ and lie nearest, if that is within so many days.
fn nearest(
    mut tests: Vec<&TestFact>,
    days: u16,
    differ: impl Fn(&TestFact, &TestFact) -> bool,
) -> Option<[&TestFact; 2]> {
    tests.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    let apart = |a: &TestFact, b: &TestFact| seconds(b.started) - seconds(a.started);
    tests
        .windows(2)
        .filter(|two| differ(two[0], two[1]))
        .min_by_key(|two| apart(two[0], two[1]))
        .filter(|two| apart(two[0], two[1]) <= i64::from(days) * 86_400)
        .map(|two| [two[0], two[1]])
}

fn seconds(at: Timestamp) -> i64 {
    at.as_second()
}

/// One calibration that was read from many vehicles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedCalibration<'a> {
    /// Name and check sum.
    pub calibration: &'a (String, String),
    /// The first test of each vehicle, in time.
    pub tests: Vec<&'a TestFact>,
    /// The engine models.
    pub engine_models: BTreeSet<&'a str>,
}

/// Calibrations that were read from the rule's number of vehicles of the rule's number of engine models, among tests of
/// one station. Engines of one model rightly share a calibration, and two sibling models may.
pub fn shared_calibrations<'a>(tests: &[&'a TestFact], rule: &IdentityRule) -> Vec<SharedCalibration<'a>> {
    let mut ordered = tests.to_vec();
    ordered.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
    let mut groups: BTreeMap<&(String, String), BTreeMap<&Vin, &TestFact>> = BTreeMap::new();
    for test in ordered {
        let Some((calibration, vin)) = test.calibration.as_ref().zip(test.vin.as_ref()) else { continue };
        if says_something(&calibration.0) && says_something(&calibration.1) {
            groups.entry(calibration).or_default().entry(vin).or_insert(test);
        }
    }
    groups
        .into_iter()
        .filter_map(|(calibration, by_vin)| {
            let engine_models: BTreeSet<&str> =
                by_vin.values().filter_map(|test| test.engine_model.as_deref()).collect();
            let many = by_vin.len() >= rule.vehicles && engine_models.len() >= rule.engine_models;
            let mut tests: Vec<&TestFact> = by_vin.into_values().collect();
            tests.sort_by(|a, b| (a.started, &a.id).cmp(&(b.started, &b.id)));
            many.then_some(SharedCalibration { calibration, tests, engine_models })
        })
        .collect()
}

/// Old computers answer zeros, spaces or all ones where they have no calibration to tell.
fn says_something(text: &str) -> bool {
    let text = text.trim();
    let first = text.chars().next();
    first.is_some_and(|first| {
        !(matches!(first, '0' | 'F' | 'f' | '-' | '?') && text.chars().all(|c| c == first))
    })
}
