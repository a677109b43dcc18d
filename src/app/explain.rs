//! `explain`: why a pull counts or does not, from stored facts.

use super::{
    App, AppError, Competition,
    evaluate::places,
    listed::{CheckLine, Listed, Sight, listed},
};
use crate::{
    domain::{
        award::{Accepted, Award, award},
        check,
        competition::Definition,
        evaluate::{Order, Status},
        forge::Forge,
        team::{Roster, SubmissionId},
        text::{Lang, Slug},
        time::Moment,
        words::Voice,
    },
    forge::pull_url::PullName,
    store::{self, Chained, Db, Submission},
};
use serde_json::{Value, json};
use std::ops::Deref;

/// One submission with where its points come from and how it came to be. Also a [`Listed`].
#[derive(Clone)]
pub struct Case {
    listed: Listed,
    /// What it earned among its person's awards; None where it is not accepted, or hidden.
    pub award: Option<Award>,
    /// What the ledger says of it, oldest first; empty where it is hidden.
    pub history: Vec<Chained>,
}

impl Deref for Case {
    type Target = Listed;

    fn deref(&self) -> &Listed {
        &self.listed
    }
}

/// What can be said of a pull in a competition.
pub enum Explanation {
    Case(Box<Case>),
    /// Its repository is not one of the competition's.
    OutOfScope {
        name: PullName,
        /// This instance has facts of the pull.
        known: bool,
        line: OutOfScopeLine,
    },
    /// Its repository is in scope, and nobody has told of the pull yet.
    Unknown(PullName),
}

/// The one check of a pull that is out of scope, in both languages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutOfScopeLine {
    en: CheckLine,
    zh: CheckLine,
}

impl OutOfScopeLine {
    fn of(name: &PullName, definition: &Definition) -> Self {
        let finding = check::out_of_scope(name.repository.as_str());
        let roster = Roster::default();
        let line = |lang| {
            let voice = Voice {
                lang,
                zone: definition.zone,
                roster: &roster,
            };
            CheckLine {
                check: finding.check,
                outcome: finding.outcome,
                detail: voice.say(&finding.detail),
            }
        };
        Self {
            en: line(Lang::En),
            zh: line(Lang::Zh),
        }
    }

    pub fn of_lang(&self, lang: Lang) -> &CheckLine {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

impl Explanation {
    /// The checks, as far as there are any.
    pub fn lines(&self, lang: Lang) -> Vec<CheckLine> {
        match self {
            Explanation::Case(case) => case.lines(lang),
            Explanation::OutOfScope { line, .. } => vec![line.of_lang(lang).clone()],
            Explanation::Unknown(_) => Vec::new(),
        }
    }

    /// The contract's submission object; without id, status and what is not known where there is no
    /// submission.
    pub fn json(&self, competition: &Slug, lang: Lang) -> Value {
        let name = match self {
            Explanation::Case(case) => return case.json(lang),
            Explanation::OutOfScope { name, .. } | Explanation::Unknown(name) => name,
        };
        let checks: Vec<Value> = self.lines(lang).iter().map(CheckLine::json).collect();
        json!({
            "id": null,
            "competition": competition,
            "pull": {
                "forge": name.forge,
                "repository": name.repository.as_str(),
                "number": name.number,
                "url": name.url(),
            },
            "person": null,
            "team": null,
            "status": null,
            "points": 0,
            "checks": checks,
            "decision": null,
        })
    }
}

/// The hosts of own forges that a competition's sources name, for [`crate::forge::pull_url::parse`].
pub fn own_hosts(definition: &Definition) -> Vec<(String, Forge)> {
    let host = |text: &str| Some(url::Url::parse(text).ok()?.host_str()?.to_ascii_lowercase());
    let sources = definition.sources.iter();
    let hosts = sources.filter_map(|source| Some((host(source.api_url.as_deref()?)?, source.forge)));
    let mut hosts: Vec<(String, Forge)> = hosts.collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

/// Why the pull counts or does not. Errors: `NoCompetition`.
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
            let places = places(db, &competition.definition)?;
            let fact = store::fact_by_name(db, name.forge, &name.repository, name.number)?;
            let Some(fact) = fact else {
                // A repository in scope may have been renamed since: its other paths are known too.
                let key = name.repository.key();
                let seen = store::repositories_at(db, [(name.forge, key.as_str())].into_iter())?;
                let in_scope = seen.keys().any(|repository| places.contains_key(repository))
                    || competition
                        .definition
                        .scope()
                        .place(name.forge, &name.repository)
                        .is_some();
                return Ok(if in_scope {
                    Explanation::Unknown(name)
                } else {
                    out_of_scope(name, false, &competition)
                });
            };
            if !places.contains_key(&fact.repository) {
                return Ok(out_of_scope(name, true, &competition));
            }
            let rows = store::submissions_of_pulls(db, competition.id(), &[fact.id])?;
            Ok(match case_of(db, &competition, rows, sight, now)? {
                Some(case) => Explanation::Case(Box::new(case)),
                // It came after the seal.
                None => Explanation::Unknown(name),
            })
        })
        .await
}

fn out_of_scope(name: PullName, known: bool, competition: &Competition) -> Explanation {
    Explanation::OutOfScope {
        line: OutOfScopeLine::of(&name, &competition.definition),
        name,
        known,
    }
}

/// One submission by its number; None where there is none.
pub async fn case(app: &App, id: SubmissionId, sight: Sight, now: Moment) -> Result<Option<Case>, AppError> {
    let definitions = app.definitions();
    app.store
        .read(move |db| {
            let rows = store::submissions_by_id(db, &[id])?;
            let Some(row) = rows.first() else { return Ok(None) };
            let competition = definitions.by_id(db, row.competition)?;
            case_of(db, &competition, rows, sight, now)
        })
        .await
}

fn case_of(
    db: &mut Db,
    competition: &Competition,
    rows: Vec<Submission>,
    sight: Sight,
    now: Moment,
) -> Result<Option<Case>, AppError> {
    let Some(listed) = listed(db, competition, rows, sight, now)?.pop() else {
        return Ok(None);
    };
    if listed.hidden {
        return Ok(Some(Case {
            listed,
            award: None,
            history: Vec::new(),
        }));
    }
    Ok(Some(Case {
        award: award_of(db, competition, &listed.submission)?,
        history: store::ledger_of(db, listed.submission.id)?,
        listed,
    }))
}

/// What a submission earned: worth, bonus and limit are a matter of all its person's fixes.
fn award_of(db: &mut Db, competition: &Competition, row: &Submission) -> Result<Option<Award>, AppError> {
    let (Status::Accepted, Some(person)) = (row.status, row.person) else {
        return Ok(None);
    };
    let accepted = store::accepted_of(db, competition.id(), &[person])?;
    let mut accepted: Vec<Accepted> = accepted
        .into_iter()
        .map(|row| Accepted {
            order: Order {
                merged_at: row.merged_at,
                forge: row.forge,
                repository: row.repository,
                number: row.number,
            },
            id: row.id,
            worth: row.worth,
            given: None,
        })
        .collect();
    let definition = &competition.definition;
    let awards = award(&definition.scoring, definition.zone, &mut accepted);
    Ok(awards.into_iter().find(|award| award.id == row.id))
}
