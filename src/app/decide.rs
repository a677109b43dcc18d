//! A judge decides on a submission, and takes a decision back.

use super::{
    App, AppError, Case, Competition, Dirty, Objection, Sight, Who, conflict::Ties, evaluate, explain::case_of,
    reason::good_text,
};
use crate::{
    domain::{
        check::{Check, Outcome, Outcomes},
        evaluate::{Action, Decision, Landed, Seen, Status},
        landing::{Landing, landing},
        ledger::Cause,
        pull::State,
        team::SubmissionId,
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Decided, Deed, Ended, Fact, StoreError, Submission},
};
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use std::collections::BTreeSet;

/// Points that a judge may give, at most.
const MOST_POINTS: i64 = 10_000;

/// What a judge says of a submission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    action: Action,
    points: Option<i64>,
    landed: Option<Landed>,
    reason: String,
}

/// Errors: `OutOfRange`.
pub(super) fn good_points(points: Option<i64>) -> Result<Option<i64>, Objection> {
    let range = Objection::OutOfRange {
        field: "points",
        least: 0,
        most: MOST_POINTS,
    };
    match points {
        Some(given) if !(0..=MOST_POINTS).contains(&given) => Err(range),
        points => Ok(points),
    }
}

impl Judgement {
    /// Errors: `NotA`, `OutOfRange`, `TooShort`, `TooLong`, each with its field.
    pub fn parse(action: &str, points: Option<i64>, reason: &str) -> Result<Self, Objection> {
        let action = Action::parse(action).ok_or(Objection::NotA {
            field: "action",
            what: ("`accept` or `reject`", " accept 或 reject"),
        })?;
        let points = good_points(points)?;
        if action == Action::Reject && points.is_some() {
            return Err(Objection::NotA {
                field: "points",
                what: ("left out where it is rejected", "空，因为不计入"),
            });
        }
        Ok(Self {
            action,
            points,
            landed: None,
            reason: good_text("reason", reason)?,
        })
    }

    /// Says also when the pull landed and as which commit, where the forge could not.
    ///
    /// Errors: `NotA`, with its field.
    pub fn landed(self, merged_at: Option<Moment>, merge_sha: Option<&str>) -> Result<Self, Objection> {
        let not = |field, what| Err(Objection::NotA { field, what });
        let sha = merge_sha.map(str::trim).filter(|sha| !sha.is_empty());
        let hex = |sha: &str| (7..=64).contains(&sha.len()) && sha.bytes().all(|b| b.is_ascii_hexdigit());
        match (merged_at, sha) {
            (None, None) => Ok(self),
            (Some(_), _) if self.action == Action::Reject => {
                not("merged_at", ("left out where it is rejected", "空，因为不计入"))
            }
            (None, Some(_)) => not(
                "merged_at",
                (
                    "given where a commit is, such as 2020-12-24T15:11:31+08:00",
                    "必填，因为给出了提交，如 2020-12-24T15:11:31+08:00",
                ),
            ),
            (Some(_), Some(sha)) if !hex(sha) => not(
                "merge_sha",
                ("7 to 64 digits of a commit", "提交的 7 到 64 位十六进制数字"),
            ),
            (Some(merged_at), sha) => Ok(Self {
                landed: Some(Landed {
                    merged_at,
                    merge_sha: sha.map(str::to_ascii_lowercase),
                }),
                ..self
            }),
        }
    }
}

/// A submission after somebody decided on it, as judges see it.
pub struct Ruled {
    pub case: Case,
    /// What the next decision on it is to bear as If-Match.
    pub etag: String,
}

/// What a decision is taken on, read in the transaction that takes it.
pub(super) struct Docket {
    pub submission: Submission,
    pub fact: Fact,
    pub standing: Option<Decided>,
}

impl Docket {
    /// Errors: `NotThere`, where it is no submission of this competition.
    pub fn open(db: &mut Db, competition: &Competition, id: SubmissionId) -> Result<Self, AppError> {
        let missing = || Objection::NotThere("submission");
        let submission = store::submissions_by_id(db, &[id])?
            .pop()
            .filter(|row| row.competition == competition.id())
            .ok_or_else(missing)?;
        let fact = store::facts_by_id(db, &[submission.pull])?.pop().ok_or_else(missing)?;
        let standing = store::standing_of(db, &[id])?.remove(&id);
        Ok(Self {
            submission,
            fact,
            standing,
        })
    }

    /// Errors: `OwnPull`, `OwnTeam`, `MergedByYou`.
    pub fn impartial(&self, db: &mut Db, competition: &Competition, who: &Who, now: Moment) -> Result<(), AppError> {
        let conflict = Ties::of(db, competition, who)?.conflict(&self.submission, &self.fact.pull, now);
        conflict.map_or(Ok(()), |conflict| Err(conflict.into()))
    }

    /// How the pull landed, judges aside.
    pub fn landing<'a>(&'a self, competition: &'a Competition) -> Landing<'a> {
        landing(&competition.definition, &self.fact.pull, None)
    }

    /// What a judge said before of when it landed.
    pub fn landed(&self) -> Option<&Landed> {
        self.standing.as_ref()?.decision.landed.as_ref()
    }

    /// `dated`: a judge says when it landed.
    ///
    /// Errors: `NotYetDecidable` while it waits; `TimeUntold` where it is merged and nobody has told when;
    /// `CannotCount` where no decision changes anything.
    pub fn decidable(&self, competition: &Competition, dated: bool) -> Result<(), AppError> {
        let status = self.submission.status;
        let outcomes = Outcomes::parse(&self.submission.outcomes)
            .ok_or_else(|| AppError::Broken(format!("submission {} has no checks", self.submission.id.0)))?;
        let passes = |check| outcomes.of(check) == Outcome::Pass;
        let waits = Objection::NotYetDecidable {
            confirmed: passes(Check::Confirmed),
        };
        let landing = self.landing(competition);
        let dated = dated && landing.takes_a_judges_word();
        // What waits for more than the landing waits, whoever says when that was.
        let other = |check: &Check| !matches!(check, Check::Merged | Check::InTime);
        let waiting = Check::ALL
            .into_iter()
            .filter(other)
            .any(|check| outcomes.of(check) == Outcome::Wait);
        if !(passes(Check::Author) && passes(Check::Team)) {
            return Err(Objection::CannotCount(status).into());
        }
        match landing.state {
            State::Open if status == Status::Waiting => Err(waits.into()),
            State::Open => Err(Objection::CannotCount(status).into()),
            _ if waiting => Err(waits.into()),
            State::Merged | State::Closed if dated => Ok(()),
            State::Merged if landing.is_untold() => Err(Objection::TimeUntold.into()),
            State::Merged => Ok(()),
            State::Closed => Err(Objection::CannotCount(status).into()),
        }
    }

    /// Errors: `LandingTold` where nobody needs a judge to say it; `NotA` where it is no time at which it can
    /// have landed.
    fn datable(&self, competition: &Competition, landed: &Landed, now: Moment) -> Result<(), Objection> {
        let landing = self.landing(competition);
        if !landing.takes_a_judges_word() {
            return Err(Objection::LandingTold {
                open: landing.state == State::Open,
            });
        }
        if landed.merged_at < self.fact.pull.created_at || landed.merged_at > now {
            return Err(Objection::NotA {
                field: "merged_at",
                what: ("a time after it was opened and before now", "创建之后、现在之前的时间"),
            });
        }
        Ok(())
    }

    /// Errors: `AlreadyDecided`, unless what the judge saw has changed since.
    fn undecided(&self) -> Result<(), Objection> {
        match &self.standing {
            Some(standing) if self.submission.status != Status::Review => Err(Objection::AlreadyDecided {
                by: standing.judge_login.clone(),
                action: standing.decision.action,
                at: standing.at,
            }),
            Some(_) | None => Ok(()),
        }
    }

    /// Errors: `Changed`.
    fn unchanged(&self, if_match: Option<&str>) -> Result<(), Objection> {
        let tag = etag(&self.submission, &self.fact, self.standing.as_ref());
        let same = |asked: &str| {
            let one = |one: &str| one.trim().trim_start_matches("W/") == tag;
            asked.trim() == "*" || asked.split(',').any(one)
        };
        match if_match {
            Some(asked) if same(asked) => Ok(()),
            // Where nobody has decided, there is no decision to be lost.
            None if self.standing.is_none() => Ok(()),
            Some(_) | None => Err(Objection::Changed),
        }
    }

    /// What the judge sees now, for the decision to remember.
    pub fn seen(&self) -> Seen {
        Seen::of(&self.fact.pull, self.submission.reverted_by.is_some())
    }

    fn deed(&self, competition: &Competition, who: &Who, now: Moment, act: &'static str) -> Deed {
        let before = json!({
            "status": self.submission.status,
            "points": self.submission.points,
            "decision": self.standing.as_ref().map(|standing| standing.id),
        });
        Deed {
            competition: Some(competition.id()),
            team: self.submission.team,
            was: Some(before.to_string()),
            ..who.deed(now, act, self.submission.id.0)
        }
    }
}

/// A strong tag over what a judge decides on: the facts that are shown, what the checks say, and the decision
/// that stands. Whoever decides on something else than what was seen is told so.
pub(super) fn etag(submission: &Submission, fact: &Fact, standing: Option<&Decided>) -> String {
    let seen = Seen::of(&fact.pull, submission.reverted_by.is_some());
    let text = json!([
        submission.id,
        seen,
        fact.pull.state,
        fact.pull.merged_at,
        submission.status,
        submission.outcomes,
        standing.map(|standing| standing.id),
    ])
    .to_string();
    let hash = digest(&SHA256, text.as_bytes());
    format!("\"{}\"", super::hex(&hash.as_ref()[..8]))
}

impl Case {
    /// As [`etag`]: what a decision on it bears as If-Match.
    pub fn etag(&self) -> String {
        etag(&self.submission, &self.fact, self.decision.as_ref())
    }
}

/// Errors: `Sealed`.
pub(super) fn unsealed(competition: &Competition) -> Result<(), Objection> {
    match competition.stored.seal.finalized_at {
        None => Ok(()),
        Some(_) => Err(Objection::Sealed),
    }
}

/// Writes a decision, evaluates what it changes, and records who did it.
pub(super) fn rule(
    db: &mut Db,
    competition: &Competition,
    who: &Who,
    docket: &Docket,
    judgement: &Judgement,
    now: Moment,
) -> Result<(), AppError> {
    // What a judge said of the landing is said again by whoever accepts it anew.
    let before = || {
        let accepts = judgement.action == Action::Accept;
        docket.landed().filter(|_| accepts).cloned()
    };
    let landed = judgement.landed.clone().or_else(before);
    let decision = Decision {
        action: judgement.action,
        points: judgement.points,
        landed: landed.filter(|_| docket.landing(competition).takes_a_judges_word()),
        seen: docket.seen(),
    };
    let id = docket.submission.id;
    store::insert_decision(db, competition.id(), id, who.id, &decision, &judgement.reason, now)?;
    again(db, competition, docket, now)?;
    let act = match judgement.action {
        Action::Accept => "decision.accept",
        Action::Reject => "decision.reject",
    };
    let deed = Deed {
        reason: Some(judgement.reason.clone()),
        became: became(db, id)?,
        ..docket.deed(competition, who, now, act)
    };
    Ok(store::record(db, &deed)?)
}

fn again(db: &mut Db, competition: &Competition, docket: &Docket, now: Moment) -> Result<(), AppError> {
    let dirty = Dirty::Pulls(BTreeSet::from([docket.submission.pull]));
    evaluate(db, competition, &dirty, now, Cause::Decision)?;
    Ok(())
}

fn became(db: &mut Db, id: SubmissionId) -> Result<Option<String>, AppError> {
    let row = store::submissions_by_id(db, &[id])?.pop();
    Ok(row.map(|row| json!({"status": row.status, "points": row.points}).to_string()))
}

/// The submission as it is now, for the judge who changed it.
fn ruled(db: &mut Db, competition: Competition, id: SubmissionId, now: Moment) -> Result<Ruled, AppError> {
    let docket = Docket::open(db, &competition, id)?;
    let case = case_of(db, competition, docket.submission, docket.fact, Sight::Live, now)?;
    Ok(Ruled {
        etag: case.etag(),
        case,
    })
}

/// Decides. `if_match`: the tag of what the judge saw; without it nothing may stand yet that could be lost.
///
/// Errors: `NoCompetition`, `NotThere`; `Sealed`; `OwnPull`, `OwnTeam`, `MergedByYou`; `AlreadyDecided`;
/// `NotYetDecidable`, `TimeUntold`, `CannotCount`; `LandingTold`, `NotA`; `Changed`.
pub async fn decide(
    app: &App,
    who: &Who,
    slug: &Slug,
    id: SubmissionId,
    judgement: Judgement,
    if_match: Option<String>,
    now: Moment,
) -> Result<Ruled, AppError> {
    let (definitions, by, of) = (app.definitions(), who.clone(), slug.clone());
    let decided = app
        .store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &of)?;
            unsealed(&competition)?;
            let docket = Docket::open(db, &competition, id)?;
            docket.impartial(db, &competition, &by, now)?;
            docket.undecided()?;
            if let Some(landed) = &judgement.landed {
                docket.datable(&competition, landed, now)?;
            }
            let dated = judgement.landed.is_some() || docket.landed().is_some();
            docket.decidable(&competition, dated)?;
            docket.unchanged(if_match.as_deref())?;
            if let Some(old) = &docket.standing {
                store::end_decision(db, old.id, Ended::Replaced, by.id, now)?;
            }
            rule(db, &competition, &by, &docket, &judgement, now)?;
            ruled(db, competition, id, now)
        })
        .await;
    match decided {
        // Another instance was faster by a hair, and the database kept its decision.
        Err(AppError::Store(StoreError::Duplicate(_))) => Err(meanwhile(app, id).await?.into()),
        decided => decided,
    }
}

async fn meanwhile(app: &App, id: SubmissionId) -> Result<Objection, AppError> {
    let standing = app
        .store
        .read(move |db| store::standing_of(db, &[id]))
        .await?
        .remove(&id);
    Ok(
        standing.map_or(Objection::Changed, |standing| Objection::AlreadyDecided {
            by: standing.judge_login,
            action: standing.decision.action,
            at: standing.at,
        }),
    )
}

/// Takes the decision back that stands; it stays in the history.
///
/// Errors: `NoCompetition`, `NotThere`; `Sealed`; `NoDecision`; `NotYourDecision`; `OwnPull`, `OwnTeam`,
/// `MergedByYou`.
pub async fn undo(app: &App, who: &Who, slug: &Slug, id: SubmissionId, now: Moment) -> Result<Ruled, AppError> {
    let (definitions, who, slug) = (app.definitions(), who.clone(), slug.clone());
    app.store
        .write(move |db| {
            store::take_turn(db)?;
            let competition = definitions.of(db, &slug)?;
            unsealed(&competition)?;
            let docket = Docket::open(db, &competition, id)?;
            let standing = docket.standing.as_ref().ok_or(Objection::NoDecision)?;
            if standing.judge != who.id && !who.is_admin() {
                return Err(Objection::NotYourDecision.into());
            }
            docket.impartial(db, &competition, &who, now)?;
            store::end_decision(db, standing.id, Ended::Undone, who.id, now)?;
            again(db, &competition, &docket, now)?;
            let deed = Deed {
                became: became(db, id)?,
                ..docket.deed(&competition, &who, now, "decision.undo")
            };
            store::record(db, &deed)?;
            ruled(db, competition, id, now)
        })
        .await
}
