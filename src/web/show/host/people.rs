//! People who sign in and what they may do, as pages.

use super::{done, form, is_done, or_problem, status};
use crate::{
    app::{self, AppError, Objection, RoleName},
    domain::text::Slug,
    web::{
        Site,
        gate::Signed,
        pages::{self, Paging, form::Typed},
        problem::Problem,
        query::Query,
        respond::{self, Asked},
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Payload},
};

/// People on a page of the list.
const SHOWN: u64 = 50;

pub async fn people(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    or_problem(&request, list(&request, &site, Typed::default()).await)
}

async fn list(request: &HttpRequest, site: &Site, typed: Typed<'_>) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let query = asked.query();
    let q = query.get("q").unwrap_or("");
    let offset = query.number("offset")?.unwrap_or(0).unsigned_abs();
    let (accounts, total) = app::people(&site.app, q, offset, SHOWN).await?;
    let page = pages::host::PeopleListPage {
        shell: asked.shell(&site.origin),
        accounts: &accounts,
        q,
        paging: Paging {
            total,
            offset,
            limit: SHOWN,
        },
        done: is_done(&asked),
        typed,
    };
    let status = typed.objection.map_or(StatusCode::OK, status);
    Ok(respond::private(status, pages::host::people_list(&page).into_string()))
}

pub async fn add(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let typed = match form(payload).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    let (login, password) = (typed.get("login").unwrap_or(""), typed.get("password").unwrap_or(""));
    match app::add_login(&site.app, Some(&who.0), login, password, None, site.now()).await {
        Ok(_) => done(&Asked::of(&request), &format!("/host/people/{}", login.trim())),
        Err(AppError::Objection(objection)) => {
            let typed = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            or_problem(&request, list(&request, &site, typed).await)
        }
        Err(error) => Problem::from(error).answer(&request),
    }
}

fn login(request: &HttpRequest) -> &str {
    request.match_info().get("login").unwrap_or("")
}

pub async fn account(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    or_problem(&request, one(&request, &site, Typed::default()).await)
}

async fn one(request: &HttpRequest, site: &Site, typed: Typed<'_>) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let account = app::account(&site.app, login(request)).await?;
    let competitions: Vec<String> = site
        .app
        .competitions()
        .await?
        .iter()
        .map(|own| own.stored.slug.to_string())
        .collect();
    let page = pages::host::AccountPage {
        shell: asked.shell(&site.origin),
        account: &account,
        competitions: &competitions,
        done: is_done(&asked),
        typed,
    };
    let status = typed.objection.map_or(StatusCode::OK, status);
    Ok(respond::private(status, pages::host::account(&page).into_string()))
}

/// Done and back to the account; or there again, with what was typed and why not.
async fn answered(request: &HttpRequest, site: &Site, typed: &Query, outcome: Result<(), AppError>) -> HttpResponse {
    match outcome {
        Ok(()) => done(&Asked::of(request), &format!("/host/people/{}", login(request))),
        Err(AppError::Objection(objection)) => {
            let typed = Typed {
                values: Some(typed),
                objection: Some(&objection),
            };
            or_problem(request, one(request, site, typed).await)
        }
        Err(error) => Problem::from(error).answer(request),
    }
}

/// The role that a form names. Errors: `Missing`, `NotThere`.
fn role(typed: &Query) -> Result<RoleName, Objection> {
    let slug = |field: &'static str, what: &'static str| {
        let text = typed.get(field).ok_or(Objection::Missing(field))?;
        Slug::parse(text).map_err(|_| Objection::NotThere(what))
    };
    match typed.get("role") {
        Some("admin") => Ok(RoleName::Admin),
        Some("judge") => Ok(RoleName::Judge {
            competition: slug("competition", "competition")?,
        }),
        Some("organizer") => Ok(RoleName::Organizer {
            competition: slug("competition", "competition")?,
            team: slug("team", "team")?,
        }),
        Some(_) | None => Err(Objection::Missing("role")),
    }
}

pub async fn roles(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let typed = match form(payload).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = match role(&typed) {
        Ok(role) if typed.get("act") == Some("take") => {
            app::take_role(&site.app, Some(&who.0), login(&request), role, site.now()).await
        }
        Ok(role) => app::give_role(&site.app, Some(&who.0), login(&request), role, site.now()).await,
        Err(objection) => Err(objection.into()),
    };
    answered(&request, &site, &typed, outcome).await
}

pub async fn ban(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let typed = match form(payload).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = match app::needed_reason(typed.get("reason")) {
        Ok(reason) => app::ban(&site.app, &who.0, login(&request), true, Some(reason), site.now()).await,
        Err(objection) => Err(objection.into()),
    };
    answered(&request, &site, &typed, outcome).await
}

pub async fn unban(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let typed = match form(payload).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = app::ban(&site.app, &who.0, login(&request), false, None, site.now()).await;
    answered(&request, &site, &typed, outcome).await
}
