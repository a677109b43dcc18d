//! The instance, one competition of it, what its host does with the result, the audit log, the result itself.

use super::{done, form, is_done, or_problem, slug, status};
use crate::{
    app::{self, AppError, AuditQuery, Objection},
    domain::{competition::Phase, text::Slug},
    web::{
        Site,
        gate::Signed,
        pages::{self, form::Typed},
        problem::Problem,
        query::Query,
        respond::{self, Asked},
        show::event,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Payload},
};

pub async fn instance(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    let asked = Asked::of(&request);
    let competitions = match app::all_work(&site.app).await {
        Ok(all) => all,
        Err(error) => return Problem::from(error).answer(&request),
    };
    let page = pages::host::InstancePage {
        shell: asked.shell(&site.origin),
        competitions: &competitions,
        apart: &site.sources.trouble().apart,
        done: is_done(&asked),
    };
    respond::private(StatusCode::OK, pages::host::instance(&page).into_string())
}

pub async fn overview(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    or_problem(&request, drawn(&request, &site, None).await)
}

/// An act that was refused: which, what was typed, and why.
type RefusedAct<'a> = (&'static str, &'a Query, Objection);

async fn drawn(request: &HttpRequest, site: &Site, refused: Option<RefusedAct<'_>>) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let overview = app::overview(&site.app, &slug(request)?).await?;
    let shell = asked.shell(&site.origin);
    let page = pages::host::OverviewPage {
        event: pages::host::event(&overview.competition, shell.now),
        shell,
        overview: &overview,
        unset: &site.sources.unset(&overview.competition.stored.slug),
        done: is_done(&asked),
        refused: refused.as_ref().map(|(act, ..)| *act),
        typed: refused
            .as_ref()
            .map_or_else(Typed::default, |(_, values, objection)| Typed {
                values: Some(values),
                objection: Some(objection),
            }),
    };
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |(.., objection)| status(objection));
    Ok(respond::private(status, pages::host::overview(&page).into_string()))
}

/// A page can have several fields for a reason; each has a name of its own.
fn renamed(objection: Objection, to: &'static str) -> Objection {
    match objection {
        Objection::TooShort {
            field: "reason",
            least,
            most,
            got,
        } => Objection::TooShort {
            field: to,
            least,
            most,
            got,
        },
        Objection::TooLong {
            field: "reason",
            most,
            got,
        } => Objection::TooLong { field: to, most, got },
        other => other,
    }
}

/// Done and back to the overview; or there again, with what was typed and why not.
async fn answered(
    request: &HttpRequest,
    site: &Site,
    (act, field, typed): (&'static str, &'static str, &Query),
    outcome: Result<(), AppError>,
) -> HttpResponse {
    match outcome {
        Ok(()) => {
            let asked = Asked::of(request);
            let slug = request.match_info().get("slug").unwrap_or("");
            done(&asked, &format!("/competitions/{slug}/host"))
        }
        Err(AppError::Objection(objection)) => {
            let refused = (act, typed, renamed(objection, field));
            or_problem(request, drawn(request, site, Some(refused)).await)
        }
        Err(error) => Problem::from(error).answer(request),
    }
}

/// What a form of an act says: the competition, and why.
async fn said(request: &HttpRequest, payload: Payload) -> Result<(Slug, Query), Problem> {
    Ok((slug(request)?, form(payload).await?))
}

pub async fn reveal(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let (slug, typed) = match said(&request, payload).await {
        Ok(said) => said,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = match app::reason(typed.get("reveal_reason")) {
        Ok(reason) => app::reveal(&site.app, &who.0, &slug, reason, site.now())
            .await
            .map(drop),
        Err(objection) => Err(objection.into()),
    };
    answered(&request, &site, ("reveal", "reveal_reason", &typed), outcome).await
}

pub async fn finalize(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let (slug, typed) = match said(&request, payload).await {
        Ok(said) => said,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = match app::reason(typed.get("finalize_reason")) {
        Ok(reason) => app::finalize(&site.app, &who.0, &slug, reason, site.now())
            .await
            .map(drop),
        Err(objection) => Err(objection.into()),
    };
    answered(&request, &site, ("finalize", "finalize_reason", &typed), outcome).await
}

pub async fn reopen(request: HttpRequest, site: web::Data<Site>, who: Signed, payload: Payload) -> HttpResponse {
    let (slug, typed) = match said(&request, payload).await {
        Ok(said) => said,
        Err(problem) => return problem.answer(&request),
    };
    let outcome = match app::needed_reason(typed.get("reopen_reason")) {
        Ok(reason) => app::reopen(&site.app, &who.0, &slug, reason, site.now())
            .await
            .map(drop),
        Err(objection) => Err(objection.into()),
    };
    answered(&request, &site, ("reopen", "reopen_reason", &typed), outcome).await
}

/// Entries on a page of the audit log.
const ENTRIES: usize = 50;

pub async fn audit(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    let answer = match slug(&request) {
        Ok(slug) => audit_page(&request, &site, &who, Some(slug)).await,
        Err(problem) => Err(problem),
    };
    or_problem(&request, answer)
}

pub async fn instance_audit(request: HttpRequest, site: web::Data<Site>, who: Signed) -> HttpResponse {
    or_problem(&request, audit_page(&request, &site, &who, None).await)
}

async fn audit_page(
    request: &HttpRequest,
    site: &Site,
    who: &Signed,
    slug: Option<Slug>,
) -> Result<HttpResponse, Problem> {
    let asked = Asked::of(request);
    let query = asked.query();
    let before = query.number("before")?;
    let wanted = AuditQuery {
        competition: slug.clone(),
        after: 0,
        before: Some(before.unwrap_or(i64::MAX)),
        act: query.get("act").map(str::to_owned),
        login: query.get("who").map(str::to_owned),
        limit: ENTRIES,
    };
    let (entries, more) = app::audit(&site.app, wanted).await?;
    let competition = match &slug {
        Some(slug) => Some(site.app.competition(slug).await?),
        None => None,
    };
    let shell = asked.shell(&site.origin);
    let page = pages::host::AuditPage {
        event: competition.as_ref().map(|own| pages::host::event(own, shell.now)),
        shell,
        admin: who.0.is_admin(),
        entries: &entries,
        act: query.get("act").unwrap_or(""),
        who: query.get("who").unwrap_or(""),
        later: before.is_some(),
        older: entries.last().filter(|_| more).map(|entry| entry.id),
    };
    Ok(respond::private(
        StatusCode::OK,
        pages::host::audit(&page).into_string(),
    ))
}

/// Rows of the final leaderboard that the result page shows.
const ROWS: usize = 20;

pub async fn result(request: HttpRequest, site: web::Data<Site>) -> HttpResponse {
    or_problem(&request, result_page(&request, &site).await)
}

async fn result_page(request: &HttpRequest, site: &Site) -> Result<HttpResponse, Problem> {
    let slug = slug(request)?;
    let snapshot = site.live(slug.as_str())?.board.snapshot();
    if snapshot.standings.phase != Phase::Final {
        return Err(Objection::NotThere("result").into());
    }
    let published = match app::sealed_result(&site.app, &slug).await {
        Ok(result) => Some(result),
        Err(AppError::Objection(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let asked = Asked::of(request);
    let rows = snapshot.rows.iter().take(ROWS).filter_map(|row| {
        let team = snapshot.face.team(row.team)?;
        Some(pages::host::ResultRow {
            rank: row.rank,
            slug: team.slug.as_str(),
            name: &team.name,
            points: row.figures.points,
            fixes: row.figures.fixes,
            contributors: row.figures.contributors,
        })
    });
    let page = pages::host::ResultPage {
        shell: asked.shell(&site.origin),
        event: event(&snapshot),
        rows: rows.collect(),
        result: published.as_ref(),
    };
    Ok(respond::page(request, &pages::host::result(&page).into_string()))
}
