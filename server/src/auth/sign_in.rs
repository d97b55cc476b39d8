//! Signing in and out, and changing one's password: the rules over the store.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use server_core::audit::{Action, Entry};

use super::password::{PasswordError, Passwords};
use super::throttle::{Failures, Strangers};
use super::token::{NoRandom, Secret};
use crate::store::accounts::AccountRow;
use crate::store::{Store, StoreError};

/// The longest account name, characters.
pub const NAME_MAX: usize = 40;

/// Lets people in.
pub struct Doorman {
    passwords: Passwords,
    strangers: Strangers,
    session_length: Duration,
    /// Removed once the first administrator has a password of their own.
    first_password_file: PathBuf,
}

/// Why somebody is not let in, or a password not changed.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Name or password are wrong; which, is not said.
    #[error("name or password are wrong")]
    Wrong,
    /// Too many failures.
    #[error("too many failures; wait {0:?}")]
    Wait(Duration),
    /// The new password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] NoRandom),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Doorman {
    /// Ready at the door.
    pub fn new(session_length: Duration, first_password_file: PathBuf) -> Result<Self, PasswordError> {
        let (passwords, strangers) = (Passwords::new()?, Strangers::default());
        Ok(Self { passwords, strangers, session_length, first_password_file })
    }

    /// How long a session lasts.
    pub fn session_length(&self) -> Duration {
        self.session_length
    }

    /// The hash of a password that an administrator gives to an account.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        self.passwords.hash(password).await
    }

    /// Begins a session. Every try is counted before the password is looked at, so that many at once are
    /// no way around the wait.
    pub async fn sign_in(
        &self,
        store: &Store,
        name: &str,
        password: &str,
        now: Timestamp,
    ) -> Result<(Secret, AccountRow), SignInError> {
        let account = self.admit(store, name, now).await?;
        let usable = account.as_ref().filter(|account| !account.disabled);
        let fits = self.passwords.check(password, usable.map(|account| account.password_hash.as_str())).await;
        let mut writing = store.writing().await?;
        let Some(account) = usable.filter(|_| fits) else {
            if let Some(account) = &account {
                writing.append_audit(entry(now, &account.name, Action::SignInFailed)).await?;
                writing.commit().await?;
            }
            return Err(SignInError::Wrong);
        };
        let secret = Secret::random()?;
        let expires = now.as_microsecond().saturating_add(micros(self.session_length));
        writing.forget_failed_sign_ins(&account.name).await?;
        writing.begin_session(secret.hash(), &account.name, now.as_microsecond(), expires).await?;
        writing.append_audit(entry(now, &account.name, Action::SignedIn)).await?;
        writing.commit().await?;
        Ok((secret, account.clone()))
    }

    /// The account of this name, if it need not wait; the try is counted.
    async fn admit(
        &self,
        store: &Store,
        name: &str,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, SignInError> {
        let mut writing = store.writing().await?;
        let account = if name.chars().count() <= NAME_MAX { writing.account(name).await? } else { None };
        let before = match &account {
            Some(account) => failures(account),
            None => self.strangers.failures(name),
        };
        if let Some(wait) = before.and_then(|failures| failures.wait(now)) {
            return Err(SignInError::Wait(wait));
        }
        match &account {
            Some(account) => {
                writing.count_failed_sign_in(&account.name, now.as_microsecond()).await?;
                writing.commit().await?;
            }
            None => self.strangers.count(name, now),
        }
        Ok(account)
    }

    /// Ends a session.
    pub async fn sign_out(
        &self,
        store: &Store,
        session: &Secret,
        account: &str,
        now: Timestamp,
    ) -> Result<(), SignInError> {
        let mut writing = store.writing().await?;
        writing.end_session(session.hash()).await?;
        writing.append_audit(entry(now, account, Action::SignedOut)).await?;
        Ok(writing.commit().await?)
    }

    /// Changes one's own password. Every session of the account ends, and the caller gets a new one.
    pub async fn change_password(
        &self,
        store: &Store,
        account: &str,
        old: &str,
        new: &str,
        now: Timestamp,
    ) -> Result<Secret, SignInError> {
        let account = self.admit(store, account, now).await?.ok_or(SignInError::Wrong)?;
        if !self.passwords.check(old, Some(&account.password_hash)).await {
            return Err(SignInError::Wrong);
        }
        let hash = self.passwords.hash(new).await?;
        let secret = Secret::random()?;
        let expires = now.as_microsecond().saturating_add(micros(self.session_length));
        let mut writing = store.writing().await?;
        writing.set_password(&account.name, &hash, false).await?;
        writing.end_sessions(&account.name).await?;
        writing.begin_session(secret.hash(), &account.name, now.as_microsecond(), expires).await?;
        writing.append_audit(entry(now, &account.name, Action::PasswordChanged)).await?;
        writing.commit().await?;
        if account.name == super::first_admin::NAME {
            super::first_admin::forget(&self.first_password_file);
        }
        Ok(secret)
    }
}

fn failures(account: &AccountRow) -> Option<Failures> {
    let last = Timestamp::from_microsecond(account.last_failed_us?).ok()?;
    Some(Failures { count: u32::try_from(account.failed_attempts).unwrap_or(u32::MAX), last })
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Something an account did with itself.
fn entry(at: Timestamp, account: &str, action: Action) -> Entry {
    let (actor, subject) = (account.to_owned(), account.to_owned());
    Entry { at, actor, action, subject, reason: None, detail: String::new() }
}
