//! An organizer's console: one team, whatever its standing, as its organizer sees it. A freeze hides from
//! organizers what it hides from the public. Who may is the route's to say.

use super::{App, AppError, Case, Competition, Objection, Sight, submissions::cases};
use crate::{
    domain::{
        evaluate::Status,
        team::{Account, PersonId, Team, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Announcement, Db, LastWork, Seat, TeamWanted},
};
use std::sync::Arc;

/// The team that a console is of.
#[derive(Clone)]
pub struct Managed {
    pub competition: Arc<Competition>,
    pub id: TeamId,
    pub team: Team,
    /// What stands on its page.
    pub announcement: Option<Announcement>,
}

/// Which of a team's submissions are wanted.
#[derive(Clone, Debug, Default)]
pub struct OpenQuery {
    /// None: in review or waiting.
    pub status: Option<Status>,
    pub person: Option<Slug>,
    pub newest_first: bool,
    pub offset: usize,
    pub limit: usize,
}

/// Somebody's time in the team.
#[derive(Clone, Debug)]
pub struct Mate {
    pub seat: Seat,
    /// In this competition, for whichever team.
    pub last: Option<LastWork>,
    pub accounts: Vec<Account>,
}

fn managed(db: &mut Db, app: &super::Definitions, competition: &Slug, team: &Slug) -> Result<Managed, AppError> {
    let competition = app.of(db, competition)?;
    let found = store::team_by_slug(db, competition.id(), team)?;
    let (id, team) = found.ok_or(Objection::NotThere("team"))?;
    Ok(Managed {
        competition: Arc::new(competition),
        id,
        team,
        announcement: store::announcement(db, id)?,
    })
}

/// Errors: `NotThere`; `NoCompetition`.
pub async fn managed_team(app: &App, competition: &Slug, team: &Slug) -> Result<Managed, AppError> {
    let (definitions, competition, team) = (app.definitions(), competition.clone(), team.clone());
    app.store
        .read(move |db| managed(db, &definitions, &competition, &team))
        .await
}

/// A part of what of a team does not count yet, the oldest first unless it is asked otherwise, and how much there
/// is in all. A person who is not there has none.
///
/// Errors: `NotThere`; `NoCompetition`.
pub async fn open_work(
    app: &App,
    competition: &Slug,
    team: &Slug,
    query: OpenQuery,
    now: Moment,
) -> Result<(Vec<Case>, u64), AppError> {
    let (definitions, competition, team) = (app.definitions(), competition.clone(), team.clone());
    app.store
        .read(move |db| {
            let desk = managed(db, &definitions, &competition, &team)?;
            let person = match &query.person {
                None => None,
                Some(slug) => match store::person_by_slug(db, slug)? {
                    Some((id, _)) => Some(id),
                    None => return Ok((Vec::new(), 0)),
                },
            };
            let stored = &desk.competition.stored;
            let wanted = TeamWanted {
                competition: stored.id,
                team: desk.id,
                person,
                status: query.status,
                freeze: desk.competition.definition.frozen_at(stored.seal, now),
                newest_first: query.newest_first,
                offset: i64::try_from(query.offset).unwrap_or(i64::MAX),
                limit: i64::try_from(query.limit).unwrap_or(i64::MAX),
            };
            let (rows, total) = store::team_submissions(db, &wanted)?;
            let cases = cases(db, &desk.competition, rows, Sight::Public, now)?;
            Ok((cases, total.unsigned_abs()))
        })
        .await
}

/// Everybody who is or was in a team, one line a time in it, by name. Errors: `NotThere`; `NoCompetition`.
pub async fn mates(app: &App, competition: &Slug, team: &Slug) -> Result<Vec<Mate>, AppError> {
    let (definitions, competition, team) = (app.definitions(), competition.clone(), team.clone());
    app.store
        .read(move |db| {
            let desk = managed(db, &definitions, &competition, &team)?;
            let seats = store::members_of(db, desk.competition.id(), desk.id)?;
            let mut people: Vec<PersonId> = seats.iter().map(|seat| seat.id).collect();
            people.sort_unstable();
            people.dedup();
            let last = store::last_work(db, desk.competition.id(), &people)?;
            let accounts = store::accounts_of_people(db, &people)?;
            let mate = |seat: Seat| Mate {
                last: last.get(&seat.id).copied(),
                accounts: accounts.get(&seat.id).cloned().unwrap_or_default(),
                seat,
            };
            Ok(seats.into_iter().map(mate).collect())
        })
        .await
}

/// Submissions of a results file, read in one go.
const READ: usize = 1_000;

/// Every submission of a team, by number, each as what `each` makes of it; `take` gets them in parts, so that
/// what is written as it goes holds one. Errors: `NotThere`; `NoCompetition`.
pub async fn team_results<T: Send + 'static>(
    app: &App,
    competition: &Slug,
    team: &Slug,
    now: Moment,
    each: impl Fn(Case) -> T + Clone + Send + 'static,
    mut take: impl FnMut(Vec<T>),
) -> Result<(), AppError> {
    managed_team(app, competition, team).await?;
    let mut after = None;
    loop {
        let query = super::ListQuery {
            team: Some(team.clone()),
            after,
            limit: READ,
            ..Default::default()
        };
        let each = each.clone();
        let numbered = move |case: Case| (case.submission.id, each(case));
        let part = super::list(app, competition, query, Sight::Public, now, numbered).await?;
        let more = part.len() == READ;
        after = part.last().map(|(id, _)| *id);
        take(part.into_iter().map(|(_, made)| made).collect());
        if !more {
            return Ok(());
        }
    }
}

impl Mate {
    /// The last moment at which they opened or merged something.
    pub fn last_seen(&self) -> Option<Moment> {
        self.last
            .map(|last| last.merged.map_or(last.opened, |merged| merged.max(last.opened)))
    }

    /// They are in the team at that moment.
    pub fn is_in(&self, at: Moment) -> bool {
        self.seat.joined_at.is_none_or(|joined| joined <= at) && self.seat.left_at.is_none_or(|left| at < left)
    }

    /// How long they have done nothing, in whole days: since they last did something, else since they could.
    /// Nobody is silent before the opening or after the close.
    pub fn silent_days(&self, competition: &Competition, now: Moment) -> i64 {
        let window = &competition.definition.window;
        let since = [self.last_seen(), self.seat.joined_at, Some(window.opens_at)];
        let since = since.into_iter().flatten().max().unwrap_or(window.opens_at);
        let until = now.min(window.closes_at);
        (until.millis() - since.millis()).max(0) / Moment::DAY
    }
}
