//! Videos, devices and streams through OpenCV.
//!
//! A live capture has a thread of its own that does nothing but grab; it keeps the newest frames and drops
//! older ones. `read()` may block for ever: the parent process sees the silence and ends this process.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use opencv::core::{Mat, Vector};
use opencv::prelude::*;
use opencv::videoio::{self, VideoCapture};
use plumewatch_shared::time::ClockQuality;

use super::{Frame, FrameSource, Next, SourceError, clock};
use crate::picture::Picture;

/// Frames kept while the tracker is busy: enough for one slow frame at 25 a second.
const QUEUE: usize = 4;
/// Time-out of opening a stream and of waiting for its next frame, milliseconds.
const STREAM_TIMEOUT_MS: i32 = 8_000;
/// Failed reads in a row after which a live source has ended.
const MAX_FAILED: u32 = 25;

fn capture(name: &str, timeouts: bool) -> Result<VideoCapture, SourceError> {
    let opened = if timeouts {
        let limits = Vector::from_slice(&[
            videoio::CAP_PROP_OPEN_TIMEOUT_MSEC,
            STREAM_TIMEOUT_MS,
            videoio::CAP_PROP_READ_TIMEOUT_MSEC,
            STREAM_TIMEOUT_MS,
        ]);
        VideoCapture::from_file_with_params(name, videoio::CAP_FFMPEG, &limits)?
    } else {
        VideoCapture::from_file(name, videoio::CAP_ANY)?
    };
    if opened.is_opened()? {
        Ok(opened)
    } else {
        Err(SourceError::Open { what: "the video source".to_owned() })
    }
}

/// A video file, every frame of it.
pub(super) struct File {
    capture: VideoCapture,
    fps: f64,
    pace: Duration,
    last: Option<Instant>,
    quality: ClockQuality,
    number: u64,
}

impl File {
    pub(super) fn open(path: &Path, pace: Duration, quality: ClockQuality) -> Result<Self, SourceError> {
        let what = || SourceError::Open { what: path.display().to_string() };
        let capture = capture(&path.to_string_lossy(), false).map_err(|_| what())?;
        let fps = capture.get(videoio::CAP_PROP_FPS)?;
        let fps = if (1.0..=240.0).contains(&fps) { fps } else { 25.0 };
        Ok(Self { capture, fps, pace, last: None, quality, number: 0 })
    }
}

impl FrameSource for File {
    fn next(&mut self, wait: Duration) -> Result<Next, SourceError> {
        if let Some(rest) = self.last.and_then(|last| self.pace.checked_sub(last.elapsed())) {
            thread::sleep(rest.min(wait));
            if rest > wait {
                return Ok(Next::Waiting);
            }
        }
        let mut pixels = Mat::default();
        if !self.capture.read(&mut pixels)? || pixels.empty() {
            return Ok(Next::Ended);
        }
        self.last = Some(Instant::now());
        let number = self.number;
        self.number += 1;
        let recorded_s = Some(number as f64 / self.fps);
        let picture = Picture::from_pixels(pixels)?;
        Ok(Next::Frame(Box::new(Frame { picture, at: clock::now(self.quality), number, recorded_s })))
    }

    fn dropped(&self) -> u64 {
        0
    }
}

#[derive(Default)]
struct Shelf {
    frames: VecDeque<Frame>,
    dropped: u64,
    ended: bool,
}

/// A device or stream, grabbed by a thread of its own.
pub(super) struct Live {
    shelf: Arc<(Mutex<Shelf>, Condvar)>,
}

impl Live {
    pub(super) fn open(name: String, stream: bool, quality: ClockQuality) -> Result<Self, SourceError> {
        let what = if stream { "the camera's stream" } else { "the camera's device" };
        let capture = capture(&name, stream).map_err(|_| SourceError::Open { what: what.to_owned() })?;
        let shelf = Arc::new((Mutex::new(Shelf::default()), Condvar::new()));
        let theirs = shelf.clone();
        thread::spawn(move || grab(capture, &theirs, quality));
        Ok(Self { shelf })
    }
}

/// Ends when the capture fails too often, or nobody holds the other end of the shelf.
fn grab(mut capture: VideoCapture, shelf: &Arc<(Mutex<Shelf>, Condvar)>, quality: ClockQuality) {
    let (mut number, mut failed) = (0, 0);
    while failed < MAX_FAILED && Arc::strong_count(shelf) > 1 {
        let mut pixels = Mat::default();
        let picture = match capture.read(&mut pixels) {
            Ok(true) => Picture::from_pixels(pixels).ok(),
            _ => None,
        };
        let Some(picture) = picture else {
            failed += 1;
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        failed = 0;
        let frame = Frame { picture, at: clock::now(quality), number, recorded_s: None };
        number += 1;
        let mut held = shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.frames.len() >= QUEUE {
            held.frames.pop_front();
            held.dropped += 1;
        }
        held.frames.push_back(frame);
        shelf.1.notify_one();
    }
    shelf.0.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
    shelf.1.notify_one();
}

impl FrameSource for Live {
    fn next(&mut self, wait: Duration) -> Result<Next, SourceError> {
        let held = self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner);
        let empty = |shelf: &mut Shelf| shelf.frames.is_empty() && !shelf.ended;
        let (mut held, _) =
            self.shelf.1.wait_timeout_while(held, wait, empty).unwrap_or_else(PoisonError::into_inner);
        Ok(match held.frames.pop_front() {
            Some(frame) => Next::Frame(Box::new(frame)),
            None if held.ended => Next::Ended,
            None => Next::Waiting,
        })
    }

    fn dropped(&self) -> u64 {
        self.shelf.0.lock().unwrap_or_else(PoisonError::into_inner).dropped
    }
}
