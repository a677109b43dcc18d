//! All connection policy of both databases, in one place.
//!
//! SQLite: one writer connection on a thread of its own, whose jobs are each one immediate transaction
//! (a deferred one that turns into a write fails at once with BUSY, whatever the timeout), and a pool of
//! readers. PostgreSQL: one pool for both, and nobody waits for it without end (`reach`).

use super::{
    DatabaseUrl, Panicked, StoreError,
    files::Files,
    guarded,
    inbox::Inbox,
    lines::{Lines, Opener, PATIENCE},
    reach::Reach,
};
use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    pg::PgConnection,
    prelude::*,
    r2d2::Pool,
    sqlite::SqliteConnection,
};
use parking_lot::Mutex;
use std::{
    path::Path,
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::oneshot;

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs the same text on the concrete connection behind a [`Db`]: for what diesel has on each database
/// and not on both at once (`on_conflict`, `returning`, batches, locks).
macro_rules! on {
    ($db:expr, $connection:ident => $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($connection) => $body,
            $crate::store::Db::Postgres($connection) => $body,
        }
    };
}
pub(super) use on;

/// The names that a panic is counted under.
const WRITER_JOB: &str = "store";
const POOL_JOB: &str = "reading";

pub(super) type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// The database, for everything above this floor. Cheap to clone; closes when the last clone is gone.
#[derive(Clone)]
pub struct Store {
    /// None on PostgreSQL, where every connection of the pool may write.
    writer: Option<mpsc::SyncSender<Job>>,
    lines: Arc<Mutex<Lines>>,
    /// None on SQLite, whose calls end.
    pub(super) reach: Option<Arc<Reach>>,
    pub(super) url: Arc<DatabaseUrl>,
    pub(super) inbox: Inbox,
    pub(super) files: Arc<Files>,
}

/// Jobs that wait for SQLite's writer at most.
const QUEUE: usize = 512;
/// How long anybody waits for PostgreSQL at most where it answers others: for what is asked or changed, and for what
/// reads or writes a whole competition or database.
const LONGEST: Duration = Duration::from_secs(60);
const LONGEST_WHOLE: Duration = Duration::from_secs(3600);

pub(super) const READER: &str = "PRAGMA busy_timeout = 8000; PRAGMA query_only = ON; PRAGMA cache_size = -8000; \
    PRAGMA mmap_size = 268435456;";
// WAL and FULL: what was acknowledged survives kill -9 and a power cut.
pub(super) const WRITER: &str = "PRAGMA busy_timeout = 8000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; \
    PRAGMA journal_size_limit = 67108864;";

/// A reader holds nobody up, and may work for long on what it has read.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0";

pub(super) fn open_sqlite(path: &Path, pragmas: &str) -> Result<Db, StoreError> {
    let text = path.to_string_lossy();
    let mut connection = SqliteConnection::establish(&text).map_err(|e| StoreError::unreachable(&e))?;
    connection
        .batch_execute(pragmas)
        .map_err(|e| StoreError::unreachable(&e))?;
    Ok(Db::Sqlite(connection))
}

impl Store {
    /// Opens the database; makes the SQLite file and its folder where they are missing.
    /// Errors: `Unreachable`, with what the database said.
    pub fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        let url = Arc::new(url.clone());
        let writer = match &*url {
            DatabaseUrl::Sqlite(path) => Some(start_writer(path)?),
            DatabaseUrl::Postgres(_) => None,
        };
        let (lines, reach) = Lines::open(&url)?;
        let files = Arc::new(Files::of(&url));
        Ok(Self {
            writer,
            lines,
            reach,
            url,
            inbox: Inbox::default(),
            files,
        })
    }

    /// Whether the files at the path are other ones than those that are open: deleted, replaced, or of a volume that
    /// went. What is written then is lost with the last connection. None: they are the same, or there are none.
    pub fn lost_file(&self) -> Option<String> {
        self.files.lost()
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs `work` in one transaction that may write; all of it is durable when this returns, or none.
    ///
    /// Errors: what `work` returned (the transaction is rolled back), or what the database said. `Later` where
    /// PostgreSQL took longer than 60 s and `Unreachable` where it stopped answering, and then it may be done or not;
    /// `Later` at once where 512 jobs wait for SQLite's writer.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.written(LONGEST, work).await
    }

    /// As [`Store::write`], of as much as a whole database: it may take an hour.
    pub async fn write_whole<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.written(LONGEST_WHOLE, work).await
    }

    async fn written<T, E, F>(&self, longest: Duration, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let Some(writer) = &self.writer else {
            self.check()?;
            let writers = Arc::clone(&self.lines.lock().writers);
            let turn = tokio::time::timeout(PATIENCE, writers.acquire_owned()).await;
            let turn = match turn {
                Ok(turn) => turn.map_err(|_| E::from(StoreError::Closed))?,
                Err(_) => return Err(StoreError::Busy("others are writing".into()).into()),
            };
            let work = move |db: &mut Db| {
                // Held by the work itself, which goes on where its asker has gone away.
                let _turn = turn;
                in_transaction(db, Intent::Write, work)
            };
            return self.pooled(longest, work).await;
        };
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // The asker may have gone away meanwhile; the work is done all the same.
            let _ = answer.send(in_transaction(db, Intent::Write, work));
        });
        line_up(writer, job)?;
        answered.await.map_err(|_| E::from(StoreError::Closed))?
    }

    /// Runs `work` on a reader, in one transaction that sees one state of the database.
    ///
    /// Errors: what `work` returned, or what the database said; `Later` where PostgreSQL took longer than 60 s,
    /// `Unreachable` where it stopped answering.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let work = move |db: &mut Db| in_transaction(db, Intent::Read, work);
        self.pooled(LONGEST, work).await
    }

    /// As [`Store::read`], of as much as a whole competition or database: it may take an hour.
    pub async fn read_whole<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let work = move |db: &mut Db| in_transaction(db, Intent::Read, work);
        self.pooled(LONGEST_WHOLE, work).await
    }

    /// Runs `work` outside a transaction, on the connection that may write: migrations, VACUUM, checks.
    pub async fn bare<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let Some(writer) = &self.writer else {
            return self.pooled(LONGEST_WHOLE, work).await;
        };
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let done = guarded(WRITER_JOB, || work(db));
            let _ = answer.send(done.unwrap_or_else(|panicked| Err(E::from(panicked.into()))));
        });
        line_up(writer, job)?;
        answered.await.map_err(|_| E::from(StoreError::Closed))?
    }

    /// Errors: `Unreachable`, where PostgreSQL is known to be away.
    fn check(&self) -> Result<(), StoreError> {
        self.reach.as_ref().map_or(Ok(()), |reach| reach.check())
    }

    async fn pooled<T, E, F>(&self, longest: Duration, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.check()?;
        let pool = self.lines.lock().pool.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(|e| E::from(StoreError::unreachable(&e)))?;
            work(&mut connection)
        });
        let done = match &self.reach {
            None => done.await,
            // Who is not waited for any longer goes on, or hangs until the connection ends.
            Some(reach) => reach.wait(done, longest).await?,
        };
        // The task is never cancelled, and a panic in a transaction was caught there.
        done.unwrap_or_else(|_| Err(E::from(Panicked(POOL_JOB).into())))
    }

    /// The connections for keeping, where PostgreSQL is not known to be away. Errors: `Unreachable`.
    pub(super) fn keepers(&self) -> Result<Pool<Opener>, StoreError> {
        self.check()?;
        Ok(self.lines.lock().keepers.clone())
    }
}

/// Gives a job to a thread of [`start_thread`]. Errors: `Later` where too many wait already.
pub(super) fn line_up(writer: &mpsc::SyncSender<Job>, job: Job) -> Result<(), StoreError> {
    writer.try_send(job).map_err(|refused| match refused {
        mpsc::TrySendError::Full(_) => StoreError::Later(format!("{QUEUE} jobs wait for it")),
        mpsc::TrySendError::Disconnected(_) => StoreError::Closed,
    })
}

fn start_writer(path: &Path) -> Result<mpsc::SyncSender<Job>, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::unreachable(&e))?;
    }
    start_thread("store-writer", open_sqlite(path, WRITER)?)
}

/// A thread of its own that works off jobs on one connection, in the order in which they come; at most 512 wait.
pub(super) fn start_thread(name: &str, mut db: Db) -> Result<mpsc::SyncSender<Job>, StoreError> {
    let (writer, jobs) = mpsc::sync_channel::<Job>(QUEUE);
    let work = move || {
        // Ends when the last Store is gone, after the jobs that were queued.
        for job in jobs {
            // Whoever waits for one that panics is told so, or hears that nobody answers.
            let _ = guarded(WRITER_JOB, || job(&mut db));
        }
    };
    let thread = std::thread::Builder::new().name(name.into());
    thread.spawn(work).map_err(|e| StoreError::unreachable(&e))?;
    Ok(writer)
}

#[derive(Clone, Copy)]
pub(super) enum Intent {
    Read,
    Write,
}

pub(super) fn in_transaction<T, E: From<StoreError>>(
    db: &mut Db,
    intent: Intent,
    work: impl FnOnce(&mut Db) -> Result<T, E>,
) -> Result<T, E> {
    begin(db, intent).map_err(StoreError::from)?;
    let job = match intent {
        Intent::Read => POOL_JOB,
        Intent::Write => WRITER_JOB,
    };
    let done = guarded(job, || work(&mut *db)).unwrap_or_else(|panicked| Err(E::from(panicked.into())));
    match done {
        Ok(done) => {
            on!(db, c => AnsiTransactionManager::commit_transaction(c)).map_err(StoreError::from)?;
            Ok(done)
        }
        Err(error) => {
            // What `work` said matters more than that the connection is gone; the pool drops a broken one.
            // A panic within a transaction of `work`'s own has left that one open too.
            while depth(db) > 0 && on!(db, c => AnsiTransactionManager::rollback_transaction(c)).is_ok() {}
            Err(error)
        }
    }
}

/// How many transactions are open within each other.
fn depth(db: &mut Db) -> u32 {
    let status = on!(db, c => AnsiTransactionManager::transaction_manager_status_mut(c));
    status.transaction_depth().ok().flatten().map_or(0, Into::into)
}

fn begin(db: &mut Db, intent: Intent) -> QueryResult<()> {
    match (db, intent) {
        (Db::Sqlite(c), Intent::Write) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        (Db::Sqlite(c), Intent::Read) => AnsiTransactionManager::begin_transaction(c),
        (Db::Postgres(c), Intent::Write) => AnsiTransactionManager::begin_transaction(c),
        (Db::Postgres(c), Intent::Read) => AnsiTransactionManager::begin_transaction_sql(c, READ),
    }
}
