//! An organizer's console filled. What it shows of results is what the public board shows.

mod announcement;
mod files;
mod invites;
mod members;
mod overview;
mod requests;
mod waiting;

pub use announcement::{announce_form, announcement_page};
pub use files::{results_csv, results_xlsx, roster_csv, roster_xlsx};
pub use invites::{end_invite_form, invite_form, invites_page};
pub use members::{members_page, remove_form};
pub use overview::overview_page;
pub use requests::{request_form, requests_page};
pub use waiting::waiting_page;

use super::event;
use crate::{
    app::{self, AppError, Managed, Mate, Objection},
    domain::{text::Slug, time::Moment},
    live::Snapshot,
    web::{
        Site,
        pages::{
            console::{Desk, SILENT_DAYS},
            view::TeamRef,
        },
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use std::sync::Arc;

/// Lines of a list on one page.
const LISTED: usize = 50;
/// Days after which somebody counts as silent, where nobody says.
const SILENT: i64 = 7;

/// What every page of a console is filled from.
struct Room {
    managed: Managed,
    snapshot: Arc<Snapshot>,
    asked: Asked,
    now: Moment,
}

impl Room {
    /// Errors: 404 where there is no such competition or team.
    async fn of(request: &HttpRequest, site: &Site) -> Result<Self, Problem> {
        let (competition, team) = slugs(request)?;
        Ok(Self {
            managed: app::managed_team(&site.app, &competition, &team).await?,
            snapshot: site.live(competition.as_str())?.board.snapshot(),
            asked: Asked::of(request),
            now: site.now(),
        })
    }

    fn desk<'a>(&'a self, site: &'a Site) -> Desk<'a> {
        let team = &self.managed.team;
        Desk {
            shell: self.asked.shell(&site.origin),
            event: event(&self.snapshot),
            team: TeamRef {
                slug: team.slug.as_str(),
                name: &team.name,
            },
            standing: team.standing,
            done: self.asked.query().get("done").is_some(),
        }
    }

    fn team(&self) -> &Slug {
        &self.managed.team.slug
    }

    fn competition(&self) -> &Slug {
        &self.managed.competition.definition.slug
    }

    /// The team's place in the board's face; None: on no board.
    fn place(&self) -> Option<u32> {
        self.snapshot.face.team_place(self.managed.id)
    }

    async fn mates(&self, site: &Site) -> Result<Vec<Mate>, Problem> {
        Ok(app::mates(&site.app, self.competition(), self.team()).await?)
    }

    fn silent_for(&self, mate: &Mate) -> i64 {
        mate.silent_days(&self.managed.competition, self.now)
    }
}

fn slugs(request: &HttpRequest) -> Result<(Slug, Slug), Problem> {
    let slug = |name: &str| Site::slug(request.match_info().get(name).unwrap_or(""));
    Ok((slug("slug")?, slug("team")?))
}

/// A page, or the problem as one.
fn page_or(request: &HttpRequest, made: Result<String, Problem>) -> HttpResponse {
    match made {
        Ok(text) => respond::private(StatusCode::OK, text),
        Err(problem) => problem.answer(request),
    }
}

/// The language that somebody chose stays with them past a form.
fn see(request: &HttpRequest, rest: &str) -> HttpResponse {
    let asked = Asked::of(request);
    let part = |name: &str| request.match_info().get(name).unwrap_or("").to_owned();
    let path = format!("/competitions/{}/teams/{}/console{rest}", part("slug"), part("team"));
    respond::see(&asked.shell("").href(&path, &[("done", "1")]))
}

/// What of a form's refusal is the form's to say; other errors are problems.
fn objection(error: AppError) -> Result<Objection, Problem> {
    match error {
        AppError::Objection(objection) => Ok(objection),
        error => Err(error.into()),
    }
}

/// The days after which somebody is silent: one of those offered. Errors: 400.
fn silent_days(query: &Query) -> Result<i64, Problem> {
    let days = query.number("days")?.unwrap_or(SILENT);
    if SILENT_DAYS.contains(&days) {
        Ok(days)
    } else {
        Err(Problem::bad_request(format!(
            "days: {days} is not one of {}",
            SILENT_DAYS.map(|days| days.to_string()).join(", ")
        )))
    }
}

/// One of the words that a list is narrowed or sorted by, the first where nobody says. Errors: 400.
fn word<'q>(query: &'q Query, key: &str, all: &[&'static str]) -> Result<&'static str, Problem> {
    let Some(asked): Option<&'q str> = query.get(key) else {
        return Ok(all.first().copied().unwrap_or_default());
    };
    let found = all.iter().copied().find(|word| *word == asked);
    found.ok_or_else(|| Problem::bad_request(format!("{key}: `{asked}` is not one of {}", all.join(", "))))
}
