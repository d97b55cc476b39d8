//! Files that nobody else on the machine may read, written whole or not at all.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::PkiError;

fn refused(path: &Path) -> impl Fn(io::Error) -> PkiError {
    move |source| PkiError::File { path: path.to_owned(), source }
}

/// Makes the folder, for its owner alone.
pub(super) fn make_folder(folder: &Path) -> Result<(), PkiError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused(folder))
}

/// Keeps other processes out of the folder until the file that is given is dropped: `enrol-token` and a server
/// that both start for the first time must not make two authorities.
pub(super) fn hold(folder: &Path) -> Result<File, PkiError> {
    let path = folder.join("lock");
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = opened.map_err(refused(&path))?;
    file.lock().map_err(refused(&path))?;
    Ok(file)
}

/// The file's text, or `None` if there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<String>, PkiError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path)(error)),
    }
}

/// Writes the file beside its place, makes it durable, and moves it there.
pub(super) fn write(path: &Path, text: &str) -> Result<(), PkiError> {
    let aside = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(refused(path))
}
