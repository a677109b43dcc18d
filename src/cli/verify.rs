//! `bugathlon verify FILE`. Opens no database.

use super::{Failure, progress::Progress};
use crate::app;
use std::path::Path;

pub fn run(file: &Path) -> Result<(), Failure> {
    let mut progress = Progress::new("lines", None);
    let verified = app::verify(file, |lines| progress.at(lines));
    progress.done();
    let verified = verified?;
    for sentence in &verified.holds {
        println!("holds: {sentence}");
    }
    for note in &verified.notes {
        println!("note: {note}");
    }
    if verified.differences.is_empty() {
        return Ok(());
    }
    for difference in &verified.differences {
        println!("differs: {difference}");
    }
    if verified.more > 0 {
        println!("differs: and {} more", verified.more);
    }
    let count = verified.differences.len() + verified.more;
    Err(Failure::refused(format!("{}: {count} differences", file.display())))
}
