//! The watchlist as this unit has it: the last good edition, on the disk and in use.
//!
//! An edition is taken if the server's seal holds and its version is newer; anything else is refused and
//! counted, and the last good one stays. It is kept as it came, seal and all, and proven again at every start.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use plumewatch_shared::{
    passage::Passage,
    protocol::{
        message::WatchlistEdition,
        seal::{Purpose, Sealed},
    },
    watchlist::{WatchReason, Watchlist},
};

use crate::durable;

/// The watchlist in use. Clones are the same.
#[derive(Clone, Debug)]
pub struct WatchlistShelf {
    path: PathBuf,
    current: Arc<RwLock<Option<Watchlist>>>,
}

/// An edition was not taken.
#[derive(Debug, thiserror::Error)]
pub enum WatchlistError {
    /// Its seal does not hold.
    #[error("the watchlist's seal does not hold")]
    Seal(#[from] plumewatch_shared::protocol::seal::SealError),
    /// What is sealed is no watchlist.
    #[error("the watchlist is malformed")]
    Malformed,
    /// It is older than what is in use.
    #[error("edition {offered} of the watchlist is older than {held}")]
    Older {
        /// What came.
        offered: u64,
        /// What is in use.
        held: u64,
    },
    /// It cannot be kept.
    #[error("the watchlist cannot be kept")]
    Keep(#[source] std::io::Error),
}

impl WatchlistShelf {
    /// The last good edition under `data_dir`, if the server with this key sealed it.
    pub fn open(data_dir: &Path, server: Option<&VerifyingKey>) -> Self {
        let path = data_dir.join("watchlist.json");
        let kept = server.and_then(|key| read(&std::fs::read(&path).ok()?, key).ok());
        Self { path, current: Arc::new(RwLock::new(kept)) }
    }

    /// Takes an edition as it came from the server. The same version again is no error and changes nothing.
    pub fn take(&self, payload: &[u8], server: &VerifyingKey) -> Result<u64, WatchlistError> {
        let edition = read(payload, server)?;
        let version = edition.version;
        match self.version() {
            Some(held) if version < held => return Err(WatchlistError::Older { offered: version, held }),
            Some(held) if version == held => return Ok(version),
            Some(_) | None => {}
        }
        durable::write(&self.path, payload).map_err(WatchlistError::Keep)?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(edition);
        Ok(version)
    }

    /// The edition in use.
    pub fn version(&self) -> Option<u64> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|list| list.version)
    }

    /// When the server issued the edition in use: a list is acted on however old it is, and its age is shown.
    pub fn issued(&self) -> Option<Timestamp> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|list| list.issued)
    }

    /// Why this passage's vehicle is watched for, if it is: by any plate that was read of it.
    pub fn find(&self, passage: &Passage) -> Option<WatchReason> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let list = current.as_ref()?;
        let seen = [&passage.front, &passage.rear].into_iter().flatten();
        seen.filter_map(|sighting| list.find(sighting.accepted()?, sighting.colour)).min()
    }
}

fn read(payload: &[u8], server: &VerifyingKey) -> Result<Watchlist, WatchlistError> {
    let sealed = Sealed::open(Purpose::Watchlist, payload, server)?;
    let edition: WatchlistEdition =
        serde_json::from_str(&sealed.body).map_err(|_| WatchlistError::Malformed)?;
    Watchlist::try_from(&edition).map_err(|_| WatchlistError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;
    use plumewatch_shared::{protocol::seal::CHAIN_START, sample, watchlist::WatchlistEntry};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn edition(version: u64, plates: &[&str], key: &SigningKey) -> Vec<u8> {
        let entry = |plate: &&str| WatchlistEntry {
            plate: plate.parse().unwrap(),
            colour: None,
            reason: WatchReason::Wanted,
        };
        let list =
            Watchlist { version, issued: sample::noon().utc, entries: plates.iter().map(entry).collect() };
        let body = serde_json::to_string(&WatchlistEdition::from(&list)).unwrap();
        Sealed::new(Purpose::Watchlist, CHAIN_START, body, key).encode()
    }

    #[test]
    fn a_newer_edition_is_used_and_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let server = key(1).verifying_key();
        let shelf = WatchlistShelf::open(folder.path(), Some(&server));
        let passage = sample::passage(1).passage();
        assert_eq!(shelf.find(&passage), None);
        shelf.take(&edition(3, &["晋A12345"], &key(1)), &server).unwrap();
        assert_eq!(shelf.find(&passage), Some(WatchReason::Wanted));
        let again = WatchlistShelf::open(folder.path(), Some(&server));
        assert_eq!((again.version(), again.find(&passage)), (Some(3), Some(WatchReason::Wanted)));
        assert_eq!(again.issued(), Some(sample::noon().utc), "its age is shown after a restart, too");
        assert_eq!(WatchlistShelf::open(folder.path(), Some(&key(2).verifying_key())).version(), None);
    }

    /// A plate that stands on the list for several reasons is stopped for the gravest, in whatever order they stand.
    #[test]
    fn an_open_case_goes_before_a_listed_carrier_and_that_before_a_wish() {
        let folder = tempfile::tempdir().unwrap();
        let server = key(1).verifying_key();
        let shelf = WatchlistShelf::open(folder.path(), Some(&server));
        let passage = sample::passage(1).passage();
        let entry = |reason| WatchlistEntry { plate: "晋A12345".parse().unwrap(), colour: None, reason };
        let mut entries = vec![entry(WatchReason::Wanted), entry(WatchReason::Blacklisted)];
        for (version, gravest) in [(1, WatchReason::Blacklisted), (2, WatchReason::OpenCase)] {
            let list = Watchlist { version, issued: sample::noon().utc, entries: entries.clone() };
            let body = serde_json::to_string(&WatchlistEdition::from(&list)).unwrap();
            let sealed = Sealed::new(Purpose::Watchlist, CHAIN_START, body, &key(1)).encode();
            shelf.take(&sealed, &server).unwrap();
            assert_eq!(shelf.find(&passage), Some(gravest));
            entries.push(entry(WatchReason::OpenCase));
        }
    }

    #[test]
    fn an_older_or_a_foreign_edition_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let server = key(1).verifying_key();
        let shelf = WatchlistShelf::open(folder.path(), Some(&server));
        shelf.take(&edition(3, &["晋A12345"], &key(1)), &server).unwrap();
        let older = shelf.take(&edition(2, &[], &key(1)), &server);
        assert!(matches!(older, Err(WatchlistError::Older { offered: 2, held: 3 })));
        let foreign = shelf.take(&edition(4, &[], &key(2)), &server);
        assert!(matches!(foreign, Err(WatchlistError::Seal(_))));
        assert_eq!(shelf.version(), Some(3));
    }
}
