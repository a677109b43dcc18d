//! What a board shows besides figures: the competition, its teams and its people, as one revision has them.

use crate::{
    domain::{
        competition::{Definition, Seal},
        region::Region,
        team::{CompetitionId, Kind, PersonId, Standing, TeamId},
        text::{Name, Slug},
        time::Moment,
    },
    store::{self, Db, StoreError, Stored},
};
use std::{collections::HashMap, sync::Arc};

/// An approved team.
#[derive(Clone, Debug)]
pub struct TeamCard {
    pub id: TeamId,
    pub slug: Slug,
    pub kind: Kind,
    pub region: Region,
    pub name: Name,
}

/// Somebody who is or was in an approved team.
#[derive(Clone, Debug)]
pub struct PersonCard {
    pub id: PersonId,
    pub slug: Slug,
    pub name: String,
    pub number: i64,
    /// Place in [`Face::teams`] of the team they are in, or were in last.
    pub team: Option<u32>,
}

/// Everything of a board that changes with a revision and not with the ledger.
#[derive(Debug)]
pub struct Face {
    pub id: CompetitionId,
    pub revision: i64,
    pub definition: Arc<Definition>,
    pub seal: Seal,
    /// Approved teams, by slug.
    pub teams: Vec<TeamCard>,
    /// By id.
    pub people: Vec<PersonCard>,
    team_places: HashMap<TeamId, u32>,
    person_places: HashMap<PersonId, u32>,
    person_slugs: HashMap<Slug, u32>,
}

impl Face {
    /// Reads a competition's face. `now` decides which team somebody who moved is in.
    pub fn load(db: &mut Db, stored: &Stored, definition: Arc<Definition>, now: Moment) -> Result<Self, StoreError> {
        let mut teams: Vec<TeamCard> = store::teams(db, stored.id)?
            .into_iter()
            .filter(|(_, team)| team.standing == Standing::Approved)
            .map(|(id, team)| TeamCard {
                id,
                slug: team.slug,
                kind: team.kind,
                region: team.region,
                name: team.name,
            })
            .collect();
        // The database may sort by another collation than ours.
        teams.sort_by(|a, b| a.slug.cmp(&b.slug));
        let team_places: HashMap<TeamId, u32> = teams
            .iter()
            .enumerate()
            .map(|(at, team)| (team.id, at as u32))
            .collect();
        let at = now.min(definition.window.last_instant());
        let people: Vec<PersonCard> = store::board_people(db, stored.id, at)?
            .into_iter()
            .map(|known| PersonCard {
                id: known.id,
                slug: known.person.slug,
                name: known.person.name,
                number: known.person.number,
                team: known.team.and_then(|team| team_places.get(&team).copied()),
            })
            .collect();
        Ok(Self {
            id: stored.id,
            revision: stored.revision,
            definition,
            seal: stored.seal,
            person_places: people.iter().enumerate().map(|(at, p)| (p.id, at as u32)).collect(),
            person_slugs: people
                .iter()
                .enumerate()
                .map(|(at, p)| (p.slug.clone(), at as u32))
                .collect(),
            teams,
            people,
            team_places,
        })
    }

    pub fn slug(&self) -> &Slug {
        &self.definition.slug
    }

    pub fn team(&self, place: u32) -> Option<&TeamCard> {
        self.teams.get(place as usize)
    }

    pub fn person(&self, place: u32) -> Option<&PersonCard> {
        self.people.get(place as usize)
    }

    pub fn team_place(&self, id: TeamId) -> Option<u32> {
        self.team_places.get(&id).copied()
    }

    pub fn person_place(&self, id: PersonId) -> Option<u32> {
        self.person_places.get(&id).copied()
    }

    pub fn team_by_slug(&self, slug: &str) -> Option<u32> {
        let found = self.teams.binary_search_by(|team| team.slug.as_str().cmp(slug));
        found.ok().map(|at| at as u32)
    }

    pub fn person_by_slug(&self, slug: &Slug) -> Option<u32> {
        self.person_slugs.get(slug).copied()
    }
}
