//! `C`, a check of the head: its fields, read and written.

use plumewatch_shared::device_check::{CheckMethod, CheckQuantity, CheckReading, CheckedPoint};
use plumewatch_shared::ids::DeviceId;
use plumewatch_shared::units::Speed;

use super::FieldError;
use super::fields::{Fields, Line, Parsed, WHOLE, before, shown};
use super::line::framed;
use plumewatch_shared::ids::LaneNo;
use plumewatch_shared::reading::ReadingOrigin;
use plumewatch_shared::time::Moment;

/// Fields after `C`.
pub(super) const FIELDS: usize = 30;

/// Neutral filters of one check (STANDARDS.md 1.7).
pub const FILTERS: usize = 5;

/// The gases, in the order of their fields.
const GASES: [(CheckQuantity, &str); 5] = [
    (CheckQuantity::Co2, "co2"),
    (CheckQuantity::Co, "co"),
    (CheckQuantity::Hc, "hc"),
    (CheckQuantity::Butadiene, "butadiene"),
    (CheckQuantity::No, "no"),
];

pub(super) fn parse(fields: &mut Fields<'_>, at: Moment) -> Parsed<Line> {
    let device = fields.device("device")?;
    let (boot, sequence) = (fields.unsigned("boot", 0)?, fields.unsigned("sequence", 1)?);
    let age_ms = fields.unsigned("age_ms", 0)?;
    let lane = fields.number("lane", 1, 99)?;
    let lane = u8::try_from(lane).ok().and_then(LaneNo::new).expect("the range was checked");
    let number = fields.device("check")?;
    let method = method(fields)?;
    let by = match fields.text() {
        "" => None,
        name => Some(name.parse::<DeviceId>().map_err(|_| FieldError::Field("by"))?.to_string()),
    };
    let head_passed = match fields.text() {
        "P" => true,
        "F" => false,
        _ => return Err(FieldError::Field("result")),
    };
    let mut points = Vec::new();
    for (quantity, name) in GASES {
        points.extend(point(fields, quantity, name, (-WHOLE, WHOLE))?);
    }
    for _ in 0..FILTERS {
        points.extend(point(fields, CheckQuantity::Opacity, "filter", (0, 10_000))?);
    }
    let check = CheckReading {
        origin: ReadingOrigin { device, boot, sequence },
        performed: before(at, age_ms).ok_or(FieldError::Field("age_ms"))?,
        lane,
        number,
        method,
        by,
        points,
        head_passed,
    };
    Ok(Line::Check { check: Box::new(check), age_ms })
}

fn method(fields: &mut Fields<'_>) -> Parsed<CheckMethod> {
    let letter = fields.text();
    let speed = fields.signed("speed_mm_s", 0, 100_000)?.map(|mm_s| Speed { mm_s });
    match (letter, speed) {
        ("Z", None) => Ok(CheckMethod::Zero),
        ("S", None) => Ok(CheckMethod::Span),
        ("A", None) => Ok(CheckMethod::Audit),
        ("T", None) => Ok(CheckMethod::Static),
        ("D", Some(speed)) => Ok(CheckMethod::Dynamic { speed }),
        ("D", None) | ("Z" | "S" | "A" | "T", Some(_)) => Err(FieldError::Field("speed_mm_s")),
        _ => Err(FieldError::Field("method")),
    }
}

/// Standard and measured value, or neither. What is measured may lie a little on the other side of nothing.
fn point(
    fields: &mut Fields<'_>,
    quantity: CheckQuantity,
    name: &'static str,
    (least, most): (i64, i64),
) -> Parsed<Option<CheckedPoint>> {
    let standard = fields.maybe(name, least, most)?;
    let measured = fields.maybe(name, -most, most)?;
    match (standard, measured) {
        (Some(standard), Some(measured)) => Ok(Some(CheckedPoint { quantity, standard, measured })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(FieldError::Partial("a point")),
    }
}

/// The line by which a head tells of a check, `age_ms` after it ended. Of each gas the first point, of filters the
/// first five.
pub fn encode_check(check: &CheckReading, age_ms: u32) -> Vec<u8> {
    let (letter, speed) = match check.method {
        CheckMethod::Zero => ("Z", None),
        CheckMethod::Span => ("S", None),
        CheckMethod::Audit => ("A", None),
        CheckMethod::Static => ("T", None),
        CheckMethod::Dynamic { speed } => ("D", Some(speed.mm_s)),
    };
    let mut fields = vec![
        check.origin.device.to_string(),
        check.origin.boot.to_string(),
        check.origin.sequence.to_string(),
        age_ms.to_string(),
        check.lane.number().to_string(),
        check.number.to_string(),
        letter.to_owned(),
        shown(speed),
        shown(check.by.as_ref()),
        if check.head_passed { "P" } else { "F" }.to_owned(),
    ];
    let mut told = |point: Option<&CheckedPoint>| {
        fields.push(shown(point.map(|point| point.standard)));
        fields.push(shown(point.map(|point| point.measured)));
    };
    for (quantity, _) in GASES {
        told(check.points.iter().find(|point| point.quantity == quantity));
    }
    let mut filters = check.points.iter().filter(|point| point.quantity == CheckQuantity::Opacity);
    for _ in 0..FILTERS {
        told(filters.next());
    }
    framed(&format!("PWRS,1,C,{}", fields.join(",")))
}
