//! Cameras: one child process each, watched over.
//!
//! OpenCV's `read()` may hang for ever and its C++ may crash, so pixels are looked at in a process of their own
//! (`plumewatch-edge camera-worker`, see `edge_vision::worker`). Here the child is started, listened to, ended
//! when it falls silent or its picture freezes, and started again. Its pictures wait in [`pictures`] until the
//! passage they belong to closes.

pub mod pictures;
mod supervise;
mod worker;

pub use supervise::{Camera, CameraFacts, CameraState};
pub use worker::{program, work};

use edge_vision::source::SourceConfig;

use crate::config::CameraConfig;

/// The worker's source for a camera of the configuration.
pub fn source(config: &CameraConfig) -> Option<SourceConfig> {
    let pace_ms = u64::try_from(config.pace.as_millis()).unwrap_or(u64::MAX);
    let folder = |path: &std::path::PathBuf| match config.follow {
        true => SourceConfig::Follow { path: path.clone() },
        false => SourceConfig::Folder { path: path.clone(), pace_ms },
    };
    let device = || config.device.clone().map(|path| SourceConfig::Device { path });
    let file = || config.file.clone().map(|path| SourceConfig::File { path, pace_ms });
    let url = || config.url.clone().map(|url| SourceConfig::Url { url });
    config.folder.as_ref().map(folder).or_else(url).or_else(device).or_else(file)
}

#[cfg(test)]
mod tests;
