//! Floor 2: SQL and nothing else. A file a table family; what comes out are the domain's types.

mod answers;
mod audit;
mod backup;
mod competitions;
mod connection;
mod console;
mod counters;
mod decisions;
mod deliveries;
mod files;
mod guard;
mod handshakes;
mod health;
mod joining;
mod ledger;
mod logins;
mod migrate;
mod own;
mod people;
mod pulls;
mod registrations;
mod repositories;
mod results;
mod schema;
mod source_secrets;
mod submissions;
mod team_work;

pub use answers::*;
pub use audit::*;
pub use backup::{EachRow, TABLES, Table, clear_prefilled, filled_tables, reset_identities};
pub use competitions::*;
pub use connection::{BadDatabaseUrl, DatabaseUrl, Db, Store};
pub use console::*;
pub use counters::*;
pub use decisions::*;
pub use deliveries::*;
pub use guard::{Panicked, guarded, guarded_round};
pub use handshakes::*;
pub use health::*;
pub use joining::*;
pub use ledger::*;
pub use logins::*;
pub use migrate::*;
pub use own::*;
pub use people::*;
pub use pulls::*;
pub use registrations::*;
pub use repositories::{Bearer, Repository, RepositoryId, bearers, names_by_id, repositories_at};
pub use results::*;
pub use source_secrets::*;
pub use submissions::*;
pub use team_work::*;

use connection::on;

/// What can go wrong between this program and its database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not there, not reachable, or no connection free within 5 s.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Somebody else holds the lock, or the transaction collided with another: trying again can succeed.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No room, or not writable.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    #[error("already there: {0}")]
    Duplicate(String),
    #[error("the database refused: {0}")]
    Refused(String),
    /// A row that this program did not write like that.
    #[error("the database holds what this version cannot read: {0}")]
    Unreadable(String),
    #[error("the database is closed")]
    Closed,
    /// Nothing of it was written.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

impl StoreError {
    fn unreachable(error: &dyn std::fmt::Display) -> Self {
        Self::Unreachable(error.to_string())
    }

    fn unreadable(what: &str, value: &dyn std::fmt::Display) -> Self {
        Self::Unreadable(format!("{what} `{value}`"))
    }
}

impl From<diesel::result::Error> for StoreError {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        let text = error.to_string();
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate(text),
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Busy(text),
            Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _) | Error::BrokenTransactionManager => {
                Self::Unreachable(text)
            }
            Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => Self::ReadOnly(text),
            Error::DatabaseError(..) => Self::by_words(text),
            _ => Self::Refused(text),
        }
    }
}

impl StoreError {
    /// SQLite's full disk, lock and lost file have no kind of their own in diesel, only words.
    fn by_words(text: String) -> Self {
        let has = |words: &str| text.contains(words);
        if has("database is locked") || has("deadlock detected") {
            Self::Busy(text)
        } else if has("readonly") || has("is full") || has("disk I/O error") || has("No space left") {
            Self::ReadOnly(text)
        } else if has("server closed the connection") || has("terminating connection") || has("no connection to") {
            Self::Unreachable(text)
        } else {
            Self::Refused(text)
        }
    }
}

/// Lists longer than this are asked for in parts: SQLite takes at most 32,766 values in a statement.
const PART: usize = 1_000;
