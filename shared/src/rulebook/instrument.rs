//! How a head's checks are judged: tolerances and what counts as an audit, as data (STANDARDS.md 1.6, 1.7).

use serde::{Deserialize, Serialize};

use super::{Rulebook, SourceConfidence};
use crate::device_check::{
    CheckFault, CheckKind, CheckPoint, CheckQuantity, CheckReading, CheckedPoint, DeviceCheck,
};
use crate::ids::PassageId;

/// What the rulebook says of checks. Without tolerances no check is passed: nothing passes by omission. An edition
/// without this part takes a head's own word, as editions did before heads sent their checks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRules {
    /// How far off each quantity may be.
    pub tolerances: Vec<Tolerance>,
    /// Which kinds of check make readings count; zero and span checks alone do not.
    pub audits: Vec<CheckKind>,
    /// What of a head whose checks never came to this edge.
    pub unseen: UnseenChecks,
}

/// How far off a quantity may be: the wider of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// Of what.
    pub quantity: CheckQuantity,
    /// In the quantity's unit.
    pub absolute: i64,
    /// Of the standard's value, per mille.
    #[serde(default)]
    pub relative_per_mille: i64,
    /// An automatic audit needs so many points of it.
    #[serde(default)]
    pub audit_points: usize,
    /// Where it stands.
    pub clause: String,
    /// How sure we are of the numbers.
    pub confidence: SourceConfidence,
}

impl Tolerance {
    /// For a standard of this value.
    fn at(&self, standard: i64) -> i64 {
        let share = i128::from(standard.unsigned_abs()) * i128::from(self.relative_per_mille) / 1_000;
        self.absolute.max(i64::try_from(share).unwrap_or(i64::MAX)).max(0)
    }
}

/// What of a head whose checks never came to this edge: one that tells its audits but sends no checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnseenChecks {
    /// Its own word for its last passed audit is taken.
    #[default]
    OwnWord,
    /// Nothing it measures counts.
    Refused,
}

impl Rulebook {
    /// Judges a check, to be stored under `id`.
    pub fn judge_check(&self, reading: CheckReading, id: PassageId) -> DeviceCheck {
        let mut faults = Vec::new();
        if !reading.head_passed {
            faults.push(CheckFault::HeadSaysNo);
        }
        if reading.method.kind() == CheckKind::Audit && !self.checks.is_complete(&reading.points) {
            faults.push(CheckFault::Incomplete);
        }
        let judged = |point: CheckedPoint| CheckPoint { point, tolerance: self.checks.tolerance(point) };
        DeviceCheck {
            id,
            device: reading.origin.device,
            lane: reading.lane,
            number: reading.number,
            method: reading.method,
            performed: reading.performed.stamp,
            by: reading.by,
            points: reading.points.into_iter().map(judged).collect(),
            faults,
            rulebook: self.reference(),
        }
    }
}

impl CheckRules {
    /// Does a passed check of this kind make readings count?
    pub fn is_audit(&self, kind: CheckKind) -> bool {
        self.audits.contains(&kind)
    }

    fn of(&self, quantity: CheckQuantity) -> Option<&Tolerance> {
        self.tolerances.iter().find(|tolerance| tolerance.quantity == quantity)
    }

    /// For this point; none at all where the rulebook has no number.
    fn tolerance(&self, point: CheckedPoint) -> i64 {
        self.of(point.quantity).map_or(0, |tolerance| tolerance.at(point.standard))
    }

    fn is_complete(&self, points: &[CheckedPoint]) -> bool {
        self.tolerances.iter().all(|tolerance| {
            let found = points.iter().filter(|point| point.quantity == tolerance.quantity).count();
            found >= tolerance.audit_points
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn judged(change: impl FnOnce(&mut CheckReading)) -> DeviceCheck {
        let mut reading = sample::check(1);
        change(&mut reading);
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 1 };
        Rulebook::hj845().judge_check(reading, id)
    }

    fn with(quantity: CheckQuantity, standard: i64, measured: i64) -> bool {
        let check = judged(|reading| {
            let point = reading.points.iter_mut().find(|point| point.quantity == quantity).unwrap();
            (point.standard, point.measured) = (standard, measured);
        });
        check.passed()
    }

    #[test]
    fn a_good_audit_is_passed() {
        let check = judged(|_| ());
        assert!(check.passed());
        assert_eq!(check.reasons(), []);
    }

    /// STANDARDS.md 1.6, each line at its edge: absolute where the standard is weak, relative where it is strong.
    #[test]
    fn each_tolerance_holds_at_its_edge_and_not_beyond() {
        let cases = [
            (CheckQuantity::Co2, 1_000_000, 250_000),    // 1 %: ±0.25 % absolute
            (CheckQuantity::Co2, 14_000_000, 1_400_000), // 14 %: ±10 % of it
            (CheckQuantity::Co, 1_000_000, 250_000),     // 1 %: ±0.25 % absolute
            (CheckQuantity::Co, 5_000_000, 500_000),     // 5 %: ±10 % of it
            (CheckQuantity::No, 30_000, 5_000),          // 300 ppm: ±50 ppm
            (CheckQuantity::No, 150_000, 22_500),        // 1500 ppm: ±15 % of it
            (CheckQuantity::Hc, 50_000, 25_000),         // 500 ppm: ±250 ppm
            (CheckQuantity::Hc, 400_000, 60_000),        // 4000 ppm: ±15 % of it
            (CheckQuantity::Butadiene, 50_000, 25_000),  // as propane
            (CheckQuantity::Opacity, 3_000, 200),        // 30 %: ±2 % absolute
            (CheckQuantity::Opacity, 9_000, 200),        // 90 %: the same
        ];
        for (quantity, standard, tolerance) in cases {
            for sign in [-1, 1] {
                assert!(with(quantity, standard, standard + sign * tolerance), "{quantity:?} {standard}");
                assert!(
                    !with(quantity, standard, standard + sign * (tolerance + 1)),
                    "{quantity:?} {standard}"
                );
            }
        }
    }

    #[test]
    fn the_heads_own_no_fails_a_check_and_its_yes_passes_none() {
        let refused = judged(|reading| reading.head_passed = false);
        assert!(!refused.passed());
        assert_eq!(refused.faults, [CheckFault::HeadSaysNo]);
        assert!(!with(CheckQuantity::Opacity, 3_000, 3_390), "the head says it passed");
    }

    #[test]
    fn an_audit_needs_its_gases_and_five_filters_and_a_zero_check_does_not() {
        let fewer = |method| {
            judged(|reading| {
                reading.method = method;
                reading.points.truncate(9);
            })
        };
        assert_eq!(fewer(crate::device_check::CheckMethod::Audit).faults, [CheckFault::Incomplete]);
        assert!(fewer(crate::device_check::CheckMethod::Zero).passed());
        let nothing = judged(|reading| {
            reading.method = crate::device_check::CheckMethod::Zero;
            reading.points.clear();
        });
        assert!(!nothing.passed());
        assert_eq!(nothing.reasons()[0].en, "Nothing was checked.");
    }

    #[test]
    fn without_a_tolerance_nothing_passes() {
        let mut book = Rulebook::hj845();
        book.checks = CheckRules::default();
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 1 };
        let mut reading = sample::check(1);
        reading.points[0].measured += 1;
        assert!(!book.judge_check(reading, id).passed());
    }
}
