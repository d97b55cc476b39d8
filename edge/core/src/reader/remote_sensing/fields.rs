//! The fields of the lines, read and written; those of a check have a file of their own. Every number has one spelling, so that a line that was read
//! and written again is the same line.

use plumewatch_shared::device_check::CheckReading;
use plumewatch_shared::ids::{DeviceId, LaneNo};
use plumewatch_shared::reading::{Audit, BeamOpacity, Gases, HeadStatus, Reading, ReadingOrigin};
use plumewatch_shared::time::{ClockQuality, Moment, Stamp};
use plumewatch_shared::units::{
    Acceleration, Concentration, CrossRoadOpacity, MoleRatio, Opacity, Slope, Speed,
};

use super::check;
use super::line::framed;
use super::plume_lines::{self, PLUME_FIELDS, PlumeLine, SAMPLE_FIELDS, SampleLine};
use crate::reader::Heartbeat;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// `M`, head to host.
    Measurement {
        /// What was measured, and when by the host's clocks.
        reading: Box<Reading>,
        /// How long before the line's last byte that was.
        age_ms: u32,
    },
    /// `C`, head to host.
    Check {
        /// What was checked, and when by the host's clocks.
        check: Box<CheckReading>,
        /// How long before the line's last byte that was.
        age_ms: u32,
    },
    /// `S`, head to host: samples of a plume.
    Samples(SampleLine),
    /// `P`, head to host: the end of a plume's samples.
    Plume(PlumeLine),
    /// `H`, head to host.
    Heartbeat(Heartbeat),
    /// `K`, host to head.
    Acknowledgement(Acknowledgement),
}

/// The host has made this measurement or check durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Acknowledgement {
    /// Of which start of the head.
    pub boot: u32,
    /// Which measurement or check of that start.
    pub sequence: u32,
}

/// A line whose checksum held does not say what the protocol allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// It does not begin with `PWRS,1,`.
    #[error("the line is not of protocol PWRS 1")]
    Protocol,
    /// None of M, S, P, C, H and K.
    #[error("the line's type is not known")]
    Type,
    /// Too few or too many fields.
    #[error("a line of type {kind} has {wanted} fields, this has {found}")]
    Count {
        /// M, S, P, C, H or K.
        kind: char,
        /// As many as it has.
        wanted: usize,
        /// As many as came.
        found: usize,
    },
    /// A field is out of range, missing, or not spelled as the protocol says.
    #[error("field {0} is missing, out of range or misspelled")]
    Field(&'static str),
    /// Fields that go together: all of them or none.
    #[error("of {0} some fields are empty and some are not")]
    Partial(&'static str),
    /// A measurement of a lane that this head is not wired for.
    #[error("the head says lane {said}, its port is configured for lane {wired}")]
    OtherLane {
        /// By the line.
        said: u8,
        /// By the configuration.
        wired: u8,
    },
    /// An acknowledgement from a head, or something else from a host.
    #[error("this line goes the other way")]
    WrongWay,
}

pub(super) type Parsed<T> = Result<T, FieldError>;

const MEASUREMENT_FIELDS: usize = 21;
const HEARTBEAT_FIELDS: usize = 6;
const ACKNOWLEDGEMENT_FIELDS: usize = 2;

/// 100 % in hundredths of 10⁻⁶.
pub(super) const WHOLE: i64 = 100_000_000;

/// Walks through the fields, one after another.
pub(super) struct Fields<'a> {
    /// What is still to come; `None` after the last.
    rest: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn text(&mut self) -> &'a str {
        let rest = self.rest.take().unwrap_or("");
        match rest.bytes().position(|byte| byte == b',') {
            None => rest,
            Some(comma) => {
                self.rest = Some(&rest[comma + 1..]);
                &rest[..comma]
            }
        }
    }

    /// An integer within `least` to `most`, in its one spelling; `None` if the field is empty.
    pub(super) fn maybe(&mut self, name: &'static str, least: i64, most: i64) -> Parsed<Option<i64>> {
        let text = self.text();
        if text.is_empty() {
            return Ok(None);
        }
        let number = integer(text).filter(|n| (least..=most).contains(n));
        number.map(Some).ok_or(FieldError::Field(name))
    }

    pub(super) fn number(&mut self, name: &'static str, least: i64, most: i64) -> Parsed<i64> {
        self.maybe(name, least, most)?.ok_or(FieldError::Field(name))
    }

    pub(super) fn unsigned(&mut self, name: &'static str, least: u32) -> Parsed<u32> {
        let number = self.number(name, least.into(), u32::MAX.into())?;
        Ok(u32::try_from(number).expect("the range was checked"))
    }

    pub(super) fn signed(&mut self, name: &'static str, least: i32, most: i32) -> Parsed<Option<i32>> {
        let number = self.maybe(name, least.into(), most.into())?;
        Ok(number.map(|n| i32::try_from(n).expect("the range was checked")))
    }

    pub(super) fn device(&mut self, name: &'static str) -> Parsed<DeviceId> {
        self.text().parse().map_err(|_| FieldError::Field(name))
    }

    pub(super) fn status(&mut self) -> Parsed<HeadStatus> {
        match self.text() {
            "G" => Ok(HeadStatus::Good),
            "W" => Ok(HeadStatus::WeakPlume),
            "R" => Ok(HeadStatus::Reblocked),
            "S" => Ok(HeadStatus::Scattered),
            "I" => Ok(HeadStatus::Implausible),
            "F" => Ok(HeadStatus::Fault),
            _ => Err(FieldError::Field("status")),
        }
    }
}

pub(super) const fn status_letter(status: HeadStatus) -> char {
    match status {
        HeadStatus::Good => 'G',
        HeadStatus::WeakPlume => 'W',
        HeadStatus::Reblocked => 'R',
        HeadStatus::Scattered => 'S',
        HeadStatus::Implausible => 'I',
        HeadStatus::Fault => 'F',
    }
}

/// A number in its one spelling: no plus, no zero before other digits, no minus before zero. None of the protocol's has
/// more digits than [`DIGITS_MAX`].
fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let one_spelling = match digits.as_bytes() {
        [b'0'] => sign == 1,
        [first, ..] => *first != b'0' && digits.len() <= DIGITS_MAX,
        [] => false,
    };
    let digit = |value: i64, byte: u8| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'));
    let value = one_spelling.then(|| digits.bytes().try_fold(0, digit)).flatten()?;
    Some(sign * value)
}

/// The largest number is a time of fifteen digits; eighteen fit in 64 bits.
const DIGITS_MAX: usize = 18;

/// What the body of a checked line says; `at` is when its last byte arrived.
pub(super) fn parse(body: &[u8], at: Moment) -> Parsed<Line> {
    let (kind, mut fields) = split(body)?;
    match kind {
        'M' => measurement(&mut fields, at),
        'C' => check::parse(&mut fields, at),
        'S' => plume_lines::sample_line(&mut fields).map(Line::Samples),
        'P' => plume_lines::plume_line(&mut fields, at).map(Line::Plume),
        'H' => heartbeat(&mut fields).map(Line::Heartbeat),
        _ => known_acknowledgement(&mut fields).map(Line::Acknowledgement),
    }
}

/// The acknowledgement that the body of a checked line is.
pub(super) fn parse_acknowledgement(body: &[u8]) -> Parsed<Acknowledgement> {
    match split(body)? {
        ('K', mut fields) => known_acknowledgement(&mut fields),
        _ => Err(FieldError::WrongWay),
    }
}

/// A line's type, and its fields, whose number is right.
fn split(body: &[u8]) -> Parsed<(char, Fields<'_>)> {
    let text = std::str::from_utf8(body).map_err(|_| FieldError::Protocol)?;
    let rest = text.strip_prefix("PWRS,1,").ok_or(FieldError::Protocol)?;
    let (kind, rest) = rest.split_once(',').ok_or(FieldError::Type)?;
    let (kind, wanted) = match kind {
        "M" => ('M', MEASUREMENT_FIELDS),
        "C" => ('C', check::FIELDS),
        "S" => ('S', SAMPLE_FIELDS),
        "P" => ('P', PLUME_FIELDS),
        "H" => ('H', HEARTBEAT_FIELDS),
        "K" => ('K', ACKNOWLEDGEMENT_FIELDS),
        _ => return Err(FieldError::Type),
    };
    let found = rest.bytes().filter(|byte| *byte == b',').count() + 1;
    if found != wanted {
        return Err(FieldError::Count { kind, wanted, found });
    }
    Ok((kind, Fields { rest: Some(rest) }))
}

fn measurement(fields: &mut Fields<'_>, at: Moment) -> Parsed<Line> {
    let device = fields.device("device")?;
    let (boot, sequence) = (fields.unsigned("boot", 0)?, fields.unsigned("sequence", 1)?);
    let age_ms = fields.unsigned("age_ms", 0)?;
    let lane = fields.number("lane", 1, 99)?;
    let lane = u8::try_from(lane).ok().and_then(LaneNo::new).expect("the range was checked");
    let gases = gases(fields)?;
    let opacity = opacity(fields)?;
    let speed = fields.signed("speed_mm_s", 0, 100_000)?.map(|mm_s| Speed { mm_s });
    let acceleration = fields.signed("acceleration_mm_s2", -50_000, 50_000)?;
    let slope = fields.signed("slope_degree_hundredths", -4_500, 4_500)?;
    let plume = fields.signed("plume_ppm_m_hundredths", i32::MIN, i32::MAX)?;
    let audit = audit(fields)?;
    let head_status = fields.status()?;
    let reading = Reading {
        origin: ReadingOrigin { device, boot, sequence },
        measured: before(at, age_ms).ok_or(FieldError::Field("age_ms"))?,
        lane,
        gases,
        opacity,
        speed,
        acceleration: acceleration.map(|mm_s2| Acceleration { mm_s2 }),
        slope: slope
            .map(|value| Slope { degree_hundredths: i16::try_from(value).expect("the range was checked") }),
        plume_ppm_m_hundredths: plume.ok_or(FieldError::Field("plume_ppm_m_hundredths"))?,
        audit,
        head_status,
    };
    Ok(Line::Measurement { reading: Box::new(reading), age_ms })
}

/// The moment `age_ms` before `at`, on both clocks.
pub(super) fn before(at: Moment, age_ms: u32) -> Option<Moment> {
    let age = std::time::Duration::from_millis(age_ms.into());
    let micros = at.stamp.micros().checked_sub(i64::from(age_ms) * 1_000)?;
    let stamp = Stamp::from_micros(micros, at.stamp.quality)?;
    Some(Moment { tick: at.tick.before(age), stamp })
}

fn gases(fields: &mut Fields<'_>) -> Parsed<Option<Gases>> {
    let whole = i32::try_from(WHOLE).expect("10⁸ fits");
    let mut ppm = |name| Ok(fields.signed(name, -whole, whole)?.map(|n| Concentration { ppm_hundredths: n }));
    let fractions = [
        ppm("co2_ppm_hundredths")?,
        ppm("co_ppm_hundredths")?,
        ppm("hc_ppm_hundredths")?,
        ppm("no_ppm_hundredths")?,
    ];
    let mut ratio = |name| Ok(fields.signed(name, i32::MIN, i32::MAX)?.map(|n| MoleRatio { millionths: n }));
    let ratios =
        [ratio("co_ratio_millionths")?, ratio("hc_ratio_millionths")?, ratio("no_ratio_millionths")?];
    match (fractions, ratios) {
        ([Some(co2), Some(co), Some(hc), Some(no)], [Some(co_ratio), Some(hc_ratio), Some(no_ratio)]) => {
            Ok(Some(Gases { co2, co, hc, no, co_ratio, hc_ratio, no_ratio }))
        }
        ([None, None, None, None], [None, None, None]) => Ok(None),
        _ => Err(FieldError::Partial("the gases")),
    }
}

fn opacity(fields: &mut Fields<'_>) -> Parsed<Option<BeamOpacity>> {
    let mut beam = |name| -> Parsed<Option<CrossRoadOpacity>> {
        let value = fields.maybe(name, 0, 10_000)?;
        let opacity = |n| u16::try_from(n).ok().and_then(Opacity::from_hundredths);
        Ok(value.map(|n| CrossRoadOpacity(opacity(n).expect("the range was checked"))))
    };
    match (beam("opacity_mean_hundredths")?, beam("opacity_max_hundredths")?) {
        (Some(mean), Some(maximum)) if mean <= maximum => Ok(Some(BeamOpacity { mean, maximum })),
        (Some(_), Some(_)) => Err(FieldError::Field("opacity_max_hundredths")),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(FieldError::Partial("the opacity")),
    }
}

pub(super) fn audit(fields: &mut Fields<'_>) -> Parsed<Option<Audit>> {
    let id = fields.text();
    let passed = utc_ms(fields, "audit_utc_ms")?;
    match (id.is_empty(), passed) {
        (true, None) => Ok(None),
        (false, Some((_, stamp))) => {
            let id = id.parse().map_err(|_| FieldError::Field("audit"))?;
            Ok(Some(Audit { id, passed: stamp.utc }))
        }
        (true, Some(_)) | (false, None) => Err(FieldError::Partial("the audit")),
    }
}

/// Milliseconds since 1970, from then to the year 9999.
fn utc_ms(fields: &mut Fields<'_>, name: &'static str) -> Parsed<Option<(i64, Stamp)>> {
    let Some(ms) = fields.maybe(name, 0, 253_402_207_200_000)? else { return Ok(None) };
    // The quality says nothing here: what is kept is the head's word for the time.
    let stamp = Stamp::from_micros(ms * 1_000, ClockQuality::Unsynchronised);
    stamp.map(|stamp| Some((ms, stamp))).ok_or(FieldError::Field(name))
}

fn heartbeat(fields: &mut Fields<'_>) -> Parsed<Heartbeat> {
    Ok(Heartbeat {
        device: fields.device("device")?,
        boot: fields.unsigned("boot", 0)?,
        clock_utc_ms: utc_ms(fields, "clock_utc_ms")?.map(|(ms, _)| ms),
        status: fields.status()?,
        waiting: fields.unsigned("waiting", 0)?,
        lost: fields.unsigned("lost", 0)?,
    })
}

fn known_acknowledgement(fields: &mut Fields<'_>) -> Parsed<Acknowledgement> {
    Ok(Acknowledgement { boot: fields.unsigned("boot", 0)?, sequence: fields.unsigned("sequence", 1)? })
}

pub(super) fn shown<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// The line by which a head reports `reading`, `age_ms` after the vehicle's rear left the beam. The reading's
/// own moment is not sent: a head need not know the time.
pub fn encode_measurement(reading: &Reading, age_ms: u32) -> Vec<u8> {
    let gases = reading.gases.as_ref();
    let ppm = |gas: fn(&Gases) -> Concentration| shown(gases.map(|g| gas(g).ppm_hundredths));
    let ratio = |gas: fn(&Gases) -> MoleRatio| shown(gases.map(|g| gas(g).millionths));
    let fields: [String; MEASUREMENT_FIELDS] = [
        reading.origin.device.to_string(),
        reading.origin.boot.to_string(),
        reading.origin.sequence.to_string(),
        age_ms.to_string(),
        reading.lane.number().to_string(),
        ppm(|g| g.co2),
        ppm(|g| g.co),
        ppm(|g| g.hc),
        ppm(|g| g.no),
        ratio(|g| g.co_ratio),
        ratio(|g| g.hc_ratio),
        ratio(|g| g.no_ratio),
        shown(reading.opacity.map(|opacity| opacity.mean.0.hundredths())),
        shown(reading.opacity.map(|opacity| opacity.maximum.0.hundredths())),
        shown(reading.speed.map(|speed| speed.mm_s)),
        shown(reading.acceleration.map(|acceleration| acceleration.mm_s2)),
        shown(reading.slope.map(|slope| slope.degree_hundredths)),
        reading.plume_ppm_m_hundredths.to_string(),
        shown(reading.audit.as_ref().map(|audit| &audit.id)),
        shown(reading.audit.as_ref().map(|audit| audit.passed.as_millisecond())),
        status_letter(reading.head_status).to_string(),
    ];
    framed(&format!("PWRS,1,M,{}", fields.join(",")))
}

/// The line by which a head says that it is alive.
pub fn encode_heartbeat(heartbeat: &Heartbeat) -> Vec<u8> {
    framed(&format!(
        "PWRS,1,H,{},{},{},{},{},{}",
        heartbeat.device,
        heartbeat.boot,
        shown(heartbeat.clock_utc_ms),
        status_letter(heartbeat.status),
        heartbeat.waiting,
        heartbeat.lost
    ))
}

/// The line by which a host says that a measurement or check is durable and need not come again.
pub fn acknowledgement(origin: &ReadingOrigin) -> Vec<u8> {
    framed(&format!("PWRS,1,K,{},{}", origin.boot, origin.sequence))
}
