//! A database for one test: a file in a folder that goes with it, or a database of a server.

use bugathlon::store::DatabaseUrl;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_query,
    sql_types::Text,
};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

pub struct Database {
    pub url: String,
    place: Place,
}

enum Place {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, name: String },
}

static NEXT: AtomicU32 = AtomicU32::new(0);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

impl Database {
    pub fn new() -> Self {
        let Some(server) = Self::server() else {
            let folder = tempfile::tempdir().unwrap();
            return Self {
                url: format!("sqlite://{}", folder.path().join("test.db").display()),
                place: Place::Sqlite(folder),
            };
        };
        let name = format!("t_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let mut admin = PgConnection::establish(&server).expect("the server of BUGATHLON_TEST_DATABASE");
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&format!("/{name}"));
        Self {
            url: url.into(),
            place: Place::Postgres { server, name },
        }
    }

    /// The server that tests are to use; None: SQLite.
    pub fn server() -> Option<String> {
        std::env::var("BUGATHLON_TEST_DATABASE")
            .ok()
            .filter(|url| !url.is_empty())
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    pub fn parsed(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.url).unwrap()
    }

    /// Every file of the database, where it has files.
    pub fn files(&self) -> Vec<PathBuf> {
        let Place::Sqlite(folder) = &self.place else {
            return Vec::new();
        };
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// What a query of one text column named `text` gives, on either database.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        let lines: Vec<Line> = match &self.place {
            Place::Sqlite(_) => {
                let mut db = SqliteConnection::establish(self.url.trim_start_matches("sqlite://")).unwrap();
                db.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                sql_query(sql).load(&mut db).unwrap()
            }
            Place::Postgres { .. } => {
                let mut db = PgConnection::establish(&self.url).unwrap();
                sql_query(sql).load(&mut db).unwrap()
            }
        };
        lines.into_iter().map(|line| line.text).collect()
    }

    /// Runs a statement as somebody would who has the database's password. Errors: what the database says.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        let ran = match &self.place {
            Place::Sqlite(_) => {
                let mut db = SqliteConnection::establish(self.url.trim_start_matches("sqlite://")).unwrap();
                db.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
                db.batch_execute(sql)
            }
            Place::Postgres { .. } => PgConnection::establish(&self.url).unwrap().batch_execute(sql),
        };
        ran.map_err(|why| why.to_string())
    }

    /// Runs a statement on the file in which SQLite's hooks are kept.
    pub fn run_in_the_inbox(&self, sql: &str) {
        let path = format!("{}-inbox", self.url.trim_start_matches("sqlite://"));
        let mut db = SqliteConnection::establish(&path).unwrap();
        db.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        db.batch_execute(sql).unwrap();
    }

    /// How many deliveries are kept and wait to be taken over into their table.
    pub fn in_the_inbox(&self) -> i64 {
        let Place::Sqlite(_) = &self.place else { return 0 };
        let path = format!("{}-inbox", self.url.trim_start_matches("sqlite://"));
        if !std::path::Path::new(&path).exists() {
            return 0;
        }
        let mut db = SqliteConnection::establish(&path).unwrap();
        db.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        let count = "SELECT CAST(count(*) AS TEXT) AS text FROM inbox";
        let lines: Vec<Line> = sql_query(count).load(&mut db).unwrap();
        lines[0].text.parse().unwrap()
    }

    pub fn count(&self, of: &str) -> i64 {
        let texts = self.texts(&format!("SELECT CAST(count(*) AS TEXT) AS text FROM {of}"));
        texts[0].parse().unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Postgres { server, name } = &self.place
            && let Ok(mut admin) = PgConnection::establish(server)
        {
            // A test that failed leaves its server running, which holds connections.
            let _ = admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}
