//! A check of a remote-sensing head, judged.

use super::{ConvertError, Converted, need};
use crate::device_check::*;
use crate::ids::LaneNo;
use crate::protocol::VERSION;
use crate::protocol::message::{DeviceCheckReport, WireCheckPoint};
use crate::protocol::record::DEVICE_CHECK;
use crate::rulebook::RulebookRef;
use crate::units::Speed;

/// The longest name of a person, of the standard and of its edition, bytes.
const TEXT_MAX: usize = 120;

impl DeviceCheckReport {
    /// The report of a check.
    pub fn new(check: &DeviceCheck) -> Self {
        let point = |judged: &CheckPoint| WireCheckPoint {
            quantity: judged.point.quantity.wire_word().to_owned(),
            standard: judged.point.standard,
            measured: judged.point.measured,
            tolerance: judged.tolerance,
        };
        Self {
            v: VERSION,
            kind: DEVICE_CHECK.to_owned(),
            id: check.id.to_string(),
            device: check.device.to_string(),
            lane: check.lane.number(),
            check: check.number.to_string(),
            method: check.method.kind().wire_word().to_owned(),
            performed: check.performed.into(),
            speed_mm_s: match check.method {
                CheckMethod::Dynamic { speed } => Some(speed.mm_s),
                CheckMethod::Zero | CheckMethod::Span | CheckMethod::Audit | CheckMethod::Static => None,
            },
            by: check.by.clone(),
            points: check.points.iter().map(point).collect(),
            passed: check.passed(),
            faults: check.faults.iter().map(|fault| fault.wire_word().to_owned()).collect(),
            rulebook: check.rulebook.id.clone(),
            rulebook_version: check.rulebook.version.clone(),
        }
    }

    /// The check that this report tells of.
    pub fn device_check(&self) -> Converted<DeviceCheck> {
        need("v", (self.v == VERSION).then_some(()))?;
        need("kind", (self.kind == DEVICE_CHECK).then_some(()))?;
        need("points (64 at most)", (self.points.len() <= POINTS_MAX).then_some(()))?;
        let short = |text: &String| text.len() <= TEXT_MAX;
        need("by", self.by.iter().all(short).then_some(()))?;
        need("rulebook", [&self.rulebook, &self.rulebook_version].into_iter().all(short).then_some(()))?;
        let check = DeviceCheck {
            id: need("id", self.id.parse().ok())?,
            device: need("device", self.device.parse().ok())?,
            lane: need("lane", LaneNo::new(self.lane))?,
            number: need("check", self.check.parse().ok())?,
            method: self.method()?,
            performed: (&self.performed).try_into()?,
            by: self.by.clone(),
            points: self.points.iter().map(TryInto::try_into).collect::<Converted<_>>()?,
            faults: self.faults.iter().map(|word| fault(word)).collect::<Converted<_>>()?,
            rulebook: RulebookRef { id: self.rulebook.clone(), version: self.rulebook_version.clone() },
        };
        // A report may not call passed what its own numbers call failed, or the other way round.
        need("passed", (check.passed() == self.passed).then_some(check))
    }

    fn method(&self) -> Converted<CheckMethod> {
        let kind = need("method", CheckKind::from_wire_word(&self.method))?;
        Ok(match (kind, self.speed_mm_s) {
            (CheckKind::Dynamic, Some(mm_s)) => CheckMethod::Dynamic { speed: Speed { mm_s } },
            (CheckKind::Zero, None) => CheckMethod::Zero,
            (CheckKind::Span, None) => CheckMethod::Span,
            (CheckKind::Audit, None) => CheckMethod::Audit,
            (CheckKind::Static, None) => CheckMethod::Static,
            (CheckKind::Dynamic, None)
            | (CheckKind::Zero | CheckKind::Span | CheckKind::Audit | CheckKind::Static, Some(_)) => {
                return Err(ConvertError { field: "speed_mm_s (of a dynamic check, and only then)" });
            }
        })
    }
}

impl TryFrom<&WireCheckPoint> for CheckPoint {
    type Error = ConvertError;

    fn try_from(wire: &WireCheckPoint) -> Converted<Self> {
        let quantity = need("points.quantity", CheckQuantity::from_wire_word(&wire.quantity))?;
        need("points.tolerance", (wire.tolerance >= 0).then_some(()))?;
        let point = CheckedPoint { quantity, standard: wire.standard, measured: wire.measured };
        Ok(Self { point, tolerance: wire.tolerance })
    }
}

fn fault(word: &str) -> Converted<CheckFault> {
    need("faults", CheckFault::from_wire_word(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PassageId;
    use crate::protocol::record::RecordReport;
    use crate::rulebook::Rulebook;
    use crate::sample;
    use proptest::prelude::*;

    fn check() -> DeviceCheck {
        let id = PassageId { station: "A140105001".parse().unwrap(), sequence: 7 };
        Rulebook::hj845().judge_check(sample::check(3), id)
    }

    #[test]
    fn a_report_that_contradicts_itself_names_the_field() {
        let field = |change: fn(&mut DeviceCheckReport)| {
            let mut report = DeviceCheckReport::new(&check());
            change(&mut report);
            report.device_check().unwrap_err().field
        };
        assert_eq!(field(|report| report.v = 2), "v");
        assert_eq!(field(|report| report.passed = false), "passed");
        assert_eq!(field(|report| report.points[0].measured += 9_000_000), "passed");
        assert_eq!(field(|report| report.points[0].quantity = "tea".into()), "points.quantity");
        assert_eq!(field(|report| report.points[0].tolerance = -1), "points.tolerance");
        assert_eq!(field(|report| report.faults.push("rust".into())), "faults");
        assert_eq!(field(|report| report.lane = 0), "lane");
        assert_eq!(field(|report| report.check = "one two".into()), "check");
        assert_eq!(field(|report| report.by = Some("x".repeat(121))), "by");
        let speed = "speed_mm_s (of a dynamic check, and only then)";
        assert_eq!(field(|report| report.speed_mm_s = Some(1)), speed);
        assert_eq!(field(|report| report.method = "dynamic".into()), speed);
    }

    #[test]
    fn a_check_is_a_record_of_its_own_kind_and_a_short_one() {
        let report = DeviceCheckReport::new(&check());
        let record = RecordReport::DeviceCheck(Box::new(report.clone()));
        assert!(record.body().len() < 2_048, "{} bytes", record.body().len());
        let Ok(RecordReport::DeviceCheck(read)) = RecordReport::read(&record.body()) else {
            panic!("it is a check")
        };
        assert_eq!(*read, report);
    }

    fn method() -> impl Strategy<Value = CheckMethod> {
        prop_oneof![
            Just(CheckMethod::Zero),
            Just(CheckMethod::Span),
            Just(CheckMethod::Audit),
            Just(CheckMethod::Static),
            any::<i32>().prop_map(|mm_s| CheckMethod::Dynamic { speed: Speed { mm_s } }),
        ]
    }

    fn point() -> impl Strategy<Value = CheckPoint> {
        let quantity = prop::sample::select(CheckQuantity::ALL.to_vec());
        (quantity, any::<i64>(), any::<i64>(), 0..=i64::MAX).prop_map(
            |(quantity, standard, measured, tolerance)| CheckPoint {
                point: CheckedPoint { quantity, standard, measured },
                tolerance,
            },
        )
    }

    proptest! {
        /// What the edge stored is what the server reads.
        #[test]
        fn every_check_survives_the_wire(
            method in method(),
            points in prop::collection::vec(point(), 0..=POINTS_MAX),
            by in prop::option::of("[\\PC]{0,40}"),
            faults in prop::sample::subsequence(vec![CheckFault::HeadSaysNo, CheckFault::Incomplete], 0..=2),
        ) {
            let by = by.filter(|name| name.len() <= TEXT_MAX);
            let check = DeviceCheck { method, points, by, faults, ..check() };
            let json = serde_json::to_string(&DeviceCheckReport::new(&check)).unwrap();
            let report: DeviceCheckReport = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(report.device_check().unwrap(), check);
        }

        #[test]
        fn no_report_makes_the_reader_panic(at in 0usize..4_000, with in "[0-9a-z\"{},:-]{0,6}") {
            let mut json = serde_json::to_string(&DeviceCheckReport::new(&check())).unwrap();
            json.insert_str(at % json.len(), &with);
            if let Ok(report) = serde_json::from_str::<DeviceCheckReport>(&json) {
                let _ = report.device_check();
            }
        }
    }
}
