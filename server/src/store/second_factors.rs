//! Second factors of accounts, and their recovery codes. The secret of a factor has to be read to check a code, so it
//! is kept as it is; recovery codes are kept as hashes.

use plumewatch_shared::ids::FileHash;

use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// An account's second factor.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SecondFactorRow {
    /// The secret that the person's device holds too.
    pub secret: Vec<u8>,
    /// Has a code of it been shown?
    pub confirmed: bool,
    /// When it was set up, microseconds.
    pub set_us: i64,
}

/// Shows no secret.
impl std::fmt::Debug for SecondFactorRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactorRow").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

impl Reading {
    /// The account's second factor, confirmed or not.
    pub async fn second_factor(&mut self, account: &str) -> Stored<Option<SecondFactorRow>> {
        row!(
            self,
            SecondFactorRow,
            "select secret, confirmed, set_us from second_factors where account = $1",
            account
        )
    }

    /// How many recovery codes an account has left.
    pub async fn recovery_codes_left(&mut self, account: &str) -> Stored<i64> {
        let count = row!(self, (i64,), "select count(*) from recovery_codes where account = $1", account)?;
        Ok(count.map_or(0, |(count,)| count))
    }

    /// The accounts that have a second factor that works.
    pub async fn accounts_with_second_factor(&mut self) -> Stored<Vec<String>> {
        let found = rows!(self, (String,), "select account from second_factors where confirmed = true")?;
        Ok(found.into_iter().map(|(account,)| account).collect())
    }
}

impl Writing {
    /// Sets a factor up that is not confirmed yet; false if there is one that is.
    pub async fn begin_second_factor(&mut self, account: &str, secret: &[u8], now_us: i64) -> Stored<bool> {
        let changed = change!(
            self,
            "insert into second_factors (account, secret, confirmed, last_step, set_us)
             values ($1, $2, false, 0, $3)
             on conflict (account) do update set secret = $2, last_step = 0, set_us = $3
             where second_factors.confirmed = false",
            account,
            secret.to_vec(),
            now_us
        )?;
        Ok(changed == 1)
    }

    /// Confirms the factor, with its recovery codes.
    pub async fn confirm_second_factor(&mut self, account: &str, codes: &[FileHash]) -> Stored<()> {
        change!(self, "update second_factors set confirmed = true where account = $1", account)?;
        change!(self, "delete from recovery_codes where account = $1", account)?;
        for code in codes {
            change!(
                self,
                "insert into recovery_codes (account, code_hash) values ($1, $2)",
                account,
                code.0.to_vec()
            )?;
        }
        Ok(())
    }

    /// Uses the code of a time step; false if one of that step or a later one was used.
    pub async fn use_second_factor_step(&mut self, account: &str, step: i64) -> Stored<bool> {
        let used = change!(
            self,
            "update second_factors set last_step = $2 where account = $1 and last_step < $2",
            account,
            step
        )?;
        Ok(used == 1)
    }

    /// Uses a recovery code up; false if there is none such.
    pub async fn use_recovery_code(&mut self, account: &str, code: FileHash) -> Stored<bool> {
        let used = change!(
            self,
            "delete from recovery_codes where account = $1 and code_hash = $2",
            account,
            code.0.to_vec()
        )?;
        Ok(used == 1)
    }

    /// Removes the account's factor and its recovery codes; false if it has none that is confirmed.
    pub async fn remove_second_factor(&mut self, account: &str) -> Stored<bool> {
        change!(self, "delete from recovery_codes where account = $1", account)?;
        let removed =
            change!(self, "delete from second_factors where account = $1 and confirmed = true", account)?;
        Ok(removed == 1)
    }
}
