//! Migrations: one folder a database, the same names in both, both inside the binary.

use super::{Db, Store, StoreError, on};
use diesel::{
    backend::Backend,
    migration::{self, Migration, MigrationSource, MigrationVersion},
    prelude::*,
    sql_types::Text,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings the database to this version's tables. Returns the names of the migrations that ran.
pub async fn migrate(store: &Store) -> Result<Vec<String>, StoreError> {
    store
        .bare(|db| {
            let ran = match db {
                Db::Sqlite(c) => names(c.run_pending_migrations(SQLITE)),
                Db::Postgres(c) => {
                    // Two instances that start at once would both create the tables; the second one waits.
                    lock_migrations(c)?;
                    let ran = names(c.run_pending_migrations(POSTGRES));
                    unlock_migrations(c)?;
                    ran
                }
            };
            ran.map_err(|e| StoreError::Refused(e.to_string()))
        })
        .await
}

fn names<E>(ran: Result<Vec<MigrationVersion<'_>>, E>) -> Result<Vec<String>, E> {
    ran.map(|versions| versions.iter().map(ToString::to_string).collect())
}

/// How a database's tables stand to this version's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tables {
    /// It has none: nobody has made a database of it yet.
    None,
    /// Migrations of this version that have not run on it, by name.
    Pending(Vec<String>),
    /// Migrations that a later version ran on it. What this one wrote into such tables nobody has thought of.
    Unknown(Vec<String>),
    Current,
}

/// Compares the database's migrations with this version's. Writes nothing, unlike diesel's own question, which
/// makes its table where that is missing and so fails in a transaction that only reads.
pub fn tables(db: &mut Db) -> Result<Tables, StoreError> {
    let own = match db {
        Db::Sqlite(_) => versions(MigrationSource::<diesel::sqlite::Sqlite>::migrations(&SQLITE)),
        Db::Postgres(_) => versions(MigrationSource::<diesel::pg::Pg>::migrations(&POSTGRES)),
    };
    let own = own.map_err(|e| StoreError::Refused(e.to_string()))?;
    let ran = migrations_run(db)?;
    if ran.is_empty() {
        return Ok(Tables::None);
    }
    let known = |version: &String| own.iter().any(|(own, _)| own == version);
    let unknown: Vec<String> = ran.iter().filter(|version| !known(version)).cloned().collect();
    if !unknown.is_empty() {
        return Ok(Tables::Unknown(unknown));
    }
    let pending: Vec<String> = own
        .into_iter()
        .filter(|(version, _)| !ran.contains(version))
        .map(|(_, name)| name)
        .collect();
    Ok(if pending.is_empty() {
        Tables::Current
    } else {
        Tables::Pending(pending)
    })
}

/// By version, and by the name of its folder.
fn versions<B: Backend>(
    migrations: migration::Result<Vec<Box<dyn Migration<B>>>>,
) -> migration::Result<Vec<(String, String)>> {
    let migrations = migrations?;
    let names = migrations.iter().map(|one| one.name());
    Ok(names
        .map(|name| (name.version().to_string(), name.to_string()))
        .collect())
}

/// The migrations that have run on the database, oldest first: what its tables look like.
pub fn migrations_run(db: &mut Db) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Ran {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let known = match db {
        Db::Sqlite(_) => "SELECT name AS version FROM sqlite_master WHERE name = '__diesel_schema_migrations'",
        Db::Postgres(_) => {
            "SELECT tablename::text AS version FROM pg_tables \
             WHERE tablename = '__diesel_schema_migrations' AND schemaname = ANY (current_schemas(false))"
        }
    };
    let known: Vec<Ran> = on!(db, c => diesel::sql_query(known).load(c))?;
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let query = diesel::sql_query("SELECT version FROM __diesel_schema_migrations");
    let rows: Vec<Ran> = on!(db, c => query.load(c))?;
    let mut ran: Vec<String> = rows.into_iter().map(|row| row.version).collect();
    ran.sort();
    Ok(ran)
}

const MIGRATION_LOCK: &str = "7233441";

fn lock_migrations(c: &mut diesel::PgConnection) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    // Whoever is at it may take long.
    c.batch_execute(&format!(
        "SET lock_timeout = 0; SELECT pg_advisory_lock({MIGRATION_LOCK}); SET lock_timeout = '30s'"
    ))?;
    Ok(())
}

fn unlock_migrations(c: &mut diesel::PgConnection) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    c.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    Ok(())
}
