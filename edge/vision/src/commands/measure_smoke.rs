//! `measure-smoke [--json] VIDEO_OR_FRAME_DIR`

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plumewatch_shared::passage::SmokeOutcome;
use plumewatch_shared::time::{ClockQuality, Moment, Tick};
use serde_json::json;

use super::{CommandError, Outcome};
use crate::plates::PlateReader;
use crate::smoke::backdrop::{Backdrop, Sample};
use crate::smoke::linear::Still;
use crate::source::{self, Next, SourceConfig, SourceError, clock};
use crate::track::background::note_movers;
use crate::track::{CameraRole, TrackEnded, Tracker};

/// Longest recording that is looked through once before it is measured, seconds: longer ones have vehicles enough
/// between which the road is empty, and light that changes.
const LOOKED_THROUGH_S: f64 = 90.0;
/// Stills of it that make the backdrop.
const SAMPLES: usize = 48;
/// Longest wait for a frame of a recording.
const WAIT: Duration = Duration::from_secs(10);

/// Follows the vehicles of a recording and prints one line for each, then the sums. Times are the
/// recording's, from its first frame. A short recording is looked through first, so that the road behind a vehicle that
/// is there from the first frame is known.
pub fn measure_smoke_command(path: &Path, json: bool, out: &mut impl Write) -> Result<Outcome, CommandError> {
    let began = Instant::now();
    let config = if path.is_dir() {
        SourceConfig::Folder { path: path.to_owned(), pace_ms: 0 }
    } else {
        SourceConfig::File { path: path.to_owned(), pace_ms: 0 }
    };
    let reader = PlateReader::new()?;
    let mut tracker = match look_through(&config)? {
        Some(backdrop) => Tracker::knowing(CameraRole::Rear, reader, backdrop)?,
        None => Tracker::new(CameraRole::Rear, reader).map_err(crate::plates::ReadError::from)?,
    };
    let mut source = source::open(&config, ClockQuality::Unsynchronised)?;
    let start = clock::now(ClockQuality::Unsynchronised);
    let (mut frames, mut vehicles, mut smoky) = (0_u64, 0_u64, 0_u64);
    loop {
        let ended = match source.next(WAIT)? {
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
    if frames == 0 {
        return Err(CommandError::NoFrames(path.to_owned()));
    }
    let ms = began.elapsed().as_millis() as u64;
    if json {
        let dropped = source.dropped();
        let sums =
            json!({ "vehicles": vehicles, "smoky": smoky, "frames": frames, "ms": ms, "damaged": dropped });
        writeln!(out, "{sums}")?;
    } else {
        writeln!(out, "{vehicles} vehicles, {smoky} smoky, {frames} frames, {ms} ms")?;
    }
    Ok(Outcome::Done)
}

/// The backdrop of a recording of at most [`LOOKED_THROUGH_S`], from stills spread over all of it.
fn look_through(config: &SourceConfig) -> Result<Option<Backdrop>, CommandError> {
    let mut source = source::open(config, ClockQuality::Unsynchronised)?;
    let (mut samples, mut every) = (Vec::new(), 1);
    loop {
        let frame = match source.next(WAIT)? {
            Next::Frame(frame) => frame,
            Next::Waiting => continue,
            Next::Ended => break,
        };
        if frame.recorded_s.is_some_and(|passed| passed > LOOKED_THROUGH_S) {
            return Ok(None);
        }
        if !frame.number.is_multiple_of(every) {
            continue;
        }
        let still = Arc::new(Still::of(&frame.picture).map_err(crate::plates::ReadError::from)?);
        samples.push(Sample { still, movers: Vec::new() });
        if samples.len() >= SAMPLES {
            let mut keep = false;
            samples.retain(|_| {
                keep = !keep;
                keep
            });
            every *= 2;
        }
    }
    // Twice: the first guess says what moves, and what moves does not count in the second.
    let Some(guess) = Backdrop::of(&samples) else { return Ok(None) };
    note_movers(&mut samples, &guess).map_err(SourceError::from)?;
    Ok(Backdrop::of(&samples).or(Some(guess)))
}

/// Writes one vehicle; true if it smoked (Ringelmann level 1 or above).
fn line(track: &TrackEnded, start: Tick, json: bool, out: &mut impl Write) -> Result<bool, CommandError> {
    let seconds = |at: Tick| (at.since(start).as_secs_f64() * 1_000.0).round() / 1_000.0;
    let percent = |hundredths: u16| f64::from(hundredths) / 100.0;
    let (opacity, level, sure, give, why) = match track.smoke.as_ref().map(|smoke| smoke.outcome) {
        None => (Some(0.0), Some(0), 0, None, None),
        Some(SmokeOutcome::Measured { opacity, level, confidence, uncertainty_hundredths }) => (
            Some(percent(opacity.0.hundredths())),
            Some(level.level()),
            confidence.per_mille(),
            Some(percent(uncertainty_hundredths)),
            None,
        ),
        Some(SmokeOutcome::Unmeasurable(reason)) => (None, None, 0, None, Some(reason.wire_word())),
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
            "hits": track.smoke.as_ref().map_or(0, |smoke| smoke.hits),
        });
        if let Some(give) = give {
            object["uncertainty_percent"] = give.into();
        }
        if let Some(why) = why {
            object["unmeasurable"] = why.into();
        }
        writeln!(out, "{object}")?;
    } else {
        let figure = match (opacity, level) {
            (Some(opacity), Some(level)) => {
                let give = give.map_or(String::new(), |give| format!(" ± {give:.1}"));
                format!("{opacity:.1}{give} %, Ringelmann {level}")
            }
            _ => format!("unmeasurable ({})", why.unwrap_or("no figure")),
        };
        writeln!(out, "vehicle {} from {from:.1} s to {to:.1} s: {figure}", track.track)?;
    }
    Ok(level.is_some_and(|level| level >= 1))
}
