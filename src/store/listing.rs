//! Submissions as lists: by number for programs, newest merge first for pages.

use super::{
    Db, StoreError, Submission,
    schema::submissions,
    submissions::{Row, all},
};
use crate::domain::{
    evaluate::Status,
    team::{CompetitionId, PersonId, SubmissionId, TeamId},
    time::Moment,
};
use diesel::prelude::*;

/// Which submissions of a competition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Listing {
    /// As a reader sees it: what a freeze hides is waiting.
    pub status: Option<Status>,
    pub team: Option<TeamId>,
    pub person: Option<PersonId>,
    /// The merge from which a freeze hides what is not rejected, where the reader is not to see it.
    pub hidden_from: Option<Moment>,
}

macro_rules! listed {
    ($backend:ty, $competition:expr, $listing:expr) => {{
        let mut query = submissions::table
            .filter(submissions::competition_id.eq($competition.0))
            .into_boxed::<$backend>();
        if let Some(team) = $listing.team {
            query = query.filter(submissions::team_id.eq(team.0));
        }
        if let Some(person) = $listing.person {
            query = query.filter(submissions::person_id.eq(person.0));
        }
        if let Some(status) = $listing.status {
            let is = submissions::status.eq(status.as_str());
            query = match ($listing.hidden_from, status) {
                (None, _) | (_, Status::Rejected) => query.filter(is),
                (Some(from), Status::Waiting) => {
                    let rejected = Status::Rejected.as_str();
                    let hidden = submissions::merged_at
                        .ge(from.millis())
                        .and(submissions::status.ne(rejected));
                    query.filter(is.or(submissions::merged_at.is_not_null().and(hidden.assume_not_null())))
                }
                (Some(from), Status::Accepted | Status::Review) => {
                    let shown = submissions::merged_at.lt(from.millis()).assume_not_null();
                    query.filter(is.and(submissions::merged_at.is_null().or(shown)))
                }
            };
        }
        query
    }};
}

/// Runs the same text with a query boxed for the database at hand.
macro_rules! on_listed {
    ($db:expr, $competition:expr, $listing:expr, ($query:ident, $connection:ident) => $body:expr) => {
        match $db {
            Db::Sqlite($connection) => {
                let $query = listed!(diesel::sqlite::Sqlite, $competition, $listing);
                $body
            }
            Db::Postgres($connection) => {
                let $query = listed!(diesel::pg::Pg, $competition, $listing);
                $body
            }
        }
    };
}

/// Up to `limit` submissions after `after`, by number.
pub fn listed_after(
    db: &mut Db,
    competition: CompetitionId,
    listing: &Listing,
    after: SubmissionId,
    limit: i64,
) -> Result<Vec<Submission>, StoreError> {
    let rows: Vec<Row> = on_listed!(db, competition, listing, (query, c) => query
        .filter(submissions::id.gt(after.0))
        .order(submissions::id)
        .limit(limit)
        .load(c))?;
    all(rows)
}

/// Up to `limit` submissions past `offset`, the newest merge first, those not merged last.
pub fn listed_newest(
    db: &mut Db,
    competition: CompetitionId,
    listing: &Listing,
    offset: i64,
    limit: i64,
) -> Result<Vec<Submission>, StoreError> {
    // The two databases disagree on where NULL stands, so it is said.
    let rows: Vec<Row> = on_listed!(db, competition, listing, (query, c) => query
        .order((submissions::merged_at.is_null(), submissions::merged_at.desc(), submissions::id.desc()))
        .offset(offset)
        .limit(limit)
        .load(c))?;
    all(rows)
}

pub fn count_listed(db: &mut Db, competition: CompetitionId, listing: &Listing) -> Result<i64, StoreError> {
    let count: i64 = on_listed!(db, competition, listing, (query, c) => query.count().get_result(c))?;
    Ok(count)
}
