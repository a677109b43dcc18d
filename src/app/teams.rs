//! Teams as they are shown: the approved ones to all, the others to those who have to do with them.
//! Contract, section 7, `GET /teams`.

use super::{App, AppError, Competition, Objection, Who};
use crate::{
    domain::{
        team::{CompetitionId, Kind, Standing, Team, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Announcement, Db, Registration, Seat},
};
use std::collections::HashMap;

/// A team with who is in it now, and what it said when it registered.
#[derive(Clone, Debug)]
pub struct TeamCard {
    pub id: TeamId,
    pub team: Team,
    /// Who is in it now, by name.
    pub seats: Vec<Seat>,
    /// For those who may see it: None also where a folder made the team.
    pub registration: Option<Registration>,
    pub announcement: Option<Announcement>,
    /// Who asks is its organizer, a judge or an admin.
    pub inside: bool,
}

/// In which order teams are listed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum TeamOrder {
    #[default]
    Slug,
    /// Who applied first comes first; those that did not apply come last.
    Applied,
    /// Who is heard first comes first.
    Defence,
}

/// Which teams are wanted.
#[derive(Clone, Default, Debug)]
pub struct TeamQuery {
    pub kind: Option<Kind>,
    /// A code in upper case; also every subdivision of it.
    pub region: Option<String>,
    pub status: Option<Standing>,
    /// Only those that registered themselves.
    pub registered: bool,
    pub order: TeamOrder,
    pub offset: usize,
    pub limit: usize,
}

/// Its organizer, a judge of the competition or an admin.
pub(super) fn is_inside(who: Option<&Who>, competition: CompetitionId, team: TeamId) -> bool {
    who.is_some_and(|who| who.organizes(competition, team) || who.judges(competition))
}

fn now_in(seats: Vec<Seat>, team: TeamId, now: Moment) -> Vec<Seat> {
    let here = |seat: &Seat| seat.membership(team).covers(now);
    seats.into_iter().filter(here).collect()
}

/// A team as its organizer sees it.
pub(super) fn card(
    db: &mut Db,
    competition: &Competition,
    id: TeamId,
    team: Team,
    now: Moment,
) -> Result<TeamCard, AppError> {
    Ok(TeamCard {
        seats: now_in(store::members_of(db, competition.id(), id)?, id, now),
        registration: store::registration_of(db, id)?,
        announcement: store::announcement(db, id)?,
        inside: true,
        id,
        team,
    })
}

/// A team. Errors: `NotThere` also where the asker may not know of it; `NoCompetition`.
pub async fn team(
    app: &App,
    who: Option<&Who>,
    competition: &Slug,
    team: &Slug,
    now: Moment,
) -> Result<TeamCard, AppError> {
    let (definitions, slug, team, who) = (app.definitions(), competition.clone(), team.clone(), who.cloned());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let (id, team) = known(db, &competition, &team)?;
            let inside = is_inside(who.as_ref(), competition.id(), id);
            if !inside && !team.standing.is_public() {
                return Err(Objection::NotThere("team").into());
            }
            let card = card(db, &competition, id, team, now)?;
            Ok(TeamCard {
                registration: card.registration.filter(|_| inside),
                inside,
                ..card
            })
        })
        .await
}

/// Errors: `NotThere`.
pub(super) fn known(db: &mut Db, competition: &Competition, team: &Slug) -> Result<(TeamId, Team), AppError> {
    let found = store::team_by_slug(db, competition.id(), team)?;
    found.ok_or_else(|| Objection::NotThere("team").into())
}

/// A part of the teams that the asker may know of, by slug, and how many there are. Errors: `NoCompetition`.
pub async fn teams(
    app: &App,
    who: Option<&Who>,
    competition: &Slug,
    query: TeamQuery,
    now: Moment,
) -> Result<(Vec<TeamCard>, usize), AppError> {
    let (definitions, slug, who) = (app.definitions(), competition.clone(), who.cloned());
    app.store
        .read(move |db| {
            let id = definitions.of(db, &slug)?.id();
            let registrations = match who {
                Some(_) => store::registrations(db, id)?,
                None => HashMap::new(),
            };
            let mut found: Vec<TeamCard> = store::teams(db, id)?
                .into_iter()
                .map(|(team_id, team)| {
                    let inside = is_inside(who.as_ref(), id, team_id);
                    TeamCard {
                        seats: Vec::new(),
                        registration: registrations.get(&team_id).filter(|_| inside).cloned(),
                        announcement: None,
                        inside,
                        id: team_id,
                        team,
                    }
                })
                .filter(|card| (card.inside || card.team.standing.is_public()) && query.wants(card))
                .collect();
            query.order.sort(&mut found);
            let total = found.len();
            let mut cards: Vec<TeamCard> = found.into_iter().skip(query.offset).take(query.limit).collect();
            let ids: Vec<TeamId> = cards.iter().map(|card| card.id).collect();
            let mut seats = store::members_of_teams(db, id, &ids)?;
            for card in &mut cards {
                card.seats = now_in(seats.remove(&card.id).unwrap_or_default(), card.id, now);
            }
            Ok((cards, total))
        })
        .await
}

impl TeamQuery {
    fn wants(&self, card: &TeamCard) -> bool {
        let team = &card.team;
        let in_region = |wanted: &String| {
            let own = team.region.as_str();
            own.strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        self.kind.is_none_or(|kind| team.kind == kind)
            && self.region.as_ref().is_none_or(in_region)
            && self.status.is_none_or(|status| team.standing == status)
            && (!self.registered || card.registration.as_ref().is_some_and(|said| said.applicant.is_some()))
    }
}

impl TeamOrder {
    pub const ALL: [TeamOrder; 3] = [TeamOrder::Applied, TeamOrder::Defence, TeamOrder::Slug];

    pub fn as_str(self) -> &'static str {
        match self {
            TeamOrder::Slug => "slug",
            TeamOrder::Applied => "applied",
            TeamOrder::Defence => "defence",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == text)
    }

    /// `cards` are by slug, and stay so where nothing else decides.
    fn sort(self, cards: &mut [TeamCard]) {
        let at = |card: &TeamCard| {
            let said = card.registration.as_ref();
            match self {
                TeamOrder::Slug => None,
                TeamOrder::Applied => said.map(|said| said.applied_at),
                TeamOrder::Defence => said.and_then(|said| said.defence_at),
            }
        };
        cards.sort_by_key(|card| (at(card).is_none(), at(card)));
    }
}
