//! Folders of pictures: a finite one, and one that a camera keeps filling.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use plumewatch_shared::time::ClockQuality;

use super::{Frame, FrameSource, Next, SourceError, clock};
use crate::picture::Picture;

/// Pictures a followed folder may be behind before the oldest are given up: one second at eight a second, so
/// that a burst of work delays a passage but a slow machine does not fall behind for ever.
const MAX_BEHIND: usize = 8;
/// How often a followed folder is listed while nothing new is in it.
const LOOK: Duration = Duration::from_millis(15);
/// Frames a second taken for a folder's recording time, where no clock says more.
const FOLDER_FPS: f64 = 8.0;

/// Pictures by name (`*.jpg`, `*.jpeg`, `*.png`, `*.bmp`, `*.webp`); names with a leading dot are unfinished.
fn listed(path: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let failed = |source| SourceError::List { path: path.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        let name = file.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let picture = [".jpg", ".jpeg", ".png", ".bmp", ".webp"].iter().any(|end| name.ends_with(end));
        if picture && !name.starts_with('.') {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

/// Every picture of a folder, once.
pub(super) struct Finite {
    files: VecDeque<PathBuf>,
    pace: Duration,
    last: Option<Instant>,
    quality: ClockQuality,
    number: u64,
    dropped: u64,
}

impl Finite {
    pub(super) fn open(path: &Path, pace: Duration, quality: ClockQuality) -> Result<Self, SourceError> {
        Ok(Self { files: listed(path)?.into(), pace, last: None, quality, number: 0, dropped: 0 })
    }
}

impl FrameSource for Finite {
    fn next(&mut self, wait: Duration) -> Result<Next, SourceError> {
        if let Some(rest) = self.last.and_then(|last| self.pace.checked_sub(last.elapsed())) {
            sleep(rest.min(wait));
            if rest > wait {
                return Ok(Next::Waiting);
            }
        }
        while let Some(file) = self.files.pop_front() {
            let number = self.number;
            self.number += 1;
            let Ok(picture) = Picture::open(&file) else {
                self.dropped += 1;
                continue;
            };
            self.last = Some(Instant::now());
            let recorded_s = Some(number as f64 / FOLDER_FPS);
            return Ok(Next::Frame(Box::new(Frame {
                picture,
                at: clock::now(self.quality),
                number,
                recorded_s,
            })));
        }
        Ok(Next::Ended)
    }

    fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// A folder that a camera keeps renaming finished pictures into. What was read is deleted.
pub(super) struct Follow {
    path: PathBuf,
    /// The last name read: a file that could not be deleted is not read again.
    done: Option<PathBuf>,
    quality: ClockQuality,
    number: u64,
    dropped: u64,
}

impl Follow {
    pub(super) fn open(path: &Path, quality: ClockQuality) -> Result<Self, SourceError> {
        listed(path)?;
        Ok(Self { path: path.to_owned(), done: None, quality, number: 0, dropped: 0 })
    }
}

impl FrameSource for Follow {
    fn next(&mut self, wait: Duration) -> Result<Next, SourceError> {
        let until = Instant::now() + wait;
        loop {
            let mut files: VecDeque<PathBuf> = listed(&self.path)?.into();
            files.retain(|file| self.done.as_ref().is_none_or(|done| file > done));
            while files.len() > MAX_BEHIND {
                if let Some(old) = files.pop_front() {
                    let _ = std::fs::remove_file(&old); // Gone already, or refused: `done` skips it either way.
                    self.done = Some(old);
                    self.dropped += 1;
                    self.number += 1;
                }
            }
            if let Some(file) = files.pop_front() {
                // The whole image was here when the camera finished the file, however late we come to read it.
                let finished = std::fs::metadata(&file).and_then(|file| file.modified()).ok();
                let at = clock::at_file_time(finished, self.quality);
                let picture = Picture::open(&file);
                let _ = std::fs::remove_file(&file);
                self.done = Some(file);
                let number = self.number;
                self.number += 1;
                match picture {
                    Ok(picture) => {
                        return Ok(Next::Frame(Box::new(Frame { picture, at, number, recorded_s: None })));
                    }
                    Err(_) => self.dropped += 1,
                }
            } else if Instant::now() >= until {
                return Ok(Next::Waiting);
            } else {
                sleep(LOOK.min(until.saturating_duration_since(Instant::now())));
            }
        }
    }

    fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str, value: u8) {
        let jpeg = Picture::from_bgr(16, 16, &[value; 16 * 16 * 3]).unwrap().jpeg(95).unwrap();
        std::fs::write(folder.join(name), jpeg).unwrap();
    }

    fn values(source: &mut dyn FrameSource) -> Vec<u8> {
        let mut seen = Vec::new();
        while let Next::Frame(frame) = source.next(Duration::ZERO).unwrap() {
            use opencv::prelude::*;
            seen.push(frame.picture.pixels().data_bytes().unwrap()[0]);
        }
        seen
    }

    #[test]
    fn a_folder_is_read_by_name_and_damage_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "b.jpg", 20);
        put(folder.path(), "a.jpg", 10);
        std::fs::write(folder.path().join("c.jpg"), b"half").unwrap();
        let mut source = Finite::open(folder.path(), Duration::ZERO, ClockQuality::Holdover).unwrap();
        assert_eq!(values(&mut source), [10, 20]);
        assert_eq!(source.dropped(), 1);
    }

    #[test]
    fn a_followed_folder_is_emptied_and_old_frames_are_dropped_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let mut source = Follow::open(folder.path(), ClockQuality::Holdover).unwrap();
        for number in 0..(MAX_BEHIND as u8 + 3) {
            put(folder.path(), &format!("{number:04}.jpg"), number * 10);
        }
        put(folder.path(), ".unfinished.jpg", 250);
        assert_eq!(values(&mut source).len(), MAX_BEHIND);
        assert_eq!(source.dropped(), 3);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(source.next(Duration::ZERO).unwrap(), Next::Waiting));
    }
}
