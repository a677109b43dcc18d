//! Where a hook is kept: apart from everything that evaluates, so that keeping waits for nobody.
//!
//! SQLite has one writer a file, so hooks are kept in a file of their own beside the database (`…-inbox`, WAL,
//! `synchronous = FULL`), by a thread of its own; from there they are taken over into the table `deliveries`, the
//! one of record, and only then let go. Whatever ends in between, a delivery is in one of the two or in both, and
//! taken over twice it is there once, since its key is unique. PostgreSQL has room for many writers: there two
//! connections are set aside, and hooks are kept in `deliveries` itself.

use super::{
    DatabaseUrl, Db, NewDelivery, PART, Store, StoreError,
    connection::{Job, READER, WRITER, line_up, open_sqlite},
    deliveries::{ids_text, read_ids},
    files::beside,
    keep_deliveries,
    lines::Opener,
    reach::Reach,
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
    path::Path,
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

/// How long the disk may take to make a batch durable before its senders are told to come again.
const DEADLINE: Duration = Duration::from_secs(8);
/// Bodies that are taken over at once, in bytes, but for one.
const BYTES: usize = 8 << 20;

/// The way in, opened when the first hook comes or when there is something to take over.
#[derive(Clone, Default)]
pub(super) struct Inbox {
    /// SQLite's.
    keeper: Arc<Mutex<Option<mpsc::SyncSender<Job>>>>,
    /// How the inbox's thread asks the database itself, and nobody else does.
    main: Arc<Mutex<Option<Db>>>,
}

enum Keeper {
    Sqlite(mpsc::SyncSender<Job>),
    Postgres(Pool<Opener>, Option<Arc<Reach>>),
}

impl Keeper {
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
                line_up(&thread, job)?;
                answer_of(tokio::time::timeout(DEADLINE, answered).await.ok())
            }
            Keeper::Postgres(pool, reach) => {
                tokio::task::spawn_blocking(move || {
                    let done = pool.get().map_err(|e| StoreError::unreachable(&e));
                    let _ = answer.send(done.and_then(|mut db| work(&mut db)));
                });
                match reach {
                    None => answer_of(tokio::time::timeout(DEADLINE, answered).await.ok()),
                    Some(reach) => answer_of(Some(reach.wait(answered, DEADLINE).await?)),
                }
            }
        }
    }
}

/// None: it took too long.
fn answer_of<T>(answer: Option<Result<Result<T, StoreError>, oneshot::error::RecvError>>) -> Result<T, StoreError> {
    match answer {
        Some(answer) => answer.map_err(|_| StoreError::Closed)?,
        None => Err(StoreError::Busy(format!(
            "keeping took longer than {} s",
            DEADLINE.as_secs()
        ))),
    }
}

fn start(path: &Path) -> Result<mpsc::SyncSender<Job>, StoreError> {
    let mut db = open_sqlite(&beside(path), WRITER)?;
    if let Db::Sqlite(c) = &mut db {
        c.batch_execute(TABLE)?;
    }
    super::connection::start_thread("store-inbox", db)
}

impl Store {
    async fn keeper(&self) -> Result<Keeper, StoreError> {
        let DatabaseUrl::Sqlite(path) = &*self.url else {
            return Ok(Keeper::Postgres(self.keepers()?, self.reach.clone()));
        };
        // Held while it is being opened.
        if let Some(thread) = self.inbox.keeper.try_lock().and_then(|keeper| keeper.clone()) {
            return Ok(Keeper::Sqlite(thread));
        }
        let (path, keeper, files) = (path.clone(), Arc::clone(&self.inbox.keeper), Arc::clone(&self.files));
        // Opening waits for the disk.
        let open = move || {
            let mut keeper = keeper.lock();
            if let Some(thread) = &*keeper {
                return Ok(thread.clone());
            }
            let thread = start(&path)?;
            // Now it is known which file it is.
            files.lost();
            Ok(keeper.insert(thread).clone())
        };
        let opened = tokio::task::spawn_blocking(open).await;
        opened.unwrap_or(Err(StoreError::Closed)).map(Keeper::Sqlite)
    }

    /// Has the way in opened, before the first hook comes. Errors: what the database said.
    pub async fn open_inbox(&self) -> Result<(), StoreError> {
        self.keeper().await.map(drop)
    }

    /// Shows that a hook could be kept, where they are kept apart. Errors: what the database said.
    pub async fn probe_inbox(&self) -> Result<(), StoreError> {
        match &*self.url {
            DatabaseUrl::Postgres(_) => return Ok(()),
            DatabaseUrl::Sqlite(path) if !beside(path).exists() => return Ok(()),
            DatabaseUrl::Sqlite(_) => {}
        }
        let probe = |db: &mut Db| match db {
            // The number means nothing; to set it is a write.
            Db::Sqlite(c) => Ok(c.batch_execute("PRAGMA user_version = 1")?),
            Db::Postgres(_) => Ok(()),
        };
        self.keeper().await?.run(probe).await
    }

    /// Keeps a batch of deliveries; all of it is durable when this returns, or none. Says for each whether it is
    /// new: one that is kept already has no second effect, and one that failed or was ignored is looked at again.
    ///
    /// Errors: what the database said; where it took longer than 8 s or went away, it may be kept or not. `Unreachable`
    /// too where the files were taken away: what is kept in those goes with them.
    pub async fn keep(&self, batch: Vec<NewDelivery>) -> Result<Vec<bool>, StoreError> {
        let keeper = self.keeper().await?;
        let DatabaseUrl::Sqlite(path) = &*self.url else {
            return keeper.run(move |db| in_one(db, |db| keep_deliveries(db, &batch))).await;
        };
        let (path, main, files) = (path.clone(), Arc::clone(&self.inbox.main), Arc::clone(&self.files));
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
                let new = in_one(db, |db| put(db, &batch, &known))?;
                match files.lost() {
                    None => Ok(new),
                    Some(lost) => Err(StoreError::Unreachable(lost)),
                }
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
        let (batch, ids) = self.keeper().await?.run(move |db| oldest(db, limit)).await?;
        let count = batch.len();
        if count == 0 {
            return Ok(0);
        }
        self.write(move |db| keep_deliveries(db, &batch)).await?;
        let let_go = move |db: &mut Db| match db {
            Db::Sqlite(c) => {
                for part in ids.chunks(PART) {
                    diesel::delete(inbox::table.filter(inbox::id.eq_any(part))).execute(c)?;
                }
                Ok(())
            }
            Db::Postgres(_) => Ok(()),
        };
        self.keeper().await?.run(let_go).await?;
        Ok(count)
    }

    /// When the oldest delivery was received that waits to be taken over.
    pub async fn inbox_oldest(&self) -> Result<Option<Moment>, StoreError> {
        match &*self.url {
            DatabaseUrl::Postgres(_) => return Ok(None),
            DatabaseUrl::Sqlite(path) if !beside(path).exists() => return Ok(None),
            DatabaseUrl::Sqlite(_) => {}
        }
        let at = self.keeper().await?.run(|db| match db {
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

/// The oldest that were kept, and their numbers. One that cannot be read is put by, and holds up no other.
fn oldest(db: &mut Db, limit: i64) -> Result<(Vec<NewDelivery>, Vec<i64>), StoreError> {
    let Db::Sqlite(c) = db else {
        return Ok((Vec::new(), Vec::new()));
    };
    let query = inbox::table.order(inbox::id).limit(limit);
    let (mut batch, mut ids, mut unreadable, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for row in query.load_iter::<Row, DefaultLoadingMode>(c)? {
        let row = row?;
        let id = row.0;
        bytes += row.8.len();
        if bytes > BYTES && !batch.is_empty() {
            break;
        }
        match delivery(row) {
            Ok(delivery) => {
                ids.push(id);
                batch.push(delivery);
            }
            Err(error) => {
                tracing::error!(id, %error, "a delivery in the inbox cannot be read; it is kept in the table `unreadable` there");
                unreadable.push(id);
            }
        }
    }
    if !unreadable.is_empty() {
        in_one(db, |db| put_by(db, &unreadable))?;
        if batch.is_empty() {
            return oldest(db, limit);
        }
    }
    Ok((batch, ids))
}

fn delivery(row: Row) -> Result<NewDelivery, StoreError> {
    let (_, forge, source, key, event, received_at, confirmed, proven_by, body) = row;
    Ok(NewDelivery {
        forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
        source: Slug::parse(&source).map_err(|e| StoreError::unreadable("source", &e))?,
        key,
        event,
        received_at: Moment::from_millis(received_at),
        confirmed,
        proven_by: read_ids(&proven_by),
        body,
    })
}

/// Moves rows to where nobody takes them over, for people to look at.
fn put_by(db: &mut Db, ids: &[i64]) -> Result<(), StoreError> {
    let Db::Sqlite(c) = db else { return Ok(()) };
    c.batch_execute("CREATE TABLE IF NOT EXISTS unreadable AS SELECT * FROM inbox WHERE 0")?;
    for id in ids {
        c.batch_execute(&format!(
            "INSERT INTO unreadable SELECT * FROM inbox WHERE id = {id}; DELETE FROM inbox WHERE id = {id}"
        ))?;
    }
    Ok(())
}
