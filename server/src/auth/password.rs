//! Passwords: argon2id with its recommended costs (19 MiB, two passes), always off the async threads.
//!
//! At most [`AT_ONCE`] are computed at a time, so that a crowd at the door costs waiting and not memory.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// Computations at a time: 19 MiB each.
const AT_ONCE: usize = 2;

/// The shortest password, characters (NIST SP 800-63B asks for 8).
pub const LENGTH_MIN: usize = 10;
/// The longest password, characters: nobody types more, and hashing reads it all.
pub const LENGTH_MAX: usize = 200;

/// A password cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`LENGTH_MIN`] or longer than [`LENGTH_MAX`].
    #[error("a password has {LENGTH_MIN} to {LENGTH_MAX} characters")]
    Length,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Hash,
}

impl PasswordError {
    /// Can this be a new password?
    pub(super) fn of(password: &str) -> Result<(), Self> {
        let fits = (LENGTH_MIN..=LENGTH_MAX).contains(&password.chars().count());
        if fits { Ok(()) } else { Err(Self::Length) }
    }
}

/// Computes and checks hashes.
pub struct Passwords {
    seats: Semaphore,
    /// Checked for names that no account has, so that they cost the same time.
    nobody: String,
}

impl Passwords {
    /// Ready to work; computes one hash.
    pub fn new() -> Result<Self, PasswordError> {
        Ok(Self { seats: Semaphore::new(AT_ONCE), nobody: hash("nobody's password")? })
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        PasswordError::of(password)?;
        let _seat = self.seats.acquire().await.expect("the semaphore is never closed");
        let password = password.to_owned();
        tokio::task::spawn_blocking(move || hash(&password)).await.unwrap_or(Err(PasswordError::Hash))
    }

    /// Is this the password of `kept`? Without an account it takes as long and is a no.
    pub async fn check(&self, password: &str, kept: Option<&str>) -> bool {
        if password.chars().count() > LENGTH_MAX {
            return false; // No account's: longer than any that could be set.
        }
        let _seat = self.seats.acquire().await.expect("the semaphore is never closed");
        let known = kept.is_some();
        let (password, kept) = (password.to_owned(), kept.unwrap_or(&self.nobody).to_owned());
        let fits = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&kept)
                .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
        });
        fits.await.unwrap_or(false) && known
    }
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| PasswordError::Hash)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let passwords = Passwords::new().unwrap();
        let kept = passwords.hash("正确的密码 correct").await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(passwords.check("正确的密码 correct", Some(&kept)).await);
        assert!(!passwords.check("wrong password", Some(&kept)).await);
        assert_ne!(passwords.hash("正确的密码 correct").await.unwrap(), kept);
    }

    #[tokio::test]
    async fn nobody_signs_in_even_with_nobodys_password() {
        let passwords = Passwords::new().unwrap();
        assert!(!passwords.check("nobody's password", None).await);
    }

    #[tokio::test]
    async fn too_short_and_too_long_are_refused() {
        let passwords = Passwords::new().unwrap();
        assert_eq!(passwords.hash("九个字的密码还不够").await, Err(PasswordError::Length));
        assert_eq!(passwords.hash(&"x".repeat(201)).await, Err(PasswordError::Length));
        assert!(!passwords.check(&"x".repeat(1_000_000), None).await);
    }
}
