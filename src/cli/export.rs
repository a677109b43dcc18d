//! `bugathlon export SLUG FILE`.

use super::{Failure, progress::Progress};
use crate::app::{self, App};
use std::path::Path;

pub async fn run(app: &App, slug: &str, file: &Path) -> Result<(), Failure> {
    let slug = super::slug(slug)?;
    let mut progress = Progress::new("lines", None);
    let exported = app::export(app, &slug, file, app::now(), move |lines| progress.at(lines)).await?;
    println!(
        "{slug}: {} lines in {}: {} pulls, {} submissions, {} ledger entries; `bugathlon verify {}` folds them again",
        exported.lines,
        file.display(),
        exported.pulls,
        exported.submissions,
        exported.entries,
        file.display()
    );
    Ok(())
}
