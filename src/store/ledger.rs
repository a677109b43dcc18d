//! The ledger: entries are added at its end and never touched again.

use super::{
    Db, PART, StoreError, on,
    schema::{ledger, pulls, repositories, submissions},
};
use crate::domain::{
    evaluate::Status,
    forge::ForgeHost,
    ledger::{Cause, Entry, Hash},
    team::{CompetitionId, SubmissionId},
    time::Moment,
};
use diesel::prelude::*;

/// An entry with its place in the chain.
#[derive(Clone, Debug)]
pub struct Chained {
    pub entry: Entry,
    pub hash: Hash,
    /// What may be told of the submission while a freeze hides it, and no part of what is hashed. None: it left,
    /// or the entry is of before this was kept.
    pub by_rules: Option<Status>,
    /// When it was merged before this entry, where the entry says that it is not: a judge's word was taken back.
    pub was_at: Option<Moment>,
}

impl Chained {
    /// Whether a freeze hides the entry: it is about what was merged from then on, now or just before.
    pub fn is_late(&self, freeze: Moment) -> bool {
        self.entry.at.or(self.was_at).is_some_and(|at| at >= freeze)
    }
}

type Row = (
    i64,
    i64,
    Option<i64>,
    i64,
    i64,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
    String,
    Vec<u8>,
    Option<String>,
    Option<i64>,
);

fn chained(row: Row) -> Result<Chained, StoreError> {
    let (_, seq, at, recorded_at, submission, person, team, points, status, cause, hash, by_rules, was_at) = row;
    let parse = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => Status::parse(&text)
            .map(Some)
            .ok_or_else(|| StoreError::unreadable("status", &text)),
    };
    let status = parse(status)?;
    Ok(Chained {
        entry: Entry {
            at: at.map(Moment::from_millis),
            cause: Cause::parse(&cause).ok_or_else(|| StoreError::unreadable("cause", &cause))?,
            person,
            points,
            recorded_at: Moment::from_millis(recorded_at),
            seq,
            status,
            submission: SubmissionId(submission),
            team,
        },
        hash: Hash::from_bytes(&hash).ok_or_else(|| StoreError::unreadable("hash of entry", &seq))?,
        by_rules: parse(by_rules)?,
        was_at: was_at.map(Moment::from_millis),
    })
}

/// Up to `limit` entries after `after`, by number.
pub fn ledger_after(
    db: &mut Db,
    competition: CompetitionId,
    after: i64,
    limit: i64,
) -> Result<Vec<Chained>, StoreError> {
    let query = ledger::table
        .filter(ledger::competition_id.eq(competition.0))
        .filter(ledger::seq.gt(after))
        .order(ledger::seq)
        .limit(limit);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    rows.into_iter().map(chained).collect()
}

/// The history of one submission, oldest first.
pub fn ledger_of(db: &mut Db, submission: SubmissionId) -> Result<Vec<Chained>, StoreError> {
    let query = ledger::table
        .filter(ledger::submission_id.eq(submission.0))
        .order(ledger::seq);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    rows.into_iter().map(chained).collect()
}

/// Adds entries at the end, in order.
pub fn append(db: &mut Db, competition: CompetitionId, entries: &[Chained]) -> Result<(), StoreError> {
    for part in entries.chunks(PART) {
        let rows: Vec<_> = part
            .iter()
            .map(|chained| {
                let Chained {
                    entry,
                    hash,
                    by_rules,
                    was_at,
                } = chained;
                (
                    ledger::competition_id.eq(competition.0),
                    ledger::seq.eq(entry.seq),
                    ledger::at.eq(entry.at.map(Moment::millis)),
                    ledger::recorded_at.eq(entry.recorded_at.millis()),
                    ledger::submission_id.eq(entry.submission.0),
                    ledger::person.eq(entry.person.as_deref()),
                    ledger::team.eq(entry.team.as_deref()),
                    ledger::points.eq(entry.points),
                    ledger::status.eq(entry.status.map(Status::as_str)),
                    ledger::cause.eq(entry.cause.as_str()),
                    ledger::hash.eq(hash.0.as_slice()),
                    ledger::by_rules.eq(by_rules.map(Status::as_str)),
                    ledger::was_at.eq(was_at.map(Moment::millis)),
                )
            })
            .collect();
        on!(db, c => diesel::insert_into(ledger::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// When an entry was recorded.
pub fn recorded_at(db: &mut Db, competition: CompetitionId, seq: i64) -> Result<Option<Moment>, StoreError> {
    let query = ledger::table.find((competition.0, seq)).select(ledger::recorded_at);
    let at: Option<i64> = on!(db, c => query.first(c).optional())?;
    Ok(at.map(Moment::from_millis))
}

/// The number and time of the last entry on what was not merged from `freeze` on.
pub fn last_entry_before_freeze(
    db: &mut Db,
    competition: CompetitionId,
    freeze: Moment,
) -> Result<Option<(i64, Moment)>, StoreError> {
    let query = ledger::table
        .filter(ledger::competition_id.eq(competition.0))
        .filter(ledger::at.lt(freeze.millis()).or(ledger::at.is_null()))
        .filter(ledger::was_at.lt(freeze.millis()).or(ledger::was_at.is_null()))
        .order(ledger::seq.desc())
        .select((ledger::seq, ledger::recorded_at));
    let row: Option<(i64, i64)> = on!(db, c => query.first(c).optional())?;
    Ok(row.map(|(seq, at)| (seq, Moment::from_millis(at))))
}

/// Up to `limit` entries after `after` on what was merged from `freeze` on.
pub fn ledger_from_freeze(
    db: &mut Db,
    competition: CompetitionId,
    freeze: Moment,
    after: i64,
    limit: i64,
) -> Result<Vec<Chained>, StoreError> {
    let query = ledger::table
        .filter(ledger::competition_id.eq(competition.0))
        .filter(ledger::at.ge(freeze.millis()).or(ledger::was_at.ge(freeze.millis())))
        .filter(ledger::seq.gt(after))
        .order(ledger::seq)
        .limit(limit);
    let rows: Vec<Row> = on!(db, c => query.load(c))?;
    rows.into_iter().map(chained).collect()
}

/// A change of points with the pull that it is about: what a board's feed shows.
#[derive(Clone, Debug)]
pub struct FeedEntry {
    pub submission: SubmissionId,
    pub points: i64,
    pub team: Option<String>,
    pub recorded_at: Moment,
    pub forge: ForgeHost,
    pub repository: String,
    pub number: u64,
    pub title: String,
}

/// The last `limit` changes of points, newest first; under a freeze only of what was merged before it.
pub fn feed(
    db: &mut Db,
    competition: CompetitionId,
    freeze: Option<Moment>,
    limit: i64,
) -> Result<Vec<FeedEntry>, StoreError> {
    let until = freeze.map_or(i64::MAX, Moment::millis);
    let query = ledger::table
        .inner_join(submissions::table.on(submissions::id.eq(ledger::submission_id)))
        .inner_join(pulls::table.on(pulls::id.eq(submissions::pull_id)))
        .inner_join(repositories::table.on(repositories::id.eq(pulls::repository_id)))
        .filter(ledger::competition_id.eq(competition.0))
        .filter(ledger::points.ne(0))
        .filter(ledger::at.lt(until))
        .order(ledger::seq.desc())
        .limit(limit)
        .select((
            ledger::submission_id,
            ledger::points,
            ledger::team,
            ledger::recorded_at,
            pulls::forge,
            repositories::path,
            pulls::number,
            pulls::title,
        ));
    type Found = (i64, i64, Option<String>, i64, String, String, i64, String);
    let rows: Vec<Found> = on!(db, c => query.load(c))?;
    rows.into_iter()
        .map(
            |(submission, points, team, recorded_at, forge, repository, number, title)| {
                Ok(FeedEntry {
                    submission: SubmissionId(submission),
                    points,
                    team,
                    recorded_at: Moment::from_millis(recorded_at),
                    forge: ForgeHost::parse(&forge).map_err(|e| StoreError::unreadable("forge", &e))?,
                    repository,
                    number: u64::try_from(number).unwrap_or(0),
                    title,
                })
            },
        )
        .collect()
}
