//! Where a hook is kept: apart from everything that evaluates, so that keeping waits for nobody.
//!
//! SQLite has one writer a file, so hooks are kept in a file of their own beside the database (`…-inbox`, WAL,
//! `synchronous = FULL`), by a thread of its own; from there they are taken over into the table `deliveries`, the
//! one of record, and only then let go. Whatever ends in between, a delivery is in one of the two or in both, and
//! taken over twice it is there once, since its key is unique. PostgreSQL has room for many writers: there two
//! connections are set aside, and hooks are kept in `deliveries` itself.

use super::{
    Db, NewDelivery, Store, StoreError,
    connection::{DatabaseUrl, Job, Opener, READER, WRITER, open_sqlite},
    deliveries::{ids_text, read_ids},
    keep_deliveries,
    schema::deliveries,
};
use crate::domain::{forge::Forge, text::Slug, time::Moment};
use diesel::{
    connection::{DefaultLoadingMode, SimpleConnection},
    prelude::*,
    r2d2::Pool,
};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    time::Duration,
};
use tokio::sync::oneshot;

diesel::table! {
    inbox (id) {
        id -> BigInt,
        forge -> Text,
        source -> Text,
        delivery_key -> Text,
        event -> Text,
        received_at -> BigInt,
        confirmed -> Bool,
        proven_by -> Text,
        body -> Binary,
    }
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS inbox (\
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, forge TEXT NOT NULL, source TEXT NOT NULL, \
    delivery_key TEXT NOT NULL, event TEXT NOT NULL, received_at BIGINT NOT NULL, confirmed BOOLEAN NOT NULL, \
    proven_by TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (forge, source, delivery_key))";

/// Connections of PostgreSQL that nothing but keeping uses.
const KEEPERS: u32 = 2;
/// How long the disk may take to make a batch durable before its senders are told to come again.
const DEADLINE: Duration = Duration::from_secs(8);
/// Bodies that are taken over at once, in bytes, but for one.
const BYTES: usize = 8 << 20;

/// The way in, opened when the first hook comes or when there is something to take over.
#[derive(Clone, Default)]
pub(super) struct Inbox {
    keeper: Arc<Mutex<Option<Keeper>>>,
    /// How the inbox's thread asks the database itself, and nobody else does.
    main: Arc<Mutex<Option<Db>>>,
}

#[derive(Clone)]
enum Keeper {
    Sqlite(mpsc::Sender<Job>),
    Postgres(Pool<Opener>),
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-inbox");
    name.into()
}

impl Keeper {
    fn open(url: &Arc<DatabaseUrl>) -> Result<Self, StoreError> {
        match &**url {
            DatabaseUrl::Sqlite(path) => Ok(Self::Sqlite(start(path)?)),
            DatabaseUrl::Postgres(_) => {
                let pool = Pool::builder()
                    .max_size(KEEPERS)
                    .min_idle(Some(1))
                    .connection_timeout(Duration::from_secs(5))
                    .build(Opener(Arc::clone(url)))
                    .map_err(|e| StoreError::unreachable(&e))?;
                Ok(Self::Postgres(pool))
            }
        }
    }

    /// Runs `work` on a connection of keeping's own.
    async fn run<T, F>(self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        match self {
            Keeper::Sqlite(thread) => {
                let job: Job = Box::new(move |db| {
                    let _ = answer.send(work(db));
                });
                thread.send(job).map_err(|_| StoreError::Closed)?;
            }
            Keeper::Postgres(pool) => {
                tokio::task::spawn_blocking(move || {
                    let done = pool.get().map_err(|e| StoreError::unreachable(&e));
                    let _ = answer.send(done.and_then(|mut db| work(&mut db)));
                });
            }
        }
        match tokio::time::timeout(DEADLINE, answered).await {
            Ok(answer) => answer.map_err(|_| StoreError::Closed)?,
            Err(_) => Err(StoreError::Busy(format!(
                "keeping took longer than {} s",
                DEADLINE.as_secs()
            ))),
        }
    }
}

fn start(path: &Path) -> Result<mpsc::Sender<Job>, StoreError> {
    let mut db = open_sqlite(&beside(path), WRITER)?;
    if let Db::Sqlite(c) = &mut db {
        c.batch_execute(TABLE)?;
    }
    super::connection::start_thread("store-inbox", db)
}

impl Store {
    fn keeper(&self) -> Result<Keeper, StoreError> {
        let mut keeper = self.inbox.keeper.lock();
        if keeper.is_none() {
            *keeper = Some(Keeper::open(&self.url)?);
        }
        keeper.clone().ok_or(StoreError::Closed)
    }

    /// Keeps a batch of deliveries; all of it is durable when this returns, or none. Says for each whether it is
    /// new: one that is kept already has no second effect, and one that failed or was ignored is looked at again.
    ///
    /// Errors: what the database said; `Busy` where it took longer than 8 s, and then it may be kept or not.
    pub async fn keep(&self, batch: Vec<NewDelivery>) -> Result<Vec<bool>, StoreError> {
        let keeper = self.keeper()?;
        let DatabaseUrl::Sqlite(path) = &*self.url else {
            return keeper.run(move |db| in_one(db, |db| keep_deliveries(db, &batch))).await;
        };
        let (path, main) = (path.clone(), Arc::clone(&self.inbox.main));
        keeper
            .run(move |db| {
                // Of the database itself this only reads, which no writer there can hold up. Where it cannot be
                // read, everything is kept: what is kept twice counts once.
                let mut kept = main.lock();
                let known = match kept.take().map_or_else(|| open_sqlite(&path, READER), Ok) {
                    Ok(mut main) => known_already(&mut main, &batch).inspect(|_| *kept = Some(main)),
                    Err(error) => Err(error),
                };
                let known = known.unwrap_or_default();
                in_one(db, |db| put(db, &batch, &known))
            })
            .await
    }

    /// Takes what was kept over into `deliveries`, at most `limit` of it. Returns how many there were; 0 also on
    /// PostgreSQL, where nothing is kept elsewhere.
    pub async fn take_over(&self, limit: i64) -> Result<usize, StoreError> {
        match &*self.url {
            DatabaseUrl::Postgres(_) => return Ok(0),
            DatabaseUrl::Sqlite(path) if !beside(path).exists() => return Ok(0),
            DatabaseUrl::Sqlite(_) => {}
        }
        let keeper = self.keeper()?;
        let (batch, last) = keeper.clone().run(move |db| oldest(db, limit)).await?;
        let count = batch.len();
        if count == 0 {
            return Ok(0);
        }
        self.write(move |db| keep_deliveries(db, &batch)).await?;
        keeper
            .run(move |db| match db {
                Db::Sqlite(c) => {
                    diesel::delete(inbox::table.filter(inbox::id.le(last))).execute(c)?;
                    Ok(())
                }
                Db::Postgres(_) => Ok(()),
            })
            .await?;
        Ok(count)
    }

    /// When the oldest delivery was received that waits to be taken over.
    pub async fn inbox_oldest(&self) -> Result<Option<Moment>, StoreError> {
        match &*self.url {
            DatabaseUrl::Postgres(_) => return Ok(None),
            DatabaseUrl::Sqlite(path) if !beside(path).exists() => return Ok(None),
            DatabaseUrl::Sqlite(_) => {}
        }
        let at = self.keeper()?.run(|db| match db {
            Db::Sqlite(c) => Ok(inbox::table
                .select(diesel::dsl::min(inbox::received_at))
                .first::<Option<i64>>(c)?),
            Db::Postgres(_) => Ok(None),
        });
        Ok(at.await?.map(Moment::from_millis))
    }
}

fn in_one<T>(db: &mut Db, work: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
    super::connection::in_transaction(db, super::connection::Intent::Write, work)
}

/// A delivery's key, in its columns.
type Key = (String, String, String);

fn key(delivery: &NewDelivery) -> Key {
    let (forge, source) = (delivery.forge.to_string(), delivery.source.to_string());
    (forge, source, delivery.key.clone())
}

/// The keys among a batch that `deliveries` has; true: they need not be looked at again.
fn known_already(main: &mut Db, batch: &[NewDelivery]) -> Result<HashMap<Key, bool>, StoreError> {
    let Db::Sqlite(c) = main else { return Ok(HashMap::new()) };
    let mut of: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (forge, source, key) in batch.iter().map(key) {
        of.entry((forge, source)).or_default().push(key);
    }
    let mut found = HashMap::new();
    for ((forge, source), keys) in of {
        let query = deliveries::table
            .filter(deliveries::forge.eq(&forge))
            .filter(deliveries::source.eq(&source))
            .filter(deliveries::delivery_key.eq_any(&keys))
            .select((deliveries::delivery_key, deliveries::state));
        let known: Vec<(String, String)> = query.load(c)?;
        let known = known.into_iter().map(|(key, state)| {
            let settled = matches!(state.as_str(), "queued" | "done");
            ((forge.clone(), source.clone(), key), settled)
        });
        found.extend(known);
    }
    Ok(found)
}

fn put(db: &mut Db, batch: &[NewDelivery], known: &HashMap<Key, bool>) -> Result<Vec<bool>, StoreError> {
    let Db::Sqlite(c) = db else {
        return keep_deliveries(db, batch);
    };
    let mut new = Vec::with_capacity(batch.len());
    for delivery in batch {
        let known = known.get(&key(delivery)).copied();
        if known == Some(true) {
            new.push(false);
            continue;
        }
        let values = (
            inbox::forge.eq(delivery.forge.as_str()),
            inbox::source.eq(delivery.source.as_str()),
            inbox::delivery_key.eq(&delivery.key),
            inbox::event.eq(&delivery.event),
            inbox::received_at.eq(delivery.received_at.millis()),
            inbox::confirmed.eq(delivery.confirmed),
            inbox::proven_by.eq(ids_text(&delivery.proven_by)),
            inbox::body.eq(&delivery.body),
        );
        let insert = diesel::insert_into(inbox::table)
            .values(values)
            .on_conflict_do_nothing();
        let inserted = insert.execute(c)? == 1;
        new.push(inserted && known.is_none());
    }
    Ok(new)
}

type Row = (i64, String, String, String, String, i64, bool, String, Vec<u8>);

/// The oldest that were kept, and the last one's number.
fn oldest(db: &mut Db, limit: i64) -> Result<(Vec<NewDelivery>, i64), StoreError> {
    let Db::Sqlite(c) = db else { return Ok((Vec::new(), 0)) };
    let query = inbox::table.order(inbox::id).limit(limit);
    let (mut batch, mut last, mut bytes) = (Vec::new(), 0, 0);
    for row in query.load_iter::<Row, DefaultLoadingMode>(c)? {
        let (id, forge, source, key, event, received_at, confirmed, proven_by, body) = row?;
        bytes += body.len();
        if bytes > BYTES && !batch.is_empty() {
            break;
        }
        last = id;
        batch.push(NewDelivery {
            forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
            source: Slug::parse(&source).map_err(|e| StoreError::unreadable("source", &e))?,
            key,
            event,
            received_at: Moment::from_millis(received_at),
            confirmed,
            proven_by: read_ids(&proven_by),
            body,
        });
    }
    Ok((batch, last))
}
