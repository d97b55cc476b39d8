//! Keeps evidence files: whole, checked, named by their hash.
//!
//! [`EvidenceStore`] holds finished files, `ab/<sha256>` under its root; [`Intake`] makes them of chunks. A file is
//! there only after its hash was checked and its bytes were synced; nothing half is ever seen under its name.
//! The folder is local; an object store takes this file's place when files outgrow one machine.

mod intake;

pub use intake::{Answer, Intake, IntakeError};

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumewatch_shared::ids::FileHash;

/// Finished evidence files. Clones share the folder.
#[derive(Clone, Debug)]
pub struct EvidenceStore {
    root: Arc<Path>,
}

impl EvidenceStore {
    /// Opens the folder, made if missing.
    pub fn open(root: &Path) -> io::Result<Self> {
        fs::create_dir_all(root.join("partial"))?;
        Ok(Self { root: root.into() })
    }

    /// The bytes of a file; `None` if it is not here.
    pub async fn read(&self, file: FileHash) -> io::Result<Option<Vec<u8>>> {
        let path = self.path(file);
        let read = move || match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        blocking(read).await
    }

    /// Where a file stands.
    fn path(&self, file: FileHash) -> PathBuf {
        let name = file.to_string();
        self.root.join(&name[..2]).join(name)
    }

    /// Gives a finished, synced file its name, durably.
    fn keep(&self, finished: &Path, file: FileHash) -> io::Result<()> {
        let path = self.path(file);
        let folder = path.parent().expect("the path has the hash's folder before its name");
        fs::create_dir_all(folder)?;
        fs::rename(finished, &path)?;
        // The rename is durable once the folder is, and the folder's name once its parent is.
        File::open(folder)?.sync_all()?;
        File::open(&self.root)?.sync_all()
    }

    /// The size of a file that is here.
    fn size(&self, file: FileHash) -> io::Result<Option<u64>> {
        match fs::metadata(self.path(file)) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Runs file work where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|died| Err(io::Error::other(died)))
}
