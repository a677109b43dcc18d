//! All connection policy of both databases, in one place.
//!
//! SQLite: one writer connection on a thread of its own, whose jobs are each one immediate transaction
//! (a deferred one that turns into a write fails at once with BUSY, whatever the timeout), and a pool of
//! readers. PostgreSQL: one pool for both.

use super::{Panicked, StoreError, files::Files, guarded, inbox::Inbox};
use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    pg::PgConnection,
    prelude::*,
    r2d2::{ManageConnection, Pool},
    sqlite::SqliteConnection,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::{Semaphore, oneshot};

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

/// Where the database is. `sqlite://PATH` or `postgres://…`; nothing else, since diesel would take any
/// other text for the path of a new SQLite file.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDatabaseUrl {
    #[error("a database URL is sqlite://PATH or postgres://USER@HOST/NAME")]
    Scheme,
    #[error("sqlite:// lacks the path of the database file, such as sqlite://data/bugathlon.db")]
    NoPath,
    #[error(
        "this build speaks to PostgreSQL without TLS, so its host must be this machine (127.0.0.1, ::1, localhost or a socket folder)"
    )]
    NeedsTls,
}

impl DatabaseUrl {
    /// Errors: [`BadDatabaseUrl`], which never holds the text, since it may bear a password.
    pub fn parse(text: &str) -> Result<Self, BadDatabaseUrl> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path {
                "" | ":memory:" => Err(BadDatabaseUrl::NoPath),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(BadDatabaseUrl::Scheme);
        }
        let url = url::Url::parse(text).map_err(|_| BadDatabaseUrl::Scheme)?;
        let named = url.query_pairs().find(|(key, _)| key == "host" || key == "hostaddr");
        let host = match &named {
            Some((_, host)) => host.as_ref(),
            None => url.host_str().unwrap_or(""),
        };
        let decoded = host.replace("%2F", "/").replace("%2f", "/");
        let here = decoded.is_empty()
            || decoded.starts_with('/')
            || matches!(decoded.as_str(), "localhost" | "::1" | "[::1]")
            || decoded.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
        if here {
            Ok(Self::Postgres(text.to_owned()))
        } else {
            Err(BadDatabaseUrl::NeedsTls)
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            DatabaseUrl::Sqlite(_) => "SQLite",
            DatabaseUrl::Postgres(_) => "PostgreSQL",
        }
    }
}

/// Never the URL itself, which may bear a password.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            DatabaseUrl::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

/// The names that a panic is counted under.
const WRITER_JOB: &str = "store";
const POOL_JOB: &str = "reading";

pub(super) type Job = Box<dyn FnOnce(&mut Db) + Send>;

/// The database, for everything above this floor. Cheap to clone; closes when the last clone is gone.
#[derive(Clone)]
pub struct Store {
    /// None on PostgreSQL, where every connection of the pool may write.
    writer: Option<mpsc::Sender<Job>>,
    pool: Pool<Opener>,
    pub(super) url: Arc<DatabaseUrl>,
    pub(super) inbox: Inbox,
    /// How many may write at once on PostgreSQL: whoever waits for somebody's lock keeps no reader out.
    writers: Arc<Semaphore>,
    files: Arc<Files>,
}

/// How many SQLite readers, and how many PostgreSQL connections, an instance holds at most.
const READERS: u32 = 4;
const CONNECTIONS: u32 = 16;
/// Of those, how many may be taken by who writes.
const WRITERS: usize = 8;
/// How long one who wants to write waits for others.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) const READER: &str = "PRAGMA busy_timeout = 8000; PRAGMA query_only = ON; PRAGMA cache_size = -8000; \
    PRAGMA mmap_size = 268435456;";
// WAL and FULL: what was acknowledged survives kill -9 and a power cut.
pub(super) const WRITER: &str = "PRAGMA busy_timeout = 8000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY; \
    PRAGMA journal_size_limit = 67108864;";

/// Opens the connections of the pool: the variant is chosen by the URL, and not by which one succeeds.
#[derive(Debug)]
pub(super) struct Opener(pub Arc<DatabaseUrl>);

impl ManageConnection for Opener {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        match &*self.0 {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, READER),
            DatabaseUrl::Postgres(url) => PgConnection::establish(url)
                .map(Db::Postgres)
                .map_err(|e| StoreError::unreachable(&e)),
        }
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), StoreError> {
        match db {
            Db::Sqlite(_) => Ok(()),
            Db::Postgres(c) => c.batch_execute("SELECT 1").map_err(StoreError::from),
        }
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        // Given back by a panic, it may be in the middle of anything.
        std::thread::panicking() || on!(db, c => AnsiTransactionManager::is_broken_transaction_manager(c))
    }
}

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
        let (writer, size) = match &*url {
            DatabaseUrl::Sqlite(path) => (Some(start_writer(path)?), READERS),
            DatabaseUrl::Postgres(_) => (None, CONNECTIONS),
        };
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .build(Opener(Arc::clone(&url)))
            .map_err(|e| StoreError::unreachable(&e))?;
        let files = Arc::new(Files::of(&url));
        Ok(Self {
            writer,
            pool,
            url,
            inbox: Inbox::default(),
            writers: Arc::new(Semaphore::new(WRITERS)),
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
    /// Errors: what `work` returned (the transaction is rolled back), or what the database said.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let Some(writer) = &self.writer else {
            let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.writers).acquire_owned()).await;
            let turn = match turn {
                Ok(turn) => turn.map_err(|_| E::from(StoreError::Closed))?,
                Err(_) => return Err(StoreError::Busy("others are writing".into()).into()),
            };
            let work = move |db: &mut Db| {
                // Held by the work itself, which goes on where its asker has gone away.
                let _turn = turn;
                in_transaction(db, Intent::Write, work)
            };
            return self.pooled(work).await;
        };
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            // The asker may have gone away meanwhile; the work is done all the same.
            let _ = answer.send(in_transaction(db, Intent::Write, work));
        });
        writer.send(job).map_err(|_| E::from(StoreError::Closed))?;
        answered.await.map_err(|_| E::from(StoreError::Closed))?
    }

    /// Runs `work` on a reader, in one transaction that sees one state of the database.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        self.pooled(move |db| in_transaction(db, Intent::Read, work)).await
    }

    /// Runs `work` outside a transaction, on the connection that may write: migrations, VACUUM, checks.
    pub async fn bare<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let Some(writer) = &self.writer else {
            return self.pooled(work).await;
        };
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db| {
            let done = guarded(WRITER_JOB, || work(db));
            let _ = answer.send(done.unwrap_or_else(|panicked| Err(E::from(panicked.into()))));
        });
        writer.send(job).map_err(|_| E::from(StoreError::Closed))?;
        answered.await.map_err(|_| E::from(StoreError::Closed))?
    }

    async fn pooled<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    {
        let pool = self.pool.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(|e| E::from(StoreError::unreachable(&e)))?;
            work(&mut connection)
        });
        // The task is never cancelled, and a panic in a transaction was caught there.
        done.await.unwrap_or_else(|_| Err(E::from(Panicked(POOL_JOB).into())))
    }
}

fn start_writer(path: &Path) -> Result<mpsc::Sender<Job>, StoreError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::unreachable(&e))?;
    }
    start_thread("store-writer", open_sqlite(path, WRITER)?)
}

/// A thread of its own that works off jobs on one connection, in the order in which they come.
pub(super) fn start_thread(name: &str, mut db: Db) -> Result<mpsc::Sender<Job>, StoreError> {
    let (writer, jobs) = mpsc::channel::<Job>();
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
        (Db::Postgres(c), Intent::Read) => {
            AnsiTransactionManager::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scheme_chooses_the_database() {
        let sqlite = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        let postgres = |url: &str| Ok(DatabaseUrl::Postgres(url.to_owned()));
        for (text, expected) in [
            ("sqlite://data/bugathlon.db", sqlite("data/bugathlon.db")),
            ("sqlite:///var/b.db", sqlite("/var/b.db")),
            ("sqlite://", Err(BadDatabaseUrl::NoPath)),
            ("data/bugathlon.db", Err(BadDatabaseUrl::Scheme)),
            ("postgre://localhost/b", Err(BadDatabaseUrl::Scheme)),
            ("postgres://me@127.0.0.1/b", postgres("postgres://me@127.0.0.1/b")),
            ("postgres://me@%2Ftmp%2Fpg/b", postgres("postgres://me@%2Ftmp%2Fpg/b")),
            ("postgres:///b?host=/tmp/pg", postgres("postgres:///b?host=/tmp/pg")),
            ("postgres://me@db.example.com/b", Err(BadDatabaseUrl::NeedsTls)),
            ("postgres:///b?host=db.example.com", Err(BadDatabaseUrl::NeedsTls)),
        ] {
            assert_eq!(DatabaseUrl::parse(text), expected, "{text}");
        }
    }
}
