//! The connections of a store: how many, for what, and how each is opened.

use super::{
    DatabaseUrl, Db, StoreError,
    connection::{READER, open_sqlite},
    on,
    reach::{Reach, Trouble, establish},
};
use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::{Builder, ManageConnection, Pool},
};
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How many SQLite readers, and how many PostgreSQL connections, an instance holds at most.
const READERS: u32 = 4;
const CONNECTIONS: u32 = 16;
/// Of those, how many may be taken by who writes.
const WRITERS: usize = 8;
/// How many are set aside for keeping hooks.
const KEEPERS: u32 = 2;
/// How long one who wants to write waits for others, and anybody for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Connections, made anew once a database that went away is back: those that hang hold no place among the new ones.
#[derive(Clone)]
pub(super) struct Lines {
    pub pool: Pool<Opener>,
    /// How many may write at once on PostgreSQL: whoever waits for somebody's lock keeps no reader out.
    pub writers: Arc<Semaphore>,
    /// Connections of PostgreSQL that nothing but keeping uses; opened when the first hook comes.
    pub keepers: Pool<Opener>,
}

/// The connections, and on PostgreSQL whether they can be had.
type Opened = (Arc<Mutex<Lines>>, Option<Arc<Reach>>);

impl Lines {
    fn builder(reach: Option<&Arc<Reach>>, size: u32) -> Builder<Opener> {
        let builder = Pool::builder().max_size(size).connection_timeout(PATIENCE);
        match reach {
            None => builder,
            Some(reach) => builder.error_handler(Box::new(Trouble(Arc::downgrade(reach)))),
        }
    }

    /// Opens the first connection; later ones are opened as they are needed. Errors: `Unreachable`.
    pub fn open(url: &Arc<DatabaseUrl>) -> Result<Opened, StoreError> {
        let reach = match &**url {
            DatabaseUrl::Sqlite(_) => None,
            DatabaseUrl::Postgres(_) => Some(Reach::of(Arc::clone(url))),
        };
        let pool = Self::pool(url, reach.as_ref()).build(Opener(Arc::clone(url)));
        let pool = pool.map_err(|e| StoreError::unreachable(&e))?;
        let lines = Arc::new(Mutex::new(Self::beside(pool, url, reach.as_ref())));
        if let Some(reach) = &reach {
            let (lines, url, weak) = (Arc::clone(&lines), Arc::clone(url), Arc::downgrade(reach));
            reach.on_return(move || {
                let reach = weak.upgrade();
                let pool = Self::pool(&url, reach.as_ref()).build_unchecked(Opener(Arc::clone(&url)));
                let renewed = Self::beside(pool, &url, reach.as_ref());
                let hung = std::mem::replace(&mut *lines.lock(), renewed);
                // Taken down without the lock.
                drop(hung);
            });
        }
        Ok((lines, reach))
    }

    fn pool(url: &DatabaseUrl, reach: Option<&Arc<Reach>>) -> Builder<Opener> {
        let size = match url {
            DatabaseUrl::Sqlite(_) => READERS,
            DatabaseUrl::Postgres(_) => CONNECTIONS,
        };
        Self::builder(reach, size).min_idle(Some(1))
    }

    fn beside(pool: Pool<Opener>, url: &Arc<DatabaseUrl>, reach: Option<&Arc<Reach>>) -> Self {
        let keepers = Self::builder(reach, KEEPERS).min_idle(Some(0));
        Self {
            pool,
            writers: Arc::new(Semaphore::new(WRITERS)),
            keepers: keepers.build_unchecked(Opener(Arc::clone(url))),
        }
    }
}

/// Opens the connections of the pool: the variant is chosen by the URL, and not by which one succeeds.
#[derive(Debug)]
pub(super) struct Opener(pub Arc<DatabaseUrl>);

impl ManageConnection for Opener {
    type Connection = Db;
    type Error = StoreError;

    fn connect(&self) -> Result<Db, StoreError> {
        match &*self.0 {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, READER),
            DatabaseUrl::Postgres(url) => establish(url).map(Db::Postgres),
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
