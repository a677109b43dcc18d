//! How many statements a database is asked.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, Once},
};

static COUNTS: Mutex<Option<HashMap<String, usize>>> = Mutex::new(None);
static SET: Once = Once::new();

fn counts() -> MutexGuard<'static, Option<HashMap<String, usize>>> {
    COUNTS.lock().unwrap()
}

/// Without parameters: the store adds some of its own.
fn bare(url: &str) -> &str {
    url.split_once('?').map_or(url, |(bare, _)| bare)
}

/// Of one connection, which knows the database that it is of.
struct Count(String);

impl Instrumentation for Count {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => bare(url).clone_into(&mut self.0),
            InstrumentationEvent::StartQuery { .. } => {
                *counts().get_or_insert_default().entry(self.0.clone()).or_default() += 1;
            }
            _ => {}
        }
    }
}

/// Counts of connections that are opened from now on: to be called before a server starts.
pub fn count_statements() {
    SET.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(Count(String::new())))).unwrap();
    });
}

/// Statements that the database at `url` has been asked so far.
pub fn statements(url: &str) -> usize {
    let path = bare(url).trim_start_matches("sqlite://");
    counts().get_or_insert_default().get(path).copied().unwrap_or(0)
}
