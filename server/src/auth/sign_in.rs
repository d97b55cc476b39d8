//! Signing in and out, and changing one's password: the rules over the store.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use server_core::audit::{Action, Entry};

use super::password::{PasswordError, Passwords};
use super::second_factor;
use super::throttle::{Failures, Strangers};
use super::token::{NoRandom, Secret};
use crate::store::accounts::AccountRow;
use crate::store::second_factors::SecondFactorRow;
use crate::store::sessions::NewSession;
use crate::store::{Store, StoreError, Writing};

/// The longest account name, characters.
pub const NAME_MAX: usize = 40;

/// How a person proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By name and password.
    Password,
    /// And by a code of the second factor.
    PasswordAndCode,
    /// By another provider's word.
    Oidc,
}

impl Way {
    /// The word used in tables and on wires.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode => "password-and-code",
            Self::Oidc => "oidc",
        }
    }

    /// The way of a [`word`](Self::word).
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Password, Self::PasswordAndCode, Self::Oidc].into_iter().find(|way| way.word() == word)
    }
}

/// Where a request comes from, for the list of a person's sessions.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The address, empty if it is not known.
    pub address: String,
    /// The program, as it names itself.
    pub program: String,
}

/// What somebody at the door says.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Of the account.
    pub name: &'a str,
    /// Its password.
    pub password: &'a str,
    /// A code of its second factor, or a recovery code.
    pub code: Option<&'a str>,
}

/// A session that has begun.
#[derive(Clone, PartialEq, Eq)]
pub struct Begun {
    /// What the browser is given.
    pub secret: Secret,
    /// What the session is named by.
    pub id: String,
}

/// Hex digits of a session's name in lists: enough that no two are the same.
const SESSION_ID_LENGTH: usize = 20;

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
    /// The password is right; a code of the second factor is asked for.
    #[error("a code of the second factor is asked for")]
    CodeNeeded,
    /// The code is wrong, or was used.
    #[error("the code is wrong or was used")]
    CodeWrong,
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
    /// no way around the wait; a right password without its code counts neither as a failure nor as a success.
    pub async fn sign_in(
        &self,
        store: &Store,
        attempt: Attempt<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(Begun, AccountRow), SignInError> {
        let account = self.admit(store, attempt.name, now).await?;
        let usable = account.as_ref().filter(|account| !account.disabled);
        let kept = usable.map(|account| account.password_hash.as_str());
        let fits = self.passwords.check(attempt.password, kept).await;
        let mut writing = store.writing().await?;
        let Some(usable) = usable.filter(|_| fits) else {
            if let Some(account) = &account {
                writing.append_audit(entry(now, &account.name, Action::SignInFailed)).await?;
                writing.commit().await?;
            }
            return Err(SignInError::Wrong);
        };
        let name = &usable.name;
        let factor = writing.second_factor(name).await?.filter(|factor| factor.confirmed);
        let way = match (factor, attempt.code) {
            (None, _) => Way::Password,
            (Some(_), None) => {
                writing.take_back_sign_in(name).await?;
                writing.commit().await?;
                return Err(SignInError::CodeNeeded);
            }
            (Some(factor), Some(code)) if use_code(&mut writing, name, &factor, code, now).await? => {
                Way::PasswordAndCode
            }
            (Some(_), Some(_)) => {
                writing.append_audit(entry(now, name, Action::SignInFailed)).await?;
                writing.commit().await?;
                return Err(SignInError::CodeWrong);
            }
        };
        writing.forget_failed_sign_ins(name).await?;
        let begun = self.begin(&mut writing, name, way, caller, now).await?;
        writing.append_audit(entry(now, name, Action::SignedIn)).await?;
        writing.commit().await?;
        Ok((begun, usable.clone()))
    }

    /// Begins a session of an account whose person has proved who they are.
    pub(super) async fn begin(
        &self,
        writing: &mut Writing,
        account: &str,
        way: Way,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Begun, SignInError> {
        let (secret, id) = (Secret::random()?, Secret::random()?.to_string()[..SESSION_ID_LENGTH].to_owned());
        let session = NewSession {
            id: &id,
            token: secret.hash(),
            account,
            way: way.word(),
            address: &caller.address,
            program: &caller.program,
            now_us: now.as_microsecond(),
            expires_us: now.as_microsecond().saturating_add(micros(self.session_length)),
        };
        writing.begin_session(session).await?;
        Ok(Begun { secret, id })
    }

    /// Is this the account's password, and if it has a second factor, its code? Counted as a try to sign in is.
    pub(super) async fn prove(
        &self,
        store: &Store,
        attempt: Attempt<'_>,
        now: Timestamp,
    ) -> Result<AccountRow, SignInError> {
        let account = self.admit(store, attempt.name, now).await?.ok_or(SignInError::Wrong)?;
        if !self.passwords.check(attempt.password, Some(&account.password_hash)).await {
            return Err(SignInError::Wrong);
        }
        let mut writing = store.writing().await?;
        let factor = writing.second_factor(&account.name).await?.filter(|factor| factor.confirmed);
        if let Some(factor) = factor {
            let code = attempt.code.ok_or(SignInError::CodeNeeded)?;
            if !use_code(&mut writing, &account.name, &factor, code, now).await? {
                return Err(SignInError::CodeWrong);
            }
        }
        writing.forget_failed_sign_ins(&account.name).await?;
        writing.commit().await?;
        Ok(account)
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

    /// Changes one's own password. Every session of the account ends, and the caller gets a new one, begun the same
    /// way.
    pub async fn change_password(
        &self,
        store: &Store,
        (account, way): (&str, Way),
        (old, new): (&str, &str),
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Begun, SignInError> {
        // Before the try is counted: a new password that cannot be is no failure to know the old one.
        PasswordError::of(new)?;
        let account = self.admit(store, account, now).await?.ok_or(SignInError::Wrong)?;
        if !self.passwords.check(old, Some(&account.password_hash)).await {
            return Err(SignInError::Wrong);
        }
        let hash = self.passwords.hash(new).await?;
        let mut writing = store.writing().await?;
        writing.set_password(&account.name, &hash, false).await?;
        writing.end_sessions(&account.name).await?;
        let begun = self.begin(&mut writing, &account.name, way, caller, now).await?;
        writing.append_audit(entry(now, &account.name, Action::PasswordChanged)).await?;
        writing.commit().await?;
        if account.name == super::first_admin::NAME {
            super::first_admin::forget(&self.first_password_file);
        }
        Ok(begun)
    }
}

/// Uses a code up: one of the device's, or a recovery code. False if it is wrong or was used.
async fn use_code(
    writing: &mut Writing,
    account: &str,
    factor: &SecondFactorRow,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let code = code.trim();
    if let Some(step) = second_factor::step_of(&factor.secret, code, now) {
        return writing.use_second_factor_step(account, step).await;
    }
    match second_factor::recovery_hash(code) {
        Some(hash) => writing.use_recovery_code(account, hash).await,
        None => Ok(false),
    }
}

fn failures(account: &AccountRow) -> Option<Failures> {
    let last = Timestamp::from_microsecond(account.last_failed_us?).ok()?;
    Some(Failures { count: u32::try_from(account.failed_attempts).unwrap_or(u32::MAX), last })
}

pub(super) fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Something an account did with itself.
pub(super) fn entry(at: Timestamp, account: &str, action: Action) -> Entry {
    let (actor, subject) = (account.to_owned(), account.to_owned());
    Entry { at, actor, action, subject, reason: None, detail: String::new() }
}
