//! The rulebooks as this unit has them: the server's last good issue, on the disk and in use; without one, those that
//! were shipped.
//!
//! An issue is taken if the server's seal holds, it is for this region, every rulebook in it could be meant, and its
//! version is newer; anything else is refused and said in health, and the last good one stays. It is kept as it came
//! and proven again at every start. It applies from the next passage on: one that closed keeps the edition it had.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use ed25519_dalek::VerifyingKey;
use edge_core::health::{RulebookRefusal, RulebookSource};
use jiff::civil::Date;
use plumewatch_shared::{
    exhaust_test::TestRulebook,
    ids::Region,
    protocol::{
        RULEBOOKS_BYTES_MAX,
        message::RulebookIssue,
        seal::{Purpose, SealError, Sealed},
    },
    rulebook::{Issue, Library, Rulebook, Schedule},
    time::Stamp,
};
use tokio::sync::watch;

use crate::durable;

/// The rulebooks in use. Clones are the same.
#[derive(Clone, Debug)]
pub struct RulebookShelf(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    path: PathBuf,
    region: Region,
    /// What holds while none has come from the server.
    own: Own,
    held: RwLock<Held>,
    /// Where lanes hear of a change.
    passages: watch::Sender<Schedule<Rulebook>>,
}

#[derive(Debug)]
struct Own {
    passages: Schedule<Rulebook>,
    issue: Option<Issue>,
    from_file: bool,
}

#[derive(Debug, Default)]
struct Held {
    issue: Option<Issue>,
    refused: Option<RulebookRefusal>,
}

/// An issue was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RulebooksError {
    /// Its seal does not hold.
    #[error("the rulebooks' seal does not hold")]
    Seal(#[from] SealError),
    /// What is sealed is no issue, or a rulebook in it is none.
    #[error("the rulebooks are malformed")]
    Malformed,
    /// It is for another region.
    #[error("the rulebooks are for region {offered}, this station is in {own}")]
    OtherRegion {
        /// For which.
        offered: Region,
        /// Where we are.
        own: Region,
    },
    /// It is older than what is in use.
    #[error("issue {offered} of the rulebooks is older than {held}")]
    Older {
        /// What came.
        offered: u64,
        /// What is in use.
        held: u64,
    },
    /// It cannot be kept.
    #[error("the rulebooks cannot be kept")]
    Keep(#[source] std::io::Error),
}

/// How the rulebooks are, for health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Where what holds today came from.
    pub source: RulebookSource,
    /// The edition that judges passages today: standard, space, version.
    pub edition: String,
    /// The server's issue, if one is in use.
    pub issue: Option<u64>,
    /// Why the last one was not taken, if it was not.
    pub refused: Option<RulebookRefusal>,
}

impl RulebookShelf {
    /// The last good issue under `data_dir`, if the server with this key sealed it for `region`; `file` takes the
    /// place of the shipped rulebook of passages until the server sends one.
    pub fn open(
        data_dir: &Path,
        region: Region,
        file: Option<Rulebook>,
        server: Option<&VerifyingKey>,
    ) -> Self {
        let path = data_dir.join("rulebooks.json");
        let kept = server.and_then(|key| read(&std::fs::read(&path).ok()?, key, region).ok());
        let from_file = file.is_some();
        let own = Own {
            passages: file.unwrap_or_else(Rulebook::hj845).into(),
            // The shipped rulebooks contradict nothing; a test of `shared` makes their issue.
            issue: Library::shipped().issue(0, jiff::Timestamp::UNIX_EPOCH, region).ok(),
            from_file,
        };
        let first = kept.as_ref().map_or_else(|| own.passages.clone(), |issue| issue.passages.clone());
        let held = RwLock::new(Held { issue: kept, refused: None });
        Self(Arc::new(Shelf { path, region, own, held, passages: watch::Sender::new(first) }))
    }

    /// The shipped rulebooks, for a unit without a server.
    pub fn shipped() -> Self {
        Self::open(Path::new("nowhere"), Region::COUNTRY, None, None)
    }

    /// Takes an issue as it came from the server. The same version again is no error and changes nothing.
    pub fn take(&self, payload: &[u8], server: &VerifyingKey) -> Result<u64, RulebooksError> {
        let taken = self.try_take(payload, server);
        let refused = taken.as_ref().err().map(|error| match error {
            RulebooksError::Seal(_) => RulebookRefusal::Seal,
            RulebooksError::Malformed => RulebookRefusal::Malformed,
            RulebooksError::OtherRegion { .. } => RulebookRefusal::OtherRegion,
            RulebooksError::Older { .. } => RulebookRefusal::Older,
            RulebooksError::Keep(_) => RulebookRefusal::Disk,
        });
        self.0.held.write().unwrap_or_else(PoisonError::into_inner).refused = refused;
        taken
    }

    fn try_take(&self, payload: &[u8], server: &VerifyingKey) -> Result<u64, RulebooksError> {
        let issue = read(payload, server, self.0.region)?;
        let version = issue.version;
        match self.issue() {
            Some(held) if version < held => return Err(RulebooksError::Older { offered: version, held }),
            Some(held) if version == held => return Ok(version),
            Some(_) | None => {}
        }
        durable::write(&self.0.path, payload).map_err(RulebooksError::Keep)?;
        let passages = issue.passages.clone();
        self.0.held.write().unwrap_or_else(PoisonError::into_inner).issue = Some(issue);
        self.0.passages.send_replace(passages);
        Ok(version)
    }

    /// The server's issue in use.
    pub fn issue(&self) -> Option<u64> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).issue.as_ref().map(|issue| issue.version)
    }

    /// The rulebooks of passages, now and whenever they change.
    pub fn passages(&self) -> watch::Receiver<Schedule<Rulebook>> {
        self.0.passages.subscribe()
    }

    /// The rulebook of tests of this number, such as `GB 3847-2018`, as it holds on a day.
    pub fn tests_of(&self, id: &str, day: Date) -> Option<Arc<TestRulebook>> {
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        let issue = held.issue.as_ref().or(self.0.own.issue.as_ref())?;
        issue.tests_of(id, day).cloned()
    }

    /// What is in use now.
    pub fn in_use(&self, now: Stamp) -> InUse {
        let book = self.0.passages.borrow().on(now.legal_day()).clone();
        let held = self.0.held.read().unwrap_or_else(PoisonError::into_inner);
        let source = match &held.issue {
            Some(issue) => {
                let age = now.utc.duration_since(issue.issued);
                RulebookSource::Server { issue: issue.version, age: age.try_into().unwrap_or_default() }
            }
            None if self.0.own.from_file => RulebookSource::File,
            None => RulebookSource::Shipped,
        };
        InUse {
            source,
            edition: format!("{} {}", book.id, book.version),
            issue: held.issue.as_ref().map(|issue| issue.version),
            refused: held.refused,
        }
    }
}

fn read(payload: &[u8], server: &VerifyingKey, region: Region) -> Result<Issue, RulebooksError> {
    if payload.len() > RULEBOOKS_BYTES_MAX {
        return Err(RulebooksError::Malformed);
    }
    let sealed = Sealed::open(Purpose::Rulebook, payload, server)?;
    let wire: RulebookIssue = serde_json::from_str(&sealed.body).map_err(|_| RulebooksError::Malformed)?;
    let issue = Issue::try_from(&wire).map_err(|_| RulebooksError::Malformed)?;
    if issue.region != region {
        return Err(RulebooksError::OtherRegion { offered: issue.region, own: region });
    }
    Ok(issue)
}

#[cfg(test)]
#[path = "rulebooks_tests.rs"]
mod tests;
