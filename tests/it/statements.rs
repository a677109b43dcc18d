//! How often a database that is a network away is asked. SQLite is in the process, and is asked as often as it likes.

use crate::support::Database;
use bugathlon::{
    app::{self, App, Dirty},
    domain::{ledger::Cause, text::Slug, time::Moment},
    store::{self, Db, Store, StoreError},
};
use diesel::connection::{Connection, InstrumentationEvent};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// One by one, 200 pulls would be more than a thousand.
const MOST: usize = 30;

#[actix_web::test]
async fn two_hundred_pulls_are_evaluated_in_some_thirty_statements() {
    let database = Database::new();
    if !database.is_postgres() {
        return;
    }
    let now = Moment::parse("2026-12-13T00:00:00+08:00").unwrap();
    let store = Store::open(&store::DatabaseUrl::parse(&database.url).unwrap()).unwrap();
    store::migrate(&store).await.unwrap();
    let app = App::new(store);
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/spring-sprint");
    app::seed(&app, &seeds, now, |_| ()).await.unwrap();
    let definitions = app.definitions();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let changes = app
        .store
        .write(move |db| {
            let mut competition = definitions
                .of(db, &Slug::parse("spring-sprint").unwrap())
                .map_err(|why| StoreError::Refused(why.to_string()))?;
            // The seed is a final one.
            competition.stored.seal = Default::default();
            let rows = store::submissions_of(db, competition.id())?;
            let pulls: Vec<_> = rows.iter().take(200).map(|row| row.pull).collect();
            // Everybody's bonus goes to nobody: every row, its links and its entry are written anew.
            let Db::Postgres(connection) = db else { unreachable!() };
            diesel::RunQueryDsl::execute(
                diesel::sql_query("UPDATE submissions SET points = points + 1, worth = worth + 1, status = 'waiting'"),
                connection,
            )?;
            diesel::RunQueryDsl::execute(diesel::sql_query("UPDATE links SET key = key + 4"), connection)?;
            connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let dirty = Dirty::Pulls(pulls.into_iter().collect());
            let done = app::evaluate(db, &competition, &dirty, now, Cause::Hook);
            if let Db::Postgres(connection) = db {
                connection.set_instrumentation(|_: InstrumentationEvent<'_>| ());
            }
            done.map_err(|why| StoreError::Refused(why.to_string()))
        })
        .await
        .unwrap();
    assert!(changes.submissions >= 200, "{changes:?}");
    let count = count.load(Ordering::Relaxed);
    assert!((5..=MOST).contains(&count), "{count} statements");
}
