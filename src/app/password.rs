//! Passwords: argon2id, hashed and compared off the request threads, a few at a time.

use super::AppError;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// How many are worked on at once: each takes 19 MiB and tens of milliseconds of a core, and guesses must not
/// starve everything else.
static TURNS: Semaphore = Semaphore::const_new(2);

/// What an unknown login's password is compared with, so that it takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| hashed("nobody has this password").unwrap_or_default());

fn hashed(password: &str) -> Option<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _turn = TURNS.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

/// The PHC string of a password.
pub async fn hash(password: &str) -> Result<String, AppError> {
    let password = password.to_owned();
    let hash = aside(move || hashed(&password)).await.flatten();
    hash.ok_or_else(|| AppError::Broken("the password could not be hashed".into()))
}

/// Whether the password goes with the hash; None: there is no such login, which takes as long to say.
pub async fn verify(password: &str, hash: Option<&str>) -> bool {
    let known = hash.is_some();
    let password = password.to_owned();
    let hash = hash.unwrap_or(&NOBODY).to_owned();
    aside(move || matches(&password, &hash)).await.unwrap_or(false) && known
}
