//! The judge's queue, one submission with all its evidence, and what judges have done.

use super::{
    App, AppError, Case, Competition, Objection, Sight, Who,
    conflict::Ties,
    decide::Docket,
    explain::case_of,
    submissions::{cases, each_case},
};
use crate::{
    domain::{
        check::Check,
        evaluate::Status,
        login::Role,
        team::{Kind, SubmissionId},
        text::Slug,
        time::Moment,
    },
    store::{self, AppealStatus, Db, Decided, JudgeWork, QueueWanted},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Which submissions in review a judge wants to see.
#[derive(Clone, Debug, Default)]
pub struct QueueQuery {
    pub kind: Option<Kind>,
    pub team: Option<Slug>,
    /// One whose answer is not `pass`.
    pub check: Option<Check>,
    /// The last one seen.
    pub after: Option<SubmissionId>,
    /// From there towards the head of the queue, the nearest first.
    pub back: bool,
    pub limit: usize,
}

/// A submission that waits for a judge.
pub struct Waiting {
    pub case: Case,
    /// Why the judge who asks must not decide on it.
    pub conflict: Option<Objection>,
}

/// A part of the queue, longest waiting first, as what was made of each.
pub struct Queue<T = Waiting> {
    pub waiting: Vec<T>,
    /// How many match, in all.
    pub total: u64,
}

/// Errors: `NoCompetition`.
pub async fn queue<T: Send + 'static>(
    app: &App,
    who: &Who,
    slug: &Slug,
    query: QueueQuery,
    now: Moment,
    mut each: impl FnMut(Waiting) -> T + Send + 'static,
) -> Result<Queue<T>, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .read(move |db| {
            let competition = Arc::new(definitions.of(db, &slug)?);
            let ties = Ties::of(db, &competition, &who)?;
            let Some(wanted) = wanted(db, &competition, &query)? else {
                return Ok(Queue {
                    waiting: Vec::new(),
                    total: 0,
                });
            };
            let (rows, total) = store::review_queue(db, &wanted)?;
            let waiting = each_case(db, &competition, rows, Sight::Live, now, |case| {
                let conflict = ties.conflict(&case.submission, &case.fact.pull, now);
                each(Waiting { case, conflict })
            })?;
            Ok(Queue { waiting, total })
        })
        .await
}

/// None where the team is not there.
fn wanted(db: &mut Db, competition: &Competition, query: &QueueQuery) -> Result<Option<QueueWanted>, AppError> {
    let team = match &query.team {
        None => None,
        Some(slug) => match store::team_by_slug(db, competition.id(), slug)? {
            None => return Ok(None),
            Some((team, _)) => Some(team),
        },
    };
    // Whatever became of the last one seen, its place in the order is where it was merged.
    let after = match query.after {
        None => None,
        Some(id) => {
            let row = store::submissions_by_id(db, &[id])?.pop();
            Some((row.and_then(|row| row.merged_at), id))
        }
    };
    Ok(Some(QueueWanted {
        competition: competition.id(),
        kind: query.kind,
        team,
        check: query.check,
        after,
        back: query.back,
        limit: query.limit as i64,
    }))
}

/// Another submission of the same person, in a line.
#[derive(Clone, Debug)]
pub struct OtherFix {
    pub id: SubmissionId,
    pub title: String,
    pub status: Status,
    pub points: i64,
    pub merged_at: Option<Moment>,
}

/// A submission with everything that a judge wants to know of it.
pub struct Evidence {
    pub case: Case,
    pub etag: String,
    pub conflict: Option<Objection>,
    /// Why no decision is possible now, whoever decides.
    pub refused: Option<Objection>,
    /// Whether a judge may say when it landed.
    pub dated: bool,
    /// The other of a duplicate.
    pub twin: Option<Case>,
    /// The person's other submissions, newest merge first, and how many there are.
    pub others: Vec<OtherFix>,
    pub others_total: u64,
    /// Every decision ever, newest first.
    pub decisions: Vec<Decided>,
    /// The appeal against the decision that stands.
    pub appeal: Option<store::Appeal>,
    /// The ones before and after it in the queue as it is filtered, none that the judge must not decide on.
    pub before: Option<SubmissionId>,
    pub next: Option<SubmissionId>,
    /// How many wait, as it is filtered.
    pub total: u64,
}

/// How far ahead the queue is read for the next one that the judge may decide on.
const AHEAD: usize = 50;
/// Other fixes of a person that are shown.
const OTHERS: i64 = 12;

/// Errors: `NoCompetition`, `NotThere`.
pub async fn evidence(
    app: &App,
    who: &Who,
    slug: &Slug,
    id: SubmissionId,
    query: QueueQuery,
    now: Moment,
) -> Result<Evidence, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .read(move |db| {
            let competition = Arc::new(definitions.of(db, &slug)?);
            let docket = Docket::open(db, &competition, id)?;
            let ties = Ties::of(db, &competition, &who)?;
            let conflict = ties.conflict(&docket.submission, &docket.fact.pull, now);
            let dated = docket.landing(&competition).takes_a_judges_word();
            let refused = match docket.decidable(&competition, dated) {
                Ok(()) => None,
                Err(AppError::Objection(objection)) => Some(objection),
                Err(error) => return Err(error),
            };
            let decisions = store::decisions_of(db, id)?;
            let appeal = match &docket.standing {
                None => None,
                Some(standing) => store::appeal_of(db, standing.id)?.filter(|a| a.status == AppealStatus::Open),
            };
            let (others, others_total) = others(db, &competition, &docket)?;
            let twin = match docket.submission.duplicate {
                None => None,
                Some(duplicate) => {
                    let rows = store::submissions_by_id(db, &[duplicate.of])?;
                    cases(db, &competition, rows, Sight::Live, now)?.pop()
                }
            };
            let (before, next, total) = neighbours(db, &competition, &ties, id, &query, now)?;
            let case = case_of(
                db,
                Competition::clone(&competition),
                docket.submission,
                docket.fact,
                Sight::Live,
                now,
            )?;
            Ok(Evidence {
                etag: case.etag(),
                case,
                conflict,
                refused,
                dated,
                twin,
                others,
                others_total,
                decisions,
                appeal,
                before,
                next,
                total,
            })
        })
        .await
}

fn others(db: &mut Db, competition: &Competition, docket: &Docket) -> Result<(Vec<OtherFix>, u64), AppError> {
    let Some(person) = docket.submission.person else {
        return Ok((Vec::new(), 0));
    };
    let (rows, total) = store::latest_submissions(db, competition.id(), None, Some(person), None, 0, OTHERS + 1)?;
    let pulls: Vec<_> = rows.iter().map(|row| row.pull).collect();
    let titles: HashMap<_, String> = store::facts_by_id(db, &pulls)?
        .into_iter()
        .map(|fact| (fact.id, fact.pull.title))
        .collect();
    let other = rows.iter().filter(|row| row.id != docket.submission.id);
    let others = other.take(OTHERS as usize).map(|row| OtherFix {
        id: row.id,
        title: titles.get(&row.pull).cloned().unwrap_or_default(),
        status: row.status,
        points: row.points,
        merged_at: row.merged_at,
    });
    Ok((others.collect(), total.unsigned_abs().saturating_sub(1)))
}

type Neighbours = (Option<SubmissionId>, Option<SubmissionId>, u64);

/// The one before and the one after a submission in the queue, none that the judge must not decide on; where
/// nothing comes after, the queue begins again from its head.
fn neighbours(
    db: &mut Db,
    competition: &Competition,
    ties: &Ties,
    id: SubmissionId,
    query: &QueueQuery,
    now: Moment,
) -> Result<Neighbours, AppError> {
    let mut part = |after: Option<SubmissionId>, back: bool| -> Result<(Option<SubmissionId>, u64), AppError> {
        let query = QueueQuery {
            after,
            back,
            limit: AHEAD,
            ..query.clone()
        };
        let Some(wanted) = wanted(db, competition, &query)? else {
            return Ok((None, 0));
        };
        let (rows, total) = store::review_queue(db, &wanted)?;
        let pulls: Vec<_> = rows.iter().map(|row| row.pull).collect();
        let facts: HashMap<_, _> = store::facts_by_id(db, &pulls)?
            .into_iter()
            .map(|fact| (fact.id, fact.pull))
            .collect();
        let free = |row: &&store::Submission| {
            let pull = facts.get(&row.pull);
            row.id != id && pull.is_some_and(|pull| ties.conflict(row, pull, now).is_none())
        };
        Ok((rows.iter().find(free).map(|row| row.id), total))
    };
    let (before, _) = part(Some(id), true)?;
    let (next, total) = match part(Some(id), false)? {
        (None, _) => part(None, false)?,
        found => found,
    };
    Ok((before, next, total))
}

/// The one that comes after a submission in the queue and that the judge may decide on.
///
/// Errors: `NoCompetition`.
pub async fn next_in_queue(
    app: &App,
    who: &Who,
    slug: &Slug,
    id: SubmissionId,
    query: QueueQuery,
    now: Moment,
) -> Result<Option<SubmissionId>, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let ties = Ties::of(db, &competition, &who)?;
            Ok(neighbours(db, &competition, &ties, id, &query, now)?.1)
        })
        .await
}

/// A judge of a competition and what that judge has done.
pub struct JudgeLine {
    pub login: String,
    /// Whether the login still is a judge of the competition, or an admin.
    pub active: bool,
    pub work: JudgeWork,
}

/// Every judge of a competition, and everybody who ever decided in it, by login; and how many wait.
///
/// Errors: `NoCompetition`.
pub async fn judges(app: &App, slug: &Slug) -> Result<(Vec<JudgeLine>, u64), AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let work = store::judges_work(db, competition.id())?;
            let roles = store::roles_in(db, competition.id())?;
            let judges = roles.iter().filter(|(_, role)| matches!(role, Role::Judge(_)));
            let judges: BTreeSet<_> = judges.map(|(login, _)| *login).collect();
            let admins: BTreeSet<_> = store::admins(db)?.into_iter().collect();
            let everybody: BTreeSet<_> = judges.iter().chain(work.keys()).copied().collect();
            let mut lines = Vec::new();
            for id in everybody {
                if let Some(login) = store::login_by_id(db, id)? {
                    lines.push(JudgeLine {
                        active: (judges.contains(&id) || admins.contains(&id)) && login.banned_at.is_none(),
                        login: login.login,
                        work: work.get(&id).copied().unwrap_or_default(),
                    });
                }
            }
            lines.sort_by_key(|line| line.login.to_lowercase());
            let everything = QueueQuery {
                limit: 1,
                ..QueueQuery::default()
            };
            let waiting = match wanted(db, &competition, &everything)? {
                None => 0,
                Some(wanted) => store::review_queue(db, &wanted)?.1,
            };
            Ok((lines, waiting))
        })
        .await
}
