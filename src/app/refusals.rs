//! The trace that a refused hook leaves: when, which source, why. Counted in memory and written now and then, so
//! that whoever sends a million of them writes nothing a million times.

use super::{App, AppError};
use crate::{
    domain::{forge::Forge, text::Slug, time::Moment},
    forge::Refusal,
    store::{self, Refused},
};
use parking_lot::Mutex;
use std::collections::HashMap;

/// What was refused since it was written last. At most a row a source and kind of refusal.
#[derive(Default)]
pub struct Refusals(Mutex<HashMap<(Forge, Slug, String), Refused>>);

impl Refusals {
    /// `source`: one that there is.
    pub fn note(&self, forge: Forge, source: &Slug, refusal: &Refusal, now: Moment) {
        let why = refusal.kind();
        let mut since = self.0.lock();
        let refused = since
            .entry((forge, source.clone(), why.clone()))
            .or_insert_with(|| Refused {
                forge,
                source: source.clone(),
                why,
                count: 0,
                first_at: now,
                last_at: now,
            });
        refused.count += 1;
        refused.last_at = refused.last_at.max(now);
    }

    /// Writes what was noted. Where that fails it stays noted.
    pub async fn write(&self, app: &App) -> Result<(), AppError> {
        let since = std::mem::take(&mut *self.0.lock());
        if since.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<Refused> = since.values().cloned().collect();
        // Two instances that write the same rows take them in one order.
        rows.sort_by(|a, b| (a.forge, &a.source, &a.why).cmp(&(b.forge, &b.source, &b.why)));
        let written = app.store.write(move |db| store::add_refusals(db, &rows)).await;
        if written.is_err() {
            let mut now = self.0.lock();
            for (key, refused) in since {
                let kept = now.entry(key).or_insert_with(|| Refused {
                    count: 0,
                    ..refused.clone()
                });
                kept.count += refused.count;
                kept.first_at = kept.first_at.min(refused.first_at);
            }
        }
        Ok(written?)
    }
}
