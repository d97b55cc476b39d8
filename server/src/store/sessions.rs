//! Who is signed in. Only the hash of a session's token is kept: a copy of the database opens no session.

use plumewatch_shared::ids::FileHash;

use super::accounts::AccountRow;
use super::engine::{change, row, rows};
use super::{Reading, Stored, Writing};

/// Sessions of one account at a time: more than anybody has devices. The least used go first.
pub const SESSIONS_MAX: i64 = 50;

/// A session on its way into the store.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// What it is named by when it is listed.
    pub id: &'a str,
    /// The hash of its token.
    pub token: FileHash,
    /// Whose it is.
    pub account: &'a str,
    /// How its person proved who they are, by word.
    pub way: &'a str,
    /// From where, as far as it is known.
    pub address: &'a str,
    /// By which program, as it names itself.
    pub program: &'a str,
    /// When it begins, microseconds.
    pub now_us: i64,
    /// When it ends by itself, microseconds.
    pub expires_us: i64,
}

/// A session as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `sessions`, which the migration documents")]
pub struct SessionRow {
    pub id: String,
    pub way: String,
    pub created_us: i64,
    pub expires_us: i64,
    pub last_used_us: i64,
    pub address: String,
    pub program: String,
}

/// Whose a session is, and what is asked of it on every request.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionAccount {
    /// The session's name in lists.
    pub session: String,
    /// How its person proved who they are, by word.
    pub way: String,
    /// When it was last used, to some minutes.
    pub last_used_us: i64,
    /// Has the account a second factor that works?
    pub second_factor: bool,
    /// The account.
    #[sqlx(flatten)]
    pub account: AccountRow,
}

impl Reading {
    /// The account of a session that has not expired, unless the account is disabled.
    pub async fn session_account(&mut self, token: FileHash, now_us: i64) -> Stored<Option<SessionAccount>> {
        row!(
            self,
            SessionAccount,
            "select s.id as session, s.way, s.last_used_us,
                    exists (select 1 from second_factors f
                            where f.account = a.name and f.confirmed = true) as second_factor,
                    a.name, a.display_name, a.password_hash, a.role, a.region, a.organisation,
                    a.must_change_password, a.disabled, a.failed_attempts, a.last_failed_us
             from sessions s join accounts a on a.name = s.account
             where s.token_hash = $1 and s.expires_us > $2 and a.disabled = false",
            token.0.to_vec(),
            now_us
        )
    }

    /// The sessions of an account that have not expired, the last used first.
    pub async fn sessions(&mut self, account: &str, now_us: i64) -> Stored<Vec<SessionRow>> {
        rows!(
            self,
            SessionRow,
            "select id, way, created_us, expires_us, last_used_us, address, program from sessions
             where account = $1 and expires_us > $2 order by last_used_us desc, id",
            account,
            now_us
        )
    }
}

impl Writing {
    /// Begins a session, and clears away those that have expired and those that are too many.
    pub async fn begin_session(&mut self, new: NewSession<'_>) -> Stored<()> {
        change!(self, "delete from sessions where expires_us <= $1", new.now_us)?;
        change!(
            self,
            "delete from sessions where account = $1 and id in
                 (select id from sessions where account = $1 order by last_used_us desc, id limit 1000000 offset $2)",
            new.account,
            SESSIONS_MAX - 1
        )?;
        change!(
            self,
            "insert into sessions (id, token_hash, account, way, created_us, expires_us, last_used_us, address,
                                   program)
             values ($1, $2, $3, $4, $5, $6, $5, $7, $8)",
            new.id,
            new.token.0.to_vec(),
            new.account,
            new.way,
            new.now_us,
            new.expires_us,
            new.address,
            new.program
        )?;
        Ok(())
    }

    /// Remembers that a session was used.
    pub async fn touch_session(&mut self, id: &str, now_us: i64) -> Stored<()> {
        change!(self, "update sessions set last_used_us = $2 where id = $1", id, now_us)?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&mut self, token: FileHash) -> Stored<()> {
        change!(self, "delete from sessions where token_hash = $1", token.0.to_vec())?;
        Ok(())
    }

    /// Ends the session of that name, if it is the account's; false if it is not.
    pub async fn end_session_of(&mut self, account: &str, id: &str) -> Stored<bool> {
        let ended = change!(self, "delete from sessions where account = $1 and id = $2", account, id)?;
        Ok(ended == 1)
    }

    /// Ends every session of an account, and gives how many.
    pub async fn end_sessions(&mut self, account: &str) -> Stored<u64> {
        self.end_other_sessions(account, "").await
    }

    /// Ends every session of an account but one, and gives how many.
    pub async fn end_other_sessions(&mut self, account: &str, but: &str) -> Stored<u64> {
        change!(self, "delete from sessions where account = $1 and id <> $2", account, but)
    }
}
