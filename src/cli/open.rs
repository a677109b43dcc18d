//! Opens the database that a command works with: only an act of making makes one, and only `serve` and `seed`
//! change the tables of one that is there. A wrong folder or a volume that is not mounted is said, not filled.

use super::Failure;
use crate::{
    app::App,
    config::Arguments,
    store::{self, DatabaseUrl, Store, Tables},
};

/// What a command may do to what stands at its path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Make a database where there is none, and bring one to this version's tables.
    Make,
    /// Bring one to this version's tables.
    Migrate,
    /// Make one where there is none; one that is there must have this version's tables.
    Fill,
    /// It must be there, with this version's tables.
    Use,
}

impl Opening {
    fn makes(self) -> bool {
        match self {
            Opening::Make | Opening::Fill => true,
            Opening::Migrate | Opening::Use => false,
        }
    }

    fn migrates(self) -> bool {
        match self {
            Opening::Make | Opening::Migrate => true,
            Opening::Fill | Opening::Use => false,
        }
    }
}

/// Errors: exit code 3 with the path and what to run.
pub async fn open(arguments: &Arguments, opening: Opening) -> Result<App, Failure> {
    let url = arguments.database.url().map_err(Failure::usage)?;
    if let DatabaseUrl::Sqlite(path) = &url
        && !opening.makes()
        && !path.exists()
    {
        // Opening it would make it.
        return Err(none(&url));
    }
    let store = Store::open(&url)?;
    match store.read(store::tables).await? {
        Tables::None if opening.makes() => {
            store::migrate(&store).await?;
        }
        Tables::None => return Err(none(&url)),
        Tables::Pending(_) if opening.migrates() => {
            store::migrate(&store).await?;
        }
        Tables::Pending(names) => {
            return Err(Failure::environment(format!(
                "{}: the database lacks this version's tables ({}); take a backup with the version that wrote it, \
                 then `bugathlon serve` or `bugathlon seed DIR` of this one brings it to them",
                place(&url),
                names.join(", ")
            )));
        }
        Tables::Unknown(names) => {
            return Err(Failure::environment(format!(
                "{}: the database is of a later version: migration {} is unknown to this one; \
                 run that version, or restore a backup that this one wrote",
                place(&url),
                names.join(", ")
            )));
        }
        Tables::Current => {}
    }
    Ok(App::new(store))
}

/// Where it is, as far as may be said: a URL of PostgreSQL may bear a password.
fn place(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        DatabaseUrl::Postgres(_) => "--database-url (DATABASE_URL)".into(),
    }
}

fn none(url: &DatabaseUrl) -> Failure {
    let why = match url {
        DatabaseUrl::Sqlite(_) => "there is no database here: is it the right folder, and is its volume mounted?",
        DatabaseUrl::Postgres(_) => "this database has no tables yet: is it the right one?",
    };
    Failure::environment(format!(
        "{}: {why} --database-url (DATABASE_URL) names another; `bugathlon serve --create` or `bugathlon seed DIR` makes one",
        place(url)
    ))
}
