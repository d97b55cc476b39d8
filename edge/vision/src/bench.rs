//! Figures as ratios within one run: what reading and following cost against decoding alone.
//!
//! CPU time of this process, not time on the wall, so that a busy machine does not show.

use std::io::{self, Write};
use std::time::Duration;

use plumewatch_shared::time::{ClockQuality, Moment};
use rustix::time::{ClockId, clock_gettime};

use crate::picture::{Picture, PictureError};
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

fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Prints, for JPEG frames in order of time, the CPU milliseconds a frame of: decoding alone; decoding and finding
/// places; decoding, finding and reading plates; the whole camera worker's work on a frame.
pub fn bench_frames(frames: &[Vec<u8>], out: &mut impl Write) -> Result<(), BenchError> {
    opencv::core::set_num_threads(1).map_err(ReadError::from)?;
    let count = frames.len().max(1) as f64;
    let began = cpu_ms();
    for jpeg in frames {
        Picture::decode(jpeg)?;
    }
    let decode = (cpu_ms() - began) / count;
    let locator = crate::plates::locate::Locator::new()?;
    let began = cpu_ms();
    let mut places = 0;
    for jpeg in frames {
        places += locator.locate(&Picture::decode(jpeg)?)?.len();
    }
    let find = (cpu_ms() - began) / count;
    let network = crate::network::Network::load()?;
    let strip = [100; crate::network::HEIGHT * crate::network::WIDTH];
    let began = cpu_ms();
    for _ in 0..50 {
        network.read(&strip)?;
    }
    let once = (cpu_ms() - began) / 50.0;
    let reader = PlateReader::new()?;
    let began = cpu_ms();
    for jpeg in frames {
        reader.read(&Picture::decode(jpeg)?)?;
    }
    let read = (cpu_ms() - began) / count;
    let mut tracker = Tracker::new(CameraRole::Rear, reader).map_err(ReadError::from)?;
    let start = clock::now(ClockQuality::Unsynchronised);
    let began = cpu_ms();
    for (number, jpeg) in (0..).zip(frames) {
        let tick = start.tick.after(Duration::from_millis(125 * number));
        let at = Moment { tick, ..start };
        tracker.on_frame(&Frame { picture: Picture::decode(jpeg)?, at, number, recorded_s: None })?;
    }
    let follow = (cpu_ms() - began) / count;
    writeln!(out, "decode alone        {decode:8.2} ms  1.00")?;
    let places = places as f64 / count;
    writeln!(out, "decode and find     {find:8.2} ms  {:.2}  ({places:.1} places a frame)", find / decode)?;
    writeln!(out, "one read of a strip {once:8.2} ms  {:.2}", once / decode)?;
    writeln!(out, "decode and read     {read:8.2} ms  {:.2}", read / decode)?;
    writeln!(out, "decode and follow   {follow:8.2} ms  {:.2}", follow / decode)?;
    Ok(())
}
