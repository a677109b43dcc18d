//! Floor 6: commands, one a file; the only reader of arguments and of the environment.

mod account;
mod backup;
mod demo;
mod doctor;
mod explain;
mod export;
mod import;
mod open;
mod progress;
mod rebuild;
mod restore;
mod retry;
mod seed;
mod serve;
mod standings;
mod verify;

use crate::{
    app::AppError,
    config::{Arguments, Command},
    store::StoreError,
};
use open::{Opening, open};

/// Why a command ended without what was asked, and with which exit code. Contract, section 5.
#[derive(Debug)]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

impl Failure {
    /// Input was refused.
    pub fn refused(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            message: message.into(),
        }
    }

    /// The command was used wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: message.into(),
        }
    }

    /// The environment failed: a database, a file, a port.
    pub fn environment(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            message: message.into(),
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let message = error.to_string();
        match error {
            AppError::Refused(_) | AppError::NoCompetition(_) | AppError::Objection(_) => Self::refused(message),
            AppError::Store(_) | AppError::File { .. } | AppError::Definition { .. } | AppError::Broken(_) => {
                Self::environment(message)
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::environment(error.to_string())
    }
}

/// Runs one command to its end.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Account(account) => account::run(&open(&arguments, Opening::Use).await?, account).await,
        Command::Serve(listen) => {
            let opening = if listen.create { Opening::Make } else { Opening::Migrate };
            serve::run(open(&arguments, opening).await?, listen).await
        }
        Command::Demo(listen) => demo::run(listen).await,
        Command::Seed { dir } => seed::run(&open(&arguments, Opening::Make).await?, dir).await,
        Command::Explain { url, competition } => {
            explain::run(&open(&arguments, Opening::Use).await?, url, competition).await
        }
        Command::Import {
            file,
            competition,
            from,
            repository,
            host,
        } => {
            let listing = import::Listing::parse(from.as_deref(), repository.as_deref(), host.as_deref())?;
            let app = open(&arguments, Opening::Use).await?;
            import::run(&app, file, competition.as_deref(), listing).await
        }
        Command::Standings {
            slug,
            kind,
            at,
            format,
            live,
        } => {
            let wanted = standings::Wanted::parse(slug, kind.as_deref(), at.as_deref(), *format, *live)?;
            standings::run(&open(&arguments, Opening::Use).await?, wanted).await
        }
        Command::Export { slug, file } => export::run(&open(&arguments, Opening::Use).await?, slug, file).await,
        Command::Verify { file } => verify::run(file),
        Command::Backup { file } => backup::run(&open(&arguments, Opening::Use).await?, file).await,
        Command::Restore { file } => restore::run(&open(&arguments, Opening::Fill).await?, file).await,
        Command::Rebuild { slug } => rebuild::run(&open(&arguments, Opening::Use).await?, slug).await,
        Command::Retry { source } => retry::run(&open(&arguments, Opening::Use).await?, source.as_deref()).await,
        Command::Doctor => doctor::run(&arguments).await,
    }
}

/// A slug of the command line. Errors: exit code 1, since what names nothing is refused input.
pub(crate) fn slug(text: &str) -> Result<crate::domain::text::Slug, Failure> {
    crate::domain::text::Slug::parse(text).map_err(|why| Failure::refused(why.to_string()))
}

/// The log: lines of JSON on standard error; RUST_LOG says how much, `info` where it is silent.
pub(crate) fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let json = tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(filter);
    // A second call, as tests may make, changes nothing.
    let _ = json.try_init();
}
