//! Passwords: argon2id, hashed and compared off the request threads, a few at a time.

use super::{AppError, Objection};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::{
    Arc, LazyLock,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// How many are worked on at once: each takes 19 MiB and tens of milliseconds of a core, and guesses must not
/// starve everything else.
const AT_ONCE: usize = 2;
/// How many may wait for that, or a flood of guesses would let everybody wait for minutes.
const WAITING: usize = 64;

/// A turn goes along with the work: who hangs up leaves the queue, but what is being worked on keeps its turn to its
/// end, or many that hang up would all be worked on at once.
struct Turns {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

static TURNS: LazyLock<Turns> = LazyLock::new(|| Turns {
    turns: Arc::new(Semaphore::new(AT_ONCE)),
    waiting: AtomicUsize::new(0),
});

/// What an unknown login's password is compared with, so that it takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| hashed("nobody has this password").unwrap_or_default());

fn hashed(password: &str) -> Option<String> {
    let hash = Argon2::default().hash_password(password.as_bytes()).ok()?;
    Some(hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// One that waits, for as long as it does.
struct Waits<'t>(&'t Turns);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Turns {
    /// Errors: `Busy`, where too many wait already.
    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let broken = |why: String| AppError::Broken(format!("a password was not worked on: {why}"));
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Objection::Busy.into());
        }
        let waits = Waits(self);
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        drop(waits);
        let turn = turn.map_err(|why| broken(why.to_string()))?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        worked.await.map_err(|why| broken(why.to_string()))
    }
}

/// The PHC string of a password. Errors: `Busy`.
pub async fn hash(password: &str) -> Result<String, AppError> {
    let password = password.to_owned();
    let hash = TURNS.aside(move || hashed(&password)).await?;
    hash.ok_or_else(|| AppError::Broken("the password could not be hashed".into()))
}

/// Whether the password goes with the hash; None: there is no such login, which takes as long to say. Errors: `Busy`.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool, AppError> {
    let known = hash.is_some();
    let password = password.to_owned();
    let hash = hash.map(str::to_owned);
    let work = move || {
        // Made before the comparison in both cases, or the first unknown login would take longer than a known one.
        let nobody: &str = &NOBODY;
        matches(&password, hash.as_deref().unwrap_or(nobody))
    };
    Ok(TURNS.aside(work).await? && known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn turns() -> Arc<Turns> {
        Arc::new(Turns {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: AtomicUsize::new(0),
        })
    }

    #[tokio::test]
    async fn two_at_a_time_whoever_hangs_up() {
        let turns = turns();
        // Now and at most.
        let counts = Arc::new(Mutex::new((0, 0)));
        let mut asked = Vec::new();
        for _ in 0..30 {
            let (turns, counts) = (Arc::clone(&turns), Arc::clone(&counts));
            asked.push(tokio::spawn(async move {
                let work = move || {
                    {
                        let mut counts = counts.lock().unwrap();
                        counts.0 += 1;
                        counts.1 = counts.1.max(counts.0);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    counts.lock().unwrap().0 -= 1;
                };
                turns.aside(work).await.map(drop)
            }));
        }
        for (number, one) in asked.into_iter().enumerate() {
            if number.is_multiple_of(2) {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                one.abort();
            } else {
                one.await.unwrap().unwrap();
            }
        }
        assert_eq!(counts.lock().unwrap().1, AT_ONCE);
        assert_eq!(turns.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test]
    async fn too_many_that_wait_are_told_so_at_once() {
        let turns = turns();
        let all = Arc::clone(&turns.turns)
            .acquire_many_owned(AT_ONCE as u32)
            .await
            .unwrap();
        let waiting: Vec<_> = (0..WAITING)
            .map(|_| {
                let turns = Arc::clone(&turns);
                tokio::spawn(async move { turns.aside(|| ()).await.is_ok() })
            })
            .collect();
        while turns.waiting.load(Ordering::Relaxed) < WAITING {
            tokio::task::yield_now().await;
        }
        let refused = turns.aside(|| ()).await;
        assert!(matches!(refused, Err(AppError::Objection(Objection::Busy))));
        drop(all);
        for one in waiting {
            assert!(one.await.unwrap());
        }
        assert!(turns.aside(|| ()).await.is_ok());
    }
}
