//! People's accounts. Passwords are kept as argon2id hashes; failures are counted here, judged in `auth`.

use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// An account.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountRow {
    /// What one signs in with.
    pub name: String,
    /// The person's name.
    pub display_name: String,
    /// argon2id, PHC string.
    pub password_hash: String,
    /// By word.
    pub role: String,
    /// GB/T 2260 code.
    pub region: i64,
    /// Code of the inspection station or repair shop it acts for; `None` for other roles.
    pub organisation: Option<String>,
    /// Was the password set by somebody else?
    pub must_change_password: bool,
    /// May it sign in no more?
    pub disabled: bool,
    /// Failures since the last success.
    pub failed_attempts: i64,
    /// The last of them, microseconds.
    pub last_failed_us: Option<i64>,
}

/// Shows no hash.
impl std::fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRow")
            .field("name", &self.name)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

const COLUMNS: &str =
    "select name, display_name, password_hash, role, region, organisation, must_change_password,
    disabled, failed_attempts, last_failed_us from accounts where (name = $1 or $1 = '') order by name";

impl Reading {
    /// Every account, by name.
    pub async fn accounts(&mut self) -> Stored<Vec<AccountRow>> {
        rows!(self, AccountRow, COLUMNS, "")
    }

    /// The account of this name.
    pub async fn account(&mut self, name: &str) -> Stored<Option<AccountRow>> {
        if name.is_empty() {
            return Ok(None);
        }
        row!(self, AccountRow, COLUMNS, name)
    }

    /// How many accounts of this role may sign in.
    pub async fn active_accounts(&mut self, role: &str) -> Stored<i64> {
        let count =
            row!(self, (i64,), "select count(*) from accounts where role = $1 and disabled = false", role)?;
        Ok(count.map_or(0, |(count,)| count))
    }
}

impl Writing {
    /// Adds an account; false if the name is taken.
    pub async fn add_account(&mut self, account: &AccountRow, now_us: i64) -> Stored<bool> {
        let added = change!(
            self,
            "insert into accounts (name, display_name, password_hash, role, region, organisation,
                                   must_change_password, disabled, failed_attempts, created_us)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name) do nothing",
            &account.name,
            &account.display_name,
            &account.password_hash,
            &account.role,
            account.region,
            account.organisation.as_deref(),
            account.must_change_password,
            account.disabled,
            0_i64,
            now_us
        )?;
        Ok(added == 1)
    }

    /// Changes what an administrator may change; the password has its own way.
    pub async fn change_account(&mut self, account: &AccountRow) -> Stored<bool> {
        let changed = change!(
            self,
            "update accounts set display_name = $2, role = $3, region = $4, organisation = $5, disabled = $6
             where name = $1",
            &account.name,
            &account.display_name,
            &account.role,
            account.region,
            account.organisation.as_deref(),
            account.disabled
        )?;
        Ok(changed == 1)
    }

    /// Sets a password and forgets the failures.
    pub async fn set_password(&mut self, name: &str, hash: &str, must_change: bool) -> Stored<bool> {
        let changed = change!(
            self,
            "update accounts set password_hash = $2, must_change_password = $3, failed_attempts = 0,
                    last_failed_us = null
             where name = $1",
            name,
            hash,
            must_change
        )?;
        Ok(changed == 1)
    }

    /// Counts a failure.
    pub async fn count_failed_sign_in(&mut self, name: &str, now_us: i64) -> Stored<()> {
        change!(
            self,
            "update accounts set failed_attempts = failed_attempts + 1, last_failed_us = $2 where name = $1",
            name,
            now_us
        )?;
        Ok(())
    }

    /// Forgets the failures after a success.
    pub async fn forget_failed_sign_ins(&mut self, name: &str) -> Stored<()> {
        change!(
            self,
            "update accounts set failed_attempts = 0, last_failed_us = null
             where name = $1 and failed_attempts <> 0",
            name
        )?;
        Ok(())
    }

    /// Takes back the count of a try that was neither a failure nor a success. It takes off one and does not set
    /// back, so that failures counted meanwhile stay.
    pub async fn take_back_sign_in(&mut self, name: &str) -> Stored<()> {
        change!(
            self,
            "update accounts set failed_attempts = failed_attempts - 1 where name = $1 and failed_attempts > 0",
            name
        )?;
        Ok(())
    }
}
