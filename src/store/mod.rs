//! Floor 2: SQL and nothing else. A file a table family; what comes out are the domain's types.

mod answers;
mod audit;
mod backup;
mod competitions;
mod connection;
mod console;
mod counters;
mod database_url;
mod decisions;
mod deliveries;
mod fault;
mod files;
mod guard;
mod handshakes;
mod health;
mod inbox;
mod joining;
mod ledger;
mod lines;
mod logins;
mod migrate;
mod own;
mod people;
mod pulls;
mod reach;
mod refusals;
mod registrations;
mod repositories;
mod results;
mod schema;
mod source_secrets;
mod submissions;
mod team_work;
mod unfinished;

pub use answers::*;
pub use audit::*;
pub use backup::{EachRow, TABLES, Table, clear_prefilled, filled_tables, reset_identities};
pub use competitions::*;
pub use connection::{Db, Store};
pub use console::*;
pub use counters::*;
pub use database_url::{BadDatabaseUrl, DatabaseUrl};
pub use decisions::*;
pub use deliveries::*;
pub use fault::StoreError;
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
pub use refusals::*;
pub use registrations::*;
pub use repositories::{
    Bearer, Repository, RepositoryId, SharedName, bearers, names_by_id, repositories_at, shared_names,
};
pub use results::*;
pub use source_secrets::*;
pub use submissions::*;
pub use team_work::*;
pub use unfinished::{Unfinished, Work, begin_work, end_work, hold_work};

use connection::on;

/// Lists longer than this are asked for in parts: SQLite takes at most 32,766 values in a statement.
const PART: usize = 1_000;
