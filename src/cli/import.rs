//! `bugathlon import FILE --competition SLUG`.

use super::{Failure, progress::Progress, seed::refused};
use crate::{
    app::{self, App},
    domain::ledger::Cause,
};
use std::{fs::File, io::BufReader, path::Path};

pub async fn run(app: &App, path: &Path, competition: &str) -> Result<(), Failure> {
    let slug = super::slug(competition)?;
    let file = File::open(path).map_err(|why| Failure::environment(format!("{}: {why}", path.display())))?;
    let name = path
        .file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into());
    let mut progress = Progress::new("pulls", None);
    let told = |count: usize| progress.at(count as u64);
    let now = app::now();
    let lines = app::import(app, Some(&slug), &name, BufReader::new(file), Cause::Import, now, told).await;
    progress.done();
    let lines = lines?;
    println!(
        "{slug}: {} pulls taken, {} submissions changed, {} ledger entries",
        lines.taken, lines.changes.submissions, lines.changes.entries
    );
    refused(lines)
}
