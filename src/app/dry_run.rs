//! A dry run: what another definition would change, with nothing written.
//!
//! It folds what applying would fold ([`compare`](super::compare)) and stops where applying would begin to write, so
//! that the two cannot say different things.

use super::{
    App, AppError, Competition, Objection,
    compare::{Compared, compare},
    define::{Proposed, differences, folds_alike, proposed},
    neighbourhood::is_unnumbered,
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

/// Lines of each kind that a dry run names; what is more is only counted.
pub const NAMED: usize = 1_000;

/// What would change.
#[derive(Clone, Debug)]
pub struct DryRun {
    pub competition: Slug,
    /// Submissions with another status, the new and the leaving ones among them.
    pub statuses: usize,
    /// Submissions with other points.
    pub points: usize,
    /// Teams and people with another rank.
    pub ranks: usize,
    /// Submissions, teams and people with anything else than now; the first [`NAMED`] of each stand below.
    pub moved: Moved,
    /// In the order of their numbers, the new ones last.
    pub submissions: Vec<MovedSubmission>,
    /// By the rank that they would have.
    pub teams: Vec<MovedLine>,
    pub people: Vec<MovedLine>,
    /// Keys of the definition that differ.
    pub was: Map<String, Value>,
    pub became: Map<String, Value>,
}

/// How many would change.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moved {
    pub submissions: usize,
    pub teams: usize,
    pub people: usize,
}

/// Says what a definition would change if it were applied now.
///
/// Errors: `NoCompetition`; `Refused`; `OtherThanAddress`, `Sealed`.
pub async fn dry_run(app: &App, slug: &Slug, text: &str, now: Moment) -> Result<DryRun, AppError> {
    // One at a time: each holds a whole competition in memory while it folds.
    let _alone = app.folding.lock().await;
    let (slug, text) = (slug.clone(), text.to_owned());
    app.store
        .read_whole(move |db| {
            let Some(stored) = store::competition(db, &slug)? else {
                return Err(AppError::NoCompetition(slug.to_string()));
            };
            if stored.seal.finalized_at.is_some() {
                return Err(Objection::Sealed.into());
            }
            let Proposed { text, definition } = proposed(&text, &slug, Some(&stored))?;
            let alike = folds_alike(&stored, &definition);
            let (was, became) = differences(Some(&stored.definition), &text);
            let settled = stored.unfinished.is_none();
            let competition = Competition {
                stored,
                definition: Arc::new(definition),
            };
            let mut sum = Sum::default();
            // What no rule reads moves nothing, and needs no fold to be known.
            if !(alike && settled) {
                compare(db, &competition, now, false, &mut |compared| sum.take(compared))?;
            }
            let submissions = moved_submissions(db, &competition, &sum.named)?;
            let mut teams = moved_teams(db, &competition, &sum.teams)?;
            let mut people = moved_people(db, &competition, &sum.people, now)?;
            let ranks = teams
                .iter()
                .chain(&people)
                .filter(|line| line.from.rank != line.to.rank)
                .count();
            let moved = Moved {
                submissions: sum.moved,
                teams: teams.len(),
                people: people.len(),
            };
            teams.truncate(NAMED);
            people.truncate(NAMED);
            Ok(DryRun {
                competition: slug,
                statuses: sum.statuses,
                points: sum.points,
                ranks,
                moved,
                submissions,
                teams,
                people,
                was,
                became,
            })
        })
        .await
}

type Holding = (Status, i64, Option<PersonId>, Option<TeamId>);

/// A submission that would change, by its numbers.
struct Named {
    id: SubmissionId,
    pull: PullId,
    from: Option<Holding>,
    to: Option<Holding>,
}

/// Figures as they are and as they would be.
type Sides<K> = [BTreeMap<K, Figures>; 2];

/// What a comparison comes to, added up as it goes.
#[derive(Default)]
struct Sum {
    statuses: usize,
    points: usize,
    moved: usize,
    named: Vec<Named>,
    teams: Sides<TeamId>,
    people: Sides<PersonId>,
}

impl Sum {
    fn take(&mut self, compared: &Compared<'_>) {
        for (side, row) in [compared.before, compared.after].into_iter().enumerate() {
            let Some(row) = row else { continue };
            add(&mut self.teams[side], row.team, row);
            add(&mut self.people[side], row.person, row);
        }
        let holding = |row: &Submission| -> Holding { (row.status, row.points, row.person, row.team) };
        let (from, to) = (compared.before.map(holding), compared.after.map(holding));
        let Some(row) = compared.after.or(compared.before).filter(|_| from != to) else {
            return;
        };
        let status = |side: Option<Holding>| side.map(|(status, ..)| status);
        // What was not there had no points, which is no other than 0.
        let points = |side: Option<Holding>| side.map_or(0, |(_, points, ..)| points);
        self.moved += 1;
        self.statuses += usize::from(status(from) != status(to));
        self.points += usize::from(points(from) != points(to));
        if self.named.len() < NAMED {
            self.named.push(Named {
                id: row.id,
                pull: row.pull,
                from,
                to,
            });
        }
    }
}

/// Adds a submission to the figures of whose it is, as the live board counts it.
fn add<K: Ord>(of: &mut BTreeMap<K, Figures>, whose: Option<K>, row: &Submission) {
    let Some(key) = whose else { return };
    let word = Word {
        merged_at: row.merged_at,
        status: row.status,
        points: i32::try_from(row.points).unwrap_or(if row.points < 0 { i32::MIN } else { i32::MAX }),
    };
    of.entry(key)
        .or_default()
        .add(Lens::default().part(&word), row.merged_at);
}

fn moved_submissions(
    db: &mut Db,
    competition: &Competition,
    named: &[Named],
) -> Result<Vec<MovedSubmission>, AppError> {
    let pulls: Vec<PullId> = named.iter().map(|named| named.pull).collect();
    let facts: HashMap<PullId, store::Fact> = store::facts_by_id(db, &pulls)?
        .into_iter()
        .map(|fact| (fact.id, fact))
        .collect();
    let people = named
        .iter()
        .flat_map(|named| [named.from, named.to])
        .flatten()
        .filter_map(|(.., person, _)| person)
        .collect();
    let mut roster = store::roster_of(db, competition.id(), &[], &people)?;
    roster.teams.extend(store::teams(db, competition.id())?);
    let counted = |(status, points, person, team): Holding| Counted {
        status,
        points,
        person: person.and_then(|id| roster.people.get(&id)).map(|p| p.slug.to_string()),
        team: team.and_then(|id| roster.teams.get(&id)).map(|t| t.slug.to_string()),
    };
    let moved = named.iter().filter_map(|named| {
        let fact = facts.get(&named.pull)?;
        Some(MovedSubmission {
            id: Some(named.id).filter(|id| !is_unnumbered(*id)),
            forge: fact.pull.forge.clone(),
            repository: fact.pull.repository.to_string(),
            number: fact.pull.number,
            title: fact.pull.title.clone(),
            from: named.from.map(counted),
            to: named.to.map(counted),
        })
    });
    Ok(moved.collect())
}

/// Lines that would change, of all that are on the board.
fn moved_lines<K: Ord>(lines: Vec<(K, Slug, Name)>, [before, after]: &Sides<K>) -> Vec<MovedLine> {
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

fn moved_teams(db: &mut Db, competition: &Competition, sides: &Sides<TeamId>) -> Result<Vec<MovedLine>, AppError> {
    let lines = store::teams(db, competition.id())?
        .into_iter()
        .filter(|(_, team)| team.standing == Standing::Approved)
        .map(|(id, team)| (id, team.slug, team.name))
        .collect();
    Ok(moved_lines(lines, sides))
}

fn moved_people(
    db: &mut Db,
    competition: &Competition,
    sides: &Sides<PersonId>,
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
    Ok(moved_lines(lines, sides))
}
