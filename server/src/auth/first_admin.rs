//! The first account: made when there is none, with a random password that is told once.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use server_core::access::Role;
use server_core::audit::{Action, Entry};

use super::password::PasswordError;
use super::sign_in::Doorman;
use crate::store::accounts::AccountRow;
use crate::store::{Store, StoreError};

/// Its name.
pub const NAME: &str = "admin";

/// No look-alikes (0 and O, 1 and l), because people copy it from a screen.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Where the first password stands until it is changed.
pub fn password_file(data_dir: &Path) -> PathBuf {
    data_dir.join("first-admin-password")
}

/// The first account cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FirstAdminError {
    /// The password cannot be written down.
    #[error("cannot write {}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The machine gives no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
    /// The password cannot be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the first account if there is none, and gives its password, which stands in `file` as well.
pub async fn make_if_none(
    store: &Store,
    doorman: &Doorman,
    file: &Path,
    now: Timestamp,
) -> Result<Option<String>, FirstAdminError> {
    if !store.reading().await?.accounts().await?.is_empty() {
        return Ok(None);
    }
    let password = random_password()?;
    let account = AccountRow {
        name: NAME.to_owned(),
        display_name: "管理员 Administrator".to_owned(),
        password_hash: doorman.hash(&password).await?,
        role: Role::Admin.word().to_owned(),
        region: 0,
        organisation: None,
        // It is 100 random bits that nobody chose: changing it is advice, not a must.
        must_change_password: false,
        disabled: false,
        failed_attempts: 0,
        last_failed_us: None,
    };
    // Written down first: an account whose password nobody knows would lock everybody out.
    write_down(file, &password).map_err(|source| FirstAdminError::File { path: file.to_owned(), source })?;
    let mut writing = store.writing().await?;
    if !writing.add_account(&account, now.as_microsecond()).await? {
        return Ok(None); // Another server on the same database was quicker.
    }
    let (actor, subject) = ("system".to_owned(), NAME.to_owned());
    let detail = "first start".to_owned();
    writing
        .append_audit(Entry { at: now, actor, action: Action::AccountAdded, subject, reason: None, detail })
        .await?;
    writing.commit().await?;
    Ok(Some(password))
}

/// Removes the written password; that it is gone already is as good.
pub(super) fn forget(file: &Path) {
    match std::fs::remove_file(file) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => {
            tracing::warn!(%error, path = %file.display(), "the first password could not be removed")
        }
    }
}

fn random_password() -> Result<String, FirstAdminError> {
    let mut bytes = [0_u8; 20];
    getrandom::fill(&mut bytes).map_err(|_| FirstAdminError::Random)?;
    let letters: Vec<char> = bytes.iter().map(|&byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

fn write_down(file: &Path, password: &str) -> io::Result<()> {
    let mut opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    opened.write_all(format!("{password}\n").as_bytes())?;
    opened.sync_all()
}
