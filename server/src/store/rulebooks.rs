//! Every edition of a rulebook that was ever published, and the issues they went out in.

use jiff::Timestamp;
use plumewatch_shared::rulebook::RulebookRef;

use super::counting::stamp;
use super::engine::{change, row, rows};
use super::{Reading, StoreError, Stored, Writing};
use crate::rulebooks::Edition;

/// An issue of all rulebooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRow {
    /// Its number.
    pub version: u64,
    /// Hash of everything in it.
    pub digest: String,
    /// When it was made.
    pub issued: Timestamp,
}

/// An edition in the history.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PublishedRow {
    /// The standard's number.
    pub rulebook: String,
    /// Our edition of it.
    pub version: String,
    /// When it was first published, microseconds.
    pub first_us: i64,
}

/// Editions that the history shows: ten years of monthly changes.
const HISTORY_MAX: i64 = 120;

/// Editions that a server reads at its start. More are asked for one by one.
const READ_MAX: i64 = 2_000;

fn issue((version, digest, issued): (i64, String, i64)) -> Stored<IssueRow> {
    let version = u64::try_from(version).map_err(|_| StoreError::Corrupt("rulebook_issues.version"))?;
    Ok(IssueRow { version, digest, issued: stamp(issued)? })
}

impl Reading {
    /// The last issue; `None` before the first.
    pub async fn rulebook_issue(&mut self) -> Stored<Option<IssueRow>> {
        Ok(self.rulebook_issues(1).await?.pop())
    }

    /// The last issues, newest first.
    pub async fn rulebook_issues(&mut self, limit: u32) -> Stored<Vec<IssueRow>> {
        let found = rows!(
            self,
            (i64, String, i64),
            "select version, digest, issued_us from rulebook_issues order by version desc limit $1",
            i64::from(limit)
        )?;
        found.into_iter().map(issue).collect()
    }

    /// The editions that judge passages, the newest first.
    pub async fn passage_editions(&mut self) -> Stored<Vec<String>> {
        let found = rows!(
            self,
            (String,),
            "select body from rulebook_editions where of_passages = true order by first_us desc limit $1",
            READ_MAX
        )?;
        Ok(found.into_iter().map(|(body,)| body).collect())
    }

    /// One edition that judges passages.
    pub async fn passage_edition(&mut self, reference: &RulebookRef) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select body from rulebook_editions where rulebook = $1 and version = $2 and of_passages = true",
            &reference.id,
            &reference.version
        )?;
        Ok(found.map(|(body,)| body))
    }

    /// The editions that were published, the newest first.
    pub async fn published_editions(&mut self) -> Stored<Vec<PublishedRow>> {
        rows!(
            self,
            PublishedRow,
            "select rulebook, version, first_us from rulebook_editions \
             order by first_us desc, rulebook, version limit $1",
            HISTORY_MAX
        )
    }
}

impl Writing {
    /// Keeps an edition for ever, unless one of its name is kept; gives the digest of the one that is.
    pub async fn keep_edition(&mut self, edition: &Edition, now: Timestamp) -> Stored<String> {
        change!(
            self,
            "insert into rulebook_editions (rulebook, version, of_passages, body, digest, first_us) \
             values ($1, $2, $3, $4, $5, $6) on conflict (rulebook, version) do nothing",
            &edition.reference.id,
            &edition.reference.version,
            edition.of_passages,
            &edition.body,
            edition.digest(),
            now.as_microsecond()
        )?;
        let kept = row!(
            self,
            (String,),
            "select digest from rulebook_editions where rulebook = $1 and version = $2",
            &edition.reference.id,
            &edition.reference.version
        )?;
        kept.map(|(digest,)| digest).ok_or(StoreError::Corrupt("rulebook_editions"))
    }

    /// Makes a new issue if `digest` differs from the last one's; gives the issue that holds now.
    pub async fn issue_rulebooks(&mut self, digest: &str, now: Timestamp) -> Stored<IssueRow> {
        if let Some(last) = self.rulebook_issue().await?.filter(|last| last.digest == digest) {
            return Ok(last);
        }
        change!(
            self,
            "insert into rulebook_issues (version, digest, issued_us) \
             select coalesce(max(version), cast(0 as bigint)) + 1, $1, $2 from rulebook_issues",
            digest,
            now.as_microsecond()
        )?;
        self.rulebook_issue().await?.ok_or(StoreError::Corrupt("rulebook_issues"))
    }
}
