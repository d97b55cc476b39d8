//! Setting a second factor up and removing it: the rules over the store.
//!
//! Who sets one up shows the password first, so that a session left open gives nobody a factor of their own; it counts
//! once a code of it has been shown. It then ends every other session: they were begun without it.

use jiff::Timestamp;
use server_core::audit::{Action, Entry};

use super::second_factor::{self, Setup};
use super::sign_in::{Attempt, Doorman, SignInError, entry};
use super::token::NoRandom;
use crate::store::{Store, StoreError};

/// A second factor is not set up or removed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// There is one already.
    #[error("the account has a second factor")]
    Exists,
    /// There is none.
    #[error("the account has no second factor")]
    Missing,
    /// The account's name fits no authenticator.
    #[error("the account's name fits no authenticator's address")]
    Name,
    /// Password or code were not right.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<StoreError> for FactorError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

impl From<NoRandom> for FactorError {
    fn from(error: NoRandom) -> Self {
        Self::SignIn(error.into())
    }
}

/// Begins: gives what the person's device must be told. It may be begun again until a code was shown.
pub async fn begin(
    store: &Store,
    doorman: &Doorman,
    attempt: Attempt<'_>,
    now: Timestamp,
) -> Result<Setup, FactorError> {
    let existing = store.reading().await?.second_factor(attempt.name).await?;
    if existing.is_some_and(|factor| factor.confirmed) {
        return Err(FactorError::Exists);
    }
    let account = doorman.prove(store, attempt, now).await?;
    let secret = second_factor::new_secret()?;
    let setup = second_factor::setup(&account.name, &secret).ok_or(FactorError::Name)?;
    let mut writing = store.writing().await?;
    if !writing.begin_second_factor(&account.name, &secret, now.as_microsecond()).await? {
        return Err(FactorError::Exists);
    }
    writing.commit().await?;
    Ok(setup)
}

/// Confirms by a code of the device, and gives the recovery codes, once. Every session but `session` ends.
pub async fn confirm(
    store: &Store,
    (account, session): (&str, &str),
    code: &str,
    now: Timestamp,
) -> Result<Vec<String>, FactorError> {
    let mut writing = store.writing().await?;
    let factor = writing.second_factor(account).await?.ok_or(FactorError::Missing)?;
    if factor.confirmed {
        return Err(FactorError::Exists);
    }
    let step = second_factor::step_of(&factor.secret, code.trim(), now).ok_or(SignInError::CodeWrong)?;
    if !writing.use_second_factor_step(account, step).await? {
        return Err(SignInError::CodeWrong.into());
    }
    let codes = second_factor::new_recovery_codes()?;
    let hashes: Vec<_> = codes.iter().filter_map(|code| second_factor::recovery_hash(code)).collect();
    writing.confirm_second_factor(account, &hashes).await?;
    writing.end_other_sessions(account, session).await?;
    writing.append_audit(entry(now, account, Action::SecondFactorSet)).await?;
    writing.commit().await?;
    Ok(codes)
}

/// Removes one's own, by password and code.
pub async fn remove_own(
    store: &Store,
    doorman: &Doorman,
    attempt: Attempt<'_>,
    now: Timestamp,
) -> Result<(), FactorError> {
    let existing = store.reading().await?.second_factor(attempt.name).await?;
    existing.filter(|factor| factor.confirmed).ok_or(FactorError::Missing)?;
    doorman.prove(store, attempt, now).await?;
    let mut writing = store.writing().await?;
    writing.remove_second_factor(attempt.name).await?;
    writing.append_audit(entry(now, attempt.name, Action::SecondFactorRemoved)).await?;
    Ok(writing.commit().await?)
}

/// Removes somebody's, whose device is lost; every session of the account ends.
pub async fn remove_of(
    store: &Store,
    account: &str,
    by: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), FactorError> {
    let mut writing = store.writing().await?;
    if !writing.remove_second_factor(account).await? {
        return Err(FactorError::Missing);
    }
    writing.end_sessions(account).await?;
    let entry = Entry {
        at: now,
        actor: by.to_owned(),
        action: Action::SecondFactorRemoved,
        subject: account.to_owned(),
        reason: Some(reason.to_owned()),
        detail: String::new(),
    };
    writing.append_audit(entry).await?;
    Ok(writing.commit().await?)
}
