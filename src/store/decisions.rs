//! What judges said, what is appealed, and the queue of what waits for a judge.

use super::{
    Db, PART, StoreError, on,
    schema::{appeals, decisions, logins, submissions, teams},
    submissions::{Row as SubmissionRow, Submission, all},
};
use crate::domain::{
    check::Check,
    evaluate::{Action, Decision, Landed, Status},
    login::LoginId,
    team::{CompetitionId, Kind, SubmissionId, TeamId},
    time::Moment,
};
use diesel::prelude::*;
use std::collections::HashMap;

/// How a decision came to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Its judge, or an admin, took it back.
    Undone,
    /// What the judge saw had changed, and somebody decided anew.
    Replaced,
    /// Another judge upheld an appeal.
    Overturned,
}

impl Ended {
    pub fn as_str(self) -> &'static str {
        match self {
            Ended::Undone => "undone",
            Ended::Replaced => "replaced",
            Ended::Overturned => "overturned",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Ended::Undone, Ended::Replaced, Ended::Overturned]
            .into_iter()
            .find(|ended| ended.as_str() == text)
    }
}

/// A decision as it stands, or stood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    pub id: i64,
    pub submission: SubmissionId,
    pub judge: LoginId,
    /// The judge's login as it is called today.
    pub judge_login: String,
    pub decision: Decision,
    pub reason: String,
    pub at: Moment,
    pub ended: Option<(Ended, Moment)>,
}

type DecisionRow = (
    i64,
    i64,
    i64,
    String,
    Option<i64>,
    String,
    String,
    i64,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<String>,
    String,
);

macro_rules! decided {
    () => {
        decisions::table
            .inner_join(logins::table.on(logins::id.eq(decisions::login_id)))
            .select((
                decisions::id,
                decisions::submission_id,
                decisions::login_id,
                decisions::action,
                decisions::points,
                decisions::reason,
                decisions::seen,
                decisions::decided_at,
                decisions::ended_at,
                decisions::ended_how,
                decisions::merged_at,
                decisions::merge_sha,
                logins::login,
            ))
    };
}

fn read(row: DecisionRow) -> Result<Decided, StoreError> {
    let (
        id,
        submission,
        judge,
        action,
        points,
        reason,
        seen,
        at,
        ended_at,
        ended_how,
        merged_at,
        merge_sha,
        judge_login,
    ) = row;
    let action = Action::parse(&action).ok_or_else(|| StoreError::unreadable("action", &action))?;
    let how = ended_how.as_deref().and_then(Ended::parse);
    Ok(Decided {
        id,
        submission: SubmissionId(submission),
        judge: LoginId(judge),
        judge_login,
        decision: Decision {
            action,
            points,
            landed: merged_at.map(|at| Landed {
                merged_at: Moment::from_millis(at),
                merge_sha,
            }),
            seen: serde_json::from_str(&seen).map_err(|why| StoreError::unreadable("what a judge saw", &why))?,
        },
        reason,
        at: Moment::from_millis(at),
        ended: how.zip(ended_at.map(Moment::from_millis)),
    })
}

fn read_all(rows: Vec<DecisionRow>) -> Result<Vec<Decided>, StoreError> {
    rows.into_iter().map(read).collect()
}

/// Writes a decision, which stands from now on. Errors: `Duplicate` where another one stands.
pub fn insert_decision(
    db: &mut Db,
    competition: CompetitionId,
    submission: SubmissionId,
    judge: LoginId,
    decision: &Decision,
    reason: &str,
    now: Moment,
) -> Result<i64, StoreError> {
    let seen = serde_json::to_string(&decision.seen).map_err(|why| StoreError::Refused(why.to_string()))?;
    let landed = decision.landed.as_ref();
    let values = (
        decisions::competition_id.eq(competition.0),
        decisions::submission_id.eq(submission.0),
        decisions::login_id.eq(judge.0),
        decisions::action.eq(decision.action.as_str()),
        decisions::points.eq(decision.points),
        decisions::merged_at.eq(landed.map(|landed| landed.merged_at.millis())),
        decisions::merge_sha.eq(landed.and_then(|landed| landed.merge_sha.as_deref())),
        decisions::reason.eq(reason),
        decisions::seen.eq(&seen),
        decisions::decided_at.eq(now.millis()),
    );
    let insert = diesel::insert_into(decisions::table)
        .values(values)
        .returning(decisions::id);
    Ok(on!(db, c => insert.get_result(c))?)
}

/// Ends a decision that stands; it stays in the history. An appeal that nobody has answered has nothing left
/// to be about, unless it is what ended the decision.
pub fn end_decision(db: &mut Db, id: i64, how: Ended, by: LoginId, now: Moment) -> Result<(), StoreError> {
    let values = (
        decisions::ended_at.eq(now.millis()),
        decisions::ended_how.eq(how.as_str()),
        decisions::ended_by.eq(by.0),
    );
    on!(db, c => diesel::update(decisions::table.find(id)).set(values).execute(c))?;
    let open = appeals::table
        .filter(appeals::decision_id.eq(id))
        .filter(appeals::status.eq(AppealStatus::Open.as_str()));
    let moot = (
        appeals::status.eq(AppealStatus::Moot.as_str()),
        appeals::answered_at.eq(now.millis()),
    );
    on!(db, c => diesel::update(open).set(moot).execute(c))?;
    Ok(())
}

/// The decisions that stand on these submissions.
pub fn standing_of(db: &mut Db, ids: &[SubmissionId]) -> Result<HashMap<SubmissionId, Decided>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let mut found = HashMap::new();
    for part in ids.chunks(PART) {
        let query = decided!()
            .filter(decisions::submission_id.eq_any(part))
            .filter(decisions::ended_at.is_null());
        for decided in read_all(on!(db, c => query.load(c))?)? {
            found.insert(decided.submission, decided);
        }
    }
    Ok(found)
}

/// Every decision of a competition that stands, by submission.
pub fn standing_in(db: &mut Db, competition: CompetitionId) -> Result<HashMap<SubmissionId, Decided>, StoreError> {
    let query = decided!()
        .filter(decisions::competition_id.eq(competition.0))
        .filter(decisions::ended_at.is_null());
    let rows = read_all(on!(db, c => query.load(c))?)?;
    Ok(rows.into_iter().map(|decided| (decided.submission, decided)).collect())
}

/// Everything that judges ever said of a submission, the newest first.
pub fn decisions_of(db: &mut Db, submission: SubmissionId) -> Result<Vec<Decided>, StoreError> {
    let query = decided!()
        .filter(decisions::submission_id.eq(submission.0))
        .order(decisions::id.desc());
    read_all(on!(db, c => query.load(c))?)
}

/// What a judge has done in a competition.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JudgeWork {
    pub accepted: u64,
    pub rejected: u64,
    /// Taken back by the judge or an admin.
    pub undone: u64,
    /// Appeals against this judge's decisions, by what became of them.
    pub appealed: u64,
    pub upheld: u64,
    pub dismissed: u64,
    pub last: Option<Moment>,
}

/// What each judge has done in a competition, by number of the login.
pub fn judges_work(db: &mut Db, competition: CompetitionId) -> Result<HashMap<LoginId, JudgeWork>, StoreError> {
    let query = decisions::table
        .left_join(appeals::table.on(appeals::decision_id.eq(decisions::id)))
        .filter(decisions::competition_id.eq(competition.0))
        .select((
            decisions::login_id,
            decisions::action,
            decisions::ended_how,
            decisions::decided_at,
            appeals::status.nullable(),
        ));
    type Found = (i64, String, Option<String>, i64, Option<String>);
    let rows: Vec<Found> = on!(db, c => query.load(c))?;
    let mut work: HashMap<LoginId, JudgeWork> = HashMap::new();
    for (judge, action, ended, at, appeal) in rows {
        let work = work.entry(LoginId(judge)).or_default();
        match Action::parse(&action) {
            Some(Action::Accept) => work.accepted += 1,
            Some(Action::Reject) => work.rejected += 1,
            None => return Err(StoreError::unreadable("action", &action)),
        }
        work.undone += u64::from(ended.as_deref() == Some(Ended::Undone.as_str()));
        match appeal.as_deref().and_then(AppealStatus::parse) {
            None => {}
            Some(status) => {
                work.appealed += 1;
                work.upheld += u64::from(status == AppealStatus::Upheld);
                work.dismissed += u64::from(status == AppealStatus::Dismissed);
            }
        }
        work.last = work.last.max(Some(Moment::from_millis(at)));
    }
    Ok(work)
}

/// What became of an appeal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppealStatus {
    Open,
    /// The decision was overturned.
    Upheld,
    /// The decision stays.
    Dismissed,
    /// The decision ended before anybody answered: undone, or replaced by a new one.
    Moot,
}

impl AppealStatus {
    pub const ALL: [AppealStatus; 4] = [
        AppealStatus::Open,
        AppealStatus::Upheld,
        AppealStatus::Dismissed,
        AppealStatus::Moot,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            AppealStatus::Open => "open",
            AppealStatus::Upheld => "upheld",
            AppealStatus::Dismissed => "dismissed",
            AppealStatus::Moot => "moot",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// An appeal against a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appeal {
    pub id: i64,
    pub competition: CompetitionId,
    pub submission: SubmissionId,
    /// The decision's number.
    pub decision: i64,
    pub text: String,
    pub opened_at: Moment,
    pub status: AppealStatus,
    pub answer: Option<String>,
    pub answered_at: Option<Moment>,
}

type AppealRow = (
    i64,
    i64,
    i64,
    i64,
    i64,
    String,
    i64,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

fn read_appeal(row: AppealRow) -> Result<Appeal, StoreError> {
    let (id, competition, submission, decision, _, text, opened_at, status, answer, _, answered_at) = row;
    Ok(Appeal {
        id,
        competition: CompetitionId(competition),
        submission: SubmissionId(submission),
        decision,
        text,
        opened_at: Moment::from_millis(opened_at),
        status: AppealStatus::parse(&status).ok_or_else(|| StoreError::unreadable("appeal", &status))?,
        answer,
        answered_at: answered_at.map(Moment::from_millis),
    })
}

/// Writes an appeal. Errors: `Duplicate` where the decision was appealed already.
pub fn insert_appeal(
    db: &mut Db,
    competition: CompetitionId,
    of: &Decided,
    by: LoginId,
    text: &str,
    now: Moment,
) -> Result<i64, StoreError> {
    let values = (
        appeals::competition_id.eq(competition.0),
        appeals::submission_id.eq(of.submission.0),
        appeals::decision_id.eq(of.id),
        appeals::login_id.eq(by.0),
        appeals::text.eq(text),
        appeals::opened_at.eq(now.millis()),
        appeals::status.eq(AppealStatus::Open.as_str()),
    );
    let insert = diesel::insert_into(appeals::table)
        .values(values)
        .returning(appeals::id);
    Ok(on!(db, c => insert.get_result(c))?)
}

pub fn appeal(db: &mut Db, id: i64) -> Result<Option<Appeal>, StoreError> {
    let row: Option<AppealRow> = on!(db, c => appeals::table.find(id).first(c).optional())?;
    row.map(read_appeal).transpose()
}

/// The appeal against a decision, where there is one.
pub fn appeal_of(db: &mut Db, decision: i64) -> Result<Option<Appeal>, StoreError> {
    let query = appeals::table.filter(appeals::decision_id.eq(decision));
    let row: Option<AppealRow> = on!(db, c => query.first(c).optional())?;
    row.map(read_appeal).transpose()
}

/// Up to `limit` appeals of a competition after the one with the number `after`, oldest first.
pub fn appeals_after(
    db: &mut Db,
    competition: CompetitionId,
    status: Option<AppealStatus>,
    after: i64,
    limit: i64,
) -> Result<Vec<Appeal>, StoreError> {
    let of = appeals::table
        .filter(appeals::competition_id.eq(competition.0))
        .filter(appeals::id.gt(after))
        .order(appeals::id)
        .limit(limit);
    let rows: Vec<AppealRow> = match status {
        None => on!(db, c => of.load(c))?,
        Some(status) => on!(db, c => of.filter(appeals::status.eq(status.as_str())).load(c))?,
    };
    rows.into_iter().map(read_appeal).collect()
}

pub fn count_open_appeals(db: &mut Db, competition: CompetitionId) -> Result<i64, StoreError> {
    let of = appeals::table
        .filter(appeals::competition_id.eq(competition.0))
        .filter(appeals::status.eq(AppealStatus::Open.as_str()));
    Ok(on!(db, c => of.count().get_result(c))?)
}

pub fn answer_appeal(
    db: &mut Db,
    id: i64,
    status: AppealStatus,
    answer: &str,
    by: LoginId,
    now: Moment,
) -> Result<(), StoreError> {
    let values = (
        appeals::status.eq(status.as_str()),
        appeals::answer.eq(answer),
        appeals::answered_by.eq(by.0),
        appeals::answered_at.eq(now.millis()),
    );
    on!(db, c => diesel::update(appeals::table.find(id)).set(values).execute(c))?;
    Ok(())
}

/// A decision by its number, whether or not it stands.
pub fn decision_by_id(db: &mut Db, id: i64) -> Result<Option<Decided>, StoreError> {
    let query = decided!().filter(decisions::id.eq(id));
    let row: Option<DecisionRow> = on!(db, c => query.first(c).optional())?;
    row.map(read).transpose()
}

/// Which submissions in review a judge wants to see.
#[derive(Clone, Debug)]
pub struct QueueWanted {
    pub competition: CompetitionId,
    pub kind: Option<Kind>,
    pub team: Option<TeamId>,
    /// One whose answer is not `pass`.
    pub check: Option<Check>,
    /// Merge and number of the last one seen.
    pub after: Option<(Option<Moment>, SubmissionId)>,
    /// From there towards the head of the queue, the nearest first.
    pub back: bool,
    pub limit: i64,
}

/// Submissions in review, longest waiting (merged first) first, and how many there are in all, `after` left out.
pub fn review_queue(db: &mut Db, wanted: &QueueWanted) -> Result<(Vec<Submission>, u64), StoreError> {
    // A submission's row keeps a letter a check, in the contract's order.
    let passed = wanted.check.map(|check| format!("{}p%", "_".repeat(check as usize)));
    macro_rules! query {
        ($c:expr) => {{
            let of = || {
                let mut query = submissions::table
                    .filter(submissions::competition_id.eq(wanted.competition.0))
                    .filter(submissions::status.eq(Status::Review.as_str()))
                    .into_boxed();
                if let Some(kind) = wanted.kind {
                    let of_kind = teams::table
                        .filter(teams::competition_id.eq(wanted.competition.0))
                        .filter(teams::kind.eq(kind.as_str()))
                        .select(teams::id.nullable());
                    query = query.filter(submissions::team_id.eq_any(of_kind));
                }
                if let Some(team) = wanted.team {
                    query = query.filter(submissions::team_id.eq(team.0));
                }
                if let Some(passed) = &passed {
                    query = query.filter(submissions::outcomes.not_like(passed.clone()));
                }
                query
            };
            let total: i64 = of().count().get_result($c)?;
            let (merged_at, number) = (submissions::merged_at, submissions::id);
            let mut query = of().limit(wanted.limit);
            let after = wanted.after.map(|(at, id)| (at.map_or(i64::MIN, Moment::millis), id.0));
            query = match (wanted.back, after) {
                (false, None) => query.order((merged_at, number)),
                (false, Some((at, id))) => {
                    let later = merged_at.gt(at).or(merged_at.eq(at).and(number.gt(id)));
                    query.filter(later.assume_not_null()).order((merged_at, number))
                }
                (true, after) => {
                    let (at, id) = after.unwrap_or((i64::MAX, i64::MAX));
                    let sooner = merged_at.lt(at).or(merged_at.eq(at).and(number.lt(id)));
                    let query = query.filter(sooner.assume_not_null());
                    query.order((merged_at.desc(), number.desc()))
                }
            };
            (query.load::<SubmissionRow>($c)?, total)
        }};
    }
    let (rows, total) = match db {
        Db::Sqlite(c) => query!(c),
        Db::Postgres(c) => query!(c),
    };
    Ok((all(rows)?, total.unsigned_abs()))
}
