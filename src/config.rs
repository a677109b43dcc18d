//! Arguments and environment, read once and handed down as values. Contract, section 5.

use crate::store::DatabaseUrl;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{net::SocketAddr, path::PathBuf};

#[derive(Parser, Debug)]
#[command(name = "bugathlon", version, about = "Runs bug-fix sprints between study groups.")]
pub struct Arguments {
    #[command(flatten)]
    pub database: Database,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the database is.
#[derive(Args, Debug, Clone)]
pub struct Database {
    /// sqlite://PATH or postgres://…
    #[arg(
        long,
        env = "DATABASE_URL",
        default_value = "sqlite://data/bugathlon.db",
        global = true,
        hide_env_values = true
    )]
    database_url: String,
}

impl Database {
    /// Errors: what is wrong with the URL, without the URL, which may bear a password.
    pub fn url(&self) -> Result<DatabaseUrl, String> {
        DatabaseUrl::parse(&self.database_url).map_err(|why| format!("--database-url (DATABASE_URL): {why}"))
    }
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Serve pages, JSON, live streams and hooks.
    Serve(Listen),
    /// A competition that runs by itself, with nothing but this binary.
    Demo(Listen),
    /// Load a competition's folder, or the difference to what it was.
    Seed { dir: PathBuf },
    /// Take in pulls, one JSON object a line.
    Import {
        file: PathBuf,
        #[arg(long)]
        competition: String,
    },
    /// Print a leaderboard.
    Standings {
        slug: String,
        #[arg(long)]
        kind: Option<String>,
        /// Only what was merged at or before this time.
        #[arg(long)]
        at: Option<String>,
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Ignore the freeze.
        #[arg(long)]
        live: bool,
    },
    /// Why a pull counts, or does not.
    Explain {
        url: String,
        #[arg(long)]
        competition: String,
    },
    /// Fold everything again from the facts, and say what differed.
    Rebuild { slug: String },
    /// Write all that anyone needs to fold the standings again.
    Export { slug: String, file: PathBuf },
    /// Fold an export again, with no database, and say what differs.
    Verify { file: PathBuf },
    /// Write the whole database into one file, while it is in use.
    Backup { file: PathBuf },
    /// Read a backup into an empty database.
    Restore { file: PathBuf },
    /// Logins, their passwords and roles; the keys that sessions are signed with.
    #[command(subcommand)]
    Account(Account),
    /// Look at the database, the sources and the clock, and say what is wrong.
    Doctor,
}

/// What `account` does. A password comes from standard input, or from a prompt.
#[derive(Subcommand, Debug)]
pub enum Account {
    /// Make a login. It belongs to the person with that slug, where there is one without a login.
    Add {
        login: String,
        #[command(flatten)]
        role: RoleWanted,
    },
    /// Set another password; every session of the login ends.
    Password { login: String },
    /// Give a role, or take it away.
    Role {
        login: String,
        /// admin, judge or organizer.
        role: String,
        #[arg(long)]
        competition: Option<String>,
        #[arg(long)]
        team: Option<String>,
        /// Take the role away.
        #[arg(long)]
        remove: bool,
    },
    /// Sign sessions with a new key. What the old one signed goes on until it is over.
    RotateKeys {
        /// End every session at once.
        #[arg(long)]
        now: bool,
    },
}

/// A role that a new login gets.
#[derive(Args, Debug, Clone)]
pub struct RoleWanted {
    /// admin, judge or organizer.
    #[arg(long)]
    pub role: Option<String>,
    /// Of a judge or an organizer.
    #[arg(long)]
    pub competition: Option<String>,
    /// Of an organizer.
    #[arg(long)]
    pub team: Option<String>,
}

/// Where to listen.
#[derive(Args, Debug, Clone)]
pub struct Listen {
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The address under which people reach it, such as https://sprint.example.org; for links that leave a
    /// page, and to know requests of its own pages.
    #[arg(long, env = "PUBLIC_URL", default_value = "")]
    pub public_url: String,
    /// The ladder of levels. Default: levels.toml in the working directory where there is one, else the
    /// built-in ladder.
    #[arg(long, env = "LEVELS", value_name = "FILE")]
    pub levels: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Table,
    Json,
    Csv,
}
