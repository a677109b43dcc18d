//! Floor 5: HTTP. Every route stands on one page, [`routes`]; a handler extracts, calls one use case,
//! shapes and returns.

pub mod pages;
pub mod words;

mod address;
mod api;
mod assets;
mod body;
mod doors;
mod entry;
mod gate;
mod health;
mod hooks;
mod limit;
mod live;
mod observe;
mod problem;
mod query;
mod respond;
mod routes;
mod running;
mod serve;
mod sheet;
mod show;
mod sight;
mod streams;
mod vitals;

pub use address::{BadProxy, Proxies};
pub use doors::{open_files, raise_open_files};
pub use routes::{ROUTES, Route};
pub use running::Running;
pub use serve::{Interrupt, Settings, StartError, start};
pub use vitals::{Job, Patience};

use crate::{
    app::{self, App, Ingest, Objection, Refusals, Sources},
    domain::{forge::Forge, text::Slug, time::Moment},
    forge::{client::Client, oauth::Provider},
    live::{Boards, Live},
};
use actix_web::http::StatusCode;
use problem::Problem;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::watch;

/// What every handler works with.
pub struct Site {
    pub app: App,
    pub boards: Boards,
    /// The boards that hide nothing: for judges and admins while a freeze hides. Read when one of them asks.
    pub uncovered: Boards,
    pub ingest: Ingest,
    pub sources: Sources,
    /// Hooks that were refused and that the host has not been told of yet.
    pub refusals: Refusals,
    pub vitals: vitals::Vitals,
    /// True once the server is on its way out: streams end, /readyz fails.
    pub stopping: watch::Receiver<bool>,
    /// The boards have been read once.
    pub begun: AtomicBool,
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Scheme and authority for links that leave the page, without a slash at the end; empty: relative.
    pub origin: String,
    /// Forges that people sign in with here.
    pub providers: Vec<Provider>,
    /// What speaks to them.
    pub client: Client,
    pub limits: limit::Limits,
    /// The places for live streams.
    pub streams: streams::Streams,
    /// Proxies that are believed about who asks.
    pub proxies: Proxies,
}

impl Site {
    pub fn now(&self) -> Moment {
        app::now()
    }

    /// The board of a competition. Errors: 404.
    pub fn live(&self, slug: &str) -> Result<Arc<Live>, Problem> {
        let found = self
            .boards
            .get(slug)
            .or_else(|| self.boards.get(&slug.to_ascii_lowercase()));
        found.ok_or_else(|| {
            if self.sources.is_apart(slug) {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, problem::apart(slug))
            } else {
                Problem::not_found(format!("there is no competition `{slug}`"))
            }
        })
    }

    /// The forges that people sign in with here, in the order of the configuration.
    pub fn forges(&self) -> Vec<Forge> {
        self.providers.iter().map(|provider| provider.forge).collect()
    }

    /// Errors: `NoSuchForge` where it is none, or none that is set up here.
    pub fn provider(&self, forge: &str) -> Result<&Provider, Objection> {
        let known = Forge::parse(forge).ok();
        let found = self.providers.iter().find(|provider| Some(provider.forge) == known);
        found.ok_or_else(|| {
            let name = known.map_or_else(|| forge.chars().take(64).collect(), |forge| forge.title().to_owned());
            Objection::NoSuchForge(name)
        })
    }

    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// The slug in a path. Errors: 404, since what is no slug names nothing.
    pub fn slug(text: &str) -> Result<Slug, Problem> {
        Slug::parse(text).map_err(|_| Problem::not_found(format!("there is no `{text}`")))
    }
}
