//! A dry run: what another definition would change, with nothing written.
//!
//! It folds what applying would fold and stops where applying would begin to write, so that the two cannot say
//! different things.

use super::{
    App, AppError, Competition, Objection,
    define::{Proposed, differences, proposed},
    evaluate::places,
    neighbourhood::{is_unnumbered, whole_dry},
    settle::judge,
};
use crate::{
    domain::{
        evaluate::Status,
        forge::ForgeHost,
        rank::{Figures, Lens, Word, rank},
        team::{PersonId, PullId, Standing, SubmissionId, TeamId},
        text::{Name, Slug},
        time::Moment,
    },
    store::{self, Db, Submission},
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Whose a submission is and what it counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    pub status: Status,
    pub points: i64,
    pub person: Option<String>,
    pub team: Option<String>,
}

/// A submission that would change. `from` is absent where it would come into scope, `to` where it would leave.
#[derive(Clone, Debug)]
pub struct MovedSubmission {
    /// None: it has no number yet.
    pub id: Option<SubmissionId>,
    pub forge: ForgeHost,
    pub repository: String,
    pub number: u64,
    pub title: String,
    pub from: Option<Counted>,
    pub to: Option<Counted>,
}

/// A place on a live leaderboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    pub rank: u32,
    pub points: i64,
}

/// A team or a person whose rank or points would change.
#[derive(Clone, Debug)]
pub struct MovedLine {
    pub slug: Slug,
    pub name: Name,
    pub from: At,
    pub to: At,
}

/// Everything that would change.
#[derive(Clone, Debug)]
pub struct DryRun {
    pub competition: Slug,
    /// Submissions with another status, the new and the leaving ones among them.
    pub statuses: usize,
    /// Submissions with other points.
    pub points: usize,
    /// Teams and people with another rank.
    pub ranks: usize,
    /// In the order of their numbers, the new ones last.
    pub submissions: Vec<MovedSubmission>,
    /// By the rank that they would have.
    pub teams: Vec<MovedLine>,
    pub people: Vec<MovedLine>,
    /// Keys of the definition that differ.
    pub was: Map<String, Value>,
    pub became: Map<String, Value>,
}

/// Says what a definition would change if it were applied now.
///
/// Errors: `NoCompetition`; `Refused`; `OtherThanAddress`, `Sealed`.
pub async fn dry_run(app: &App, slug: &Slug, text: &str, now: Moment) -> Result<DryRun, AppError> {
    let (slug, text) = (slug.clone(), text.to_owned());
    app.store
        .read(move |db| {
            let Some(stored) = store::competition(db, &slug)? else {
                return Err(AppError::NoCompetition(slug.to_string()));
            };
            if stored.seal.finalized_at.is_some() {
                return Err(Objection::Sealed.into());
            }
            let Proposed { text, definition } = proposed(&text, &slug, Some(&stored))?;
            let (was, became) = differences(Some(&stored.definition), &text);
            let competition = Competition {
                stored,
                definition: Arc::new(definition),
            };
            let places = places(db, &competition.definition)?;
            let found = whole_dry(db, &competition, &places, now)?;
            let judged = judge(db, &competition, found.candidates, &found.before, true)?;
            let mut before: Vec<Submission> = found.before.into_values().collect();
            before.sort_by_key(|row| row.id);
            let after: Vec<Submission> = judged.rows.into_iter().map(|(row, _)| row).collect();
            let submissions = moved_submissions(db, &competition, &before, &after)?;
            let teams = moved_teams(db, &competition, &before, &after)?;
            let people = moved_people(db, &competition, &before, &after, now)?;
            let other = |of: fn(&Counted) -> String| {
                let said = |counted: &Option<Counted>| counted.as_ref().map(of);
                let moved = |moved: &&MovedSubmission| said(&moved.from) != said(&moved.to);
                submissions.iter().filter(moved).count()
            };
            // What was not there had no points, which is no other than 0.
            let points = |counted: &Option<Counted>| counted.as_ref().map_or(0, |counted| counted.points);
            let ranks = teams
                .iter()
                .chain(&people)
                .filter(|line| line.from.rank != line.to.rank);
            Ok(DryRun {
                competition: slug,
                statuses: other(|counted| counted.status.as_str().to_owned()),
                points: submissions
                    .iter()
                    .filter(|moved| points(&moved.from) != points(&moved.to))
                    .count(),
                ranks: ranks.count(),
                submissions,
                teams,
                people,
                was,
                became,
            })
        })
        .await
}

fn moved_submissions(
    db: &mut Db,
    competition: &Competition,
    before: &[Submission],
    after: &[Submission],
) -> Result<Vec<MovedSubmission>, AppError> {
    type Holding = (Status, i64, Option<PersonId>, Option<TeamId>);
    let holding = |row: &Submission| -> Holding { (row.status, row.points, row.person, row.team) };
    let mut all: BTreeMap<SubmissionId, (PullId, Option<Holding>, Option<Holding>)> = BTreeMap::new();
    for row in before {
        all.insert(row.id, (row.pull, Some(holding(row)), None));
    }
    for row in after {
        all.entry(row.id).or_insert((row.pull, None, None)).2 = Some(holding(row));
    }
    all.retain(|_, (_, from, to)| from != to);
    let pulls: Vec<PullId> = all.values().map(|(pull, ..)| *pull).collect();
    let facts: HashMap<PullId, store::Fact> = store::facts_by_id(db, &pulls)?
        .into_iter()
        .map(|fact| (fact.id, fact))
        .collect();
    let roster = store::roster(db, competition.id())?;
    let counted = |(status, points, person, team): Holding| Counted {
        status,
        points,
        person: person.and_then(|id| roster.people.get(&id)).map(|p| p.slug.to_string()),
        team: team.and_then(|id| roster.teams.get(&id)).map(|t| t.slug.to_string()),
    };
    let moved = all.into_iter().filter_map(|(id, (pull, from, to))| {
        let fact = facts.get(&pull)?;
        Some(MovedSubmission {
            id: Some(id).filter(|id| !is_unnumbered(*id)),
            forge: fact.pull.forge.clone(),
            repository: fact.pull.repository.to_string(),
            number: fact.pull.number,
            title: fact.pull.title.clone(),
            from: from.map(counted),
            to: to.map(counted),
        })
    });
    Ok(moved.collect())
}

/// Figures by whom `whose` says, as the live board counts them.
fn figures<K: Ord>(rows: &[Submission], whose: impl Fn(&Submission) -> Option<K>) -> BTreeMap<K, Figures> {
    let mut of: BTreeMap<K, Figures> = BTreeMap::new();
    for row in rows {
        let Some(key) = whose(row) else { continue };
        let word = Word {
            merged_at: row.merged_at,
            status: row.status,
            points: i32::try_from(row.points).unwrap_or(if row.points < 0 { i32::MIN } else { i32::MAX }),
        };
        of.entry(key)
            .or_default()
            .add(Lens::default().part(&word), row.merged_at);
    }
    of
}

/// Lines that would change, of all that are on the board.
fn moved_lines<K: Ord>(
    lines: Vec<(K, Slug, Name)>,
    before: &BTreeMap<K, Figures>,
    after: &BTreeMap<K, Figures>,
) -> Vec<MovedLine> {
    let ranked = |of: &BTreeMap<K, Figures>| {
        let figures = |line: &(K, Slug, Name)| of.get(&line.0).copied().unwrap_or_default();
        let mut at = vec![At { rank: 0, points: 0 }; lines.len()];
        for (rank, place) in rank(&lines, figures, |line| line.1.as_str()) {
            at[place] = At {
                rank,
                points: figures(&lines[place]).points,
            };
        }
        at
    };
    let (before, after) = (ranked(before), ranked(after));
    let mut moved: Vec<MovedLine> = lines
        .into_iter()
        .zip(before.into_iter().zip(after))
        .filter(|(_, (from, to))| from != to)
        .map(|((_, slug, name), (from, to))| MovedLine { slug, name, from, to })
        .collect();
    moved.sort_by(|a, b| (a.to.rank, &a.slug).cmp(&(b.to.rank, &b.slug)));
    moved
}

fn moved_teams(
    db: &mut Db,
    competition: &Competition,
    before: &[Submission],
    after: &[Submission],
) -> Result<Vec<MovedLine>, AppError> {
    let lines = store::teams(db, competition.id())?
        .into_iter()
        .filter(|(_, team)| team.standing == Standing::Approved)
        .map(|(id, team)| (id, team.slug, team.name))
        .collect();
    let of = |rows: &[Submission]| figures(rows, |row| row.team);
    Ok(moved_lines(lines, &of(before), &of(after)))
}

fn moved_people(
    db: &mut Db,
    competition: &Competition,
    before: &[Submission],
    after: &[Submission],
    now: Moment,
) -> Result<Vec<MovedLine>, AppError> {
    let name = |name: String| Name {
        en: name.clone(),
        zh: name,
    };
    let lines = store::board_people(db, competition.id(), now)?
        .into_iter()
        .map(|own| (own.id, own.person.slug, name(own.person.name)))
        .collect();
    let of = |rows: &[Submission]| figures(rows, |row| row.person);
    Ok(moved_lines(lines, &of(before), &of(after)))
}
