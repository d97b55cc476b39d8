//! Stills into a video that a browser plays: H.264 in MP4, by OpenCV's own writer.
//!
//! Measured with Debian's OpenCV 4.6 on fourteen seconds of 640x360 with noise: H.264 112 KB in 1.8 s, MPEG-4 375 KB and
//! no browser plays it, MJPEG 1.9 MB, VP8 5.9 MB in 6 s and VP9 4.0 MB in 43 s, because the writer cannot be told a rate.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use opencv::core::Size;
use opencv::prelude::*;
use opencv::videoio::{CAP_FFMPEG, VideoWriter};

use super::ring::Still;
use crate::picture::{Picture, PictureError};

/// Frames a second of a clip.
pub const FPS: u32 = 10;
/// From one frame to the next, microseconds.
const STEP_US: usize = 1_000_000 / FPS as usize;
/// The largest clip, bytes. One that comes out larger is made anew, smaller.
pub const CLIP_BYTES_MAX: usize = 1_500_000;
/// Longer sides tried, pixels.
const SIDES: [i32; 3] = [super::SIDE, 416, 288];

/// A clip could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// There is no frame.
    #[error("there is no frame to make a clip of")]
    Empty,
    /// OpenCV was built without H.264.
    #[error("no clip can be encoded: OpenCV has no H.264")]
    NoEncoder,
    /// It is too large even at the smallest size.
    #[error("the clip has {0} bytes, more than {CLIP_BYTES_MAX}")]
    TooLarge(usize),
    /// A frame cannot be read back.
    #[error("a kept frame cannot be read back")]
    Still(#[from] PictureError),
    /// OpenCV threw.
    #[error("OpenCV failed on the clip")]
    Vision(#[from] opencv::Error),
    /// The file it is written to.
    #[error("the clip's file cannot be used")]
    File(#[from] io::Error),
}

/// The clip of these stills from one time to another, microseconds; each moment shows the newest still before it.
pub(super) fn clip(stills: &[Still], from_us: i64, to_us: i64) -> Result<Vec<u8>, ClipError> {
    let last = stills.last().ok_or(ClipError::Empty)?;
    let to_us = to_us.min(last.at_us.saturating_add(STEP_US as i64));
    let mut largest = 0;
    for side in SIDES {
        let bytes = encoded(stills, (from_us..to_us).step_by(STEP_US), side)?;
        if bytes.len() <= CLIP_BYTES_MAX {
            return Ok(bytes);
        }
        largest = bytes.len();
    }
    Err(ClipError::TooLarge(largest))
}

fn encoded(stills: &[Still], times: impl Iterator<Item = i64>, side: i32) -> Result<Vec<u8>, ClipError> {
    let file = Scratch::new()?;
    let code = VideoWriter::fourcc('a', 'v', 'c', '1')?;
    let mut writer: Option<(VideoWriter, Size)> = None;
    let mut shown: Option<(usize, Picture)> = None;
    for time in times {
        let at = stills.partition_point(|still| still.at_us <= time).saturating_sub(1);
        if shown.as_ref().is_none_or(|(before, _)| *before != at) {
            shown = Some((at, Picture::decode(&stills[at].jpeg)?.shrunk(side)?));
        }
        let Some((_, picture)) = &shown else { continue };
        if writer.is_none() {
            // H.264 wants even sides.
            let size = Size::new(picture.width() & !1, picture.height() & !1);
            let path = file.path.to_str().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
            let opened = VideoWriter::new_with_backend(path, CAP_FFMPEG, code, FPS.into(), size, true)?;
            if !opened.is_opened()? {
                return Err(ClipError::NoEncoder);
            }
            writer = Some((opened, size));
        }
        let Some((writer, size)) = &mut writer else { continue };
        writer.write(&picture.fitted(*size)?)?;
    }
    let Some((mut writer, _)) = writer else { return Err(ClipError::Empty) };
    writer.release()?;
    Ok(std::fs::read(&file.path)?)
}

/// A file that goes when it is no longer needed: OpenCV writes to names alone.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn new() -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("plumewatch-clip-{}-{number}.mp4", std::process::id());
        let path = std::env::temp_dir().join(name);
        // A worker of the same number that was killed may have left one; what is no file of ours is not followed.
        remove(&path)?;
        let _: File = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = remove(&self.path); // The next start of this number tries again.
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
