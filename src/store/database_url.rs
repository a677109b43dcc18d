//! What names a database.

use std::path::PathBuf;

/// Where the database is. `sqlite://PATH` or `postgres://…`; nothing else, since diesel would take any
/// other text for the path of a new SQLite file.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDatabaseUrl {
    #[error("a database URL is sqlite://PATH or postgres://USER@HOST/NAME")]
    Scheme,
    #[error("sqlite:// lacks the path of the database file, such as sqlite://data/bugathlon.db")]
    NoPath,
    #[error(
        "this build speaks to PostgreSQL without TLS, so its host must be this machine (127.0.0.1, ::1, localhost or a socket folder)"
    )]
    NeedsTls,
}

impl DatabaseUrl {
    /// Errors: [`BadDatabaseUrl`], which never holds the text, since it may bear a password.
    pub fn parse(text: &str) -> Result<Self, BadDatabaseUrl> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path {
                "" | ":memory:" => Err(BadDatabaseUrl::NoPath),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(BadDatabaseUrl::Scheme);
        }
        let url = url::Url::parse(text).map_err(|_| BadDatabaseUrl::Scheme)?;
        let named = url.query_pairs().find(|(key, _)| key == "host" || key == "hostaddr");
        let host = match &named {
            Some((_, host)) => host.as_ref(),
            None => url.host_str().unwrap_or(""),
        };
        let decoded = host.replace("%2F", "/").replace("%2f", "/");
        let here = decoded.is_empty()
            || decoded.starts_with('/')
            || matches!(decoded.as_str(), "localhost" | "::1" | "[::1]")
            || decoded.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
        if here {
            Ok(Self::Postgres(text.to_owned()))
        } else {
            Err(BadDatabaseUrl::NeedsTls)
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            DatabaseUrl::Sqlite(_) => "SQLite",
            DatabaseUrl::Postgres(_) => "PostgreSQL",
        }
    }
}

/// Never the URL itself, which may bear a password.
impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            DatabaseUrl::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_scheme_chooses_the_database() {
        let sqlite = |path: &str| Ok(DatabaseUrl::Sqlite(path.into()));
        let postgres = |url: &str| Ok(DatabaseUrl::Postgres(url.to_owned()));
        for (text, expected) in [
            ("sqlite://data/bugathlon.db", sqlite("data/bugathlon.db")),
            ("sqlite:///var/b.db", sqlite("/var/b.db")),
            ("sqlite://", Err(BadDatabaseUrl::NoPath)),
            ("data/bugathlon.db", Err(BadDatabaseUrl::Scheme)),
            ("postgre://localhost/b", Err(BadDatabaseUrl::Scheme)),
            ("postgres://me@127.0.0.1/b", postgres("postgres://me@127.0.0.1/b")),
            ("postgres://me@%2Ftmp%2Fpg/b", postgres("postgres://me@%2Ftmp%2Fpg/b")),
            ("postgres:///b?host=/tmp/pg", postgres("postgres:///b?host=/tmp/pg")),
            ("postgres://me@db.example.com/b", Err(BadDatabaseUrl::NeedsTls)),
            ("postgres:///b?host=db.example.com", Err(BadDatabaseUrl::NeedsTls)),
        ] {
            assert_eq!(DatabaseUrl::parse(text), expected, "{text}");
        }
    }
}
