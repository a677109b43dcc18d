//! The host's acts and the published result: `/api/v1/competitions/{slug}/…`. Contract, section 7.

use crate::{
    app::{self, AuditQuery, Counted, DryRun, MovedLine, MovedSubmission, SealedResult, Wanted},
    domain::{competition::Seal, forge::Forge, text::Slug},
    web::{
        Site,
        body::{self, DEFINITION_CAP},
        gate::Signed,
        problem::Problem,
        query::{LIMIT, MOST, Query},
        respond,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Payload},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Read;

fn slug(request: &HttpRequest) -> Result<Slug, Problem> {
    Site::slug(request.match_info().get("slug").unwrap_or(""))
}

/// `POST /dry-run`.
pub async fn dry_run(request: HttpRequest, site: web::Data<Site>, payload: Payload) -> Result<HttpResponse, Problem> {
    let text = body::text(&mut payload.into_inner(), DEFINITION_CAP).await?;
    let found = app::dry_run(&site.app, &slug(&request)?, &text, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &dry_run_json(&found)))
}

fn dry_run_json(found: &DryRun) -> Value {
    let counted = |counted: &Option<Counted>| {
        counted.as_ref().map(|counted| {
            json!({
                "status": counted.status.as_str(), "points": counted.points,
                "person": counted.person, "team": counted.team,
            })
        })
    };
    let submission = |moved: &MovedSubmission| {
        json!({
            "id": moved.id.map(|id| id.0),
            "pull": {
                "forge": moved.forge.kind, "host": moved.forge.host(), "repository": moved.repository, "number": moved.number, "title": moved.title,
            },
            "from": counted(&moved.from), "to": counted(&moved.to),
        })
    };
    let line = |whose: &'static str| {
        move |moved: &MovedLine| {
            json!({
                whose: moved.slug.as_str(),
                "from": { "rank": moved.from.rank, "points": moved.from.points },
                "to": { "rank": moved.to.rank, "points": moved.to.points },
            })
        }
    };
    json!({
        "competition": found.competition.as_str(),
        "changes": {
            "statuses": found.statuses, "points": found.points, "ranks": found.ranks,
            "submissions": found.moved.submissions, "teams": found.moved.teams, "people": found.moved.people,
        },
        "submissions": found.submissions.iter().map(submission).collect::<Vec<_>>(),
        "teams": found.teams.iter().map(line("team")).collect::<Vec<_>>(),
        "people": found.people.iter().map(line("person")).collect::<Vec<_>>(),
        "definition": { "from": found.was, "to": found.became },
    })
}

/// `PUT /definition`.
pub async fn put_definition(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let query = Query::of(request.query_string());
    let reason = app::reason(query.get("reason"))?;
    let text = body::text(&mut payload.into_inner(), DEFINITION_CAP).await?;
    let wanted = Wanted {
        address: slug(&request)?,
        text,
        reason,
        must_be_new: false,
        made_from: None,
    };
    let defined = app::define(&site.app, &who.0, wanted, site.now()).await?;
    let status = if defined.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let answer = json!({
        "competition": defined.competition.as_str(), "created": defined.created, "changed": defined.changed,
        "revision": defined.revision, "submissions": defined.changes.submissions, "entries": defined.changes.entries,
    });
    Ok(respond::private_json(status, &answer))
}

/// `GET /definition`.
pub async fn definition(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let shown = app::definition_text(&site.app, &slug(&request)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/toml; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(shown.text))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Why {
    #[serde(default)]
    reason: Option<String>,
}

fn sealed(slug: &Slug, seal: Seal) -> Value {
    json!({"competition": slug.as_str(), "revealed_at": seal.revealed_at, "finalized_at": seal.finalized_at})
}

/// `POST /reveal`.
pub async fn reveal(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let why: Why = body::json_or_empty(&mut payload.into_inner()).await?;
    let (slug, reason) = (slug(&request)?, app::reason(why.reason.as_deref())?);
    let seal = app::reveal(&site.app, &who.0, &slug, reason, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &sealed(&slug, seal)))
}

/// `POST /finalize`.
pub async fn finalize(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let why: Why = body::json_or_empty(&mut payload.into_inner()).await?;
    let (slug, reason) = (slug(&request)?, app::reason(why.reason.as_deref())?);
    let result = app::finalize(&site.app, &who.0, &slug, reason, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &result_json(&slug, &result)))
}

/// `POST /reopen`.
pub async fn reopen(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let why: Why = body::json_or_empty(&mut payload.into_inner()).await?;
    let (slug, reason) = (slug(&request)?, app::needed_reason(why.reason.as_deref())?);
    let seal = app::reopen(&site.app, &who.0, &slug, reason, site.now()).await?;
    Ok(respond::private_json(StatusCode::OK, &sealed(&slug, seal)))
}

fn result_json(slug: &Slug, result: &SealedResult) -> Value {
    let api = |rest: &str| format!("/api/v1/competitions/{slug}{rest}");
    json!({
        "competition": slug.as_str(), "finalized_at": result.finalized_at,
        "sha256": result.sha256, "size": result.size,
        "links": {
            "export": api("/export"), "leaderboard": api("/leaderboard"), "people": api("/people"),
            "ledger": api("/ledger"), "page": format!("/competitions/{slug}/result"),
        },
    })
}

/// `GET /result`.
pub async fn result(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = slug(&request)?;
    let result = app::sealed_result(&site.app, &slug).await?;
    Ok(respond::json(&request, &result_json(&slug, &result)))
}

/// Bytes of the export that are unpacked at a time.
const PART: usize = 64 * 1024;

/// `GET /export`: the sealed file, byte for byte.
pub async fn export(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let slug = slug(&request)?;
    let result = app::sealed_result(&site.app, &slug).await?;
    let mut export = app::sealed_export(&site.app, &slug).await?;
    let parts = std::iter::from_fn(move || {
        let mut part = Vec::with_capacity(PART);
        match (&mut export).take(PART as u64).read_to_end(&mut part) {
            Ok(0) => None,
            Ok(_) => Some(Ok(Bytes::from(part))),
            Err(why) => Some(Err(why)),
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{slug}.ndjson\""),
        ))
        .insert_header((header::ETAG, format!("\"{}\"", result.sha256)))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .no_chunking(result.size)
        .streaming(futures_util::stream::iter(parts)))
}

/// `GET /audit`.
pub async fn audit(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let query = Query::of(request.query_string());
    let limit = query.number("limit")?.unwrap_or(LIMIT as i64);
    if limit < 1 || limit > MOST as i64 {
        return Err(Problem::bad_request(format!(
            "limit: {limit} is not between 1 and {MOST}"
        )));
    }
    let wanted = AuditQuery {
        competition: Some(slug(&request)?),
        after: query.number("after")?.unwrap_or(0),
        before: None,
        act: query.get("act").map(str::to_owned),
        login: query.get("who").map(str::to_owned),
        limit: limit as usize,
    };
    let (entries, more) = app::audit(&site.app, wanted).await?;
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    let entries: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id, "at": entry.at, "who": entry.login, "act": entry.act, "subject": entry.subject,
                "team": entry.team, "reason": entry.reason,
                "from": said(entry.was.as_deref()), "to": said(entry.became.as_deref()),
            })
        })
        .collect();
    Ok(respond::private_json(
        StatusCode::OK,
        &json!({"entries": entries, "next": next}),
    ))
}

/// What was and became, as the JSON that they are.
fn said(text: Option<&str>) -> Value {
    match text {
        None => Value::Null,
        Some(text) => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    }
}

/// `GET /sources`.
pub async fn sources(request: HttpRequest, site: web::Data<Site>) -> Result<HttpResponse, Problem> {
    let found = app::overview(&site.app, &slug(&request)?).await?;
    let sources: Vec<Value> = found
        .sources
        .iter()
        .map(|source| {
            let secrets: Vec<Value> = source
                .written
                .iter()
                .map(|note| json!({"id": note.id, "created_at": note.created_at, "ends_at": note.ends_at}))
                .collect();
            json!({
                "forge": source.forge, "name": source.name.as_str(),
                "hook": format!("/hooks/{}/{}", source.forge.as_str(), source.name),
                "last_heard_at": source.last, "deliveries": source.deliveries, "failed": source.failed,
                "secrets_in_definition": source.defined.len(), "secrets": secrets,
            })
        })
        .collect();
    let failed: Vec<Value> = found
        .failed
        .iter()
        .map(|failed| {
            json!({
                "id": failed.id.0, "forge": failed.forge, "source": failed.source, "event": failed.event,
                "received_at": failed.received_at, "reason": failed.reason,
            })
        })
        .collect();
    Ok(respond::private_json(
        StatusCode::OK,
        &json!({"sources": sources, "failed": failed}),
    ))
}

/// The source that an address names. Errors: 404.
pub fn source_of(request: &HttpRequest) -> Result<(Forge, Slug), Problem> {
    let text = |name| request.match_info().get(name).unwrap_or("");
    let forge = Forge::parse(text("forge")).map_err(|_| Problem::not_found("there is no such forge"))?;
    Ok((forge, Site::slug(text("source"))?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSecret {
    secret: String,
}

/// `POST /sources/{forge}/{source}/secrets`.
pub async fn add_secret(
    request: HttpRequest,
    site: web::Data<Site>,
    who: Signed,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (slug, (forge, source)) = (slug(&request)?, source_of(&request)?);
    let new: NewSecret = body::json(&mut payload.into_inner()).await?;
    let id = app::add_source_secret(&site.app, &who.0, &slug, (forge, &source), &new.secret, site.now()).await?;
    let answer = json!({"id": id, "forge": forge, "source": source.as_str()});
    Ok(respond::private_json(StatusCode::CREATED, &answer))
}

/// `DELETE /sources/{forge}/{source}/secrets/{id}`.
pub async fn end_secret(request: HttpRequest, site: web::Data<Site>, who: Signed) -> Result<HttpResponse, Problem> {
    let (slug, (forge, source)) = (slug(&request)?, source_of(&request)?);
    let id = request.match_info().get("id").and_then(|id| id.parse().ok());
    let id: i64 = id.ok_or_else(|| Problem::not_found("there is no such secret"))?;
    app::end_source_secret(&site.app, &who.0, &slug, (forge, &source), id, site.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
