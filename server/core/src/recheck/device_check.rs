//! Holds each point of a check of a remote-sensing head against its tolerance again (STANDARDS.md 1.7).

use plumewatch_shared::device_check::{CheckKind, CheckQuantity, POINTS_MAX};
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::protocol::VERSION;
use plumewatch_shared::protocol::convert::ConvertError;
use plumewatch_shared::protocol::message::{DeviceCheckReport, WireCheckPoint};
use plumewatch_shared::time::Stamp;

/// The largest number in a check, in the wire's units: a hundred times pure gas, so that no sum overflows.
const VALUE_MAX: i64 = 10_000_000_000;

/// The longest text in a check, bytes, and how many faults it may name: no more than an edge writes.
const TEXT_MAX: usize = 120;
const FAULTS_MAX: usize = 16;

/// A check as the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rechecked {
    /// When it was made.
    pub performed: Stamp,
    /// For each point in order: does it lie within its tolerance?
    pub holds: Vec<bool>,
    /// Does every one, is there one, and is nothing else wrong?
    pub passed: bool,
    /// Did the edge say otherwise?
    pub disagrees: bool,
}

/// Does what the head made of it lie within the tolerance? The tolerance itself does.
fn holds(point: &WireCheckPoint) -> bool {
    point.measured.abs_diff(point.standard) <= point.tolerance.unsigned_abs()
}

fn need(field: &'static str, holds: bool) -> Result<(), ConvertError> {
    if holds { Ok(()) } else { Err(ConvertError { field }) }
}

/// Checks a report's fields and its points.
pub fn recheck(report: &DeviceCheckReport) -> Result<Rechecked, ConvertError> {
    need("v", report.v == VERSION)?;
    need("lane", LaneNo::new(report.lane).is_some())?;
    need("method", CheckKind::from_wire_word(&report.method).is_some())?;
    let texts = [&report.device, &report.check].into_iter().chain(&report.by).chain(&report.faults);
    need("device, check, by or faults", texts.clone().all(|text| text.len() <= TEXT_MAX))?;
    need("faults", report.faults.len() <= FAULTS_MAX)?;
    need("points (64 at most)", report.points.len() <= POINTS_MAX)?;
    for point in &report.points {
        need("points.quantity", CheckQuantity::from_wire_word(&point.quantity).is_some())?;
        let bounded = [point.standard, point.measured];
        need("points", bounded.iter().all(|value| value.unsigned_abs() <= VALUE_MAX.unsigned_abs()))?;
        need("points.tolerance", (0..=VALUE_MAX).contains(&point.tolerance))?;
    }
    let holds: Vec<bool> = report.points.iter().map(holds).collect();
    let passed = !holds.is_empty() && holds.iter().all(|&one| one) && report.faults.is_empty();
    Ok(Rechecked {
        performed: Stamp::try_from(&report.performed)?,
        passed,
        disagrees: passed != report.passed,
        holds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plumewatch_shared::protocol::message::WireStamp;
    use proptest::prelude::*;

    fn report(points: Vec<(&str, i64, i64, i64)>, passed: bool) -> DeviceCheckReport {
        DeviceCheckReport {
            v: 1,
            kind: "device-check".to_owned(),
            id: "A140105001-0000000001".to_owned(),
            device: "RSD-1".to_owned(),
            lane: 1,
            check: "C-7".to_owned(),
            method: "span".to_owned(),
            performed: WireStamp { utc_us: 0, clock: "synchronised".to_owned() },
            speed_mm_s: None,
            by: None,
            points: points
                .into_iter()
                .map(|(quantity, standard, measured, tolerance)| WireCheckPoint {
                    quantity: quantity.to_owned(),
                    standard,
                    measured,
                    tolerance,
                })
                .collect(),
            passed,
            faults: vec![],
            rulebook: String::new(),
            rulebook_version: String::new(),
        }
    }

    #[test]
    fn the_tolerance_itself_holds_and_one_further_does_not() {
        for (measured, expected) in [(101_000, true), (99_000, true), (101_001, false), (98_999, false)] {
            let seen = recheck(&report(vec![("no", 100_000, measured, 1_000)], expected)).unwrap();
            assert_eq!(
                (seen.holds[0], seen.passed, seen.disagrees),
                (expected, expected, false),
                "{measured}"
            );
        }
    }

    #[test]
    fn one_point_outside_fails_the_check_and_an_edge_that_says_otherwise_is_flagged() {
        let points = vec![("no", 0, 10, 100), ("opacity", 3_000, 3_400, 200)];
        let seen = recheck(&report(points, true)).unwrap();
        assert_eq!((seen.holds, seen.passed, seen.disagrees), (vec![true, false], false, true));
        let faulty = DeviceCheckReport {
            faults: vec!["incomplete".to_owned()],
            ..report(vec![("no", 0, 10, 100)], false)
        };
        assert_eq!((recheck(&faulty).unwrap().passed, recheck(&faulty).unwrap().disagrees), (false, false));
        let nothing = recheck(&report(vec![], true)).unwrap();
        assert_eq!((nothing.passed, nothing.disagrees), (false, true));
    }

    #[test]
    fn a_field_that_cannot_be_is_named() {
        let field = |report: DeviceCheckReport| recheck(&report).unwrap_err().field;
        assert_eq!(field(report(vec![("tea", 0, 0, 0)], true)), "points.quantity");
        assert_eq!(field(report(vec![("no", 0, 0, -1)], true)), "points.tolerance");
        assert_eq!(field(report(vec![("no", i64::MAX, 0, 1)], true)), "points");
        assert_eq!(field(report(vec![("no", 0, 0, 1); POINTS_MAX + 1], true)), "points (64 at most)");
        assert_eq!(field(DeviceCheckReport { lane: 0, ..report(vec![], true) }), "lane");
        assert_eq!(field(DeviceCheckReport { method: "guess".to_owned(), ..report(vec![], true) }), "method");
    }

    proptest! {
        #[test]
        fn no_number_makes_it_panic(standard: i64, measured: i64, tolerance: i64) {
            let _ = recheck(&report(vec![("co2", standard, measured, tolerance)], true));
        }
    }
}
