//! What an organizer looks after: submissions of a team that do not count yet, and when its people last did
//! something.

use super::{
    Db, PART, StoreError, Submission, on,
    schema::{pulls, submissions},
    submissions::{Row, all, told_as},
};
use crate::domain::{
    evaluate::Status,
    team::{CompetitionId, PersonId, TeamId},
    time::Moment,
};
use diesel::{dsl::max, prelude::*};
use std::collections::HashMap;

/// Which submissions of a team are wanted.
#[derive(Clone, Debug)]
pub struct TeamWanted {
    pub competition: CompetitionId,
    pub team: TeamId,
    pub person: Option<PersonId>,
    /// None: in review or waiting.
    pub status: Option<Status>,
    /// What was merged from here on has the status that the rules alone give it.
    pub freeze: Option<Moment>,
    /// By the pull's creation; false: the oldest first.
    pub newest_first: bool,
    pub offset: i64,
    pub limit: i64,
}

/// A part of a team's submissions, and how many there are in all.
pub fn team_submissions(db: &mut Db, wanted: &TeamWanted) -> Result<(Vec<Submission>, i64), StoreError> {
    macro_rules! query {
        ($c:expr) => {{
            let of = || {
                let mut query = submissions::table
                    .inner_join(pulls::table)
                    .filter(submissions::competition_id.eq(wanted.competition.0))
                    .filter(submissions::team_id.eq(wanted.team.0))
                    .into_boxed();
                if let Some(person) = wanted.person {
                    query = query.filter(submissions::person_id.eq(person.0));
                }
                let statuses: Vec<&str> = match wanted.status {
                    Some(status) => vec![status.as_str()],
                    None => vec![Status::Review.as_str(), Status::Waiting.as_str()],
                };
                told_as!(query, statuses, wanted.freeze)
            };
            let total: i64 = of().count().get_result($c)?;
            let part = of().select(Row::as_select()).offset(wanted.offset).limit(wanted.limit);
            let rows: Vec<Row> = if wanted.newest_first {
                part.order((pulls::created_at.desc(), submissions::id.desc()))
                    .load($c)?
            } else {
                part.order((pulls::created_at, submissions::id)).load($c)?
            };
            (rows, total)
        }};
    }
    let (rows, total) = match db {
        Db::Sqlite(c) => query!(c),
        Db::Postgres(c) => query!(c),
    };
    Ok((all(rows)?, total))
}

/// When somebody last did something in a competition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LastWork {
    /// The last pull was opened.
    pub opened: Moment,
    pub merged: Option<Moment>,
}

/// The last work of these people in a competition, whatever became of it; who has none is absent.
pub fn last_work(
    db: &mut Db,
    competition: CompetitionId,
    people: &[PersonId],
) -> Result<HashMap<PersonId, LastWork>, StoreError> {
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    let mut found = HashMap::new();
    for part in people.chunks(PART) {
        let query = submissions::table
            .inner_join(pulls::table)
            .filter(submissions::competition_id.eq(competition.0))
            .filter(submissions::person_id.eq_any(part))
            .group_by(submissions::person_id)
            .select((
                submissions::person_id,
                max(pulls::created_at),
                max(submissions::merged_at),
            ));
        let rows: Vec<(Option<i64>, Option<i64>, Option<i64>)> = on!(db, c => query.load(c))?;
        for (person, opened, merged) in rows {
            if let (Some(person), Some(opened)) = (person, opened) {
                let work = LastWork {
                    opened: Moment::from_millis(opened),
                    merged: merged.map(Moment::from_millis),
                };
                found.insert(PersonId(person), work);
            }
        }
    }
    Ok(found)
}
