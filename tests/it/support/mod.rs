//! A server with a database of its own, and what tests send to it and read from it.

mod browser;
mod database;
mod folder;
mod hooks;
mod people;
mod process;
mod provider;
mod proxy;
mod site;
mod statements;
mod stream;

pub use browser::Browser;
pub use database::Database;
pub use folder::{Fix, Folder, SECRET, ago, ahead, moment};
pub use hooks::{
    Hook, base64, gitcode, gitee_signed, gitee_with_password, github, gitlab, gitlab_signed, hmac, hook, sha256,
};

pub use people::{PASSWORD, ParseSlug, Signed};
pub use process::{Output, Server, bugathlon, bugathlon_with};
pub use provider::{Manner, Provider};
pub use proxy::Proxy;

pub use site::{Answer, Site, of_team};
pub use statements::{count_statements, statements};
pub use stream::{Event, Stream};

use std::{
    future::Future,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Says that a test could not do its work, past what the test runner keeps to itself.
pub fn not_run(why: &str) {
    let _ = writeln!(std::io::stderr(), "not run: {why}");
}

/// The folder of real data, which is not part of the project.
pub fn shared(what: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("BUGATHLON_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    Some(shared.join(what)).filter(|path| path.exists())
}

/// Asks again and again until the answer is there.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
