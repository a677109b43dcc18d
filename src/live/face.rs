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
    /// Slug and names in lower case, for those who look for a part of one.
    sought: String,
}

impl TeamCard {
    pub(super) fn new(id: TeamId, slug: Slug, kind: Kind, region: Region, name: Name) -> Self {
        // A line each: nobody looks for something with a line's end in it.
        let sought = [slug.as_str(), &name.en, &name.zh].join("\n").to_lowercase();
        Self {
            id,
            slug,
            kind,
            region,
            name,
            sought,
        }
    }

    /// Whether a name or the slug has this in it. `q`: folded.
    pub(super) fn is_named(&self, q: &str) -> bool {
        self.sought.contains(q)
    }
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

/// Where in a list the numbers of this database stand. A board asks it a million times when it begins, and
/// the numbers of one table lie close together, so it is a table itself: 4 bytes a number of their range.
#[derive(Debug)]
struct Places {
    first: i64,
    places: Vec<u32>,
}

impl Places {
    /// `ids`: in the order of the list, each once.
    fn of(ids: impl Iterator<Item = i64> + Clone) -> Self {
        let first = ids.clone().min().unwrap_or(0);
        let last = ids.clone().max().unwrap_or(-1);
        let range = usize::try_from(last - first + 1).unwrap_or(0);
        let mut places = vec![u32::MAX; range];
        for (place, id) in ids.enumerate() {
            if let Some(known) = places.get_mut((id - first) as usize) {
                *known = place as u32;
            }
        }
        Self { first, places }
    }

    fn get(&self, id: i64) -> Option<u32> {
        let at = usize::try_from(id.checked_sub(self.first)?).ok()?;
        self.places.get(at).copied().filter(|place| *place != u32::MAX)
    }
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
    team_places: Places,
    person_places: Places,
    person_slugs: HashMap<Slug, u32>,
}

impl Face {
    /// Reads a competition's face. `now` decides which team somebody who moved is in.
    pub fn load(db: &mut Db, stored: &Stored, definition: Arc<Definition>, now: Moment) -> Result<Self, StoreError> {
        let mut teams: Vec<TeamCard> = store::teams(db, stored.id)?
            .into_iter()
            .filter(|(_, team)| team.standing == Standing::Approved)
            .map(|(id, team)| TeamCard::new(id, team.slug, team.kind, team.region, team.name))
            .collect();
        // The database may sort by another collation than ours.
        teams.sort_by(|a, b| a.slug.cmp(&b.slug));
        let team_places = Places::of(teams.iter().map(|team| team.id.0));
        let at = now.min(definition.window.last_instant());
        let people: Vec<PersonCard> = store::board_people(db, stored.id, at)?
            .into_iter()
            .map(|known| PersonCard {
                id: known.id,
                slug: known.person.slug,
                name: known.person.name,
                number: known.person.number,
                team: known.team.and_then(|team| team_places.get(team.0)),
            })
            .collect();
        let mut face = Self::new(stored.id, stored.revision, definition, teams, people);
        face.seal = stored.seal;
        Ok(face)
    }

    /// `teams`: by slug; `people`: by id.
    pub(super) fn new(
        id: CompetitionId,
        revision: i64,
        definition: Arc<Definition>,
        teams: Vec<TeamCard>,
        people: Vec<PersonCard>,
    ) -> Self {
        Self {
            id,
            revision,
            definition,
            seal: Seal::default(),
            team_places: Places::of(teams.iter().map(|team| team.id.0)),
            person_places: Places::of(people.iter().map(|person| person.id.0)),
            person_slugs: people
                .iter()
                .enumerate()
                .map(|(at, p)| (p.slug.clone(), at as u32))
                .collect(),
            teams,
            people,
        }
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
        self.team_places.get(id.0)
    }

    pub fn person_place(&self, id: PersonId) -> Option<u32> {
        self.person_places.get(id.0)
    }

    pub fn team_by_slug(&self, slug: &str) -> Option<u32> {
        let found = self.teams.binary_search_by(|team| team.slug.as_str().cmp(slug));
        found.ok().map(|at| at as u32)
    }

    pub fn person_by_slug(&self, slug: &Slug) -> Option<u32> {
        self.person_slugs.get(slug).copied()
    }
}
