//! What /readyz promises, watched: whether anything can be committed, whether the tasks go on, how long deliveries
//! wait, and whether the database is still the one that was opened. A task looks every few seconds and remembers;
//! a request only reads what it saw, so that asking costs nothing and a database that hangs does not hang the answer.

use crate::{
    app::{self, AppError},
    domain::{text::Lang, time::Moment, words::span},
    store::{self, Store, StoreError, Tables},
};
use parking_lot::Mutex;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How patient it is. Tests are less so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Between two looks.
    pub look: Duration,
    /// How long a look may take.
    pub answer: Duration,
    /// How long a task may stand still, and how old the last commit may be.
    pub still: Duration,
    /// How long a delivery may wait.
    pub queue: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(3),
            answer: Duration::from_secs(8),
            still: Duration::from_secs(10),
            queue: Duration::from_secs(60),
        }
    }
}

/// A task that must go on, by the name that the log and the metrics give it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    Queue,
    Clock,
    Boards,
    Sources,
    KeepAlive,
}

impl Job {
    const ALL: [Job; 5] = [Job::Queue, Job::Clock, Job::Boards, Job::Sources, Job::KeepAlive];

    pub fn name(self) -> &'static str {
        match self {
            Job::Queue => "queue",
            Job::Clock => "clock",
            Job::Boards => "boards",
            Job::Sources => "sources",
            Job::KeepAlive => "keep_alive",
        }
    }

    /// How long lies between two of its rounds where nothing is wrong.
    fn pause(self) -> Duration {
        match self {
            Job::Queue | Job::Boards => Duration::ZERO,
            Job::Clock | Job::Sources => Duration::from_secs(1),
            Job::KeepAlive => super::serve::KEEP_ALIVE,
        }
    }
}

/// What the last look found.
#[derive(Default)]
struct Seen {
    /// When something was committed last.
    committed: Option<Instant>,
    /// Why the last look could not commit.
    refused: Option<String>,
    tables: Option<String>,
    oldest: Option<Moment>,
}

pub struct Vitals {
    patience: Patience,
    /// Names this instance's row among the probes.
    instance: String,
    began: Instant,
    /// Milliseconds from `began` to each task's last round.
    rounds: [AtomicU64; Job::ALL.len()],
    seen: Mutex<Seen>,
}

impl Vitals {
    /// Errors: this machine gives no random bytes.
    pub fn new(patience: Patience) -> Result<Self, AppError> {
        Ok(Self {
            patience,
            instance: app::random_text(16)?,
            began: Instant::now(),
            rounds: Default::default(),
            seen: Mutex::default(),
        })
    }

    /// The task has come round once more.
    pub fn beat(&self, job: Job) {
        let since = self.began.elapsed().as_millis() as u64;
        self.rounds[job as usize].store(since, Ordering::Relaxed);
    }

    /// How long to wait for the next look: less while something is wrong, so that what is over is seen soon.
    pub fn pause(&self) -> Duration {
        match self.seen.lock().refused {
            None => self.patience.look,
            Some(_) => self.patience.look.min(Duration::from_millis(500)),
        }
    }

    /// Looks once: commits a row, and asks what waits and what the tables are.
    pub async fn look(&self, store: &Store, now: Moment) {
        let instance = self.instance.clone();
        let looking = async {
            store.write(move |db| store::probe(db, &instance, now)).await?;
            store.probe_inbox().await?;
            let committed = Instant::now();
            let read = |db: &mut store::Db| Ok::<_, StoreError>((store::tables(db)?, store::oldest_fresh(db)?));
            let (tables, queued) = store.read(read).await?;
            // What is kept and not taken over yet waits too.
            let kept = store.inbox_oldest().await?;
            let oldest = [queued, kept].into_iter().flatten().min();
            Ok::<_, StoreError>((committed, (tables, oldest)))
        };
        let looked = tokio::time::timeout(self.patience.answer, looking).await;
        let mut seen = self.seen.lock();
        match looked {
            Ok(Ok((committed, (tables, oldest)))) => {
                *seen = Seen {
                    committed: Some(committed),
                    refused: None,
                    tables: said_of(&tables),
                    oldest,
                };
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "nothing can be committed");
                seen.refused = Some(format!("nothing can be committed: {}", public(&error)));
            }
            Err(_) => {
                tracing::warn!("nothing can be committed: the database does not answer");
                seen.refused = Some("nothing can be committed: the database does not answer".into());
            }
        }
        let age = seen.oldest.map_or(0, |oldest| (now.millis() - oldest.millis()).max(0));
        metrics::gauge!("bugathlon_oldest_delivery_seconds").set(age as f64 / 1000.0);
    }

    /// Takes away the rows of instances that are long gone. What fails here, the next start does.
    pub async fn forget(&self, store: &Store, now: Moment) {
        let _ = store
            .write(move |db| store::forget_probes(db, now.plus(-Moment::DAY)))
            .await;
    }

    /// Why requests are better sent elsewhere; None: they may be sent.
    pub fn fault(&self, store: &Store, now: Moment) -> Option<String> {
        if let Some(lost) = store.lost_file() {
            return Some(format!(
                "the database was taken away: {lost}; start again over the right one"
            ));
        }
        let still = |at: Duration| at.as_secs_f64();
        {
            let seen = self.seen.lock();
            if let Some(why) = seen.refused.as_ref().or(seen.tables.as_ref()) {
                return Some(why.clone());
            }
            let age = seen.committed.map_or(self.began.elapsed(), |at| at.elapsed());
            if age > self.patience.still + self.patience.look {
                return Some(format!("nothing has been committed for {:.0} s", still(age)));
            }
            let waits = seen.oldest.map_or(0, |oldest| now.millis() - oldest.millis());
            if waits > self.patience.queue.as_millis() as i64 {
                return Some(format!(
                    "deliveries wait: the oldest arrived {} ago",
                    span(waits, Lang::En)
                ));
            }
        }
        let since = self.began.elapsed();
        for job in Job::ALL {
            let last = Duration::from_millis(self.rounds[job as usize].load(Ordering::Relaxed));
            let age = since.saturating_sub(last);
            if age > self.patience.still + job.pause() {
                return Some(format!(
                    "the task `{}` has stood still for {:.0} s",
                    job.name(),
                    still(age)
                ));
            }
        }
        None
    }
}

fn said_of(tables: &Tables) -> Option<String> {
    match tables {
        Tables::Current => None,
        Tables::None => Some("the database has no tables; start this version's `serve --create`".into()),
        Tables::Pending(names) => Some(format!(
            "migrations are pending ({}); starting this version's `serve` brings the database to them",
            names.join(", ")
        )),
        Tables::Unknown(names) => Some(format!(
            "a later version changed the database: migration {} is unknown to this one; run that version",
            names.join(", ")
        )),
    }
}

/// What anybody may read of it: the database's own words, which may name hosts and users, stay in the log.
fn public(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unreachable(_) | StoreError::Closed => "the database cannot be reached",
        StoreError::Busy(_) | StoreError::Later(_) => "the database is busy",
        StoreError::ReadOnly(_) => "the database cannot be written",
        StoreError::Duplicate(_) | StoreError::Refused(_) | StoreError::Unreadable(_) => "the database refuses",
        StoreError::Panicked(_) => "the program failed at it",
    }
}
