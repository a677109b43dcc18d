//! Use cases over a temporary SQLite, seeded from the repository's own seeds.

mod backup;
mod explain;
mod export;
mod parts;
mod rebuild;

use super::{App, seed};
use crate::{
    domain::{text::Slug, time::Moment},
    store::{self, DatabaseUrl, Store},
};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A database of its own; gone when dropped.
pub(super) struct Bench {
    pub app: App,
    pub folder: TempDir,
}

pub(super) fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

/// A week before the seeds' running competition freezes.
pub(super) fn now() -> Moment {
    at("2026-12-13T00:00:00+08:00")
}

pub(super) fn spring() -> Slug {
    Slug::parse("spring-sprint").unwrap()
}

pub(super) fn seeds(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name)
}

impl Bench {
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = open(&folder.path().join("b.db")).await;
        Self { app, folder }
    }

    /// With `seeds/<name>` loaded, as it was before the host said anything of the result: a sealed
    /// competition would not move.
    pub async fn seeded(name: &str) -> Self {
        let bench = Self::empty().await;
        let folder = bench.copied(name, "");
        seed(&bench.app, &folder, now(), |_| ()).await.unwrap();
        bench
    }

    /// A copy of `seeds/<name>` with `result` in place of its table `[result]`.
    pub fn copied(&self, name: &str, result: &str) -> PathBuf {
        let folder = self.path("folder");
        std::fs::create_dir(&folder).unwrap();
        for file in ["teams.csv", "people.csv", "pulls.ndjson"] {
            std::fs::copy(seeds(name).join(file), folder.join(file)).unwrap();
        }
        let text = std::fs::read_to_string(seeds(name).join("competition.toml")).unwrap();
        let open = text.split("[result]").next().unwrap();
        std::fs::write(folder.join("competition.toml"), format!("{open}{result}")).unwrap();
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs plain SQL, to alter what no use case alters.
    pub async fn sql(&self, text: &'static str) {
        use diesel::connection::SimpleConnection;
        let run = |db: &mut store::Db| match db {
            store::Db::Sqlite(c) => c.batch_execute(text).map_err(store::StoreError::from),
            store::Db::Postgres(c) => c.batch_execute(text).map_err(store::StoreError::from),
        };
        self.app.store.bare(run).await.unwrap();
    }
}

pub(super) async fn open(path: &Path) -> App {
    let store = Store::open(&DatabaseUrl::Sqlite(path.to_owned())).unwrap();
    store::migrate(&store).await.unwrap();
    App::new(store)
}
