//! Lists of submissions: for the API in the order of their numbers, for a team's and a person's page with
//! the newest first.

use super::{
    App, AppError, Competition,
    evaluate::places,
    explain::{Case, Hidden, Sight, hide},
};
use crate::{
    domain::{
        competition::Place,
        evaluate::Status,
        team::{PersonId, PullId, Roster, SubmissionId, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Db, Decided, Fact, ListWanted, RepositoryId, Submission},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

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
/// What `each` makes of a case is what is kept of it, as in every list over cases.
///
/// Errors: `NoCompetition`.
pub async fn list<T: Send + 'static>(
    app: &App,
    slug: &Slug,
    query: ListQuery,
    sight: Sight,
    now: Moment,
    each: impl FnMut(Case) -> T + Send + 'static,
) -> Result<Vec<T>, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = Arc::new(definitions.of(db, &slug)?);
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
            each_case(db, &competition, rows, sight, now, each)
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
            let competition = Arc::new(definitions.of(db, &slug)?);
            let (team, person) = match whose {
                Whose::Team(team) => (Some(team), None),
                Whose::Person(person) => (None, Some(person)),
            };
            let freeze = competition.definition.frozen_at(competition.stored.seal, now);
            let freeze = freeze.filter(|_| sight == Sight::Public);
            let (offset, limit) = (offset as i64, limit as i64);
            let (rows, total) = store::latest_submissions(db, competition.id(), team, person, freeze, offset, limit)?;
            let cases = cases(db, &competition, rows, sight, now)?;
            Ok((cases, total.unsigned_abs()))
        })
        .await
}

/// Cases whose facts are in memory at a time while a list is read. A pull's body can be long, and a page can have
/// a thousand of them.
const AT_ONCE: usize = 250;

/// What explains each of these rows, read together, and handed to `each` as it is read: what is made of a case
/// stays, the case goes. All share one competition, and a part of the page one roster; nothing is asked of the
/// database for one row alone. Awards and histories are left to the single page.
pub(super) fn each_case<T>(
    db: &mut Db,
    competition: &Arc<Competition>,
    rows: Vec<Submission>,
    sight: Sight,
    now: Moment,
    mut each: impl FnMut(Case) -> T,
) -> Result<Vec<T>, AppError> {
    let mut made = Vec::with_capacity(rows.len());
    if rows.is_empty() {
        return Ok(made);
    }
    let places = places(db, &competition.definition)?;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let part: Vec<Submission> = rows.by_ref().take(AT_ONCE).collect();
        let read = Read::of(db, competition, &part)?;
        made.extend(
            part.into_iter()
                .filter_map(|row| read.case(competition, &places, row, sight, now))
                .map(&mut each),
        );
    }
    Ok(made)
}

/// As [`each_case`], for a page that shows few.
pub(super) fn cases(
    db: &mut Db,
    competition: &Arc<Competition>,
    rows: Vec<Submission>,
    sight: Sight,
    now: Moment,
) -> Result<Vec<Case>, AppError> {
    each_case(db, competition, rows, sight, now, |case| case)
}

/// What was read beside a part of a list.
struct Read {
    facts: HashMap<PullId, Fact>,
    /// The other pulls that rows name.
    names: HashMap<SubmissionId, String>,
    roster: Arc<Roster>,
    decisions: HashMap<SubmissionId, Decided>,
}

impl Read {
    fn of(db: &mut Db, competition: &Competition, rows: &[Submission]) -> Result<Self, AppError> {
        let others: Vec<SubmissionId> = rows
            .iter()
            .flat_map(|row| [row.reverted_by, row.duplicate.map(|d| d.of)])
            .flatten()
            .collect();
        let others = store::submissions_by_id(db, &others)?;
        let other_pulls: Vec<PullId> = others.iter().map(|row| row.pull).collect();
        let other_names: HashMap<PullId, String> = store::facts_by_id(db, &other_pulls)?
            .into_iter()
            .map(|fact| (fact.id, fact.pull.name()))
            .collect();
        let names = others
            .iter()
            .filter_map(|row| Some((row.id, other_names.get(&row.pull)?.clone())))
            .collect();
        let pulls: Vec<PullId> = rows.iter().map(|row| row.pull).collect();
        let facts: HashMap<PullId, Fact> = store::facts_by_id(db, &pulls)?
            .into_iter()
            .map(|fact| (fact.id, fact))
            .collect();
        let authors: Vec<_> = rows
            .iter()
            .filter_map(|row| facts.get(&row.pull))
            .map(|fact| (fact.pull.forge.clone(), fact.pull.author.clone()))
            .collect();
        let also: BTreeSet<PersonId> = rows.iter().filter_map(|row| row.person).collect();
        let roster = Arc::new(store::roster_of(db, competition.id(), &authors, &also)?);
        let ids: Vec<SubmissionId> = rows.iter().map(|row| row.id).collect();
        Ok(Self {
            facts,
            names,
            roster,
            decisions: store::standing_of(db, &ids)?,
        })
    }

    /// None where the facts are not there.
    fn case(
        &self,
        competition: &Arc<Competition>,
        places: &HashMap<RepositoryId, Place<'_>>,
        mut submission: Submission,
        sight: Sight,
        now: Moment,
    ) -> Option<Case> {
        let fact = self.facts.get(&submission.pull)?.clone();
        let hidden = hide(competition, &mut submission, sight, now);
        let decision = self.decisions.get(&submission.id);
        Some(Case {
            hidden: hidden == Hidden::All,
            decision: decision.filter(|_| hidden == Hidden::Nothing).cloned(),
            sight,
            competition: Arc::clone(competition),
            reverted_by: submission.reverted_by.and_then(|id| self.names.get(&id).cloned()),
            duplicate: submission
                .duplicate
                .and_then(|d| Some((d.how, self.names.get(&d.of)?.clone()))),
            submission,
            place: places.get(&fact.repository).map(|place| place.at()),
            fact,
            roster: Arc::clone(&self.roster),
            award: None,
            history: Vec::new(),
            now,
        })
    }
}
