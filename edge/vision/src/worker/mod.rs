//! The child process of one camera: source → tracker → messages on standard output.
//!
//! It decides nothing about verdicts and keeps nothing: what it has told is the parent's. It ends when its
//! source ends, when its output is gone (the parent died), or on a fault it has told of. It may also hang or
//! crash inside OpenCV at any time; the parent ends it when no message has come for some seconds, since
//! health comes every [`HEALTH_EVERY`] whether there are frames or not.

mod message;
#[cfg(test)]
mod tests;
mod wire;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use plumewatch_shared::time::{ClockQuality, Moment};
use serde::{Deserialize, Serialize};

pub use message::{
    Health, MAX_BLOB, MAX_BLOBS, MAX_HEADER, MessageError, WorkerMessage, read_message, write_message,
};

use crate::clip::Recorder;
use crate::network::NetworkError;
use crate::picture::Picture;
use crate::plates::{PlateReader, ReadError};
use crate::self_test::{SelfTest, SelfTestError, self_test};
use crate::source::{self, Next, SourceConfig, SourceError, watch::Watch};
use crate::track::{CameraRole, TrackEnded, Tracker};

/// Time between two reports of health.
pub const HEALTH_EVERY: Duration = Duration::from_secs(1);
/// Longest wait for a frame before looking at the clock again.
const WAIT: Duration = Duration::from_millis(200);
/// Longer side of the preview, pixels, and its quality: about 20 KB a second to the roadside page.
const PREVIEW: (i32, i32) = (480, 70);
/// Frames in a row that fail in OpenCV after which the worker gives up and is started anew.
const MAX_FAILED: u32 = 20;

/// What a worker is to do; given by the parent as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerConfig {
    /// Where frames come from.
    pub source: SourceConfig,
    /// What the camera looks at.
    pub role: CameraRole,
    /// Confidence from which a plate is accepted, per mille; `None` for the reader's own.
    #[serde(default)]
    pub accept_per_mille: Option<u16>,
    /// Whether health carries a small picture of the latest frame.
    #[serde(default = "yes")]
    pub preview: bool,
}

fn yes() -> bool {
    true
}

impl WorkerConfig {
    /// With everything else as usual.
    pub fn new(source: SourceConfig, role: CameraRole) -> Self {
        Self { source, role, accept_per_mille: None, preview: true }
    }
}

/// Why a worker ended early.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The source gives nothing.
    #[error("the camera's source failed")]
    Source(#[from] SourceError),
    /// The reader cannot be used.
    #[error("the plate reader cannot start")]
    Reader(#[from] NetworkError),
    /// Frames cannot be worked on.
    #[error("frames cannot be worked on")]
    Frames(#[from] ReadError),
    /// The reference frames cannot be measured at all.
    #[error("the self-test of the smoke measure failed")]
    SelfTest(#[from] SelfTestError),
    /// The parent is gone.
    #[error("the parent does not listen any more")]
    Parent(#[from] io::Error),
}

impl From<opencv::Error> for WorkerError {
    fn from(error: opencv::Error) -> Self {
        Self::Frames(error.into())
    }
}

/// Runs until the source ends. A failure is told to the parent as [`WorkerMessage::Fault`] and returned.
pub fn run_worker(config: WorkerConfig, mut out: impl Write) -> Result<(), WorkerError> {
    let outcome = work(&config, &mut out);
    if let Err(error) = &outcome {
        let text = crate::commands::chain(error);
        // If the parent is gone there is nobody to tell.
        let _ = write_message(&mut out, &WorkerMessage::Fault { text });
    }
    outcome
}

fn work(config: &WorkerConfig, out: &mut impl Write) -> Result<(), WorkerError> {
    // One process per camera: OpenCV's own threads would only fight each other.
    opencv::core::set_num_threads(1)?;
    let mut reader = PlateReader::new()?;
    if let Some(accept) = config.accept_per_mille {
        reader = reader.accepting(f32::from(accept.min(1_000)) / 1_000.0);
    }
    let smoke_untrusted = config.role == CameraRole::Rear && differs(self_test()?, out)?;
    let mut tracker = Tracker::new(config.role, reader)?;
    // Smoke is measured from behind alone.
    let mut recorder = (config.role == CameraRole::Rear).then(Recorder::start);
    let mut source = source::open(&config.source, ClockQuality::Unsynchronised)?;
    write_message(out, &WorkerMessage::Started)?;
    let mut report = Report::new(config.preview, smoke_untrusted);
    let mut failed = 0;
    loop {
        match source.next(WAIT)? {
            Next::Frame(frame) => {
                report.on_frame(&frame.picture, frame.at)?;
                if let Some(recorder) = &mut recorder {
                    // A frame that cannot be kept is missing in a clip; plates are still read in it.
                    let _ = recorder.on_frame(&frame.picture, frame.at);
                }
                match tracker.on_frame(&frame) {
                    Ok(ended) => {
                        failed = 0;
                        send(out, ended, smoke_untrusted, &mut recorder)?;
                    }
                    Err(error) => {
                        failed += 1;
                        if failed >= MAX_FAILED {
                            return Err(error.into());
                        }
                    }
                }
            }
            Next::Waiting => {}
            Next::Ended => break,
        }
        while let Some(made) = recorder.as_mut().and_then(Recorder::next_made) {
            write_message(out, &WorkerMessage::Clip(made))?;
        }
        if report.is_due() {
            write_message(out, &WorkerMessage::Health(report.health(source.dropped())?))?;
        }
    }
    send(out, tracker.finish_all()?, smoke_untrusted, &mut recorder)?;
    for made in recorder.as_mut().map(Recorder::finish).unwrap_or_default() {
        write_message(out, &WorkerMessage::Clip(made))?;
    }
    write_message(out, &WorkerMessage::Health(report.health(source.dropped())?))?;
    write_message(out, &WorkerMessage::SourceEnded)?;
    Ok(())
}

/// Did the reference frames give other figures than they must? Told to the parent if so.
fn differs(outcome: SelfTest, out: &mut impl Write) -> io::Result<bool> {
    Ok(match outcome {
        SelfTest::Passed => false,
        SelfTest::Differs { got } => {
            let text = format!("the reference frames do not give their figures; smoke is left out: {got}");
            write_message(out, &WorkerMessage::Fault { text })?;
            true
        }
    })
}

/// Tells of vehicles that have left, without their smoke where its measure is not to be trusted; the clips of those that
/// smoked follow.
fn send(
    out: &mut impl Write,
    ended: Vec<TrackEnded>,
    smoke_untrusted: bool,
    recorder: &mut Option<Recorder>,
) -> io::Result<()> {
    ended.into_iter().try_for_each(|mut track| {
        if smoke_untrusted {
            (track.smoke, track.plume) = (None, None);
        }
        if let Some(recorder) = recorder {
            track.clip_follows = recorder.on_track(track.track, track.smoke.as_ref());
        }
        write_message(out, &WorkerMessage::TrackEnded(Box::new(track)))
    })
}

/// Gathers what health says.
struct Report {
    frames: u64,
    since: Instant,
    frames_since: u64,
    watch: Watch,
    last_frame: Option<Moment>,
    latest: Option<Picture>,
    preview: bool,
    smoke_untrusted: bool,
}

impl Report {
    fn new(preview: bool, smoke_untrusted: bool) -> Self {
        let watch = Watch::default();
        Self {
            frames: 0,
            since: Instant::now(),
            frames_since: 0,
            watch,
            last_frame: None,
            latest: None,
            preview,
            smoke_untrusted,
        }
    }

    fn on_frame(&mut self, picture: &Picture, at: Moment) -> opencv::Result<()> {
        self.frames += 1;
        self.frames_since += 1;
        self.last_frame = Some(at);
        self.watch.on_frame(picture, at)?;
        if self.preview {
            self.latest = Some(picture.clone());
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        self.since.elapsed() >= HEALTH_EVERY
    }

    fn health(&mut self, dropped: u64) -> opencv::Result<Health> {
        let passed = self.since.elapsed().as_secs_f64().max(0.001);
        let fps_hundredths = (self.frames_since as f64 / passed * 100.0).min(1e6) as u32;
        self.since = Instant::now();
        self.frames_since = 0;
        let (side, quality) = PREVIEW;
        let preview = self.latest.take().map(|p| p.shrunk(side)?.jpeg(quality)).transpose()?;
        Ok(Health {
            frames: self.frames,
            dropped,
            fps_hundredths,
            sharpness: self.watch.sharpness().min(1e6) as u32,
            frozen: self.watch.is_frozen(),
            smoke_untrusted: self.smoke_untrusted,
            last_frame: self.last_frame,
            preview,
        })
    }
}
