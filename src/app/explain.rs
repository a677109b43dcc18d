//! Why a pull counts, or does not: every check with its evidence, the points and where they come from,
//! and what the ledger says of it. From stored facts alone.

use super::{App, AppError, Competition, Definitions, evaluate::places, ingest::unpack};
use crate::{
    domain::{
        award::{Accepted, Award, award},
        check::{self, Check, Detail, Outcome},
        competition::{Definition, PlaceAt},
        evaluate::{Action, Likeness, Order, Status},
        forge::ForgeHost,
        landing::{Landing, landing},
        team::{PersonId, Roster, SubmissionId},
        text::{Lang, Slug},
        time::Moment,
        words::Voice,
    },
    forge::{self, BadPullUrl, Pasted, PullName},
    store::{self, Chained, Db, Decided, Fact, Submission},
};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};
use std::{collections::BTreeSet, sync::Arc};

/// Who looks: a freeze hides from the public what it does not hide from judges and the host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    Public,
    Live,
}

/// The answer to "why isn't my pull counted?".
pub struct Explanation {
    pub what: Explained,
    /// The newest delivery that seems to be about the pull and could not be read.
    pub unread: Option<Unread>,
}

pub enum Explained {
    Case(Box<Case>),
    /// The repository is not part of the competition, whether or not the pull is known.
    OutOfScope,
    /// The repository is, but nobody has told of the pull.
    Unknown,
}

/// A delivery that could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    pub received_at: Moment,
    /// What is wrong with it, for judges and the host; a body is nobody else's.
    pub reason: Option<String>,
}

/// Deliveries that are looked into, and bytes of them.
const LOOKED_INTO: i64 = 200;
const LOOKED_THROUGH: usize = 16 << 20;

/// What somebody pasted, as a pull: where it says of no forge, the competition's repositories do.
///
/// Errors: what is wrong with it, and what to paste.
pub fn pasted(definition: &Definition, text: &str) -> Result<PullName, BadPullUrl> {
    match Pasted::parse(text, &own_hosts(definition))? {
        Pasted::Pull(name) => Ok(name),
        Pasted::Bare(bare) => bare.among(definition.scope().paths()),
    }
}

/// One check's answer, said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckLine {
    pub check: Check,
    pub outcome: Outcome,
    pub detail: String,
}

/// A submission with all that explains it.
#[derive(Clone)]
pub struct Case {
    /// Shared by all that were read together, as is the roster: a page of a thousand holds one of each.
    pub competition: Arc<Competition>,
    pub submission: Submission,
    pub fact: Fact,
    /// Where the repository stands in the competition's scope.
    pub place: Option<PlaceAt>,
    pub roster: Arc<Roster>,
    /// The revert that took it back, and the other of a duplicate, as `gitee:owner/name!12`.
    pub reverted_by: Option<String>,
    pub duplicate: Option<(Likeness, String)>,
    /// The judge's decision, as long as nobody took it back; None while hidden.
    pub decision: Option<Decided>,
    /// What it earned or, while it is not accepted, nothing.
    pub award: Option<Award>,
    /// Its entries in the ledger, oldest first; empty while hidden.
    pub history: Vec<Chained>,
    /// A freeze hides what became of it.
    pub hidden: bool,
    /// For whom it was read.
    pub sight: Sight,
    /// When the checks are said: what is not merged yet is judged at this moment.
    pub now: Moment,
}

/// The hosts of a community's own forges, as its sources name them: addresses there are pulls too.
pub fn own_hosts(definition: &Definition) -> Vec<ForgeHost> {
    let sources = definition.sources.iter().map(|source| &source.forge);
    let mirrors = |repository: &crate::domain::competition::Repository| repository.mirrors.clone();
    let mirrors = definition.repositories.iter().flat_map(mirrors).map(|(forge, _)| forge);
    let repositories = definition.repositories.iter().map(|repository| &repository.forge);
    let mut hosts: Vec<ForgeHost> = sources.chain(repositories).cloned().chain(mirrors).collect();
    hosts.retain(|forge| !forge.is_own());
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Explains a pull by its name. Errors: `NoCompetition`.
pub async fn explain(
    app: &App,
    slug: &Slug,
    name: &PullName,
    sight: Sight,
    now: Moment,
) -> Result<Explanation, AppError> {
    let (definitions, slug, name) = (app.definitions(), slug.clone(), name.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let unread = unread(db, &definitions, &name, sight)?;
            let answer = |what| Explanation { what, unread };
            // Several repositories may have borne the path: the first that this competition looks at is meant.
            for fact in store::facts_by_name(db, &name.forge, &name.repository, name.number)? {
                if let Some(submission) = store::submissions_of_pulls(db, competition.id(), &[fact.id])?.pop() {
                    let case = case_of(db, competition, submission, fact, sight, now)?;
                    return Ok(answer(Explained::Case(Box::new(case))));
                }
            }
            let scope = competition.definition.scope();
            let what = match scope.place_of_path(&name.forge, &name.repository) {
                Some(_) => Explained::Unknown,
                None => Explained::OutOfScope,
            };
            Ok(answer(what))
        })
        .await
}

/// The newest delivery of a source that speaks for the pull's repository, which bears the pull's path and number and
/// could not be read.
fn unread(db: &mut Db, definitions: &Definitions, name: &PullName, sight: Sight) -> Result<Option<Unread>, AppError> {
    let mut sources: BTreeSet<String> = BTreeSet::new();
    let path = name.repository.key();
    for competition in definitions.all(db)? {
        let definition = &competition.definition;
        let own = definition.sources.iter().filter(|source| source.forge == name.forge);
        let speaking = own.filter(|source| definition.reach(source).covers(None, &[&path]));
        sources.extend(speaking.map(|source| source.name.to_string()));
    }
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut through = 0;
    for id in store::failed_of(db, name.forge.kind, &sources, LOOKED_INTO)? {
        let Some(failed) = store::failed_body(db, id)? else {
            continue;
        };
        let Ok(body) = unpack(&failed.body) else { continue };
        if forge::mentions(&body, &name.repository, name.number) {
            return Ok(Some(Unread {
                received_at: failed.received_at,
                reason: (sight == Sight::Live).then_some(failed.reason),
            }));
        }
        through += body.len();
        if through > LOOKED_THROUGH {
            break;
        }
    }
    Ok(None)
}

/// Explains a submission by its number. None where there is none.
pub async fn case(app: &App, id: SubmissionId, sight: Sight, now: Moment) -> Result<Option<Case>, AppError> {
    let definitions = app.definitions();
    app.store
        .read(move |db| {
            let Some(submission) = store::submissions_by_id(db, &[id])?.pop() else {
                return Ok(None);
            };
            let competition = definitions.by_id(db, submission.competition)?;
            let Some(fact) = store::facts_by_id(db, &[submission.pull])?.pop() else {
                return Ok(None);
            };
            case_of(db, competition, submission, fact, sight, now).map(Some)
        })
        .await
}

pub(super) fn case_of(
    db: &mut Db,
    competition: Competition,
    mut submission: Submission,
    fact: Fact,
    sight: Sight,
    now: Moment,
) -> Result<Case, AppError> {
    let hidden = hide(&competition, &mut submission, sight, now);
    let also: BTreeSet<PersonId> = submission.person.into_iter().collect();
    let author = (fact.pull.forge.clone(), fact.pull.author.clone());
    let roster = store::roster_of(db, competition.id(), &[author], &also)?;
    let place = places(db, &competition.definition)?
        .get(&fact.repository)
        .map(|place| place.at());
    let reverted_by = match submission.reverted_by {
        Some(id) => name_of(db, id)?,
        None => None,
    };
    let duplicate = match submission.duplicate {
        Some(duplicate) => name_of(db, duplicate.of)?.map(|name| (duplicate.how, name)),
        None => None,
    };
    // What a freeze hides of it now, or hid before a judge took back when it landed, is no history that is told.
    let freeze = competition.definition.frozen_at(competition.stored.seal, now);
    let freeze = freeze.filter(|_| sight == Sight::Public);
    let history = match hidden {
        Hidden::All => Vec::new(),
        Hidden::Nothing | Hidden::Decision => {
            let mut history = store::ledger_of(db, submission.id)?;
            history.retain(|chained| freeze.is_none_or(|freeze| !chained.is_late(freeze)));
            history
        }
    };
    let (decision, award) = match hidden {
        Hidden::Nothing => (
            store::standing_of(db, &[submission.id])?.remove(&submission.id),
            award_of(db, &competition, &submission)?,
        ),
        Hidden::Decision | Hidden::All => (None, None),
    };
    Ok(Case {
        competition: Arc::new(competition),
        submission,
        fact,
        place,
        roster: Arc::new(roster),
        reverted_by,
        duplicate,
        decision,
        award,
        history,
        hidden: hidden == Hidden::All,
        sight,
        now,
    })
}

/// What a freeze hides of a submission from whoever looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hidden {
    Nothing,
    /// What judges said of it. That a rule refuses it is told: it could not have counted.
    Decision,
    /// Everything that became of it: it waits.
    All,
}

/// Takes out of a submission's row what a freeze hides of it, so that nothing further on can tell it. What a
/// judge says while the board is frozen shows in no way: neither a rejection of what the rules let pass nor an
/// acceptance of what they refuse.
pub(super) fn hide(competition: &Competition, submission: &mut Submission, sight: Sight, now: Moment) -> Hidden {
    let freeze = competition.definition.frozen_at(competition.stored.seal, now);
    let late = || freeze.is_some_and(|freeze| submission.merged_at.is_some_and(|merged| merged >= freeze));
    if sight == Sight::Live || !late() {
        return Hidden::Nothing;
    }
    submission.points = 0;
    submission.given = None;
    if submission.by_rules == Status::Rejected {
        submission.status = Status::Rejected;
        return Hidden::Decision;
    }
    submission.status = Status::Waiting;
    submission.worth = 0;
    submission.outcomes = String::new();
    submission.reverted_by = None;
    submission.duplicate = None;
    Hidden::All
}

fn name_of(db: &mut Db, id: SubmissionId) -> Result<Option<String>, AppError> {
    let Some(other) = store::submissions_by_id(db, &[id])?.pop() else {
        return Ok(None);
    };
    Ok(store::facts_by_id(db, &[other.pull])?
        .pop()
        .map(|fact| fact.pull.name()))
}

/// What the submission earned among its person's awards.
fn award_of(db: &mut Db, competition: &Competition, submission: &Submission) -> Result<Option<Award>, AppError> {
    let (Some(person), Status::Accepted) = (submission.person, submission.status) else {
        return Ok(None);
    };
    let mut accepted: Vec<Accepted> = store::accepted_of(db, competition.id(), &[person])?
        .into_iter()
        .map(|row| Accepted {
            order: Order {
                merged_at: row.merged_at,
                forge: row.forge,
                repository: row.repository,
                repository_id: row.repository_id,
                number: row.number,
            },
            id: row.id,
            worth: row.worth,
            given: row.given,
        })
        .collect();
    let definition = &competition.definition;
    let awards = award(&definition.scoring, definition.zone, &mut accepted);
    Ok(awards.into_iter().find(|award| award.id == submission.id))
}

/// JSON as it goes out. A value can always be written; `null` would stand for one that could not.
pub fn written(value: &Value) -> Box<RawValue> {
    to_raw_value(value).unwrap_or_default()
}

impl Case {
    /// As it may be told: what a freeze hides waits.
    pub fn status(&self) -> Status {
        self.submission.status
    }

    pub fn points(&self) -> i64 {
        self.submission.points
    }

    /// The words of the judge who rejected it, where that is why it does not count.
    pub fn rejection(&self) -> Option<&str> {
        let rejected = |decided: &&Decided| decided.decision.action == Action::Reject;
        let decided = self.decision.as_ref().filter(rejected)?;
        (self.status() == Status::Rejected).then_some(decided.reason.as_str())
    }

    /// How the pull landed, as far as may be told: what judges say while a freeze hides it is not.
    pub fn landing(&self) -> Landing<'_> {
        let decision = self.decision.as_ref().map(|decided| &decided.decision);
        landing(&self.competition.definition, &self.fact.pull, decision)
    }

    /// The pull by its key.
    pub fn name(&self) -> PullName {
        PullName {
            forge: self.fact.pull.forge.clone(),
            repository: self.fact.pull.repository.clone(),
            number: self.fact.pull.number,
        }
    }

    pub fn person(&self) -> Option<&crate::domain::team::Person> {
        self.roster.people.get(&self.submission.person?)
    }

    pub fn team(&self) -> Option<&crate::domain::team::Team> {
        self.roster.teams.get(&self.submission.team?)
    }

    /// Every check in order, said in `lang`; none while a freeze hides what became of it.
    pub fn lines(&self, lang: Lang) -> Vec<CheckLine> {
        if self.hidden {
            return Vec::new();
        }
        let definition = &self.competition.definition;
        let pull = &self.fact.pull;
        let Some(place) = self.place.and_then(|at| definition.place_at(at)) else {
            return Vec::new();
        };
        let voice = Voice {
            lang,
            zone: definition.zone,
            roster: &self.roster,
        };
        let landing = self.landing();
        let alone = check::alone(definition, place, &self.roster, pull, &landing, self.now);
        let mut lines: Vec<CheckLine> = alone
            .findings
            .iter()
            .map(|finding| CheckLine {
                check: finding.check,
                outcome: finding.outcome,
                detail: voice.say(&finding.detail),
            })
            .collect();
        let (outcome, detail) = match &self.reverted_by {
            Some(by) => (Outcome::Fail, Detail::Reverted { by }),
            None => (Outcome::Pass, Detail::NotReverted),
        };
        lines.push(CheckLine {
            check: Check::NotReverted,
            outcome,
            detail: voice.say(&detail),
        });
        let (outcome, detail) = match &self.duplicate {
            Some((how, other)) => {
                let detail = match how {
                    Likeness::SameCommit => Detail::SameCommit { other },
                    Likeness::Port => Detail::Port { other },
                    Likeness::SameTitle => Detail::SameTitle { other },
                };
                (how.outcome(), detail)
            }
            None if landing.merged_at.is_none() => (Outcome::Pass, Detail::NotYetMerged),
            None => (Outcome::Pass, Detail::Single),
        };
        lines.push(CheckLine {
            check: Check::NotDuplicate,
            outcome,
            detail: voice.say(&detail),
        });
        lines
    }

    /// The decision still holds: what the judge saw has not changed since.
    pub fn decision_holds(&self) -> bool {
        let reverted = self.submission.reverted_by.is_some();
        let ruling = self
            .decision
            .as_ref()
            .map(|decided| decided.decision.ruling(&self.fact.pull));
        ruling.is_some_and(|ruling| ruling.holds(reverted))
    }

    /// Until when its person or organizer can appeal against the decision that stands; None where there is
    /// none, where it is too late, or where the results are final.
    pub fn appeal_until(&self) -> Option<Moment> {
        let open = self.competition.stored.seal.finalized_at.is_none();
        let decided = self.decision.as_ref().filter(|_| open)?;
        let until = super::appeals::until(&self.competition, &self.submission, decided);
        Some(until).filter(|until| self.now <= *until)
    }

    /// The decision as everybody sees it; who took it is told to judges and admins alone.
    fn decision_json(&self) -> Value {
        let Some(decided) = &self.decision else {
            return Value::Null;
        };
        let mut told = json!({
            "action": decided.decision.action,
            "points": decided.decision.points,
            "reason": decided.reason,
            "decided_at": decided.at,
            "stands": self.decision_holds(),
        });
        if let Some(landed) = &decided.decision.landed {
            told["merged_at"] = json!(landed.merged_at);
            told["merge_sha"] = json!(landed.merge_sha);
        }
        if self.sight == Sight::Live {
            told["by"] = json!(decided.judge_login);
        }
        told
    }

    /// As [`Case::json`], written: what a list keeps of a case.
    pub fn written(&self, lang: Lang) -> Box<RawValue> {
        written(&self.json(lang))
    }

    /// The submission object of the contract, section 6.
    pub fn json(&self, lang: Lang) -> Value {
        let pull = &self.fact.pull;
        let checks: Vec<Value> = self
            .lines(lang)
            .into_iter()
            .map(|line| json!({"check": line.check, "outcome": line.outcome, "detail": line.detail}))
            .collect();
        json!({
            "id": self.submission.id,
            "competition": self.competition.definition.slug,
            "pull": {
                "forge": pull.forge.kind,
                "host": pull.forge.host(),
                "repository": pull.repository.as_str(),
                "number": pull.number,
                "title": pull.title,
                "url": pull.url,
                "author": {"login": pull.author.login},
                "base_branch": pull.base_branch,
                "created_at": pull.created_at,
                "merged_at": self.landing().merged_at,
            },
            "person": self.person().map(|person| person.slug.as_str()),
            "team": self.team().map(|team| team.slug.as_str()),
            "status": self.status(),
            "points": self.points(),
            "checks": checks,
            "decision": self.decision_json(),
        })
    }
}
