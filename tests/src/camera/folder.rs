//! A folder that a camera's frames go into: each written aside and renamed, old ones taken away.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// Frames left lying for a reader that is late: eight seconds at eight a second.
const KEPT: usize = 64;

/// A follow folder.
#[derive(Debug)]
pub struct FrameFolder {
    folder: PathBuf,
    number: u64,
    lying: VecDeque<PathBuf>,
    kept: usize,
}

impl FrameFolder {
    /// Makes the folder, or goes on behind the highest number in it.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut lying: Vec<PathBuf> = std::fs::read_dir(folder)
            .with_context(|| format!("cannot list {}", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "jpg"))
            .collect();
        lying.sort();
        let number = lying.last().and_then(|path| path.file_stem()?.to_str()?.parse().ok()).unwrap_or(0);
        Ok(Self { folder: folder.to_owned(), number, lying: lying.into(), kept: KEPT })
    }

    /// The same, but nothing is taken away: for a recording.
    pub fn endless(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self { kept: usize::MAX, ..Self::open(folder)? })
    }

    /// Adds one picture.
    pub fn add(&mut self, jpeg: &[u8]) -> anyhow::Result<()> {
        self.number += 1;
        let path = self.folder.join(format!("{:010}.jpg", self.number));
        let aside = path.with_extension("part");
        std::fs::write(&aside, jpeg).with_context(|| format!("cannot write {}", aside.display()))?;
        std::fs::rename(&aside, &path).with_context(|| format!("cannot rename {}", aside.display()))?;
        self.lying.push_back(path);
        while self.lying.len() > self.kept {
            // A reader may have taken it away itself.
            let _ = self.lying.pop_front().map(std::fs::remove_file);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_numbered_on_and_the_oldest_go() {
        let folder = tempfile::tempdir().unwrap();
        let mut frames = FrameFolder::open(folder.path()).unwrap();
        for _ in 0..KEPT {
            frames.add(b"picture").unwrap();
        }
        FrameFolder::open(folder.path()).unwrap().add(b"picture").unwrap();
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names.len(), KEPT);
        assert_eq!(names[KEPT - 1], "0000000065.jpg");
    }
}
