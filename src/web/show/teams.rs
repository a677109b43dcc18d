//! Pages on which teams register and are decided on.

use super::event;
use crate::{
    app::{self, AppError, Application, Objection, TeamCard, TeamChange, TeamOrder, TeamQuery, Who},
    domain::{competition::Phase, team::Standing, text::Slug},
    live::{Part, Snapshot},
    web::{
        Site, body,
        gate::Signed,
        pages::{self, Act, form::Typed, view::Paging},
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use std::sync::Arc;

/// Registrations on a page.
const LISTED: usize = 50;

pub(super) fn named(request: &HttpRequest, place: &str) -> Result<Slug, Problem> {
    Site::slug(request.match_info().get(place).unwrap_or(""))
}

/// The competition of the address as its board shows it.
pub(super) fn snapshot(request: &HttpRequest, site: &Site) -> Result<Arc<Snapshot>, Problem> {
    let live = site.live(request.match_info().get("slug").unwrap_or(""))?;
    Ok(live.board.snapshot())
}

/// A page, or the problem as a page.
pub(super) fn page_or(request: &HttpRequest, made: Result<HttpResponse, Problem>) -> HttpResponse {
    made.unwrap_or_else(|problem| problem.answer(request))
}

/// Where a form that was taken goes on to, in the language that was chosen.
pub(super) fn go_on(request: &HttpRequest, path: &str) -> HttpResponse {
    respond::see(&Asked::of(request).shell("").href(path, &[]))
}

pub async fn register_page(request: HttpRequest, site: web::Data<Site>, _: Signed) -> HttpResponse {
    page_or(&request, register(&request, &site, StatusCode::OK, Typed::default()))
}

fn register(request: &HttpRequest, site: &Site, status: StatusCode, typed: Typed<'_>) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot(request, site)?;
    let asked = Asked::of(request);
    let page = pages::RegisterPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        typed,
    };
    Ok(respond::private(status, pages::register(&page).into_string()))
}

pub async fn register_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match registered(&request, &site, &who.0, &typed).await {
        Ok(card) => {
            let slug = request.match_info().get("slug").unwrap_or("");
            go_on(
                &request,
                &format!("/competitions/{slug}/teams/{}/registration", card.team.slug),
            )
        }
        Err(Refusal::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let refused = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            page_or(&request, register(&request, &site, status, refused))
        }
        Err(Refusal::Problem(problem)) => problem.answer(&request),
    }
}

/// Why a form was not taken: something that the form is drawn again with, or something else.
pub(super) enum Refusal {
    Objection(Objection),
    Problem(Problem),
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        match error {
            // What is not there has no form to be drawn again.
            AppError::Objection(objection @ Objection::NotThere(_)) => Self::Problem(objection.into()),
            AppError::Objection(objection) => Self::Objection(objection),
            other => Self::Problem(other.into()),
        }
    }
}

impl From<Objection> for Refusal {
    fn from(objection: Objection) -> Self {
        Self::Objection(objection)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// A whole number of a form; None where it is empty. Errors: `NotA`.
fn number(typed: &Query, field: &'static str) -> Result<Option<i64>, Objection> {
    let bad = |_| Objection::NotA {
        field,
        what: ("a whole number", "整数"),
    };
    typed
        .get(field)
        .map(|text| text.trim().parse().map_err(bad))
        .transpose()
}

async fn registered(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<TeamCard, Refusal> {
    let text = |name: &str| typed.get(name).unwrap_or("").to_owned();
    let application = Application {
        slug: text("slug"),
        kind: text("kind"),
        region: text("region"),
        name_en: text("name.en"),
        name_zh: text("name.zh"),
        capacity: number(typed, "capacity")?,
        statement: text("statement"),
    };
    let competition = named(request, "slug")?;
    Ok(app::apply(&site.app, who, &competition, application, site.now()).await?)
}

pub async fn registration_page(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    let made = registration(&request, &site, &who.0, StatusCode::OK, Typed::default(), None).await;
    page_or(&request, made)
}

/// What somebody may do with a team where it stands.
fn acts(who: &Who, card: &TeamCard, organizes: bool, is_final: bool) -> Vec<Act> {
    if is_final {
        return Vec::new();
    }
    let admin = who.is_admin();
    let decides = admin || !organizes;
    let of_standing: &[(Act, bool)] = match card.team.standing {
        Standing::Applied => &[(Act::Defend, admin), (Act::Decline, admin)],
        Standing::Defending => &[
            (Act::Approve, decides),
            (Act::Decline, decides),
            (Act::Reschedule, admin),
        ],
        Standing::Approved => &[(Act::Suspend, admin)],
        Standing::Suspended => &[(Act::Reinstate, admin)],
        Standing::Declined => &[],
    };
    let mut acts: Vec<Act> = of_standing
        .iter()
        .filter(|(_, may)| *may)
        .map(|(act, _)| *act)
        .collect();
    if admin || organizes {
        acts.push(Act::Details);
    }
    acts
}

async fn registration(
    request: &HttpRequest,
    site: &Site,
    who: &Who,
    status: StatusCode,
    typed: Typed<'_>,
    typed_act: Option<Act>,
) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot(request, site)?;
    let (competition, team) = (named(request, "slug")?, named(request, "team")?);
    let card = app::team(&site.app, Some(who), &competition, &team, site.now()).await?;
    let id = snapshot.face.id;
    let organizes = who.teams(id).any(|team| team == card.id);
    let organizers = app::organizers(&site.app, card.id).await?;
    let said = card.registration.as_ref();
    let asked = Asked::of(request);
    let event = event(&snapshot);
    let page = pages::RegistrationPage {
        shell: asked.shell(&site.origin),
        team: &card.team,
        members: card.seats.len(),
        statement: said.map(|said| said.statement.as_str()),
        applied_at: said.filter(|said| said.applicant.is_some()).map(|said| said.applied_at),
        defence_at: said.and_then(|said| said.defence_at),
        recording_url: said.and_then(|said| said.recording_url.as_deref()),
        reason: said.and_then(|said| said.reason.as_deref()),
        organizers: &organizers,
        acts: &acts(who, &card, organizes, event.phase == Phase::Final),
        organizes,
        judges: who.judges(id),
        done: typed.objection.is_none() && asked.query().get("done").is_some(),
        typed,
        typed_act,
        event,
    };
    Ok(respond::private(status, pages::registration(&page).into_string()))
}

pub async fn registration_form(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: web::Payload,
) -> HttpResponse {
    let typed = match body::form(&mut payload.into_inner()).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match acted(&request, &site, &who.0, &typed).await {
        Ok(()) => respond::see(&Asked::of(&request).shell("").href(request.path(), &[("done", "1")])),
        Err(Refusal::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let refused = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            let act = typed.get("act").and_then(Act::parse);
            let made = registration(&request, &site, &who.0, status, refused, act).await;
            page_or(&request, made)
        }
        Err(Refusal::Problem(problem)) => problem.answer(&request),
    }
}

async fn acted(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<(), Refusal> {
    let (competition, team) = (named(request, "slug")?, named(request, "team")?);
    let act = typed
        .get("act")
        .and_then(Act::parse)
        .ok_or_else(|| Problem::bad_request("act: what is to be done is missing; use the page's form"))?;
    let zone = snapshot(request, site)?.face.definition.zone;
    let text = |name: &str| typed.get(name).map(str::to_owned);
    let date = || -> Result<_, Objection> {
        let at = typed.local_time("defence_at", zone)?;
        Ok(Some(Some(at.ok_or(Objection::Missing("defence_at"))?)))
    };
    let step = |to: Standing| TeamChange {
        status: Some(to.as_str().to_owned()),
        reason: text("reason"),
        ..TeamChange::default()
    };
    let change = match act {
        Act::Defend => TeamChange {
            defence_at: date()?,
            ..step(Standing::Defending)
        },
        Act::Reschedule => TeamChange {
            defence_at: date()?,
            ..TeamChange::default()
        },
        Act::Approve | Act::Reinstate => step(Standing::Approved),
        Act::Decline => step(Standing::Declined),
        Act::Suspend => step(Standing::Suspended),
        Act::Details => TeamChange {
            name_en: Some(text("name.en").unwrap_or_default()),
            name_zh: Some(text("name.zh").unwrap_or_default()),
            region: Some(text("region").unwrap_or_default()),
            capacity: Some(number(typed, "capacity")?),
            recording_url: Some(text("recording_url")),
            ..TeamChange::default()
        },
    };
    app::change_team(&site.app, who, &competition, &team, change, site.now()).await?;
    Ok(())
}

pub async fn registrations(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    page_or(&request, registrations_page(&request, &site, &who.0).await)
}

async fn registrations_page(request: &HttpRequest, site: &Site, who: &Who) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot(request, site)?;
    let asked = Asked::of(request);
    let query = asked.query();
    let sort = query.get("sort").unwrap_or("applied");
    let order = TeamOrder::parse(sort)
        .ok_or_else(|| Problem::bad_request(format!("sort: `{sort}` is not applied, defence or slug")))?;
    let status = query.standing()?;
    let part = Part {
        offset: query.part()?.offset,
        limit: LISTED,
    };
    let wanted = TeamQuery {
        status,
        registered: true,
        order,
        offset: part.offset,
        limit: part.limit,
        ..TeamQuery::default()
    };
    let competition = named(request, "slug")?;
    let (cards, total) = app::teams(&site.app, Some(who), &competition, wanted, site.now()).await?;
    let row = |card: &'_ TeamCard| -> (Option<_>, Option<_>) {
        let said = card.registration.as_ref();
        (said.map(|said| said.applied_at), said.and_then(|said| said.defence_at))
    };
    let page = pages::RegistrationsPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        status,
        sort: order.as_str(),
        rows: cards
            .iter()
            .map(|card| {
                let (applied_at, defence_at) = row(card);
                pages::RegistrationRow {
                    team: &card.team,
                    applied_at,
                    defence_at,
                }
            })
            .collect(),
        paging: Paging {
            total: total as u64,
            offset: part.offset as u64,
            limit: part.limit as u64,
        },
    };
    Ok(respond::private(
        StatusCode::OK,
        pages::registrations(&page).into_string(),
    ))
}
