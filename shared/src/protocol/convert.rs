//! Between the wire's types and the domain's, by hand and both ways.
//!
//! What goes out always can; what comes in is checked field by field, and the error names the field.

use jiff::Timestamp;

use super::message::*;
use crate::ids::{FileHash, LaneNo, PassageId};
use crate::passage::*;
use crate::plate::{Plate, PlateColour, PlateRows};
use crate::reading::*;
use crate::rulebook::{Item, Role, RulebookRef};
use crate::time::{ClockQuality, Moment, Stamp, Tick};
use crate::units::*;
use crate::verdict::{Finding, Outcome, Verdict};
use crate::watchlist::{WatchReason, Watchlist, WatchlistEntry};

/// A message does not say what it must.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is out of range or not a word of this protocol")]
pub struct ConvertError {
    /// The field.
    pub field: &'static str,
}

type Converted<T> = Result<T, ConvertError>;

fn need<T>(field: &'static str, value: Option<T>) -> Converted<T> {
    value.ok_or(ConvertError { field })
}

/// Gives an enum without data its words, both ways.
macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// The word used on wires and in tables.
            pub const fn wire_word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value of a [`wire_word`](Self::wire_word).
            pub fn from_wire_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(ClockQuality { Synchronised = "synchronised", Holdover = "holdover", Unsynchronised = "unsynchronised" });
words!(HeadStatus { Good = "good", WeakPlume = "weak-plume", Reblocked = "reblocked", Fault = "fault" });
words!(Condition {
    Wind = "wind", Precipitation = "precipitation", Temperature = "temperature", Humidity = "humidity",
    Pressure = "pressure", Slope = "slope", Speed = "speed", Acceleration = "acceleration",
    SpecificPower = "specific-power", Plume = "plume", Headway = "headway", Audit = "audit",
    Weather = "weather", Head = "head",
});
words!(AbstainReason {
    NoPlateFound = "no-plate-found", LowConfidence = "low-confidence", NotGrammatical = "not-grammatical",
    FramesDisagree = "frames-disagree",
});
words!(UnmeasurableReason { NoBackground = "no-background", Night = "night", Unstable = "unstable" });
words!(Doubt {
    SeveralVehicles = "several-vehicles", NoVehicleSeen = "no-vehicle-seen", NoReading = "no-reading",
    PlateUnread = "plate-unread", PlatesDiffer = "plates-differ", TrailerBehind = "trailer-behind",
    ArrivedLate = "arrived-late",
});
words!(EvidenceKind {
    VehicleFront = "vehicle-front", VehicleRear = "vehicle-rear", PlateFront = "plate-front",
    PlateRear = "plate-rear", Plume = "plume",
});
words!(Outcome { Passed = "passed", Screened = "screened", Exceeding = "exceeding", NotJudged = "not-judged" });
words!(Role { Enforcement = "enforcement", Screening = "screening" });
words!(WatchReason { OpenCase = "open-case", Blacklisted = "blacklisted", Wanted = "wanted" });

impl From<Stamp> for WireStamp {
    fn from(stamp: Stamp) -> Self {
        Self { utc_us: stamp.micros(), clock: stamp.quality.wire_word().to_owned() }
    }
}

impl TryFrom<&WireStamp> for Stamp {
    type Error = ConvertError;

    fn try_from(wire: &WireStamp) -> Converted<Self> {
        let quality = need("clock", ClockQuality::from_wire_word(&wire.clock))?;
        need("utc_us", Self::from_micros(wire.utc_us, quality))
    }
}

/// Ticks are one boot's own affair and do not travel: a moment from the wire has tick zero.
fn moment(wire: &WireStamp) -> Converted<Moment> {
    Ok(Moment { tick: Tick { micros: 0 }, stamp: wire.try_into()? })
}

impl From<&Reading> for WireReading {
    fn from(reading: &Reading) -> Self {
        let gases = reading.gases;
        let ppm = |gas: fn(&Gases) -> Concentration| gases.as_ref().map(|g| gas(g).ppm_hundredths);
        let ratio = |gas: fn(&Gases) -> MoleRatio| gases.as_ref().map(|g| gas(g).millionths);
        Self {
            device: reading.origin.device.to_string(),
            boot: reading.origin.boot,
            sequence: reading.origin.sequence,
            measured: reading.measured.stamp.into(),
            co2_ppm_hundredths: ppm(|g| g.co2),
            co_ppm_hundredths: ppm(|g| g.co),
            hc_ppm_hundredths: ppm(|g| g.hc),
            no_ppm_hundredths: ppm(|g| g.no),
            co_ratio_millionths: ratio(|g| g.co_ratio),
            hc_ratio_millionths: ratio(|g| g.hc_ratio),
            no_ratio_millionths: ratio(|g| g.no_ratio),
            opacity_mean_hundredths: reading.opacity.map(|o| o.mean.0.hundredths()),
            opacity_max_hundredths: reading.opacity.map(|o| o.maximum.0.hundredths()),
            speed_mm_s: reading.speed.map(|s| s.mm_s),
            acceleration_mm_s2: reading.acceleration.map(|a| a.mm_s2),
            slope_degree_hundredths: reading.slope.map(|s| s.degree_hundredths),
            plume_ppm_m_hundredths: reading.plume_ppm_m_hundredths,
            audit: reading.audit.as_ref().map(|a| a.id.to_string()),
            audit_passed_utc_us: reading.audit.as_ref().map(|a| a.passed.as_microsecond()),
            head_status: reading.head_status.wire_word().to_owned(),
        }
    }
}

fn reading(wire: &WireReading, lane: LaneNo) -> Converted<Reading> {
    let device = |text: &str| need("device", text.parse().ok());
    let ppm = |value: i32| Concentration { ppm_hundredths: value };
    let ratio = |value: i32| MoleRatio { millionths: value };
    let gases = match (
        (wire.co2_ppm_hundredths, wire.co_ppm_hundredths, wire.hc_ppm_hundredths, wire.no_ppm_hundredths),
        (wire.co_ratio_millionths, wire.hc_ratio_millionths, wire.no_ratio_millionths),
    ) {
        ((Some(co2), Some(co), Some(hc), Some(no)), (Some(q), Some(q1), Some(q2))) => Some(Gases {
            co2: ppm(co2),
            co: ppm(co),
            hc: ppm(hc),
            no: ppm(no),
            co_ratio: ratio(q),
            hc_ratio: ratio(q1),
            no_ratio: ratio(q2),
        }),
        ((None, None, None, None), (None, None, None)) => None,
        _ => return Err(ConvertError { field: "gases (all or none)" }),
    };
    let beam = |value: u16| need("opacity", Opacity::from_hundredths(value)).map(CrossRoadOpacity);
    let opacity = match (wire.opacity_mean_hundredths, wire.opacity_max_hundredths) {
        (Some(mean), Some(maximum)) => Some(BeamOpacity { mean: beam(mean)?, maximum: beam(maximum)? }),
        (None, None) => None,
        _ => return Err(ConvertError { field: "opacity (mean and maximum, or neither)" }),
    };
    let audit = match (&wire.audit, wire.audit_passed_utc_us) {
        (Some(id), Some(passed)) => Some(Audit {
            id: device(id)?,
            passed: need("audit_passed_utc_us", Timestamp::from_microsecond(passed).ok())?,
        }),
        (None, None) => None,
        _ => return Err(ConvertError { field: "audit (number and time, or neither)" }),
    };
    Ok(Reading {
        origin: ReadingOrigin { device: device(&wire.device)?, boot: wire.boot, sequence: wire.sequence },
        measured: moment(&wire.measured)?,
        lane,
        gases,
        opacity,
        speed: wire.speed_mm_s.map(|mm_s| Speed { mm_s }),
        acceleration: wire.acceleration_mm_s2.map(|mm_s2| Acceleration { mm_s2 }),
        slope: wire.slope_degree_hundredths.map(|degree_hundredths| Slope { degree_hundredths }),
        plume_ppm_m_hundredths: wire.plume_ppm_m_hundredths,
        audit,
        head_status: need("head_status", HeadStatus::from_wire_word(&wire.head_status))?,
    })
}

impl From<&InvalidReason> for WireInvalidReason {
    fn from(reason: &InvalidReason) -> Self {
        let (breach, measured, limit) = match reason.breach {
            Breach::Missing => ("missing", None, None),
            Breach::NotMet => ("not-met", None, None),
            Breach::Below { measured, limit } => ("below", Some(measured), Some(limit)),
            Breach::Above { measured, limit } => ("above", Some(measured), Some(limit)),
        };
        Self {
            condition: reason.condition.wire_word().to_owned(),
            breach: breach.to_owned(),
            measured,
            limit,
        }
    }
}

impl TryFrom<&WireInvalidReason> for InvalidReason {
    type Error = ConvertError;

    fn try_from(wire: &WireInvalidReason) -> Converted<Self> {
        let breach = match (wire.breach.as_str(), wire.measured, wire.limit) {
            ("missing", None, None) => Breach::Missing,
            ("not-met", None, None) => Breach::NotMet,
            ("below", Some(measured), Some(limit)) => Breach::Below { measured, limit },
            ("above", Some(measured), Some(limit)) => Breach::Above { measured, limit },
            _ => return Err(ConvertError { field: "breach" }),
        };
        Ok(Self { condition: need("condition", Condition::from_wire_word(&wire.condition))?, breach })
    }
}

impl From<&PlateSighting> for WireSighting {
    fn from(sighting: &PlateSighting) -> Self {
        let (plate, abstained) = match &sighting.decision {
            PlateDecision::Read(plate) => (Some(plate.as_str().to_owned()), None),
            PlateDecision::Abstained(reason) => (None, Some(reason.wire_word().to_owned())),
        };
        let pair = |a: &Alternative| (a.character, a.confidence.per_mille());
        Self {
            first_seen: sighting.first_seen.into(),
            last_seen: sighting.last_seen.into(),
            frames: sighting.frames,
            plate,
            abstained,
            raw: sighting.raw.clone(),
            colour: sighting.colour.map(|colour| colour.word().to_owned()),
            rows: sighting.rows.map(|rows| match rows {
                PlateRows::One => 1,
                PlateRows::Two => 2,
            }),
            confidence_per_mille: sighting.confidence.per_mille(),
            alternatives: sighting.alternatives.iter().map(|at| at.iter().map(pair).collect()).collect(),
            corners: sighting.corners,
        }
    }
}

impl TryFrom<&WireSighting> for PlateSighting {
    type Error = ConvertError;

    fn try_from(wire: &WireSighting) -> Converted<Self> {
        let decision = match (&wire.plate, &wire.abstained) {
            (Some(plate), None) => PlateDecision::Read(need("plate", plate.parse::<Plate>().ok())?),
            (None, Some(word)) => {
                PlateDecision::Abstained(need("abstained", AbstainReason::from_wire_word(word))?)
            }
            _ => return Err(ConvertError { field: "plate (or why there is none)" }),
        };
        let confidence = |value: u16| need("confidence_per_mille", Confidence::from_per_mille(value));
        let alternative =
            |&(character, value): &(char, u16)| Ok(Alternative { character, confidence: confidence(value)? });
        let alternatives: Converted<Vec<Vec<_>>> =
            wire.alternatives.iter().map(|at| at.iter().map(alternative).collect()).collect();
        Ok(Self {
            first_seen: (&wire.first_seen).try_into()?,
            last_seen: (&wire.last_seen).try_into()?,
            frames: wire.frames,
            decision,
            raw: wire.raw.clone(),
            colour: colour(wire.colour.as_deref())?,
            rows: match wire.rows {
                None => None,
                Some(1) => Some(PlateRows::One),
                Some(2) => Some(PlateRows::Two),
                Some(_) => return Err(ConvertError { field: "rows" }),
            },
            confidence: confidence(wire.confidence_per_mille)?,
            alternatives: alternatives?,
            corners: wire.corners,
        })
    }
}

fn colour(word: Option<&str>) -> Converted<Option<PlateColour>> {
    word.map(|word| need("colour", PlateColour::from_word(word))).transpose()
}

impl From<&SmokeObservation> for WireSmoke {
    fn from(smoke: &SmokeObservation) -> Self {
        let mut wire = Self {
            first_seen: smoke.first_seen.into(),
            last_seen: smoke.last_seen.into(),
            hits: smoke.hits,
            opacity_hundredths: None,
            uncertainty_hundredths: None,
            level: None,
            confidence_per_mille: None,
            unmeasurable: None,
        };
        match smoke.outcome {
            SmokeOutcome::Measured { opacity, uncertainty_hundredths, level, confidence } => {
                wire.opacity_hundredths = Some(opacity.0.hundredths());
                wire.uncertainty_hundredths = Some(uncertainty_hundredths);
                wire.level = Some(level.level());
                wire.confidence_per_mille = Some(confidence.per_mille());
            }
            SmokeOutcome::Unmeasurable(reason) => wire.unmeasurable = Some(reason.wire_word().to_owned()),
        }
        wire
    }
}

impl TryFrom<&WireSmoke> for SmokeObservation {
    type Error = ConvertError;

    fn try_from(wire: &WireSmoke) -> Converted<Self> {
        let figures =
            (wire.opacity_hundredths, wire.uncertainty_hundredths, wire.level, wire.confidence_per_mille);
        let outcome = match (figures, &wire.unmeasurable) {
            ((Some(opacity), Some(uncertainty_hundredths), Some(level), Some(confidence)), None) => {
                SmokeOutcome::Measured {
                    opacity: CameraOpacity(need("opacity_hundredths", Opacity::from_hundredths(opacity))?),
                    uncertainty_hundredths,
                    level: need("level", RingelmannLevel::new(level))?,
                    confidence: need("confidence_per_mille", Confidence::from_per_mille(confidence))?,
                }
            }
            ((None, None, None, None), Some(word)) => {
                SmokeOutcome::Unmeasurable(need("unmeasurable", UnmeasurableReason::from_wire_word(word))?)
            }
            _ => return Err(ConvertError { field: "smoke (figures, or why there are none)" }),
        };
        Ok(Self {
            first_seen: (&wire.first_seen).try_into()?,
            last_seen: (&wire.last_seen).try_into()?,
            hits: wire.hits,
            outcome,
        })
    }
}

impl From<&WeatherReading> for WireWeather {
    fn from(weather: &WeatherReading) -> Self {
        Self {
            measured: weather.measured.stamp.into(),
            wind_mm_s: weather.wind.map(|wind| wind.mm_s),
            wind_from_degrees: weather.wind_from.map(|from| from.degrees),
            temperature_celsius_hundredths: weather.temperature.map(|t| t.celsius_hundredths),
            humidity_percent_hundredths: weather.humidity.map(|h| h.percent_hundredths),
            pressure_pa: weather.pressure.map(|p| p.pa),
            precipitation: weather.precipitation,
        }
    }
}

impl TryFrom<&WireWeather> for WeatherReading {
    type Error = ConvertError;

    fn try_from(wire: &WireWeather) -> Converted<Self> {
        Ok(Self {
            measured: moment(&wire.measured)?,
            wind: wire.wind_mm_s.map(|mm_s| Speed { mm_s }),
            wind_from: wire.wind_from_degrees.map(|degrees| Bearing { degrees }),
            temperature: wire
                .temperature_celsius_hundredths
                .map(|celsius_hundredths| Temperature { celsius_hundredths }),
            humidity: wire
                .humidity_percent_hundredths
                .map(|percent_hundredths| Humidity { percent_hundredths }),
            pressure: wire.pressure_pa.map(|pa| Pressure { pa }),
            precipitation: wire.precipitation,
        })
    }
}

impl From<&Verdict> for WireVerdict {
    fn from(verdict: &Verdict) -> Self {
        let finding = |finding: &Finding| WireFinding {
            item: finding.item.word().to_owned(),
            measured: finding.measured,
            limit: finding.limit,
            exceeds: finding.exceeds,
            role: finding.role.wire_word().to_owned(),
            clause: finding.clause.clone(),
        };
        Self {
            outcome: verdict.outcome.wire_word().to_owned(),
            rulebook: verdict.rulebook.id.clone(),
            rulebook_version: verdict.rulebook.version.clone(),
            findings: verdict.findings.iter().map(finding).collect(),
        }
    }
}

impl WireVerdict {
    /// The domain's verdict; `invalid` stands in the report beside it.
    pub fn verdict(&self, invalid: Vec<InvalidReason>) -> Converted<Verdict> {
        let finding = |wire: &WireFinding| {
            Ok(Finding {
                item: need("item", Item::from_word(&wire.item))?,
                measured: wire.measured,
                limit: wire.limit,
                exceeds: wire.exceeds,
                role: need("role", Role::from_wire_word(&wire.role))?,
                clause: wire.clause.clone(),
            })
        };
        Ok(Verdict {
            outcome: need("outcome", Outcome::from_wire_word(&self.outcome))?,
            findings: self.findings.iter().map(finding).collect::<Converted<_>>()?,
            invalid,
            rulebook: RulebookRef { id: self.rulebook.clone(), version: self.rulebook_version.clone() },
        })
    }
}

impl PassageReport {
    /// The report of a passage and the edge's judgement of it.
    pub fn new(passage: &Passage, verdict: &Verdict) -> Self {
        let invalid = passage.validity.as_ref().map(|validity| match validity {
            Validity::Valid => Vec::new(),
            Validity::Invalid(reasons) => reasons.iter().map(Into::into).collect(),
        });
        let file = |file: &EvidenceFile| WireEvidence {
            kind: file.kind.wire_word().to_owned(),
            sha256: file.hash.to_string(),
            bytes: file.bytes,
        };
        Self {
            v: super::VERSION,
            id: passage.id.to_string(),
            lane: passage.lane.number(),
            passed: passage.passed.into(),
            reading: passage.reading.as_ref().map(Into::into),
            invalid,
            front: passage.front.as_ref().map(Into::into),
            rear: passage.rear.as_ref().map(Into::into),
            smoke: passage.smoke.as_ref().map(Into::into),
            weather: passage.weather.as_ref().map(Into::into),
            doubts: passage.doubts.iter().map(|doubt| doubt.wire_word().to_owned()).collect(),
            evidence: passage.evidence.iter().map(file).collect(),
            verdict: verdict.into(),
        }
    }

    /// The passage and the edge's verdict that this report tells of.
    pub fn passage(&self) -> Converted<(Passage, Verdict)> {
        if self.v != super::VERSION {
            return Err(ConvertError { field: "v" });
        }
        let lane = need("lane", LaneNo::new(self.lane))?;
        let invalid: Option<Vec<InvalidReason>> =
            self.invalid.as_ref().map(|list| list.iter().map(TryInto::try_into).collect()).transpose()?;
        if invalid.is_some() != self.reading.is_some() {
            return Err(ConvertError { field: "invalid (with a reading, and only then)" });
        }
        let verdict = self.verdict.verdict(invalid.clone().unwrap_or_default())?;
        let file = |wire: &WireEvidence| {
            Ok(EvidenceFile {
                kind: need("evidence.kind", EvidenceKind::from_wire_word(&wire.kind))?,
                hash: need("evidence.sha256", wire.sha256.parse::<FileHash>().ok())?,
                bytes: wire.bytes,
            })
        };
        let doubt = |word: &String| need("doubts", Doubt::from_wire_word(word));
        let passage = Passage {
            id: need("id", self.id.parse::<PassageId>().ok())?,
            lane,
            passed: (&self.passed).try_into()?,
            reading: self.reading.as_ref().map(|wire| reading(wire, lane)).transpose()?,
            validity: invalid.map(|reasons| match reasons.is_empty() {
                true => Validity::Valid,
                false => Validity::Invalid(reasons),
            }),
            front: self.front.as_ref().map(TryInto::try_into).transpose()?,
            rear: self.rear.as_ref().map(TryInto::try_into).transpose()?,
            smoke: self.smoke.as_ref().map(TryInto::try_into).transpose()?,
            weather: self.weather.as_ref().map(TryInto::try_into).transpose()?,
            doubts: self.doubts.iter().map(doubt).collect::<Converted<_>>()?,
            evidence: self.evidence.iter().map(file).collect::<Converted<_>>()?,
        };
        Ok((passage, verdict))
    }
}

impl From<&Watchlist> for WatchlistEdition {
    fn from(list: &Watchlist) -> Self {
        let entry = |entry: &WatchlistEntry| WireWatchlistEntry {
            plate: entry.plate.as_str().to_owned(),
            colour: entry.colour.map(|colour| colour.word().to_owned()),
            reason: entry.reason.wire_word().to_owned(),
        };
        Self {
            v: super::VERSION,
            version: list.version,
            issued_utc_us: list.issued.as_microsecond(),
            entries: list.entries.iter().map(entry).collect(),
        }
    }
}

impl TryFrom<&WatchlistEdition> for Watchlist {
    type Error = ConvertError;

    fn try_from(wire: &WatchlistEdition) -> Converted<Self> {
        if wire.v != super::VERSION {
            return Err(ConvertError { field: "v" });
        }
        if wire.entries.len() > super::WATCHLIST_ENTRIES_MAX {
            return Err(ConvertError { field: "entries (too many)" });
        }
        let entry = |wire: &WireWatchlistEntry| {
            Ok(WatchlistEntry {
                plate: need("plate", wire.plate.parse().ok())?,
                colour: colour(wire.colour.as_deref())?,
                reason: need("reason", WatchReason::from_wire_word(&wire.reason))?,
            })
        };
        Ok(Self {
            version: wire.version,
            issued: need("issued_utc_us", Timestamp::from_microsecond(wire.issued_utc_us).ok())?,
            entries: wire.entries.iter().map(entry).collect::<Converted<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebook;
    use crate::sample;
    use crate::verdict::judge;
    use proptest::prelude::*;

    /// What the edge stored is what the server judges; ticks alone stay at home.
    #[test]
    fn a_passage_survives_the_wire() {
        let passage = sample::passage(7).with_opacity(3_500).with_smoke(4_100).passage();
        let verdict = judge(&passage, &Rulebook::hj845());
        let json = serde_json::to_string(&PassageReport::new(&passage, &verdict)).unwrap();
        let report: PassageReport = serde_json::from_str(&json).unwrap();
        assert_eq!(report.passage().unwrap(), (passage, verdict));
        assert!(json.len() < super::super::RECORD_MAX, "{} bytes", json.len());
    }

    #[test]
    fn a_report_that_contradicts_itself_names_the_field() {
        let passage = sample::passage(7).passage();
        let mut report = PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()));
        report.invalid = None;
        assert_eq!(report.passage().unwrap_err().field, "invalid (with a reading, and only then)");
    }

    proptest! {
        #[test]
        fn no_report_makes_the_reader_panic(at in 0usize..4_000, with in "[0-9a-z\"{},:-]{0,6}") {
            let passage = sample::passage(7).passage();
            let mut json = serde_json::to_string(&PassageReport::new(&passage, &judge(&passage, &Rulebook::hj845()))).unwrap();
            let at = (0..=at % json.len()).rev().find(|&at| json.is_char_boundary(at)).unwrap();
            json.insert_str(at, &with);
            if let Ok(report) = serde_json::from_str::<PassageReport>(&json) {
                let _ = report.passage();
            }
        }
    }
}
