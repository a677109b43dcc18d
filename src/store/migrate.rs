//! Migrations: one folder a database, the same names in both, both inside the binary.

use super::{Db, Store, StoreError, on};
use diesel::{
    migration::{MigrationSource, MigrationVersion},
    pg::Pg,
    prelude::*,
    sql_query,
    sql_types::{BigInt, Text},
    sqlite::Sqlite,
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

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Ran {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether migrations of this version have not run on the database yet. Writes nothing: diesel's own question
/// would create its table first, which no reader may.
pub fn migrations_pending(db: &mut Db) -> Result<bool, StoreError> {
    const SQLITE_TABLE: &str = "SELECT count(*) AS n FROM sqlite_master WHERE name = '__diesel_schema_migrations'";
    const POSTGRES_TABLE: &str =
        "SELECT count(*) AS n FROM pg_class WHERE oid = to_regclass('__diesel_schema_migrations')";
    const RAN: &str = "SELECT CAST(version AS TEXT) AS version FROM __diesel_schema_migrations";
    let (table, ours) = match db {
        Db::Sqlite(_) => (SQLITE_TABLE, versions::<Sqlite>(&SQLITE)),
        Db::Postgres(_) => (POSTGRES_TABLE, versions::<Pg>(&POSTGRES)),
    };
    let ours = ours.map_err(|e| StoreError::Refused(e.to_string()))?;
    let found: Count = on!(db, c => sql_query(table).get_result(c))?;
    if found.n == 0 {
        return Ok(!ours.is_empty());
    }
    let ran: Vec<Ran> = on!(db, c => sql_query(RAN).load(c))?;
    Ok(!ours.iter().all(|own| ran.iter().any(|ran| ran.version == *own)))
}

fn versions<B: diesel::backend::Backend>(source: &EmbeddedMigrations) -> diesel::migration::Result<Vec<String>> {
    let all = MigrationSource::<B>::migrations(source)?;
    Ok(all.iter().map(|one| one.name().version().to_string()).collect())
}

const MIGRATION_LOCK: &str = "7233441";

fn lock_migrations(c: &mut diesel::PgConnection) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    c.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    Ok(())
}

fn unlock_migrations(c: &mut diesel::PgConnection) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    c.batch_execute(&format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})"))?;
    Ok(())
}
