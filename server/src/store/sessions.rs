//! Who is signed in. Only the hash of a session's token is kept: a copy of the database opens no session.

use plumewatch_shared::ids::FileHash;

use super::accounts::AccountRow;
use super::engine::{change, row};
use super::{Reading, Stored, Writing};

impl Reading {
    /// The account of a session that has not expired, unless the account is disabled.
    pub async fn session_account(&mut self, token: FileHash, now_us: i64) -> Stored<Option<AccountRow>> {
        row!(
            self,
            AccountRow,
            "select a.name, a.display_name, a.password_hash, a.role, a.region, a.organisation,
                    a.must_change_password, a.disabled, a.failed_attempts, a.last_failed_us
             from sessions s join accounts a on a.name = s.account
             where s.token_hash = $1 and s.expires_us > $2 and a.disabled = false",
            token.0.to_vec(),
            now_us
        )
    }
}

impl Writing {
    /// Begins a session, and clears away those that have expired.
    pub async fn begin_session(
        &mut self,
        token: FileHash,
        account: &str,
        now_us: i64,
        expires_us: i64,
    ) -> Stored<()> {
        change!(self, "delete from sessions where expires_us <= $1", now_us)?;
        change!(
            self,
            "insert into sessions (token_hash, account, created_us, expires_us) values ($1, $2, $3, $4)",
            token.0.to_vec(),
            account,
            now_us,
            expires_us
        )?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&mut self, token: FileHash) -> Stored<()> {
        change!(self, "delete from sessions where token_hash = $1", token.0.to_vec())?;
        Ok(())
    }

    /// Ends every session of an account.
    pub async fn end_sessions(&mut self, account: &str) -> Stored<()> {
        change!(self, "delete from sessions where account = $1", account)?;
        Ok(())
    }
}
