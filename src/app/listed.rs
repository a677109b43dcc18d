//! A submission as somebody may see it: the row, the facts, and each check said in words.

use super::{AppError, Competition, evaluate::places};
use crate::{
    domain::{
        check::{self, Check, Detail, Finding, Outcome, Outcomes},
        competition::PlaceAt,
        evaluate::{Likeness, Status},
        pull::State,
        team::{PersonId, PullId, Roster, SubmissionId},
        text::Lang,
        time::Moment,
        words::{Voice, clock},
    },
    forge::pull_url::PullName,
    store::{self, Db, Fact, Submission},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// Who looks: the public, for whom a freeze hides what was merged since, or a judge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    Public,
    Live,
}

/// One submission with what is needed to say why it stands where it stands. What a freeze hides is in none
/// of its fields.
#[derive(Clone)]
pub struct Listed {
    pub competition: Competition,
    /// Where `hidden`: waiting, with 0 points and no verdict.
    pub submission: Submission,
    pub fact: Fact,
    /// The part of the roster that these checks need.
    pub roster: Arc<Roster>,
    /// `gitee:x/y!12` of the revert that names it.
    pub reverted_by: Option<String>,
    /// The same of the other one of a duplicate.
    pub duplicate_of: Option<String>,
    /// A freeze hides what was decided.
    pub hidden: bool,
    place: PlaceAt,
    now: Moment,
}

/// One check in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckLine {
    pub check: Check,
    pub outcome: Outcome,
    /// One sentence or less, without a full stop.
    pub detail: String,
}

impl CheckLine {
    pub fn json(&self) -> Value {
        json!({"check": self.check, "outcome": self.outcome, "detail": self.detail})
    }
}

/// The freeze that hides merges from this sight.
pub(super) fn hidden_from(competition: &Competition, sight: Sight, now: Moment) -> Option<Moment> {
    match sight {
        Sight::Public => competition.definition.frozen_at(competition.stored.seal, now),
        Sight::Live => None,
    }
}

/// Reads what these rows need besides, in as many queries for a page as for one.
pub(super) fn listed(
    db: &mut Db,
    competition: &Competition,
    rows: Vec<Submission>,
    sight: Sight,
    now: Moment,
) -> Result<Vec<Listed>, AppError> {
    let pulls: Vec<PullId> = rows.iter().map(|row| row.pull).collect();
    let facts: HashMap<PullId, Fact> = store::facts_by_id(db, &pulls)?
        .into_iter()
        .map(|fact| (fact.id, fact))
        .collect();
    let places = places(db, &competition.definition)?;
    let authors: Vec<_> = facts
        .values()
        .map(|fact| (fact.pull.forge, fact.pull.author.clone()))
        .collect();
    let also: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).collect();
    let mut roster = store::roster_of(db, competition.id(), &authors, &also)?;
    let teams: BTreeSet<i64> = rows.iter().filter_map(|row| row.team).map(|team| team.0).collect();
    let teams: Vec<i64> = teams.into_iter().collect();
    store::load_teams(db, &teams, &mut roster)?;
    let roster = Arc::new(roster);
    let names = names(db, &rows)?;
    let freeze = hidden_from(competition, sight, now);
    let one = |row: Submission| {
        let fact = facts.get(&row.pull)?.clone();
        let place = places.get(&fact.repository)?.at();
        let late = |freeze: Moment| row.merged_at.is_some_and(|merged| merged >= freeze);
        let hidden = row.status != Status::Rejected && freeze.is_some_and(late);
        let submission = if hidden { without_verdict(row) } else { row };
        let name = |id: Option<SubmissionId>| id.and_then(|id| names.get(&id)).cloned();
        Some(Listed {
            competition: competition.clone(),
            fact,
            roster: Arc::clone(&roster),
            reverted_by: name(submission.reverted_by),
            duplicate_of: name(submission.duplicate.map(|duplicate| duplicate.of)),
            submission,
            hidden,
            place,
            now,
        })
    };
    Ok(rows.into_iter().filter_map(one).collect())
}

fn without_verdict(row: Submission) -> Submission {
    Submission {
        status: Status::Waiting,
        points: 0,
        worth: 0,
        outcomes: String::new(),
        reverted_by: None,
        duplicate: None,
        ..row
    }
}

/// The names of the pulls that rows speak of: reverts, and the others of duplicates.
fn names(db: &mut Db, rows: &[Submission]) -> Result<HashMap<SubmissionId, String>, AppError> {
    let other = |row: &Submission| [row.reverted_by, row.duplicate.map(|duplicate| duplicate.of)];
    let others: BTreeSet<SubmissionId> = rows.iter().flat_map(other).flatten().collect();
    let others: Vec<SubmissionId> = others.into_iter().collect();
    let others = store::submissions_by_id(db, &others)?;
    let pulls: Vec<PullId> = others.iter().map(|row| row.pull).collect();
    let facts = store::facts_by_id(db, &pulls)?;
    let named: HashMap<PullId, String> = facts.into_iter().map(|fact| (fact.id, fact.pull.name())).collect();
    let name = |row: Submission| Some((row.id, named.get(&row.pull)?.clone()));
    Ok(others.into_iter().filter_map(name).collect())
}

impl Listed {
    /// As its reader may know it.
    pub fn status(&self) -> Status {
        self.submission.status
    }

    /// As its reader may know them.
    pub fn points(&self) -> i64 {
        self.submission.points
    }

    pub fn name(&self) -> PullName {
        let pull = &self.fact.pull;
        PullName {
            forge: pull.forge,
            repository: pull.repository.clone(),
            number: pull.number,
        }
    }

    /// The pull's page at its forge.
    pub fn url(&self) -> String {
        self.fact.pull.url.clone().unwrap_or_else(|| self.name().url())
    }

    pub fn person_slug(&self) -> Option<&str> {
        let person = self.submission.person.and_then(|id| self.roster.people.get(&id));
        person.map(|person| person.slug.as_str())
    }

    pub fn team_slug(&self) -> Option<&str> {
        let team = self.submission.team.and_then(|id| self.roster.teams.get(&id));
        team.map(|team| team.slug.as_str())
    }

    /// All 17 checks in the contract's order, each with what it saw. Where a freeze hides them, one line
    /// that says so.
    pub fn lines(&self, lang: Lang) -> Vec<CheckLine> {
        let definition = &self.competition.definition;
        if self.hidden {
            let freeze = definition.window.freeze_at.unwrap_or(self.now);
            let since = clock(freeze, definition.zone);
            return vec![CheckLine {
                check: Check::InTime,
                outcome: Outcome::Wait,
                detail: match lang {
                    Lang::En => format!("merged after {since}: hidden until the host reveals the results"),
                    Lang::Zh => format!("合并于 {since} 之后：主办方公布结果前不公开"),
                },
            }];
        }
        let Some(place) = definition.place_at(self.place) else {
            return Vec::new();
        };
        let alone = check::alone(definition, place, &self.roster, &self.fact.pull, self.now);
        let decided = Outcomes::parse(&self.submission.outcomes);
        let voice = Voice {
            lang,
            zone: definition.zone,
            roster: &self.roster,
        };
        let findings = alone.findings.into_iter().chain(self.among_neighbours());
        let line = |finding: Finding<'_>| {
            let mut detail = voice.say(&finding.detail);
            let outcome = decided.map_or(finding.outcome, |decided| decided.of(finding.check));
            // Facts after the seal, or an instant that has just passed: the verdict is the row's.
            if outcome != finding.outcome {
                detail.push_str(match lang {
                    Lang::En => " (since this was decided)",
                    Lang::Zh => "（判定之后的情况）",
                });
            }
            CheckLine {
                check: finding.check,
                outcome,
                detail,
            }
        };
        findings.map(line).collect()
    }

    /// The two checks that look at neighbours, as the row has them.
    fn among_neighbours(&self) -> [Finding<'_>; 2] {
        let by = self.reverted_by.as_deref().unwrap_or_default();
        let (outcome, detail) = match self.submission.reverted_by {
            Some(_) => (Outcome::Fail, Detail::Reverted { by }),
            None => (Outcome::Pass, Detail::NotReverted),
        };
        let reverted = Finding {
            check: Check::NotReverted,
            outcome,
            detail,
        };
        let other = self.duplicate_of.as_deref().unwrap_or_default();
        let (outcome, detail) = match self.submission.duplicate.map(|duplicate| duplicate.how) {
            Some(how @ Likeness::SameCommit) => (how.outcome(), Detail::SameCommit { other }),
            Some(how @ Likeness::Port) => (how.outcome(), Detail::Port { other }),
            Some(how @ Likeness::SameTitle) => (how.outcome(), Detail::SameTitle { other }),
            None if self.fact.pull.state == State::Merged => (Outcome::Pass, Detail::Single),
            None => (Outcome::Pass, Detail::NotYetMerged),
        };
        let duplicate = Finding {
            check: Check::NotDuplicate,
            outcome,
            detail,
        };
        [reverted, duplicate]
    }

    /// The contract's submission object, section 6. `person` and `team` are slugs, as in the ledger.
    pub fn json(&self, lang: Lang) -> Value {
        let pull = &self.fact.pull;
        let checks: Vec<Value> = self.lines(lang).iter().map(CheckLine::json).collect();
        json!({
            "id": self.submission.id,
            "competition": self.competition.stored.slug,
            "pull": {
                "forge": pull.forge,
                "repository": pull.repository.as_str(),
                "number": pull.number,
                "title": pull.title,
                "url": self.url(),
                "author": {"login": pull.author.login},
                "base_branch": pull.base_branch,
                "created_at": pull.created_at,
                "merged_at": pull.merged_at,
            },
            "person": self.person_slug(),
            "team": self.team_slug(),
            "status": self.status(),
            "points": self.points(),
            "checks": checks,
            "decision": null,
        })
    }
}
