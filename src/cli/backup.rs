//! `bugathlon backup FILE`.

use super::{Failure, progress::Progress};
use crate::app::{self, App};
use std::path::Path;

pub async fn run(app: &App, file: &Path) -> Result<(), Failure> {
    let mut progress = Progress::new("rows", None);
    let rows = app::backup(app, file, app::now(), move |rows| progress.at(rows)).await?;
    let sum: u64 = rows.values().sum();
    println!("{}: {sum} rows of {} tables", file.display(), rows.len());
    Ok(())
}
