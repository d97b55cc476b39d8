//! Sign-ins under way at another provider: what must be the same when its answer comes back.

use plumewatch_shared::ids::FileHash;

use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// Sign-ins under way at a time: more than a city's staff on a Monday. A flood forgets the oldest.
const ATTEMPTS_MAX: i64 = 2_000;

impl Reading {
    /// The account that the provider's claim means, unless it is disabled.
    pub async fn account_of_external_id(&mut self, external: &str) -> Stored<Option<String>> {
        let found = row!(
            self,
            (String,),
            "select name from accounts where external_id = $1 and disabled = false",
            external
        )?;
        Ok(found.map(|(name,)| name))
    }

    /// Accounts whom a claim of the provider's means, and the claim's value.
    pub async fn external_ids(&mut self) -> Stored<Vec<(String, String)>> {
        rows!(self, (String, String), "select name, external_id from accounts where external_id is not null")
    }

    /// Whom the provider's claim must name for this account.
    pub async fn external_id(&mut self, account: &str) -> Stored<Option<String>> {
        let found =
            row!(self, (Option<String>,), "select external_id from accounts where name = $1", account)?;
        Ok(found.and_then(|(external,)| external))
    }
}

impl Writing {
    /// Sets whom the provider's claim must name for this account; false if another account has it.
    pub async fn set_external_id(&mut self, account: &str, external: Option<&str>) -> Stored<bool> {
        let changed = change!(
            self,
            "update accounts set external_id = $2 where name = $1
             and not exists (select 1 from accounts other where other.external_id = $2 and other.name <> $1)",
            account,
            external
        )?;
        Ok(changed == 1)
    }

    /// Remembers a sign-in that begins, and forgets those begun before `since_us`.
    pub async fn begin_oidc(
        &mut self,
        state: FileHash,
        nonce: &str,
        verifier: &str,
        now_us: i64,
        since_us: i64,
    ) -> Stored<()> {
        change!(self, "delete from oidc_attempts where begun_us < $1", since_us)?;
        change!(
            self,
            "delete from oidc_attempts where begun_us <= coalesce(
                 (select begun_us from oidc_attempts order by begun_us desc limit 1 offset $1), -1)",
            ATTEMPTS_MAX
        )?;
        change!(
            self,
            "insert into oidc_attempts (state_hash, nonce, verifier, begun_us) values ($1, $2, $3, $4)",
            state.0.to_vec(),
            nonce,
            verifier,
            now_us
        )?;
        Ok(())
    }

    /// Takes a sign-in's nonce and verifier, once, if it began since then.
    pub async fn take_oidc(&mut self, state: FileHash, since_us: i64) -> Stored<Option<(String, String)>> {
        row!(
            self,
            (String, String),
            "delete from oidc_attempts where state_hash = $1 and begun_us >= $2 returning nonce, verifier",
            state.0.to_vec(),
            since_us
        )
    }
}
