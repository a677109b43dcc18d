//! `bugathlon seed DIR`.

use super::{Failure, progress::Progress};
use crate::app::{self, App, LineSum};
use std::path::Path;

pub async fn run(app: &App, dir: &Path) -> Result<(), Failure> {
    let mut progress = Progress::new("pulls", None);
    let seeded = app::seed(app, dir, app::now(), |count| progress.at(count as u64)).await;
    progress.done();
    let seeded = seeded?;
    let what = if seeded.changed { "loaded" } else { "unchanged" };
    println!(
        "{}: {what}; {} teams, {} people, {} pulls, {} ledger entries from them",
        seeded.slug, seeded.teams, seeded.people, seeded.lines.taken, seeded.lines.changes.entries
    );
    refused(seeded.lines)
}

/// Names every line that was not taken; the good ones stay taken.
pub fn refused(lines: LineSum) -> Result<(), Failure> {
    if lines.refused.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "{}\n{} lines refused, {} taken",
        lines.complaints().join("\n"),
        lines.refused.len(),
        lines.taken
    )))
}
