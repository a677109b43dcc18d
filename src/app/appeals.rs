//! Appeals: somebody asks that another judge looks again, and another judge answers.

use super::{
    App, AppError, Case, Competition, Objection, Sight, Who,
    decide::{Docket, Judgement, good_points, rule, unsealed},
    explain::{Hidden, case_of, hide},
    reason::good_text,
};
use crate::{
    domain::{evaluate::Action, team::SubmissionId, text::Slug, time::Moment},
    store::{self, AppealStatus, Db, Decided, Deed, Ended, StoreError, Submission},
};
use serde_json::{Value, json};

/// How long after a decision somebody may appeal.
const WITHIN: i64 = 7 * Moment::DAY;

/// Until when a decision can be appealed. What a freeze hid could not be known before the reveal.
pub(super) fn until(competition: &Competition, submission: &Submission, decided: &Decided) -> Moment {
    let freeze = competition.definition.window.freeze_at;
    let hidden = freeze.is_some_and(|freeze| submission.merged_at.is_some_and(|merged| merged >= freeze));
    let told = competition.stored.seal.revealed_at.filter(|_| hidden);
    decided.at.max(told.unwrap_or(decided.at)).plus(WITHIN)
}

/// An appeal with the decision that it is about.
pub struct AppealLine {
    pub appeal: store::Appeal,
    pub decision: Decided,
    /// Another judge is to answer: this one must not.
    pub own: bool,
}

/// An appeal with its submission as it is now.
pub struct AppealCase {
    pub line: AppealLine,
    pub case: Case,
    /// Why the judge who looks must not answer.
    pub conflict: Option<Objection>,
}

impl AppealLine {
    /// As judges see it.
    pub fn json(&self) -> Value {
        let (appeal, decided) = (&self.appeal, &self.decision);
        json!({
            "id": appeal.id,
            "submission": appeal.submission,
            "status": appeal.status.as_str(),
            "text": appeal.text,
            "opened_at": appeal.opened_at,
            "answer": appeal.answer,
            "answered_at": appeal.answered_at,
            "decision": {
                "action": decided.decision.action,
                "points": decided.decision.points,
                "reason": decided.reason,
                "decided_at": decided.at,
            },
        })
    }
}

fn line(db: &mut Db, who: &Who, appeal: store::Appeal) -> Result<AppealLine, AppError> {
    let decision = store::decision_by_id(db, appeal.decision)?;
    let decision = decision.ok_or_else(|| AppError::Broken(format!("appeal {} has no decision", appeal.id)))?;
    Ok(AppealLine {
        own: decision.judge == who.id,
        appeal,
        decision,
    })
}

/// Whose a submission is: the person who wrote it, and the organizer of the team that it counts for.
fn is_theirs(who: &Who, competition: &Competition, submission: &Submission) -> bool {
    let organizes = |team| who.teams(competition.id()).any(|own| own == team);
    submission.person == Some(who.person) || submission.team.is_some_and(organizes)
}

/// The submission of somebody who wants to appeal, and why they cannot, where that is so.
///
/// Errors: `NotThere`, where it is not theirs.
pub async fn appealable(
    app: &App,
    who: &Who,
    id: SubmissionId,
    now: Moment,
) -> Result<(Case, Option<Objection>), AppError> {
    let (definitions, who) = (app.definitions(), who.clone());
    app.store
        .read(move |db| {
            let missing = || Objection::NotThere("submission");
            let row = store::submissions_by_id(db, &[id])?.pop().ok_or_else(missing)?;
            let competition = definitions.by_id(db, row.competition)?;
            let docket = Docket::open(db, &competition, id)?;
            if !is_theirs(&who, &competition, &docket.submission) {
                return Err(missing().into());
            }
            let refused = match may_appeal(db, &competition, &docket, now) {
                Ok(_) => None,
                Err(AppError::Objection(objection)) => Some(objection),
                Err(error) => return Err(error),
            };
            let case = case_of(db, competition, docket.submission, docket.fact, Sight::Public, now)?;
            Ok((case, refused))
        })
        .await
}

/// The decision that may be appealed. Errors: `Sealed`, `NoDecision`, `AppealTooLate`, `AlreadyAppealed`.
fn may_appeal<'d>(
    db: &mut Db,
    competition: &Competition,
    docket: &'d Docket,
    now: Moment,
) -> Result<&'d Decided, AppError> {
    unsealed(competition)?;
    // What a freeze hides is not told by what can be appealed either.
    let hidden = hide(competition, &mut docket.submission.clone(), Sight::Public, now) != Hidden::Nothing;
    let standing = docket
        .standing
        .as_ref()
        .filter(|_| !hidden)
        .ok_or(Objection::NoDecision)?;
    if now > until(competition, &docket.submission, standing) {
        return Err(Objection::AppealTooLate.into());
    }
    match store::appeal_of(db, standing.id)? {
        None => Ok(standing),
        Some(_) => Err(Objection::AlreadyAppealed.into()),
    }
}

/// Appeals against the decision that stands on a submission.
///
/// Errors: `TooShort`, `TooLong`; `NoCompetition`; `NotThere`, where it is not theirs; `Sealed`; `NoDecision`;
/// `AppealTooLate`; `AlreadyAppealed`.
pub async fn appeal(
    app: &App,
    who: &Who,
    slug: &Slug,
    id: SubmissionId,
    text: &str,
    now: Moment,
) -> Result<AppealLine, AppError> {
    let text = good_text("text", text)?;
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    let made = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            let docket = Docket::open(db, &competition, id)?;
            if !is_theirs(&who, &competition, &docket.submission) {
                return Err(Objection::NotThere("submission").into());
            }
            let standing = may_appeal(db, &competition, &docket, now)?;
            let number = store::insert_appeal(db, competition.id(), standing, who.id, &text, now)?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: docket.submission.team,
                reason: Some(text),
                became: Some(json!({"appeal": number, "decision": standing.id}).to_string()),
                ..who.deed(now, "appeal.open", id.0)
            };
            store::record(db, &deed)?;
            found(db, &who, &competition, number)
        })
        .await;
    match made {
        Err(AppError::Store(StoreError::Duplicate(_))) => Err(Objection::AlreadyAppealed.into()),
        made => made,
    }
}

/// Errors: `NotThere`, where it is no appeal of this competition.
fn found(db: &mut Db, who: &Who, competition: &Competition, id: i64) -> Result<AppealLine, AppError> {
    let appeal = store::appeal(db, id)?.filter(|appeal| appeal.competition == competition.id());
    line(db, who, appeal.ok_or(Objection::NotThere("appeal"))?)
}

/// Appeals of a competition after the one with the number `after`, oldest first.
pub async fn appeals(
    app: &App,
    who: &Who,
    slug: &Slug,
    status: Option<AppealStatus>,
    after: i64,
    limit: usize,
) -> Result<Vec<AppealLine>, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let all = store::appeals_after(db, competition.id(), status, after, limit as i64)?;
            all.into_iter().map(|appeal| line(db, &who, appeal)).collect()
        })
        .await
}

/// How many appeals of a competition wait for an answer. Errors: `NoCompetition`.
pub async fn open_appeals(app: &App, slug: &Slug) -> Result<u64, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            Ok(store::count_open_appeals(db, competition.id())?.unsigned_abs())
        })
        .await
}

/// One appeal, with its submission. Errors: `NoCompetition`, `NotThere`.
pub async fn appeal_case(app: &App, who: &Who, slug: &Slug, id: i64, now: Moment) -> Result<AppealCase, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let line = found(db, &who, &competition, id)?;
            let docket = Docket::open(db, &competition, line.appeal.submission)?;
            let conflict = match docket.impartial(db, &competition, &who, now) {
                _ if line.own => Some(Objection::FirstJudge),
                Ok(()) => None,
                Err(AppError::Objection(objection)) => Some(objection),
                Err(error) => return Err(error),
            };
            let case = case_of(db, competition, docket.submission, docket.fact, Sight::Live, now)?;
            Ok(AppealCase { line, case, conflict })
        })
        .await
}

/// What the second judge says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    upheld: bool,
    points: Option<i64>,
    text: String,
}

impl Answer {
    /// Errors: `NotA`, `OutOfRange`, `TooShort`, `TooLong`, each with its field.
    pub fn parse(status: &str, points: Option<i64>, text: &str) -> Result<Self, Objection> {
        let upheld = match AppealStatus::parse(status) {
            Some(AppealStatus::Upheld) => true,
            Some(AppealStatus::Dismissed) => false,
            Some(AppealStatus::Open | AppealStatus::Moot) | None => {
                return Err(Objection::NotA {
                    field: "status",
                    what: ("`upheld` or `dismissed`", " upheld 或 dismissed"),
                });
            }
        };
        let points = good_points(points)?;
        if !upheld && points.is_some() {
            return Err(Objection::NotA {
                field: "points",
                what: ("left out where the appeal is dismissed", "空，因为申诉被驳回"),
            });
        }
        Ok(Self {
            upheld,
            points,
            text: good_text("text", text)?,
        })
    }
}

/// Answers an appeal. Upheld: the first decision ends, and the submission is accepted by the second judge, with
/// the points that are given. Dismissed: the first decision stays.
///
/// Errors: `NoCompetition`, `NotThere`; `Sealed`; `AppealAnswered`; `FirstJudge`, `OwnPull`, `OwnTeam`,
/// `MergedByYou`; `NotYetDecidable`, `CannotCount`.
pub async fn answer_appeal(
    app: &App,
    who: &Who,
    slug: &Slug,
    id: i64,
    answer: Answer,
    now: Moment,
) -> Result<AppealLine, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            unsealed(&competition)?;
            let line = found(db, &who, &competition, id)?;
            if line.own {
                return Err(Objection::FirstJudge.into());
            }
            let docket = Docket::open(db, &competition, line.appeal.submission)?;
            docket.impartial(db, &competition, &who, now)?;
            if line.appeal.status != AppealStatus::Open {
                return Err(Objection::AppealAnswered.into());
            }
            let (status, act) = if answer.upheld {
                (AppealStatus::Upheld, "appeal.uphold")
            } else {
                (AppealStatus::Dismissed, "appeal.dismiss")
            };
            store::answer_appeal(db, id, status, &answer.text, who.id, now)?;
            let deed = Deed {
                competition: Some(competition.id()),
                team: docket.submission.team,
                reason: Some(answer.text.clone()),
                was: Some(json!({"appeal": id, "status": "open", "decision": line.decision.id}).to_string()),
                became: Some(json!({"appeal": id, "status": status.as_str()}).to_string()),
                ..who.deed(now, act, docket.submission.id.0)
            };
            store::record(db, &deed)?;
            if answer.upheld {
                docket.decidable(&competition, docket.landed().is_some())?;
                store::end_decision(db, line.decision.id, Ended::Overturned, who.id, now)?;
                let judgement = Judgement::parse(Action::Accept.as_str(), answer.points, &answer.text)?;
                rule(db, &competition, &who, &docket, &judgement, now)?;
            }
            found(db, &who, &competition, id)
        })
        .await
}
