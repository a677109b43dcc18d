//! Arguments and environment, read once and handed down as values. Contract, section 5.

use crate::{domain::forge::Forge, forge::oauth::Provider, store::DatabaseUrl, web::Proxies};
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
    Serve(Box<Serve>),
    /// A competition that runs by itself, with nothing but this binary.
    Demo(Listen),
    /// Load a competition's folder, or the difference to what it was.
    Seed { dir: PathBuf },
    /// Take in pulls, one JSON object a line; or, with --from, what a forge's API lists.
    Import {
        file: PathBuf,
        /// A competition that must be there.
        #[arg(long)]
        competition: Option<String>,
        /// github, gitee, gitlab or gitcode: what its API lists, a JSON array, several, or one object a line. gh: what
        /// `gh pr list --json …` prints.
        #[arg(long)]
        from: Option<String>,
        /// The repository of pulls that do not tell theirs, such as owner/name.
        #[arg(long, requires = "from")]
        repository: Option<String>,
        /// The machine that the forge runs on, where it is a company's own.
        #[arg(long, requires = "from")]
        host: Option<String>,
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
    /// Look again at deliveries that failed.
    Retry {
        /// FORGE/NAME; without it, of every source.
        #[arg(long)]
        source: Option<String>,
    },
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

/// How to serve people.
#[derive(Args, Debug, Clone)]
pub struct Serve {
    #[command(flatten)]
    pub listen: Listen,
    /// Make a database where there is none.
    #[arg(long)]
    pub create: bool,
    /// Proxies that are believed about who asks (X-Forwarded-For): addresses and networks with commas
    /// between, such as 127.0.0.1,10.0.0.0/8.
    #[arg(long, env = "TRUSTED_PROXIES", default_value = "", hide_default_value = true)]
    pub trusted_proxies: Proxies,
    /// Live streams at most, half of them from one address. Default: what the limit of open files leaves beside
    /// 512 for everything else.
    #[arg(long, env = "STREAMS", value_name = "COUNT")]
    pub streams: Option<usize>,
    #[command(flatten)]
    github: GitHub,
    #[command(flatten)]
    gitee: Gitee,
    #[command(flatten)]
    gitlab: GitLab,
    #[command(flatten)]
    gitcode: GitCode,
}

/// The arguments of signing in with a forge. A secret comes from the environment alone: arguments are for
/// everybody on the machine to see.
macro_rules! sign_in {
    ($name:ident, $lower:literal, $upper:literal) => {
        #[derive(Args, Clone)]
        struct $name {
            #[doc = concat!("To sign in with ", stringify!($name), ": the id of the application that was registered there")]
            #[arg(id = concat!($lower, "-client-id"), long, env = concat!($upper, "_CLIENT_ID"), value_name = "ID")]
            client_id: Option<String>,
            #[arg(id = concat!($lower, "-client-secret"), long, hide = true, env = concat!($upper, "_CLIENT_SECRET"), hide_env_values = true)]
            client_secret: Option<String>,
            #[doc = concat!("Where ", stringify!($name), " is, if a community runs its own")]
            #[arg(id = concat!($lower, "-url"), long, env = concat!($upper, "_URL"), value_name = "URL")]
            url: Option<String>,
            /// Its API
            #[arg(id = concat!($lower, "-api-url"), long, env = concat!($upper, "_API_URL"), value_name = "URL")]
            api_url: Option<String>,
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($lower)
            }
        }

        impl $name {
            fn provider(&self) -> Result<Option<Provider>, String> {
                let given = |text: &'_ Option<String>| text.clone().filter(|text| !text.trim().is_empty());
                let (id, secret) = (given(&self.client_id), given(&self.client_secret));
                let (id, secret) = match (id, secret) {
                    (None, None) => return Ok(None),
                    (Some(id), Some(secret)) => (id, secret),
                    (Some(_), None) => return Err(concat!($upper, "_CLIENT_SECRET is missing: set it beside ", $upper, "_CLIENT_ID").into()),
                    (None, Some(_)) => return Err(concat!($upper, "_CLIENT_ID is missing: set it beside ", $upper, "_CLIENT_SECRET").into()),
                };
                let (web, api) = (given(&self.url), given(&self.api_url));
                Provider::new(Forge::$name, &id, &secret, web.as_deref(), api.as_deref())
                    .map(Some)
                    .map_err(|why| format!(concat!($upper, "_URL, ", $upper, "_API_URL: {}"), why))
            }
        }
    };
}
sign_in!(GitHub, "github", "GITHUB");
sign_in!(Gitee, "gitee", "GITEE");
sign_in!(GitLab, "gitlab", "GITLAB");
sign_in!(GitCode, "gitcode", "GITCODE");

impl Serve {
    /// The forges that people sign in with. Errors: which variable is missing or wrong.
    pub fn providers(&self) -> Result<Vec<Provider>, String> {
        let all = [
            self.github.provider()?,
            self.gitee.provider()?,
            self.gitlab.provider()?,
            self.gitcode.provider()?,
        ];
        Ok(all.into_iter().flatten().collect())
    }
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Table,
    Json,
    Csv,
}
