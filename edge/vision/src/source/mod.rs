//! Where frames come from: a file, a folder, a device, a stream.
//!
//! A frame is stamped when its whole image has arrived, on both clocks ([`clock`]). Finite sources give every
//! frame and then end; live ones never make the camera wait: what is not fetched in time is dropped, oldest
//! first, and counted. Pixels are judged elsewhere; only whether a camera is frozen or blind is said here
//! ([`watch`]).

pub mod clock;
mod folder;
mod video;
pub mod watch;

use std::path::PathBuf;
use std::time::Duration;

use plumewatch_shared::time::{ClockQuality, Moment};
use serde::{Deserialize, Serialize};

use crate::picture::{Picture, PictureError};

/// One image and when it had arrived.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The image.
    pub picture: Picture,
    /// When its last byte was here.
    pub at: Moment,
    /// Counts the source's frames from 0; a dropped frame takes a number too.
    pub number: u64,
    /// Seconds from the recording's start, for recordings.
    pub recorded_s: Option<f64>,
}

/// Which source, as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, tag = "kind")]
pub enum SourceConfig {
    /// A video file, from beginning to end.
    File {
        /// The file.
        path: PathBuf,
        /// At least this long between frames, milliseconds; 0 as fast as possible.
        #[serde(default)]
        pace_ms: u64,
    },
    /// The pictures of a folder by name, then the end.
    Folder {
        /// The folder.
        path: PathBuf,
        /// At least this long between frames, milliseconds; 0 as fast as possible.
        #[serde(default)]
        pace_ms: u64,
    },
    /// A folder into which a camera renames finished pictures; read by name and deleted.
    Follow {
        /// The folder.
        path: PathBuf,
    },
    /// A V4L2 device such as `/dev/video0`.
    Device {
        /// The device.
        path: PathBuf,
    },
    /// An RTSP or HTTP stream.
    Url {
        /// Where; may hold a password, so it is never shown.
        url: String,
    },
}

/// What a source has for now.
#[derive(Debug)]
pub enum Next {
    /// A frame.
    Frame(Box<Frame>),
    /// Nothing within the wait.
    Waiting,
    /// Nothing ever again.
    Ended,
}

/// Why a source gives no frames.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It cannot be opened.
    #[error("cannot open {what}")]
    Open {
        /// In words, without secrets.
        what: String,
    },
    /// The folder cannot be listed.
    #[error("cannot list {}", path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// OpenCV threw.
    #[error("OpenCV failed on the source")]
    Vision(#[from] opencv::Error),
    /// A frame is not a picture.
    #[error("a frame is no picture")]
    Picture(#[from] PictureError),
}

/// Something that gives frames.
pub trait FrameSource {
    /// The next frame, waiting at most about `wait`. Damaged frames are skipped and counted.
    fn next(&mut self, wait: Duration) -> Result<Next, SourceError>;
    /// Frames given up so far: too late, or damaged.
    fn dropped(&self) -> u64;
}

/// Opens a source; `quality` goes into every stamp.
pub fn open(config: &SourceConfig, quality: ClockQuality) -> Result<Box<dyn FrameSource>, SourceError> {
    let pace = Duration::from_millis;
    Ok(match config {
        SourceConfig::File { path, pace_ms } => Box::new(video::File::open(path, pace(*pace_ms), quality)?),
        SourceConfig::Folder { path, pace_ms } => {
            Box::new(folder::Finite::open(path, pace(*pace_ms), quality)?)
        }
        SourceConfig::Follow { path } => Box::new(folder::Follow::open(path, quality)?),
        SourceConfig::Device { path } => {
            Box::new(video::Live::open(path.to_string_lossy().into_owned(), false, quality)?)
        }
        SourceConfig::Url { url } => Box::new(video::Live::open(url.clone(), true, quality)?),
    })
}
