//! Sources and their secrets, as pages.

use super::{done, form, is_done, or_problem, slug, status};
use crate::{
    app::{self, AppError, Objection},
    domain::{forge::Forge, text::Slug},
    web::{
        Site, api,
        gate::Signed,
        pages::{self, form::Typed},
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

pub async fn sources(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    or_problem(&request, drawn(&request, &site, Typed::default()).await)
}

async fn drawn(request: &HttpRequest, site: &Site, typed: Typed<'_>) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let overview = app::overview(&site.app, &slug(request)?).await?;
    let shell = asked.shell(&site.origin);
    let page = pages::host::SourcesPage {
        event: pages::host::event(&overview.competition, shell.now),
        shell,
        overview: &overview,
        unset: &site.sources.unset(&overview.competition.stored.slug),
        done: is_done(&asked),
        typed,
    };
    let status = typed.objection.map_or(StatusCode::OK, status);
    Ok(respond::private(status, pages::host::sources(&page).into_string()))
}

fn back(request: &HttpRequest) -> HttpResponse {
    let slug = request.match_info().get("slug").unwrap_or("");
    done(&Asked::of(request), &format!("/competitions/{slug}/host/sources"))
}

/// The source that a path or a field names. Errors: `NotThere`.
fn source(forge: &str, source: &str) -> Result<(Forge, Slug), Objection> {
    let forge = Forge::parse(forge).map_err(|_| Objection::NotThere("source"))?;
    let source = Slug::parse(source).map_err(|_| Objection::NotThere("source"))?;
    Ok((forge, source))
}

async fn added(request: &HttpRequest, site: &Site, who: &Signed, typed: &Query) -> Result<i64, AppError> {
    let slug = slug(request).map_err(|_| Objection::NotThere("competition"))?;
    let named = typed.get("source").ok_or(Objection::Missing("source"))?;
    let (forge, name) = named.split_once('/').ok_or(Objection::NotThere("source"))?;
    let (forge, source) = source(forge, name)?;
    let secret = typed.sent("secret").unwrap_or_default();
    app::add_source_secret(&site.app, &who.0, &slug, (forge, &source), &secret, site.now()).await
}

pub async fn add_secret(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let typed = match form(payload).await {
        Ok(typed) => typed,
        Err(problem) => return problem.answer(&request),
    };
    match added(&request, &site, &who, &typed).await {
        Ok(_) => back(&request),
        Err(AppError::Objection(objection)) => {
            let typed = Typed {
                values: Some(&typed),
                objection: Some(&objection),
            };
            or_problem(&request, drawn(&request, &site, typed).await)
        }
        Err(error) => Problem::from(error).answer(&request),
    }
}

pub async fn end_secret(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    match api::end_secret(request.clone(), site, who).await {
        Ok(_) => back(&request),
        Err(problem) => problem.answer(&request),
    }
}

async fn retried(request: &HttpRequest, site: &Site, who: &Signed) -> Result<usize, AppError> {
    let slug = slug(request).map_err(|_| Objection::NotThere("competition"))?;
    let part = |name: &str| request.match_info().get(name).unwrap_or("");
    let (forge, source) = source(part("forge"), part("source"))?;
    let again = app::retry_source(&site.app, &who.0, &slug, (forge, &source), site.now()).await?;
    site.ingest.bell.notify_one();
    Ok(again)
}

pub async fn retry_source(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    match retried(&request, &site, &who).await {
        Ok(_) => back(&request),
        Err(error) => Problem::from(error).answer(&request),
    }
}
