//! `bugathlon serve`.

use super::Failure;
use crate::{
    app::{App, Sources},
    config::Serve,
    domain::level::Ladder,
    folder::{self, FolderError},
    web::{self, Settings, StartError},
};
use std::{path::Path, sync::Arc};
use tokio::signal::unix::{SignalKind, signal};

/// The environment as sources ask it.
pub fn sources() -> Sources {
    Sources::new(Arc::new(|variable| std::env::var(variable).ok()))
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::App(error) => error.into(),
            StartError::Listen(..) | StartError::Client => Self::environment(error.to_string()),
        }
    }
}

pub async fn run(app: App, wanted: &Serve) -> Result<(), Failure> {
    super::log();
    let providers = wanted.providers().map_err(Failure::usage)?;
    let sources = sources();
    // One competition's fault is no reason to keep the others from people; it is said where nobody misses it.
    for said in sources.refresh(&app).await?.said() {
        eprintln!("{said}");
        tracing::error!("{said}");
    }
    let settings = Settings {
        origin: wanted.listen.public_url.trim_end_matches('/').to_owned(),
        providers,
        proxies: wanted.trusted_proxies.clone(),
        streams: wanted.streams,
        ladder: ladder(wanted.listen.levels.as_deref())?,
        ..Settings::at(wanted.listen.listen)
    };
    let database = app.store.url().kind();
    let running = web::start(app, sources, settings).await?;
    tracing::info!(address = %running.address, database, "serving");
    println!("http://{}/", running.address);
    until_told().await?;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// The instance's ladder: of the file that is named, else of levels.toml in the working directory where there is
/// one, else the built-in one.
///
/// Errors: exit code 1 with every problem of the file; 3 where it cannot be read.
pub fn ladder(named: Option<&Path>) -> Result<Ladder, Failure> {
    let here = Path::new("levels.toml");
    let Some(path) = named.or_else(|| here.exists().then_some(here)) else {
        return Ok(Ladder::default());
    };
    folder::levels::open(path).map_err(|error| match error {
        FolderError::Refused(refused) => Failure::refused(refused.to_string()),
        FolderError::Unreadable { .. } => Failure::environment(format!(
            "--levels (LEVELS): {error}; name a levels.toml that can be read"
        )),
    })
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn until_told() -> Result<(), Failure> {
    let no_signals = |why: std::io::Error| Failure::environment(format!("signals: {why}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
