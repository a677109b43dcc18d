//! Lists of submissions: for the API in the order of their numbers, for a team's and a person's page with
//! the newest first.

use super::{
    App, AppError, Competition,
    evaluate::places,
    explain::{Case, Hidden, Sight, hide},
};
use crate::{
    domain::{
        evaluate::Status,
        team::{PersonId, Roster, SubmissionId, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Fact, ListWanted, Submission},
};
use std::collections::{BTreeSet, HashMap};

/// Which submissions the API asks for.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    pub status: Option<Status>,
    pub team: Option<Slug>,
    pub person: Option<Slug>,
    /// The last number seen.
    pub after: Option<SubmissionId>,
    pub limit: usize,
}

/// Submissions after `after`, each with its checks. While frozen, what is hidden is listed as waiting and
/// under no other status. A team or a person that is not there has none.
///
/// Errors: `NoCompetition`.
pub async fn list(app: &App, slug: &Slug, query: ListQuery, sight: Sight, now: Moment) -> Result<Vec<Case>, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let team = match &query.team {
                Some(slug) => match store::teams(db, competition.id())?
                    .into_iter()
                    .find(|(_, t)| t.slug == *slug)
                {
                    Some((id, _)) => Some(id),
                    None => return Ok(Vec::new()),
                },
                None => None,
            };
            let person = match &query.person {
                Some(slug) => match store::person_by_slug(db, slug)? {
                    Some((id, _)) => Some(id),
                    None => return Ok(Vec::new()),
                },
                None => None,
            };
            let freeze = competition.definition.frozen_at(competition.stored.seal, now);
            let wanted = ListWanted {
                competition: competition.id(),
                team,
                person,
                status: query.status,
                freeze: freeze.filter(|_| sight == Sight::Public),
                after: query.after.unwrap_or(SubmissionId(0)),
                limit: query.limit as i64,
            };
            let rows = store::list_submissions(db, &wanted)?;
            cases(db, &competition, rows, sight, now)
        })
        .await
}

/// Whose submissions a page lists.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    Team(TeamId),
    Person(PersonId),
}

/// A part of a team's or a person's submissions, the newest merge first, and how many there are in all.
pub async fn latest(
    app: &App,
    slug: &Slug,
    whose: Whose,
    offset: usize,
    limit: usize,
    sight: Sight,
    now: Moment,
) -> Result<(Vec<Case>, u64), AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (team, person) = match whose {
                Whose::Team(team) => (Some(team), None),
                Whose::Person(person) => (None, Some(person)),
            };
            let (rows, total) =
                store::latest_submissions(db, competition.id(), team, person, offset as i64, limit as i64)?;
            let cases = cases(db, &competition, rows, sight, now)?;
            Ok((cases, total.unsigned_abs()))
        })
        .await
}

/// What explains each of these rows, read together. Awards and histories are left to the single page.
pub(super) fn cases(
    db: &mut Db,
    competition: &Competition,
    rows: Vec<Submission>,
    sight: Sight,
    now: Moment,
) -> Result<Vec<Case>, AppError> {
    let others: Vec<SubmissionId> = rows
        .iter()
        .flat_map(|row| [row.reverted_by, row.duplicate.map(|d| d.of)])
        .flatten()
        .collect();
    let other_rows = store::submissions_by_id(db, &others)?;
    let pulls: Vec<_> = rows.iter().chain(&other_rows).map(|row| row.pull).collect();
    let facts: HashMap<_, Fact> = store::facts_by_id(db, &pulls)?
        .into_iter()
        .map(|fact| (fact.id, fact))
        .collect();
    let names: HashMap<SubmissionId, String> = other_rows
        .iter()
        .filter_map(|row| Some((row.id, facts.get(&row.pull)?.pull.name())))
        .collect();
    let authors: Vec<_> = rows
        .iter()
        .filter_map(|row| facts.get(&row.pull))
        .map(|fact| (fact.pull.forge.clone(), fact.pull.author.clone()))
        .collect();
    let also: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).collect();
    let places = places(db, &competition.definition)?;
    let roster: Roster = store::roster_of(db, competition.id(), &authors, &also)?;
    let ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
    let mut decisions = store::standing_of(db, &ids)?;
    let case = |mut submission: Submission| {
        let fact = facts.get(&submission.pull)?.clone();
        let hidden = hide(competition, &mut submission, sight, now);
        Some(Case {
            hidden: hidden == Hidden::All,
            decision: decisions.remove(&submission.id).filter(|_| hidden == Hidden::Nothing),
            sight,
            competition: competition.clone(),
            reverted_by: submission.reverted_by.and_then(|id| names.get(&id).cloned()),
            duplicate: submission
                .duplicate
                .and_then(|d| Some((d.how, names.get(&d.of)?.clone()))),
            submission,
            place: places.get(&fact.repository).map(|place| place.at()),
            fact,
            roster: roster.clone(),
            award: None,
            history: Vec::new(),
            now,
        })
    };
    Ok(rows.into_iter().filter_map(case).collect())
}
