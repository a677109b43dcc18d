//! Hooks that were refused, as numbers: when, which source, why. Never what was sent.

use super::{Db, StoreError, on, schema::refusals};
use crate::domain::{forge::Forge, text::Slug, time::Moment};
use diesel::{prelude::*, upsert::excluded};

/// How often a source's hooks were refused for one reason.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    pub forge: Forge,
    pub source: Slug,
    /// Holds neither a secret nor what somebody took for one.
    pub why: String,
    pub count: i64,
    pub first_at: Moment,
    pub last_at: Moment,
}

/// Adds what was refused since.
pub fn add_refusals(db: &mut Db, since: &[Refused]) -> Result<(), StoreError> {
    for refused in since {
        let values = (
            refusals::forge.eq(refused.forge.as_str()),
            refusals::source.eq(refused.source.as_str()),
            refusals::why.eq(&refused.why),
            refusals::count.eq(refused.count),
            refusals::first_at.eq(refused.first_at.millis()),
            refusals::last_at.eq(refused.last_at.millis()),
        );
        on!(db, c => diesel::insert_into(refusals::table)
            .values(values)
            .on_conflict((refusals::forge, refusals::source, refusals::why))
            .do_update()
            .set((
                refusals::count.eq(refusals::count + excluded(refusals::count)),
                refusals::last_at.eq(excluded(refusals::last_at)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// Every refusal, the latest first.
pub fn refusals(db: &mut Db) -> Result<Vec<Refused>, StoreError> {
    type Row = (String, String, String, i64, i64, i64);
    let query = refusals::table.order((
        refusals::last_at.desc(),
        refusals::forge,
        refusals::source,
        refusals::why,
    ));
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    let refused = |(forge, source, why, count, first_at, last_at): Row| {
        Ok(Refused {
            forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
            source: Slug::parse(&source).map_err(|e| StoreError::unreadable("source", &e))?,
            why,
            count,
            first_at: Moment::from_millis(first_at),
            last_at: Moment::from_millis(last_at),
        })
    };
    rows.into_iter().map(refused).collect()
}
