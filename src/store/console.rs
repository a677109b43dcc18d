//! What a host looks at: how much waits, and what sources have sent.

use super::{
    Db, StoreError, on,
    schema::{appeals, deliveries, submissions, teams},
};
use crate::domain::{forge::Forge, team::CompetitionId, time::Moment};
use diesel::{dsl::count_star, prelude::*};

/// How many submissions of a competition have each status.
pub fn count_by_status(db: &mut Db, competition: CompetitionId) -> Result<Vec<(String, i64)>, StoreError> {
    let query = submissions::table
        .filter(submissions::competition_id.eq(competition.0))
        .group_by(submissions::status)
        .select((submissions::status, count_star()));
    Ok(on!(db, c => query.load(c))?)
}

/// How many teams of a competition have each standing.
pub fn count_by_standing(db: &mut Db, competition: CompetitionId) -> Result<Vec<(String, i64)>, StoreError> {
    let query = teams::table
        .filter(teams::competition_id.eq(competition.0))
        .group_by(teams::standing)
        .select((teams::standing, count_star()));
    Ok(on!(db, c => query.load(c))?)
}

pub fn open_appeals(db: &mut Db, competition: CompetitionId) -> Result<i64, StoreError> {
    let query = appeals::table
        .filter(appeals::competition_id.eq(competition.0))
        .filter(appeals::status.eq("open"));
    Ok(on!(db, c => query.count().get_result(c))?)
}

/// What a source has sent so far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Heard {
    pub forge: Forge,
    pub source: String,
    pub state: String,
    pub count: i64,
    pub last: Moment,
}

/// What every source has sent, by what became of it.
pub fn heard(db: &mut Db) -> Result<Vec<Heard>, StoreError> {
    let query = deliveries::table
        .group_by((deliveries::forge, deliveries::source, deliveries::state))
        .select((
            deliveries::forge,
            deliveries::source,
            deliveries::state,
            count_star(),
            diesel::dsl::max(deliveries::received_at),
        ));
    let rows: Vec<(String, String, String, i64, Option<i64>)> = on!(db, c => query.load(c))?;
    rows.into_iter()
        .map(|(forge, source, state, count, last)| {
            Ok(Heard {
                forge: Forge::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                source,
                state,
                count,
                last: Moment::from_millis(last.unwrap_or(0)),
            })
        })
        .collect()
}
