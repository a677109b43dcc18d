//! What a fault of the database is. Every error of it is named here, once: what may pass another time, what the
//! database refuses for good, and what this version cannot read.
//!
//! diesel tells no SQLSTATE and no result code of SQLite, only some kinds and the words. A database can speak another
//! language than English, so the words only say what a fault is beyond doubt: what nobody knows is `Later`.

use diesel::result::{DatabaseErrorKind, Error};

/// What can go wrong between this program and its database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Not there, not reachable, hanging, or no connection free within 5 s.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Somebody else holds the lock, or the transaction collided with another: trying again can succeed.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No room, or not writable.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// Any other fault of the database, and not of what it was asked: a timeout, a cancelled statement, a page that
    /// cannot be read, no memory, a statement that a pooler forgot.
    #[error("the database could not do it now: {0}")]
    Later(String),
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
    Panicked(#[from] super::Panicked),
}

impl StoreError {
    pub(super) fn unreachable(error: &dyn std::fmt::Display) -> Self {
        Self::Unreachable(error.to_string())
    }

    pub(super) fn unreadable(what: &str, value: &dyn std::fmt::Display) -> Self {
        Self::Unreadable(format!("{what} `{value}`"))
    }

    /// Whether nothing at all can be done or written now, whatever is asked.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::ReadOnly(_) | Self::Closed => true,
            Self::Busy(_) | Self::Later(_) | Self::Duplicate(_) => false,
            Self::Refused(_) | Self::Unreadable(_) | Self::Panicked(_) => false,
        }
    }

    /// Whether the same can succeed at another time, with nothing changed about it.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Later(_) => true,
            Self::Unreachable(_) | Self::ReadOnly(_) | Self::Closed => true,
            Self::Duplicate(_) | Self::Refused(_) | Self::Unreadable(_) | Self::Panicked(_) => false,
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::DatabaseError(kind, _) => Self::of_kind(&kind, text),
            Error::BrokenTransactionManager => Self::Unreachable(text),
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            _ => Self::Refused(text),
        }
    }
}

impl StoreError {
    fn of_kind(kind: &DatabaseErrorKind, text: String) -> Self {
        match kind {
            DatabaseErrorKind::UniqueViolation => Self::Duplicate(text),
            DatabaseErrorKind::SerializationFailure => Self::Busy(text),
            DatabaseErrorKind::ClosedConnection => Self::Unreachable(text),
            DatabaseErrorKind::ReadOnlyTransaction => Self::ReadOnly(text),
            DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::RestrictViolation
            | DatabaseErrorKind::ExclusionViolation => Self::Refused(text),
            // The kind is open: what diesel will name later is told by its words too.
            _ => Self::by_words(text),
        }
    }

    fn by_words(text: String) -> Self {
        let has = |words: &[&str]| words.iter().any(|words| text.contains(words));
        if has(BUSY) {
            Self::Busy(text)
        } else if has(READ_ONLY) {
            Self::ReadOnly(text)
        } else if has(UNREACHABLE) {
            Self::Unreachable(text)
        } else if has(REFUSED) || (text.ends_with("does not exist") && !is_forgotten(&text)) {
            Self::Refused(text)
        } else {
            Self::Later(text)
        }
    }
}

/// Whether a statement that this connection prepared is not there any more, or one of its name is there already: a
/// pooler gave it another session. Such a connection is of no use again.
pub(super) fn is_forgotten(text: &str) -> bool {
    text.starts_with("prepared statement ") || text.starts_with("cached plan must not change")
}

/// SQLite's BUSY and LOCKED; 40P01, 55P03.
const BUSY: &[&str] = &[
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "deadlock detected",
    "lock timeout",
    "could not obtain lock",
    "could not serialize",
];
/// SQLite's FULL and READONLY; 25006, 53100.
const READ_ONLY: &[&str] = &[
    "readonly",
    "read-only transaction",
    "disk is full",
    "No space left",
    "Disk quota exceeded",
];
/// SQLite's CANTOPEN; 08, 57P01 to 57P03.
const UNREACHABLE: &[&str] = &[
    "unable to open database file",
    "server closed the connection",
    "terminating connection",
    "no connection to",
    "the database system is",
    "could not receive data from server",
    "could not send data to server",
    "connection not open",
    "SSL connection has been closed",
];
/// SQLite's ERROR, TOOBIG, MISMATCH and CONSTRAINT; 22 and 42 as far as this program's statements can come to them.
const REFUSED: &[&str] = &[
    "no such table",
    "no such column",
    "has no column named",
    "syntax error",
    "string or blob too big",
    "datatype mismatch",
    "SQL logic error",
    "integer overflow",
    "constraint failed",
    "invalid byte sequence",
    "invalid input syntax",
    "unsupported Unicode escape sequence",
    "out of range",
    "value too long",
    "permission denied for",
    "violates ",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: DatabaseErrorKind, text: &str) -> StoreError {
        StoreError::from(Error::DatabaseError(kind, Box::new(text.to_owned())))
    }

    #[test]
    fn a_fault_of_the_database_is_never_one_of_what_it_was_asked() {
        for text in [
            // SQLite: CORRUPT, NOTADB, NOMEM, IOERR, INTERRUPT, PROTOCOL.
            "database disk image is malformed",
            "file is not a database",
            "out of memory",
            "disk I/O error",
            "interrupted",
            "locking protocol",
            // PostgreSQL: 26000, 42P05, 53200, 57014, 58030, 58P01, XX000, XX001, and any language.
            "prepared statement \"__diesel_stmt_3\" does not exist",
            "prepared statement \"__diesel_stmt_3\" already exists",
            "out of shared memory",
            "canceling statement due to statement timeout",
            "canceling statement due to user request",
            "could not read block 3 in file \"base/5/16384\": read only 0 of 8192 bytes",
            "could not open file \"base/5/16384\": No such file or directory",
            "cache lookup failed for relation 16384",
            "invalid page in block 3 of relation base/5/16384",
            "由于用户请求而正在取消查询",
        ] {
            assert_eq!(said(DatabaseErrorKind::Unknown, text), StoreError::Later(text.into()));
        }
        for (text, expected) in [
            ("database is locked", StoreError::Busy as fn(String) -> StoreError),
            ("canceling statement due to lock timeout", StoreError::Busy),
            ("deadlock detected", StoreError::Busy),
            ("attempt to write a readonly database", StoreError::ReadOnly),
            ("database or disk is full", StoreError::ReadOnly),
            (
                "could not extend file \"base/5/1\": No space left on device",
                StoreError::ReadOnly,
            ),
            ("unable to open database file", StoreError::Unreachable),
            (
                "terminating connection due to administrator command",
                StoreError::Unreachable,
            ),
            ("relation \"pulls\" does not exist", StoreError::Refused),
            ("no such table: pulls", StoreError::Refused),
            ("invalid byte sequence for encoding \"UTF8\": 0x00", StoreError::Refused),
        ] {
            assert_eq!(said(DatabaseErrorKind::Unknown, text), expected(text.into()));
            let again = expected(String::new());
            assert_eq!(again.may_pass(), !matches!(again, StoreError::Refused(_)), "{text}");
        }
        assert!(!said(DatabaseErrorKind::CheckViolation, "").may_pass());
    }
}
