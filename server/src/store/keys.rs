//! Keys of stations' and shops' own programs. Only a key's hash is kept.

use plumewatch_shared::ids::FileHash;

use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyRow {
    /// What it is named by; tells nothing of the key.
    pub id: String,
    /// What it is for, in the administrator's words.
    pub label: String,
    /// `inspection-station` or `repair-shop`.
    pub role: String,
    /// Whom it acts for.
    pub organisation: String,
    /// The region whose administrators keep it, GB/T 2260.
    pub region: i64,
    /// Since when.
    pub created_us: i64,
    /// Who gave it out.
    pub created_by: String,
    /// Until when.
    pub expires_us: i64,
    /// When it was last used, to a minute.
    pub last_used_us: Option<i64>,
    /// When it was revoked.
    pub revoked_us: Option<i64>,
    /// By whom.
    pub revoked_by: Option<String>,
}

macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "select id, label, role, organisation, region, created_us, created_by, expires_us, last_used_us, \
             revoked_us, revoked_by from api_keys where ",
            $rest
        )
    };
}

impl Reading {
    /// The key of this hash, if it is neither revoked nor expired.
    pub async fn usable_key(&mut self, key: FileHash, now_us: i64) -> Stored<Option<KeyRow>> {
        row!(
            self,
            KeyRow,
            listed!("key_hash = $1 and revoked_us is null and expires_us > $2"),
            key.0.to_vec(),
            now_us
        )
    }

    /// The key of this name, if its region lies in the range.
    pub async fn key(&mut self, id: &str, (low, high): (u32, u32)) -> Stored<Option<KeyRow>> {
        row!(
            self,
            KeyRow,
            listed!("id = $1 and region >= $2 and region <= $3"),
            id,
            i64::from(low),
            i64::from(high)
        )
    }

    /// Keys of regions in the range, the newest first, at most `limit`; only those that follow a time and id.
    pub async fn keys(
        &mut self,
        (low, high): (u32, u32),
        after: Option<(i64, String)>,
        limit: u32,
    ) -> Stored<Vec<KeyRow>> {
        let (at_us, id) = after.unwrap_or((i64::MAX, String::new()));
        rows!(
            self,
            KeyRow,
            listed!(
                "region >= $1 and region <= $2 and (created_us, id) < ($3, $4) \
                 order by created_us desc, id desc limit $5"
            ),
            i64::from(low),
            i64::from(high),
            at_us,
            id,
            i64::from(limit)
        )
    }

    /// How many usable keys of regions in the range end before `before_us`.
    pub async fn keys_expiring(
        &mut self,
        (low, high): (u32, u32),
        now_us: i64,
        before_us: i64,
    ) -> Stored<u64> {
        let count = row!(
            self,
            (i64,),
            "select count(*) from api_keys where region >= $1 and region <= $2 and revoked_us is null
             and expires_us > $3 and expires_us < $4",
            i64::from(low),
            i64::from(high),
            now_us,
            before_us
        )?;
        Ok(count.map_or(0, |(count,)| count.unsigned_abs()))
    }

    /// How many keys of an organisation can be used.
    pub async fn usable_keys_of(&mut self, role: &str, organisation: &str, now_us: i64) -> Stored<i64> {
        let count = row!(
            self,
            (i64,),
            "select count(*) from api_keys where role = $1 and organisation = $2 and revoked_us is null
             and expires_us > $3",
            role,
            organisation,
            now_us
        )?;
        Ok(count.map_or(0, |(count,)| count))
    }
}

impl Writing {
    /// Adds a key.
    pub async fn add_key(&mut self, key: &KeyRow, hash: FileHash) -> Stored<()> {
        change!(
            self,
            "insert into api_keys (id, label, key_hash, role, organisation, region, created_us, created_by,
                                   expires_us)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &key.id,
            &key.label,
            hash.0.to_vec(),
            &key.role,
            &key.organisation,
            key.region,
            key.created_us,
            &key.created_by,
            key.expires_us
        )?;
        Ok(())
    }

    /// Remembers that a key was used.
    pub async fn touch_key(&mut self, id: &str, now_us: i64) -> Stored<()> {
        change!(self, "update api_keys set last_used_us = $2 where id = $1", id, now_us)?;
        Ok(())
    }

    /// Revokes a key; false if it was revoked already.
    pub async fn revoke_key(&mut self, id: &str, by: &str, now_us: i64) -> Stored<bool> {
        let revoked = change!(
            self,
            "update api_keys set revoked_us = $2, revoked_by = $3 where id = $1 and revoked_us is null",
            id,
            now_us,
            by
        )?;
        Ok(revoked == 1)
    }
}
