//! Which files of SQLite are open: a path can come to mean others.

use super::DatabaseUrl;
use parking_lot::Mutex;
use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Device and number, by which a file is known whatever its path.
type Identity = (u64, u64);

/// The files that a store has open, as they were first seen at their paths.
#[derive(Default)]
pub(super) struct Files(Vec<(PathBuf, Mutex<Option<Identity>>)>);

fn identity(path: &Path) -> Option<Identity> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Where hooks are kept beside a database.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-inbox");
    name.into()
}

impl Files {
    /// Asked once the database is open. Its write-ahead log may come a little later; it stays as long as anybody has
    /// the database open. So may the inbox, which is there with the first hook.
    pub fn of(url: &DatabaseUrl) -> Self {
        let DatabaseUrl::Sqlite(path) = url else {
            return Self::default();
        };
        let mut log = path.clone().into_os_string();
        log.push("-wal");
        let seen = |path: PathBuf| {
            let found = identity(&path);
            (path, Mutex::new(found))
        };
        Self(vec![seen(path.clone()), seen(log.into()), seen(beside(path))])
    }

    /// What is wrong, with the path; None: nothing.
    pub fn lost(&self) -> Option<String> {
        for (path, known) in &self.0 {
            let now = identity(path);
            let mut known = known.lock();
            match (*known, now) {
                (Some(known), Some(now)) if known == now => {}
                (Some(_), Some(_)) => {
                    return Some(format!("{} is another file than the one that is open", path.display()));
                }
                (Some(_), None) => return Some(format!("{} is gone from its path", path.display())),
                (None, _) => *known = now,
            }
        }
        None
    }
}
