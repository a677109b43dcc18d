//! Submissions: a pull as one competition sees it, and what submissions have in common.

use super::{
    Db, PART, StoreError, on,
    schema::{links, pulls, repositories, submissions},
};
use crate::domain::{
    evaluate::{Duplicate, Likeness, Status, id_number},
    forge::ForgeHost,
    rank::Word,
    team::{CompetitionId, PersonId, PullId, SubmissionId, TeamId},
    time::Moment,
};
use diesel::{connection::DefaultLoadingMode, dsl::case_when, prelude::*, upsert::excluded};
use std::collections::HashMap;

/// A submission's row: the opinion that evaluation came to last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submission {
    pub id: SubmissionId,
    pub competition: CompetitionId,
    pub pull: PullId,
    pub person: Option<PersonId>,
    pub team: Option<TeamId>,
    pub status: Status,
    pub points: i64,
    /// Points of its labels or the base, before bonus and limit.
    pub worth: i64,
    pub merged_at: Option<Moment>,
    /// A letter a check.
    pub outcomes: String,
    pub reverted_by: Option<SubmissionId>,
    pub duplicate: Option<Duplicate>,
    /// Points that a judge gave, while they stand.
    pub given: Option<i64>,
    /// See [`Subject::by_rules`](crate::domain::evaluate::Subject::by_rules).
    pub by_rules: Status,
}

impl Submission {
    /// When it was merged, as a list that is ordered by it may tell. What came from the freeze on and is refused by
    /// the rules is as if it were not merged: a judge may have said so, and when.
    pub fn told_merged_at(&self, freeze: Option<Moment>) -> Option<Moment> {
        let hides = |merged: &Moment| freeze.is_some_and(|freeze| *merged >= freeze);
        self.merged_at
            .filter(|merged| self.by_rules != Status::Rejected || !hides(merged))
    }
}

/// Of a query over submissions, those that are told to have one of these statuses: what was merged from the freeze
/// on, if there is one, has the status that the rules alone give it. The one place in SQL that says so.
macro_rules! told_as {
    ($query:expr, $statuses:expr, $freeze:expr) => {{
        use crate::store::schema::submissions;
        let statuses: Vec<&str> = $statuses;
        let stands = submissions::status.eq_any(statuses.clone());
        match $freeze.map(crate::domain::time::Moment::millis) {
            None => $query.filter(stands),
            Some(freeze) => {
                let early = submissions::merged_at.lt(freeze).or(submissions::merged_at.is_null());
                let shown = stands.and(early.assume_not_null());
                let late = submissions::merged_at.ge(freeze).assume_not_null();
                $query.filter(shown.or(late.and(submissions::by_rules.eq_any(statuses))))
            }
        }
    }};
}
pub(super) use told_as;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = submissions)]
#[diesel(treat_none_as_default_value = false)]
pub(super) struct Row {
    id: i64,
    competition_id: i64,
    pull_id: i64,
    person_id: Option<i64>,
    team_id: Option<i64>,
    status: String,
    points: i64,
    worth: i64,
    merged_at: Option<i64>,
    outcomes: String,
    reverted_by: Option<i64>,
    duplicate_of: Option<i64>,
    likeness: Option<String>,
    given: Option<i64>,
    by_rules: String,
}

impl From<&Submission> for Row {
    fn from(s: &Submission) -> Self {
        Self {
            id: s.id.0,
            competition_id: s.competition.0,
            pull_id: s.pull.0,
            person_id: s.person.map(|p| p.0),
            team_id: s.team.map(|t| t.0),
            status: s.status.as_str().into(),
            points: s.points,
            worth: s.worth,
            merged_at: s.merged_at.map(Moment::millis),
            outcomes: s.outcomes.clone(),
            reverted_by: s.reverted_by.map(|r| r.0),
            duplicate_of: s.duplicate.map(|d| d.of.0),
            likeness: s.duplicate.map(|d| d.how.as_str().into()),
            given: s.given,
            by_rules: s.by_rules.as_str().into(),
        }
    }
}

fn status(text: &str) -> Result<Status, StoreError> {
    Status::parse(text).ok_or_else(|| StoreError::unreadable("status", &text))
}

fn submission(row: Row) -> Result<Submission, StoreError> {
    let likeness = row.likeness.as_deref().and_then(Likeness::parse);
    Ok(Submission {
        id: SubmissionId(row.id),
        competition: CompetitionId(row.competition_id),
        pull: PullId(row.pull_id),
        person: row.person_id.map(PersonId),
        team: row.team_id.map(TeamId),
        status: status(&row.status)?,
        points: row.points,
        worth: row.worth,
        merged_at: row.merged_at.map(Moment::from_millis),
        outcomes: row.outcomes,
        reverted_by: row.reverted_by.map(SubmissionId),
        duplicate: row.duplicate_of.zip(likeness).map(|(of, how)| Duplicate {
            of: SubmissionId(of),
            how,
        }),
        given: row.given,
        by_rules: status(&row.by_rules)?,
    })
}

pub(super) fn all(rows: Vec<Row>) -> Result<Vec<Submission>, StoreError> {
    rows.into_iter().map(submission).collect()
}

pub fn submissions_of(db: &mut Db, competition: CompetitionId) -> Result<Vec<Submission>, StoreError> {
    let query = submissions::table.filter(submissions::competition_id.eq(competition.0));
    all(on!(db, c => query.order(submissions::id).load(c))?)
}

/// Up to `limit` submissions of a competition after `after`, by number.
pub fn submissions_after(
    db: &mut Db,
    competition: CompetitionId,
    after: SubmissionId,
    limit: i64,
) -> Result<Vec<Submission>, StoreError> {
    let query = submissions::table
        .filter(submissions::competition_id.eq(competition.0))
        .filter(submissions::id.gt(after.0))
        .order(submissions::id)
        .limit(limit);
    all(on!(db, c => query.load(c))?)
}

/// Everybody whose submissions a competition has, whether or not they were in a team of it.
pub fn people_of_submissions(db: &mut Db, competition: CompetitionId) -> Result<Vec<PersonId>, StoreError> {
    let query = submissions::table
        .filter(submissions::competition_id.eq(competition.0))
        .filter(submissions::person_id.is_not_null())
        .select(submissions::person_id)
        .distinct();
    let ids: Vec<Option<i64>> = on!(db, c => query.load(c))?;
    Ok(ids.into_iter().flatten().map(PersonId).collect())
}

pub fn submissions_of_pulls(
    db: &mut Db,
    competition: CompetitionId,
    ids: &[PullId],
) -> Result<Vec<Submission>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found = Vec::new();
    for part in ids.chunks(PART) {
        let query = submissions::table
            .filter(submissions::competition_id.eq(competition.0))
            .filter(submissions::pull_id.eq_any(part));
        found.extend(all(on!(db, c => query.load(c))?)?);
    }
    Ok(found)
}

pub fn submissions_by_id(db: &mut Db, ids: &[SubmissionId]) -> Result<Vec<Submission>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found = Vec::new();
    for part in ids.chunks(PART) {
        let query = submissions::table.filter(submissions::id.eq_any(part));
        found.extend(all(on!(db, c => query.load(c))?)?);
    }
    Ok(found)
}

/// The submissions that are not merged: what the clock can change. `of`: only these people's.
pub fn unmerged(db: &mut Db, competition: CompetitionId, of: Option<&[PersonId]>) -> Result<Vec<PullId>, StoreError> {
    let open = submissions::table
        .filter(submissions::competition_id.eq(competition.0))
        .filter(submissions::merged_at.is_null())
        .select(submissions::pull_id);
    let Some(people) = of else {
        let ids: Vec<i64> = on!(db, c => open.load(c))?;
        return Ok(ids.into_iter().map(PullId).collect());
    };
    let people: Vec<i64> = people.iter().map(|person| person.0).collect();
    let mut found = Vec::new();
    for part in people.chunks(PART) {
        let query = open.filter(submissions::person_id.eq_any(part));
        found.extend(on!(db, c => query.load::<i64>(c))?);
    }
    Ok(found.into_iter().map(PullId).collect())
}

/// Which submission each pull is, by pull: what is held of a whole competition while it is folded.
pub fn submission_numbers(
    db: &mut Db,
    competition: CompetitionId,
) -> Result<HashMap<PullId, SubmissionId>, StoreError> {
    let mut found = HashMap::new();
    let mut after = 0_i64;
    loop {
        let query = submissions::table
            .filter(submissions::competition_id.eq(competition.0))
            .filter(submissions::id.gt(after))
            .order(submissions::id)
            .limit(10_000)
            .select((submissions::pull_id, submissions::id));
        let rows: Vec<(i64, i64)> = on!(db, c => query.load(c))?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.1;
        found.extend(rows.into_iter().map(|(pull, id)| (PullId(pull), SubmissionId(id))));
    }
}

pub fn count_submissions(db: &mut Db, competition: CompetitionId) -> Result<i64, StoreError> {
    let query = submissions::table.filter(submissions::competition_id.eq(competition.0));
    Ok(on!(db, c => query.count().get_result(c))?)
}

/// A person's accepted submission, as awards need it.
#[derive(Clone, Debug)]
pub struct AcceptedRow {
    pub person: PersonId,
    pub id: SubmissionId,
    pub merged_at: Moment,
    pub forge: ForgeHost,
    /// Folded.
    pub repository: String,
    pub repository_id: Option<u128>,
    pub number: u64,
    pub worth: i64,
    pub points: i64,
    /// As in [`Submission`].
    pub given: Option<i64>,
}

/// The accepted submissions of these people, in no order.
pub fn accepted_of(
    db: &mut Db,
    competition: CompetitionId,
    people: &[PersonId],
) -> Result<Vec<AcceptedRow>, StoreError> {
    let people: Vec<i64> = people.iter().map(|p| p.0).collect();
    let mut found = Vec::new();
    for part in people.chunks(PART) {
        let query = submissions::table
            .inner_join(pulls::table.inner_join(repositories::table))
            .filter(submissions::competition_id.eq(competition.0))
            .filter(submissions::person_id.eq_any(part))
            .filter(submissions::status.eq(Status::Accepted.as_str()))
            .filter(submissions::merged_at.is_not_null())
            .select((
                submissions::person_id,
                submissions::id,
                submissions::merged_at,
                pulls::forge,
                repositories::path,
                repositories::forge_id,
                pulls::number,
                submissions::worth,
                submissions::points,
                submissions::given,
            ));
        type Found = (
            Option<i64>,
            i64,
            Option<i64>,
            String,
            String,
            Option<String>,
            i64,
            i64,
            i64,
            Option<i64>,
        );
        for (person, id, merged_at, forge, path, forge_id, number, worth, points, given) in
            on!(db, c => query.load::<Found>(c))?
        {
            found.push(AcceptedRow {
                person: PersonId(person.unwrap_or_default()),
                id: SubmissionId(id),
                merged_at: Moment::from_millis(merged_at.unwrap_or_default()),
                forge: ForgeHost::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                repository: crate::domain::text::folded(&path),
                repository_id: id_number(forge_id.as_deref()),
                number: u64::try_from(number).unwrap_or(0),
                worth,
                points,
                given,
            });
        }
    }
    Ok(found)
}

/// Writes these submissions, new ones and known ones alike.
pub fn put_submissions(db: &mut Db, rows: &[Submission]) -> Result<(), StoreError> {
    macro_rules! put {
        ($c:expr, $values:expr) => {
            diesel::insert_into(submissions::table)
                .values($values)
                .on_conflict(submissions::id)
                .do_update()
                .set((
                    submissions::pull_id.eq(excluded(submissions::pull_id)),
                    submissions::person_id.eq(excluded(submissions::person_id)),
                    submissions::team_id.eq(excluded(submissions::team_id)),
                    submissions::status.eq(excluded(submissions::status)),
                    submissions::points.eq(excluded(submissions::points)),
                    submissions::worth.eq(excluded(submissions::worth)),
                    submissions::merged_at.eq(excluded(submissions::merged_at)),
                    submissions::outcomes.eq(excluded(submissions::outcomes)),
                    submissions::reverted_by.eq(excluded(submissions::reverted_by)),
                    submissions::duplicate_of.eq(excluded(submissions::duplicate_of)),
                    submissions::likeness.eq(excluded(submissions::likeness)),
                    submissions::given.eq(excluded(submissions::given)),
                    submissions::by_rules.eq(excluded(submissions::by_rules)),
                ))
                .execute($c)?
        };
    }
    match db {
        // No way to the server and back, and one prepared statement for all.
        Db::Sqlite(c) => {
            for row in rows {
                put!(c, &Row::from(row));
            }
        }
        Db::Postgres(c) => {
            for part in rows.chunks(PART) {
                let part: Vec<Row> = part.iter().map(Row::from).collect();
                put!(c, &part);
            }
        }
    }
    Ok(())
}

/// Takes submissions away whose repository left the scope. Their ledger entries stay.
pub fn remove_submissions(db: &mut Db, ids: &[SubmissionId]) -> Result<(), StoreError> {
    remove_links(db, ids)?;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    for part in ids.chunks(PART) {
        let rows = submissions::table.filter(submissions::id.eq_any(part));
        on!(db, c => diesel::delete(rows).execute(c))?;
    }
    Ok(())
}

/// The submissions that bear any of these keys.
pub fn linked(db: &mut Db, competition: CompetitionId, keys: &[i64]) -> Result<Vec<SubmissionId>, StoreError> {
    let mut found: Vec<i64> = Vec::new();
    for part in keys.chunks(PART) {
        let query = links::table
            .filter(links::competition_id.eq(competition.0))
            .filter(links::key.eq_any(part))
            .select(links::submission_id);
        found.extend(on!(db, c => query.load::<i64>(c))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found.into_iter().map(SubmissionId).collect())
}

/// The keys that any of these submissions bears, sorted, each with its bearer.
pub fn links_of(db: &mut Db, ids: &[SubmissionId]) -> Result<Vec<(SubmissionId, i64)>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found: Vec<(i64, i64)> = Vec::new();
    for part in ids.chunks(PART) {
        let query = links::table
            .filter(links::submission_id.eq_any(part))
            .select((links::submission_id, links::key));
        found.extend(on!(db, c => query.load::<(i64, i64)>(c))?);
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(id, key)| (SubmissionId(id), key)).collect())
}

/// Takes away every key of these submissions.
pub fn remove_links(db: &mut Db, ids: &[SubmissionId]) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    for part in ids.chunks(PART) {
        let of = links::table.filter(links::submission_id.eq_any(part));
        on!(db, c => diesel::delete(of).execute(c))?;
    }
    Ok(())
}

/// Writes keys of submissions that have none so far.
pub fn add_links(db: &mut Db, competition: CompetitionId, keys: &[(SubmissionId, i64)]) -> Result<(), StoreError> {
    for part in keys.chunks(5 * PART) {
        let rows: Vec<_> = part
            .iter()
            .map(|(id, key)| {
                (
                    links::competition_id.eq(competition.0),
                    links::key.eq(*key),
                    links::submission_id.eq(id.0),
                )
            })
            .collect();
        on!(db, c => diesel::insert_into(links::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// One line of what a board begins with.
#[derive(Clone, Copy, Debug)]
pub struct BoardWord {
    pub submission: SubmissionId,
    pub pull: PullId,
    pub person: Option<PersonId>,
    pub team: Option<TeamId>,
    pub word: Word,
}

/// What a board begins with: the latest word on every submission that belongs to somebody, by id.
pub fn board_words(db: &mut Db, competition: CompetitionId, mut each: impl FnMut(BoardWord)) -> Result<(), StoreError> {
    type Found = (i64, i64, Option<i64>, Option<i64>, Option<i64>, String, i64);
    let mut take = |(id, pull, person, team, merged_at, text, points): Found| -> Result<(), StoreError> {
        each(BoardWord {
            submission: SubmissionId(id),
            pull: PullId(pull),
            person: person.map(PersonId),
            team: team.map(TeamId),
            word: Word {
                merged_at: merged_at.map(Moment::from_millis),
                status: status(&text)?,
                points: i32::try_from(points).unwrap_or(if points < 0 { i32::MIN } else { i32::MAX }),
            },
        });
        Ok(())
    };
    macro_rules! stream {
        ($c:expr, $mode:ty) => {{
            let query = submissions::table
                .filter(submissions::competition_id.eq(competition.0))
                .select((
                    submissions::id,
                    submissions::pull_id,
                    submissions::person_id,
                    submissions::team_id,
                    submissions::merged_at,
                    submissions::status,
                    submissions::points,
                ))
                .order(submissions::id);
            for row in query.load_iter::<Found, $mode>($c)? {
                take(row?)?;
            }
            Ok(())
        }};
    }
    match db {
        Db::Sqlite(c) => stream!(c, DefaultLoadingMode),
        // Row by row would be a round trip each; a million rows of six numbers are held by libpq for a moment.
        Db::Postgres(c) => stream!(c, DefaultLoadingMode),
    }
}

/// What these submissions are about. One that is not there is left out.
pub fn pulls_of_submissions(db: &mut Db, of: &[SubmissionId]) -> Result<HashMap<SubmissionId, PullId>, StoreError> {
    let mut pulls = HashMap::with_capacity(of.len());
    for part in of.chunks(500) {
        let ids: Vec<i64> = part.iter().map(|submission| submission.0).collect();
        let query = submissions::table
            .filter(submissions::id.eq_any(ids))
            .select((submissions::id, submissions::pull_id));
        let rows: Vec<(i64, i64)> = on!(db, c => query.load(c))?;
        pulls.extend(rows.into_iter().map(|(id, pull)| (SubmissionId(id), PullId(pull))));
    }
    Ok(pulls)
}

/// Which submissions a list wants.
#[derive(Clone, Debug)]
pub struct ListWanted {
    pub competition: CompetitionId,
    pub team: Option<TeamId>,
    pub person: Option<PersonId>,
    pub status: Option<Status>,
    /// What was merged from here on is listed as waiting, or as rejected where a rule refuses it, and under no
    /// other status.
    pub freeze: Option<Moment>,
    pub after: SubmissionId,
    pub limit: i64,
}

/// The submissions that a list wants, by number.
pub fn list_submissions(db: &mut Db, wanted: &ListWanted) -> Result<Vec<Submission>, StoreError> {
    macro_rules! query {
        ($c:expr) => {{
            let mut query = submissions::table
                .filter(submissions::competition_id.eq(wanted.competition.0))
                .filter(submissions::id.gt(wanted.after.0))
                .order(submissions::id)
                .limit(wanted.limit)
                .into_boxed();
            if let Some(team) = wanted.team {
                query = query.filter(submissions::team_id.eq(team.0));
            }
            if let Some(person) = wanted.person {
                query = query.filter(submissions::person_id.eq(person.0));
            }
            if let Some(status) = wanted.status {
                query = told_as!(query, vec![status.as_str()], wanted.freeze);
            }
            query.load::<Row>($c)?
        }};
    }
    let rows = match db {
        Db::Sqlite(c) => query!(c),
        Db::Postgres(c) => query!(c),
    };
    all(rows)
}

/// A part of a team's or a person's submissions, the newest merge first (what is not merged before them),
/// and how many there are in all. Under a freeze, what was merged from it on is where
/// [`Submission::told_merged_at`] puts it.
pub fn latest_submissions(
    db: &mut Db,
    competition: CompetitionId,
    team: Option<TeamId>,
    person: Option<PersonId>,
    freeze: Option<Moment>,
    offset: i64,
    limit: i64,
) -> Result<(Vec<Submission>, i64), StoreError> {
    macro_rules! query {
        ($c:expr) => {{
            let of = || {
                let mut query = submissions::table
                    .filter(submissions::competition_id.eq(competition.0))
                    .into_boxed();
                if let Some(team) = team {
                    query = query.filter(submissions::team_id.eq(team.0));
                }
                if let Some(person) = person {
                    query = query.filter(submissions::person_id.eq(person.0));
                }
                query
            };
            let total: i64 = of().count().get_result($c)?;
            let until = freeze.map_or(i64::MAX, Moment::millis);
            let early = submissions::merged_at.lt(until).assume_not_null();
            let told = early.or(submissions::by_rules.ne(Status::Rejected.as_str()));
            // As `Submission::told_merged_at`.
            let merged_at = case_when(told, submissions::merged_at);
            let order = (merged_at.is_not_null(), merged_at.desc(), submissions::id.desc());
            (of().order(order).offset(offset).limit(limit).load::<Row>($c)?, total)
        }};
    }
    let (rows, total) = match db {
        Db::Sqlite(c) => query!(c),
        Db::Postgres(c) => query!(c),
    };
    Ok((all(rows)?, total))
}

/// A person's submissions of every competition, or of one, the newest merge first (what is not merged before
/// them). A person has hundreds of them at most.
pub fn submissions_of_person(
    db: &mut Db,
    person: PersonId,
    competition: Option<CompetitionId>,
) -> Result<Vec<Submission>, StoreError> {
    let order = (
        submissions::merged_at.is_not_null(),
        submissions::merged_at.desc(),
        submissions::id.desc(),
    );
    let of = submissions::table
        .filter(submissions::person_id.eq(person.0))
        .order(order);
    let rows: Vec<Row> = match competition {
        None => on!(db, c => of.load(c))?,
        Some(competition) => on!(db, c => of.filter(submissions::competition_id.eq(competition.0)).load(c))?,
    };
    all(rows)
}
