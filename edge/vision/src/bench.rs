//! Figures as ratios within one run: what reading and following cost against decoding alone.
//!
//! CPU time of this process, not time on the wall, so that a busy machine does not show.

use std::io::{self, Write};
use std::time::Duration;

use plumewatch_shared::time::{ClockQuality, Moment};
use rustix::time::{ClockId, clock_gettime};

use crate::network::{Finder, HEIGHT, Network, Networks, RuntimeKind, WIDTH};
use crate::picture::{Picture, PictureError};
use crate::plates::locate::Locator;
use crate::plates::{PlateReader, ReadError};
use crate::source::{Frame, clock};
use crate::track::{CameraRole, Tracker};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A picture cannot be decoded.
    #[error("a picture cannot be decoded")]
    Picture(#[from] PictureError),
    /// The reader cannot be used.
    #[error("the plate reader cannot start")]
    Reader(#[from] crate::network::NetworkError),
    /// A frame cannot be worked on.
    #[error("a frame cannot be worked on")]
    Read(#[from] ReadError),
    /// Standard output is gone.
    #[error("cannot write the figures")]
    Output(#[from] io::Error),
}

/// Width and height of the largest look.
const LOOK: (usize, usize) = (640, 384);

/// CPU time of this process so far, milliseconds.
pub fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Keeps OpenCV to the caller's thread, as the camera worker does.
pub fn one_thread() -> Result<(), BenchError> {
    Ok(opencv::core::set_num_threads(1).map_err(ReadError::from)?)
}

/// Prints, for JPEG frames in order of time, the CPU milliseconds a frame of decoding alone, and with each runtime of
/// this build those of: one read of a strip; one look of the detector; decoding and finding places; decoding, finding
/// and reading plates; reading the surest of them where it is expected, as in a further frame of one vehicle; the whole camera worker's work on a frame.
pub fn bench_frames(frames: &[Vec<u8>], out: &mut impl Write) -> Result<(), BenchError> {
    one_thread()?;
    let decode = a_frame(frames, |jpeg| Ok(Picture::decode(jpeg)?))?;
    writeln!(out, "decode alone        {decode:8.2} ms  1.00")?;
    for &runtime in RuntimeKind::ALL {
        writeln!(out, "{}:", runtime.name())?;
        bench_runtime(runtime, frames, decode, out)?;
    }
    Ok(())
}

fn bench_runtime(
    runtime: RuntimeKind,
    frames: &[Vec<u8>],
    decode: f64,
    out: &mut impl Write,
) -> Result<(), BenchError> {
    let networks = Networks::by(runtime);
    let network = Network::load(&networks)?;
    let strip = [100; HEIGHT * WIDTH];
    let once = a_frame(frames, |_| Ok(network.read(&strip)?))?;
    writeln!(out, "one read of a strip {once:8.2} ms  {:.2}", once / decode)?;

    let finder = Finder::load(&networks)?;
    let look = vec![100; LOOK.0 * LOOK.1 * 3];
    let once = a_frame(frames, |_| Ok(finder.find(LOOK.0, LOOK.1, &look)?))?;
    writeln!(out, "one look of 640x384 {once:8.2} ms  {:.2}", once / decode)?;

    let locator = Locator::new(&networks)?;
    let mut places = 0;
    let find = a_frame(frames, |jpeg| {
        places += locator.locate(&Picture::decode(jpeg)?)?.len();
        Ok(())
    })?;
    let places = places as f64 / frames.len().max(1) as f64;
    writeln!(out, "decode and find     {find:8.2} ms  {:.2}  ({places:.1} places a frame)", find / decode)?;

    let reader = PlateReader::with(&networks)?;
    let read = a_frame(frames, |jpeg| Ok(reader.read(&Picture::decode(jpeg)?)?))?;
    writeln!(out, "decode and read     {read:8.2} ms  {:.2}", read / decode)?;

    // What a further frame of a followed vehicle costs beyond its decoding, where its plate is seen and not settled yet.
    let mut followed = Vec::new();
    for jpeg in frames {
        let picture = Picture::decode(jpeg)?;
        let place = reader.read(&picture)?.first().map(|read| read.corners);
        followed.extend(place.map(|place| (picture, place)));
    }
    let began = cpu_ms();
    for (picture, place) in &followed {
        reader.read_near(picture, place)?;
    }
    let near = (cpu_ms() - began) / followed.len().max(1) as f64;
    writeln!(out, "read where expected {near:8.2} ms  {:.2}  ({} frames)", near / decode, followed.len())?;
    drop(followed);

    let mut tracker = Tracker::new(CameraRole::Rear, reader).map_err(ReadError::from)?;
    let start = clock::now(ClockQuality::Unsynchronised);
    let mut number = 0;
    let follow = a_frame(frames, |jpeg| {
        let at = Moment { tick: start.tick.after(Duration::from_millis(125 * number)), ..start };
        tracker.on_frame(&Frame { picture: Picture::decode(jpeg)?, at, number, recorded_s: None })?;
        number += 1;
        Ok(())
    })?;
    writeln!(out, "decode and follow   {follow:8.2} ms  {:.2}", follow / decode)?;
    Ok(())
}

/// CPU milliseconds a frame of `work`, over all frames.
fn a_frame<T>(
    frames: &[Vec<u8>],
    mut work: impl FnMut(&[u8]) -> Result<T, BenchError>,
) -> Result<f64, BenchError> {
    let began = cpu_ms();
    for jpeg in frames {
        work(jpeg)?;
    }
    Ok((cpu_ms() - began) / frames.len().max(1) as f64)
}
