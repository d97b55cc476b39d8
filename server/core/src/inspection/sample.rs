//! A truck that passes, and ways to change it, for tests.

use plumewatch_shared::exhaust_test::{TestItem, TestOutcome, TestValue};
use plumewatch_shared::plate::PlateColour;
use plumewatch_shared::units::{AbsorptionCoefficient, EngineSpeed};

use super::test::*;
use super::{InspectionId, ReportNumber, VehicleIdentity};
use crate::access::OrganisationCode;
use crate::register::Vin;

pub(crate) fn k(per_m_hundredths: u16) -> AbsorptionCoefficient {
    AbsorptionCoefficient { per_m_hundredths }
}

pub(crate) fn code(text: &str) -> OrganisationCode {
    OrganisationCode::parse(text).unwrap()
}

/// An acceleration whose curve rises to the peak and falls.
pub(crate) fn run(peak: u16) -> Run {
    let curve = (0..40_u32).map(|at| RunPoint {
        ms: at * 150,
        k: k(if at == 12 { peak } else { peak * (40 - at.min(40)) as u16 / 60 }),
        speed: EngineSpeed { rpm: 700 + (40 - at.abs_diff(15).min(40)) as u16 * 50 },
    });
    let curve: Vec<RunPoint> = curve.collect();
    let highest_speed = curve.iter().map(|point| point.speed).max().unwrap();
    Run { highest: k(peak), highest_speed, curve }
}

/// A free acceleration of 0.80 1/m that passes limit a, told as it is.
pub(crate) fn passing(report: &str) -> Inspection {
    let (station, report) = (code("I-1"), ReportNumber::parse(report).unwrap());
    Inspection {
        id: InspectionId::of(&station, &report),
        station,
        line: 1,
        report,
        order: None,
        vehicle: VehicleIdentity {
            plate: "晋A12345".parse().unwrap(),
            colour: Some(PlateColour::Yellow),
            vin: Vin::parse("LSVA10338A1234567").ok(),
        },
        engine_model: Some("WP10.340E32".to_owned()),
        rated_power_w: Some(250_000),
        altitude_m: None,
        span: Span {
            started: "2026-11-23T02:00:00Z".parse().unwrap(),
            ended: "2026-11-23T02:06:00Z".parse().unwrap(),
        },
        air: Air { celsius_hundredths: 650, humidity_hundredths: 4_040, pascal: 92_100 },
        emission: Emission::FreeAcceleration {
            purges: 3,
            idle: EngineSpeed { rpm: 700 },
            runs: vec![run(79), run(80), run(81)],
        },
        obd: Some(Obd {
            communicates: true,
            lamp_consistent: true,
            lamp_on: false,
            lamp_km: 0,
            trouble_codes: vec![],
            not_ready: 1,
            vin: Vin::parse("LSVA10338A1234567").ok(),
            calibration: Some("P_934V772".to_owned()),
            calibration_sum: Some("5F3A91C0".to_owned()),
        }),
        appearance: vec![],
        inspector: "赵检".to_owned(),
        told: Told {
            outcome: TestOutcome::Passed,
            values: vec![TestValue { item: TestItem::FreeAccelerationK, value: 80 }],
            failed: Default::default(),
        },
    }
}

/// A lug-down that passes limit a, told as it is.
pub(crate) fn lug_down(report: &str) -> Inspection {
    let point = |at: u32| {
        let phase = match at {
            0..60 => LugPhase::Scan,
            60..90 => LugPhase::At100,
            _ => LugPhase::At80,
        };
        let roller_mm_s = if phase == LugPhase::At80 { 15_600 } else { 19_500 };
        LugPoint {
            ms: at * 1_000,
            phase,
            k: k(60 + (at % 5) as u16),
            speed: EngineSpeed { rpm: (roller_mm_s / 10) as u16 },
            roller_mm_s,
            power_w: if at == 59 { 150_000 } else { 140_000 },
            nox_ppm: 640 + at % 7,
            co2_hundredths: 820,
        }
    };
    let value = |item, value| TestValue { item, value };
    Inspection {
        emission: Emission::LugDown {
            k100: k(62),
            k80: k(63),
            nox80_ppm: 643,
            wheel_power_w: 150_000,
            process: (0..120).map(point).collect(),
        },
        told: Told {
            outcome: TestOutcome::Passed,
            values: vec![
                value(TestItem::LugDownK100, 62),
                value(TestItem::LugDownK80, 63),
                value(TestItem::LugDownNox80, 643),
                value(TestItem::WheelPowerShare, 600),
            ],
            failed: Default::default(),
        },
        ..passing(report)
    }
}
