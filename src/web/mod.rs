//! Floor 5: HTTP. Every route stands on one page, [`routes`]; a handler extracts, calls one use case,
//! shapes and returns.

pub mod pages;
pub mod words;

mod api;
mod assets;
mod body;
mod gate;
mod health;
mod hooks;
mod live;
mod observe;
mod problem;
mod query;
mod respond;
mod routes;
mod serve;
mod sheet;
mod show;
mod sight;

pub use routes::{ROUTES, Route};
pub use serve::{Running, Settings, StartError, start};

use crate::{
    app::{self, App, Ingest, Sources},
    domain::{text::Slug, time::Moment},
    live::{Boards, Live},
};
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
    /// True once the server is on its way out: streams end, /readyz fails.
    pub stopping: watch::Receiver<bool>,
    /// The boards have been read once.
    pub begun: AtomicBool,
    pub metrics: metrics_exporter_prometheus::PrometheusHandle,
    /// Scheme and authority for links that leave the page, without a slash at the end; empty: relative.
    pub origin: String,
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
        found.ok_or_else(|| Problem::not_found(format!("there is no competition `{slug}`")))
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
