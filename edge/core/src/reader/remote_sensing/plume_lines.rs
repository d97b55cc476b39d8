//! Heads that send samples instead of results: `S` lines with what each hundredth of a second saw, and the `P` line that
//! ends them (docs/remote-sensing-line-protocol.md, section 3a).
//!
//! What such a head measured becomes a [`Reading`] here, by [`crate::plume`]: ratios are what is measured, fractions follow
//! from them. Its plume strength, speed, acceleration and status then stand where a head that gives results puts its own,
//! so that both pass the same gate.

use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::reading::{BeamOpacity, HeadStatus, Reading, ReadingOrigin};
use plumewatch_shared::time::Moment;
use plumewatch_shared::units::{Acceleration, CrossRoadOpacity, Opacity, Slope, Speed};

use super::fields::{FieldError, Fields, Parsed, audit, before, shown, status_letter};
use super::line::{TAIL, framed};
use crate::plume::motion::{BARRIER_EVENTS_MAX, BarrierEvent, MotionCriteria, barriers_hold};
use crate::plume::{PlumeCriteria, PlumeFault, PlumeSample, SAMPLES_MAX, examine};

/// Samples in one line.
pub const SAMPLES_A_LINE: usize = 5;
/// Values of one sample: four gases and the smoke beam.
const VALUES: usize = 5;
/// Fields of an `S` line: boot, sequence, the first sample's number, then the samples.
pub(super) const SAMPLE_FIELDS: usize = 3 + SAMPLES_A_LINE * VALUES;
/// Fields of a `P` line.
pub(super) const PLUME_FIELDS: usize = 13;

/// What one hundredth of a second saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeamSample {
    /// The gases.
    pub gases: PlumeSample,
    /// The smoke beam; `None` if it was not measured.
    pub opacity: Option<CrossRoadOpacity>,
}

/// Samples in one line, as they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleLine {
    boot: u32,
    sequence: u32,
    first: usize,
    samples: Vec<BeamSample>,
}

/// The line that ends a plume's samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlumeLine {
    /// Everything but what the samples say.
    reading: Box<Reading>,
    count: usize,
    barriers: Vec<BarrierEvent>,
}

pub(super) fn sample_line(fields: &mut Fields<'_>) -> Parsed<SampleLine> {
    let (boot, sequence) = (fields.unsigned("boot", 0)?, fields.unsigned("sequence", 1)?);
    let most = i64::try_from(SAMPLES_MAX - 1).expect("200 fits");
    let first = fields.number("first", 0, most)?;
    let first = usize::try_from(first).expect("the range was checked");
    let mut samples = Vec::with_capacity(SAMPLES_A_LINE);
    let mut ended = false;
    for _ in 0..SAMPLES_A_LINE {
        let mut gas = |name| fields.signed(name, i32::MIN, i32::MAX);
        let gases = [gas("co2")?, gas("co")?, gas("hc")?, gas("no")?];
        let opacity = fields.maybe("opacity", 0, 10_000)?;
        match gases {
            [Some(co2), Some(co), Some(hc), Some(no)] if !ended => {
                let beam = |n| u16::try_from(n).ok().and_then(Opacity::from_hundredths).map(CrossRoadOpacity);
                samples.push(BeamSample {
                    gases: PlumeSample { co2, co, hc, no },
                    opacity: opacity.and_then(beam),
                });
            }
            [None, None, None, None] if opacity.is_none() && !samples.is_empty() => ended = true,
            _ => return Err(FieldError::Partial("a sample")),
        }
    }
    Ok(SampleLine { boot, sequence, first, samples })
}

pub(super) fn plume_line(fields: &mut Fields<'_>, at: Moment) -> Parsed<PlumeLine> {
    let device = fields.device("device")?;
    let (boot, sequence) = (fields.unsigned("boot", 0)?, fields.unsigned("sequence", 1)?);
    let age_ms = fields.unsigned("age_ms", 0)?;
    let lane = fields.number("lane", 1, 99)?;
    let lane = u8::try_from(lane).ok().and_then(LaneNo::new).expect("the range was checked");
    let count = fields.number("samples", 0, i64::try_from(SAMPLES_MAX).expect("200 fits"))?;
    let speed = fields.signed("speed_mm_s", 0, 100_000)?.map(|mm_s| Speed { mm_s });
    let acceleration =
        fields.signed("acceleration_mm_s2", -50_000, 50_000)?.map(|mm_s2| Acceleration { mm_s2 });
    let slope = fields.signed("slope_degree_hundredths", -4_500, 4_500)?;
    let barriers = barriers(fields.text())?;
    let audit = audit(fields)?;
    let head_status = match fields.status()? {
        status @ (HeadStatus::Good | HeadStatus::Reblocked | HeadStatus::Fault) => status,
        // What the samples say of the plume is for the host to find.
        HeadStatus::WeakPlume | HeadStatus::Scattered | HeadStatus::Implausible => {
            return Err(FieldError::Field("status"));
        }
    };
    let reading = Reading {
        origin: ReadingOrigin { device, boot, sequence },
        measured: before(at, age_ms).ok_or(FieldError::Field("age_ms"))?,
        lane,
        gases: None,
        opacity: None,
        speed,
        acceleration,
        slope: slope
            .map(|value| Slope { degree_hundredths: i16::try_from(value).expect("the range was checked") }),
        plume_ppm_m_hundredths: 0,
        audit,
        head_status,
    };
    let count = usize::try_from(count).expect("the range was checked");
    Ok(PlumeLine { reading: Box::new(reading), count, barriers })
}

fn barriers(text: &str) -> Parsed<Vec<BarrierEvent>> {
    let event = |letter| match letter {
        'B' => Some(BarrierEvent::Blocked),
        'U' => Some(BarrierEvent::Freed),
        _ => None,
    };
    let events: Option<Vec<BarrierEvent>> = text.chars().map(event).collect();
    events.filter(|events| events.len() <= BARRIER_EVENTS_MAX).ok_or(FieldError::Field("barriers"))
}

/// The samples of one measurement, until its `P` comes. At most [`SAMPLES_MAX`] of them.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    of: Option<(u32, u32)>,
    samples: Vec<BeamSample>,
    /// Bytes of the lines that they came in.
    bytes: u64,
}

impl Assembly {
    /// Takes a line of samples whose body has so many bytes. The first line of a measurement begins anew; how many bytes
    /// of an unfinished one are given up for it.
    pub(super) fn on_samples(&mut self, line: SampleLine, body: usize) -> Parsed<u64> {
        let of = Some((line.boot, line.sequence));
        let mut lost = 0;
        if line.first == 0 {
            lost = self.give_up();
            self.of = of;
        } else if self.of != of || line.first != self.samples.len() {
            return Err(FieldError::Field("first"));
        }
        if self.samples.len() + line.samples.len() > SAMPLES_MAX {
            return Err(FieldError::Field("first"));
        }
        self.samples.extend(line.samples);
        self.bytes += (1 + body + TAIL) as u64;
        Ok(lost)
    }

    /// Ends a measurement: its reading, or what does not fit.
    pub(super) fn on_plume(&mut self, line: PlumeLine) -> Parsed<Box<Reading>> {
        let of = Some((line.reading.origin.boot, line.reading.origin.sequence));
        let held = if line.count == 0 { 0 } else { self.samples.len() };
        if line.count != held || (line.count > 0 && self.of != of) {
            return Err(FieldError::Field("samples"));
        }
        let samples = if line.count == 0 { Vec::new() } else { std::mem::take(&mut self.samples) };
        if line.count > 0 {
            (self.of, self.bytes) = (None, 0);
        }
        Ok(finished(line, &samples))
    }

    /// Gives up what is unfinished; its bytes.
    pub(super) fn give_up(&mut self) -> u64 {
        self.samples.clear();
        self.of = None;
        std::mem::take(&mut self.bytes)
    }
}

/// The reading that samples make.
fn finished(line: PlumeLine, samples: &[BeamSample]) -> Box<Reading> {
    let mut reading = line.reading;
    let moved = reading.speed.zip(reading.acceleration);
    let believed = moved.is_some_and(|(speed, a)| MotionCriteria::denver().hold(speed, a));
    if !(barriers_hold(&line.barriers) && believed) {
        (reading.speed, reading.acceleration) = (None, None);
    }
    let gases: Vec<PlumeSample> = samples.iter().map(|sample| sample.gases).collect();
    let criteria = PlumeCriteria::denver();
    let Some(finding) = examine(&gases, &criteria) else {
        if reading.head_status == HeadStatus::Good {
            reading.head_status = HeadStatus::WeakPlume;
        }
        return reading;
    };
    reading.plume_ppm_m_hundredths = finding.held_strength;
    let weak = finding.faults.iter().any(|fault| matches!(fault, PlumeFault::Weak { .. }));
    if !weak {
        reading.gases = Some(finding.gases);
        reading.opacity = opacity(samples, &finding.of_plume);
    }
    if reading.head_status == HeadStatus::Good {
        reading.head_status = finding.faults.iter().map(status).next().unwrap_or(HeadStatus::Good);
    }
    reading
}

fn status(fault: &PlumeFault) -> HeadStatus {
    match fault {
        PlumeFault::Weak { .. } => HeadStatus::WeakPlume,
        PlumeFault::Scattered(_) => HeadStatus::Scattered,
        PlumeFault::Implausible(_) => HeadStatus::Implausible,
    }
}

/// Mean and maximum of the smoke beam over the samples that stand out; `None` if one of those was not measured.
fn opacity(samples: &[BeamSample], of_plume: &[bool]) -> Option<BeamOpacity> {
    let beam: Option<Vec<u16>> = samples
        .iter()
        .zip(of_plume)
        .filter(|(_, of_plume)| **of_plume)
        .map(|(sample, _)| sample.opacity.map(|opacity| opacity.0.hundredths()))
        .collect();
    let beam = beam.filter(|beam| !beam.is_empty())?;
    let (sum, count) = (beam.iter().map(|value| u32::from(*value)).sum::<u32>(), beam.len() as u32);
    let mean = u16::try_from((sum + count / 2) / count).ok()?;
    let of = |value| Opacity::from_hundredths(value).map(CrossRoadOpacity);
    Some(BeamOpacity { mean: of(mean)?, maximum: of(*beam.iter().max()?)? })
}

/// The lines by which a head reports what it saw of one vehicle: its samples, and all of `reading` that they do not say.
/// Samples beyond [`SAMPLES_MAX`] and barrier events beyond [`BARRIER_EVENTS_MAX`] have no place in the protocol and are
/// left out.
pub fn encode_plume(
    reading: &Reading,
    samples: &[BeamSample],
    barriers: &[BarrierEvent],
    age_ms: u32,
) -> Vec<Vec<u8>> {
    let samples = &samples[..samples.len().min(SAMPLES_MAX)];
    let ReadingOrigin { device, boot, sequence } = &reading.origin;
    let mut lines = Vec::with_capacity(samples.len() / SAMPLES_A_LINE + 2);
    for (index, part) in samples.chunks(SAMPLES_A_LINE).enumerate() {
        let mut body = format!("PWRS,1,S,{boot},{sequence},{}", index * SAMPLES_A_LINE);
        for at in 0..SAMPLES_A_LINE {
            body += &part.get(at).map_or_else(
                || ",".repeat(VALUES),
                |BeamSample { gases, opacity }| {
                    let opacity = shown(opacity.map(|opacity| opacity.0.hundredths()));
                    format!(",{},{},{},{},{opacity}", gases.co2, gases.co, gases.hc, gases.no)
                },
            );
        }
        lines.push(framed(&body));
    }
    let letter = |event: &BarrierEvent| match event {
        BarrierEvent::Blocked => 'B',
        BarrierEvent::Freed => 'U',
    };
    let fields = [
        device.to_string(),
        boot.to_string(),
        sequence.to_string(),
        age_ms.to_string(),
        reading.lane.number().to_string(),
        samples.len().to_string(),
        shown(reading.speed.map(|speed| speed.mm_s)),
        shown(reading.acceleration.map(|acceleration| acceleration.mm_s2)),
        shown(reading.slope.map(|slope| slope.degree_hundredths)),
        barriers.iter().take(BARRIER_EVENTS_MAX).map(letter).collect(),
        shown(reading.audit.as_ref().map(|audit| &audit.id)),
        shown(reading.audit.as_ref().map(|audit| audit.passed.as_millisecond())),
        status_letter(reading.head_status).to_string(),
    ];
    lines.push(framed(&format!("PWRS,1,P,{}", fields.join(","))));
    lines
}

#[cfg(test)]
#[path = "plume_tests.rs"]
mod tests;
