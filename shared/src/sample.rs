//! A fluent builder of passages for tests, here and in the crates that build on this one.
//!
//! Only compiled for tests and behind the feature `sample`; every plate in it is made up.

use jiff::Timestamp;

use crate::device_check::{CheckMethod, CheckQuantity, CheckReading, CheckedPoint};
use crate::exhaust_test::form::*;
use crate::ids::{FileHash, LaneNo, PassageId};
use crate::passage::*;
use crate::plate::{PlateColour, PlateRows};
use crate::reading::*;
use crate::time::{ClockQuality, Moment, Stamp, Tick};
use crate::units::*;

/// Builds one passage.
#[derive(Clone, Debug)]
pub struct SamplePassage(Passage);

/// When samples happen unless they say otherwise: 2026-11-23 10:00 in China.
pub fn noon() -> Stamp {
    "2026-11-23T02:00:00Z".parse::<Timestamp>().map(stamp).expect("a literal")
}

/// A stamp of a synchronised clock.
pub fn stamp(utc: Timestamp) -> Stamp {
    Stamp { utc, quality: ClockQuality::Synchronised }
}

/// A clean, valid passage of `晋A12345` with sequence `sequence` at station A140105001, lane 1: opacity 12.00 %.
pub fn passage(sequence: u64) -> SamplePassage {
    let at = Moment { tick: Tick { micros: 0 }, stamp: noon() };
    let ppm = |ppm_hundredths| Concentration { ppm_hundredths };
    let ratio = |millionths| MoleRatio { millionths };
    let opacity = |h| CrossRoadOpacity(Opacity::from_hundredths(h).expect("a literal"));
    let reading = Reading {
        origin: ReadingOrigin {
            device: "RS-1".parse().expect("a literal"),
            boot: 1,
            sequence: sequence as u32,
        },
        measured: at,
        lane: LaneNo::new(1).expect("a literal"),
        gases: Some(Gases {
            co2: ppm(14_000_000),
            co: ppm(20_000),
            hc: ppm(2_000),
            no: ppm(60_000),
            co_ratio: ratio(1_429),
            hc_ratio: ratio(143),
            no_ratio: ratio(4_286),
        }),
        opacity: Some(BeamOpacity { mean: opacity(1_200), maximum: opacity(1_500) }),
        speed: Some(Speed { mm_s: 11_111 }),
        acceleration: Some(Acceleration { mm_s2: 300 }),
        slope: Some(Slope { degree_hundredths: 100 }),
        plume_ppm_m_hundredths: 60_000,
        audit: Some(Audit {
            id: "AUD-20261123-0800".parse().expect("a literal"),
            passed: "2026-11-23T01:00:00Z".parse().expect("a literal"),
        }),
        head_status: HeadStatus::Good,
    };
    let weather = WeatherReading {
        measured: at,
        wind: Some(Speed { mm_s: 1_200 }),
        wind_from: Some(Bearing { degrees: 270 }),
        temperature: Some(Temperature { celsius_hundredths: 620 }),
        humidity: Some(Humidity { percent_hundredths: 4_040 }),
        pressure: Some(Pressure { pa: 92_100 }),
        precipitation: Some(false),
    };
    SamplePassage(Passage {
        id: PassageId { station: "A140105001".parse().expect("a literal"), sequence },
        lane: reading.lane,
        passed: at.stamp,
        reading: Some(reading),
        validity: Some(Validity::Valid),
        front: Some(sighting("晋A12345", PlateColour::Yellow)),
        rear: None,
        smoke: None,
        weather: Some(weather),
        doubts: Vec::new(),
        evidence: vec![EvidenceFile {
            kind: EvidenceKind::VehicleFront,
            hash: FileHash::of(b"front"),
            bytes: 5,
        }],
    })
}

/// An automatic audit of head RS-1, four gases and five filters, each read nearly right; its sequence is `sequence`.
pub fn check(sequence: u32) -> CheckReading {
    let point = |(quantity, standard, measured)| CheckedPoint { quantity, standard, measured };
    let filter = |standard| (CheckQuantity::Opacity, standard, standard + 40);
    CheckReading {
        origin: ReadingOrigin { device: "RS-1".parse().expect("a literal"), boot: 1, sequence },
        performed: Moment { tick: Tick { micros: 0 }, stamp: noon() },
        lane: LaneNo::new(1).expect("a literal"),
        number: format!("AUD-{sequence}").parse().expect("letters, a hyphen and digits"),
        method: CheckMethod::Audit,
        by: None,
        points: [
            (CheckQuantity::Co2, 15_000_000, 15_090_000),
            (CheckQuantity::Co, 3_000_000, 2_960_000),
            (CheckQuantity::Hc, 100_000, 101_500),
            (CheckQuantity::Butadiene, 100_000, 98_000),
            (CheckQuantity::No, 150_000, 151_200),
        ]
        .into_iter()
        .chain([1_000, 2_500, 5_000, 7_500, 9_000].map(filter))
        .map(point)
        .collect(),
        head_passed: true,
    }
}

/// A free acceleration of `晋A12345` with sequence `sequence` at station A140105001: 0.80, 0.84 and 0.82 1/m after three
/// purges; two officers saw level 1; urea was taken.
pub fn exhaust_test(sequence: u64) -> ExhaustTest {
    let k = |per_m_hundredths| AbsorptionCoefficient { per_m_hundredths };
    let point = |ms, value, rpm| CurvePoint { ms, coefficient: k(value), rpm };
    let run = |highest| RecordedRun {
        highest: k(highest),
        highest_speed: Some(EngineSpeed { rpm: 2_850 }),
        curve: vec![point(0, 5, 750), point(900, highest, 2_400), point(2_000, 20, 2_850)],
    };
    let eye = |observer: &str| EyeReading {
        observer: observer.parse().expect("a literal"),
        level: RingelmannLevel::new(1).expect("a literal"),
    };
    let station = "A140105001".parse().expect("a literal");
    ExhaustTest {
        id: PassageId { station, sequence },
        started: noon(),
        ended: Stamp { utc: noon().utc + jiff::SignedDuration::from_mins(6), ..noon() },
        passage: Some(PassageId { station, sequence: 7 }),
        vehicle: TestedVehicle {
            plate: Some("晋A12345".parse().expect("a plate")),
            colour: Some(PlateColour::Yellow),
            code: Some("LZZ5CLSB8KA123456".parse().expect("a literal")),
            class: "a".parse().expect("a literal"),
            rated_power_w: Some(276_000),
            altitude_m: Some(780),
        },
        free_acceleration: Some(MeteredAcceleration {
            meter: UsedMeter {
                driver: METER_DRIVERS[0].to_owned(),
                device: "NHT-0042".parse().expect("a literal"),
                calibrated: Some(noon()),
            },
            purges: 3,
            runs: vec![run(80), run(84), run(82)],
            mean: Some(k(82)),
        }),
        by_eye: vec![eye("李卫"), eye("王芳")],
        samples: vec![SampleTaken {
            substance: Substance::Urea,
            seal: "UR-2026-0042".parse().expect("a literal"),
            taken: noon(),
        }],
        officers: vec!["李卫".parse().expect("a literal"), "王芳".parse().expect("a literal")],
        weather: None,
        note: Some("后处理正常".parse().expect("a literal")),
        evidence: Vec::new(),
    }
}

/// A confident sighting of `text`.
pub fn sighting(text: &str, colour: PlateColour) -> PlateSighting {
    PlateSighting {
        first_seen: noon(),
        last_seen: noon(),
        frames: 6,
        decision: PlateDecision::Read(text.parse().expect("a plate")),
        raw: text.to_owned(),
        colour: Some(colour),
        rows: Some(PlateRows::One),
        confidence: Confidence::from_per_mille(987).expect("a literal"),
        alternatives: text
            .chars()
            .map(|character| vec![Alternative { character, confidence: Confidence::FULL }])
            .collect(),
        corners: Some([[100, 100], [200, 100], [200, 132], [100, 132]]),
    }
}

impl SamplePassage {
    /// At another station.
    #[must_use]
    pub fn at_station(mut self, station: &str) -> Self {
        self.0.id.station = station.parse().expect("a station");
        self
    }

    /// At another time, such as `2026-11-23T02:00:00Z`.
    #[must_use]
    pub fn at(mut self, utc: &str) -> Self {
        self.0.passed = stamp(utc.parse().expect("a time"));
        if let Some(reading) = &mut self.0.reading {
            reading.measured.stamp = self.0.passed;
        }
        self
    }

    /// With another plate.
    #[must_use]
    pub fn of(mut self, plate: &str) -> Self {
        self.0.front = Some(sighting(plate, PlateColour::Yellow));
        self
    }

    /// With this mean opacity, hundredths of a percent.
    #[must_use]
    pub fn with_opacity(mut self, hundredths: u16) -> Self {
        let mean = CrossRoadOpacity(Opacity::from_hundredths(hundredths).expect("at most 100 %"));
        if let Some(reading) = &mut self.0.reading {
            reading.opacity = Some(BeamOpacity { mean, maximum: mean });
        }
        self
    }

    /// With this NO, hundredths of 10⁻⁶.
    #[must_use]
    pub fn with_no(mut self, ppm_hundredths: i32) -> Self {
        if let Some(gases) = self.0.reading.as_mut().and_then(|reading| reading.gases.as_mut()) {
            gases.no = Concentration { ppm_hundredths };
        }
        self
    }

    /// With smoke of this camera opacity, hundredths of a percent.
    #[must_use]
    pub fn with_smoke(mut self, hundredths: u16) -> Self {
        let opacity = Opacity::from_hundredths(hundredths).expect("at most 100 %");
        self.0.smoke = Some(SmokeObservation {
            first_seen: self.0.passed,
            last_seen: self.0.passed,
            hits: 5,
            outcome: SmokeOutcome::Measured {
                opacity: CameraOpacity(opacity),
                uncertainty_hundredths: 300,
                level: RingelmannLevel::nearest(opacity),
                confidence: Confidence::FULL,
            },
        });
        self
    }

    /// With a wind that makes the reading invalid.
    #[must_use]
    pub fn in_strong_wind(mut self) -> Self {
        self.0.validity = Some(Validity::Invalid(vec![InvalidReason {
            condition: Condition::Wind,
            breach: Breach::Above { measured: 6_100, limit: 5_000 },
        }]));
        self
    }

    /// With a doubt.
    #[must_use]
    pub fn doubted(mut self, doubt: Doubt) -> Self {
        self.0.doubts.push(doubt);
        self
    }

    /// Without a reading.
    #[must_use]
    pub fn without_reading(mut self) -> Self {
        self.0.reading = None;
        self.0.validity = None;
        self
    }

    /// With these files.
    #[must_use]
    pub fn with_evidence(mut self, evidence: Vec<EvidenceFile>) -> Self {
        self.0.evidence = evidence;
        self
    }

    /// The passage.
    pub fn passage(self) -> Passage {
        self.0
    }
}
