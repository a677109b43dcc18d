//! What the database says of itself, for `doctor`.

use super::{
    Db, StoreError,
    deliveries::waits_since,
    on,
    schema::{deliveries, ledger, probes},
};
use crate::domain::time::Moment;
use diesel::{prelude::*, sql_types::Text};

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

/// The version of the database that answers, such as `3.50.4` or `15.14`.
pub fn server_version(db: &mut Db) -> Result<String, StoreError> {
    let query = match db {
        Db::Sqlite(_) => "SELECT sqlite_version() AS said",
        Db::Postgres(_) => "SELECT current_setting('server_version') AS said",
    };
    one(db, query)
}

fn one(db: &mut Db, query: &str) -> Result<String, StoreError> {
    let rows: Vec<Said> = on!(db, c => diesel::sql_query(query).load(c))?;
    Ok(rows.into_iter().next().map(|row| row.said).unwrap_or_default())
}

fn several(db: &mut Db, query: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Said> = on!(db, c => diesel::sql_query(query).load(c))?;
    Ok(rows.into_iter().map(|row| row.said).collect())
}

/// What SQLite's own check of the file finds wrong, and rows that refer to nothing. Empty on PostgreSQL,
/// which checks as it writes.
pub fn integrity_faults(db: &mut Db) -> Result<Vec<String>, StoreError> {
    if let Db::Postgres(_) = db {
        return Ok(Vec::new());
    }
    let mut faults = several(
        db,
        "SELECT integrity_check AS said FROM pragma_integrity_check LIMIT 20",
    )?;
    faults.retain(|said| said != "ok");
    faults.extend(several(
        db,
        "SELECT 'row ' || COALESCE(rowid, '?') || ' of ' || \"table\" || ' refers to nothing in ' || parent AS said \
         FROM pragma_foreign_key_check LIMIT 20",
    )?);
    Ok(faults)
}

/// Settings under which what was acknowledged could be lost: the setting, and what it should be.
pub fn unsafe_settings(db: &mut Db) -> Result<Vec<(String, &'static str)>, StoreError> {
    let wanted: &[(&str, &str, &str)] = match db {
        Db::Sqlite(_) => &[(
            "journal_mode",
            "SELECT journal_mode AS said FROM pragma_journal_mode",
            "wal",
        )],
        Db::Postgres(_) => &[
            ("fsync", "SELECT current_setting('fsync') AS said", "on"),
            (
                "full_page_writes",
                "SELECT current_setting('full_page_writes') AS said",
                "on",
            ),
            (
                "synchronous_commit",
                "SELECT current_setting('synchronous_commit') AS said",
                "on",
            ),
        ],
    };
    let mut unsafe_settings = Vec::new();
    for (name, query, good) in wanted {
        let said = one(db, query)?;
        // `remote_apply` and `remote_write` wait for more than `on` does; `local` and `off` for less.
        if said != *good && !said.starts_with("remote") {
            unsafe_settings.push((format!("{name} = {said}"), *good));
        }
    }
    Ok(unsafe_settings)
}

/// The newest time that this program wrote into the database.
pub fn newest_time(db: &mut Db) -> Result<Option<Moment>, StoreError> {
    let received = deliveries::table
        .order(deliveries::id.desc())
        .select(deliveries::received_at);
    let received: Option<i64> = on!(db, c => received.first(c).optional())?;
    let recorded = ledger::table.select(diesel::dsl::max(ledger::recorded_at));
    let recorded: Option<i64> = on!(db, c => recorded.first(c))?;
    Ok(received.max(recorded).map(Moment::from_millis))
}

/// Shows that this instance can write: its row, a moment newer.
pub fn probe(db: &mut Db, instance: &str, now: Moment) -> Result<(), StoreError> {
    let row = (probes::instance.eq(instance), probes::at.eq(now.millis()));
    on!(db, c => diesel::insert_into(probes::table)
        .values(row)
        .on_conflict(probes::instance)
        .do_update()
        .set(probes::at.eq(now.millis()))
        .execute(c))?;
    Ok(())
}

/// Takes away the rows of instances that have not been heard of since `before`.
pub fn forget_probes(db: &mut Db, before: Moment) -> Result<(), StoreError> {
    let old = probes::table.filter(probes::at.lt(before.millis()));
    on!(db, c => diesel::delete(old).execute(c))?;
    Ok(())
}

/// How many deliveries have waited since before `before`.
pub fn queued_since(db: &mut Db, before: Moment) -> Result<i64, StoreError> {
    let query = deliveries::table
        .filter(deliveries::state.eq("queued"))
        .filter(waits_since().lt(before.millis()));
    Ok(on!(db, c => query.count().get_result(c))?)
}
