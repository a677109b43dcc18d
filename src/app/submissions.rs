//! Lists of submissions: for the API by number, for pages the newest merge first.

use super::{
    App, AppError,
    listed::{Listed, Sight, hidden_from, listed},
};
use crate::{
    domain::{
        evaluate::Status,
        team::{PersonId, SubmissionId, TeamId},
        text::Slug,
        time::Moment,
    },
    store::{self, Listing},
};

/// Which submissions, and which page of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ListQuery {
    /// As the reader sees it: what a freeze hides is waiting.
    pub status: Option<Status>,
    pub team: Option<Slug>,
    pub person: Option<Slug>,
    /// The last one seen; the page begins after it.
    pub after: Option<SubmissionId>,
    pub limit: u32,
}

/// A page of them is at most this long, whatever was asked for.
const MOST: u32 = 500;

/// Submissions of a competition by number. A team or person that there is none of has none.
/// Errors: `NoCompetition`.
pub async fn list(
    app: &App,
    slug: &Slug,
    query: ListQuery,
    sight: Sight,
    now: Moment,
) -> Result<Vec<Listed>, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let mut listing = Listing {
                status: query.status,
                hidden_from: hidden_from(&competition, sight, now),
                ..Listing::default()
            };
            if let Some(team) = &query.team {
                let teams = store::teams(db, competition.id())?;
                let Some((id, _)) = teams.into_iter().find(|(_, known)| known.slug == *team) else {
                    return Ok(Vec::new());
                };
                listing.team = Some(id);
            }
            if let Some(person) = &query.person {
                let Some((id, _)) = store::person_by_slug(db, person)? else {
                    return Ok(Vec::new());
                };
                listing.person = Some(id);
            }
            let after = query.after.unwrap_or(SubmissionId(0));
            let limit = i64::from(query.limit.min(MOST));
            let rows = store::listed_after(db, competition.id(), &listing, after, limit)?;
            listed(db, &competition, rows, sight, now)
        })
        .await
}

/// A page of a list, and how long the whole list is.
pub struct Page {
    pub rows: Vec<Listed>,
    pub total: i64,
}

/// The submissions of a team, the newest merge first. Errors: `NoCompetition`.
pub async fn of_team(
    app: &App,
    slug: &Slug,
    team: TeamId,
    (offset, limit): (u32, u32),
    sight: Sight,
    now: Moment,
) -> Result<Page, AppError> {
    let listing = Listing {
        team: Some(team),
        ..Listing::default()
    };
    newest(app, slug, listing, (offset, limit), sight, now).await
}

/// The submissions of a person in one competition, the newest merge first. Errors: `NoCompetition`.
pub async fn of_person(
    app: &App,
    slug: &Slug,
    person: PersonId,
    (offset, limit): (u32, u32),
    sight: Sight,
    now: Moment,
) -> Result<Page, AppError> {
    let listing = Listing {
        person: Some(person),
        ..Listing::default()
    };
    newest(app, slug, listing, (offset, limit), sight, now).await
}

async fn newest(
    app: &App,
    slug: &Slug,
    listing: Listing,
    (offset, limit): (u32, u32),
    sight: Sight,
    now: Moment,
) -> Result<Page, AppError> {
    let (definitions, slug) = (app.definitions(), slug.clone());
    app.store
        .read(move |db| {
            let competition = definitions.of(db, &slug)?;
            let id = competition.id();
            let limit = i64::from(limit.min(MOST));
            let rows = store::listed_newest(db, id, &listing, i64::from(offset), limit)?;
            Ok(Page {
                rows: listed(db, &competition, rows, sight, now)?,
                total: store::count_listed(db, id, &listing)?,
            })
        })
        .await
}
