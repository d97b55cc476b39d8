//! A test of a stopped vehicle with the edge's judgement of it.

use super::{ConvertError, Converted, need};
use crate::exhaust_test::form::*;
use crate::exhaust_test::{Bound, TestFinding, TestItem, TestOutcome, TestValue, TestVerdict};
use crate::passage::EvidenceFile;
use crate::plate::PlateColour;
use crate::protocol::VERSION;
use crate::protocol::message::*;
use crate::protocol::record::EXHAUST_TEST;
use crate::rulebook::RulebookRef;
use crate::time::{ClockQuality, Stamp};
use crate::units::{AbsorptionCoefficient, EngineSpeed, RingelmannLevel};

impl From<&TestVerdict> for WireTestVerdict {
    fn from(verdict: &TestVerdict) -> Self {
        let finding = |finding: &TestFinding| {
            let (bound, limit) = match finding.limit {
                Bound::AtMost(limit) => ("at-most", limit),
                Bound::AtLeast(limit) => ("at-least", limit),
            };
            WireTestFinding {
                item: finding.measured.item.word().to_owned(),
                measured: finding.measured.value,
                limit,
                bound: bound.to_owned(),
                holds: finding.holds,
                clause: finding.clause.clone(),
            }
        };
        let value =
            |value: &TestValue| WireTestValue { item: value.item.word().to_owned(), value: value.value };
        Self {
            outcome: verdict.outcome.wire_word().to_owned(),
            rulebook: verdict.rulebook.id.clone(),
            rulebook_version: verdict.rulebook.version.clone(),
            findings: verdict.findings.iter().map(finding).collect(),
            without_limit: verdict.without_limit.iter().map(value).collect(),
        }
    }
}

impl WireTestVerdict {
    /// The domain's verdict.
    pub fn verdict(&self) -> Converted<TestVerdict> {
        let value = |item: &str, value| {
            Ok(TestValue { item: need("verdict.item", TestItem::from_word(item))?, value })
        };
        let finding = |wire: &WireTestFinding| {
            let limit = match wire.bound.as_str() {
                "at-most" => Bound::AtMost(wire.limit),
                "at-least" => Bound::AtLeast(wire.limit),
                _ => return Err(ConvertError { field: "verdict.findings.bound" }),
            };
            Ok(TestFinding {
                measured: value(&wire.item, wire.measured)?,
                limit,
                holds: wire.holds,
                clause: wire.clause.clone(),
            })
        };
        Ok(TestVerdict {
            outcome: need("verdict.outcome", TestOutcome::from_wire_word(&self.outcome))?,
            findings: self.findings.iter().map(finding).collect::<Converted<_>>()?,
            without_limit: self
                .without_limit
                .iter()
                .map(|wire| value(&wire.item, wire.value))
                .collect::<Converted<_>>()?,
            rulebook: RulebookRef { id: self.rulebook.clone(), version: self.rulebook_version.clone() },
        })
    }
}

impl From<&TestedVehicle> for WireTestedVehicle {
    fn from(vehicle: &TestedVehicle) -> Self {
        Self {
            plate: vehicle.plate.as_ref().map(|plate| plate.as_str().to_owned()),
            colour: vehicle.colour.map(|colour| colour.word().to_owned()),
            vin: vehicle.code.as_ref().map(|code| code.as_str().to_owned()),
            limit_class: vehicle.class.as_str().to_owned(),
            rated_power_w: vehicle.rated_power_w,
            altitude_m: vehicle.altitude_m,
        }
    }
}

impl TryFrom<&WireTestedVehicle> for TestedVehicle {
    type Error = ConvertError;

    fn try_from(wire: &WireTestedVehicle) -> Converted<Self> {
        let plate = wire.plate.as_deref().map(|text| need("vehicle.plate", text.parse().ok()));
        let colour = wire.colour.as_deref().map(|word| need("vehicle.colour", PlateColour::from_word(word)));
        let code = wire.vin.as_deref().map(|text| need("vehicle.vin", text.parse().ok()));
        Ok(Self {
            plate: plate.transpose()?,
            colour: colour.transpose()?,
            code: code.transpose()?,
            class: need("vehicle.limit_class", wire.limit_class.parse().ok())?,
            rated_power_w: wire.rated_power_w,
            altitude_m: wire.altitude_m,
        })
    }
}

impl From<&RecordedRun> for WireRun {
    fn from(run: &RecordedRun) -> Self {
        let point =
            |point: &CurvePoint| [point.ms, point.coefficient.per_m_hundredths.into(), point.rpm.into()];
        Self {
            highest_per_m_hundredths: run.highest.per_m_hundredths,
            highest_rpm: run.highest_speed.map(|speed| speed.rpm),
            curve: run.curve.iter().map(point).collect(),
        }
    }
}

impl TryFrom<&WireRun> for RecordedRun {
    type Error = ConvertError;

    fn try_from(wire: &WireRun) -> Converted<Self> {
        let point = |&[ms, k, rpm]: &[u32; 3]| {
            let k = need("free_acceleration.runs.curve", u16::try_from(k).ok())?;
            let rpm = need("free_acceleration.runs.curve", u16::try_from(rpm).ok())?;
            Ok(CurvePoint { ms, coefficient: AbsorptionCoefficient { per_m_hundredths: k }, rpm })
        };
        if wire.curve.len() > CURVE_POINTS {
            return Err(ConvertError { field: "free_acceleration.runs.curve" });
        }
        let per_m_hundredths = wire.highest_per_m_hundredths;
        Ok(Self {
            highest: AbsorptionCoefficient { per_m_hundredths },
            highest_speed: wire.highest_rpm.map(|rpm| EngineSpeed { rpm }),
            curve: wire.curve.iter().map(point).collect::<Converted<_>>()?,
        })
    }
}

fn metered(wire: &WireFreeAcceleration, meter: Option<&WireMeter>) -> Converted<MeteredAcceleration> {
    let meter = need("meter (free acceleration needs one)", meter)?;
    if !METER_DRIVERS.contains(&meter.driver.as_str()) {
        return Err(ConvertError { field: "meter.driver" });
    }
    if wire.runs.len() > RUNS {
        return Err(ConvertError { field: "free_acceleration.runs" });
    }
    let calibrated = meter.calibrated_utc_us.map(|utc_us| {
        need("meter.calibrated_utc_us", Stamp::from_micros(utc_us, ClockQuality::Synchronised))
    });
    Ok(MeteredAcceleration {
        meter: UsedMeter {
            driver: meter.driver.clone(),
            device: need("meter.device", meter.device.parse().ok())?,
            calibrated: calibrated.transpose()?,
        },
        purges: wire.purges,
        runs: wire.runs.iter().map(TryInto::try_into).collect::<Converted<_>>()?,
        mean: wire.mean_per_m_hundredths.map(|k| AbsorptionCoefficient { per_m_hundredths: k }),
    })
}

impl ExhaustTestReport {
    /// The report of a test and the edge's judgement of it.
    pub fn new(test: &ExhaustTest, verdict: Option<&TestVerdict>) -> Self {
        let eye = |reading: &EyeReading| WireEyeReading {
            observer: reading.observer.as_str().to_owned(),
            level: reading.level.level(),
        };
        let sample = |sample: &SampleTaken| WireSampleTaken {
            substance: sample.substance.wire_word().to_owned(),
            seal: sample.seal.as_str().to_owned(),
            taken: sample.taken.into(),
        };
        let done = test.free_acceleration.as_ref();
        Self {
            v: VERSION,
            kind: EXHAUST_TEST.to_owned(),
            id: test.id.to_string(),
            started: test.started.into(),
            ended: test.ended.into(),
            passage: test.passage.map(|id| id.to_string()),
            vehicle: (&test.vehicle).into(),
            meter: done.map(|done| WireMeter {
                driver: done.meter.driver.clone(),
                device: done.meter.device.to_string(),
                calibrated_utc_us: done.meter.calibrated.map(Stamp::micros),
            }),
            free_acceleration: done.map(|done| WireFreeAcceleration {
                purges: done.purges,
                runs: done.runs.iter().map(Into::into).collect(),
                mean_per_m_hundredths: done.mean.map(|k| k.per_m_hundredths),
            }),
            by_eye: test.by_eye.iter().map(eye).collect(),
            samples: test.samples.iter().map(sample).collect(),
            officers: test.officers.iter().map(|name| name.as_str().to_owned()).collect(),
            weather: test.weather.as_ref().map(Into::into),
            verdict: verdict.map(Into::into),
            note: test.note.as_ref().map(|note| note.as_str().to_owned()),
            evidence: test.evidence.iter().map(Into::into).collect(),
        }
    }

    /// The test and the edge's verdict that this report tells of.
    pub fn test(&self) -> Converted<(ExhaustTest, Option<TestVerdict>)> {
        if self.v != VERSION {
            return Err(ConvertError { field: "v" });
        }
        if self.kind != EXHAUST_TEST {
            return Err(ConvertError { field: "kind" });
        }
        let done = self.free_acceleration.as_ref().map(|wire| metered(wire, self.meter.as_ref()));
        if done.is_none() && self.meter.is_some() {
            return Err(ConvertError { field: "meter (with free acceleration, and only then)" });
        }
        let eye = |wire: &WireEyeReading| {
            Ok(EyeReading {
                observer: need("by_eye.observer", wire.observer.parse().ok())?,
                level: need("by_eye.level", RingelmannLevel::new(wire.level))?,
            })
        };
        let sample = |wire: &WireSampleTaken| {
            Ok(SampleTaken {
                substance: need("samples.substance", Substance::from_wire_word(&wire.substance))?,
                seal: need("samples.seal", wire.seal.parse().ok())?,
                taken: (&wire.taken).try_into()?,
            })
        };
        need("officers", (1..=OFFICERS).contains(&self.officers.len()).then_some(()))?;
        need("samples", (self.samples.len() <= SAMPLES).then_some(()))?;
        need("by_eye", (self.by_eye.len() <= OFFICERS).then_some(()))?;
        let officer = |name: &String| need("officers", name.parse().ok());
        let test = ExhaustTest {
            id: need("id", self.id.parse().ok())?,
            started: (&self.started).try_into()?,
            ended: (&self.ended).try_into()?,
            passage: self.passage.as_deref().map(|id| need("passage", id.parse().ok())).transpose()?,
            vehicle: (&self.vehicle).try_into()?,
            free_acceleration: done.transpose()?,
            by_eye: self.by_eye.iter().map(eye).collect::<Converted<_>>()?,
            samples: self.samples.iter().map(sample).collect::<Converted<_>>()?,
            officers: self.officers.iter().map(officer).collect::<Converted<_>>()?,
            weather: self.weather.as_ref().map(TryInto::try_into).transpose()?,
            note: self.note.as_deref().map(|note| need("note", note.parse().ok())).transpose()?,
            evidence: self
                .evidence
                .iter()
                .map(WireEvidence::file)
                .collect::<Converted<Vec<EvidenceFile>>>()?,
        };
        Ok((test, self.verdict.as_ref().map(WireTestVerdict::verdict).transpose()?))
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::exhaust_test::{TestRulebook, judge};
    use crate::protocol::RECORD_MAX;
    use crate::protocol::seal::{CHAIN_START, Purpose, Sealed};
    use crate::sample;

    fn judged(test: &ExhaustTest) -> TestVerdict {
        judge(&test.values(), &test.vehicle.subject(), &TestRulebook::gb3847())
    }

    #[test]
    fn a_test_reads_back_as_it_was_told() {
        let test = sample::exhaust_test(42);
        let verdict = judged(&test);
        let report = ExhaustTestReport::new(&test, Some(&verdict));
        assert_eq!(report.test().unwrap(), (test.clone(), Some(verdict)));
        let silent = ExhaustTestReport::new(&test, None);
        assert_eq!(silent.test().unwrap(), (test, None));
    }

    #[test]
    fn an_error_names_the_field() {
        let report = ExhaustTestReport::new(&sample::exhaust_test(42), None);
        let field = |change: fn(&mut ExhaustTestReport)| {
            let mut wrong = report.clone();
            change(&mut wrong);
            wrong.test().unwrap_err().field
        };
        assert_eq!(field(|r| r.v = 2), "v");
        assert_eq!(field(|r| r.kind = "passage".to_owned()), "kind");
        assert_eq!(field(|r| r.id.clear()), "id");
        assert_eq!(field(|r| r.officers.clear()), "officers");
        assert_eq!(field(|r| r.vehicle.plate = Some("晋A1".to_owned())), "vehicle.plate");
        assert_eq!(field(|r| r.vehicle.colour = Some("mauve".to_owned())), "vehicle.colour");
        assert_eq!(field(|r| r.vehicle.limit_class.clear()), "vehicle.limit_class");
        assert_eq!(field(|r| r.meter = None), "meter (free acceleration needs one)");
        assert_eq!(field(|r| r.free_acceleration = None), "meter (with free acceleration, and only then)");
        assert_eq!(field(|r| r.meter.as_mut().unwrap().driver = "x".to_owned()), "meter.driver");
        assert_eq!(field(|r| r.by_eye[0].level = 6), "by_eye.level");
        assert_eq!(field(|r| r.samples[0].substance = "tea".to_owned()), "samples.substance");
        let curve = |r: &mut ExhaustTestReport, point: [u32; 3], count| {
            r.free_acceleration.as_mut().unwrap().runs[0].curve = vec![point; count];
        };
        let mut long = report.clone();
        curve(&mut long, [0, 0, 0], CURVE_POINTS + 1);
        assert_eq!(long.test().unwrap_err().field, "free_acceleration.runs.curve");
        let mut wide = report.clone();
        curve(&mut wide, [0, 65_536, 0], 1);
        assert_eq!(wide.test().unwrap_err().field, "free_acceleration.runs.curve");
    }

    /// Every list full, every text as long as it may be and of three bytes a character, every number of five digits.
    #[test]
    fn the_largest_test_is_a_record_that_may_be_sent() {
        let long = |most: usize| "验".repeat(most);
        let mut test = sample::exhaust_test(4_200_000_000);
        let point = CurvePoint {
            ms: 99_999,
            coefficient: AbsorptionCoefficient { per_m_hundredths: 9_999 },
            rpm: 9_999,
        };
        let run = RecordedRun {
            highest: point.coefficient,
            highest_speed: Some(EngineSpeed { rpm: 9_999 }),
            curve: vec![point; CURVE_POINTS],
        };
        test.free_acceleration.as_mut().unwrap().runs = vec![run; RUNS];
        test.officers = vec![long(PersonName::MOST).parse().unwrap(); OFFICERS];
        let level = RingelmannLevel::new(5).unwrap();
        let eye = EyeReading { observer: test.officers[0].clone(), level };
        test.by_eye = vec![eye; 2];
        test.samples[0].seal = long(SealNumber::MOST).parse().unwrap();
        test.samples = vec![test.samples[0].clone(); SAMPLES];
        test.note = Some(long(Note::MOST).parse().unwrap());
        test.vehicle.code = Some(long(VehicleCode::MOST).parse().unwrap());
        let report = ExhaustTestReport::new(&test, Some(&judged(&test)));
        let body = serde_json::to_string(&report).unwrap();
        let sealed =
            Sealed::new(Purpose::Record, CHAIN_START, body, &SigningKey::from_bytes(&[7; 32])).encode();
        assert!(sealed.len() < RECORD_MAX, "{} bytes", sealed.len());
    }

    fn any_form() -> impl Strategy<Value = ExhaustTest> {
        let run = (
            any::<u16>(),
            any::<Option<u16>>(),
            prop::collection::vec(any::<(u32, u16, u16)>(), 0..CURVE_POINTS),
        );
        let runs = prop::collection::vec(run, 0..RUNS);
        let names = prop::collection::vec("[\\p{Han}a-z]{1,30}", 1..=OFFICERS);
        (runs, names, any::<Option<u16>>(), any::<bool>(), 0..=5_u8, any::<Option<u32>>()).prop_map(
            |(runs, names, mean, metered, level, watts)| {
                let mut test = sample::exhaust_test(42);
                let k = |per_m_hundredths| AbsorptionCoefficient { per_m_hundredths };
                let point = |(ms, value, rpm)| CurvePoint { ms, coefficient: k(value), rpm };
                let run = |(highest, rpm, curve): (u16, Option<u16>, Vec<(u32, u16, u16)>)| RecordedRun {
                    highest: k(highest),
                    highest_speed: rpm.map(|rpm| EngineSpeed { rpm }),
                    curve: curve.into_iter().map(point).collect(),
                };
                let done = test.free_acceleration.as_mut().unwrap();
                done.runs = runs.into_iter().map(run).collect();
                done.mean = mean.map(k);
                if !metered {
                    test.free_acceleration = None;
                }
                test.officers = names.iter().map(|name| name.parse().unwrap()).collect();
                test.by_eye[0].level = RingelmannLevel::new(level).unwrap();
                test.vehicle.rated_power_w = watts;
                test
            },
        )
    }

    proptest! {
        #[test]
        fn every_test_reads_back_from_its_text(test in any_form()) {
            let verdict = judged(&test);
            let report = ExhaustTestReport::new(&test, Some(&verdict));
            let text = serde_json::to_string(&report).unwrap();
            let read: ExhaustTestReport = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.test().unwrap(), (test, Some(verdict)));
        }
    }
}
