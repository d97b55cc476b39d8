//! `measure-smoke [--json] VIDEO_OR_FRAME_DIR`

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use plumewatch_shared::passage::SmokeOutcome;
use plumewatch_shared::time::{ClockQuality, Moment, Tick};
use serde_json::json;

use super::{CommandError, Outcome};
use crate::plates::PlateReader;
use crate::source::{self, Next, SourceConfig, clock};
use crate::track::{CameraRole, TrackEnded, Tracker};

/// Follows the vehicles of a recording and prints one line for each, then the sums. Times are the
/// recording's, from its first frame.
pub fn measure_smoke_command(path: &Path, json: bool, out: &mut impl Write) -> Result<Outcome, CommandError> {
    let began = Instant::now();
    let config = if path.is_dir() {
        SourceConfig::Folder { path: path.to_owned(), pace_ms: 0 }
    } else {
        SourceConfig::File { path: path.to_owned(), pace_ms: 0 }
    };
    let mut source = source::open(&config, ClockQuality::Unsynchronised)?;
    let mut tracker =
        Tracker::new(CameraRole::Rear, PlateReader::new()?).map_err(crate::plates::ReadError::from)?;
    let start = clock::now(ClockQuality::Unsynchronised);
    let (mut frames, mut vehicles, mut smoky) = (0_u64, 0_u64, 0_u64);
    loop {
        let ended = match source.next(Duration::from_secs(10))? {
            Next::Frame(mut frame) => {
                frames += 1;
                // The recording's own time, so that speed of reading does not matter.
                let passed = Duration::from_secs_f64(frame.recorded_s.unwrap_or(0.0));
                frame.at = Moment { tick: start.tick.after(passed), stamp: start.stamp };
                tracker.on_frame(&frame)?
            }
            Next::Waiting => continue,
            Next::Ended => break,
        };
        for track in ended {
            smoky += u64::from(line(&track, start.tick, json, out)?);
            vehicles += 1;
        }
    }
    for track in tracker.finish_all()? {
        smoky += u64::from(line(&track, start.tick, json, out)?);
        vehicles += 1;
    }
    let ms = began.elapsed().as_millis() as u64;
    if json {
        writeln!(out, "{}", json!({ "vehicles": vehicles, "smoky": smoky, "frames": frames, "ms": ms }))?;
    } else {
        writeln!(out, "{vehicles} vehicles, {smoky} smoky, {frames} frames, {ms} ms")?;
    }
    Ok(Outcome::Done)
}

/// Writes one vehicle; true if it smoked (Ringelmann level 1 or above).
fn line(track: &TrackEnded, start: Tick, json: bool, out: &mut impl Write) -> Result<bool, CommandError> {
    let seconds = |at: Tick| (at.since(start).as_secs_f64() * 1_000.0).round() / 1_000.0;
    let (opacity, level, sure, why) = match track.smoke.as_ref().map(|smoke| smoke.outcome) {
        None => (Some(0.0), Some(0), 0, None),
        Some(SmokeOutcome::Measured { opacity, level, confidence, .. }) => {
            let percent = f64::from(opacity.0.hundredths()) / 100.0;
            (Some(percent), Some(level.level()), confidence.per_mille(), None)
        }
        Some(SmokeOutcome::Unmeasurable(reason)) => (None, None, 0, Some(format!("{reason:?}"))),
    };
    let (from, to) = (seconds(track.first.tick), seconds(track.last.tick));
    if json {
        let mut object = json!({
            "track": track.track,
            "from_s": from,
            "to_s": to,
            "opacity_percent": opacity,
            "ringelmann_level": level,
            "confidence": f64::from(sure) / 1_000.0,
            "box": track.area,
        });
        if let Some(why) = why {
            object["unmeasurable"] = why.into();
        }
        writeln!(out, "{object}")?;
    } else {
        let figure = match (opacity, level) {
            (Some(opacity), Some(level)) => format!("{opacity:.1} %, Ringelmann {level}"),
            _ => "unmeasurable".to_owned(),
        };
        writeln!(out, "vehicle {} from {from:.1} s to {to:.1} s: {figure}", track.track)?;
    }
    Ok(level.is_some_and(|level| level >= 1))
}
