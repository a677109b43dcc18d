//! How far a long command is: a bar on a terminal, a plain line now and then elsewhere. On standard error,
//! so that what a command prints can be piped on.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

pub struct Progress {
    bar: Option<ProgressBar>,
    what: &'static str,
    told: Instant,
}

/// How often a plain line is written.
const EVERY: Duration = Duration::from_secs(5);

impl Progress {
    /// `what`: what is counted, such as "pulls". `total`: where it is known.
    pub fn new(what: &'static str, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let template = if total.is_some() {
                "{bar:30} {human_pos}/{human_len} {msg} {elapsed}"
            } else {
                "{spinner} {human_pos} {msg} {elapsed}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_message(what);
            bar
        });
        Self {
            bar,
            what,
            told: Instant::now(),
        }
    }

    pub fn at(&mut self, count: u64) {
        match &self.bar {
            Some(bar) => bar.set_position(count),
            None if self.told.elapsed() >= EVERY => {
                self.told = Instant::now();
                eprintln!("{count} {}", self.what);
            }
            None => {}
        }
    }

    pub fn done(self) {}
}

/// However the command ends, no bar is left on the terminal.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
