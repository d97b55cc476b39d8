//! Keys of stations' and shops' own programs: `pwk_` and 64 hex digits, shown once, kept as a hash.
//!
//! The beginning tells people and leak scanners what it is. A key acts for one organisation in one role and reaches
//! what an account of that role reaches.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use plumewatch_shared::ids::{FileHash, Region};
use server_core::access::{OrganisationCode, Role};
use server_core::audit::{Action, Entry};

use super::sign_in::micros;
use super::token::{NoRandom, Secret};
use crate::store::keys::KeyRow;
use crate::store::{Store, StoreError};

/// Before every key.
const PREFIX: &str = "pwk_";
/// Before a key's id where the audit names an actor: no account's name has a colon.
pub const ACTOR_PREFIX: &str = "key:";
/// Hex digits of a key's id.
const ID_LENGTH: usize = 16;
/// Usable keys of one organisation in one role: one for each of its lines and programs, and room to change them.
pub const KEYS_MAX: i64 = 20;
/// The longest a key may hold, days: two years, as a station's licence is looked at again.
pub const DAYS_MAX: u32 = 731;

/// A key, as it is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Secret);

/// A text is no key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of this server: pwk_ and 64 digits 0-9 a-f")]
pub struct NotAKey;

impl ApiKey {
    /// What is kept of it.
    pub fn hash(&self) -> FileHash {
        self.0.hash()
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

/// Shows nothing.
impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

impl FromStr for ApiKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        text.strip_prefix(PREFIX).and_then(|hex| hex.parse().ok()).map(Self).ok_or(NotAKey)
    }
}

/// What a new key is for.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// In the administrator's words.
    pub label: String,
    /// What it may do.
    pub role: KeyRole,
    /// Whom it acts for.
    pub organisation: OrganisationCode,
    /// The region whose administrators keep it.
    pub region: Region,
    /// How long it holds.
    pub lasts: Duration,
}

/// The roles that keys can have: programs are let in where stations and shops are, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// Of an inspection station.
    InspectionStation,
    /// Of a repair shop.
    RepairShop,
}

impl KeyRole {
    /// The one of this role, if keys can have it.
    pub fn of(role: Role) -> Option<Self> {
        match role {
            Role::InspectionStation => Some(Self::InspectionStation),
            Role::RepairShop => Some(Self::RepairShop),
            Role::Admin | Role::Reviewer | Role::Enforcer | Role::Authority | Role::Auditor => None,
        }
    }

    /// The role itself.
    pub fn role(self) -> Role {
        match self {
            Self::InspectionStation => Role::InspectionStation,
            Self::RepairShop => Role::RepairShop,
        }
    }
}

/// A key is not given out.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The organisation has as many as it may.
    #[error("the organisation has {KEYS_MAX} usable keys")]
    TooMany,
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a key.
pub async fn issue(
    store: &Store,
    new: NewKey,
    by: &str,
    now: Timestamp,
) -> Result<(ApiKey, KeyRow), KeyError> {
    let (key, id) = (ApiKey(Secret::random()?), Secret::random()?);
    let row = KeyRow {
        id: format!("K{}", &id.to_string()[..ID_LENGTH]),
        label: new.label,
        role: new.role.role().word().to_owned(),
        organisation: new.organisation.as_str().to_owned(),
        region: new.region.code().into(),
        created_us: now.as_microsecond(),
        created_by: by.to_owned(),
        expires_us: now.as_microsecond().saturating_add(micros(new.lasts)),
        last_used_us: None,
        revoked_us: None,
        revoked_by: None,
    };
    let mut writing = store.writing().await?;
    if writing.usable_keys_of(&row.role, &row.organisation, now.as_microsecond()).await? >= KEYS_MAX {
        return Err(KeyError::TooMany);
    }
    writing.add_key(&row, key.hash()).await?;
    let detail = format!("role={} organisation={} region={:06}", row.role, row.organisation, row.region);
    writing.append_audit(entry(now, by, Action::KeyIssued, &row.id, None, detail)).await?;
    writing.commit().await?;
    Ok((key, row))
}

/// Revokes a key; false if it was revoked already.
pub async fn revoke(
    store: &Store,
    id: &str,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut writing = store.writing().await?;
    if !writing.revoke_key(id, by, now.as_microsecond()).await? {
        return Ok(false);
    }
    let reason = Some(reason.to_owned());
    writing.append_audit(entry(now, by, Action::KeyRevoked, id, reason, String::new())).await?;
    writing.commit().await?;
    Ok(true)
}

fn entry(at: Timestamp, by: &str, action: Action, id: &str, reason: Option<String>, detail: String) -> Entry {
    Entry { at, actor: by.to_owned(), action, subject: id.to_owned(), reason, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_reads_back_says_what_it_is_and_does_not_show_itself_in_a_log() {
        let key = ApiKey(Secret::random().unwrap());
        let text = key.to_string();
        assert!(text.starts_with("pwk_") && text.len() == 68, "its length");
        assert_eq!(text.parse(), Ok(key.clone()));
        assert_eq!(format!("{key:?}"), "ApiKey(…)");
        assert_eq!(text[4..].parse::<ApiKey>(), Err(NotAKey), "a session's token is no key");
    }

    #[test]
    fn keys_are_for_stations_and_shops_alone() {
        let roles: Vec<_> =
            Role::ALL.iter().filter_map(|&role| KeyRole::of(role)).map(KeyRole::role).collect();
        assert_eq!(roles, [Role::InspectionStation, Role::RepairShop]);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}", hex in "pwk_[0-9a-fA-F]{60,68}") {
            let _ = text.parse::<ApiKey>();
            let _ = hex.parse::<ApiKey>();
        }
    }
}
