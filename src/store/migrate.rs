//! Migrations: one folder a database, the same names in both, both inside the binary.

use super::{Db, Store, StoreError};
use diesel::migration::MigrationVersion;
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

/// Whether migrations of this version have not run on the database yet.
pub fn migrations_pending(db: &mut Db) -> Result<bool, StoreError> {
    let pending = match db {
        Db::Sqlite(c) => c.has_pending_migration(SQLITE),
        Db::Postgres(c) => c.has_pending_migration(POSTGRES),
    };
    pending.map_err(|e| StoreError::Refused(e.to_string()))
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
