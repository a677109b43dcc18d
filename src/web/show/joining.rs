//! The page that an invitation opens, and the page of somebody's own place in a team.

use super::{
    event,
    teams::{Refusal, go_on, named, page_or, snapshot},
};
use crate::{
    app::{self, Invitation, Who},
    domain::{
        competition::Phase,
        team::{Membership, Standing, most_at_once},
    },
    web::{
        Site, body,
        gate::{self, Signed},
        pages::{self, Looker, Open, form::Typed},
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

fn code(request: &HttpRequest) -> &str {
    request.match_info().get("code").unwrap_or("")
}

pub async fn join_page(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let made = async {
        let who = gate::who(&request, &site).await?;
        invitation(&request, &site, who.as_ref(), StatusCode::OK, Typed::default()).await
    };
    page_or(&request, made.await)
}

/// Whether the invitation lets somebody in now.
fn open(found: &Invitation, site: &Site) -> Open {
    let now = site.now();
    let seats: Vec<Membership> = found
        .card
        .seats
        .iter()
        .map(|seat| seat.membership(found.card.id))
        .collect();
    let full = |capacity: u32| most_at_once(&seats, now) >= capacity as usize;
    if found.sealed {
        Open::Final
    } else if found.invite.is_over(now) {
        Open::Over
    } else if found.invite.is_used_up() {
        Open::UsedUp
    } else if found.card.team.standing != Standing::Approved {
        Open::NotApproved
    } else if found.card.team.capacity.is_some_and(full) {
        Open::Full
    } else {
        Open::Yes
    }
}

async fn invitation(
    request: &HttpRequest,
    site: &Site,
    who: Option<&Who>,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot(request, site)?;
    let competition = named(request, "slug")?;
    let found = app::invitation(&site.app, who, &competition, code(request), site.now()).await?;
    let looker = match (who, &found.mine) {
        (None, _) => Looker::Nobody,
        (Some(_), None) => Looker::Free,
        (Some(_), Some(mine)) if mine.slug == found.card.team.slug => Looker::InThis,
        (Some(_), Some(mine)) => Looker::InOther(mine),
    };
    let asked = Asked::of(request);
    let page = pages::InvitationPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        team: &found.card.team,
        members: found.card.seats.len(),
        code: &found.invite.code,
        expires_at: found.invite.expires_at,
        organizers: &found.organizers,
        open: open(&found, site),
        looker,
        typed,
    };
    Ok(respond::private(status, pages::invitation(&page).into_string()))
}

pub async fn join_form(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    let joined = async {
        let competition = named(&request, "slug")?;
        let card = app::join(&site.app, &who.0, &competition, code(&request), site.now()).await?;
        Ok::<_, Refusal>(format!("/competitions/{competition}/teams/{}/join", card.team.slug))
    };
    match joined.await {
        Ok(path) => go_on(&request, &path),
        Err(Refusal::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let refused = Typed {
                values: None,
                objection: Some(&objection),
            };
            let made = invitation(&request, &site, Some(&who.0), status, refused).await;
            page_or(&request, made)
        }
        Err(Refusal::Problem(problem)) => problem.answer(&request),
    }
}

pub async fn place_page(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    let made = place(&request, &site, &who.0, StatusCode::OK, Typed::default()).await;
    page_or(&request, made)
}

async fn place(
    request: &HttpRequest,
    site: &Site,
    who: &Who,
    status: StatusCode,
    typed: Typed<'_>,
) -> Result<HttpResponse, Problem> {
    let snapshot = snapshot(request, site)?;
    let (competition, team) = (named(request, "slug")?, named(request, "team")?);
    let own = app::my_place(&site.app, who, &competition, &team, site.now()).await?;
    let seat = own.card.seats.iter().find(|seat| seat.id == who.person);
    let asked = Asked::of(request);
    let event = event(&snapshot);
    let page = pages::PlacePage {
        shell: asked.shell(&site.origin),
        team: &own.card.team,
        members: own.card.seats.len(),
        mine: own.mine.as_ref(),
        since: seat.and_then(|seat| seat.joined_at),
        request: own.request.as_ref().map(|request| (request.state, request.asked_at)),
        inside: own.card.inside,
        is_final: event.phase == Phase::Final,
        typed,
        event,
    };
    Ok(respond::private(status, pages::place(&page).into_string()))
}

pub async fn place_form(
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
        Ok(path) => go_on(&request, &path),
        Err(Refusal::Objection(objection)) => {
            let status = Problem::from(objection.clone()).status;
            let refused = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            page_or(&request, place(&request, &site, &who.0, status, refused).await)
        }
        Err(Refusal::Problem(problem)) => problem.answer(&request),
    }
}

/// Where to go on to.
async fn acted(request: &HttpRequest, site: &Site, who: &Who, typed: &Query) -> Result<String, Refusal> {
    let (competition, team) = (named(request, "slug")?, named(request, "team")?);
    let (app, now) = (&site.app, site.now());
    let here = request.path().to_owned();
    match typed.get("act") {
        Some("ask") => {
            let text = typed.get("text").unwrap_or("");
            app::ask_to_join(app, who, &competition, &team, text, now).await?;
            Ok(here)
        }
        Some("withdraw") => {
            let own = app::my_place(app, who, &competition, &team, now).await?;
            app::withdraw_request(app, who, &competition, &team, &own.person, now).await?;
            Ok(here)
        }
        Some("leave") => {
            let own = app::my_place(app, who, &competition, &team, now).await?;
            app::leave(app, who, &competition, &team, &own.person, now).await?;
            // Who has left a team that is not public has nothing to see there any more.
            Ok(if own.card.team.standing.is_public() {
                here
            } else {
                format!("/competitions/{competition}")
            })
        }
        _ => Err(Problem::bad_request("act: what is to be done is missing; use the page's form").into()),
    }
}
