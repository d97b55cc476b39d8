//! Cameras in the configuration: exactly one source each.

use std::{fmt, path::PathBuf, str::FromStr};

use plumewatch_shared::ids::LaneNo;
use serde::{Deserialize, Deserializer, de::Error};

use super::duration;

/// One camera: where its frames come from.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameraConfig {
    /// A folder of pictures.
    pub folder: Option<PathBuf>,
    /// The folder is being filled by a camera: read pictures as they come and delete them. Otherwise its
    /// pictures are played once, by name.
    #[serde(default)]
    pub follow: bool,
    /// An RTSP or HTTP stream; may hold a password, so it is never shown.
    pub url: Option<String>,
    /// A V4L2 device, such as `/dev/video0`.
    pub device: Option<PathBuf>,
    /// A video file, played once.
    pub file: Option<PathBuf>,
    /// For a file or a folder played once: at least so long between two frames.
    #[serde(default, with = "duration")]
    pub pace: std::time::Duration,
}

impl CameraConfig {
    /// What would be allowed, if this is not.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        let sources = [self.folder.is_some(), self.url.is_some(), self.device.is_some(), self.file.is_some()];
        match sources.iter().filter(|&&named| named).count() {
            1 if self.follow && self.folder.is_none() => Some("follow goes with folder only"),
            1 => None,
            _ => Some("exactly one of folder, url, device, file"),
        }
    }

    /// Does it end by itself? Then an end is no fault and it is not started again.
    pub fn is_finite(&self) -> bool {
        self.file.is_some() || (self.folder.is_some() && !self.follow)
    }
}

impl fmt::Debug for CameraConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CameraConfig")
            .field("folder", &self.folder)
            .field("follow", &self.follow)
            .field("url", &self.url.as_ref().map(|_| "…"))
            .field("device", &self.device)
            .field("file", &self.file)
            .finish()
    }
}

/// A value that is read from its text form.
pub(super) fn parsed<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

pub(super) fn lane_number<'de, D: Deserializer<'de>>(from: D) -> Result<LaneNo, D::Error> {
    let number = u8::deserialize(from)?;
    LaneNo::new(number).ok_or_else(|| D::Error::custom("a lane's number is 1 to 99"))
}
